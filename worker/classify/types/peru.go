package types

import "github.com/classifyd/classifyd/worker/classify"

// peruTax is the RUC: 10, 15, 16, 17 or 20, eight digits, and weights 5, 4, 3,
// 2, 7 to 2 modulo 11 (SUNAT).
func peruTax() *classify.Type {
	return &classify.Type{
		ID:          own("peru-tax-number"),
		Name:        "Peru Tax Number (RUC)",
		Description: "Peruvian tax numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"PE"},
		Recommended: 75,
		Words:       []string{"ruc", "r.u.c.", "registro único de contribuyentes", "registro unico de contribuyentes", "sunat", "contribuyente", "razón social"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"11"}},
				Check:    peruTaxCheck,
				Strength: classify.Structure, Alone: 65, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "RUC 20512333797", Match: "20512333797", Confidence: 85},
			{Text: "ruc: 20131312955", Match: "20131312955", Confidence: 85},
		},
		Leaves: []string{"ruc 20512333798", "ruc 30512333797"},
	}
}

func peruTaxCheck(c *classify.Candidate) bool {
	d := c.Digits
	switch number(d[:2]) {
	case 10, 15, 16, 17, 20:
		return (11-weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11)%10 == int(d[10]-'0')
	}
	return false
}
