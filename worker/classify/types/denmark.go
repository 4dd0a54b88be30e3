package types

import "github.com/classifyd/classifyd/worker/classify"

const denmarkPersonalID = "6c4f2fef-56e1-4c00-8093-88d7a01cf460"

// denmarkPersonal is the CPR number: birthday and serial. Its modulus 11 was
// given up in 2007, so that it only tells ten plain digits from chance
// (CPR-kontoret).
func denmarkPersonal() *classify.Type {
	return &classify.Type{
		ID:          denmarkPersonalID,
		Name:        "Denmark Personal Identification Number",
		Description: "Danish CPR numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"DK"},
		Recommended: 75,
		Words: []string{
			"cpr", "cpr-nummer", "cpr nr", "cpr-nr", "cprnr", "personnummer", "personnr", "person-nummer", "det centrale personregister", "cpr-register",
			"sygesikring", "sundhedskort", "sundhedskortnummer", "borger", "skat", "identifikationsnummer", "personal identification number",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"6 4"}},
				Check:    func(c *classify.Candidate) bool { return denmarkBirthday(c.Digits) },
				Strength: classify.Ranges, Alone: 65, With: 75,
			},
			{
				Shape: classify.Number{Layouts: []string{"10"}},
				Check: func(c *classify.Candidate) bool {
					return denmarkBirthday(c.Digits) && weighted(c.Digits, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
				},
				Strength: classify.Structure, Alone: 65, With: 75,
			},
			{
				Shape:    classify.Number{Layouts: []string{"10"}},
				Check:    func(c *classify.Candidate) bool { return denmarkBirthday(c.Digits) },
				Strength: classify.Ranges, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "CPR 211062-5629", Match: "211062-5629", Confidence: 75},
			{Text: "2110625629", Match: "2110625629", Confidence: 65},
			{Text: "personnummer: 0707614286", Match: "0707614286", Confidence: 75},
		},
		Leaves: []string{"cpr 321062-5629", "0707614286", "cpr 211362-5629"},
	}
}

// denmarkBirthday reads the century from the year and the serial's first digit.
func denmarkBirthday(d []byte) bool {
	year := number(d[4:6])
	switch first := d[6]; {
	case first <= '3', first == '4' && year >= 37, first == '9' && year >= 37:
		year += 1900
	case first == '4', first == '9', year <= 57:
		year += 2000
	default:
		year += 1800
	}
	return calendar(year, number(d[2:4]), number(d[:2])) && number(d[6:]) > 0
}

// denmarkBusiness is the CVR number: eight digits, weights 2, 7 to 1 modulo 11
// (Erhvervsstyrelsen).
func denmarkBusiness() *classify.Type {
	return &classify.Type{
		ID:          own("denmark-business-number"),
		Name:        "Denmark Business Number (CVR)",
		Description: "Danish numbers of companies and other organisations.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"DK"},
		Recommended: 85,
		Words:       []string{"cvr", "cvr-nr", "cvr nr", "cvr-nummer", "se-nr", "virksomhed", "virksomhedsnummer", "erhvervsstyrelsen", "momsnummer"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"8", "2 2 2 2"}},
				Check:    func(c *classify.Candidate) bool { return denmarkVAT(c.Digits) },
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "CVR-nr. 13585628", Match: "13585628", Confidence: 85},
			{Text: "cvr 88 14 63 28", Match: "88 14 63 28", Confidence: 85},
		},
		Leaves: []string{"13585628", "cvr 13585627"},
	}
}
