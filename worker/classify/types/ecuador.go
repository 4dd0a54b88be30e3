package types

import "github.com/classifyd/classifyd/worker/classify"

// ecuadorIdentity is the cédula: province, kind, serial and a Luhn check digit
// (Registro Civil).
func ecuadorIdentity() *classify.Type {
	return &classify.Type{
		ID:          own("ecuador-identity-number"),
		Name:        "Ecuador Identity Number (Cédula)",
		Description: "Ecuadorian identity numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"EC"},
		Recommended: 85,
		Words: []string{
			"cédula", "cedula", "cédula de identidad", "cedula de identidad", "cédula de ciudadanía", "número de cédula", "registro civil", "ecuador",
			"c.i.",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"10", "9-1"}},
				Check:    ecuadorIdentityCheck,
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "cédula 171430710-3", Match: "171430710-3", Confidence: 85},
			{Text: "Cédula: 0926876855", Match: "0926876855", Confidence: 85},
		},
		Leaves: []string{"1714307103", "cédula 1714307104", "cédula 2514307103"},
	}
}

func ecuadorIdentityCheck(c *classify.Candidate) bool {
	province := number(c.Digits[:2])
	return (province >= 1 && province <= 24 || province == 30) && c.Digits[2] < '6' && luhn(c.Digits)
}
