package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// indiaPAN is the permanent account number: five letters, of which the fourth is
// the holder's kind, four digits and a letter (Income Tax Department, rule 114).
func indiaPAN() *classify.Type {
	return &classify.Type{
		ID:          "2602bfee-9bb0-47a5-a7a6-2bf3053e2804",
		Name:        "India Permanent Account Number (PAN)",
		Description: "Indian tax account numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"IN"},
		Recommended: 85,
		Words:       []string{"pan", "pan card", "pan number", "pan no", "pancard", "permanent account", "permanent account number", "income tax", "income tax department", "tds", "itr", "स्थायी खाता संख्या", "पैन", "पैन कार्ड", "आयकर"},
		Rules: []classify.Rule{{
			Shape:    small(classify.Word{Starts: pairs(capitals, capitals), Min: 10, Max: 10, Before: 1, After: reach}),
			Check:    func(c *classify.Candidate) bool { return panForm(c.Match()) && c.Before() != '-' },
			Strength: classify.Ranges,
			Alone:    65,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "PAN ABCPD1234Z", Match: "ABCPD1234Z", Confidence: 85},
			{Text: "ref AAACT2727Q", Match: "AAACT2727Q", Confidence: 65},
		},
		Leaves: []string{"pan ABCDE1234F", "pan ABCP1234Z", "pan ABCPD0000Z"},
	}
}

func panForm(s string) bool {
	return formed(s, "AAAAA9999A") && strings.IndexByte("ABCFGHJLPT", upper(s[3])) >= 0 && s[5:9] != "0000"
}

// indiaGSTIN is the goods and services tax number: a state, the PAN, the number
// of the registration, Z, and Luhn's check character modulo 36 (GSTN, GSTIN
// format; the algorithm is that of ISO/IEC 7812-1 in base 36).
func indiaGSTIN() *classify.Type {
	return &classify.Type{
		ID:          "9f5a721c-2fd2-446a-a27e-0c02fbe4630c",
		Name:        "India GST Number",
		Description: "Indian goods and services tax numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"IN"},
		Recommended: 85,
		Words:       []string{"gst", "gstin", "gst number", "gst no", "gst registration", "goods and services tax", "gst in", "tax identification", "जीएसटी", "वस्तु एवं सेवा कर"},
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: pairs("01239", decimals), Min: 15, Max: 15, Before: 1, After: reach},
			Check:    func(c *classify.Candidate) bool { return gstin(c.Match()) },
			Strength: classify.CheckDigit,
			Alone:    75,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "GSTIN 27AAPFU0939F1ZV", Match: "27AAPFU0939F1ZV", Confidence: 85},
			{Text: "24AAACC1206D1ZM", Match: "24AAACC1206D1ZM", Confidence: 75},
		},
		Leaves: []string{"gst 27AAPFU0939F1ZW", "gst 39AAPFU0939F1ZV", "gst 27AAPFU0939F1Z", "gst 123456789012345"},
	}
}

func gstin(s string) bool {
	state := number([]byte(s[:2]))
	if !formed(s, "99AAAAA9999A*Z*") || state == 0 || state > 38 && state < 96 || s[12] == '0' {
		return false
	}
	const alphabet = decimals + capitals
	sum := 0
	for i := range 14 {
		v := strings.IndexByte(alphabet, s[i]) * (1 + i%2)
		sum += v/36 + v%36
	}
	return alphabet[(36-sum%36)%36] == s[14]
}

// indiaVoter is the number of the elector's photo identity card: three letters
// and seven digits, of which cards of the Election Commission's newer series
// have Luhn's digit last.
func indiaVoter() *classify.Type {
	shape := small(code("AAA9999999"))
	return &classify.Type{
		ID:          "646d643f-5228-4408-acc8-f2e81a6df897",
		Name:        "India Voter Id Card",
		Description: "Numbers of Indian electors' identity cards.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"IN"},
		Recommended: 75,
		Words:       []string{"voter", "voter id", "voter id card", "voterid", "vote", "epic", "epic no", "elector", "electors photo identity card", "election commission", "election commission of india", "eci", "मतदाता", "मतदाता पहचान पत्र", "निर्वाचन आयोग", "வாக்காளர்", "ভোটার"},
		Rules: []classify.Rule{
			{Shape: shape, Check: func(c *classify.Candidate) bool { return voter(c.Match()) && luhn([]byte(c.Match()[3:])) }, Strength: classify.CheckDigit, Alone: 65, With: 75},
			{Shape: shape, Check: func(c *classify.Candidate) bool { return voter(c.Match()) && !luhn([]byte(c.Match()[3:])) }, Strength: classify.Form, With: 75},
		},
		Finds:  []classify.Sample{{Text: "You can vote with your CPJ4467918", Match: "CPJ4467918", Confidence: 75}, {Text: "voter id ABC1234566", Match: "ABC1234566", Confidence: 75}},
		Leaves: []string{"voter AB1234567", "voter ABC0000000", "ABC1234560"},
	}
}

func voter(s string) bool { return formed(s, "AAA9999999") && !uniform([]byte(s[3:])) }
