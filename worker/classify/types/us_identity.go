package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// usEIN is the Employer Identification Number: the prefix of an IRS campus or of
// the internet, a hyphen and seven digits (IRS, How EINs are assigned).
func usEIN() *classify.Type {
	return &classify.Type{
		ID:          own("us-employer-identification-number"),
		Name:        "U.S. Employer Identification Number (EIN)",
		Description: "Tax numbers of American employers, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"US"},
		Recommended: 75,
		Words: []string{
			"ein", "fein", "ein number", "ein no", "employer identification", "employer identification number", "employer id", "employer id number",
			"federal tax id", "federal employer identification", "federal tax identification number", "federal id", "tax id", "tax id number", "irs number",
			"número de identificación del empleador",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"2-7", "9"}},
			Check:    einCheck,
			Strength: classify.Ranges,
			With:     75,
		}},
		Finds: []classify.Sample{
			{Text: "EIN 12-3456780", Match: "12-3456780", Confidence: 75},
			{Text: "Federal tax ID: 941655673", Match: "941655673", Confidence: 75},
		},
		Leaves: []string{"12-3456780", "ein 07-3456780", "ein 89-3456780", "ein 00-0000000", "ein 12-345678"},
	}
}

// einCheck refuses the prefixes that the IRS does not list as assigned.
func einCheck(c *classify.Candidate) bool {
	switch number(c.Digits[:2]) {
	case 0, 7, 8, 9, 17, 18, 19, 28, 29, 49, 69, 70, 78, 79, 89, 96, 97:
		return false
	}
	return !uniform(c.Digits) && !uniform(c.Digits[2:])
}

// usPassport is a passport book of the United States or of the United Kingdom:
// nine digits, or a letter and eight, without a check digit outside the
// machine-readable zone (ICAO Doc 9303; Department of State, Next Generation
// Passport). Two letters and seven digits, as only the United Kingdom's older
// systems print them, are taken too.
func usPassport() *classify.Type {
	return &classify.Type{
		ID:          "178ec42a-18b4-47cc-85c7-d62c92fd67f8",
		Name:        "U.S. / U.K. Passport Number",
		Description: "Passport numbers of the United States and the United Kingdom, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"US", "GB"},
		Recommended: 75,
		Words: append([]string{
			"us passport", "u.s. passport", "uk passport", "british passport", "american passport", "hm passport office", "passport office",
			"passport card", "pasaporte", "pasaporte estadounidense",
		}, passportWords...),
		Rules: []classify.Rule{
			{Shape: classify.Number{Layouts: []string{"9"}}, Check: func(c *classify.Candidate) bool { return !uniform(c.Digits) && !ascending(c.Digits) }, Strength: classify.Form, With: 75},
			{Shape: small(code("A99999999", "AA9999999")), Check: written("A99999999", "AA9999999"), Strength: classify.Form, With: 75},
		},
		Finds: []classify.Sample{
			{Text: "US passport 340020013", Match: "340020013", Confidence: 75},
			{Text: "U.S. passport no. Z12803456", Match: "Z12803456", Confidence: 75},
			{Text: "british passport C76543210", Match: "C76543210", Confidence: 75},
		},
		Leaves: []string{"340020013", "passport 34002001", "passport AB 1234567", "passport 1234567AB", "passport 000000000"},
	}
}

// usDriver is a driving licence of one of the states, each of which has forms of
// its own (AAMVA, DL/ID Card Design Standard, and the states' own pages). The
// words must stand close: the forms themselves say little.
func usDriver() *classify.Type {
	forms := []string{
		"A9999999", "A99999999", "A999999999", "A9999999999", "A99999999999", "A999999999999", "A9999999999999", "A99999999999999",
		"AA999999", "AA9999999", "AA999999A", "AAA999999", "99AAA9999", "999AA9999",
	}
	return &classify.Type{
		ID:          "dfeb356f-61cd-459e-bf0f-7c6d28b458c6",
		Name:        "U.S. Driver's License Number",
		Description: "Driving licences of the American states, reported only where a word close to them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"US"},
		Recommended: 75,
		Proximity:   50,
		Words: append([]string{
			"dl", "dls", "dl number", "dl no", "drivers lic", "driver's lic", "driving lic", "dmv", "driver id", "driver's id", "operator license",
			"operator's license", "state id", "licencia de conducir", "licencia de manejar",
		}, licenceWords...),
		Rules: []classify.Rule{
			{
				Shape:    code(forms...),
				Check:    written(forms...),
				Strength: classify.Form,
				With:     75,
			},
			{
				Shape:    classify.Number{Layouts: []string{"7", "8", "9", "10", "12", "3-3-3", "3-2-4", "4-2-4"}, Seps: "-"},
				Check:    func(c *classify.Candidate) bool { return !uniform(c.Digits) && !ascending(c.Digits) },
				Strength: classify.Form,
				With:     75,
			},
			{
				Shape:    classify.Word{Starts: pairs(capitals, decimals), Min: 4, Max: 4, Before: 1, After: reach},
				Check:    grouped,
				Strength: classify.Ranges,
				With:     75,
			},
		},
		Finds: []classify.Sample{
			{Text: "Driver's license D1234562", Match: "D1234562", Confidence: 75},
			{Text: "Texas driver license 12845678", Match: "12845678", Confidence: 75},
			{Text: "FL driver license: S514-172-80-844-0", Match: "S514-172-80-844-0", Confidence: 75},
			{Text: "Driver Lic. B410-6540-1234", Match: "B410-6540-1234", Confidence: 75},
		},
		Leaves: []string{"D1234562", "12845678", "driver license 12345678", "driver of C12T345672", "driver license ABCDEFGHIJKL", "public D1234562 notice"},
	}
}

// grouped takes a letter and three digits with what hangs on them by hyphens, if
// that is a licence of the states that code the holder's name and birth:
// Florida, Illinois, Maryland, Michigan, Minnesota, Wisconsin.
func grouped(c *classify.Candidate) bool {
	if c.Before() == '-' || !formed(c.Match(), "A999") {
		return false
	}
	for _, rest := range []string{"-999-99-999-9", "-999-999-999", "-9999-9999", "-9999-9999-99", "-999-99-999"} {
		if end := c.End + len(rest); end <= len(c.Text) && formed(c.Text[c.End:end], rest) && (end == len(c.Text) || !wordByte(c.Text[end]) && !strings.HasPrefix(c.Text[end:], "-")) {
			c.End = end
			return true
		}
	}
	return false
}
