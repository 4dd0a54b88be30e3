package types

import "github.com/classifyd/classifyd/worker/classify"

// australiaTFN is the tax file number: nine digits, weights 1, 4, 3, 7, 5, 8, 6,
// 9, 10 modulo 11, or eight, which the weights 10, 7, 8, 4, 6, 3, 5, 1 check
// (Australian Taxation Office, TFN algorithm).
func australiaTFN() *classify.Type {
	return &classify.Type{
		ID:          "e29bc95f-ff70-4a37-aa01-04d17360a4c5",
		Name:        "Australia Tax File Number",
		Description: "Australian tax file numbers, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"AU"},
		Recommended: 85,
		Words:       []string{"tfn", "tfn no", "tfn number", "tax file", "tax file number", "tax file no", "australian taxation office", "australian business number", "marginal tax rate", "medicare levy", "portfolio number", "service veterans", "withholding tax", "individual tax return", "ato"},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"8", "9", "3 3 3", "2 3 3"}},
			Check:    func(c *classify.Candidate) bool { return tfn(c.Digits) && !uniform(c.Digits) },
			Strength: classify.CheckDigit,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "TFN 123 456 782", Match: "123 456 782", Confidence: 85},
			{Text: "tax file number: 876543210", Match: "876543210", Confidence: 85},
		},
		Leaves: []string{"123 456 782", "tfn 123 456 783", "tfn 824753557"},
	}
}

func tfn(d []byte) bool {
	if len(d) == 8 {
		return weighted(d, 10, 7, 8, 4, 6, 3, 5, 1)%11 == 0
	}
	return weighted(d, 1, 4, 3, 7, 5, 8, 6, 9, 10)%11 == 0
}

// australiaABN is the business number: eleven digits, of which the first is
// lowered by one, weights 10, 1, 3, 5 to 19 modulo 89 (Australian Business
// Register, Format of the ABN).
func australiaABN() *classify.Type {
	return &classify.Type{
		ID:          "76e83b3b-01ee-4530-aced-e667a6609f49",
		Name:        "Australia Business Number",
		Description: "Australian business numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"AU"},
		Recommended: 85,
		Words:       []string{"abn", "abns", "abn no", "abn number", "australia business no", "australia business number", "australian business number", "business number", "gst registration"},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"11", "2 3 3 3"}},
			Check:    func(c *classify.Candidate) bool { return abn(c.Digits) },
			Strength: classify.Structure,
			Alone:    75,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "ABN 51 824 753 556", Match: "51 824 753 556", Confidence: 85},
			{Text: "51824753556", Match: "51824753556", Confidence: 75},
		},
		Leaves: []string{"abn 51 824 753 557", "abn 5282475355632", "abn 01 824 753 556"},
	}
}

func abn(d []byte) bool {
	return d[0] != '0' && (weighted(d, 10, 1, 3, 5, 7, 9, 11, 13, 15, 17, 19)-10)%89 == 0
}

// australiaACN is the company number: weights 8 to 1, and what the sum lacks to
// the next ten (ASIC, Australian Company Number digit check).
func australiaACN() *classify.Type {
	return &classify.Type{
		ID:          "b1fba4f7-7b3e-4bb9-8f9a-9366df604dbb",
		Name:        "Australia Company Number",
		Description: "Australian company numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"AU"},
		Recommended: 85,
		Words:       []string{"acn", "acn no", "acn number", "australia company no", "australia company number", "australian company number", "company number", "asic"},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"9", "3 3 3"}},
			Check:    func(c *classify.Candidate) bool { return acn(c.Digits) && !uniform(c.Digits) },
			Strength: classify.CheckDigit,
			Alone:    65,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "ACN 004 085 616", Match: "004 085 616", Confidence: 85},
			{Text: "006249976", Match: "006249976", Confidence: 65},
		},
		Leaves: []string{"acn 004 085 617", "acn 824753557", "acn 000 000 000"},
	}
}

func acn(d []byte) bool {
	return (10-weighted(d, 8, 7, 6, 5, 4, 3, 2, 1)%10)%10 == int(d[8]-'0')
}

// australiaMedicare is the Medicare card: a first digit of 2 to 6, weights 1, 3,
// 7, 9 twice modulo 10, the issue, and perhaps the holder's place on the card
// (Services Australia, Medicare card number).
func australiaMedicare() *classify.Type {
	return &classify.Type{
		ID:          "104a99a0-3d3b-4542-a40d-ab0b9e1efe63",
		Name:        "Australia Medical Account Number",
		Description: "Australian Medicare numbers, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryHealth,
		Countries:   []string{"AU"},
		Recommended: 85,
		Words: []string{
			"medicare", "medicare number", "medicare no", "medicare card", "medicare australia", "medical account", "medicare payments", "irn", "bank account details",
			"mortgage payments", "bank branch", "credit card loans", "department of human services", "local service", "services australia",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"10", "11", "4 5 1", "4 5 1 1", "4 5 1-1", "4 5 1/1"}},
			Check:    func(c *classify.Candidate) bool { return medicare(c.Digits) },
			Strength: classify.CheckDigit,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "Medicare 2123 45670 1", Match: "2123 45670 1", Confidence: 85},
			{Text: "medicare card 2123456701", Match: "2123456701", Confidence: 85},
		},
		Leaves: []string{"2123 45670 1", "medicare 2123 45671 1", "medicare 2123258701", "medicare 7123 45670 1"},
	}
}

func medicare(d []byte) bool {
	return d[0] >= '2' && d[0] <= '6' && d[9] != '0' && weighted(d, 1, 3, 7, 9, 1, 3, 7, 9)%10 == int(d[8]-'0')
}

// australiaPassport is one of the series' letters, or two that begin with P or
// R, and seven digits (Australian Passport Office).
func australiaPassport() *classify.Type {
	return &classify.Type{
		ID:          "29869db6-602d-4853-ab93-3484f905df50",
		Name:        "Australia Passport Number",
		Description: "Numbers of Australian passports.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"AU"},
		Recommended: 75,
		Words:       append([]string{"passport details", "australian passport", "immigration and citizenship", "commonwealth of australia", "department of immigration", "national identity card", "travel document"}, passportWords...),
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: append(pairs("NEDFACUXML", decimals), "PA", "PB", "PC", "PD", "PE", "PF", "PU", "PW", "PX", "PZ", "RA", "RB"), Min: 8, Max: 9, Before: 1, After: reach},
			Check:    func(c *classify.Candidate) bool { return written("A9999999", "AA9999999")(c) && c.Before() != '-' },
			Strength: classify.Form,
			With:     75,
		}},
		Finds:  []classify.Sample{{Text: "australian passport N1234567", Match: "N1234567", Confidence: 75}},
		Leaves: []string{"australian passport Q1234567", "N1234567", "australian passport PN1234567"},
	}
}

// australiaBankAccount is an account of six to ten digits, which has no check
// digit, behind the number of its bank, state and branch: BSB, two digits for
// the bank and one for the state (Australian Payments Network, BSB numbers).
func australiaBankAccount() *classify.Type {
	return &classify.Type{
		ID:          "74a54de9-2a30-4aa0-a8aa-3d9327fc07c7",
		Name:        "Australia Bank Account Number",
		Description: "Numbers of Australian bank accounts, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"AU"},
		Recommended: 75,
		Proximity:   100,
		Words: []string{
			"bsb", "bsb number", "bsb no", "bank state branch", "australian bank account", "bank account australia", "bank account details", "correspondent bank", "base currency",
			"usa account", "holder address", "bank address", "information account", "fund transfers", "bank charges", "bank details", "banking information",
			"account name", "account number", "acc no", "direct debit", "iban",
		},
		Rules: []classify.Rule{
			{
				Shape: classify.Number{Layouts: []string{
					"3-3 6", "3-3 7", "3-3 8", "3-3 9", "3-3 10", "3-3 3 3", "3-3 3 4", "3-3 4 4", "3-3 3 3 3", "3-3-6", "3-3-7", "3-3-8", "3-3-9", "3-3-10", "6 6", "6 7", "6 8", "6 9", "6 10",
				}, Seps: " "},
				Check:    func(c *classify.Candidate) bool { return !uniform(c.Digits[6:]) && c.Digits[2] != '0' },
				Strength: classify.Ranges,
				With:     85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"6", "7", "8", "9", "10"}},
				Check:    func(c *classify.Candidate) bool { return !uniform(c.Digits) && !ascending(c.Digits) },
				Strength: classify.Form,
				With:     75,
			},
		},
		Finds: []classify.Sample{
			{Text: "BSB and account 062-001 10438256", Match: "062-001 10438256", Confidence: 85},
			{Text: "bank account details: 10438256", Match: "10438256", Confidence: 75},
		},
		Leaves: []string{"062-001 10438256", "bsb 00000000", "bsb 12345678901", "10438256"},
	}
}

// australiaDriver is a licence of one of the states and territories: six to ten
// digits in the groups they print, or letters and digits, six together.
func australiaDriver() *classify.Type {
	forms := []string{"A99999", "AA9999", "9999AA"}
	return &classify.Type{
		ID:          "1cbbc8f5-9216-4392-9eb5-5ac2298d1356",
		Name:        "Australia Driver's License Number",
		Description: "Numbers of Australian driving licences, reported only where a word close to them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"AU"},
		Recommended: 75,
		Proximity:   60,
		Words: append([]string{
			"australian driver licence", "australian driving licence", "international driving permit", "international driving permits", "australian automobile association",
			"driver licence number", "driver licence no", "learner permit", "learner licence", "vicroads", "service nsw", "nsw licence", "victorian licence", "queensland licence",
		}, licenceWords...),
		Rules: []classify.Rule{
			{Shape: classify.Number{Layouts: []string{"6", "7", "8", "9", "10", "2 2 4", "3 3 3", "3 3 4", "1 3 3 3"}}, Check: func(c *classify.Candidate) bool { return !uniform(c.Digits) && !ascending(c.Digits) }, Strength: classify.Form, With: 75},
			{Shape: small(code(forms...)), Check: written(forms...), Strength: classify.Form, With: 75},
		},
		Finds: []classify.Sample{
			{Text: "NSW licence 18417526", Match: "18417526", Confidence: 75},
			{Text: "Australian driver licence: 026 413 878", Match: "026 413 878", Confidence: 75},
			{Text: "Learner permit S12746", Match: "S12746", Confidence: 75},
		},
		Leaves: []string{"18417526", "driver licence 12345", "driver licence 00000000", "driver licence S1274"},
	}
}
