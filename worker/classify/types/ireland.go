package types

import "github.com/classifyd/classifyd/worker/classify"

const irelandPersonalID = "1cdb674d-c19a-4fcf-9f4b-7f56cc87345a"

// irelandPPS is the Personal Public Service number: seven digits, a letter
// modulo 23 and, since 2013, a second letter that counts nine times (Social
// Welfare Consolidation Act 2005).
func irelandPPS() *classify.Type {
	return &classify.Type{
		ID:          irelandPersonalID,
		Name:        "Ireland Personal Public Service (PPS) Number",
		Description: "Irish personal public service numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"IE"},
		Recommended: 75,
		Words: []string{
			"pps", "pps no", "pps number", "ppsn", "pps num", "ppsno", "pps service no", "personal public service", "personal public service number",
			"client identity service", "public services card", "identification number", "uimhir phearsanta seirbhíse poiblí", "uimh. psp", "psp",
			"uimh psp", "seirbhíse poiblí", "revenue", "rsi", "tax id",
		},
		Rules: []classify.Rule{
			{
				Shape:    code("9999999A", "9999999AA"),
				Check:    func(c *classify.Candidate) bool { return irelandPersonal([]byte(c.Match())) },
				Strength: classify.CheckDigit, Alone: 65, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "PPSN 1234567T", Match: "1234567T", Confidence: 85},
			{Text: "1234567FA", Match: "1234567FA", Confidence: 65},
			{Text: "6433435F", Match: "6433435F", Confidence: 65},
		},
		Leaves: []string{"ppsn 1234567A", "ppsn 1234567FB", "ppsn 1234567TZ", "ppsn 123456T"},
	}
}

// irelandPersonal checks seven digits and one or two letters. The second letter
// is A to I, or W, T or X, which were given before 2013 and count for nothing.
func irelandPersonal(m []byte) bool {
	// Capitals only: hexadecimal numbers end in small letters.
	if !formed(string(m), "9999999A") && !formed(string(m), "9999999AA") || m[7] > 'Z' {
		return false
	}
	sum := weighted(m, 8, 7, 6, 5, 4, 3, 2)
	if len(m) == 9 {
		switch second := upper(m[8]); {
		case second >= 'A' && second <= 'I':
			sum += 9 * int(second-'A'+1)
		case second != 'W' && second != 'T' && second != 'X':
			return false
		}
	}
	return "WABCDEFGHIJKLMNOPQRSTUV"[sum%23] == upper(m[7]) && !uniform(m[:7])
}
