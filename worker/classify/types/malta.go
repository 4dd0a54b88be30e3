package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

const (
	maltaCardID = "854b36b3-a388-4ac8-a4ec-677c2b5e4356"
	maltaTaxID  = "ec830c63-65f4-45d0-9d8c-910dc8334b20"
)

// maltaIdentityCard is the identity card: up to seven digits and a letter for
// how it was given (Identity Card Act).
func maltaIdentityCard() *classify.Type {
	return &classify.Type{
		ID:          maltaCardID,
		Name:        "Malta Identity Card Number",
		Description: "Numbers of Maltese identity cards.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"MT"},
		Recommended: 75,
		Words: []string{
			"karta tal-identità", "karta tal-identita", "numru tal-karta tal-identità", "numru identità", "numru ta' l-identità", "numru tal-identità",
			"id card", "identity card", "identity card number", "citizen service number", "id number", "personal id", "maltese id",
		},
		Rules: []classify.Rule{
			{
				Shape:    code("9999999A", "999999A"),
				Check:    maltaLetter,
				Strength: classify.Ranges, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "identity card 0123456M", Match: "0123456M", Confidence: 75},
			{Text: "karta tal-identità 345678G", Match: "345678G", Confidence: 75},
		},
		Leaves: []string{"0123456M", "identity card 0123456X"},
	}
}

// maltaTax is the identity card number of those born in Malta, and nine digits
// for others.
func maltaTax() *classify.Type {
	return &classify.Type{
		ID:          maltaTaxID,
		Name:        "Malta Tax Identification Number",
		Description: "Maltese tax numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"MT"},
		Recommended: 75,
		Words: []string{
			"numru tat-taxxa", "numru ta' l-id tat-taxxa", "numru tal-identifikazzjoni tat-taxxa", "taxxa", "malta tin", "maltese tax number",
			"ir number",
		},
		Rules: []classify.Rule{
			{
				Shape:    code("9999999A", "999999A"),
				Check:    maltaLetter,
				Strength: classify.Ranges, With: 75,
			},
			{
				Shape:    classify.Number{Layouts: []string{"9"}},
				Check:    func(c *classify.Candidate) bool { return !uniform(c.Digits) },
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "numru tat-taxxa 0123456M", Match: "0123456M", Confidence: 75},
			{Text: "malta tin 912345671", Match: "912345671", Confidence: 75},
		},
		Leaves: []string{"912345671", "numru tat-taxxa 0123456X"},
	}
}

// maltaLetter takes the letters that are given.
func maltaLetter(c *classify.Candidate) bool {
	m := c.Match()
	return formed(m[len(m)-1:], "A") && formed(m[:len(m)-1], "9999999"[:len(m)-1]) && strings.IndexByte("MGAPLHBZ", upper(m[len(m)-1])) >= 0
}
