package types

import "github.com/classifyd/classifyd/worker/classify"

const bulgariaCivilID = "100d58b1-0a35-4fb1-aa89-e4a86fb53fcc"

// bulgariaCivil is the EGN: birthday with 20 added to the month before 1900 and
// 40 since 2000, serial, and weights 2, 4, 8, 5, 10, 9, 7, 3, 6 modulo 11, 10
// counting as 0 (ГРАО).
func bulgariaCivil() *classify.Type {
	return &classify.Type{
		ID:          bulgariaCivilID,
		Name:        "Bulgaria Uniform Civil Number",
		Description: "Bulgarian civil numbers (EGN).",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"BG"},
		Recommended: 75,
		Words: []string{
			"егн", "е.г.н.", "егн#", "единен граждански номер", "граждански номер", "лична карта", "гражданин", "идентификационен номер", "личен номер",
			"лична идентификация", "egn", "edinen grazhdanski nomer", "uniform civil number", "uniform civil id", "ucn", "bulgarian", "bucn",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"10"}},
				Check:    bulgariaCivilCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "ЕГН 7523169263", Match: "7523169263", Confidence: 85},
			{Text: "8032056031", Match: "8032056031", Confidence: 75},
		},
		Leaves: []string{"егн 7523169264", "егн 7533169263"},
	}
}

func bulgariaCivilCheck(c *classify.Candidate) bool {
	d := c.Digits
	year, month := 1900+number(d[:2]), number(d[2:4])
	switch {
	case month > 40:
		year, month = year+100, month-40
	case month > 20:
		year, month = year-100, month-20
	}
	return calendar(year, month, number(d[4:6])) && weighted(d, 2, 4, 8, 5, 10, 9, 7, 3, 6)%11%10 == int(d[9]-'0')
}
