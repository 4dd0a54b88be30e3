package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

const (
	greeceSocialSecurityID = "e39b03f4-50ea-41ae-af7a-a4b9539596ad"
	greeceTaxID            = "15a54a5a-53d4-4080-ad43-a2a4fe1d3bf7"
	greeceCardID           = "82568215-1da1-46d3-874a-d2294d81b5ac"
)

// greeceSocialSecurity is the AMKA: birthday, serial, and a Luhn check digit
// (law 3655/2008).
func greeceSocialSecurity() *classify.Type {
	return &classify.Type{
		ID:          greeceSocialSecurityID,
		Name:        "Greece Social Security Number (AMKA)",
		Description: "Greek social security numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"GR"},
		Recommended: 75,
		Words: []string{
			"amka", "αμκα", "α.μ.κ.α.", "αριθμός μητρώου κοινωνικής ασφάλισης", "αριθμού μητρώου κοινωνικής ασφάλισης", "κοινωνική ασφάλιση", "a.m.k.a.",
			"ssn", "social security no", "social security number",
		},
		Rules: []classify.Rule{
			{
				Shape: classify.Number{Layouts: []string{"11", "6 5"}},
				Check: func(c *classify.Candidate) bool {
					return birthdayFirst(c.Digits) && number(c.Digits[6:10]) > 0 && luhn(c.Digits)
				},
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "ΑΜΚΑ 01013375223", Match: "01013375223", Confidence: 85},
			{Text: "17025601232", Match: "17025601232", Confidence: 75},
		},
		Leaves: []string{"amka 01013375224", "amka 01133375223"},
	}
}

// birthdayFirst reports whether the first six digits are day, month and year.
func birthdayFirst(d []byte) bool {
	return calendar(2000+number(d[4:6]), number(d[2:4]), number(d[:2]))
}

// greeceTax is the AFM: weights 256 to 2 modulo 11, 10 counting as 0.
func greeceTax() *classify.Type {
	return &classify.Type{
		ID:          greeceTaxID,
		Name:        "Greece Tax Identification Number",
		Description: "Greek tax numbers of persons and companies.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"GR"},
		Recommended: 75,
		Words:       []string{"αφμ", "α.φ.μ.", "αφμ αριθμός", "αριθμός φορολογικού μητρώου", "φορολογικού μητρώου νο", "φορολογικός", "φορολογική", "afm"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"9"}},
				Check:    func(c *classify.Candidate) bool { return greeceVAT(c.Digits) },
				Strength: classify.CheckDigit, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "ΑΦΜ: 094259216", Match: "094259216", Confidence: 75},
			{Text: "AFM 023356340", Match: "023356340", Confidence: 75},
		},
		Leaves: []string{"094259216", "αφμ 094259217"},
	}
}

// greeceIdentityCard is the card of the police: one or two letters that Greek
// and Latin share, and six digits; since 2023 two letters and seven digits.
func greeceIdentityCard() *classify.Type {
	return &classify.Type{
		ID:          greeceCardID,
		Name:        "Greece National ID Card",
		Description: "Numbers of Greek identity cards.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"GR"},
		Recommended: 75,
		Words: []string{
			"ταυτότητα", "ταυτότητας", "δελτίο ταυτότητας", "αριθμός ταυτότητας", "αδτ", "α.δ.τ.", "αδτ αριθμός", "greek id", "greek national id",
			"greek identity card", "greek police id", "identity card", "tautotita", "ar. tautotitas",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Word{Starts: pairs("ABEZHIKMNOPTYX", "ABEZHIKMNOPTYX0123456789"), Min: 7, Max: 9, After: reach},
				Check:    written("A999999", "AA999999", "AA9999999"),
				Strength: classify.Form, With: 75,
			},
			{
				Shape:    classify.Word{Starts: pairs("ABEZHIKMNOPTYX", "ABEZHIKMNOPTYX"), Min: 2, Max: 2, After: 12},
				Check:    greeceIdentityCardSpaced,
				Strength: classify.Form, With: 75,
			},
			{
				Shape:    classify.Number{Layouts: []string{"6", "7"}},
				Check:    greeceIdentityCardGreek,
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "ταυτότητα AB123456", Match: "AB123456", Confidence: 75},
			{Text: "Α.Δ.Τ. ΑΚ 123456", Match: "ΑΚ 123456", Confidence: 75},
			{Text: "greek id AB-123456", Match: "AB-123456", Confidence: 75},
		},
		Leaves: []string{"AB123456", "ταυτότητα AC123456"},
	}
}

func greeceIdentityCardSpaced(c *classify.Candidate) bool {
	rest := c.Text[c.End:]
	for _, n := range []int{7, 8} {
		if len(rest) >= n && printed(rest[:n], " 9999999"[:n]) && (len(rest) == n || !wordByte(rest[n])) {
			c.End += n
			return true
		}
	}
	return false
}

// greeceIdentityCardGreek takes in one or two Greek capitals, two bytes each.
func greeceIdentityCardGreek(c *classify.Candidate) bool {
	from := c.Start
	if from > 0 && (c.Text[from-1] == ' ' || c.Text[from-1] == '-') {
		from--
	}
	at := from
	for at >= 2 && from-at < 4 && strings.Contains("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", c.Text[at-2:at]) && c.Text[at-2] >= 0xC0 {
		at -= 2
	}
	if at == from || at > 0 && (wordByte(c.Text[at-1]) || c.Text[at-1] >= 0x80) {
		return false
	}
	c.Start = at
	return true
}
