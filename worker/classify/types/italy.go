package types

import "github.com/classifyd/classifyd/worker/classify"

const italyFiscalCodeID = "4cd79172-8da9-4ff5-9188-98b1e7e2eca6"

// italyFiscalCode is the codice fiscale of the decree of 12 March 1974: three
// letters each of surname and name, birthday with the month as a letter and 40
// added to the day of women, birthplace, and a control letter. Where two people
// would share one, digits become letters from the right (omocodia).
func italyFiscalCode() *classify.Type {
	return &classify.Type{
		ID:          italyFiscalCodeID,
		Name:        "Italy Fiscal Code",
		Description: "Italian tax codes of natural persons (codice fiscale).",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"IT"},
		Recommended: 75,
		Words: []string{
			"codice fiscale", "cod. fiscale", "cod fiscale", "c.f.", "codice fisc", "cf", "codicefiscale", "fiscal code", "tax code", "tax id",
			"agenzia delle entrate", "tessera sanitaria", "nato a", "nata a", "residente", "contribuente", "steuernummer",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Word{Starts: pairs(capitals, capitals), Min: 16, Max: 16, After: reach},
				Check:    func(c *classify.Candidate) bool { return fiscalCode(c.Match()) },
				Strength: classify.Structure, Alone: 75, With: 85,
			},
			{
				Shape:    classify.Word{Starts: pairs(capitals, capitals), Min: 6, Max: 6, After: reach},
				Check:    italyFiscalCodeSpaced,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "codice fiscale RSSMRA85T10A562S", Match: "RSSMRA85T10A562S", Confidence: 85},
			{Text: "AAAAAA00B11C333Y", Match: "AAAAAA00B11C333Y", Confidence: 75},
			{Text: "C.F. RSSMRA 85T10 A562S", Match: "RSSMRA 85T10 A562S", Confidence: 85},
			{Text: "MRTMTTNRD09F20RV", Match: "MRTMTTNRD09F20RV", Confidence: 75}, // omocodia
		},
		Leaves: []string{"AAAAAA - 00B11C333N", "cf RSSMRA85T10A562T", "cf RSSMRA85T32A562S", "cf RSSMRA85F10A562S", "RSSMRA 85T10A562S"},
	}
}

func italyFiscalCodeSpaced(c *classify.Candidate) bool {
	rest := c.Text[c.Start:]
	if len(rest) < 18 || rest[6] != ' ' || rest[12] != ' ' || len(rest) > 18 && wordByte(rest[18]) {
		return false
	}
	c.End = c.Start + 18
	return fiscalCode(rest[:6] + rest[7:12] + rest[13:18])
}

func fiscalCode(s string) bool {
	digit := func(i int) int { // reads omocodia too
		for d := range 10 {
			if b := upper(s[i]); b == '0'+byte(d) || b == "LMNPQRSTUV"[d] {
				return d
			}
		}
		return -1
	}
	for i, kind := range []byte("AAAAAA**A**A***A") {
		if kind == 'A' && s[i] <= '9' || kind == '*' && digit(i) < 0 {
			return false
		}
	}
	month := 0
	for i, b := range []byte("ABCDEHLMPRST") {
		if upper(s[8]) == b {
			month = i + 1
		}
	}
	if day := digit(9)*10 + digit(10); !calendar(2000+digit(6)*10+digit(7), month, day%40) || day > 71 {
		return false
	}
	sum := 0
	for i := range 15 {
		v := int(s[i] - '0')
		if s[i] > '9' {
			v = int(upper(s[i]) - 'A')
		}
		if i%2 == 0 {
			v = fiscalCodeOdd[v]
		}
		sum += v
	}
	return upper(s[15]) == 'A'+byte(sum%26)
}

// fiscalCodeOdd is what characters at odd places count, 0 to 9 like A to J.
var fiscalCodeOdd = [26]int{1, 0, 5, 7, 9, 13, 15, 17, 19, 21, 2, 4, 18, 20, 11, 3, 6, 8, 12, 14, 16, 10, 22, 25, 24, 23}

// italyVAT is the partita IVA: seven digits, the province's three, and a Luhn
// check digit (decree of 23 December 1976).
func italyVAT() *classify.Type {
	t := vat{
		prefix: "IT", country: "IT", id: "26a8cc07-2283-4a2a-ab1d-4ab643c4c67f", name: "Italy Value Added Tax Number",
		words: []string{"partita iva", "p. iva", "p.iva", "piva", "iva", "partita i.v.a."},
		forms: []string{"99999999999"}, check: partitaIVA, strength: classify.CheckDigit,
		finds: []string{"IT00743110157"}, leaves: []string{"IT00743110158", "partita iva 00743119991", "partita iva 00000000000"},
	}.typ()
	t.Rules = append(t.Rules, classify.Rule{
		Shape:    classify.Number{Layouts: []string{"11"}},
		Check:    func(c *classify.Candidate) bool { return partitaIVA(c.Digits) },
		Strength: classify.CheckDigit, Alone: 75, With: 85,
	})
	t.Finds = append(t.Finds,
		classify.Sample{Text: "01333550323", Match: "01333550323", Confidence: 75},
		classify.Sample{Text: "partita IVA 00743110157", Match: "00743110157", Confidence: 85})
	return t
}

func partitaIVA(m []byte) bool {
	province := number(m[7:10])
	if !(province >= 1 && province <= 100 || province == 120 || province == 121 || province == 888 || province == 999) {
		return false
	}
	return number(m[:7]) > 0 && luhn(m)
}
