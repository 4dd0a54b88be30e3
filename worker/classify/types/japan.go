package types

import "github.com/classifyd/classifyd/worker/classify"

// japanMyNumber is the individual number: eleven digits and a check digit of
// weights 2 to 7 and 2 to 6 from the right modulo 11 (総務省令第八十五号).
func japanMyNumber() *classify.Type {
	return &classify.Type{
		ID:          "98da8e66-7299-4ebd-9f82-c871ab37d3ef",
		Name:        "Japan My Number - Personal",
		Description: "Japanese individual numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"JP"},
		Recommended: 75,
		Words:       []string{"my number", "mynumber", "マイナンバー", "マイナンバーカード", "個人番号", "個人番号カード", "共通番号", "individual number", "personal number"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"12", "4 4 4"}},
				Check:    func(c *classify.Candidate) bool { return japanDigit(c.Digits) == c.Digits[11] && !uniform(c.Digits) },
				Strength: classify.CheckDigit, Alone: 65, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "マイナンバー 1234 5678 9018", Match: "1234 5678 9018", Confidence: 85},
			{Text: "201234567891", Match: "201234567891", Confidence: 65},
		},
		Leaves: []string{"マイナンバー 1234 5678 9019", "my number 000000000000"},
	}
}

func japanDigit(d []byte) byte {
	r := weighted(d[:11], 6, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11
	if r <= 1 {
		return '0'
	}
	return '0' + byte(11-r)
}

// japanCompany is the corporate number: a check digit in front, then twelve
// digits that weigh 1 and 2 from the right modulo 9 (国税庁, 法人番号).
func japanCompany() *classify.Type {
	return &classify.Type{
		ID:          "9e0eaf79-ff20-4ffb-b3e4-e7368d5db6ff",
		Name:        "Japan My Number - Corporate",
		Description: "Japanese corporate numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"JP"},
		Recommended: 75,
		Words:       []string{"法人番号", "マイナンバー", "共通番号", "法人", "会社法人等番号", "指定番号", "corporate number", "corporate my number", "t番号", "適格請求書発行事業者"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"13", "1 4 4 4"}},
				Check:    japanCompanyCheck,
				Strength: classify.CheckDigit, Alone: 65, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "法人番号 8700110005901", Match: "8700110005901", Confidence: 85},
			{Text: "7000012050002", Match: "7000012050002", Confidence: 65},
		},
		Leaves: []string{"法人番号 7700110005901", "法人番号 1000000000000"},
	}
}

func japanCompanyCheck(c *classify.Candidate) bool {
	d := c.Digits
	sum := weighted(d[1:], 2, 1, 2, 1, 2, 1, 2, 1, 2, 1, 2, 1)
	return 9-sum%9 == int(d[0]-'0') && number(d[1:]) > 0 && !uniform(d[1:])
}

// japanDriver is twelve digits: the prefecture, the year, a serial, a check
// digit of weights 5, 4, 3, 2, 7 to 2 modulo 11, and how often it was lost
// (運転免許証番号).
func japanDriver() *classify.Type {
	return &classify.Type{
		ID:          "c6011143-d087-451c-8313-7f6d4aed2270",
		Name:        "Japan Driver's License Number",
		Description: "Numbers of Japanese driving licences.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"JP"},
		Recommended: 75,
		Words:       []string{"運転免許", "運転免許証", "運転免許証番号", "免許証", "免許証番号", "免許", "免許番号", "driver license", "driver's license", "driving licence", "dl#"},
		Rules: []classify.Rule{
			{
				Shape: classify.Number{Layouts: []string{"12"}},
				Check: func(c *classify.Candidate) bool {
					return number(c.Digits[:2]) >= 10 && number(c.Digits[:2]) <= 97 && !uniform(c.Digits) && japanLicenceDigit(c.Digits)
				},
				Strength: classify.CheckDigit, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "運転免許証番号 309012345620", Match: "309012345620", Confidence: 75},
			{Text: "免許証 620345678970", Match: "620345678970", Confidence: 75},
		},
		Leaves: []string{"309012345620", "免許証 309012345630"},
	}
}

func japanLicenceDigit(d []byte) bool {
	r := weighted(d, 5, 4, 3, 2, 7, 6, 5, 4, 3, 2) % 11
	return d[10] == '0' && r <= 1 || r > 1 && int(d[10]-'0') == 11-r
}

// japanPassport is two letters and seven digits.
func japanPassport() *classify.Type {
	return &classify.Type{
		ID:          "75177310-1a09-4613-bf6d-833aae3743f8",
		Name:        "Japan Passport Number",
		Description: "Numbers of Japanese passports.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"JP"},
		Recommended: 75,
		Words:       []string{"パスポート", "パスポート番号", "旅券", "旅券番号", "パスポートナンバー", "japan passport", "japanese passport", "passport number", "passport"},
		Rules: []classify.Rule{
			{
				Shape:    code("AA9999999"),
				Check:    written("AA9999999"),
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "パスポート番号 TK1234567", Match: "TK1234567", Confidence: 75},
		},
		Leaves: []string{"TK1234567", "パスポート TK123456"},
	}
}

// japanResidenceCard is two letters, eight digits and two letters.
func japanResidenceCard() *classify.Type {
	return &classify.Type{
		ID:          "ac36fef2-a289-4e2c-bb48-b02366e89fc0",
		Name:        "Japan Residence Card Number",
		Description: "Numbers of foreigners' residence cards in Japan.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"JP"},
		Recommended: 75,
		Words:       []string{"在留カード", "在留カード番号", "在留", "zairyu", "residence card", "residence card number", "residence card no", "alien registration card"},
		Rules: []classify.Rule{
			{
				Shape:    code("AA99999999AA"),
				Check:    written("AA99999999AA"),
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "在留カード番号 AB12345678CD", Match: "AB12345678CD", Confidence: 75},
		},
		Leaves: []string{"AB12345678CD", "在留カード AB1234567CD"},
	}
}

// japanRegistration is the resident record code, eleven digits (住民票コード).
func japanRegistration() *classify.Type {
	return &classify.Type{
		ID:          "01c1209b-6389-4faf-a5f8-3f7e13899652",
		Name:        "Japan Resident Registration Number",
		Description: "Codes of Japanese resident records.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"JP"},
		Recommended: 75,
		Words:       []string{"住民票コード", "住民票", "住民基本台帳", "住民基本台帳番号", "登録番号", "住民登録番号", "住民登録", "resident registration number", "juki number"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"11"}},
				Check:    func(c *classify.Candidate) bool { return !uniform(c.Digits) },
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "住民票コード 12345678903", Match: "12345678903", Confidence: 75},
		},
		Leaves: []string{"12345678903", "住民票コード 1234567890"},
	}
}

// japanSocialInsurance is the basic pension number, four and six digits, or an
// insured person's of employment insurance, four, six and one.
func japanSocialInsurance() *classify.Type {
	return &classify.Type{
		ID:          "c840e719-0896-45bb-84fd-1ed5c95e45ff",
		Name:        "Japan Social Insurance Number (SIN)",
		Description: "Japanese social insurance numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"JP"},
		Recommended: 75,
		Words:       []string{"基礎年金番号", "年金番号", "年金手帳", "社会保険", "社会保険番号", "雇用保険", "雇用保険被保険者番号", "被保険者番号", "健康保険", "厚生年金", "国民年金", "social insurance", "pension number"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"4-6", "10"}},
				Check:    func(c *classify.Candidate) bool { return !uniform(c.Digits) },
				Strength: classify.Form, With: 75,
			},
			{
				Shape:    classify.Number{Layouts: []string{"4-6-1"}},
				Strength: classify.Form, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "基礎年金番号 1234-567890", Match: "1234-567890", Confidence: 75},
			{Text: "雇用保険被保険者番号 1234-567890-1", Match: "1234-567890-1", Confidence: 85},
		},
		Leaves: []string{"1234-567890", "基礎年金番号 12345-67890"},
	}
}

// japanBankAccount is the bank's four digits, the branch's three, and seven of
// the account.
func japanBankAccount() *classify.Type {
	return &classify.Type{
		ID:          "d354f95b-96ee-4b80-80bc-4377312b55bc",
		Name:        "Japan Bank Account Number",
		Description: "Numbers of Japanese bank accounts.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"JP"},
		Recommended: 75,
		Proximity:   60, // seven digits are everywhere; the word must stand at their side
		Words:       []string{"口座番号", "銀行口座", "銀行口座番号", "普通預金", "当座預金", "総合口座", "預金口座", "支店", "店番", "bank account", "account number", "checking account", "savings account"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"4-3-7", "3-7"}},
				Strength: classify.Form, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"7"}},
				Check:    func(c *classify.Candidate) bool { return !uniform(c.Digits) },
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "銀行口座 0001-123-1234567", Match: "0001-123-1234567", Confidence: 85},
			{Text: "普通預金 口座番号 1234567", Match: "1234567", Confidence: 75},
		},
		Leaves: []string{"1234567", "0001-123-1234567"},
	}
}
