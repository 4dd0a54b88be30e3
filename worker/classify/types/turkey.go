package types

import "github.com/classifyd/classifyd/worker/classify"

// turkeyIdentity is the T.C. kimlik numarası: the tenth digit is seven times
// the odd places less the even ones, the eleventh the sum of all, both modulo
// 10 (NVİ).
func turkeyIdentity() *classify.Type {
	return &classify.Type{
		ID:          "fb621f20-3876-4cfc-acec-8c8e73ca32c7",
		Name:        "Turkey National Identification Number",
		Description: "Turkish identity numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"TR"},
		Recommended: 75,
		Words: []string{
			"tc kimlik", "tc kimlik no", "t.c. kimlik no", "tckn", "kimlik no", "kimlik numarası", "tc no", "tc numarası", "t.c. kimlik numarası",
			"vatandaşlık numarası", "vatandaş", "nüfus cüzdanı", "turkish id", "national id", "turkish national identification",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"11"}},
				Check:    turkeyIdentityCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "TC Kimlik No: 10000000146", Match: "10000000146", Confidence: 85},
			{Text: "94357219628", Match: "94357219628", Confidence: 75},
		},
		Leaves: []string{"tckn 10000000145", "02531814694", "97485249605"},
	}
}

func turkeyIdentityCheck(c *classify.Candidate) bool {
	d := c.Digits
	odd, even := weighted(d, 1, 0, 1, 0, 1, 0, 1, 0, 1), weighted(d, 0, 1, 0, 1, 0, 1, 0, 1)
	tenth := ((7*odd-even)%10 + 10) % 10
	return d[0] != '0' && tenth == int(d[9]-'0') && (odd+even+tenth)%10 == int(d[10]-'0')
}

// turkeyTax is the vergi kimlik numarası: each digit is shifted by its place,
// multiplied by a power of two modulo 9, and the sum complemented to ten (Gelir
// İdaresi Başkanlığı).
func turkeyTax() *classify.Type {
	return &classify.Type{
		ID:          own("turkey-tax-number"),
		Name:        "Turkey Tax Number (VKN)",
		Description: "Turkish tax numbers of companies.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"TR"},
		Recommended: 85,
		Words:       []string{"vergi kimlik numarası", "vergi no", "vergi numarası", "vkn", "vergi dairesi", "vergi kimlik no", "mükellef"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"10"}},
				Check:    turkeyTaxCheck,
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "VKN 4540469056", Match: "4540469056", Confidence: 85},
			{Text: "vergi no 1234567890", Match: "1234567890", Confidence: 85},
		},
		Leaves: []string{"4540469056", "vkn 4540469057"},
	}
}

func turkeyTaxCheck(c *classify.Candidate) bool {
	sum := 0
	for i, b := range c.Digits[:9] {
		if v := (int(b-'0') + 9 - i) % 10; v != 0 {
			sum += (v<<(9-i)-1)%9 + 1 // modulo 9, with 9 for 0
		}
	}
	return (10-sum%10)%10 == int(c.Digits[9]-'0') && !uniform(c.Digits)
}
