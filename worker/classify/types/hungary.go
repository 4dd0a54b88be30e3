package types

import "github.com/classifyd/classifyd/worker/classify"

const (
	hungaryPersonalID = "7b5cc218-7046-47d9-80c9-f325b50896ca"
	hungarySocialID   = "0de78315-9537-47f5-95ab-b3e77eba3993"
	hungaryTaxID      = "ede42eb4-59d9-49eb-9603-d7853fbda91d"
)

// hungaryPersonal is the személyi azonosító: sex and century, birthday, serial,
// and a check digit modulo 11 whose weights run from 1 to 10, or down for those
// born since 1997 (1996. évi XX. törvény).
func hungaryPersonal() *classify.Type {
	return &classify.Type{
		ID:          hungaryPersonalID,
		Name:        "Hungary Personal Identification Number",
		Description: "Hungarian personal identifiers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"HU"},
		Recommended: 75,
		Words: []string{
			"személyi azonosító", "személyi azonosító szám", "személyi szám", "személyazonosító igazolvány", "személyi igazolvány", "azonosító szám",
			"sz. ig.", "sz ig", "szig", "identification number", "personal id number",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"11", "1 6 4"}},
				Check:    hungaryPersonalCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "személyi szám 1 720316 1354", Match: "1 720316 1354", Confidence: 85},
			{Text: "30102034562", Match: "30102034562", Confidence: 75},
		},
		Leaves: []string{"személyi szám 1 720316 1355", "személyi szám 1 721316 1354", "személyi szám 9 720316 1354"},
	}
}

func hungaryPersonalCheck(c *classify.Candidate) bool {
	d := c.Digits
	year := number(d[1:3])
	var sum int
	switch {
	case d[0] >= '1' && d[0] <= '2' && year < 97:
		year += 1900
		sum = weighted(d, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10)
	case d[0] >= '1' && d[0] <= '2':
		year += 1900
		sum = weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
	case d[0] >= '3' && d[0] <= '4':
		year += 2000
		sum = weighted(d, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1)
	default:
		return false
	}
	return calendar(year, number(d[3:5]), number(d[5:7])) && sum%11 == int(d[10]-'0')
}

// hungarySocial is the TAJ number: weights 3 and 7 modulo 10.
func hungarySocial() *classify.Type {
	return &classify.Type{
		ID:          hungarySocialID,
		Name:        "Hungary Social Security Number (TAJ)",
		Description: "Hungarian social security numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"HU"},
		Recommended: 85,
		Words: []string{
			"taj", "taj szám", "taj-szám", "tajszám", "társadalombiztosítási azonosító jel", "társadalombiztosítási szám", "társadalombiztosítás",
			"egészségbiztosítási kártya", "áfa", "hungarian social security number",
		},
		Rules: []classify.Rule{
			{
				Shape: classify.Number{Layouts: []string{"9", "3 3 3"}},
				Check: func(c *classify.Candidate) bool {
					return weighted(c.Digits, 3, 7, 3, 7, 3, 7, 3, 7, -1)%10 == 0 && !uniform(c.Digits)
				},
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "TAJ szám: 102 030 400", Match: "102 030 400", Confidence: 85},
			{Text: "TAJ 111111110", Match: "111111110", Confidence: 85},
		},
		Leaves: []string{"111111110", "taj 111111111"},
	}
}

// hungaryTax is the adóazonosító jel: an 8, the days from 1867 to the birthday,
// a serial, and weights 1 to 9 modulo 11 (2017. évi CL. törvény).
func hungaryTax() *classify.Type {
	return &classify.Type{
		ID:          hungaryTaxID,
		Name:        "Hungary Tax Identification Number",
		Description: "Hungarian tax numbers of natural persons.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"HU"},
		Recommended: 75,
		Words:       []string{"adóazonosító jel", "adóazonosító", "adóazonosító szám", "adószám", "adóhatóság", "nav", "magyar adószám", "magyar adóazonosító"},
		Rules: []classify.Rule{
			{
				Shape: classify.Number{Layouts: []string{"10"}},
				Check: func(c *classify.Candidate) bool {
					return c.Digits[0] == '8' && weighted(c.Digits, 1, 2, 3, 4, 5, 6, 7, 8, 9, -1)%11 == 0
				},
				Strength: classify.CheckDigit, Alone: 65, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "adóazonosító jel: 8445301179", Match: "8445301179", Confidence: 85},
			{Text: "8071925101", Match: "8071925101", Confidence: 65},
		},
		Leaves: []string{"adóazonosító jel 8445301178", "adóazonosító jel 7445301179"},
	}
}
