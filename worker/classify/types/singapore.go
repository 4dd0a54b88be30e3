package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// singaporeIdentity is the NRIC of citizens and the FIN of foreigners: S, T, F,
// G or M, seven digits, and a letter of weights 2, 7 to 2 modulo 11
// (Immigration and Checkpoints Authority).
func singaporeIdentity() *classify.Type {
	return &classify.Type{
		ID:          "cead390a-dd83-4856-9751-fb6dc98c34da",
		Name:        "Singapore National Registration Identity Card (NRIC) Number",
		Description: "Identity numbers of citizens and foreigners in Singapore.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"SG"},
		Recommended: 75,
		Words: []string{
			"nric", "fin", "nric no", "nric number", "identity card", "identity card number", "identification number", "ic number", "ic no",
			"foreign identification number", "singapore id", "身份证", "身份證", "kad pengenalan", "அடையாள அட்டை",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Word{Starts: pairs("STFGM", decimals), Min: 9, Max: 9, After: reach, Small: true},
				Check:    singaporeIdentityCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "NRIC S1234567D", Match: "S1234567D", Confidence: 85},
			{Text: "T0123456G", Match: "T0123456G", Confidence: 75},
			{Text: "FIN: F1234567N", Match: "F1234567N", Confidence: 85},
			{Text: "M1234567K", Match: "M1234567K", Confidence: 75},
		},
		Leaves: []string{"nric S1234567E", "nric PA12348L", "nric A1234567D"},
	}
}

func singaporeIdentityCheck(c *classify.Candidate) bool {
	m := c.Match()
	if !formed(m, "A9999999A") {
		return false
	}
	sum := weighted([]byte(m[1:8]), 2, 7, 6, 5, 4, 3, 2)
	letters := "XWUTRQPNMLK"
	switch upper(m[0]) {
	case 'S':
		letters = "JZIHGFEDCBA"
	case 'T':
		letters, sum = "JZIHGFEDCBA", sum+4
	case 'G':
		sum += 4
	case 'M':
		letters, sum = "XWUTRQPNJLK", sum+3
	}
	return letters[sum%11] == upper(m[8])
}

// singaporeCompany is the unique entity number in its three forms, for
// businesses, for companies and for others, each with a letter modulo 11
// (ACRA).
func singaporeCompany() *classify.Type {
	return &classify.Type{
		ID:          own("singapore-unique-entity-number"),
		Name:        "Singapore Unique Entity Number (UEN)",
		Description: "Singaporean numbers of companies and other entities.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"SG"},
		Recommended: 75,
		Words:       []string{"uen", "unique entity number", "acra", "business registration", "company registration", "registration no", "gst reg no", "roc no"},
		Rules: []classify.Rule{
			{
				Shape:    code("99999999A", "999999999A"),
				Check:    singaporeCompanyCheck,
				Strength: classify.CheckDigit, Alone: 65, With: 85,
			},
			{
				Shape:    classify.Word{Starts: pairs("TSR", decimals), Min: 10, Max: 10, After: reach},
				Check:    singaporeCompanyCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "UEN 53125226D", Match: "53125226D", Confidence: 85},
			{Text: "T16RF0037C", Match: "T16RF0037C", Confidence: 75},
			{Text: "201434292D", Match: "201434292D", Confidence: 65},
		},
		Leaves: []string{"uen 53125226E", "uen T16RF0037D", "uen 201434292E"},
	}
}

func singaporeCompanyCheck(c *classify.Candidate) bool {
	m := c.Match()
	switch {
	case formed(m, "99999999A"):
		return "XMKECAWLJDB"[weighted([]byte(m), 10, 4, 9, 3, 8, 2, 7, 1)%11] == m[8]
	case formed(m, "999999999A"):
		year := number([]byte(m[:4]))
		return year >= 1900 && year < 2100 && "ZKCMDNERGWH"[weighted([]byte(m), 10, 8, 6, 4, 9, 7, 5, 3, 1)%11] == m[9]
	case formed(m, "A99AA9999A"):
		const alphabet = "ABCDEFGHJKLMNPQRSTUVWX0123456789"
		sum := 0
		for i, weight := range [9]int{4, 3, 5, 3, 10, 2, 2, 5, 7} {
			sum += weight * strings.IndexByte(alphabet, m[i])
		}
		return alphabet[((sum-5)%11+11)%11] == m[9]
	}
	return false
}
