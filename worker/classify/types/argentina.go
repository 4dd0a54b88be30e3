package types

import "github.com/classifyd/classifyd/worker/classify"

// argentinaTax is the CUIT or CUIL: two digits for the kind, the number, and
// weights 5, 4, 3, 2, 7 to 2 modulo 11 (AFIP, Resolución General 10/97).
func argentinaTax() *classify.Type {
	return &classify.Type{
		ID:          "98da3da1-9199-4571-b7c4-b6522980b507",
		Name:        "Argentina Unique Tax Identification Key (CUIT/CUIL)",
		Description: "Argentine tax and labour numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"AR"},
		Recommended: 75,
		Words: []string{
			"cuit", "cuil", "clave única de identificación tributaria", "clave unica de identificacion tributaria",
			"código único de identificación laboral", "clave de identificación tributaria", "número de contribuyente", "afip", "arca", "contribuyente",
			"tax registration number", "unique tax identification key",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"11", "2 8 1"}},
				Check:    argentinaTaxCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "CUIT 20-26756539-3", Match: "20-26756539-3", Confidence: 85},
			{Text: "27123456780", Match: "27123456780", Confidence: 75},
		},
		Leaves: []string{"cuit 20-26756539-4", "cuit 29-26756539-3"},
	}
}

func argentinaTaxCheck(c *classify.Candidate) bool {
	d := c.Digits
	switch number(d[:2]) {
	case 20, 23, 24, 25, 26, 27, 30, 33, 34:
		return weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
	}
	return false
}

// argentinaNational is the documento nacional de identidad, seven or eight
// digits without a check digit.
func argentinaNational() *classify.Type {
	return &classify.Type{
		ID:          "eefbb00e-8282-433c-8620-8f1da3bffdb2",
		Name:        "Argentina National Identity (DNI) Number",
		Description: "Numbers of Argentine identity documents.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"AR"},
		Recommended: 75,
		Words: []string{
			"dni", "documento nacional de identidad", "documento de identidad", "número de identidad", "identidad nacional argentina",
			"argentina national identity", "cedula", "registro nacional de las personas", "renaper",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"8", "2.3.3", "1.3.3"}},
				Check:    func(c *classify.Candidate) bool { return number(c.Digits) > 100_000 && !uniform(c.Digits) },
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "DNI 12.345.678", Match: "12.345.678", Confidence: 75},
			{Text: "documento nacional de identidad 30123456", Match: "30123456", Confidence: 75},
		},
		Leaves: []string{"12.345.678", "dni 123.456.789"},
	}
}
