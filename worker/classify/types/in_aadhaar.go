package types

import "github.com/classifyd/classifyd/worker/classify"

// indiaAadhaar is the number of the Unique Identification Authority of India:
// twelve digits that do not begin with 0 or 1, the last of them Verhoeff's
// check digit (UIDAI, A UID Numbering Scheme), and no palindrome.
func indiaAadhaar() *classify.Type {
	return &classify.Type{
		ID:          "1ca46b29-76f5-4f46-9383-cfa15e91048f",
		Name:        "India Unique Identification (Aadhaar) Number",
		Description: "Aadhaar numbers of the residents of India.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"IN"},
		Recommended: 85,
		Words: []string{
			"aadhaar", "aadhar", "adhaar", "adhar", "aadhaar number", "aadhaar card", "uid", "uidai", "unique identification", "unique identification number",
			"unique identification authority", "आधार", "आधार संख्या", "आधार कार्ड", "আধার", "ஆதார்", "ఆధార్", "ಆಧಾರ್", "ആധാർ", "આધાર", "ਆਧਾਰ", "ଆଧାର", "آدھار",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"12", "4 4 4"}, Seps: " -:"},
			Check:    aadhaarCheck,
			Strength: classify.CheckDigit,
			Alone:    75,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "Aadhaar 2341 2341 2346", Match: "2341 2341 2346", Confidence: 85},
			{Text: "2341-2341-2346", Match: "2341-2341-2346", Confidence: 75},
			{Text: "आधार संख्या: २३४१ २३४१ २३४६", Match: "२३४१ २३४१ २३४६", Confidence: 85},
			{Text: "no 234123412346 in the list", Match: "234123412346", Confidence: 75},
		},
		Leaves: []string{
			"aadhaar 2341 2341 2347",
			"aadhaar 1341 2341 2346",
			"aadhaar 222222222222",
			"1990 2341 2341 2346",      // a row of numbers
			"2341 2341 2346 2001 1999", // a row of numbers
			"4E3F 2341 2341 2346",      // a row of codes
			"e41d4716-2341-41d4-a716-234123412346",
		},
	}
}

func aadhaarCheck(c *classify.Candidate) bool {
	d := c.Digits
	return d[0] >= '2' && !palindrome(d) && !inRow(c) && verhoeff(d)
}

func palindrome(d []byte) bool {
	for i := range d[:len(d)/2] {
		if d[i] != d[len(d)-1-i] {
			return false
		}
	}
	return true
}

// inRow reports whether words of four letters and digits follow or precede the
// candidate's groups, which then are three out of a row of numbers or of codes.
func inRow(c *classify.Candidate) bool {
	if c.End-c.Start == len(c.Digits) {
		return false
	}
	sep := c.Text[c.Start+4]
	four := func(at, step int) bool {
		if at < 0 || at >= len(c.Text) || c.Text[at] != sep {
			return false
		}
		n, digits := 0, 0
		for at += step; at >= 0 && at < len(c.Text) && wordByte(c.Text[at]); at += step {
			n++
			if c.Text[at] <= '9' {
				digits++
			}
		}
		return n == 4 && digits > 0
	}
	return four(c.Start-1, -1) || four(c.End, 1)
}
