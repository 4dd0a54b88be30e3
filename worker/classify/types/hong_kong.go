package types

import "github.com/classifyd/classifyd/worker/classify"

// hongKongIdentity is the HKID: one or two letters, six digits, and a check
// digit or A in brackets that makes the weighted sum divisible by 11
// (Immigration Department).
func hongKongIdentity() *classify.Type {
	return &classify.Type{
		ID:          "e63c28a7-ad29-4c17-a41a-3d2a0b70fd9c",
		Name:        "Hong Kong Identity Card (HKID) Number",
		Description: "Hong Kong identity card numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"HK"},
		Recommended: 75,
		Words: []string{
			"hkid", "hkid number", "hkidc", "hk id", "hk identity card", "hong kong identity card", "hong kong id", "identity card", "id card", "身份證",
			"身份證號碼", "香港身份證", "香港永久性居民身份證", "永久性居民身份證", "身份证",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Word{Starts: append(pairs(capitals, decimals), pairs(capitals, capitals)...), Min: 7, Max: 9, After: 16},
				Check:    hongKongIdentityCheck,
				Strength: classify.CheckDigit, Alone: 65, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "HKID A123456(3)", Match: "A123456(3)", Confidence: 75},
			{Text: "AB987654(3)", Match: "AB987654(3)", Confidence: 65},
			{Text: "身份證號碼 G123456(A)", Match: "G123456(A)", Confidence: 75},
			{Text: "hkid A1234563", Match: "A1234563", Confidence: 75},
		},
		Leaves: []string{"hkid A123456(4)", "hkid A123456", "hkid ABC123456(3)"},
	}
}

func hongKongIdentityCheck(c *classify.Candidate) bool {
	m := c.Match()
	var check byte
	switch {
	case formed(m, "A999999") || formed(m, "AA999999"):
		rest := c.Text[c.End:]
		if len(rest) < 3 || rest[0] != '(' || rest[2] != ')' {
			return false
		}
		check = rest[1]
		c.End += 3
	case formed(m, "A999999*") || formed(m, "AA999999*"):
		check, m = m[len(m)-1], m[:len(m)-1]
	default:
		return false
	}
	sum := 0
	if len(m) == 7 {
		sum = 36 * 9 // a space stands for the letter that is not there
	}
	for i := range len(m) {
		v := int(m[i] - '0')
		if m[i] > '9' {
			v = int(m[i]-'A') + 10
		}
		sum += v * (len(m) + 1 - i)
	}
	return "0123456789A"[(11-sum%11)%11] == check
}
