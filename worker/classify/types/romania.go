package types

import "github.com/classifyd/classifyd/worker/classify"

const romaniaPersonalID = "eb5fa399-fe28-4c67-8188-d63a616ed89c"

// romaniaPersonal is the cod numeric personal: sex and century, birthday,
// county, serial, and a check digit of weights 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7,
// 9 modulo 11 (Legea 105/1996, HG 1375/2006).
func romaniaPersonal() *classify.Type {
	return &classify.Type{
		ID:          romaniaPersonalID,
		Name:        "Romania Personal Numeric Code (CNP)",
		Description: "Romanian personal numeric codes.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"RO"},
		Recommended: 75,
		Words: []string{
			"cnp", "cnp#", "cod numeric personal", "codul numeric personal", "cod personal", "cod identificare personal", "număr identificare",
			"numarul de identificare", "buletin", "carte de identitate", "cod unic identificare", "insurance number", "personal numeric code", "tax id",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"13"}},
				Check:    romaniaPersonalCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "CNP 1630615123457", Match: "1630615123457", Confidence: 85},
			{Text: "2850101400123", Match: "2850101400123", Confidence: 75},
		},
		Leaves: []string{"cnp 1630615123458", "cnp 1631315123457", "cnp 1630615603454"},
	}
}

func romaniaPersonalCheck(c *classify.Candidate) bool {
	d := c.Digits
	century := [10]int{0, 1900, 1900, 1800, 1800, 2000, 2000, 2000, 2000, 2000}[d[0]-'0']
	county := number(d[7:9])
	if century == 0 || county == 0 || county > 48 && county != 51 && county != 52 && county != 70 && (county < 80 || county > 83) {
		return false
	}
	check := weighted(d, 2, 7, 9, 1, 4, 6, 3, 5, 8, 2, 7, 9) % 11
	if check == 10 {
		check = 1
	}
	return calendar(century+number(d[1:3]), number(d[3:5]), number(d[5:7])) && check == int(d[12]-'0')
}
