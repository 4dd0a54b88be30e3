package types

import "github.com/classifyd/classifyd/worker/classify"

const netherlandsBSNID = "c5f54253-ef7e-44f6-a578-440ed67e946d"

// netherlandsBSN is the burgerservicenummer: nine digits that pass the
// elfproef, weights 9 to 2 and -1 modulo 11 (Logisch Ontwerp BSN).
func netherlandsBSN() *classify.Type {
	return &classify.Type{
		ID:          netherlandsBSNID,
		Name:        "Netherlands Citizen's Service (BSN) Number",
		Description: "Dutch citizen service numbers, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"NL"},
		Recommended: 85,
		Words: []string{
			"bsn", "bsn#", "bsn nummer", "bsn-nummer", "burgerservicenummer", "burgerservice", "sofinummer", "sofi-nummer", "sofi", "persoonsgebonden",
			"persoonsnummer", "burger", "citizen service number", "citizenservicenumber", "netherlands", "rijbewijsnummer", "identiteitskaart",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"9", "3 3 3", "4.2.3", "8"}},
				Check:    func(c *classify.Candidate) bool { return elevenTest(c.Digits) },
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "BSN 111222333", Match: "111222333", Confidence: 85},
			{Text: "burgerservicenummer: 1234.56.782", Match: "1234.56.782", Confidence: 85},
			{Text: "sofinummer 123 456 782", Match: "123 456 782", Confidence: 85},
		},
		Leaves: []string{"111222333", "bsn 111222334", "bsn 000000000"},
	}
}

// elevenTest is the elfproef of eight or nine digits.
func elevenTest(d []byte) bool {
	if len(d) == 8 {
		return weighted(d, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0 && !uniform(d)
	}
	return weighted(d, 9, 8, 7, 6, 5, 4, 3, 2, -1)%11 == 0 && !uniform(d)
}

// netherlandsTaxNumber is the BSN under the name that tax forms give it.
func netherlandsTaxNumber() *classify.Type {
	return &classify.Type{
		ID:          netherlandsTaxID,
		Name:        "Netherlands Tax Identification Number",
		Description: "Dutch tax numbers of natural persons, which are their citizen service numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"NL"},
		Recommended: 85,
		Members:     []string{netherlandsBSNID},
		Finds:       []classify.Sample{{Text: "BSN 111222333", Match: "111222333", Confidence: 85}},
		Leaves:      []string{"111222333", "bsn 111222334"},
	}
}

const netherlandsTaxID = "01f42a64-eba7-4892-a67b-398237e4ade2"
