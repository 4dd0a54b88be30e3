package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// germanyPractice is the number of a doctor's place of work: nine digits, of
// which the first two tell the association (Kassenärztliche Bundesvereinigung,
// Richtlinie nach section 75 Abs. 7 SGB V). It has no check digit.
func germanyPractice() *classify.Type {
	return &classify.Type{
		ID:          own("germany-practice-number"),
		Name:        "Germany Practice Number (BSNR)",
		Description: "Numbers of German doctors' practices, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryHealth,
		Countries:   []string{"DE"},
		Recommended: 75,
		Words: []string{
			"bsnr", "betriebsstättennummer", "betriebsstaettennummer", "betriebsstätten-nr", "betriebsstätte", "nbsnr", "nebenbetriebsstättennummer", "praxis", "praxisnummer",
			"vertragsarzt", "arztpraxis", "kassenärztliche vereinigung",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"9"}},
			Check:    func(c *classify.Candidate) bool { return number(c.Digits[:2]) > 0 && !uniform(c.Digits) },
			Strength: classify.Form,
			With:     75,
		}},
		Finds:  []classify.Sample{{Text: "BSNR 721234500", Match: "721234500", Confidence: 75}},
		Leaves: []string{"721234500", "bsnr 001234500", "bsnr 72123450", "bsnr 111111111"},
	}
}

// germanyCommercial is an entry in the commercial register: department A or B of
// a court, a number, and in some courts a letter behind it (Handelsregister-
// verordnung, sections 3 and 13).
func germanyCommercial() *classify.Type {
	return &classify.Type{
		ID:          own("germany-commercial-register-number"),
		Name:        "Germany Commercial Register Number",
		Description: "Entries in the German commercial register.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"DE"},
		Recommended: 75,
		Words:       []string{"handelsregister", "handelsregisternummer", "hr-nummer", "registergericht", "registernummer", "amtsgericht", "eingetragen", "commercial register", "gmbh", "ag"},
		Rules: []classify.Rule{{
			Shape:    small(classify.Word{Starts: []string{"HRA", "HRB"}, Min: 3, Max: 10, Before: 1, After: 16}),
			Check:    germanyCommercialCheck,
			Strength: classify.Ranges,
			Alone:    65,
			With:     75,
		}},
		Finds: []classify.Sample{
			{Text: "Amtsgericht Köln, HRB 84117", Match: "HRB 84117", Confidence: 75},
			{Text: "HRA 9021 B", Match: "HRA 9021 B", Confidence: 65},
		},
		Leaves: []string{"HR 84117", "HRB 0", "HRB 1234567", "HRB Nummer", "HRC 84117", "HRB 84117-2"},
	}
}

func germanyCommercialCheck(c *classify.Candidate) bool {
	i := c.Start + 3
	if i < len(c.Text) && c.Text[i] == ' ' {
		i++
	}
	rest := c.Text[i:]
	n := len(rest) - len(strings.TrimLeft(rest, decimals))
	if n < 1 || n > 6 || rest[0] == '0' || c.Before() == '-' {
		return false
	}
	// A court's letter, which no further word may follow.
	if l := strings.TrimPrefix(rest[n:], " "); l != "" && isCapital(l[0]) && (len(l) == 1 || !wordByte(l[1]) && l[1] < 0x80) && (len(l) == 1 || l[1] != ' ') {
		n = len(rest) - len(l) + 1
	}
	if n < len(rest) && (wordByte(rest[n]) || rest[n] == '-') {
		return false
	}
	c.End = i + n
	return true
}

// germanyPostcode is five digits from 01001 to 99998 (Deutsche Post,
// Postleitzahlen).
func germanyPostcode() *classify.Type {
	return &classify.Type{
		ID:          own("germany-postcode"),
		Name:        "Germany Postcode",
		Description: "German postcodes, reported only where a word close to them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryContact,
		Countries:   []string{"DE"},
		Recommended: 65,
		Proximity:   60,
		Words:       []string{"plz", "postleitzahl", "postleitzahlen", "anschrift", "adresse", "wohnort", "wohnhaft", "straße", "strasse", "ort", "postanschrift"},
		Rules: []classify.Rule{{
			Shape: classify.Number{Layouts: []string{"5"}},
			Check: func(c *classify.Candidate) bool {
				n := number(c.Digits)
				return n >= 1001 && n <= 99998 && !uniform(c.Digits)
			},
			Strength: classify.Ranges,
			With:     65,
		}},
		Finds:  []classify.Sample{{Text: "PLZ 04109 Leipzig", Match: "04109", Confidence: 65}},
		Leaves: []string{"04109", "plz 00109", "plz 99999", "plz 041091"},
	}
}
