package types

import "github.com/classifyd/classifyd/worker/classify"

// icelandNational is the kennitala: birthday with 40 added to the day of
// companies, two digits, a check digit of weights 3, 2, 7 to 2 modulo 11, and
// the century (Þjóðskrá; not every number given since 2026 has the check
// digit).
func icelandNational() *classify.Type {
	return &classify.Type{
		ID:          own("iceland-national-id"),
		Name:        "Iceland National ID (Kennitala)",
		Description: "Icelandic numbers of persons and companies.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"IS"},
		Recommended: 75,
		Words:       []string{"kennitala", "kt", "kennitalan", "kennitölu", "þjóðskrá", "persónunúmer", "national id", "id number"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"6-4"}},
				Check:    icelandNationalCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"10"}},
				Check:    icelandNationalCheck,
				Strength: classify.Structure, Alone: 65, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "kt. 120174-3399", Match: "120174-3399", Confidence: 85},
			{Text: "120174-3399", Match: "120174-3399", Confidence: 75},
			{Text: "1201743399", Match: "1201743399", Confidence: 65},
		},
		Leaves: []string{"kt 120174-3389", "kt 121374-3399", "kt 120174-3397"},
	}
}

func icelandNationalCheck(c *classify.Candidate) bool {
	d := c.Digits
	day := number(d[:2])
	if day > 40 {
		day -= 40
	}
	return calendar(2000+number(d[4:6]), number(d[2:4]), day) && (d[9] == '8' || d[9] == '9' || d[9] == '0') &&
		weighted(d, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}
