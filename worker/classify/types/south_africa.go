package types

import "github.com/classifyd/classifyd/worker/classify"

// southAfricaIdentity is the ID number: birthday, sex, citizenship, and a Luhn
// check digit (Identification Act 68 of 1997).
func southAfricaIdentity() *classify.Type {
	return &classify.Type{
		ID:          "e2adf7cb-8ea6-4048-a2ed-d89eb65f2780",
		Name:        "South Africa Identification Number",
		Description: "South African identity numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"ZA"},
		Recommended: 75,
		Words: []string{
			"rsa id", "sa id", "id number", "identity number", "identity card", "identification", "south africa id", "south african id", "id no",
			"identiteitsnommer", "id-nommer", "inombolo kamazisi", "ratio",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"13", "6 4 3", "6 4 2 1"}},
				Check:    func(c *classify.Candidate) bool { return birthday(c.Digits) && c.Digits[10] <= '2' && luhn(c.Digits) },
				Strength: classify.Structure, Alone: 65, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "SA ID 8001015009087", Match: "8001015009087", Confidence: 85},
			{Text: "8001015000086", Match: "8001015000086", Confidence: 65},
			{Text: "id number 710507 5277 087", Match: "710507 5277 087", Confidence: 85},
		},
		Leaves: []string{"9913326789285", "sa id 8001015009088", "sa id 8001015009387"},
	}
}
