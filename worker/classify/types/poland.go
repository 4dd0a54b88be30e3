package types

import "github.com/classifyd/classifyd/worker/classify"

const (
	polandNationalID = "e3aaf206-4297-412f-9e06-ba8487e22456"
	polandTaxID      = "1ff28b4d-40f2-49e9-b677-9606a88e2bca"
	polandCardID     = "25e64989-ed5d-40ca-a939-6c14183bb7bf"
)

// polandNational is the PESEL: birthday, with 20 added to the month for each
// century from 1900 and 80 before, serial, and a check digit of weights 1, 3,
// 7, 9 (ustawa o ewidencji ludności, article 15).
func polandNational() *classify.Type {
	return &classify.Type{
		ID:          polandNationalID,
		Name:        "Poland National ID (PESEL)",
		Description: "Polish population register numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"PL"},
		Recommended: 75,
		Words: []string{
			"pesel", "numer pesel", "nr pesel", "powszechny elektroniczny system ewidencji ludności", "numer identyfikacyjny", "dowód osobisty",
			"data urodzenia", "obywatel", "national id", "polish national id",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"11"}},
				Check:    polandNationalCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "PESEL 44051401359", Match: "44051401359", Confidence: 85},
			{Text: "02210701230", Match: "02210701230", Confidence: 75},
		},
		Leaves: []string{"pesel 44051401358", "pesel 44451401359", "85040812345"},
	}
}

func polandNationalCheck(c *classify.Candidate) bool {
	d := c.Digits
	month := number(d[2:4])
	year := []int{1900, 2000, 2100, 2200, 1800}[month/20] + number(d[:2])
	return calendar(year, month%20, number(d[4:6])) && weighted(d, 1, 3, 7, 9, 1, 3, 7, 9, 1, 3, 1)%10 == 0
}

// polandTax is the NIP: weights 6, 5, 7, 2 to 7 modulo 11, which never leaves
// 10 (rozporządzenie of 27 January 2011).
func polandTax() *classify.Type {
	return &classify.Type{
		ID:          polandTaxID,
		Name:        "Poland Tax Identification Number (NIP)",
		Description: "Polish tax numbers, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"PL"},
		Recommended: 85,
		Words:       []string{"nip", "nip#", "numer nip", "nip-ue", "numer identyfikacji podatkowej", "podatnik", "podatek", "urząd skarbowy", "faktura"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"10", "3 3 2 2", "3 2 2 3"}},
				Check:    func(c *classify.Candidate) bool { return polandTaxNumber(c.Digits) },
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "NIP 526-104-08-28", Match: "526-104-08-28", Confidence: 85},
			{Text: "faktura, nip: 1234563218", Match: "1234563218", Confidence: 85},
		},
		Leaves: []string{"5261040828", "nip 526-104-08-29", "nip 0000000000"},
	}
}

func polandTaxNumber(d []byte) bool {
	return number(d[:3]) > 100 && weighted(d, 6, 5, 7, 2, 3, 4, 5, 6, 7)%11 == int(d[9]-'0')
}

// polandBusiness is the REGON of nine digits, or fourteen for local units:
// weighted sums modulo 11, 10 counting as 0 (rozporządzenie of 30 November
// 2015).
func polandBusiness() *classify.Type {
	return &classify.Type{
		ID:          "fc87b421-f437-4f8b-b739-29a735ead0d9",
		Name:        "Poland REGON Number",
		Description: "Polish business register numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"PL"},
		Recommended: 75,
		Words: []string{
			"regon", "regon id", "numer regon", "nr regon", "numer statystyczny", "statystyczny", "rejestr gospodarki narodowej", "przedsiębiorstwo",
			"działalność gospodarcza", "firma",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"9", "14"}},
				Check:    polandBusinessCheck,
				Strength: classify.CheckDigit, Alone: 65, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "REGON 192598184", Match: "192598184", Confidence: 85},
			{Text: "12345678512347", Match: "12345678512347", Confidence: 65},
		},
		Leaves: []string{"regon 192598185", "regon 12345678512348", "regon 000000000"},
	}
}

func polandBusinessCheck(c *classify.Candidate) bool {
	d := c.Digits
	if uniform(d) || weighted(d, 8, 9, 2, 3, 4, 5, 6, 7)%11%10 != int(d[8]-'0') {
		return false
	}
	return len(d) == 9 || weighted(d, 2, 4, 8, 5, 0, 9, 7, 3, 6, 1, 2, 4, 8)%11%10 == int(d[13]-'0')
}

// polandIdentityCard is the dowód osobisty: three letters, a check digit and
// five digits, weights 7, 3, 1 with letters from A for 10 (rozporządzenie of 29
// January 2015).
func polandIdentityCard() *classify.Type {
	return &classify.Type{
		ID:          polandCardID,
		Name:        "Poland Identity Card",
		Description: "Numbers of Polish identity cards, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"PL"},
		Recommended: 85,
		Words: []string{
			"dowód osobisty", "dowod osobisty", "numer dowodu", "numer dowodu osobistego", "nr dowodu", "seria i numer", "nazwa i nr dowodu osobistego",
			"dowód tożsamości", "identity card", "id card",
		},
		Rules: []classify.Rule{
			{
				Shape:    code("AAA999999"),
				Check:    polandIdentityCardCheck,
				Strength: classify.CheckDigit, With: 85,
			},
			{
				Shape:    classify.Word{Starts: pairs(capitals, capitals), Min: 3, Max: 3, After: 12},
				Check:    polandIdentityCardSpaced,
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "dowód osobisty ABA300000", Match: "ABA300000", Confidence: 85},
			{Text: "seria i numer: ABS 123456", Match: "ABS 123456", Confidence: 85},
		},
		Leaves: []string{"ABA300000", "dowód osobisty ABA400000", "numer dowodu AB300000"},
	}
}

func polandIdentityCardCheck(c *classify.Candidate) bool {
	m := c.Match()
	return formed(m, "AAA999999") && mrzDigit(m[:3]+m[4:]) == m[3]
}

func polandIdentityCardSpaced(c *classify.Candidate) bool {
	rest := c.Text[c.Start:]
	if len(rest) < 10 || !formed(rest[:10], "AAA 999999") || len(rest) > 10 && wordByte(rest[10]) {
		return false
	}
	c.End = c.Start + 10
	return mrzDigit(rest[:3]+rest[5:10]) == rest[4]
}
