package types

import "github.com/classifyd/classifyd/worker/classify"

// israelIdentity is the teudat zehut: nine digits, a Luhn check digit last
// (Population Registry).
func israelIdentity() *classify.Type {
	return &classify.Type{
		ID:          "e05881f5-1db1-418c-89aa-a3ac5c5277ee",
		Name:        "Israel National Identification Number",
		Description: "Israeli identity numbers, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"IL"},
		Recommended: 75,
		Words: []string{
			"teudat zehut", "t.z.", "mispar zehut", "תעודת זהות", "מספר זהות", "ת.ז.", "ת״ז", "ת.ז", "מספר זיהוי", "מספר תעודת זהות", "هوية إسرائيلية",
			"رقم الهوية", "israel id", "israeli id", "israel identity number", "identity number", "identity no", "national id",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"9", "8-1"}},
				Check:    func(c *classify.Candidate) bool { return luhn(c.Digits) && !uniform(c.Digits) },
				Strength: classify.CheckDigit, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "teudat zehut 039337423", Match: "039337423", Confidence: 75},
			{Text: "מספר זהות 123456782", Match: "123456782", Confidence: 75},
		},
		Leaves: []string{"039337423", "teudat zehut 039337424"},
	}
}

// israelBankAccount is bank, branch and account, as printed on cheques: two,
// three and six to nine digits.
func israelBankAccount() *classify.Type {
	return &classify.Type{
		ID:          "7d08b2ff-a0b9-437f-957c-aeddbf9b2b25",
		Name:        "Israel Bank Account Number",
		Description: "Numbers of Israeli bank accounts.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"IL"},
		Recommended: 75,
		Words:       []string{"bank account number", "bank account", "account number", "bank details", "חשבון בנק", "מספר חשבון", "מספר חשבון בנק", "מספר סניף", "סניף"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"2-3-8", "2-3-6", "2-3-9", "2-3-7", "2/3/6"}},
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "bank account 12-345-67890123", Match: "12-345-67890123", Confidence: 75},
			{Text: "מספר חשבון 10-800-123456", Match: "10-800-123456", Confidence: 75},
		},
		Leaves: []string{"12-345-67890123", "account number 12-3456-789012"},
	}
}
