package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// taiwanNational is the national ID: a letter of the place, 1 or 2 for the sex,
// seven digits, and a check digit (戶籍法施行細則).
func taiwanNational() *classify.Type {
	return &classify.Type{
		ID:          "4c7bfc34-8dd1-421d-8fb7-6c6182c2af03",
		Name:        "Taiwan National Identification Number",
		Description: "Taiwanese national identification numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"TW"},
		Recommended: 75,
		Words: []string{
			"身分證", "身份證", "身分證字號", "身份證字號", "身份證號碼", "國民身分證", "國民身份證", "統一編號", "國民身分證統一編號", "簽名", "蓋章", "taiwan id", "roc id", "national identification",
			"identity card",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Word{Starts: pairs(capitals, "12"), Min: 10, Max: 10, After: reach},
				Check:    func(c *classify.Candidate) bool { return formed(c.Match(), "A999999999") && taiwanDigit(c.Match()) },
				Strength: classify.CheckDigit, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "身分證字號：A123456789", Match: "A123456789", Confidence: 85},
			{Text: "F131093522", Match: "F131093522", Confidence: 75},
		},
		Leaves: []string{"身分證 A123456788", "身分證 A323456789"},
	}
}

// taiwanResident is the resident certificate: a letter, 8 or 9 and eight digits
// since 2021, two letters and eight digits before, with the check digit of the
// national ID (內政部移民署).
func taiwanResident() *classify.Type {
	return &classify.Type{
		ID:          "48269fec-05ea-46ea-b326-f5623a58c6e9",
		Name:        "Taiwan Resident Certificate (ARC/TARC) Number",
		Description: "Numbers of foreigners' residence certificates in Taiwan.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"TW"},
		Recommended: 75,
		Words:       []string{"居留證", "外僑居留證", "台灣地區居留證", "居留證號碼", "統一證號", "居留", "arc", "tarc", "resident certificate", "alien resident certificate", "uniform id"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Word{Starts: append(pairs(capitals, "89"), pairs(capitals, "ABCD")...), Min: 10, Max: 10, After: reach},
				Check:    taiwanResidentCheck,
				Strength: classify.CheckDigit, Alone: 65, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "居留證 A800000014", Match: "A800000014", Confidence: 75},
			{Text: "ARC AC01234567", Match: "AC01234567", Confidence: 75},
			{Text: "AD30456784", Match: "AD30456784", Confidence: 65},
		},
		Leaves: []string{"arc A800000015", "arc AE01234567"},
	}
}

func taiwanResidentCheck(c *classify.Candidate) bool {
	m := c.Match()
	return (formed(m, "A999999999") || formed(m, "AA99999999")) && taiwanDigit(m)
}

// taiwanDigit checks a letter, a letter or digit, and eight digits. The first
// letter counts as two digits, the second as the last of its two.
func taiwanDigit(m string) bool {
	const order = "ABCDEFGHJKLMNPQRSTUVXYWZIO" // from 10
	first := strings.IndexByte(order, m[0]) + 10
	sum := first/10 + first%10*9
	for i := 1; i < 10; i++ {
		v := int(m[i] - '0')
		if m[i] > '9' {
			v = strings.IndexByte(order, m[i]) % 10
		}
		sum += v * max(1, 9-i)
	}
	return sum%10 == 0
}

// taiwanPassport is nine digits, or eight behind a letter, without a check
// digit.
func taiwanPassport() *classify.Type {
	return &classify.Type{
		ID:          "e7251cb4-4c2c-41df-963e-924eb3dae04a",
		Name:        "Taiwan Passport Number",
		Description: "Numbers of Taiwanese passports.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"TW"},
		Recommended: 75,
		Words:       []string{"護照", "中華民國護照", "護照號碼", "roc passport", "taiwan passport", "zhōnghuá mínguó hùzhào", "passport number", "passport"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"9"}},
				Check:    func(c *classify.Candidate) bool { return c.Digits[0] == '3' || c.Digits[0] == '1' },
				Strength: classify.Form, With: 75,
			},
			{
				Shape:    code("A99999999"),
				Check:    written("A99999999"),
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "護照號碼 312345678", Match: "312345678", Confidence: 75},
			{Text: "taiwan passport K12345678", Match: "K12345678", Confidence: 75},
		},
		Leaves: []string{"312345678", "護照 31234567"},
	}
}
