package types

import "github.com/classifyd/classifyd/worker/classify"

const (
	austriaSocialSecurityID = "6896a906-86c9-4d19-a2da-6e43ccd19b7b"
	austriaTaxID            = "4fd58d22-af28-4451-b18a-6f722430a56d"
	austriaIdentityCardID   = "5ec06c3b-007e-4820-8343-7ff73b889735"
)

// austriaSocialSecurity is the Versicherungsnummer: a serial of three digits, a
// check digit of weights 3, 7, 9, 5, 8, 4, 2, 1, 6 modulo 11, and the birthday
// (ASVG, section 31). Where serials ran out the month is 13 to 15.
func austriaSocialSecurity() *classify.Type {
	return &classify.Type{
		ID:          austriaSocialSecurityID,
		Name:        "Austria Social Security Number",
		Description: "Austrian social insurance numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"AT"},
		Recommended: 85,
		Words: []string{
			"sozialversicherungsnummer", "sozialversicherung", "sv-nummer", "sv-nr", "svnr", "sozialversicherungsnr", "versicherungsnummer", "vsnr",
			"e-card", "ecard", "soziale sicherheit", "österreichische krankenkasse", "social security", "social security number", "insurance number",
			"insurance code", "ssn",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"10", "4 6", "4 2 2 2"}},
				Check:    austriaSocialSecurityCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "SV-Nr. 1237 010180", Match: "1237 010180", Confidence: 85},
			{Text: "1237010180", Match: "1237010180", Confidence: 75},
		},
		Leaves: []string{"svnr 1238 010180", "svnr 1237 320180", "svnr 0237 010180"},
	}
}

func austriaSocialSecurityCheck(c *classify.Candidate) bool {
	d := c.Digits
	return d[0] != '0' && weighted(d, 3, 7, 9, 0, 5, 8, 4, 2, 1, 6)%11 == int(d[3]-'0') && calendar(2000+number(d[8:]), min(number(d[6:8]), 12), number(d[4:6])) && number(d[6:8]) <= 15
}

// austriaTaxNumber is the Abgabenkontonummer: tax office, six digits, and a
// Luhn check digit over all (BMF, Steuernummer).
func austriaTaxNumber() *classify.Type {
	return &classify.Type{
		ID:          austriaTaxID,
		Name:        "Austria Tax Identification Number",
		Description: "Austrian tax office numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"AT"},
		Recommended: 85,
		Words:       []string{"steuernummer", "steuer-nr", "steuernr", "abgabenkontonummer", "abgabenkonto", "finanzamt", "österreich"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"2 3/4", "2-3/4"}},
				Check:    func(c *classify.Candidate) bool { return luhn(c.Digits) && !uniform(c.Digits) },
				Strength: classify.CheckDigit, Alone: 65, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"9"}},
				Check:    func(c *classify.Candidate) bool { return luhn(c.Digits) && !uniform(c.Digits) },
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "Steuernummer 59-119/9013", Match: "59-119/9013", Confidence: 85},
			{Text: "Finanzamt 591199013", Match: "591199013", Confidence: 85},
			{Text: "59-119/9013", Match: "59-119/9013", Confidence: 65},
		},
		Leaves: []string{"591199013", "steuernummer 59-119/9012"},
	}
}

// austriaIdentityCard is the Personalausweis: two letters and seven digits, or
// seven digits and a letter.
func austriaIdentityCard() *classify.Type {
	return &classify.Type{
		ID:          austriaIdentityCardID,
		Name:        "Austria Identity Card",
		Description: "Numbers of Austrian identity cards.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"AT"},
		Recommended: 75,
		Words: []string{
			"personalausweis", "personalausweisnummer", "republik österreich", "österreichischer personalausweis", "ausweisnummer", "identitätsausweis",
			"austrian identity card", "identity card number",
		},
		Rules: []classify.Rule{
			{
				Shape:    code("AA9999999", "9999999A"),
				Check:    written("AA9999999", "9999999A"),
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "Republik Österreich, Personalausweis PA1234567", Match: "PA1234567", Confidence: 75},
		},
		Leaves: []string{"PA1234567", "personalausweis PA123456"},
	}
}
