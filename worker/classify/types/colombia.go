package types

import "github.com/classifyd/classifyd/worker/classify"

// colombiaTax is the NIT: eight to ten digits and a check digit of the primes 3
// to 41 from the right modulo 11 (DIAN, Orden Administrativa 4/1989).
func colombiaTax() *classify.Type {
	return &classify.Type{
		ID:          own("colombia-tax-number"),
		Name:        "Colombia Tax Number (NIT)",
		Description: "Colombian tax numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"CO"},
		Recommended: 75,
		Words:       []string{"nit", "n.i.t.", "número de identificación tributaria", "rut", "dian", "razón social", "cédula de ciudadanía", "contribuyente"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"9-1", "3.3.3-1", "8-1", "10-1"}},
				Check:    colombiaTaxCheck,
				Strength: classify.CheckDigit, Alone: 65, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "NIT 213.123.432-1", Match: "213.123.432-1", Confidence: 85},
			{Text: "900373913-4", Match: "900373913-4", Confidence: 65},
		},
		Leaves: []string{"nit 213.123.432-2"},
	}
}

func colombiaTaxCheck(c *classify.Candidate) bool {
	last := len(c.Digits) - 1
	sum := 0
	for i, p := range []int{3, 7, 13, 17, 19, 23, 29, 37, 41, 43}[:last] {
		sum += p * int(c.Digits[last-1-i]-'0')
	}
	return "01987654321"[sum%11] == c.Digits[last] && !uniform(c.Digits)
}
