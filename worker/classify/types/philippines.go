package types

import "github.com/classifyd/classifyd/worker/classify"

// philippinesMultiPurpose is the Common Reference Number of the UMID card:
// four, seven and one digits.
func philippinesMultiPurpose() *classify.Type {
	return &classify.Type{
		ID:          "019b39dd-8c25-4765-91a3-d9c6baf3c3b3",
		Name:        "Philippines Unified Multi-Purpose Identification Number",
		Description: "Numbers of Philippine multi-purpose identity cards.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"PH"},
		Recommended: 75,
		Words: []string{
			"umid", "umid number", "umid no", "crn", "common reference number", "unified multi-purpose id", "unified multi purpose", "identity card",
			"pinag-isang multi-layunin na id", "sss", "gsis",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"4-7-1"}},
				Check:    func(c *classify.Candidate) bool { return !uniform(c.Digits) },
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "UMID CRN 0111-1234567-8", Match: "0111-1234567-8", Confidence: 75},
		},
		Leaves: []string{"0111-1234567-8", "umid 0111-123456-78"},
	}
}

// philippinesPassport is a letter and seven digits with a letter behind them,
// or two letters and seven or six digits.
func philippinesPassport() *classify.Type {
	return &classify.Type{
		ID:          "6fa57f91-314a-4561-8248-7ab921957448",
		Name:        "Philippines Passport Number",
		Description: "Numbers of Philippine passports.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"PH"},
		Recommended: 75,
		Words:       []string{"pasaporte", "numero ng pasaporte", "philippine passport", "dfa", "passport number", "passport no", "passport"},
		Rules: []classify.Rule{
			{
				Shape:    code("A9999999A", "AA9999999", "AA999999"),
				Check:    written("A9999999A", "AA9999999", "AA999999"),
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "philippine passport P1234567A", Match: "P1234567A", Confidence: 75},
			{Text: "philippine passport EB1234567", Match: "EB1234567", Confidence: 75},
		},
		Leaves: []string{"P1234567A", "pasaporte P123456A"},
	}
}

// philippinesTax is nine digits and three to five of the branch (Bureau of
// Internal Revenue). Its check digit has no published rule.
func philippinesTax() *classify.Type {
	return &classify.Type{
		ID:          own("philippines-tax-number"),
		Name:        "Philippines Tax Number (TIN)",
		Description: "Philippine tax numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"PH"},
		Recommended: 75,
		Words:       []string{"tin", "tin no", "tin number", "tax identification number", "taxpayer identification", "bir", "bureau of internal revenue", "numero ng buwis"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"3-3-3-3", "3-3-3-5", "3-3-3", "9", "12"}},
				Check:    func(c *classify.Candidate) bool { return !uniform(c.Digits) },
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "My TIN is 000-123-456-000", Match: "000-123-456-000", Confidence: 75},
			{Text: "BIR TIN: 000123456", Match: "000123456", Confidence: 75},
		},
		Leaves: []string{"000-123-456-000", "bir 00-0123-456"},
	}
}
