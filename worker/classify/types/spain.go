package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

const (
	spainDNIID            = "8e6251b9-47b4-40e8-a42b-0f80876be192"
	spainTaxID            = "10f0d113-b0e1-47dc-872a-a4f45b9376a3"
	spainSocialSecurityID = "5df987c0-8eae-4bce-ace7-b316347f3070"
)

// spainLetters are the control letters of Real Decreto 1553/2005, by the number
// modulo 23.
const spainLetters = "TRWAGMYFPDXBNJZSQVHLCKE"

// spainDNI is the Documento Nacional de Identidad: up to eight digits and a
// control letter.
func spainDNI() *classify.Type {
	return &classify.Type{
		ID:          spainDNIID,
		Name:        "Spain DNI",
		Description: "Spanish national identity numbers, which are their holders' tax numbers too.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"ES"},
		Recommended: 75,
		Words: []string{
			"dni", "dni#", "dninúmero", "documento nacional de identidad", "documento de identidad", "identidad", "nif", "número de identificación fiscal",
			"número nacional identidad", "carné de identidad", "national identity", "identidad único", "identidadúnico", "document nacional d'identitat",
		},
		Rules: []classify.Rule{
			{
				Shape:    code("99999999A"),
				Check:    func(c *classify.Candidate) bool { m := c.Match(); return m[0] <= '9' && spainLetter([]byte(m)) },
				Strength: classify.Structure, Alone: 75, With: 85,
			},
			{
				// Hexadecimal numbers look like this too.
				Shape:    code("9999999A"),
				Check:    func(c *classify.Candidate) bool { m := c.Match(); return m[7] <= 'Z' && spainLetter([]byte(m)) },
				Strength: classify.CheckDigit, Alone: 65, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"8", "7", "2.3.3", "1.3.3"}},
				Check:    spainDNISpaced,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "DNI 54362315K", Match: "54362315K", Confidence: 85},
			{Text: "12345678z", Match: "12345678z", Confidence: 75},
			{Text: "1111111-G", Match: "1111111-G", Confidence: 75},
			{Text: "DNI 12.345.678-Z", Match: "12.345.678-Z", Confidence: 85},
		},
		Leaves: []string{"dni 54362315A", "dni 12345678-A", "dni 12345678", "dni 54362315KA", "dni 00000000T", "401-023-2138"},
	}
}

func spainDNISpaced(c *classify.Candidate) bool {
	d := c.Digits
	letter := takeLetter(c, "-")
	return letter != 0 && number(d) > 0 && spainLetters[number(d)%23] == letter
}

// spainLetter checks seven or eight digits, or X, Y or Z and seven, and the
// letter behind them; K, L and M precede the numbers of those without a DNI.
func spainLetter(m []byte) bool {
	n, first := 0, upper(m[0])
	last := len(m) - 1
	for i, b := range m[:last] {
		if i == 0 && last == 8 && strings.IndexByte("XYZ", first) >= 0 {
			b = '0' + first - 'X'
		} else if i == 0 && last == 8 && strings.IndexByte("KLM", first) >= 0 {
			b = '0'
		}
		if b < '0' || b > '9' {
			return false
		}
		n = n*10 + int(b-'0')
	}
	return (last == 8 || last == 7 && first <= '9') && n > 0 && spainLetters[n%23] == upper(m[last])
}

// spainTaxNumber is the NIF of those who have no DNI: the NIE of foreigners and
// the numbers with K, L and M (Real Decreto 1065/2007, articles 19 and 20).
func spainTaxNumber() *classify.Type {
	return &classify.Type{
		ID:          spainTaxID,
		Name:        "Spain Tax Identification Number (NIF, NIE)",
		Description: "Spanish tax numbers of foreigners (NIE) and others without an identity card.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"ES"},
		Recommended: 75,
		Words: []string{
			"nie", "nif", "cif", "número de identificación de extranjero", "número de identidad de extranjero", "extranjero", "número de identificación fiscal",
			"código de identificación fiscal", "nifnúmero", "cifnúmero", "contribuyente", "residencia", "spanish tax", "tax id", "tax number", "tax no",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Word{Starts: pairs("XYZKLM", decimals), Min: 8, Max: 9, After: reach, Small: true},
				Check:    spainTaxNumberCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"7", "1.3.3"}},
				Check:    spainForeignerSpaced,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "NIE X2482300W", Match: "X2482300W", Confidence: 85},
			{Text: "es Y8063915-Z", Match: "Y8063915-Z", Confidence: 75},
			{Text: "x2482300w", Match: "x2482300w", Confidence: 75},
			{Text: "NIE: X-2482300-W", Match: "X-2482300-W", Confidence: 85},
		},
		Leaves: []string{"nie X2482300A", "nie Y806391Q", "nie 58063915Q", "nie W8063915Q", "nie X-2482300-A"},
	}
}

func spainTaxNumberCheck(c *classify.Candidate) bool {
	m := c.Match()
	if len(m) == 8 {
		letter := takeLetter(c, "-")
		return letter != 0 && spainLetter(append([]byte(m), letter))
	}
	return m[0] > '9' && spainLetter([]byte(m))
}

func spainForeignerSpaced(c *classify.Candidate) bool {
	d := c.Digits
	letter := takeLetter(c, "-")
	for _, first := range []byte("XYZ") {
		if letter != 0 && takePrefix(c, string(first)) {
			return c.Text[c.Start+1] == '-' && spainLetter(append(append([]byte{first}, d...), letter))
		}
	}
	return false
}

// spainCompanyNumber is the NIF of legal persons (CIF, Orden EHA/451/2008): a
// letter for the kind, seven digits, and a control digit or letter.
func spainCompanyNumber() *classify.Type {
	return &classify.Type{
		ID:          own("spain-company-tax-number"),
		Name:        "Spain Company Tax Number (CIF)",
		Description: "Spanish tax numbers of companies and other legal persons.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"ES"},
		Recommended: 75,
		Words:       []string{"cif", "nif", "c.i.f.", "n.i.f.", "código de identificación fiscal", "razón social", "sociedad", "empresa", "tax id"},
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: pairs("ABCDEFGHJNPQRSUVW", decimals), Min: 9, Max: 9, After: reach},
			Check:    func(c *classify.Candidate) bool { return spainCompany([]byte(c.Match())) },
			Strength: classify.CheckDigit, Alone: 65, With: 85,
		}},
		Finds: []classify.Sample{
			{Text: "CIF A13585625", Match: "A13585625", Confidence: 85},
			{Text: "Q2818002D", Match: "Q2818002D", Confidence: 65},
		},
		Leaves: []string{"cif A13585626", "cif A1358562E", "cif Q28180024", "cif I13585625"},
	}
}

func spainCompany(m []byte) bool {
	if !formed(string(m), "A9999999*") {
		return false
	}
	sum := 0
	for i, b := range m[1:8] {
		d := int(b - '0')
		if i%2 == 0 {
			d = d*2/10 + d*2%10
		}
		sum += d
	}
	check, last := (10-sum%10)%10, upper(m[8])
	asDigit, asLetter := last == '0'+byte(check), last == "JABCDEFGHI"[check]
	switch first := upper(m[0]); {
	case strings.IndexByte("ABEH", first) >= 0:
		return asDigit
	case strings.IndexByte("NPQRSW", first) >= 0:
		return asLetter
	case strings.IndexByte("CDFGJUV", first) >= 0:
		return asDigit || asLetter
	}
	return false
}

// spainSocialSecurity is the Número de la Seguridad Social: province, number,
// and both modulo 97; numbers below ten million are padded, not shifted.
func spainSocialSecurity() *classify.Type {
	return &classify.Type{
		ID:          spainSocialSecurityID,
		Name:        "Spain Social Security Number (SSN)",
		Description: "Spanish social security numbers of persons and employers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"ES"},
		Recommended: 75,
		Words: []string{
			"ssn", "ssn#", "seguridad social", "número de la seguridad social", "nº seguridad social", "número de afiliación", "afiliación", "nuss", "naf", "nss",
			"seguretat social", "socialsecurityno", "social security", "social security number",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"12", "11", "2 8 2", "2 7 2"}, Seps: " -/"},
			Check:    spainSocialSecurityCheck,
			Strength: classify.Structure, Alone: 75, With: 85,
		}},
		Finds: []classify.Sample{
			{Text: "seguridad social 281234567840", Match: "281234567840", Confidence: 85},
			{Text: "28/12345678/40", Match: "28/12345678/40", Confidence: 75},
			{Text: "NUSS: 08 00512345 17", Match: "08 00512345 17", Confidence: 85},
		},
		Leaves: []string{"nuss 281234567841", "nuss 00/12345678/40", "nuss 28/12345678-40"},
	}
}

func spainSocialSecurityCheck(c *classify.Candidate) bool {
	d := c.Digits
	last := len(d) - 2
	province, n := number(d[:2]), number(d[2:last])
	if province < 1 || province > 53 && province != 66 || n == 0 {
		return false
	}
	key := number(d[:last])
	if n < 10_000_000 {
		key = n + province*10_000_000
	}
	return key%97 == number(d[last:])
}
