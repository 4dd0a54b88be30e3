package types

import "github.com/classifyd/classifyd/worker/classify"

// koreaResident is the resident registration number: birthday, sex and century,
// and until October 2020 place, serial and a check digit of weights 2 to 9 and
// 2 to 5 modulo 11; since then the last six digits are random (주민등록법 시행규칙).
func koreaResident() *classify.Type {
	return &classify.Type{
		ID:          "5b802e18-ba80-44c4-bc83-bf2ad36ae36a",
		Name:        "South Korea Resident Registration Number",
		Description: "South Korean resident registration numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"KR"},
		Recommended: 75,
		Words: []string{
			"주민등록번호", "주민번호", "주민등록", "주민등록증", "국민식별번호", "rrn", "resident registration number", "resident registration", "national id card",
			"citizen's registration number", "jumin deungnok beonho", "korean id",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"6-7", "13"}},
				Check:    func(c *classify.Candidate) bool { return koreaResidentForm(c.Digits) && koreaDigit(c.Digits, 11) },
				Strength: classify.Structure, Alone: 75, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"6-7"}},
				Check:    func(c *classify.Candidate) bool { return koreaResidentForm(c.Digits) },
				Strength: classify.Ranges, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "주민등록번호 960121-1021413", Match: "960121-1021413", Confidence: 85},
			{Text: "9601211021413", Match: "9601211021413", Confidence: 75},
			{Text: "RRN 960121-1234567", Match: "960121-1234567", Confidence: 75},
		},
		Leaves: []string{"960121+1021413", "960111-10214131", "760413-5212134", "051102-9234110", "960121-1021414"},
	}
}

// koreaForeigner is the registration number of foreigners: as the residents',
// with 5 to 8 for sex and century and a check digit of 13 instead of 11 less
// the rest.
func koreaForeigner() *classify.Type {
	return &classify.Type{
		ID:          own("south-korea-foreigner-registration-number"),
		Name:        "South Korea Foreigner Registration Number",
		Description: "South Korean registration numbers of foreigners.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"KR"},
		Recommended: 75,
		Words: []string{
			"외국인등록번호", "외국인등록", "외국인 등록 번호", "외국인등록증", "frn", "foreigner registration number", "foreigner registration", "alien registration number",
			"arc",
		},
		Rules: []classify.Rule{
			{
				Shape: classify.Number{Layouts: []string{"6-7", "13"}},
				Check: func(c *classify.Candidate) bool {
					return birthday(c.Digits) && c.Digits[6] >= '5' && c.Digits[6] <= '8' && koreaDigit(c.Digits, 13)
				},
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "외국인등록번호 911124-5678906", Match: "911124-5678906", Confidence: 85},
			{Text: "9111245678906", Match: "9111245678906", Confidence: 75},
		},
		Leaves: []string{"000402-2214431", "frn 911124-5678907"},
	}
}

func koreaResidentForm(d []byte) bool {
	return birthday(d) && d[6] >= '1' && d[6] <= '4'
}

// koreaDigit checks the last digit, which is from less the rest modulo 11.
func koreaDigit(d []byte, from int) bool {
	return (from-weighted(d, 2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)%11)%10 == int(d[12]-'0')
}

// koreaBusiness is the business registration number: weights 1, 3, 7, 1, 3, 7,
// 1, 3, 5 and the tens of the last product modulo 10 (국세청).
func koreaBusiness() *classify.Type {
	return &classify.Type{
		ID:          own("south-korea-business-registration-number"),
		Name:        "South Korea Business Registration Number",
		Description: "South Korean business registration numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"KR"},
		Recommended: 75,
		Words:       []string{"사업자등록번호", "사업자번호", "사업자등록증", "사업자", "brn", "business registration number", "business registration"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"3-2-5"}},
				Check:    koreaBusinessCheck,
				Strength: classify.CheckDigit, Alone: 75, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"10"}},
				Check:    koreaBusinessCheck,
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "사업자등록번호 104-82-13138", Match: "104-82-13138", Confidence: 85},
			{Text: "220-81-39791", Match: "220-81-39791", Confidence: 75},
		},
		Leaves: []string{"123-45-67890", "brn 104-82-13139"},
	}
}

func koreaBusinessCheck(c *classify.Candidate) bool {
	d := c.Digits
	return number(d[:3]) >= 101 && number(d[3:5]) > 0 && (weighted(d, 1, 3, 7, 1, 3, 7, 1, 3, 5, 1)+int(d[8]-'0')*5/10)%10 == 0
}

// koreaDriver is the driving licence: the region, 11 to 28, the year, a serial
// of six and a check number of two digits whose rule the police do not publish.
func koreaDriver() *classify.Type {
	return &classify.Type{
		ID:          own("south-korea-drivers-license-number"),
		Name:        "South Korea Driver's License Number",
		Description: "Numbers of South Korean driving licences.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"KR"},
		Recommended: 75,
		Words:       []string{"운전면허", "운전면허번호", "운전면허증", "면허번호", "면허증", "driver license", "driver's license", "driving licence", "korean driver license"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"2-2-6-2"}},
				Check:    func(c *classify.Candidate) bool { n := number(c.Digits[:2]); return n >= 11 && n <= 28 && n != 27 },
				Strength: classify.Ranges, Alone: 65, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "운전면허번호 11-22-123456-12", Match: "11-22-123456-12", Confidence: 75},
			{Text: "11-22-123456-12", Match: "11-22-123456-12", Confidence: 65},
		},
		Leaves: []string{"99-22-123456-12", "11-22-123456-1", "11-22-123456-123"},
	}
}

// koreaPassport is a letter for the kind, three digits, a letter and four
// digits since 2021, and a letter and eight digits before.
func koreaPassport() *classify.Type {
	return &classify.Type{
		ID:          own("south-korea-passport-number"),
		Name:        "South Korea Passport Number",
		Description: "Numbers of South Korean passports.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"KR"},
		Recommended: 75,
		Words:       []string{"여권", "여권번호", "대한민국 여권", "korean passport", "korea passport", "passport number", "passport no", "passport"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Word{Starts: pairs("MSRODG", decimals), Min: 9, Max: 9, After: reach, Small: true},
				Check:    written("A999A9999", "A99999999"),
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "여권번호 M123A4567", Match: "M123A4567", Confidence: 75},
			{Text: "korean passport M12345678", Match: "M12345678", Confidence: 75},
		},
		Leaves: []string{"M123A4567", "여권 M12A4567", "여권 M123AB567"},
	}
}
