package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// mexicoPopulation is the CURP: letters of the names, birthday, sex, state,
// consonants of the names, and a check digit of places 18 to 2 modulo 10 (DOF
// 18 October 2021).
func mexicoPopulation() *classify.Type {
	return &classify.Type{
		ID:          "e905ad4d-5a74-406d-bf36-b1efca798af4",
		Name:        "Mexico Unique Population Registry Code (CURP)",
		Description: "Mexican population registry codes.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"MX"},
		Recommended: 75,
		Words: []string{
			"curp", "clave única de registro de población", "clave unica de registro de poblacion", "clave única", "clave unica", "claveúnica",
			"clave personal identidad", "personal identidad clave", "registro de población",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Word{Starts: pairs(capitals, capitals), Min: 18, Max: 18, After: reach},
				Check:    mexicoPopulationCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "CURP BOXW310820HNERXN09", Match: "BOXW310820HNERXN09", Confidence: 85},
			{Text: "HEGG560427MVZRRL04", Match: "HEGG560427MVZRRL04", Confidence: 75},
		},
		Leaves: []string{"curp BOXW310820HNERXN08", "curp BOXW311320HNERXN09", "curp BOXW310820HXXRXN09"},
	}
}

func mexicoPopulationCheck(c *classify.Candidate) bool {
	m := c.Match()
	if !formed(m, "AAAA999999AAAAAA*9") || !birthday([]byte(m[4:10])) || m[10] != 'H' && m[10] != 'M' && m[10] != 'X' {
		return false
	}
	const states = " AS BC BS CC CL CM CS CH DF DG GT GR HG JC MC MN MS NT NL OC PL QT QR SP SL SR TC TS TL VZ YN ZS NE "
	if !strings.Contains(states, " "+m[11:13]+" ") {
		return false
	}
	sum := 0
	for i := range 17 {
		v := int(m[i] - '0')
		if m[i] > '9' {
			if v = int(m[i]-'A') + 10; m[i] > 'N' { // Ñ stands between N and O
				v++
			}
		}
		sum += v * (18 - i)
	}
	return (10-sum%10)%10 == int(m[17]-'0')
}

// mexicoTaxpayer is the RFC: three or four letters of the name, a date, two
// characters against doubles, and a check character of places 13 to 2 modulo 11
// (SAT, Anexo 1-A).
func mexicoTaxpayer() *classify.Type {
	return &classify.Type{
		ID:          own("mexico-taxpayer-number"),
		Name:        "Mexico Taxpayer Number (RFC)",
		Description: "Mexican tax numbers of persons and companies.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"MX"},
		Recommended: 75,
		Words: []string{
			"rfc", "r.f.c.", "registro federal de contribuyentes", "registro federal", "contribuyente", "cédula de identificación fiscal", "sat",
			"factura", "cfdi",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Word{Starts: pairs(capitals, capitals), Min: 12, Max: 13, After: reach},
				Check:    mexicoTaxpayerCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "RFC GODE561231GR8", Match: "GODE561231GR8", Confidence: 85},
			{Text: "MAB9307148T4", Match: "MAB9307148T4", Confidence: 75},
		},
		Leaves: []string{"rfc GODE561231GR9", "rfc GODE561331GR8"},
	}
}

func mexicoTaxpayerCheck(c *classify.Candidate) bool {
	m := c.Match()
	if !formed(m, "AAAA999999***") && !formed(m, "AAA999999***") {
		return false
	}
	date := len(m) - 9
	sum := 0
	for i := range len(m) - 1 {
		sum += strings.IndexByte("0123456789ABCDEFGHIJKLMN&OPQRSTUVWXYZ ", m[i]) * (len(m) - i)
	}
	if len(m) == 12 {
		sum += 37 * 13 // a company's name is preceded by a space
	}
	return birthday([]byte(m[date:date+6])) && "0123456789A"[(11-sum%11)%11] == m[len(m)-1]
}
