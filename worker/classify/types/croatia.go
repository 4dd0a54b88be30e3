package types

import "github.com/classifyd/classifyd/worker/classify"

const (
	croatiaPersonalID = "31983b6d-db95-4eb2-a630-b44bd091968d"
	croatiaCardID     = "ff12f884-c20a-4189-b185-34c8e7258d47"
)

// croatiaPersonal is the OIB: ten digits and the check digit of ISO/IEC 7064
// MOD 11,10 (Zakon o osobnom identifikacijskom broju).
func croatiaPersonal() *classify.Type {
	return &classify.Type{
		ID:          croatiaPersonalID,
		Name:        "Croatia Personal Identification (OIB) Number",
		Description: "Croatian identification numbers of persons and companies.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"HR"},
		Recommended: 75,
		Words: []string{
			"oib", "osobni identifikacijski broj", "osobni broj", "majstorski broj građana", "master citizen number", "nacionalni identifikacijski broj",
			"porezni broj", "porezni identifikacijski broj", "personal identification number",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"11"}},
				Check:    func(c *classify.Candidate) bool { return mod1110(c.Digits) && !uniform(c.Digits) },
				Strength: classify.CheckDigit, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "OIB 33392005961", Match: "33392005961", Confidence: 85},
			{Text: "94577185005", Match: "94577185005", Confidence: 75},
		},
		Leaves: []string{"oib 33392005962", "oib 3339200596"},
	}
}

// croatiaIdentityCard is the osobna iskaznica, nine digits without a check
// digit.
func croatiaIdentityCard() *classify.Type {
	return &classify.Type{
		ID:          croatiaCardID,
		Name:        "Croatia Identity Card Number",
		Description: "Numbers of Croatian identity cards.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"HR"},
		Recommended: 75,
		Words:       []string{"osobna iskaznica", "broj osobne iskaznice", "broj iskaznice", "osobne iskaznice", "croatian identity card"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"9"}},
				Check:    func(c *classify.Candidate) bool { return !uniform(c.Digits) },
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "osobna iskaznica 102345671", Match: "102345671", Confidence: 75},
		},
		Leaves: []string{"102345671", "osobna iskaznica 10234567"},
	}
}
