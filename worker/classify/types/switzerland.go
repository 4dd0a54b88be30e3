package types

import "github.com/classifyd/classifyd/worker/classify"

// switzerlandAHV is the AHV number since 2008: 756 for Switzerland, nine
// digits, and an EAN-13 check digit (AHVV, article 133).
func switzerlandAHV() *classify.Type {
	return &classify.Type{
		ID:          "277cfa4b-6eaa-4a1b-9492-099dec849971",
		Name:        "Switzerland SSN AHV Number",
		Description: "Swiss social security numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"CH"},
		Recommended: 75,
		Words: []string{
			"ahv", "ahv-nr", "ahv nummer", "ahvn13", "avs", "numéro avs", "n° avs", "avsn13", "assurance vieillesse", "numero avs", "navs13",
			"sozialversicherungsnummer", "versichertennummer", "versichertennr", "numéro d'assuré", "numéro d'assurance sociale", "social security",
			"ssn", "personenidentifikationsnummer", "pid",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"13", "3.4.4.2", "3 4 4 2"}},
				Check:    switzerlandAHVCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "AHV-Nr. 756.9217.6080.18", Match: "756.9217.6080.18", Confidence: 85},
			{Text: "7561234567897", Match: "7561234567897", Confidence: 75},
		},
		Leaves: []string{"ahv 756.9217.6080.19", "ahv 757.9217.6080.18", "4006381333931"},
	}
}

func switzerlandAHVCheck(c *classify.Candidate) bool {
	return string(c.Digits[:3]) == "756" && ean13(c.Digits)
}

// ean13 is the check digit of GS1: weights 1 and 3 modulo 10.
func ean13(d []byte) bool {
	return weighted(d, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1, 3, 1)%10 == 0
}

// switzerlandBusiness is the Unternehmens-Identifikationsnummer: CHE, eight
// digits, and a check digit of weights 5, 4, 3, 2, 7 to 4 modulo 11 (UIDV,
// article 5).
func switzerlandBusiness() *classify.Type {
	return &classify.Type{
		ID:          own("switzerland-business-number"),
		Name:        "Switzerland Business Number (UID)",
		Description: "Swiss enterprise numbers, which are VAT numbers too.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"CH"},
		Recommended: 75,
		Words: []string{
			"uid", "unternehmens-identifikationsnummer", "ide", "numéro ide", "numéro d'identification des entreprises", "idi",
			"numero d'identificazione delle imprese", "mwst", "tva", "iva", "handelsregister", "vat",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Word{Starts: []string{"CHE"}, Min: 3, Max: 12, Before: 1, After: reach},
				Check:    switzerlandBusinessCheck,
				Strength: classify.CheckDigit, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "UID CHE-100.155.809", Match: "CHE-100.155.809", Confidence: 85},
			{Text: "CHE116696169", Match: "CHE116696169", Confidence: 75},
		},
		Leaves: []string{"uid CHE-100.155.808", "uid CHE10015580", "CHE Guevara"},
	}
}

func switzerlandBusinessCheck(c *classify.Candidate) bool {
	rest := c.Text[c.Start:]
	for _, form := range []string{"CHE-999.999.999", "CHE 999.999.999", "CHE999999999", "CHE-999999999"} {
		n := len(form)
		if len(rest) >= n && formed(rest[:n], form) && (len(rest) == n || !wordByte(rest[n])) {
			c.End = c.Start + n
			var buf [reach]byte
			d := compact(buf[:0], rest[3:n])
			return (11-weighted(d, 5, 4, 3, 2, 7, 6, 5, 4)%11)%11 == int(d[8]-'0')
		}
	}
	return false
}
