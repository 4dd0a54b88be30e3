package types

import (
	"strings"
	"time"

	"github.com/classifyd/classifyd/worker/classify"
)

// maxAge is more than anybody has reached.
const maxAge = 120

// dateOfBirth is a day of the Gregorian calendar in the orders in which people
// write one, past and within a lifetime, and only close to a word that says
// whose day it is: dates are everywhere.
func dateOfBirth() *classify.Type {
	return &classify.Type{
		ID:          own("date-of-birth"),
		Name:        "Date of Birth",
		Description: "Dates of birth, reported only where a word close to them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Recommended: 75,
		Proximity:   40,
		Words: []string{
			"dob", "d.o.b", "date of birth", "birth date", "birthdate", "birthday", "born", "born on", "birth", "bday", "dateofbirth",
			"geburtsdatum", "geboren", "geboren am", "geb", "geburtstag", "date de naissance", "naissance", "né le", "née le", "né", "née",
			"fecha de nacimiento", "nacimiento", "nacido", "nacida", "fecha nac", "data di nascita", "nato il", "nata il", "nascita",
			"data de nascimento", "nascimento", "nascido", "nascida", "geboortedatum", "födelsedatum", "född", "fødselsdato", "fødselsdag", "født",
			"syntymäaika", "syntynyt", "data urodzenia", "urodzony", "urodzona", "datum narození", "narozen", "dátum narodenia", "születési idő", "született",
			"data nașterii", "născut", "datum rođenja", "datum rojstva", "doğum tarihi", "doğum", "ημερομηνία γέννησης", "дата рождения", "родился", "родилась",
			"дата народження", "дата на раждане", "出生日期", "生日", "生年月日", "생년월일", "تاريخ الميلاد", "תאריך לידה", "जन्म तिथि", "जन्मतिथि", "วันเกิด", "ngày sinh", "tanggal lahir", "tarikh lahir",
		},
		Rules: []classify.Rule{
			{
				Shape: classify.Number{Layouts: []string{"8", "4-2-2", "4/2/2", "4.2.2", "2/2/4", "2-2-4", "2.2.4", "1/2/4", "2/1/4", "1/1/4", "1.2.4", "2.1.4", "1.1.4", "2/2/2", "2-2-2", "2.2.2"}},
				Check: func(c *classify.Candidate) bool {
					return birthNumber(c.Match(), c.Digits, time.Now())
				},
				Strength: classify.Ranges,
				With:     75,
			},
			{
				Shape:    classify.Number{Layouts: []string{"4"}},
				Check:    func(c *classify.Candidate) bool { return birthWords(c, time.Now()) },
				Strength: classify.Ranges,
				With:     75,
			},
		},
		Finds: []classify.Sample{
			{Text: "DOB: 1985-03-12", Match: "1985-03-12", Confidence: 75},
			{Text: "born on 03/12/1985 in Leeds", Match: "03/12/1985", Confidence: 75},
			{Text: "geboren am 2.7.1961", Match: "2.7.1961", Confidence: 75},
			{Text: "Date of birth 12 March 1985", Match: "12 March 1985", Confidence: 75},
			{Text: "birthday: Mar 3rd, 1985", Match: "Mar 3rd, 1985", Confidence: 75},
			{Text: "née le 14 février 1990", Match: "14 février 1990", Confidence: 75},
			{Text: "fecha de nacimiento: 3 de mayo de 1972", Match: "3 de mayo de 1972", Confidence: 75},
			{Text: "生年月日 1985年3月12日", Match: "1985年3月12日", Confidence: 75},
			{Text: "dob 03/12/85", Match: "03/12/85", Confidence: 75},
			{Text: "DOB 12-MAR-1985", Match: "12-MAR-1985", Confidence: 75},
		},
		Leaves: []string{
			"1985-03-12", "dob 1985-02-30", "dob 31/04/1985", "dob 1985-13-01", "dob 2985-03-12", "dob 1785-03-12", "born in 1985", "born 31 February 1985",
			"dob 12 Marches 1985", "dob 32 March 1985",
		},
	}
}

// birthNumber reads digits in the order that the year's place tells, and where
// day and month are in doubt in either order.
func birthNumber(m string, d []byte, now time.Time) bool {
	switch {
	case len(d) == 8 && (len(m) == 8 || m[4] < '0'):
		return lived(number(d[:4]), number(d[4:6]), number(d[6:]), now)
	case len(d) == 6 && len(m) == 8 && m[2] < '0' && m[5] < '0': // with a year of two digits
		year := now.Year()/100*100 + number(d[4:])
		if year > now.Year() {
			year -= 100
		}
		a, b := number(d[:2]), number(d[2:4])
		return lived(year, a, b, now) || lived(year, b, a, now)
	}
	if len(m) != len(d)+2 {
		return false
	}
	first := 1
	if m[1] >= '0' {
		first = 2
	}
	year, a, b := number(d[len(d)-4:]), number(d[:first]), number(d[first:len(d)-4])
	return lived(year, a, b, now) || lived(year, b, a, now)
}

// birthWords takes the day and the month around the year that c is.
func birthWords(c *classify.Candidate, now time.Time) bool {
	year := number(c.Digits)
	if c.Digits[0] > '2' || c.Digits[0] < '1' {
		return false
	}
	if year < now.Year()-maxAge || year > now.Year() {
		return false
	}
	if strings.HasPrefix(c.Text[c.End:], "年") {
		return birthBehind(c, year, now)
	}
	before := strings.TrimRight(c.Text[:c.Start], " ,.-/")
	for _, of := range []string{" de", " del"} {
		before = strings.TrimSuffix(before, of)
	}
	// Month and day, or day and month, the farther one last.
	day, rest := lastDay(before)
	month, rest2 := lastMonth(rest)
	if day == 0 || month == 0 {
		if month, rest = lastMonth(before); month == 0 {
			return false
		}
		rest = strings.TrimSuffix(strings.TrimRight(rest, " .-/"), " de")
		if day, rest2 = lastDay(rest); day == 0 {
			return false
		}
	}
	if !lived(year, month, day, now) {
		return false
	}
	c.Start = len(rest2)
	return true
}

// birthBehind takes the month and the day that follow a year in East Asia.
func birthBehind(c *classify.Candidate, year int, now time.Time) bool {
	rest := c.Text[c.End+len("年"):]
	m, rest, _ := strings.Cut(rest, "月")
	d, _, ok := strings.Cut(rest, "日")
	m, d = strings.TrimSpace(m), strings.TrimSpace(d)
	if !ok || len(m) > 2 || len(d) > 2 || m == "" || d == "" || strings.Trim(m+d, decimals) != "" || !lived(year, number([]byte(m)), number([]byte(d)), now) {
		return false
	}
	c.End += strings.Index(c.Text[c.End:], "日") + len("日")
	return true
}

// lastDay reads the day that s ends with, and returns what stands before it.
func lastDay(s string) (day int, rest string) {
	s = strings.TrimRight(s, " .,-/")
	for _, ordinal := range []string{"st", "nd", "rd", "th", "er", "º", "°"} {
		s = strings.TrimSuffix(s, ordinal)
	}
	i := len(s)
	for i > 0 && s[i-1] >= '0' && s[i-1] <= '9' {
		i--
	}
	if n := len(s) - i; n < 1 || n > 2 || i > 0 && wordByte(s[i-1]) {
		return 0, s
	}
	return number([]byte(s[i:])), s[:i]
}

// lastMonth reads the month's name that s ends with, and returns what stands
// before it.
func lastMonth(s string) (month int, rest string) {
	s = strings.TrimRight(s, " .,-/")
	i := strings.LastIndexAny(s, " .,-/\t\n0123456789") + 1
	name := strings.ToLower(s[i:])
	if len(name) < 3 {
		return 0, s
	}
	at := strings.Index(months, " "+name+":")
	if at < 0 {
		return 0, s
	}
	m := months[at+len(name)+2:]
	return number([]byte(m[:2])), s[:i]
}

// months are the names of months in the languages of western Europe and their
// abbreviations, each with its number.
const months = " january:01 february:02 march:03 april:04 may:05 june:06 july:07 august:08 september:09 october:10 november:11 december:12" +
	" jan:01 feb:02 mar:03 apr:04 jun:06 jul:07 aug:08 sep:09 sept:09 oct:10 nov:11 dec:12" +
	" januar:01 februar:02 märz:03 mai:05 juni:06 juli:07 oktober:10 dezember:12 jänner:01 okt:10 dez:12" +
	" janvier:01 février:02 mars:03 avril:04 juin:06 juillet:07 août:08 septembre:09 octobre:10 novembre:11 décembre:12" +
	" enero:01 febrero:02 marzo:03 abril:04 mayo:05 junio:06 julio:07 agosto:08 septiembre:09 octubre:10 noviembre:11 diciembre:12" +
	" gennaio:01 febbraio:02 aprile:04 maggio:05 giugno:06 luglio:07 settembre:09 ottobre:10 dicembre:12" +
	" janeiro:01 fevereiro:02 março:03 maio:05 junho:06 julho:07 setembro:09 outubro:10 novembro:11 dezembro:12" +
	" januari:01 februari:02 maart:03 mei:05 augustus:08 augusti:08 maj:05 marts:03 desember:12 "

// lived reports whether somebody alive now may have been born on that day.
func lived(year, month, day int, now time.Time) bool {
	return year > now.Year()-maxAge && calendar(year, month, day) && time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC).Before(now)
}
