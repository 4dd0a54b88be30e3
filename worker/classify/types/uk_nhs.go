package types

import "github.com/classifyd/classifyd/worker/classify"

// ukNHS is the NHS number of England, Wales and the Isle of Man: ten digits, the
// last a modulus 11 check digit (NHS Data Dictionary, NHS NUMBER).
func ukNHS() *classify.Type {
	return &classify.Type{
		ID:          "3192014e-2a16-44e9-aa69-4b20375c9a78",
		Name:        "U.K. National Health Service Number",
		Description: "Patient numbers of the National Health Service, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryHealth,
		Countries:   []string{"GB"},
		Recommended: 85,
		Words: []string{
			"nhs", "nhs no", "nhs number", "nhsnumber", "national health", "national health service", "patient", "patient id",
			"patient no", "patient number", "patient identification", "health authority", "health service", "gp", "gp surgery",
			"rhif gig", "gig", "gwasanaeth iechyd",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"10", "3 3 4"}},
			Check:    nhsCheck,
			Strength: classify.CheckDigit,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "NHS number 943 476 5919", Match: "943 476 5919", Confidence: 85},
			{Text: "patient 943-476-5919 was seen", Match: "943-476-5919", Confidence: 85},
			{Text: "nhs_no=9434765919", Match: "9434765919", Confidence: 85},
		},
		Leaves: []string{"943 476 5919", "nhs 943 476 5918", "nhs 000 000 0000", "nhs 943 4765919", "nhs 9434765919-1"},
	}
}

func nhsCheck(c *classify.Candidate) bool {
	d := c.Digits
	check := 11 - weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11
	return check%11 == int(d[9]-'0') && !uniform(d)
}
