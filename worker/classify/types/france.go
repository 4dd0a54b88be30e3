package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

const franceSocialSecurityID = "71f62b97-efe0-4aa1-aa49-e14de253619d"
const franceTaxID = "ed59e77e-171d-442c-9ec1-88e2ebcb5b0a"

// franceSocialSecurity is the numéro d'inscription au répertoire of INSEE: sex,
// year, month, department, municipality, serial, and a key of 97 less the rest
// modulo 97. Corsica's 2A and 2B count as 19 and 18 (décret 82-103).
func franceSocialSecurity() *classify.Type {
	return &classify.Type{
		ID:          franceSocialSecurityID,
		Name:        "France Social Security Number (INSEE)",
		Description: "French social security numbers (NIR).",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"FR"},
		Recommended: 75,
		Words: []string{
			"insee", "nir", "sécurité sociale", "securité sociale", "securite sociale", "numéro de sécurité sociale", "no de sécurité sociale",
			"numéro de sécu", "code sécu", "carte vitale", "assurance maladie", "assuré", "cpam", "ameli", "social security", "social security number",
			"ssn",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"15", "13 2", "1 2 2 2 3 3 2", "1 2 2 5 3 2"}},
				Check:    func(c *classify.Candidate) bool { return nir(c.Digits) },
				Strength: classify.Structure, Alone: 75, With: 85,
			},
			{
				Shape:    code("999992A99999999", "999992B99999999"),
				Check:    func(c *classify.Candidate) bool { return nir([]byte(c.Match())) },
				Strength: classify.Structure, Alone: 75, With: 85,
			},
			{
				Shape:    classify.Word{Starts: []string{"2A", "2B"}, Min: 2, Max: 2, Before: 10, After: 16},
				Check:    nirOfCorsica,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "NIR 255081416802538", Match: "255081416802538", Confidence: 85},
			{Text: "1 85 05 78 006 084 91", Match: "1 85 05 78 006 084 91", Confidence: 75},
			{Text: "sécurité sociale : 185072A00608467", Match: "185072A00608467", Confidence: 85},
			{Text: "1 85 07 2A 006 084 67", Match: "1 85 07 2A 006 084 67", Confidence: 75},
		},
		Leaves: []string{"nir 255081416802539", "nir 955081416802538", "nir 1 85 15 78 006 084 91", "nir 1 85 07 2A 006 084 68"},
	}
}

// nirOfCorsica takes the groups around "2A" or "2B".
func nirOfCorsica(c *classify.Candidate) bool {
	from, to := c.Start-8, c.End+11
	if from < 0 || to > len(c.Text) || from > 0 && wordByte(c.Text[from-1]) || to < len(c.Text) && wordByte(c.Text[to]) || !printed(c.Text[from:to], "9 99 99 2* 999 999 99") {
		return false
	}
	c.Start, c.End = from, to
	var buf [reach]byte
	return nir(compact(buf[:0], c.Match()))
}

func nir(m []byte) bool {
	n, key := 0, number(m[13:])
	for i, b := range m[:13] {
		switch {
		case i == 6 && b == 'A': // 2A is 19, 2B is 18
			n, b = n-1, '9'
		case i == 6 && b == 'B':
			n, b = n-1, '8'
		case b < '0' || b > '9':
			return false
		}
		n = n*10 + int(b-'0')
	}
	month := number(m[3:5])
	known := month >= 1 && month <= 12 || month >= 20 && month <= 42 || month >= 50
	return (m[0] >= '1' && m[0] <= '4' || m[0] == '7' || m[0] == '8') && known && key == 97-n%97
}

// franceTaxNumber is the numéro fiscal de référence (SPI) of the Direction
// générale des Finances publiques: ten digits, the first 0 to 3, and what they
// leave modulo 511.
func franceTaxNumber() *classify.Type {
	return &classify.Type{
		ID:          franceTaxID,
		Name:        "France Tax Identification Number",
		Description: "French tax numbers of natural persons (numéro SPI).",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"FR"},
		Recommended: 75,
		Words: []string{
			"numéro fiscal", "numéro spi", "spi", "n° fiscal", "numéro fiscal de référence", "numéro d'identification fiscale", "nif", "impôts",
			"impôt sur le revenu", "avis d'imposition", "tax id", "tax number", "tin", "tax identification number",
		},
		Rules: []classify.Rule{
			{
				Shape: classify.Number{Layouts: []string{"13", "2 2 3 3 3"}},
				Check: func(c *classify.Candidate) bool {
					return c.Digits[0] <= '3' && !uniform(c.Digits) && number(c.Digits[:10])%511 == number(c.Digits[10:])
				},
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "numéro fiscal 30 23 217 600 053", Match: "30 23 217 600 053", Confidence: 85},
			{Text: "0701987765493", Match: "0701987765493", Confidence: 75},
		},
		Leaves: []string{"spi 3023217600054", "spi 4023217600053", "spi 30 23 217 600 054"},
	}
}

// franceIdentityCard is the carte nationale d'identité: twelve digits on cards
// before 2021, nine letters and digits of the ICAO alphabet since. Neither has
// a check digit outside the machine-readable zone.
func franceIdentityCard() *classify.Type {
	return &classify.Type{
		ID:          franceIdentityCardID,
		Name:        "France National ID Card (CNI)",
		Description: "Numbers of French identity cards.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"FR"},
		Recommended: 65,
		Words: []string{
			"carte nationale d'identité", "carte nationale d’identité", "carte d'identité", "carte d’identité", "cni", "numéro de carte d'identité",
			"n° cni", "identité nationale", "french national id card", "identity card",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"12"}},
				Strength: classify.Form, With: 65,
			},
			{
				Shape:    code("*99***99*", "A********"),
				Check:    franceDocument,
				Strength: classify.Form, With: 65,
			},
		},
		Finds: []classify.Sample{
			{Text: "carte nationale d'identité 880692310285", Match: "880692310285", Confidence: 65},
			{Text: "CNI: X4RTBPFW4", Match: "X4RTBPFW4", Confidence: 65},
		},
		Leaves: []string{"880692310285", "cni 88069231028", "cni X4RTBPFWA"},
	}
}

const franceIdentityCardID = "f741ac74-1bc0-4665-b69b-f0c7f927c0c4"

// franceDocument takes what the cards since 2021 are numbered with: no vowels
// but the digits between, and a digit at the end.
func franceDocument(c *classify.Candidate) bool {
	m := c.Match()
	return formed(m, "A*******9") && strings.IndexFunc(m, func(r rune) bool { return strings.ContainsRune("AEIOUaeiou", r) }) < 0 && strings.ContainsAny(m[1:8], decimals)
}

// franceHealthCard is the numéro de série of the carte Vitale, 21 digits
// printed below the holder's number.
func franceHealthCard() *classify.Type {
	return &classify.Type{
		ID:          "9bc2069e-76df-4ff9-ac02-2f519469e236",
		Name:        "France Health Insurance Number",
		Description: "Serial numbers of French health insurance cards.",
		Publisher:   publisher,
		Category:    classify.CategoryHealth,
		Countries:   []string{"FR"},
		Recommended: 75,
		Words:       []string{"carte vitale", "numéro de série de la carte vitale", "carte d'assuré social", "assurance maladie", "insurance card", "health insurance"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"21", "5 5 5 5 1"}},
				Check:    func(c *classify.Candidate) bool { return !uniform(c.Digits) },
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "carte vitale 802500012345678901234", Match: "802500012345678901234", Confidence: 75},
		},
		Leaves: []string{"802500012345678901234", "carte vitale 80250001234567890123"},
	}
}
