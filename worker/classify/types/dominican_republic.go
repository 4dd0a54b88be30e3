package types

import "github.com/classifyd/classifyd/worker/classify"

// dominicanIdentity is the cédula de identidad y electoral: municipality,
// serial and a Luhn check digit (Junta Central Electoral).
func dominicanIdentity() *classify.Type {
	return &classify.Type{
		ID:          own("dominican-republic-identity-number"),
		Name:        "Dominican Republic Identity Number (Cédula)",
		Description: "Dominican identity numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"DO"},
		Recommended: 75,
		Words:       []string{"cédula", "cedula", "cédula de identidad", "cédula de identidad y electoral", "junta central electoral", "jce", "república dominicana"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"3-7-1"}},
				Check:    func(c *classify.Candidate) bool { return luhn(c.Digits) && !uniform(c.Digits) },
				Strength: classify.CheckDigit, Alone: 65, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"11"}},
				Check:    func(c *classify.Candidate) bool { return luhn(c.Digits) && !uniform(c.Digits) },
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "cédula 001-1391820-5", Match: "001-1391820-5", Confidence: 85},
			{Text: "cédula 00113918205", Match: "00113918205", Confidence: 85},
		},
		Leaves: []string{"00113918205", "cédula 001-1391820-6"},
	}
}
