package types

import (
	"hash/maphash"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/nyaruka/phonenumbers"

	"github.com/classifyd/classifyd/worker/classify"
)

// maxPhone is how many digits a number has at most, by ITU-T E.164.
const maxPhone = 15

// phone is a number of the E.164 plan that libphonenumber's metadata holds
// valid, written internationally, or as people do in one of the regions below.
func phone() *classify.Type {
	p := newPhoneBook()
	shape := classify.Run{Min: 7, Max: maxPhone}
	rule := func(style phoneStyle, verify func(*classify.Candidate) bool, alone, with int) classify.Rule {
		return classify.Rule{
			Shape: shape,
			Check: func(c *classify.Candidate) bool {
				return p.begins(c, style) && styleOf(c) == style && p.plausible(c, style)
			},
			Verify:   verify,
			Strength: classify.Ranges,
			Alone:    alone,
			With:     with,
		}
	}
	return &classify.Type{
		ID:          own("phone-number"),
		Name:        "Phone Number",
		Description: "Telephone numbers that are valid in their country's numbering plan.",
		Publisher:   publisher,
		Category:    classify.CategoryContact,
		Recommended: 75,
		Words: []string{
			"phone", "phones", "phone number", "phone no", "phonenumber", "telephone", "tel", "tel no", "mobile", "mobile number", "cell", "cellphone", "cellular",
			"cell phone", "landline", "fax", "fax number", "telefax", "call", "call me", "dial", "ring", "reach me", "reach us", "contact",
			"contact number", "hotline", "helpline", "toll free", "whatsapp", "sms", "text me", "text message", "voicemail", "answering", "phone extension", "ext",
			"desk", "office number", "office phone",
			"telefon", "telefonnummer", "handy", "handynummer", "rufnummer", "mobil", "mobilnummer", "durchwahl", "anrufen",
			"téléphone", "telephone portable", "portable", "appeler", "numéro de téléphone", "teléfono", "telefono", "móvil", "celular", "llamar", "llame",
			"telefone", "telemóvel", "ligar", "cellulare", "chiamare", "telefoon", "telefoonnummer", "mobiel", "bellen", "puhelin", "puhelinnumero",
			"telefonní číslo", "numer telefonu", "komórka", "telefonszám", "număr de telefon", "cep telefonu", "τηλέφωνο", "κινητό",
			"телефон", "тел", "мобильный", "звоните", "номер телефона", "电话", "電話", "手机", "手機", "联系电话", "携帯", "전화", "전화번호", "휴대폰",
			"هاتف", "جوال", "الهاتف", "رقم الهاتف", "טלפון", "נייד", "फ़ोन", "फोन", "मोबाइल", "โทร", "โทรศัพท์", "điện thoại",
		},
		Rules: []classify.Rule{
			rule(international, p.valid, 65, 75),
			rule(formatted, p.valid, 65, 75),
			rule(bare, p.valid, 0, 75),
			// A subscriber's number without its area, which a label says it is.
			{Shape: classify.Run{Min: 7, Max: 7}, Check: labelled, Strength: classify.Form, With: 65},
			// Of the right length for its country but not allotted: what fiction,
			// tests and slips of the pen look like, and new ranges.
			rule(international, possible, 0, 65),
		},
		Finds: []classify.Sample{
			{Text: "call +44 20 7946 0958 now", Match: "+44 20 7946 0958", Confidence: 75},
			{Text: "(212) 555-2368", Match: "(212) 555-2368", Confidence: 65},
			{Text: "fax: 2125552368", Match: "2125552368", Confidence: 75},
			{Text: "212-555-2368 x123;", Match: "212-555-2368 x123", Confidence: 65},
			{Text: "Tél. 01 42 68 53 00", Match: "01 42 68 53 00", Confidence: 65},
			{Text: "Telefon 030/1234567", Match: "030/1234567", Confidence: 75},
			{Text: "+41 (0)44 668 18 00", Match: "+41 (0)44 668 18 00", Confidence: 65},
			{Text: "电话：010-6552-9988", Match: "010-6552-9988", Confidence: 75},
			{Text: "Mobile: +44 7700 921 123", Match: "+44 7700 921 123", Confidence: 65},
			{Text: "001 212 555 2368", Match: "001 212 555 2368", Confidence: 65},
			{Text: "Phone: 555-2368", Match: "555-2368", Confidence: 65},
			{Text: "555 2368 mobile", Match: "555 2368", Confidence: 65},
		},
		Leaves: []string{
			"2125552368",              // nothing says what it is
			"call 2024-11-05",         // a date
			"call 05.11.2024 12:30",   // a date
			"call 112-555-2368",       // no area code
			"call 212-55-2368",        // grouped as a social security number
			"call for 555 2368 units", // nothing labels it
			"call 17031 2202",         // grouped as a postal code
			"+44 7700 921 123",        // not allotted, and nothing says what it is
			"call +44 7700 92112345",  // too long
			"fax 10.20.30.40",         // an address
			"call id 123456789012345678",
			"tel 1-2-3-4-5-6-7-8-9",
			"call 0000000000",
			"call 1,234,567.89",
		},
	}
}

// labelled takes three digits and four, as subscribers' numbers are printed in
// North America and elsewhere, right behind or before a word for a telephone.
func labelled(c *classify.Candidate) bool {
	m := c.Match()
	if !formed(m, "999-9999") && !formed(m, "999 9999") && !formed(m, "999.9999") || m[0] < '2' || uniform(c.Digits) {
		return false
	}
	if next := c.Text[c.End:]; wordByte(c.After()) || len(next) > 1 && strings.IndexByte("-./:,", next[0]) >= 0 && next[1] >= '0' && next[1] <= '9' {
		return false
	}
	before := strings.TrimRight(c.Text[:c.Start], " \t\r\n")
	label := strings.TrimRight(before, ":.#")
	start := len(label)
	for start > 0 && wordByte(label[start-1]) {
		start--
	}
	if label != before && isLabel(label[start:]) {
		return true
	}
	after := strings.TrimLeft(c.Text[c.End:], " -(,")
	end := 0
	for end < len(after) && wordByte(after[end]) {
		end++
	}
	return isLabel(after[:end])
}

func isLabel(word string) bool {
	return word != "" && strings.Contains(" phone telephone tel fax mobile cell ph home office work ", " "+strings.ToLower(word)+" ")
}

// A phoneStyle is how much the way a number is written says by itself.
type phoneStyle int

const (
	bare          phoneStyle = iota // digits, or groups that could be anything
	formatted                       // as numbers are printed within a country
	international                   // with a plus sign or 00
)

// styleOf tells how the candidate is written.
func styleOf(c *classify.Candidate) phoneStyle {
	m := c.Match()
	switch {
	case m[0] == '+' || m[1] == '+' || m[0] == '0' && m[1] == '0' && len(c.Digits) >= 10:
		return international
	case len(m) == len(c.Digits):
		return bare
	case len(c.Digits) >= 9 && (m[0] == '0' || m[0] == '(') || usual(m):
		return formatted
	}
	return bare
}

// begins reports whether a number of the style may begin as the candidate does.
func (p *phoneBook) begins(c *classify.Candidate, style phoneStyle) bool {
	if style == international {
		first := c.Text[c.Start]
		return first == '+' || first == '(' || first == '0'
	}
	return len(p.plans[len(c.Digits)][c.Digits[0]-'0']) > 0
}

// plausible decides without asking whether such a number exists, and takes an
// extension into the candidate.
func (p *phoneBook) plausible(c *classify.Candidate, style phoneStyle) bool {
	m, d := c.Match(), c.Digits
	if uniform(d) {
		return false
	}
	if b := c.Before(); b == '+' || b == '.' || b == '-' && c.Start > 1 && wordByte(c.Text[c.Start-2]) {
		return false
	}
	ext := extension(c.Text[c.End:])
	if ext == 0 {
		next := c.Text[c.End:]
		if wordByte(c.After()) || len(next) > 1 && strings.IndexByte("-./:,", next[0]) >= 0 && next[1] >= '0' && next[1] <= '9' {
			return false
		}
	}
	if style != international && len(m) > len(d) {
		groups := grouping(m)
		if isDate(m, groups) || isYears(m, groups) || isQuad(m, groups) || len(groups) == 2 && strings.Contains(m, ".") || len(groups) > 6 ||
			strings.Count(m, "(") != strings.Count(m, ")") ||
			d[0] == '1' && len(d) == 10 && usual(m) || // no North American area, and no other plan writes so
			d[0] != '0' && foreign(groups) {
			return false
		}
	}
	c.End += ext
	return true
}

// usual reports whether m is grouped as in the North American plan.
func usual(m string) bool {
	if len(m) < 12 {
		return false
	}
	groups := grouping(m)
	n := len(groups)
	return n >= 3 && groups[n-1] == 4 && groups[n-2] == 3 && groups[n-3] == 3 && (n == 3 || n == 4 && groups[0] == 1)
}

// foreign reports whether the groups are those of other American numbers:
// social security, ZIP+4 and licences. Telephone numbers that begin without a
// trunk prefix are nowhere grouped so.
func foreign(groups []int) bool {
	n := len(groups)
	return n >= 2 && groups[n-1] == 4 && (n == 2 && groups[0] == 5 || n == 3 && groups[1] == 2 && groups[0] >= 3)
}

// grouping returns the lengths of the digit groups in m.
func grouping(m string) []int {
	groups := make([]int, 0, 16)
	in := false
	for _, b := range []byte(m) {
		d := b >= '0' && b <= '9'
		switch {
		case d && in:
			groups[len(groups)-1]++
		case d:
			groups = append(groups, 1)
		}
		in = d
	}
	return groups
}

// isDate reports whether m is digits of a year, a month and a day.
func isDate(m string, groups []int) bool {
	return len(groups) >= 3 && m[0] != '(' &&
		(groups[0] == 4 && groups[1] <= 2 && groups[2] <= 2 && (m[0] == '1' || m[0] == '2') || groups[0] <= 2 && groups[1] <= 2 && groups[2] == 4)
}

// isYears reports whether m is a span of years.
func isYears(m string, groups []int) bool {
	year := func(s string) bool { return s[:2] == "19" || s[:2] == "20" }
	return len(groups) == 2 && groups[0] == 4 && groups[1] == 4 && year(m) && year(m[len(m)-4:])
}

// isQuad reports whether m looks like an address of IPv4.
func isQuad(m string, groups []int) bool {
	return len(groups) == 4 && strings.Count(m, ".") == 3 && max(groups[0], groups[1], groups[2], groups[3]) <= 3 && !(groups[0] == 3 && m[:3] > "255")
}

// extension returns the length of an extension that s begins with, as in
// " ext. 12", "x4587" or " #12".
func extension(s string) int {
	if s == "" || strings.IndexByte(" ,exX#", s[0]) < 0 {
		return 0
	}
	i := 0
	for i < len(s) && i < 2 && (s[i] == ' ' || s[i] == ',') {
		i++
	}
	mark := 0
	for _, m := range []string{"extension", "ext.", "ext", "x", "X", "#"} {
		if strings.HasPrefix(s[i:], m) {
			mark = len(m)
			break
		}
	}
	if mark == 0 {
		return 0
	}
	i += mark
	if i < len(s) && s[i] == ' ' {
		i++
	}
	from := i
	for i < len(s) && i-from < 7 && s[i] >= '0' && s[i] <= '9' {
		i++
	}
	if i == from || i-from > 6 || i < len(s) && wordByte(s[i]) {
		return 0
	}
	return i
}

// A phoneBook has the numberings of the regions whose numbers are known without
// a country code, and where these do not know, remembers what libphonenumber
// said, since asking costs some fifteen microseconds a region. It holds hashes,
// not numbers: the slot of a number holds its hash with the answer in the lowest bit.
type phoneBook struct {
	plans [maxPhone + 1][10][]numberingIn // by a number's length and first digit
	seed  maphash.Seed
	slots [1 << 12]atomic.Uint64
}

// A numberingIn is what a region's numbers are as they are dialled within.
type numberingIn struct {
	region    string
	numbering func() *numbering
}

func newPhoneBook() *phoneBook {
	p := &phoneBook{seed: maphash.MakeSeed()}
	for _, plan := range phonePlans {
		code := strconv.Itoa(phonenumbers.GetCountryCodeForRegion(plan.region))
		in := numberingIn{plan.region, sync.OnceValue(func() *numbering {
			if n := numberings()[code](); n != nil && n.region == plan.region {
				return n
			}
			return nil
		})}
		for n := plan.min; n <= plan.max; n++ {
			for _, c := range plan.first {
				p.plans[n][c-'0'] = append(p.plans[n][c-'0'], in)
			}
		}
	}
	return p
}

// valid reports whether a number exists, as far as libphonenumber knows.
func (p *phoneBook) valid(c *classify.Candidate) bool {
	var buf [16]string
	ask := buf[:0] // the regions for which the numbering does not know
	m, digits := c.Match(), c.Digits
	ext := strings.IndexAny(m, "exX#")
	if international := plus(m); strings.Contains(international, "+") {
		if international != m {
			m, digits = international, digits[len("00"):]
		}
		if is := numberOf(digits); ext < 0 && is != unknown {
			return is == valid
		}
		return p.told(m, append(ask, "ZZ"))
	}
	if ext >= 0 {
		n := 0
		for _, g := range grouping(m[:ext]) {
			n += g
		}
		digits = digits[:n]
	}
	for _, in := range p.plans[len(digits)][digits[0]-'0'] {
		is := unknown
		if ext < 0 {
			is = in.numbering().within(digits)
		}
		switch is {
		case valid:
			return true
		case unknown:
			ask = append(ask, in.region)
		}
	}
	return len(ask) > 0 && p.told(m, ask)
}

// told reports whether the library says that m is a number in one of regions,
// which depend on m.
func (p *phoneBook) told(m string, regions []string) bool {
	h := maphash.String(p.seed, m) &^ 1
	slot := &p.slots[h>>1%uint64(len(p.slots))]
	if known := slot.Load(); known&^1 == h && known != 0 {
		return known&1 == 1
	}
	ok := slices.ContainsFunc(regions, func(region string) bool { return validIn(m, region) })
	if ok {
		h |= 1
	}
	slot.Store(h)
	return ok
}

// possible reports whether an international number has the length of its
// country's numbers.
func possible(c *classify.Candidate) bool {
	n, err := phonenumbers.Parse(plus(c.Match()), "ZZ")
	return err == nil && phonenumbers.IsPossibleNumberWithReason(n) == phonenumbers.IS_POSSIBLE
}

// plus writes the international prefix 00 as a plus sign.
func plus(m string) string {
	if strings.HasPrefix(m, "00") {
		return "+" + m[2:]
	}
	return m
}

func validIn(m, region string) bool {
	n, err := phonenumbers.Parse(m, region)
	return err == nil && phonenumbers.IsValidNumber(n)
}
