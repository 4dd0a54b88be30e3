package types

import "github.com/classifyd/classifyd/worker/classify"

const (
	luxembourgPersonID  = "aaf661ed-29ec-426d-8bf9-880cad298ebb"
	luxembourgCompanyID = "84bffa3a-d805-4788-a613-b1e4df3804cf"
)

// luxembourgPerson is the matricule nationale: birthday, serial, a Luhn digit
// over these eleven and Verhoeff's digit over the same (loi du 19 juin 2013).
func luxembourgPerson() *classify.Type {
	return &classify.Type{
		ID:          luxembourgPersonID,
		Name:        "Luxemburg National Identification Number (Natural persons)",
		Description: "National numbers of natural persons in Luxembourg.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"LU"},
		Recommended: 75,
		Words: []string{
			"matricule", "matricule nationale", "numéro de matricule", "numéro d'identification national", "numéro d'identification personnelle",
			"matrikelnummer", "matrikel", "nationale identifikationsnummer", "eindeutige id", "eindeutige id-nummer", "id personnelle",
			"carte d'identité", "cns", "ccss", "national identification number", "personal id", "unique id",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"13", "8 5", "4 4 5"}},
				Check:    luxembourgPersonCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "matricule 1893120503224", Match: "1893120503224", Confidence: 85},
			{Text: "1987031412364", Match: "1987031412364", Confidence: 75},
		},
		Leaves: []string{"matricule 1893120503225", "matricule 1893120503234", "matricule 1893130503224"},
	}
}

func luxembourgPersonCheck(c *classify.Candidate) bool {
	d := c.Digits
	if !calendar(number(d[:4]), number(d[4:6]), number(d[6:8])) || d[0] < '1' || d[0] > '2' {
		return false
	}
	var buf [12]byte
	return luhn(d[:12]) && verhoeff(append(append(buf[:0], d[:11]...), d[12]))
}

// luxembourgCompany is the matricule of legal persons: year, legal form,
// serial, and weights 5, 4, 3, 2, 7 to 2 modulo 11.
func luxembourgCompany() *classify.Type {
	return &classify.Type{
		ID:          luxembourgCompanyID,
		Name:        "Luxemburg National Identification Number (Non-natural persons)",
		Description: "National numbers of companies and other legal persons in Luxembourg.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"LU"},
		Recommended: 75,
		Words: []string{
			"matricule", "matricule nationale", "numéro de matricule", "numéro d'identification fiscale", "steier id", "steueridentifikationsnummer",
			"steuernummer", "carte d'identité fiscale", "société", "tax id", "tax number", "tin",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"11", "4 4 3", "4 2 5"}},
				Check:    luxembourgCompanyCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "matricule 1977 2200 008", Match: "1977 2200 008", Confidence: 85},
			{Text: "20012401230", Match: "20012401230", Confidence: 75},
		},
		Leaves: []string{"matricule 1977 2200 009", "matricule 1777 2200 008"},
	}
}

func luxembourgCompanyCheck(c *classify.Candidate) bool {
	d := c.Digits
	year := number(d[:4])
	return year >= 1800 && year < 2100 && d[4] >= '2' && weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}
