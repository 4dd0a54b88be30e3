package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// vehicles are the registration marks of vehicles, which lead to who keeps them.
func vehicles() []*classify.Type {
	return []*classify.Type{ukVehicle(), indiaVehicle(), turkeyVehicle(), nigeriaVehicle(), germanyVehicle()}
}

var vehicleWords = []string{
	"vehicle", "vehicle registration", "vehicle registration number", "registration", "registration number", "registration plate", "reg", "reg no", "car reg", "number plate",
	"numberplate", "license plate", "licence plate", "plate", "plate number", "plate no", "car", "truck", "motorcycle",
}

// ukVehicle is the mark since September 2001: two letters of the memory tag, the
// age, three letters. The older ones, with the age's letter in front or behind,
// need evidence (DVLA, INF104; Regulations 2001/561). I and Q are in none.
func ukVehicle() *classify.Type {
	const tag = "ABCDEFGHJKLMNOPRSTUVWXY"
	old := func(c *classify.Candidate) bool {
		return joinedForm(c, "A9 AAA", "A99 AAA", "A999 AAA", "AAA 9A", "AAA 99A", "AAA 999A", "A9AAA", "A99AAA", "A999AAA", "AAA9A", "AAA99A", "AAA999A") && oldUKMark(c.Match())
	}
	shape := func(starts []string, forms ...string) classify.Word {
		return small(classify.Word{Starts: starts, Min: 2, Max: 7, Before: 1, After: 16, Forms: forms})
	}
	return &classify.Type{
		ID:          own("uk-vehicle-registration"),
		Name:        "U.K. Vehicle Registration Number",
		Description: "Registration marks of British vehicles.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"GB"},
		Recommended: 75,
		Words:       append([]string{"dvla", "v5c", "mot", "vrm", "vrn", "cherished number"}, vehicleWords...),
		Rules: []classify.Rule{
			{
				Shape: shape(pairs(tag, tag), "AA99", "AA99AAA"),
				Check: func(c *classify.Candidate) bool {
					return joinedForm(c, "AA99 AAA", "AA99AAA") && currentUKMark(c.Match())
				},
				Strength: classify.Ranges, Alone: 65, With: 75,
			},
			{
				Shape: shape(append(pairs(tag, decimals), pairs(tag, tag)...), "A9", "A99", "A999", "AAA", "A9AAA", "A99AAA", "A999AAA", "AAA9A", "AAA99A", "AAA999A"),
				Check: old, Strength: classify.Form, With: 65,
			},
		},
		Finds: []classify.Sample{
			{Text: "car reg LK68 WTR", Match: "LK68 WTR", Confidence: 75},
			{Text: "seen: BD12XYZ", Match: "BD12XYZ", Confidence: 65},
			{Text: "number plate K482 HJN", Match: "K482 HJN", Confidence: 65},
			{Text: "number plate HJN 482K", Match: "HJN 482K", Confidence: 65},
		},
		Leaves: []string{"reg LK00 WTR", "reg LK49 WTR", "reg LK90 WTR", "reg LI68 WTR", "reg LK68 WIR", "reg LK68 WTRA", "K482 HJN", "reg I482 HJN", "reg HJN 482Z", "reg LK68-WTR"},
	}
}

// joinedForm reports whether the text at c is written as one of forms, and
// extends c to it. No hyphen joins it to anything.
func joinedForm(c *classify.Candidate, forms ...string) bool {
	for _, form := range forms {
		end := c.Start + len(form)
		if end < c.End || end > len(c.Text) || !formed(c.Text[c.Start:end], form) {
			continue
		}
		if end < len(c.Text) && (wordByte(c.Text[end]) || c.Text[end] == '-') || c.Before() == '-' {
			return false
		}
		c.End = end
		return true
	}
	return false
}

func currentUKMark(m string) bool {
	age := number([]byte(m[2:4]))
	tail := strings.ToUpper(m[len(m)-3:])
	return !strings.ContainsAny(strings.ToUpper(m[:2]), "IQZ") && !strings.ContainsAny(tail, "IQ") && (age >= 2 && age <= 29 || age >= 51 && age <= 79)
}

// oldUKMark checks the letter of the year, which is none that looks like another.
func oldUKMark(m string) bool {
	m = strings.ToUpper(m)
	year, rest := m[0], m[1:]
	if m[1] > '9' {
		year, rest = m[len(m)-1], m[:len(m)-1]
	}
	return strings.IndexByte("IOQUZ", year) < 0 && !strings.ContainsAny(rest, "IQZ")
}

// indiaVehicle is a state, its office, up to three letters and four digits, or
// the national series: a year, BH, four digits and a letter or two (Central Motor
// Vehicles Rules, rules 50 and 51; notification of August 2021).
func indiaVehicle() *classify.Type {
	return &classify.Type{
		ID:          own("india-vehicle-registration"),
		Name:        "India Vehicle Registration Number",
		Description: "Registration marks of Indian vehicles.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"IN"},
		Recommended: 75,
		Words:       append([]string{"rto", "rc book", "rc number", "bike", "scooter", "two wheeler", "vahan", "वाहन", "गाड़ी", "पंजीकरण संख्या"}, vehicleWords...),
		Rules: []classify.Rule{
			{
				Shape: small(classify.Word{Starts: indiaStates(), Min: 2, Max: 11, Before: 1, After: 20}),
				Check: indiaVehicleCheck, Strength: classify.Ranges, Alone: 65, With: 75,
			},
			{
				Shape:    classify.Word{Starts: pairs("23", decimals), Min: 9, Max: 10, Before: 1, After: 16, Forms: []string{"99BH9999A", "99BH9999AA"}},
				Check:    func(c *classify.Candidate) bool { return joinedForm(c, "99BH9999A", "99BH9999AA") },
				Strength: classify.Ranges, Alone: 65, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "bike MH12DE4433", Match: "MH12DE4433", Confidence: 75},
			{Text: "KA-01-HH-1234", Match: "KA-01-HH-1234", Confidence: 65},
			{Text: "DL 3C AB 0417", Match: "DL 3C AB 0417", Confidence: 65},
			{Text: "22BH1234AA", Match: "22BH1234AA", Confidence: 65},
		},
		Leaves: []string{"reg XX12DE4433", "reg MH12DE443", "reg MH12DE44334", "reg MH00DE4433", "reg MH12DE0000", "reg MH12 DEFG 4433"},
	}
}

func indiaVehicleCheck(c *classify.Candidate) bool {
	var m [12]byte
	n, i := 0, c.Start
	for i < len(c.Text) && n < len(m) {
		b := c.Text[i]
		if b == ' ' || b == '-' {
			// A part begins behind it, letters or digits.
			if i+1 == len(c.Text) || !wordByte(c.Text[i+1]) || n < 2 || n >= 8 || m[n-1] <= '9' && c.Text[i+1] <= '9' {
				break
			}
		} else if !wordByte(b) {
			break
		} else {
			m[n] = b
			n++
		}
		i++
	}
	s := string(m[:n])
	for _, f := range []string{"AA99AAA9999", "AA99AA9999", "AA99A9999", "AA9AAA9999", "AA9AA9999", "AA9A9999"} {
		if formed(s, f) && s[n-4:] != "0000" && s[2:4] != "00" && !(i < len(c.Text) && (wordByte(c.Text[i]) || c.Text[i] == '-')) && c.Before() != '-' {
			c.End = i
			return true
		}
	}
	return false
}

// turkeyVehicle is one of the 81 provinces, one to three letters without Q, W
// and X, and two to five digits, fewer behind more letters (Karayolları Trafik
// Yönetmeliği, article 53).
func turkeyVehicle() *classify.Type {
	const letters = "ABCDEFGHIJKLMNOPRSTUVYZ"
	var forms []string
	for l := 1; l <= 3; l++ {
		for d := 2; d <= min(5, 7-l); d++ {
			forms = append(forms, "99"+"AAA"[:l]+"99999"[:d])
		}
	}
	return &classify.Type{
		ID:          own("turkey-vehicle-registration"),
		Name:        "Turkey Vehicle Registration Number",
		Description: "Registration marks of Turkish vehicles.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"TR"},
		Recommended: 75,
		Words:       append([]string{"plaka", "plakası", "plaka no", "plaka numarası", "araç", "araç plakası", "otomobil", "ruhsat"}, vehicleWords...),
		Rules: []classify.Rule{
			{
				Shape: classify.Word{Starts: pairs("012345678", decimals), Min: 5, Max: 9, Before: 1, After: 10, Forms: forms},
				Check: func(c *classify.Candidate) bool {
					return turkeyMark(c, c.Match()[:2], c.Match()[2:])
				},
				Strength: classify.Ranges, Alone: 65, With: 75,
			},
			{
				Shape: classify.Number{Layouts: []string{"2"}},
				Check: func(c *classify.Candidate) bool {
					rest := c.Text[c.End:]
					if len(rest) < 5 || rest[0] != ' ' || strings.IndexByte(letters, upper(rest[1])) < 0 {
						return false
					}
					province := c.Match()
					mark, digits, _ := strings.Cut(rest[1:], " ")
					if n := len(digits) - len(strings.TrimLeft(digits, decimals)); len(mark) <= 3 && !worded(strings.ToUpper(mark)) && (len(mark) == 3 || isCapital(mark[0])) && turkeyMark(c, province, strings.ToUpper(mark)+digits[:n]) {
						c.End += len(mark) + n + 2
						return !wordByte(c.After()) && c.After() != '-' && c.Before() != '-'
					}
					return false
				},
				Strength: classify.Ranges, Alone: 65, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "Araç plakası 34 TBC 127", Match: "34 TBC 127", Confidence: 75},
			{Text: "seen 06ABC123", Match: "06ABC123", Confidence: 65},
			{Text: "35 J 1207", Match: "35 J 1207", Confidence: 65},
		},
		Leaves: []string{"plaka 82 TBC 127", "plaka 00 TBC 127", "plaka 34 TQC 127", "plaka 34 TBCD 127", "plaka 34 TBC 1", "plaka 34 TBC 12755", "12 MAR 2024", "50 EUR 120"},
	}
}

// turkeyMark checks the province, and the letters and digits of the mark.
func turkeyMark(c *classify.Candidate, province, mark string) bool {
	if c.Before() == '-' || c.Before() == '.' || c.Before() == '/' { // a date
		return false
	}
	if p := number([]byte(province)); p < 1 || p > 81 {
		return false
	}
	letters := len(mark) - len(strings.TrimLeft(mark, capitals))
	digits := len(mark) - letters
	return letters >= 1 && letters <= 3 && !strings.ContainsAny(mark[:letters], "QWX") && strings.Trim(mark[letters:], decimals) == "" &&
		digits >= 2 && digits <= 5 && letters+digits <= 7
}

// worded reports whether s is a month, a unit or a currency, which stand between
// numbers everywhere.
func worded(s string) bool {
	month, _ := lastMonth(s)
	return month > 0 || strings.Contains(" EUR USD GBP TRY CHF JPY TL KG CM MM KM LB OZ PM AM TO OF ML GB MB KB THE AND FOR BUT MEN DAY OUT PER VIA PLUS BC AD HRS MIN SEC PCS ", " "+s+" ")
}

// nigeriaVehicle is a local government's three letters, three digits, the year's
// letter and a letter of the batch (Federal Road Safety Corps, number plates).
func nigeriaVehicle() *classify.Type {
	return &classify.Type{
		ID:          own("nigeria-vehicle-registration"),
		Name:        "Nigeria Vehicle Registration Number",
		Description: "Registration marks of Nigerian vehicles.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"NG"},
		Recommended: 75,
		Words:       append([]string{"frsc", "vio"}, vehicleWords...),
		Rules: []classify.Rule{{
			Shape: classify.Word{Starts: pairs(capitals, capitals), Min: 3, Max: 3, Before: 1, After: 16},
			Check: func(c *classify.Candidate) bool {
				const rest = "-999AA"
				end := c.End + len(rest)
				if end > len(c.Text) || !formed(c.Text[c.End:end], rest) || c.Text[c.End+1:c.End+4] == "000" || c.Before() == '-' {
					return false
				}
				c.End = end
				return !wordByte(c.After()) && c.After() != '-'
			},
			Strength: classify.Form, Alone: 65, With: 75,
		}},
		Finds: []classify.Sample{
			{Text: "plate number LSR-417BK", Match: "LSR-417BK", Confidence: 75},
			{Text: "seen ABC-123DE", Match: "ABC-123DE", Confidence: 65},
		},
		Leaves: []string{"plate LSR-417B", "plate LSR-417BKC", "plate LSRX-417BK", "plate LSR-000BK", "plate LSR-417BK-2"},
	}
}

// germanyVehicle is a district of one to three letters, one or two letters and up
// to four digits, E for electric or H for historic behind them
// (Fahrzeug-Zulassungsverordnung, section 9). A district of one letter is taken
// with two letters behind it.
func germanyVehicle() *classify.Type {
	return &classify.Type{
		ID:          own("germany-vehicle-registration"),
		Name:        "Germany Vehicle Registration Number",
		Description: "Registration marks of German vehicles, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"DE"},
		Recommended: 65,
		Words: append([]string{
			"kennzeichen", "kfz", "kfz-kennzeichen", "kfz kennzeichen", "autokennzeichen", "nummernschild", "amtliches kennzeichen", "fahrzeug", "auto", "pkw", "lkw", "halter", "zulassung",
		}, vehicleWords...),
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: pairs(capitals, capitals), Min: 2, Max: 3, Before: 4, After: 16},
			Check:    germanyVehicleCheck,
			Strength: classify.Form, With: 65,
		}},
		Finds: []classify.Sample{
			{Text: "Kennzeichen HH-AB 1234", Match: "HH-AB 1234", Confidence: 65},
			{Text: "Kennzeichen: KA EF 12H", Match: "KA EF 12H", Confidence: 65},
			{Text: "Kfz B-XY 87E", Match: "B-XY 87E", Confidence: 65},
			{Text: "Pkw MIL-K 403", Match: "MIL-K 403", Confidence: 65},
		},
		Leaves: []string{"HH-AB 1234", "kfz HH-AB 0234", "kfz HH-ABC 1234", "kfz HH-AB 12345", "kfz HHXX-AB 1234", "kfz HH-AB 1234X"},
	}
}

func germanyVehicleCheck(c *classify.Candidate) bool {
	start, i := c.Start, c.End
	switch {
	case i+2 < len(c.Text) && (c.Text[i] == ' ' || c.Text[i] == '-') && isCapital(c.Text[i+1]):
		i += 2
		if isCapital(c.Text[i]) {
			i++
		}
	case c.End-c.Start == 2 && start >= 2 && (c.Text[start-1] == ' ' || c.Text[start-1] == '-') && isCapital(c.Text[start-2]):
		start -= 2
	default:
		return false
	}
	if start > 0 && (wordByte(c.Text[start-1]) || c.Text[start-1] == '-') || i >= len(c.Text) {
		return false
	}
	if c.Text[i] == ' ' || c.Text[i] == '-' {
		i++
	}
	rest := c.Text[i:]
	n := len(rest) - len(strings.TrimLeft(rest, decimals))
	if n < 1 || n > 4 || rest[0] == '0' {
		return false
	}
	if n < len(rest) && (rest[n] == 'E' || rest[n] == 'H') {
		n++
	}
	if n < len(rest) && (wordByte(rest[n]) || rest[n] == '-') {
		return false
	}
	c.Start, c.End = start, i+n
	return true
}

func isCapital(b byte) bool { return b >= 'A' && b <= 'Z' }
