package types

import "github.com/classifyd/classifyd/worker/classify"

// russiaPassport is the internal passport: a series of two and two digits, the
// first of the region, and a number of six.
func russiaPassport() *classify.Type {
	return &classify.Type{
		ID:          "76ec2f5d-cedb-48e1-8070-1998794af445",
		Name:        "Russia Passport Number (Domestic)",
		Description: "Numbers of Russian internal passports.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"RU"},
		Recommended: 75,
		Words: []string{
			"паспорт", "паспорт рф", "паспорт гражданина", "паспорта", "серия и номер", "серия", "номер паспорта", "паспорт ид", "паспорт россии",
			"русский паспорт", "passport number", "passport", "russian passport",
		},
		Rules: []classify.Rule{
			{
				Shape: classify.Number{Layouts: []string{"4 6", "2 2 6", "10"}},
				Check: func(c *classify.Candidate) bool {
					return number(c.Digits[:2]) > 0 && number(c.Digits[4:]) > 100 && !uniform(c.Digits)
				},
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "паспорт 45 04 346543", Match: "45 04 346543", Confidence: 75},
			{Text: "паспорт РФ серия 4504 346543", Match: "4504 346543", Confidence: 75},
		},
		Leaves: []string{"45 04 346543", "паспорт 00 04 346543"},
	}
}

// russiaTravelPassport is the passport for travel: nine digits, a series of two
// and a number of seven.
func russiaTravelPassport() *classify.Type {
	return &classify.Type{
		ID:          "ac5f4878-75e4-4b82-af2d-02e13ea9f411",
		Name:        "Russia Passport Number (International)",
		Description: "Numbers of Russian passports for travel.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"RU"},
		Recommended: 75,
		Words:       []string{"загранпаспорт", "заграничный паспорт", "паспорт", "номер паспорта", "паспорт россии", "passport number", "russian passport", "passport"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"2 7", "9"}},
				Check:    func(c *classify.Candidate) bool { return number(c.Digits[:2]) >= 50 && !uniform(c.Digits) },
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "загранпаспорт 72 1234567", Match: "72 1234567", Confidence: 75},
			{Text: "russian passport 751234567", Match: "751234567", Confidence: 75},
		},
		Leaves: []string{"72 1234567", "загранпаспорт 12 1234567"},
	}
}

// russiaTaxNumber is the INN: one check digit modulo 11 for companies, two for
// persons (приказ ФНС ММВ-7-6/435).
func russiaTaxNumber() *classify.Type {
	return &classify.Type{
		ID:          own("russia-tax-number"),
		Name:        "Russia Tax Number (INN)",
		Description: "Russian tax numbers of persons and companies.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"RU"},
		Recommended: 75,
		Words:       []string{"инн", "инн/кпп", "идентификационный номер налогоплательщика", "номер налогоплательщика", "налогоплательщик", "фнс", "inn", "taxpayer"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"12"}},
				Check:    func(c *classify.Candidate) bool { return russiaINN(c.Digits) },
				Strength: classify.Structure, Alone: 75, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"10"}},
				Check:    func(c *classify.Candidate) bool { return russiaINN(c.Digits) },
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "ИНН 500100732259", Match: "500100732259", Confidence: 85},
			{Text: "ИНН/КПП 7707083893/773601001", Match: "7707083893", Confidence: 85},
			{Text: "500100732259", Match: "500100732259", Confidence: 75},
		},
		Leaves: []string{"7707083893", "инн 7707083894", "инн 500100732258"},
	}
}

func russiaINN(d []byte) bool {
	if uniform(d) {
		return false
	}
	if len(d) == 10 {
		return weighted(d, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(d[9]-'0')
	}
	return weighted(d, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(d[10]-'0') && weighted(d, 3, 7, 2, 4, 10, 3, 5, 9, 4, 6, 8)%11%10 == int(d[11]-'0')
}

// russiaPension is the SNILS: nine digits and a control number of weights 9 to
// 1 modulo 101, 100 counting as 0 (постановление Правления ПФР 192п).
func russiaPension() *classify.Type {
	return &classify.Type{
		ID:          own("russia-pension-insurance-number"),
		Name:        "Russia Pension Insurance Number (SNILS)",
		Description: "Russian insurance numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"RU"},
		Recommended: 75,
		Words:       []string{"снилс", "страховой номер", "страховое свидетельство", "пенсионное страхование", "пфр", "сфр", "snils", "insurance account"},
		Rules: []classify.Rule{
			{
				Shape: classify.Number{Layouts: []string{"3-3-3 2", "3-3-3-2", "11", "3 3 3 2"}},
				Check: func(c *classify.Candidate) bool {
					return number(c.Digits[:9]) > 1_001_998 && weighted(c.Digits, 9, 8, 7, 6, 5, 4, 3, 2, 1)%101%100 == number(c.Digits[9:]) && !uniform(c.Digits[:9])
				},
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "СНИЛС 112-233-445 95", Match: "112-233-445 95", Confidence: 85},
			{Text: "08765430300", Match: "08765430300", Confidence: 75},
		},
		Leaves: []string{"снилс 112-233-445 96", "снилс 00000000000"},
	}
}
