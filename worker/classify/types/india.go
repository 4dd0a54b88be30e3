package types

import (
	"strings"
	"time"

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

// indiaPassport is a letter, of which Q, X and Z are not in use, and seven
// digits, the first of them and the last never zero (Passport Seva).
func indiaPassport() *classify.Type {
	const letters = "ABCDEFGHIJKLMNOPRSTUVWY"
	return &classify.Type{
		ID:          own("india-passport-number"),
		Name:        "India Passport Number",
		Description: "Numbers of Indian passports, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"IN"},
		Recommended: 75,
		Words:       append([]string{"indian passport", "india passport", "republic of india", "passport seva", "पासपोर्ट", "पासपोर्ट संख्या", "பாஸ்போர்ட்", "পাসপোর্ট", "పాస్పోర్ట్", "ಪಾಸ್ಪೋರ್ಟ್", "પાસપોર્ટ"}, passportWords...),
		Rules: []classify.Rule{{
			Shape: small(classify.Word{Starts: pairs(letters, "123456789"), Min: 8, Max: 8, Before: 1, After: reach}),
			Check: func(c *classify.Candidate) bool {
				m := c.Match()
				return formed(m, "A9999999") && m[7] != '0' && !uniform([]byte(m[1:])) && c.Before() != '-'
			},
			Strength: classify.Form,
			With:     75,
		}},
		Finds:  []classify.Sample{{Text: "Indian passport M8245917", Match: "M8245917", Confidence: 75}},
		Leaves: []string{"M8245917", "indian passport Q8245917", "indian passport M0245917", "indian passport M8245910"},
	}
}

// indiaDriver is the number of Sarathi, the national register: a state, its
// office, the year of issue and seven digits (Ministry of Road Transport and
// Highways; Central Motor Vehicles Rules, form 7).
func indiaDriver() *classify.Type {
	return &classify.Type{
		ID:          "680788a3-53b6-455a-b891-c38cd76dc917",
		Name:        "India Driver's License Number",
		Description: "Numbers of Indian driving licences.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"IN"},
		Recommended: 75,
		Words:       append([]string{"dl no", "dl number", "dl", "rto", "sarathi", "parivahan", "union of india", "transport department", "ड्राइविंग लाइसेंस", "चालक लाइसेंस", "लाइसेंस", "ஓட்டுநர் உரிமம்", "ড্রাইভিং লাইসেন্স", "డ్రైవింగ్ లైసెన్స్"}, licenceWords...),
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: indiaStates(), Min: 2, Max: 15, Before: 1, After: reach},
			Check:    indiaDriverCheck,
			Strength: classify.Ranges,
			Alone:    75,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "driving licence MH12 20110012345", Match: "MH12 20110012345", Confidence: 85},
			{Text: "DL-1420110012345", Match: "DL-1420110012345", Confidence: 75},
			{Text: "ref KA0120190004321", Match: "KA0120190004321", Confidence: 75},
			{Text: "dl no: UP-32-2015-0034567", Match: "UP-32-2015-0034567", Confidence: 85},
		},
		Leaves: []string{"dl MH12 18110012345", "dl XX12 20110012345", "dl MH12 2011001234", "dl MH12 201100123456", "dl MH00 20110012345", "dl MH12 20110000000"},
	}
}

// indiaDriverCheck reads the two letters and thirteen digits, between whose
// parts a space or a hyphen may stand.
func indiaDriverCheck(c *classify.Candidate) bool {
	var digits [13]byte
	n, parts := 0, [...]int{0, 2, 6}
	i := c.Start + 2
	for n < len(digits) && i < len(c.Text) {
		b := c.Text[i]
		switch {
		case b >= '0' && b <= '9':
			digits[n] = b
			n++
		case (b == ' ' || b == '-') && c.Text[i-1] != ' ' && c.Text[i-1] != '-' && (n == parts[0] || n == parts[1] || n == parts[2]):
		default:
			return false
		}
		i++
	}
	if n < len(digits) || i < len(c.Text) && wordByte(c.Text[i]) || c.Before() == '-' {
		return false
	}
	office, year := number(digits[:2]), number(digits[2:6])
	c.End = i
	return office > 0 && year >= 1950 && year <= time.Now().Year() && !uniform(digits[6:])
}

// indiaStateCodes are those of rule 51 of the Central Motor Vehicles Rules, with
// the codes that states had before they were renamed or joined.
const indiaStateCodes = "AN AP AR AS BH BR CG CH DD DL DN GA GJ HP HR JH JK KA KL LA LD MH ML MN MP MZ NL OD OR PB PY RJ SK TG TN TR TS UA UK UP WB"

func indiaStates() []string { return strings.Fields(indiaStateCodes) }
