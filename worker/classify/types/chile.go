package types

import "github.com/classifyd/classifyd/worker/classify"

// chileIdentity is the RUT, or RUN for persons: seven or eight digits and a
// check digit or K of weights 2 to 7 from the right modulo 11 (Registro Civil).
func chileIdentity() *classify.Type {
	return &classify.Type{
		ID:          "4e979794-49a0-407e-a0b9-2c536937b925",
		Name:        "Chile Identity Card Number (RUT)",
		Description: "Chilean numbers of persons and companies.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"CL"},
		Recommended: 75,
		Words: []string{
			"rut", "run", "rol único tributario", "rol unico tributario", "rol único nacional", "rol unico nacional", "cédula de identidad",
			"cedula de identidad", "número de identificación", "carnet", "identificación", "identidad", "registro civil", "chilean identity",
			"national identification", "tarjeta de identificación",
		},
		Rules: []classify.Rule{
			{
				Shape: classify.Number{Layouts: []string{"8-1", "7-1", "2.3.3-1", "1.3.3-1"}},
				Check: func(c *classify.Candidate) bool {
					last := len(c.Digits) - 1
					return chileDigit(c.Digits[:last]) == c.Digits[last]
				},
				Strength: classify.CheckDigit, Alone: 75, With: 85,
			},
			{
				Shape: classify.Number{Layouts: []string{"8", "7", "2.3.3", "1.3.3"}},
				Check: func(c *classify.Candidate) bool {
					d := c.Digits
					return takeLetter(c, "-") == 'K' && chileDigit(d) == 'K'
				},
				Strength: classify.CheckDigit, Alone: 75, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"9"}},
				Check:    func(c *classify.Candidate) bool { return chileDigit(c.Digits[:8]) == c.Digits[8] },
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "RUT 12.531.909-2", Match: "12.531.909-2", Confidence: 85},
			{Text: "76086428-5", Match: "76086428-5", Confidence: 75},
			{Text: "run 10000013-K", Match: "10000013-K", Confidence: 85},
			{Text: "rut: 123456785", Match: "123456785", Confidence: 85},
		},
		Leaves: []string{"rut 12.531.909-3", "123456785", "rut 10000014-K"},
	}
}

// chileDigit returns the check digit of a RUT, or 0 for placeholders.
func chileDigit(d []byte) byte {
	if uniform(d) || number(d) < 100_000 {
		return 0
	}
	sum := 0
	for i := range d {
		sum += int(d[len(d)-1-i]-'0') * (2 + i%6)
	}
	return "0123456789K"[(11-sum%11)%11]
}
