package types

import "github.com/classifyd/classifyd/worker/classify"

// nine are the ways in which American nine-digit numbers are printed.
var (
	nineFormatted = classify.Number{Layouts: []string{"3 2 4"}}
	nineLoose     = classify.Number{Layouts: []string{"9", "3 6", "5 4"}}
)

// usSSN follows the Social Security Administration: an area of 001 to 899
// without 666, a group and a serial other than zero. Areas that were in use
// before numbers were randomised in June 2011 count for more than later ones.
func usSSN() *classify.Type {
	old := func(c *classify.Candidate) bool { return ssnCheck(c) && ssnArea(c) <= lastOldArea }
	later := func(c *classify.Candidate) bool { return ssnCheck(c) && ssnArea(c) > lastOldArea }
	return &classify.Type{
		ID:          "a44669fe-0d48-453d-a9b1-2cc83f2cba77",
		Name:        "U.S. Social Security Number (SSN)",
		Description: "United States social security numbers; without groups only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"US"},
		Recommended: 75,
		Words: []string{
			"ssn", "ssns", "ssn no", "ssn number", "ssid", "ss#", "ss no", "soc sec", "social security", "social security number",
			"social security no", "socialsecurity", "socialsecuritynumber", "social insurance", "taxpayer id", "tax id",
			"seguro social", "número de seguro social", "numero de seguro social", "seguridad social",
		},
		Rules: []classify.Rule{
			{Shape: nineFormatted, Check: old, Strength: classify.Ranges, Alone: 65, With: 85},
			{Shape: nineLoose, Check: old, Strength: classify.Ranges, With: 75},
			{Shape: nineFormatted, Check: later, Strength: classify.Ranges, With: 65},
			{Shape: nineLoose, Check: later, Strength: classify.Ranges, With: 55},
		},
		Finds: []classify.Sample{
			{Text: "SSN: 536-22-8726", Match: "536-22-8726", Confidence: 85},
			{Text: "Social-Security no. 536 22 8726", Match: "536 22 8726", Confidence: 85},
			{Text: `"ssn_number":"536228726"`, Match: "536228726", Confidence: 75},
			{Text: "ssn 536228726.", Match: "536228726", Confidence: 75},
			{Text: "número de seguro social 801-22-8726", Match: "801-22-8726", Confidence: 65},
			{Text: "ssn 801228726", Match: "801228726", Confidence: 55},
			{Text: "for 536-22-8726,", Match: "536-22-8726", Confidence: 65},
		},
		Leaves: []string{
			"part 536228726",      // nothing says what it is
			"part 801-22-8726",    // nor here, and the area is a late one
			"ssn 000-22-8726",     // area
			"ssn 666-22-8726",     // area
			"ssn 900-22-8726",     // area
			"ssn 536-00-8726",     // group
			"ssn 536-22-0000",     // serial
			"ssn 078-05-1120",     // the wallet insert of 1938
			"ssn 123-45-6789",     // a placeholder
			"ssn 111-11-1111",     // a placeholder
			"ssn 1536-22-8726",    // longer
			"ssn 536-22-8726-1",   // longer
			"ssnx 536228726",      // not the word
			"ssn 536-22 8726 abc", // two kinds of separator
		},
	}
}

// lastOldArea is the highest area number that was assigned before June 2011.
const lastOldArea = 772

func ssnArea(c *classify.Candidate) int { return number(c.Digits[:3]) }

func ssnCheck(c *classify.Candidate) bool {
	area, group, serial := ssnArea(c), number(c.Digits[3:5]), number(c.Digits[5:])
	if area == 0 || area == 666 || area >= 900 || group == 0 || serial == 0 || uniform(c.Digits) {
		return false
	}
	switch string(c.Digits) {
	case "078051120", "219099999", "457555462", "123456789": // printed in advertisements, or typed
		return false
	}
	return true
}

// usITIN follows the Internal Revenue Service: nine digits that begin with 9,
// the fourth and fifth of which are 50-65, 70-88, 90-92 or 94-99.
func usITIN() *classify.Type {
	return &classify.Type{
		ID:          "e55e2a32-f92d-4985-a35d-a0b269eb687b",
		Name:        "U.S. Individual Taxpayer Identification Number (ITIN)",
		Description: "Taxpayer numbers that the United States give to those who cannot have a social security number.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"US"},
		Recommended: 75,
		Words: []string{
			"itin", "i t i n", "taxpayer", "tax payer", "taxpayer id", "tax id", "tax identification", "taxpayer identification number",
			"individual taxpayer", "tin", "irs", "w7", "número de identificación personal del contribuyente", "contribuyente",
		},
		Rules: []classify.Rule{
			{Shape: nineFormatted, Check: itinCheck, Strength: classify.Ranges, Alone: 65, With: 85},
			{Shape: nineLoose, Check: itinCheck, Strength: classify.Ranges, Alone: 65, With: 75},
		},
		Finds: []classify.Sample{
			{Text: "ITIN 912-78-1234", Match: "912-78-1234", Confidence: 85},
			{Text: "912 94 1234", Match: "912 94 1234", Confidence: 65},
			{Text: "tax id: 912781234", Match: "912781234", Confidence: 75},
			{Text: "itin 912-781234", Match: "912-781234", Confidence: 75},
		},
		Leaves: []string{"itin 912-89-1234", "itin 912-93-1234", "itin 912-66-1234", "itin 812-78-1234", "itin 912-49-1234"},
	}
}

func itinCheck(c *classify.Candidate) bool {
	if c.Digits[0] != '9' {
		return false
	}
	g := number(c.Digits[3:5])
	return g >= 50 && g <= 65 || g >= 70 && g <= 88 || g >= 90 && g <= 92 || g >= 94
}
