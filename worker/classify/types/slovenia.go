package types

import "github.com/classifyd/classifyd/worker/classify"

const (
	sloveniaTaxID     = "e47b071e-c352-4d70-8241-8c215ad65505"
	sloveniaCitizenID = "68948b27-803d-41e4-adf1-13e05eb541bb"
)

// sloveniaTax is the davčna številka: weights 8 to 2 modulo 11, which never
// leaves 0 (Zakon o davčnem postopku).
func sloveniaTax() *classify.Type {
	return &classify.Type{
		ID:          sloveniaTaxID,
		Name:        "Slovenia Tax Identification Number",
		Description: "Slovenian tax numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"SI"},
		Recommended: 85,
		Words:       []string{"davčna številka", "davčna", "davčno", "davčni urad", "davcna stevilka", "identifikacijska številka davka", "številka davčne datoteke", "ddv"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"8"}},
				Check:    func(c *classify.Candidate) bool { return sloveniaTaxNumber(c.Digits) },
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "davčna številka 50223054", Match: "50223054", Confidence: 85},
			{Text: "Davčna: 15012557", Match: "15012557", Confidence: 85},
		},
		Leaves: []string{"50223054", "davčna 50223055", "davčna 05022305"},
	}
}

func sloveniaTaxNumber(d []byte) bool {
	check := 11 - weighted(d, 8, 7, 6, 5, 4, 3, 2)%11
	return d[0] != '0' && check != 11 && check%10 == int(d[7]-'0')
}

// sloveniaCitizen is the EMŠO of all who were born in Yugoslavia and of
// Slovenia since: birthday, region, serial, and weights 7 to 2 twice modulo 11
// (Zakon o centralnem registru prebivalstva). Serbia, Bosnia, Montenegro and
// North Macedonia have it too.
func sloveniaCitizen() *classify.Type {
	return &classify.Type{
		ID:          sloveniaCitizenID,
		Name:        "Slovenia Unique Master Citizen Number",
		Description: "Master citizen numbers (EMŠO, JMBG).",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"SI", "RS", "BA", "ME", "MK"},
		Recommended: 75,
		Words: []string{
			"emšo", "emso", "enotna matična številka občana", "enotna maticna stevilka obcana", "matična številka", "edinstvena številka", "osebna koda",
			"osebna izkaznica", "jmbg", "matični broj", "jedinstveni matični broj", "јмбг", "матични број", "ембг", "unique master citizen number",
			"unique identity number", "uniqueidentityno",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"13"}},
				Check:    masterCitizen,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "EMŠO 0101006500006", Match: "0101006500006", Confidence: 85},
			{Text: "JMBG: 0101985710008", Match: "0101985710008", Confidence: 85},
			{Text: "1503971505120", Match: "1503971505120", Confidence: 75},
		},
		Leaves: []string{"emšo 0101006500007", "emšo 3201006500006"},
	}
}

func masterCitizen(c *classify.Candidate) bool {
	d := c.Digits
	year := 1000 + number(d[4:7])
	if year < 1800 {
		year += 1000
	}
	check := 11 - weighted(d, 7, 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2)%11
	return year < 2100 && calendar(year, number(d[2:4]), number(d[:2])) && check != 10 && check%11 == int(d[12]-'0')
}
