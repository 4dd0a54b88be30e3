package types

import "github.com/classifyd/classifyd/worker/classify"

// indonesiaIdentity is the NIK: province, regency, district, birthday with 40
// added to the day of women, serial (Permendagri 2/2016).
func indonesiaIdentity() *classify.Type {
	return &classify.Type{
		ID:          "da68fdb0-f383-4981-8c86-82689d3b7d55",
		Name:        "Indonesia Identity Card (KTP) Number",
		Description: "Numbers of Indonesian identity cards, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"ID"},
		Recommended: 85,
		Words: []string{
			"ktp", "e-ktp", "nik", "nomor induk kependudukan", "kartu tanda penduduk", "nomor karti", "no ktp", "kependudukan", "identity card",
			"indonesian id",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"16"}},
				Check:    indonesiaIdentityCheck,
				Strength: classify.Ranges, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "NIK 3171230510900123", Match: "3171230510900123", Confidence: 85},
			{Text: "KTP: 3273015502900001", Match: "3273015502900001", Confidence: 85},
		},
		Leaves: []string{"3273015502900001", "nik 3273013302900001", "nik 9973015502900001"},
	}
}

func indonesiaIdentityCheck(c *classify.Candidate) bool {
	d := c.Digits
	province, day := number(d[:2]), number(d[6:8])
	if day > 40 {
		day -= 40
	}
	return province >= 11 && province <= 96 && number(d[2:4]) > 0 && calendar(2000+number(d[10:12]), number(d[8:10]), day) && number(d[12:]) > 0
}

// indonesiaPassport is a letter, or two since 2014, and seven or six digits.
func indonesiaPassport() *classify.Type {
	return &classify.Type{
		ID:          "d0001c83-e72f-4360-98d3-f5a41dc5a380",
		Name:        "Indonesia Passport Number",
		Description: "Numbers of Indonesian passports.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"ID"},
		Recommended: 75,
		Words:       []string{"paspor", "nomor paspor", "no paspor", "paspor indonesia", "indonesian passport", "passport number", "passport"},
		Rules: []classify.Rule{
			{
				Shape:    code("A9999999", "AA999999"),
				Check:    written("A9999999", "AA999999"),
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "nomor paspor A1234567", Match: "A1234567", Confidence: 75},
		},
		Leaves: []string{"A1234567", "paspor A123456"},
	}
}
