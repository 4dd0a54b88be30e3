package types

import "github.com/classifyd/classifyd/worker/classify"

const finlandNationalID = "338fd995-4cb5-4f87-ad35-79bd1dd926c1"

// finlandNational is the henkilötunnus: birthday, a sign for the century, a
// serial, and the character that all digits leave modulo 31
// (Väestörekisterikeskus; decree 690/2022 for the signs added in 2023).
func finlandNational() *classify.Type {
	return &classify.Type{
		ID:          finlandNationalID,
		Name:        "Finland National ID",
		Description: "Finnish personal identity codes.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"FI"},
		Recommended: 75,
		Words: []string{
			"henkilötunnus", "hetu", "henkilotunnus", "henkilötunnusnumero", "henkilönumero", "henkilökortti", "tunnistenumero", "tunnusluku",
			"personbeteckning", "personnummer", "identification number", "personal id", "identity number", "finnish personal id", "national id",
		},
		Rules: []classify.Rule{
			{
				Shape:    code("999999A999*"),
				Check:    finlandNationalCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
			{
				Shape:    classify.Word{Starts: pairs(decimals, decimals), Min: 4, Max: 4, Before: 8, After: 8, Forms: []string{"999*"}},
				Check:    finlandNationalSigned,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"6-4"}},
				Check:    finlandNationalCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "hetu 131052-308T", Match: "131052-308T", Confidence: 85},
			{Text: "020594X903P", Match: "020594X903P", Confidence: 75},
			{Text: "HETU: 010101A123N", Match: "010101A123N", Confidence: 85},
			{Text: "131052+308T", Match: "131052+308T", Confidence: 75},
		},
		Leaves: []string{"hetu 131052-308U", "hetu 311380-888Y", "111111+110G", "310289-211C", "131052.308T", "hetu 131052Z308T"},
	}
}

// finlandNationalSigned takes in the birthday before the sign.
func finlandNationalSigned(c *classify.Candidate) bool {
	from := c.Start - 7
	if from < 0 || from > 0 && wordByte(c.Text[from-1]) || c.Text[c.Start-1] != '-' && c.Text[c.Start-1] != '+' {
		return false
	}
	c.Start = from
	return finlandNationalCheck(c)
}

func finlandNationalCheck(c *classify.Candidate) bool {
	m := c.Match()
	if len(m) != 11 || !formed(m[:6], "999999") || !formed(m[7:], "999*") {
		return false
	}
	century := 0
	switch sign := upper(m[6]); {
	case sign == '+':
		century = 1800
	case sign == '-', sign >= 'U' && sign <= 'Y':
		century = 1900
	case sign >= 'A' && sign <= 'F':
		century = 2000
	default:
		return false
	}
	var buf [9]byte
	d := append(append(buf[:0], m[:6]...), m[7:10]...)
	return calendar(century+number(d[4:6]), number(d[2:4]), number(d[:2])) && number(d[6:]) >= 2 &&
		"0123456789ABCDEFHJKLMNPRSTUVWXY"[number(d)%31] == upper(m[10])
}

// finlandBusiness is the Y-tunnus: weights 7, 9, 10, 5, 8, 4, 2 modulo 11
// (Finnish Patent and Registration Office).
func finlandBusiness() *classify.Type {
	return &classify.Type{
		ID:          own("finland-business-id"),
		Name:        "Finland Business ID",
		Description: "Finnish numbers of companies and other organisations.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"FI"},
		Recommended: 75,
		Words: []string{
			"y-tunnus", "ytunnus", "liike- ja yhteisötunnus", "yritystunnus", "fo-nummer", "företags- och organisationsnummer", "business id", "alv",
			"yritys",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"7-1"}},
				Check:    func(c *classify.Candidate) bool { return finlandVAT(c.Digits) },
				Strength: classify.CheckDigit, Alone: 65, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "Y-tunnus 2077474-0", Match: "2077474-0", Confidence: 85},
			{Text: "0112038-9", Match: "0112038-9", Confidence: 65},
		},
		Leaves: []string{"y-tunnus 2077474-1", "y-tunnus 0000000-0"},
	}
}
