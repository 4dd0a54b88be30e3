package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// isin is the security number of ISO 6166: a country or an agency's prefix, nine
// characters, and Luhn's digit over all with letters written as 10 to 35.
func isin() *classify.Type {
	return &classify.Type{
		ID:          own("isin"),
		Name:        "International Securities Identification Number (ISIN)",
		Description: "Numbers of stocks, bonds and other securities.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Recommended: 75,
		Words: []string{
			"isin", "isin code", "isin number", "isin no", "securities", "security", "wkn", "wertpapier", "wertpapierkennnummer", "titre", "código isin",
			"codice isin", "code isin", "titolo", "valores", "证券代码", "証券コード",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: pairs(capitals, capitals), Min: 12, Max: 12, Before: 1, After: reach},
			Check:    func(c *classify.Candidate) bool { return isinCheck(c.Match()) },
			Strength: classify.CheckDigit,
			Alone:    75,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "ISIN US0378331005", Match: "US0378331005", Confidence: 85},
			{Text: "buy DE0007164600 at market", Match: "DE0007164600", Confidence: 75},
			{Text: "code ISIN FR0000131104", Match: "FR0000131104", Confidence: 85},
		},
		Leaves: []string{"isin US0378331006", "isin ZZ0378331005", "isin US037833100", "isin US000000000X"},
	}
}

func isinCheck(s string) bool {
	if !isCountry(s[:2]) && s[:2] != "XS" && s[:2] != "EU" && s[:2] != "XA" && s[:2] != "XB" && s[:2] != "XC" && s[:2] != "XD" && s[:2] != "XF" {
		return false
	}
	var buf [24]byte
	d := buf[:0]
	for i := range 12 {
		switch b := s[i]; {
		case b >= '0' && b <= '9':
			d = append(d, b)
		case b >= 'A' && b <= 'Z' && i < 11:
			v := b - 'A' + 10
			d = append(d, '0'+v/10, '0'+v%10)
		default:
			return false
		}
	}
	return strings.ContainsAny(s[2:11], decimals) && luhn(d)
}

// cusip is the North American security number of ANSI X9.6: nine characters, of
// which every second counts double and the last makes the sum of digits end in 0.
func cusip() *classify.Type {
	return &classify.Type{
		ID:          own("cusip"),
		Name:        "CUSIP Number",
		Description: "Numbers of North American securities, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"US", "CA"},
		Recommended: 75,
		Words:       []string{"cusip", "cusip number", "cusip no", "cusip id", "cusips", "cins"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"9"}},
				Check:    func(c *classify.Candidate) bool { return cusipCheck(c.Match()) && !uniform(c.Digits) },
				Strength: classify.CheckDigit,
				With:     75,
			},
			{
				Shape:    code("999******", "A99******", "99A******", "9A9******"),
				Check:    func(c *classify.Candidate) bool { return cusipCheck(c.Match()) },
				Strength: classify.CheckDigit,
				With:     75,
			},
		},
		Finds: []classify.Sample{
			{Text: "CUSIP 037833100", Match: "037833100", Confidence: 75},
			{Text: "cusip: 38259P508", Match: "38259P508", Confidence: 75},
			{Text: "CUSIP no. G0177J108", Match: "G0177J108", Confidence: 75},
		},
		Leaves: []string{"037833100", "cusip 037833101", "cusip 38259P509", "cusip 000000000"},
	}
}

func cusipCheck(s string) bool {
	sum := 0
	for i := range 8 {
		v := 0
		switch b := s[i]; {
		case b >= '0' && b <= '9':
			v = int(b - '0')
		case b >= 'A' && b <= 'Z':
			v = int(b-'A') + 10
		default:
			return false
		}
		v <<= i % 2
		sum += v/10 + v%10
	}
	return s[8] == '0'+byte((10-sum%10)%10)
}

// lei is the legal entity identifier of ISO 17442: eighteen characters and two
// check digits of ISO/IEC 7064 MOD 97-10.
func lei() *classify.Type {
	return &classify.Type{
		ID:          own("lei"),
		Name:        "Legal Entity Identifier (LEI)",
		Description: "Identifiers of companies and other legal entities.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Recommended: 75,
		Words:       []string{"lei", "lei code", "lei number", "legal entity", "legal entity identifier", "gleif", "identifiant d'entité juridique", "rechtsträgerkennung", "identificador de entidad jurídica", "法人识别编码", "取引主体識別子"},
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: pairs(decimals+capitals, decimals+capitals), Min: 20, Max: 20, Before: 1, After: reach},
			Check:    func(c *classify.Candidate) bool { return leiCheck(c.Match()) },
			Strength: classify.Structure,
			Alone:    75,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "LEI 5493001KJTIIGC8Y1R12", Match: "5493001KJTIIGC8Y1R12", Confidence: 85},
			{Text: "party HWUPKR0MPOU8FGXBT394 signs", Match: "HWUPKR0MPOU8FGXBT394", Confidence: 75},
		},
		Leaves: []string{"lei 5493001KJTIIGC8Y1R13", "lei 5493001KJTIIGC8Y1R1", "lei 5493001kjtiigc8y1r12", "lei 00000000000000000097"},
	}
}

func leiCheck(s string) bool {
	for _, b := range []byte(s) {
		if b >= 'a' || b == '_' {
			return false
		}
	}
	return strings.ContainsAny(s, capitals) && s[18] <= '9' && s[19] <= '9' && mod97(0, s) == 1
}
