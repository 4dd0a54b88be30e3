package types

import "github.com/classifyd/classifyd/worker/classify"

const swedenNationalID = "f69aaf40-79be-4fac-8f05-fd1910d272c8"

// swedenNational is the personnummer and the samordningsnummer, which has 60
// added to the day: birthday, serial, and a Luhn check digit over the last ten
// digits (folkbokföringslagen 1991:481, section 18).
func swedenNational() *classify.Type {
	return &classify.Type{
		ID:          swedenNationalID,
		Name:        "Sweden National ID",
		Description: "Swedish personal identity and coordination numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"SE"},
		Recommended: 75,
		Words: []string{
			"personnummer", "personnr", "pers nr", "persnr", "pnr", "samordningsnummer", "id-nummer", "identifikationsnummer", "folkbokföring",
			"skatteverket", "personal identity number", "personal id", "id no", "id number", "national id",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"10", "12", "6-4", "8-4"}},
				Check:    swedenNationalCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "personnummer 811228-9874", Match: "811228-9874", Confidence: 85},
			{Text: "19811228-9874", Match: "19811228-9874", Confidence: 75},
			{Text: "7010632391", Match: "7010632391", Confidence: 75},
			{Text: "pnr 198712202384", Match: "198712202384", Confidence: 85},
		},
		Leaves: []string{"personnummer 811228-9875", "personnummer 811328-9874", "19000309-3393", "200504422381"},
	}
}

func swedenNationalCheck(c *classify.Candidate) bool {
	d := c.Digits
	if len(d) == 12 {
		if century := number(d[:2]); century < 18 || century > 20 {
			return false
		}
		d = d[2:]
	}
	day := number(d[4:6])
	if day > 60 {
		day -= 60
	}
	return calendar(2000+number(d[:2]), number(d[2:4]), day) && number(d[6:9]) > 0 && luhn(d)
}

// swedenOrganisation is the organisationsnummer: the third digit is at least 2,
// so that it is no birthday, and the last a Luhn check digit (lagen 1974:174).
func swedenOrganisation() *classify.Type {
	return &classify.Type{
		ID:          own("sweden-organisation-number"),
		Name:        "Sweden Organisation Number",
		Description: "Swedish numbers of companies and other legal persons.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"SE"},
		Recommended: 75,
		Words: []string{
			"organisationsnummer", "org nr", "orgnr", "org.nr", "organisationsnr", "bolag", "bolagsverket", "företag", "corporate identity number",
			"organisation number", "momsnummer",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"6-4"}},
				Check:    func(c *classify.Candidate) bool { return swedenOrganisationCheck(c.Digits) },
				Strength: classify.CheckDigit, Alone: 65, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"10"}},
				Check:    func(c *classify.Candidate) bool { return swedenOrganisationCheck(c.Digits) },
				Strength: classify.CheckDigit, Alone: 65, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "orgnr 212000-0142", Match: "212000-0142", Confidence: 85},
			{Text: "5567037485", Match: "5567037485", Confidence: 65},
		},
		Leaves: []string{"orgnr 212000-0143", "orgnr 811228-9874", "orgnr 19000309-3393"},
	}
}

func swedenOrganisationCheck(d []byte) bool {
	return d[0] >= '1' && d[0] != '4' && d[2] >= '2' && luhn(d) && !uniform(d)
}

// swedenTaxNumber is the personnummer under the name that tax forms give it.
func swedenTaxNumber() *classify.Type {
	return &classify.Type{
		ID:          swedenTaxID,
		Name:        "Sweden Tax Identification Number",
		Description: "Swedish tax numbers of natural persons, which are their personal identity numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"SE"},
		Recommended: 75,
		Members:     []string{swedenNationalID},
		Finds:       []classify.Sample{{Text: "personnummer 811228-9874", Match: "811228-9874", Confidence: 85}},
		Leaves:      []string{"personnummer 811228-9875"},
	}
}

const swedenTaxID = "139acba0-a5bc-4fbb-876d-f7a493ae8a40"
