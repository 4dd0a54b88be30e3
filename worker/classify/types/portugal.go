package types

import "github.com/classifyd/classifyd/worker/classify"

const (
	portugalTaxID         = "65372402-3131-4f1e-9983-4439841d1f15"
	portugalCitizenCardID = "91a7ece2-add4-4986-9a15-c84544d81ecd"
)

// portugalTax is the número de identificação fiscal: weights 9 to 2 modulo 11,
// 10 counting as 0 (Decreto-Lei 14/2013); the first digits say who holds it.
func portugalTax() *classify.Type {
	return &classify.Type{
		ID:          portugalTaxID,
		Name:        "Portugal Tax Identification Number",
		Description: "Portuguese tax numbers of persons and companies.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"PT"},
		Recommended: 75,
		Words: []string{
			"nif", "nif#", "número de identificação fiscal", "numero de identificacao fiscal", "contribuinte", "número de contribuinte",
			"nº contribuinte", "nipc", "número fiscal", "finanças", "autoridade tributária", "cpf",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"9", "3 3 3"}},
				Check:    func(c *classify.Candidate) bool { return portugalTaxNumber(c.Digits) },
				Strength: classify.CheckDigit, Alone: 65, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "NIF 123456789", Match: "123456789", Confidence: 85},
			{Text: "contribuinte n.º 501 964 843", Match: "501 964 843", Confidence: 85},
			{Text: "234567899", Match: "234567899", Confidence: 65},
		},
		Leaves: []string{"nif 123456788", "nif 423456788", "nif 000000000"},
	}
}

func portugalTaxNumber(d []byte) bool {
	switch d[0] {
	case '0':
		return false
	case '4':
		if d[1] != '5' { // those who do not live there
			return false
		}
	}
	return (11-weighted(d, 9, 8, 7, 6, 5, 4, 3, 2)%11)%11%10 == int(d[8]-'0') && !uniform(d)
}

// portugalCitizenCard is the cartão de cidadão: the civil number and its check
// digit, two letters or digits of the card's version, and a Luhn digit in which
// letters count from A for 10 (Autoridade Tributária, Validação de Número de
// Documento).
func portugalCitizenCard() *classify.Type {
	return &classify.Type{
		ID:          portugalCitizenCardID,
		Name:        "Portugal Citizen Card Number",
		Description: "Numbers of Portuguese citizen cards.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"PT"},
		Recommended: 85,
		Words: []string{
			"cartão de cidadão", "cartao de cidadao", "cartão do cidadão", "número de documento", "bilhete de identidade", "documento de identificação",
			"citizen card", "nic", "número de identificação civil",
		},
		Rules: []classify.Rule{
			{
				Shape:    code("999999999AA9", "999999999A99", "9999999999A9"),
				Check:    func(c *classify.Candidate) bool { return citizenCard([]byte(c.Match())) },
				Strength: classify.Structure, Alone: 75, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"8 1"}},
				Check:    portugalCitizenCardSpaced,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "cartão de cidadão 00000000 0 ZZ4", Match: "00000000 0 ZZ4", Confidence: 85},
			{Text: "000000000ZZ4", Match: "000000000ZZ4", Confidence: 75},
		},
		Leaves: []string{"citizen card 000000000ZZ5", "citizen card 00000000 0 ZZ5"},
	}
}

func portugalCitizenCardSpaced(c *classify.Candidate) bool {
	rest := c.Text[c.End:]
	if len(rest) < 4 || !formed(rest[:4], " **9") || len(rest) > 4 && wordByte(rest[4]) {
		return false
	}
	c.End += 4
	return citizenCard(append(append(make([]byte, 0, 12), c.Digits...), rest[1:4]...))
}

func citizenCard(m []byte) bool {
	if !formed(string(m), "999999999**9") {
		return false
	}
	sum := 0
	for i, b := range m {
		v := int(b - '0')
		if b > '9' {
			v = int(upper(b)-'A') + 10
		}
		if i%2 == 0 {
			if v *= 2; v > 9 {
				v -= 9
			}
		}
		sum += v
	}
	return sum%10 == 0
}
