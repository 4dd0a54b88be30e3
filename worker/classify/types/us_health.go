package types

import "github.com/classifyd/classifyd/worker/classify"

// usNPI is the National Provider Identifier: ten digits that begin with 1 or 2,
// with Luhn's digit over them behind the prefix 80840 (45 CFR 162.406; CMS,
// Requirements for National Provider Identifier).
func usNPI() *classify.Type {
	return &classify.Type{
		ID:          own("us-national-provider-identifier"),
		Name:        "U.S. National Provider Identifier (NPI)",
		Description: "Numbers of American health care providers.",
		Publisher:   publisher,
		Category:    classify.CategoryHealth,
		Countries:   []string{"US"},
		Recommended: 85,
		Words: []string{
			"npi", "npi number", "npi no", "npi#", "national provider", "national provider identifier", "provider", "provider id", "provider number",
			"provider identifier", "rendering provider", "billing provider", "referring provider", "nppes", "cms", "hipaa", "physician", "taxonomy",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"10", "4-3-3", "3-3-4"}},
			Check:    func(c *classify.Candidate) bool { return npi(c.Digits) },
			Strength: classify.CheckDigit,
			Alone:    65,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "NPI 1234567893", Match: "1234567893", Confidence: 85},
			{Text: "Provider identifier 1245319599", Match: "1245319599", Confidence: 85},
			{Text: "npi: 1234-567-893", Match: "1234-567-893", Confidence: 85},
			{Text: "1234567893", Match: "1234567893", Confidence: 65},
		},
		Leaves: []string{"npi 1234567890", "npi 3234567893", "npi 0234567893", "npi 12345678934"},
	}
}

// npi reports whether Luhn's sum ends in 0 once the 24 of the prefix is added.
func npi(d []byte) bool {
	if d[0] != '1' && d[0] != '2' || uniform(d) {
		return false
	}
	var all [15]byte
	copy(all[:], "80840")
	copy(all[5:], d)
	return luhn(all[:])
}

// usDEA is the registration number of those who may handle controlled
// substances: the registrant's kind, the first letter of the name or 9, and
// seven digits, of which the last is that of d1+d3+d5 + 2(d2+d4+d6) (21 CFR
// 1301; DEA, Practitioner's Manual).
func usDEA() *classify.Type {
	return &classify.Type{
		ID:          "9a5445ad-406e-43eb-8bd7-cac17ab6d0e4",
		Name:        "Drug Enforcement Agency (DEA) Number",
		Description: "Registration numbers of the United States Drug Enforcement Administration.",
		Publisher:   publisher,
		Category:    classify.CategoryHealth,
		Countries:   []string{"US"},
		Recommended: 75,
		Words: []string{
			"dea", "dea#", "dea no", "dea number", "dea registration", "dea license", "drug enforcement", "drug enforcement administration",
			"drug enforcement agency", "prescriber", "prescription", "controlled substance", "controlled substances", "medical license",
		},
		Rules: []classify.Rule{{
			Shape:    small(code("AA9999999", "A99999999")),
			Check:    func(c *classify.Candidate) bool { return deaCheck(c.Match()) },
			Strength: classify.CheckDigit,
			Alone:    75,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "DEA number BB1388568", Match: "BB1388568", Confidence: 85},
			{Text: "GL0285191", Match: "GL0285191", Confidence: 75},
			{Text: "dea F91234563", Match: "F91234563", Confidence: 85},
		},
		Leaves: []string{"dea BB1388569", "dea WB1388568", "dea BB138856", "dea B81388568"},
	}
}

func deaCheck(s string) bool {
	switch upper(s[0]) {
	case 'I', 'N', 'O', 'Q', 'V', 'W', 'Y', 'Z': // no kind of registrant
		return false
	}
	if !formed(s, "AA9999999") && !formed(s, "A99999999") || s[1] <= '8' {
		return false
	}
	d := []byte(s[2:])
	return deaDigit(d) == d[6] && !uniform(d)
}

func deaDigit(d []byte) byte { return '0' + byte(weighted(d, 1, 2, 1, 2, 1, 2)%10) }

// usMBI is the Medicare Beneficiary Identifier: eleven characters whose classes
// are fixed by place, without the letters S, L, O, I, B and Z (CMS,
// Understanding the MBI Format).
func usMBI() *classify.Type {
	const letters = "ACDEFGHJKMNPQRTUVWXY"
	return &classify.Type{
		ID:          "f753a286-f5cc-47e6-a592-4be25fd02591",
		Name:        "Medicare Beneficiary Identifier (MBI) Card",
		Description: "Numbers of United States Medicare cards.",
		Publisher:   publisher,
		Category:    classify.CategoryHealth,
		Countries:   []string{"US"},
		Recommended: 75,
		Words: []string{
			"mbi", "mbi#", "mbi number", "medicare beneficiary", "medicare beneficiary identifier", "medicare", "medicare number", "medicare no",
			"medicare card", "beneficiary", "hicn", "health insurance claim", "número de medicare", "tarjeta de medicare",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: pairs("123456789", letters), Min: 4, Max: 11, Before: 2, After: reach},
			Check:    mbiCheck,
			Strength: classify.Structure,
			Alone:    75,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "Medicare number 1EG4-TE5-MK73", Match: "1EG4-TE5-MK73", Confidence: 85},
			{Text: "MBI: 1EG4TE5MK73", Match: "1EG4TE5MK73", Confidence: 85},
			{Text: "card 2AG9-XC4-NN22", Match: "2AG9-XC4-NN22", Confidence: 75},
		},
		Leaves: []string{
			"mbi 1SG4-TE5-MK73", "mbi 1EG4-ZE5-MK73", "mbi 12G4-TE5-MK73", "mbi 1EG4TE5MK734", "mbi 1EG4-TE5MK73", "mbi 0EG4TE5MK73",
			"mbi 1EG4-TE5-MK73-2",
		},
	}
}

func mbiCheck(c *classify.Candidate) bool {
	if c.Before() == '-' {
		return false
	}
	var buf [11]byte
	m := append(buf[:0], c.Match()...)
	if len(m) == 4 {
		rest := c.Text[c.End:]
		if len(rest) < 9 || rest[0] != '-' || rest[4] != '-' {
			return false
		}
		m = append(append(m, rest[1:4]...), rest[5:9]...)
		if c.End += 9; wordByte(c.After()) || c.After() == '-' {
			return false
		}
	}
	const classes = "9A*9A*9AA99" // the form, S L O I B Z apart
	if len(m) != 11 {
		return false
	}
	for i, b := range m {
		switch b {
		case 'S', 'L', 'O', 'I', 'B', 'Z':
			return false
		}
		if isDigit, isLetter := b >= '0' && b <= '9', b >= 'A' && b <= 'Z'; !isDigit && !isLetter || classes[i] == '9' && !isDigit || classes[i] == 'A' && !isLetter {
			return false
		}
	}
	return true
}
