package types

import "github.com/classifyd/classifyd/worker/classify"

// thailandIdentity is the identification number: kind of person, province,
// serial, and weights 13 to 2 modulo 11 (กรมการปกครอง).
func thailandIdentity() *classify.Type {
	return &classify.Type{
		ID:          "44ca9e86-ead7-4c5d-884a-e2eaa401515e",
		Name:        "Thai Population Identification Code",
		Description: "Thai identification numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"TH"},
		Recommended: 75,
		Words: []string{
			"บัตรประชาชน", "เลขบัตรประชาชน", "เลขประจำตัวประชาชน", "บัตรประจำตัวประชาชน", "หมายเลขบัตรประชาชน", "เลขประจำตัว",
			"population identification code", "thai id", "citizen id", "national id", "tnin", "personal identification number",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"13", "1 4 5 2 1"}},
				Check:    thailandIdentityCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "บัตรประชาชน 3-1006-00700-50-3", Match: "3-1006-00700-50-3", Confidence: 85},
			{Text: "1220000000007", Match: "1220000000007", Confidence: 75},
		},
		Leaves: []string{"0234567890124", "1234567890123", "1594567890124", "1111111111111"},
	}
}

// thailandIdentityCheck also wants a province of the sixty-odd whose numbers the
// interior ministry gave, 10 to 96 with gaps.
func thailandIdentityCheck(c *classify.Candidate) bool {
	d := c.Digits
	province := number(d[1:3])
	known := province >= 10 && province <= 27 || province >= 30 && province <= 58 || province >= 60 && province <= 67 ||
		province >= 70 && province <= 77 || province >= 80 && province <= 86 || province >= 90 && province <= 96
	return d[0] >= '1' && d[0] <= '8' && known && (11-weighted(d, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2)%11)%10 == int(d[12]-'0') && !uniform(d)
}
