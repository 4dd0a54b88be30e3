package types

import "github.com/classifyd/classifyd/worker/classify"

// brazilCompany is the CNPJ: twelve digits and two check digits of weights 2 to
// 9 modulo 11. Since July 2026 the twelve may be capital letters, which count
// as their ASCII code less 48 (Instrução Normativa RFB 2.229/2024).
func brazilCompany() *classify.Type {
	return &classify.Type{
		ID:          "9b58b5cd-5e90-4df6-b34f-1ebcc88ceae4",
		Name:        "Brazil Legal Entity Number (CNPJ)",
		Description: "Brazilian numbers of companies and other legal persons.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"BR"},
		Recommended: 75,
		Words: []string{
			"cnpj", "cnpj/mf", "cnpj-mf", "cadastro nacional da pessoa jurídica", "cadastro nacional da pessoa juridica",
			"cadastro geral de contribuintes", "cgc", "pessoa jurídica", "pessoas jurídicas", "situação cadastral", "inscrição", "empresa",
			"taxpayers registry",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"14", "2.3.3/4-2", "8/4-2", "8 4 2"}},
				Check:    func(c *classify.Candidate) bool { return cnpj(c.Digits) },
				Strength: classify.Structure, Alone: 75, With: 85,
			},
			{
				Shape:    classify.Word{Starts: pairs(decimals+capitals, decimals+capitals), Min: 14, Max: 14, After: reach},
				Check:    func(c *classify.Candidate) bool { return cnpj([]byte(c.Match())) },
				Strength: classify.Structure, Alone: 75, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"4-2"}},
				Check:    cnpjPrinted,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "CNPJ 11.222.333/0001-81", Match: "11.222.333/0001-81", Confidence: 85},
			{Text: "11222333000181", Match: "11222333000181", Confidence: 75},
			{Text: "CNPJ: 12ABC34501DE35", Match: "12ABC34501DE35", Confidence: 85},
			{Text: "12.ABC.345/0001-88", Match: "12.ABC.345/0001-88", Confidence: 75},
		},
		Leaves: []string{"cnpj 11.222.333/0001-82", "cnpj 11.111.111/1111-11", "cnpj 12ABC34501DE36", "12.ABC.345/0001-89"},
	}
}

// cnpjPrinted takes in the groups before the branch, which have letters.
func cnpjPrinted(c *classify.Candidate) bool {
	from := c.Start - 11
	if from < 0 || from > 0 && wordByte(c.Text[from-1]) || !formed(c.Text[from:c.Start], "**.***.***/") {
		return false
	}
	c.Start = from
	var buf [reach]byte
	return cnpj(compact(buf[:0], c.Match()))
}

func cnpj(m []byte) bool {
	if uniform(m) || m[12] > '9' || m[13] > '9' {
		return false
	}
	check := func(n int) byte {
		sum := 0
		for i, b := range m[:n] {
			if b > 'Z' {
				return 0
			}
			sum += int(b-'0') * (2 + (n-1-i)%8)
		}
		return '0' + byte(sum*10%11%10)
	}
	return m[12] == check(12) && m[13] == check(13)
}

// brazilIdentity is the registro geral of São Paulo, whose form other states
// share: eight digits and a check digit or X of weights 2 to 9 modulo 11.
func brazilIdentity() *classify.Type {
	return &classify.Type{
		ID:          "486de900-db70-41b3-a886-abdf25af119c",
		Name:        "Brazil National Identification Card (RG)",
		Description: "Brazilian identity card numbers, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"BR"},
		Recommended: 85,
		Words: []string{
			"rg", "registro geral", "cédula de identidade", "cedula de identidade", "identidade", "carteira de identidade", "número de rg",
			"documento de identidade", "ssp",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"9", "2.3.3-1", "8-1"}},
				Check:    func(c *classify.Candidate) bool { return brazilRG(c.Digits, c.Digits[8]) },
				Strength: classify.CheckDigit, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"8", "2.3.3"}},
				Check:    func(c *classify.Candidate) bool { d := c.Digits; return takeLetter(c, "-") == 'X' && brazilRG(d, 'X') },
				Strength: classify.CheckDigit, With: 85,
			},
			{
				Shape: code("99999999X"),
				Check: func(c *classify.Candidate) bool {
					m := c.Match()
					return formed(m, "99999999X") && brazilRG([]byte(m), 'X')
				},
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "RG 24.678.131-2", Match: "24.678.131-2", Confidence: 85},
			{Text: "identidade: 123456782", Match: "123456782", Confidence: 85},
		},
		Leaves: []string{"24.678.131-2", "rg 24.678.131-3"},
	}
}

func brazilRG(d []byte, check byte) bool {
	r := (11 - weighted(d[:8], 2, 3, 4, 5, 6, 7, 8, 9)%11) % 11
	return "0123456789X"[r] == check && !uniform(d)
}

// brazilDriver is the registration number of the Carteira Nacional de
// Habilitação: nine digits and two check digits of weights 9 to 1 and 1 to 9
// modulo 11 (DENATRAN).
func brazilDriver() *classify.Type {
	return &classify.Type{
		ID:          own("brazil-drivers-license-number"),
		Name:        "Brazil Driver's License Number (CNH)",
		Description: "Numbers of Brazilian driving licences.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"BR"},
		Recommended: 85,
		Words: []string{
			"cnh", "carteira nacional de habilitação", "carteira de habilitação", "habilitação", "carteira de motorista", "registro cnh", "detran",
			"driver license",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"11"}},
				Check:    brazilDriverCheck,
				Strength: classify.Structure, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "CNH 98765432109", Match: "98765432109", Confidence: 85},
			{Text: "habilitação 02650306461", Match: "02650306461", Confidence: 85},
		},
		Leaves: []string{"98765432109", "cnh 98765432108"},
	}
}

func brazilDriverCheck(c *classify.Candidate) bool {
	d := c.Digits
	first, less := weighted(d, 9, 8, 7, 6, 5, 4, 3, 2, 1)%11, 0
	if first == 10 {
		first, less = 0, 2
	}
	second := weighted(d[:9], 1, 2, 3, 4, 5, 6, 7, 8, 9)%11 - less
	if second < 0 {
		second += 11
	}
	return !uniform(d) && first == int(d[9]-'0') && second%11%10 == int(d[10]-'0')
}

// brazilSocial is the PIS, PASEP or NIS: ten digits and a check digit of
// weights 3, 2, 9 to 2 modulo 11 (Caixa).
func brazilSocial() *classify.Type {
	return &classify.Type{
		ID:          own("brazil-social-integration-number"),
		Name:        "Brazil Social Integration Number (PIS/PASEP/NIS)",
		Description: "Brazilian numbers of workers and of those with social benefits.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"BR"},
		Recommended: 85,
		Words:       []string{"pis", "pasep", "pis/pasep", "nis", "nit", "número de identificação social", "carteira de trabalho", "ctps", "fgts"},
		Rules: []classify.Rule{
			{
				Shape: classify.Number{Layouts: []string{"11", "3.5.2-1"}},
				Check: func(c *classify.Candidate) bool {
					return (11-weighted(c.Digits, 3, 2, 9, 8, 7, 6, 5, 4, 3, 2)%11)%11%10 == int(c.Digits[10]-'0') && !uniform(c.Digits)
				},
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "PIS/PASEP 120.45678.90-5", Match: "120.45678.90-5", Confidence: 85},
			{Text: "NIS: 12556123453", Match: "12556123453", Confidence: 85},
		},
		Leaves: []string{"12045678905", "pis 12045678906"},
	}
}
