package types

import "github.com/classifyd/classifyd/worker/classify"

// kazakhstanIdentity is the IIN: birthday, century and sex, serial, and weights
// 1 to 11, or 3 to 11, 1, 2 where 10 is left, modulo 11 (law 223-III).
func kazakhstanIdentity() *classify.Type {
	return &classify.Type{
		ID:          own("kazakhstan-individual-identification-number"),
		Name:        "Kazakhstan Individual Identification Number (IIN)",
		Description: "Kazakh identification numbers of persons.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"KZ"},
		Recommended: 75,
		Words:       []string{"иин", "жсн", "жеке сәйкестендіру нөмірі", "индивидуальный идентификационный номер", "удостоверение личности", "жеке куәлік", "iin"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"12"}},
				Check:    kazakhstanIdentityCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "ИИН 900101350122", Match: "900101350122", Confidence: 85},
			{Text: "851210400562", Match: "851210400562", Confidence: 75},
		},
		Leaves: []string{"иин 900101350123", "иин 901301350122"},
	}
}

func kazakhstanIdentityCheck(c *classify.Candidate) bool {
	d := c.Digits
	if !birthday(d) || d[6] < '1' || d[6] > '6' {
		return false
	}
	check := weighted(d, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11) % 11
	if check == 10 {
		check = weighted(d[:11], 3, 4, 5, 6, 7, 8, 9, 10, 11, 1, 2) % 11
	}
	return check == int(d[11]-'0')
}
