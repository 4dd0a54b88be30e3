package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// icd10 is a diagnosis of ICD-10-CM. Only the form and the chapters' ranges are
// checked, not the table of some 70,000 codes, so that a match is worth 65 at
// most, and nothing without evidence (CDC/NCHS, ICD-10-CM Official Guidelines,
// section I.A; the chapters of its tabular list).
func icd10() *classify.Type {
	return &classify.Type{
		ID:          "3356946c-6bb7-449b-b253-6ffa419c0ce7",
		Name:        "International Classification of Diseases (ICD-10-CM)",
		Description: "Codes of diagnoses, by form and range, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryHealth,
		Recommended: 65,
		Words:       append([]string{"icd-10", "icd10", "icd 10 cm", "icd-10-cm", "icd10cm", "cim-10", "cie-10", "cid-10", "мкб-10"}, diagnosisWords...),
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: pairs(capitals, decimals), Min: 3, Max: 7, Before: 1, After: reach},
			Check:    icd10Check,
			Strength: classify.Ranges,
			With:     65,
		}},
		Finds: []classify.Sample{
			{Text: "Diagnosis: E11.9", Match: "E11.9", Confidence: 65},
			{Text: "ICD-10 code S72.001A, left", Match: "S72.001A", Confidence: 65},
			{Text: "dx J45, C7A.1", Match: "C7A.1", Confidence: 65},
			{Text: "ICD-10: E119", Match: "E119", Confidence: 65},
		},
		Leaves: []string{"E11.9", "icd-10 E90.1", "icd-10 E11.98765", "icd-10 U99.1", "icd-10 D90", "diagnosis E11.9-3", "diagnosis E1.9"},
	}
}

var diagnosisWords = []string{
	"icd", "icd code", "diagnosis", "diagnoses", "diagnosis code", "diagnosed", "dx", "disease code", "medical code", "principal diagnosis", "admitting diagnosis",
	"diagnose", "diagnosen", "diagnosis codes", "diagnostic", "diagnóstico", "diagnostico", "diagnosi", "diagnos", "диагноз", "诊断", "診断", "진단",
}

// chapters are by first letter the highest category of ICD-10-CM; some letters
// begin above zero or have a category that is a letter's.
var chapters = [26]string{
	"B99", "B99", "D49", "D89", "E89", "F99", "G99", "H95", "I99", "J99", "K95", "L99", "M99", "N99", "O9A", "P96", "Q99", "R99", "T88", "T88", "U85", "Y99", "Y99", "Y99", "Y99", "Z99",
}

func icd10Check(c *classify.Candidate) bool {
	if c.Before() == '-' || c.Before() == '.' {
		return false
	}
	category, rest := c.Match()[:3], c.Match()[3:]
	end := c.End
	if rest == "" && end < len(c.Text) && c.Text[end] == '.' {
		k := end + 1
		for k < len(c.Text) && wordByte(c.Text[k]) {
			k++
		}
		rest, end = c.Text[end+1:k], max(end, k)
		if rest == "" {
			end = c.End // the sentence's
		}
	}
	last := category[2]
	if len(rest) > 4 || !icdByte(last) || last > '9' && last != 'A' && last != 'B' || category > "Z99" {
		return false
	}
	if highest := chapters[category[0]-'A']; category[0] == highest[0] && category > highest || category[0] == 'F' && category == "F00" {
		return false
	}
	for _, b := range []byte(rest) {
		if !icdByte(b) {
			return false
		}
	}
	if next := c.Text[end:]; len(next) > 1 && strings.IndexByte("-./", next[0]) >= 0 && wordByte(next[1]) {
		return false
	}
	c.End = end
	return true
}

func icdByte(b byte) bool { return b >= '0' && b <= '9' || b >= 'A' && b <= 'Z' }

// icd9 is a diagnosis of ICD-9-CM, which the United States used until October
// 2015. Only the form and the ranges are checked, so that a match is worth 65 at
// most; bare categories of three digits are left out, since any number is one
// (CDC/NCHS, ICD-9-CM Official Guidelines).
func icd9() *classify.Type {
	return &classify.Type{
		ID:          "fa3f9c74-ee07-4c52-b5f2-085d6b2c0ec4",
		Name:        "International Classification of Diseases (ICD-9-CM)",
		Description: "Codes of diagnoses before 2015, by form and range, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryHealth,
		Countries:   []string{"US"},
		Recommended: 65,
		Words:       append([]string{"icd-9", "icd9", "icd 9 cm", "icd-9-cm", "icd9cm"}, diagnosisWords...),
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"3.1", "3.2"}},
				Check:    func(c *classify.Candidate) bool { return number(c.Digits[:3]) > 0 && c.Before() != '$' },
				Strength: classify.Ranges,
				With:     65,
			},
			{
				Shape:    classify.Word{Starts: append(pairs("V", "0123456789"), pairs("E", decimals)...), Min: 3, Max: 4, Before: 1, After: 8},
				Check:    icd9Check,
				Strength: classify.Ranges,
				With:     65,
			},
		},
		Finds: []classify.Sample{
			{Text: "ICD-9: 250.00", Match: "250.00", Confidence: 65},
			{Text: "ICD-9 code V58.61", Match: "V58.61", Confidence: 65},
			{Text: "icd-9-cm E880.9", Match: "E880.9", Confidence: 65},
		},
		Leaves: []string{"250.00", "icd-9 000.1", "icd-9 V95.1", "icd-9 250.001", "icd-9 E880.95", "icd-9 V581"},
	}
}

// icd9Check takes the supplementary codes: V01 to V91 with one or two digits,
// E000 to E999 with one.
func icd9Check(c *classify.Candidate) bool {
	m := c.Match()
	rest := c.Text[c.End:]
	n := 1
	for n < len(rest) && wordByte(rest[n]) {
		n++
	}
	if len(rest) < 2 || rest[0] != '.' || strings.Trim(rest[1:n], decimals) != "" {
		return false
	}
	switch {
	case formed(m, "V99") && m >= "V01" && m <= "V91" && (n == 2 || n == 3):
	case formed(m, "E999") && n == 2:
	default:
		return false
	}
	c.End += n
	return c.Before() != '-' && c.After() != '-'
}
