package types

import "github.com/classifyd/classifyd/worker/classify"

// saudiIdentity is the number of citizens, with 1 in front, and residents, with
// 2: ten digits, a Luhn check digit last (Absher).
func saudiIdentity() *classify.Type {
	return &classify.Type{
		ID:          "8c5a0ba8-404a-41a3-8871-746aa21ee6c0",
		Name:        "Saudi Arabia National ID",
		Description: "Saudi national and residence numbers, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"SA"},
		Recommended: 75,
		Words: []string{
			"رقم الهوية", "رقم الهوية الوطنية", "الهوية الوطنية", "بطاقة الهوية", "بطاقة الهوية الوطنية", "هوية مقيم", "الإقامة", "رقم الإقامة",
			"بطاقة الأحوال", "iqama", "iqama number", "national id", "identification card", "i card number", "id number", "saudi id",
		},
		Rules: []classify.Rule{
			{
				Shape: classify.Number{Layouts: []string{"10"}},
				Check: func(c *classify.Candidate) bool {
					return (c.Digits[0] == '1' || c.Digits[0] == '2') && luhn(c.Digits) && !uniform(c.Digits[1:])
				},
				Strength: classify.CheckDigit, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "رقم الهوية 1012345672", Match: "1012345672", Confidence: 75},
			{Text: "iqama 2345678904", Match: "2345678904", Confidence: 75},
		},
		Leaves: []string{"1012345672", "iqama 2345678905", "iqama 3012345670"},
	}
}

// qatarIdentity is the Qatari ID: century, year, the ISO 3166 number of the
// country of birth, and a serial.
func qatarIdentity() *classify.Type {
	return &classify.Type{
		ID:          "52b1b60e-a4be-4b5a-a67b-6f9bbb7811da",
		Name:        "Qatari ID Card Number",
		Description: "Numbers of Qatari identity cards.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"QA"},
		Recommended: 85,
		Words: []string{
			"بطاقة شخصية", "الرقم الشخصي", "رقم شخصي", "البطاقة الشخصية القطرية", "رقم البطاقة الشخصية", "qid", "qatar id", "qatari id", "qatar id card",
			"identification card number", "personal id",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"11"}},
				Check:    qatarIdentityCheck,
				Strength: classify.Ranges, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "QID 28063400123", Match: "28063400123", Confidence: 85},
			{Text: "الرقم الشخصي 30535601234", Match: "30535601234", Confidence: 85},
		},
		Leaves: []string{"28063400123", "qid 18063400123", "qid 28000000123"},
	}
}

func qatarIdentityCheck(c *classify.Candidate) bool {
	d := c.Digits
	country := number(d[3:6])
	return (d[0] == '2' || d[0] == '3' && number(d[1:3]) < 50) && country >= 4 && country <= 894 && country%2 == 0 && number(d[6:]) > 0
}

// emiratesIdentity is the Emirates ID: 784, the year of birth, seven digits,
// and a Luhn check digit (ICP).
func emiratesIdentity() *classify.Type {
	return &classify.Type{
		ID:          own("united-arab-emirates-identity-number"),
		Name:        "United Arab Emirates Identity Number",
		Description: "Numbers of Emirates ID cards.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"AE"},
		Recommended: 75,
		Words:       []string{"emirates id", "eid", "emirates identity", "uae id", "identity card", "رقم الهوية", "الهوية الإماراتية", "هوية الإمارات", "بطاقة الهوية"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"15", "3 4 7 1"}},
				Check:    emiratesIdentityCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "Emirates ID 784-1980-1234567-8", Match: "784-1980-1234567-8", Confidence: 85},
			{Text: "784198012345678", Match: "784198012345678", Confidence: 75},
		},
		Leaves: []string{"emirates id 784-1980-1234567-9", "emirates id 785-1980-1234567-8"},
	}
}

func emiratesIdentityCheck(c *classify.Candidate) bool {
	year := number(c.Digits[3:7])
	return string(c.Digits[:3]) == "784" && year >= 1900 && year < 2100 && luhn(c.Digits)
}
