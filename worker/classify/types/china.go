package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// chinaResident is the resident identity number: region, birthday, serial, and
// the check character of ISO/IEC 7064 MOD 11-2 (GB 11643-1999).
func chinaResident() *classify.Type {
	return &classify.Type{
		ID:          "c92daa86-2d16-4871-901f-816b3f554fc1",
		Name:        "China Resident Identity Card (PRC) Number",
		Description: "Identity numbers of the People's Republic of China.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"CN"},
		Recommended: 75,
		Words: []string{
			"身份证", "居民身份证", "居民身份证号", "身份证号", "身份证号码", "身分證", "居民 身份证", "鉴定", "公民身份号码", "resident identity card", "resident id", "prc",
			"national identification card", "identity card number", "chinese id",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"18", "6 8 4"}},
				Check:    func(c *classify.Candidate) bool { return chinaResidentCheck(c.Digits) },
				Strength: classify.Structure, Alone: 75, With: 85,
			},
			{
				Shape:    code("99999999999999999X"),
				Check:    func(c *classify.Candidate) bool { return chinaResidentCheck([]byte(c.Match())) },
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "身份证号码：11010519491231002X", Match: "11010519491231002X", Confidence: 85},
			{Text: "320282198104050018", Match: "320282198104050018", Confidence: 75},
			{Text: "resident id 44030419900307123x", Match: "44030419900307123x", Confidence: 85},
		},
		Leaves: []string{"身份证 110105194912310021", "身份证 110105194913310020", "身份证 910105194912310026"},
	}
}

func chinaResidentCheck(m []byte) bool {
	sum := 0
	for _, b := range m[:17] {
		if b < '0' || b > '9' {
			return false
		}
		sum = (sum + int(b-'0')) * 2 % 11
	}
	year := number(m[6:10])
	return m[0] >= '1' && m[0] <= '8' && year >= 1850 && year < 2100 && calendar(year, number(m[10:12]), number(m[12:14])) && "10X98765432"[sum] == upper(m[17])
}

// chinaCompany is the unified social credit identifier: registrar, kind,
// region, organisation code and a check character of powers of 3 modulo 31 (GB
// 32100-2015).
func chinaCompany() *classify.Type {
	return &classify.Type{
		ID:          own("china-unified-social-credit-identifier"),
		Name:        "China Unified Social Credit Identifier",
		Description: "Chinese numbers of companies and other organisations.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"CN"},
		Recommended: 75,
		Words:       []string{"统一社会信用代码", "社会信用代码", "信用代码", "营业执照", "税号", "纳税人识别号", "uscc", "uscic", "unified social credit"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Word{Starts: pairs("123456789ANY", "12345AGMN9"), Min: 18, Max: 18, After: reach},
				Check:    func(c *classify.Candidate) bool { return chinaCompanyCheck(c.Match()) },
				Strength: classify.Structure, Alone: 75, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"18"}},
				Check:    func(c *classify.Candidate) bool { return chinaCompanyCheck(c.Match()) },
				Strength: classify.Structure, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "统一社会信用代码：91110000600037341L", Match: "91110000600037341L", Confidence: 85},
			{Text: "91440300708461136T", Match: "91440300708461136T", Confidence: 75},
		},
		Leaves: []string{"uscc 91110000600037341M", "uscc 91110000600037I41L"},
	}
}

func chinaCompanyCheck(m string) bool {
	const alphabet = "0123456789ABCDEFGHJKLMNPQRTUWXY"
	if len(m) != 18 {
		return false
	}
	sum, power := 0, 1
	for i := range 17 {
		v := strings.IndexByte(alphabet, m[i])
		if v < 0 || i >= 2 && i < 8 && v > 9 {
			return false
		}
		sum += v * power
		power = power * 3 % 31
	}
	return alphabet[(31-sum%31)%31] == m[17]
}
