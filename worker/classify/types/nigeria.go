package types

import "github.com/classifyd/classifyd/worker/classify"

// nigeriaIdentity is the National Identification Number: ten digits and
// Verhoeff's check digit (NIMC).
func nigeriaIdentity() *classify.Type {
	return &classify.Type{
		ID:          own("nigeria-national-identification-number"),
		Name:        "Nigeria National Identification Number (NIN)",
		Description: "Nigerian national identification numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"NG"},
		Recommended: 75,
		Words:       []string{"nin", "national identification number", "national identity number", "nimc", "nin slip", "nigeria", "nigerian", "lambar nin"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"11", "4 3 4"}},
				Check:    func(c *classify.Candidate) bool { return verhoeff(c.Digits) && !uniform(c.Digits) },
				Strength: classify.CheckDigit, Alone: 65, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "NIN: 98765432102", Match: "98765432102", Confidence: 85},
			{Text: "12345678902", Match: "12345678902", Confidence: 65},
		},
		Leaves: []string{"nin 12345678901", "nin 1234567890"},
	}
}
