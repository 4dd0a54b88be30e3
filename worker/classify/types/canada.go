package types

import "github.com/classifyd/classifyd/worker/classify"

// canadaSIN is the social insurance number: nine digits, the last by Luhn, the
// first neither 0, which is not in use, nor 8, which is for companies (Service
// Canada, Social Insurance Number Code of Practice, annex).
func canadaSIN() *classify.Type {
	return &classify.Type{
		ID:          "a2f29c85-ecb8-4514-a610-364790c0773e",
		Name:        "Canada Social Insurance Number",
		Description: "Canadian social insurance numbers; without groups only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"CA"},
		Recommended: 75,
		Words: []string{
			"sin", "sin number", "sin no", "sin#", "sins", "social insurance", "social insurance number", "social insurance no", "ssn", "social security",
			"canada revenue agency", "cra", "service canada", "numéro d'assurance sociale", "numero d'assurance sociale", "assurance sociale",
			"numéros d'assurance sociale", "nas", "n.a.s", "soc ins",
		},
		Rules: []classify.Rule{
			{Shape: classify.Number{Layouts: []string{"3 3 3"}}, Check: sinCheck, Strength: classify.CheckDigit, Alone: 65, With: 85},
			{Shape: classify.Number{Layouts: []string{"9"}}, Check: sinCheck, Strength: classify.CheckDigit, With: 75},
		},
		Finds: []classify.Sample{
			{Text: "my SIN is 130-692-544", Match: "130-692-544", Confidence: 85},
			{Text: "numéro d'assurance sociale 435 418 165", Match: "435 418 165", Confidence: 85},
			{Text: "social insurance no 130692544", Match: "130692544", Confidence: 75},
			{Text: "130-692-544", Match: "130-692-544", Confidence: 65},
		},
		Leaves: []string{"130692544", "sin 130-692-545", "sin 046-454-286", "sin 111 111 111", "sin 999 999 999"},
	}
}

func sinCheck(c *classify.Candidate) bool {
	return c.Digits[0] != '0' && c.Digits[0] != '8' && luhn(c.Digits) && !uniform(c.Digits)
}

// canadaPHIN is a province's personal health identification number of nine
// digits, as Manitoba prints it (Personal Health Information Act).
func canadaPHIN() *classify.Type {
	return &classify.Type{
		ID:          "722e12ac-c89a-4ec8-a1b7-fea3469f89db",
		Name:        "Canada Personal Health Identification Number (PHIN)",
		Description: "Canadian health numbers of nine digits, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryHealth,
		Countries:   []string{"CA"},
		Recommended: 75,
		Words: []string{
			"phin", "phin number", "phin no", "personal health identification", "personal health identification number", "personal health number", "phn",
			"health number", "health card", "health information act", "manitoba health", "social insurance information act", "income tax information",
			"carte santé", "numéro de santé", "numéro d'identification personnel", "soins de santé",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"9", "3 3 3"}},
			Check:    varied,
			Strength: classify.Form,
			With:     75,
		}},
		Finds:  []classify.Sample{{Text: "PHIN 123456780", Match: "123456780", Confidence: 75}, {Text: "Manitoba Health 412-345-678", Match: "412-345-678", Confidence: 75}},
		Leaves: []string{"123456780", "phin 12345678", "phin 111111111"},
	}
}

// canadaHealth is a province's health card of ten digits: Ontario's, whose last
// is Luhn's (Ministry of Health, Health Card Validation), and British
// Columbia's, which begins with 9 and has weights modulo 11 (BC Professional and
// Software Conformance Standards, PHN).
func canadaHealth() *classify.Type {
	return &classify.Type{
		ID:          "59c0bf39-7fab-482c-af25-00faa4384c94",
		Name:        "Canada Health Service Number",
		Description: "Health card numbers of Canadian provinces, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryHealth,
		Countries:   []string{"CA"},
		Recommended: 75,
		Words: []string{
			"ohip", "ohip number", "health card", "health card number", "health number", "health service", "health service number", "health services", "phn",
			"personal health number", "bc services card", "msp", "patient", "medical", "carte santé", "carte d'assurance maladie", "numéro de carte santé", "assurance-maladie",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"10", "4 3 3"}},
			Check:    func(c *classify.Candidate) bool { return healthCard(c.Digits) },
			Strength: classify.CheckDigit,
			With:     75,
		}},
		Finds: []classify.Sample{
			{Text: "OHIP 9876-543-217", Match: "9876-543-217", Confidence: 75},
			{Text: "BC personal health number 9698658215", Match: "9698658215", Confidence: 75},
		},
		Leaves: []string{"9876543217", "ohip 9876-543-219", "ohip 0876543210", "ohip 1111111111"},
	}
}

func healthCard(d []byte) bool {
	return d[0] != '0' && !uniform(d) && (luhn(d) || columbia(d))
}

// columbia checks British Columbia's number: 11 less the remainder of the eight
// digits behind the 9.
func columbia(d []byte) bool {
	check := 11 - weighted(d[1:], 2, 4, 8, 5, 10, 9, 7, 3)%11
	return d[0] == '9' && check == int(d[9]-'0')
}

// canadaPassport is two letters and six digits, or since 2023 a letter, six
// digits and two letters (IRCC, the passport's data page).
func canadaPassport() *classify.Type {
	return &classify.Type{
		ID:          "14d0db8b-498a-43ed-9fca-f6097ae687eb",
		Name:        "Canada Passport Number",
		Description: "Numbers of Canadian passports, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"CA"},
		Recommended: 75,
		Words: append([]string{
			"canadian passport", "canada passport", "passport canada", "citizenship and immigration canada", "passeport canadien", "passeport", "numéro de passeport",
			"canadian citizenship", "ircc",
		}, passportWords...),
		Rules: []classify.Rule{{
			Shape:    small(code("AA999999", "A999999AA")),
			Check:    written("AA999999", "A999999AA"),
			Strength: classify.Form,
			With:     75,
		}},
		Finds: []classify.Sample{
			{Text: "Canadian passport P302922BC", Match: "P302922BC", Confidence: 75},
			{Text: "passeport canadien P123456AA", Match: "P123456AA", Confidence: 75},
		},
		Leaves: []string{"GA302922", "passport GA3029222X"},
	}
}

// canadaBankAccount is a transit number of five digits, an institution of three
// and an account of seven to twelve (Payments Canada, Standard 005).
func canadaBankAccount() *classify.Type {
	return &classify.Type{
		ID:          "552e814c-cb50-4d94-bbaa-bb1d1ffb34de",
		Name:        "Canada Bank Account Number",
		Description: "Canadian bank accounts, with or without their branch.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"CA"},
		Recommended: 75,
		Proximity:   100,
		Words: []string{
			"canada savings bonds", "canada revenue agency", "canadian financial institution", "direct deposit", "canadian citizen", "legal representative",
			"transit number", "transit no", "institution number", "canadian bank", "bank account", "account number", "compte bancaire", "numéro de compte",
			"numéro de transit", "canada child benefit", "child benefits", "canada banks", "void cheque", "chequing account",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"5 3 7", "5 3 8", "5 3 9", "5 3 10", "5 3 11", "5 3 12"}},
				Check:    varied,
				Strength: classify.Structure,
				With:     85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"7", "8", "9", "10", "11", "12"}},
				Check:    func(c *classify.Candidate) bool { return !uniform(c.Digits) && !ascending(c.Digits) },
				Strength: classify.Form,
				With:     65,
			},
		},
		Finds: []classify.Sample{
			{Text: "Transit number 12345-003 and account 12345-003-1122334", Match: "12345-003-1122334", Confidence: 85},
			{Text: "void cheque 5500112", Match: "5500112", Confidence: 65},
		},
		Leaves: []string{"12345-003-1122334", "transit number 1234567", "direct deposit 0000000"},
	}
}

// canadaDriver is a driving licence of one of the provinces, each of which has
// forms of its own; Ontario's and Quebec's begin with the surname's letter.
func canadaDriver() *classify.Type {
	forms := []string{"A99999999999999", "A999999999999", "AA999999", "AAAAA999999999"}
	return &classify.Type{
		ID:          "37186abb-8e48-4800-ad3c-e3d1610b3db0",
		Name:        "Canada Driver's License Number",
		Description: "Driving licences of Canadian provinces, reported only where a word close to them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"CA"},
		Recommended: 75,
		Proximity:   60,
		Words: append([]string{
			"permis de conduire", "numéro de permis", "permis conduire", "ontario license", "ontario licence", "ontario driver's licence", "quebec", "québec", "ontario", "alberta",
			"british columbia", "manitoba", "saskatchewan", "nova scotia", "icbc", "saaq", "dl number", "dl no",
		}, licenceWords...),
		Rules: []classify.Rule{
			{Shape: code(forms...), Check: written(forms...), Strength: classify.Form, With: 75},
			{
				Shape:    classify.Word{Starts: pairs(capitals, decimals), Min: 5, Max: 5, Before: 1, After: reach},
				Check:    canadaGroups,
				Strength: classify.Ranges, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "Ontario driver's licence D6101-40706-60905", Match: "D6101-40706-60905", Confidence: 75},
			{Text: "permis de conduire S530112345678", Match: "S530112345678", Confidence: 75},
		},
		Leaves: []string{"D6101-40706-60905", "ontario D6101-40706-6090"},
	}
}

func canadaGroups(c *classify.Candidate) bool {
	for _, rest := range []string{"-99999-99999", "-999999-99"} {
		if end := c.End + len(rest); formed(c.Match(), "A9999") && c.Before() != '-' && end <= len(c.Text) && formed(c.Text[c.End:end], rest) {
			c.End = end
			return !wordByte(c.After()) && c.After() != '-'
		}
	}
	return false
}
