package types

import "github.com/classifyd/classifyd/worker/classify"

// norwayNational is the fødselsnummer: birthday, serial and two check digits
// modulo 11 (Skatteetaten, folkeregisterforskriften). D numbers have 40 added
// to the day, H numbers to the month.
func norwayNational() *classify.Type {
	return &classify.Type{
		ID:          "d4c8a798-e9f2-4bd3-9652-500d24080fc3",
		Name:        "Norway Identification Number",
		Description: "Norwegian birth, D and H numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"NO"},
		Recommended: 75,
		Words: []string{
			"fødselsnummer", "fodselsnummer", "fødselsnr", "personnummer", "personnr", "d-nummer", "dnummer", "nin", "identitetsnummer",
			"folkeregister", "personal id number", "national identity number",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"11", "6 5"}},
				Check:    norwayNationalCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "fødselsnummer 151086 95754", Match: "151086 95754", Confidence: 85},
			{Text: "01019012561", Match: "01019012561", Confidence: 75},
			{Text: "d-nummer 55010123487", Match: "55010123487", Confidence: 85},
		},
		Leaves: []string{"fødselsnummer 15108695755", "fødselsnummer 15138695754", "fødselsnummer 00000000000"},
	}
}

func norwayNationalCheck(c *classify.Candidate) bool {
	d := c.Digits
	day, month := number(d[:2])%40, number(d[2:4])%40
	return calendar(2000+number(d[4:6]), month, day) && number(d[:2]) < 72 &&
		weighted(d, 3, 7, 6, 1, 8, 9, 4, 5, 2, 1)%11 == 0 && weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0
}

// norwayOrganisation is the organisasjonsnummer of Enhetsregisteret: it begins
// with 8 or 9, weights 3, 2, 7 to 2 modulo 11.
func norwayOrganisation() *classify.Type {
	return &classify.Type{
		ID:          own("norway-organisation-number"),
		Name:        "Norway Organisation Number",
		Description: "Norwegian numbers of companies and other organisations.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"NO"},
		Recommended: 85,
		Words:       []string{"organisasjonsnummer", "orgnr", "org.nr", "org nr", "org.nummer", "foretaksregisteret", "brønnøysund", "mva", "organisation number"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"9", "3 3 3"}},
				Check:    norwayOrganisationCheck,
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "org.nr. 988 077 917", Match: "988 077 917", Confidence: 85},
			{Text: "orgnr 995083299 MVA", Match: "995083299", Confidence: 85},
		},
		Leaves: []string{"988077917", "orgnr 988077918", "orgnr 788077917"},
	}
}

func norwayOrganisationCheck(c *classify.Candidate) bool {
	d := c.Digits
	return d[0] >= '8' && weighted(d, 3, 2, 7, 6, 5, 4, 3, 2, 1)%11 == 0 && !uniform(d)
}
