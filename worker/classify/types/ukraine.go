package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// ukrainePassport is the internal passport: nine digits on cards since 2016,
// two Cyrillic letters and six digits on the booklets before.
func ukrainePassport() *classify.Type {
	return &classify.Type{
		ID:          "1817a540-221f-4459-9202-3bd78b81d803",
		Name:        "Ukraine Passport Number (Domestic)",
		Description: "Numbers of Ukrainian internal passports.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"UA"},
		Recommended: 75,
		Words: []string{
			"паспорт", "паспорт україни", "номер паспорта", "серія", "id-картка", "паспорта", "персональний", "ukraine passport", "passport number",
			"passport no", "passport",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"9"}},
				Check:    func(c *classify.Candidate) bool { return c.Digits[0] == '0' && number(c.Digits) > 0 },
				Strength: classify.Form, With: 75,
			},
			{
				Shape:    classify.Number{Layouts: []string{"6"}},
				Check:    ukrainePassportSeries,
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "паспорт 000123456", Match: "000123456", Confidence: 75},
			{Text: "паспорт серія МЕ 123456", Match: "МЕ 123456", Confidence: 75},
		},
		Leaves: []string{"000123456", "паспорт 123456"},
	}
}

// ukrainePassportSeries takes in two Cyrillic capitals before the number.
func ukrainePassportSeries(c *classify.Candidate) bool {
	at := c.Start
	if at > 0 && c.Text[at-1] == ' ' {
		at--
	}
	for range 2 {
		if at < 2 || !strings.Contains("АБВГЕЄЖЗИІКЛМНОПРСТУХЦЧШЮЯ", c.Text[at-2:at]) || c.Text[at-2] < 0xC0 {
			return false
		}
		at -= 2
	}
	if at > 0 && (wordByte(c.Text[at-1]) || c.Text[at-1] >= 0x80) {
		return false
	}
	c.Start = at
	return true
}

// ukraineTravelPassport is the passport for travel: two letters and six digits.
func ukraineTravelPassport() *classify.Type {
	return &classify.Type{
		ID:          "cfbe032d-22e0-4f28-ab68-d66e9641f1e2",
		Name:        "Ukraine Passport Number (International)",
		Description: "Numbers of Ukrainian passports for travel.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"UA"},
		Recommended: 75,
		Words:       []string{"закордонний паспорт", "паспорт", "паспорт україни", "номер паспорта", "ukraine passport", "passport number", "passport no", "passport"},
		Rules: []classify.Rule{
			{
				Shape:    code("AA999999"),
				Check:    written("AA999999"),
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "закордонний паспорт FE123456", Match: "FE123456", Confidence: 75},
		},
		Leaves: []string{"FE123456", "паспорт FE12345"},
	}
}

// ukraineTaxNumber is the RNOKPP: days from 1899 to the birthday, serial, and
// weights -1, 5, 7, 9, 4, 6, 10, 5, 7 modulo 11.
func ukraineTaxNumber() *classify.Type {
	return &classify.Type{
		ID:          own("ukraine-tax-number"),
		Name:        "Ukraine Tax Number (RNOKPP)",
		Description: "Ukrainian tax numbers of natural persons.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"UA"},
		Recommended: 85,
		Words: []string{
			"рнокпп", "іпн", "ідентифікаційний номер", "ідентифікаційний код", "податковий номер", "реєстраційний номер облікової картки",
			"платник податків", "rnokpp",
		},
		Rules: []classify.Rule{
			{
				Shape: classify.Number{Layouts: []string{"10"}},
				Check: func(c *classify.Candidate) bool {
					return (weighted(c.Digits, -1, 5, 7, 9, 4, 6, 10, 5, 7)%11+11)%11%10 == int(c.Digits[9]-'0') && !uniform(c.Digits)
				},
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "РНОКПП 1759901775", Match: "1759901775", Confidence: 85},
			{Text: "ІПН: 3184101214", Match: "3184101214", Confidence: 85},
		},
		Leaves: []string{"1759901775", "рнокпп 1759901776"},
	}
}

// ukraineCompany is the ЄДРПОУ code: eight digits, weights 1 to 7, from 7 for
// codes of thirty to sixty million, two more where 10 is left, modulo 11.
func ukraineCompany() *classify.Type {
	return &classify.Type{
		ID:          own("ukraine-company-number"),
		Name:        "Ukraine Company Number (EDRPOU)",
		Description: "Ukrainian numbers of companies and other organisations.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"UA"},
		Recommended: 85,
		Words:       []string{"єдрпоу", "код єдрпоу", "едрпоу", "ідентифікаційний код юридичної особи", "edrpou", "тов", "юридична особа"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"8"}},
				Check:    ukraineCompanyCheck,
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "код ЄДРПОУ 32855961", Match: "32855961", Confidence: 85},
			{Text: "ЄДРПОУ: 14360570", Match: "14360570", Confidence: 85},
		},
		Leaves: []string{"14360570", "єдрпоу 14360571"},
	}
}

func ukraineCompanyCheck(c *classify.Candidate) bool {
	d := c.Digits
	weights := [7]int{1, 2, 3, 4, 5, 6, 7}
	if n := number(d); n >= 30_000_000 && n <= 60_000_000 {
		weights = [7]int{7, 1, 2, 3, 4, 5, 6}
	}
	check := weighted(d, weights[:]...) % 11
	if check == 10 {
		for i := range weights {
			weights[i] += 2
		}
		check = weighted(d, weights[:]...) % 11 % 10
	}
	return check == int(d[7]-'0') && !uniform(d)
}
