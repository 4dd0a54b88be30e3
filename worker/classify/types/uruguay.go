package types

import "github.com/classifyd/classifyd/worker/classify"

// uruguayIdentity is the cédula: seven digits and a check digit of weights 2,
// 9, 8, 7, 6, 3, 4 modulo 10 (DNIC).
func uruguayIdentity() *classify.Type {
	return &classify.Type{
		ID:          own("uruguay-identity-number"),
		Name:        "Uruguay Identity Number (Cédula)",
		Description: "Uruguayan identity numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"UY"},
		Recommended: 75,
		Words:       []string{"cédula", "cedula", "cédula de identidad", "c.i.", "documento", "dnic", "uruguay"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"1.3.3-1", "7-1"}},
				Check:    uruguayIdentityCheck,
				Strength: classify.CheckDigit, Alone: 65, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"8"}},
				Check:    uruguayIdentityCheck,
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "C.I. 1.234.567-2", Match: "1.234.567-2", Confidence: 85},
			{Text: "4622323-2", Match: "4622323-2", Confidence: 65},
		},
		Leaves: []string{"12345672", "ci 1.234.567-3"},
	}
}

func uruguayIdentityCheck(c *classify.Candidate) bool {
	return weighted(c.Digits, 2, 9, 8, 7, 6, 3, 4, 1)%10 == 0 && number(c.Digits) > 1_000_000 && !uniform(c.Digits)
}
