package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

const newZealandTaxID = "dd0fe2bc-7bcf-455f-bac1-83b1e3eb25fd"

// newZealandTax is the IRD number: eight or nine digits from ten million,
// weights 3, 2, 7 to 2, or 7, 4, 3, 2, 5, 2, 7, 6 where 10 is left, modulo 11
// (Inland Revenue, Resident Withholding Tax specification). Eight plain digits
// are too often a date to be reported alone.
func newZealandTax() *classify.Type {
	return &classify.Type{
		ID:          newZealandTaxID,
		Name:        "New Zealand Inland Revenue Number",
		Description: "New Zealand tax numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"NZ"},
		Recommended: 75,
		Words: []string{
			"ird", "ird no", "ird no#", "ird number", "ird#", "inland revenue", "inland revenue number", "nz ird", "te tari taake", "inland revenue no",
			"tax number", "gst number",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"2-3-3", "3-3-3", "2 3 3"}, Seps: "-"},
				Check:    newZealandTaxCheck,
				Strength: classify.CheckDigit, Alone: 75, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"9", "8", "3 3 3"}},
				Check:    newZealandTaxCheck,
				Strength: classify.CheckDigit, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "IRD 49-091-850", Match: "49-091-850", Confidence: 85},
			{Text: "136-410-132", Match: "136-410-132", Confidence: 75},
			{Text: "IRD number 136410132", Match: "136410132", Confidence: 85},
		},
		Leaves: []string{"49091850", "ird 49-091-851", "ird 09-091-850"},
	}
}

func newZealandTaxCheck(c *classify.Candidate) bool {
	n := number(c.Digits)
	if n < 10_000_000 || n > 200_000_000 {
		return false
	}
	var buf [9]byte
	d := append(append(buf[:0], "0"[:9-len(c.Digits)]...), c.Digits...)
	check := (11 - weighted(d, 3, 2, 7, 6, 5, 4, 3, 2)%11) % 11
	if check == 10 {
		check = (11 - weighted(d, 7, 4, 3, 2, 5, 2, 7, 6)%11) % 11
	}
	return check == int(d[8]-'0')
}

// newZealandBank is bank, branch, account and suffix, with weights modulo 11 or
// 10 that depend on the bank (Inland Revenue, Direct Credit specification).
func newZealandBank() *classify.Type {
	return &classify.Type{
		ID:          "1a97fc2b-dd2f-48f1-bc4e-2ddf25813956",
		Name:        "New Zealand Bank Account Number",
		Description: "Numbers of New Zealand bank accounts.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"NZ"},
		Recommended: 75,
		Words: []string{
			"account number", "bank account", "bank account number", "bank acct id", "bank acct no", "bank acct number", "bank acct nbr", "account no",
			"nz bank", "pūkete pēke",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"2-4-7-2", "2-4-7-3", "2-4-8-2", "2-4-8-3", "2 4 7 2", "2 4 7 3"}},
				Check:    newZealandBankCheck,
				Strength: classify.CheckDigit, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "bank account 01-0902-0068389-00", Match: "01-0902-0068389-00", Confidence: 85},
			{Text: "12-3140-0123006-00", Match: "12-3140-0123006-00", Confidence: 75},
		},
		Leaves: []string{"bank account 01-0902-0068388-00", "bank account 99-0902-0068389-00"},
	}
}

func newZealandBankCheck(c *classify.Candidate) bool {
	d := c.Digits
	bank, branch := number(d[:2]), number(d[2:6])
	var base [8]byte // the account, padded to eight digits
	base[0] = '0'
	account := c.Text[c.Start+8:]
	n := 0
	for n < len(account) && account[n] >= '0' && account[n] <= '9' {
		n++
	}
	copy(base[8-n:], d[6:6+n])
	sum := func(branches [4]int, bases [8]int) int {
		return weighted(d[2:6], branches[:]...) + weighted(base[:], bases[:]...)
	}
	switch {
	case bank >= 1 && bank <= 3 || bank == 6 || bank >= 10 && bank <= 24 || bank == 27 || bank == 30 || bank == 38:
		if number(base[:]) < 990_000 {
			return branch > 0 && sum([4]int{6, 3, 7, 9}, [8]int{0, 0, 10, 5, 8, 4, 2, 1})%11 == 0
		}
		return branch > 0 && sum([4]int{}, [8]int{0, 0, 10, 5, 8, 4, 2, 1})%11 == 0
	case bank == 8:
		return sum([4]int{}, [8]int{0, 7, 6, 5, 4, 3, 2, 1})%11 == 0
	}
	return false
}

// newZealandHealth is the NHI number: three letters without I and O, four
// digits of which the last is a check digit modulo 11, or since July 2026 two
// digits, a letter and a check letter modulo 23 (HISO 10046).
func newZealandHealth() *classify.Type {
	return &classify.Type{
		ID:          "2b71c1c8-d14e-4430-82dc-fd1ed6bf05c7",
		Name:        "New Zealand Ministry of Health Number",
		Description: "New Zealand health index numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryHealth,
		Countries:   []string{"NZ"},
		Recommended: 75,
		Words: []string{
			"nhi", "nhi no", "nhi number", "nhi#", "national health index", "national health index number", "national health index id", "patient",
			"health nz", "te whatu ora",
		},
		Rules: []classify.Rule{
			{
				Shape:    code("AAA9999", "AAA99AA"),
				Check:    newZealandHealthCheck,
				Strength: classify.CheckDigit, Alone: 65, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "NHI ZAC5361", Match: "ZAC5361", Confidence: 85},
			{Text: "ZAA0067", Match: "ZAA0067", Confidence: 65},
			{Text: "NHI: ZBN77VL", Match: "ZBN77VL", Confidence: 85},
		},
		Leaves: []string{"nhi ZAC5362", "nhi ZIC5361", "nhi ZBN77VM"},
	}
}

func newZealandHealthCheck(c *classify.Candidate) bool {
	m := c.Match()
	if !formed(m, "AAA9999") && !formed(m, "AAA99AA") {
		return false
	}
	const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ" // from 1
	sum := 0
	for i := range 6 {
		v := int(m[i] - '0')
		if m[i] > '9' {
			if v = strings.IndexByte(alphabet, m[i]) + 1; v == 0 {
				return false
			}
		}
		sum += v * (7 - i)
	}
	if m[6] > '9' {
		return alphabet[22-sum%23] == m[6]
	}
	return sum%11 != 0 && (11-sum%11)%10 == int(m[6]-'0')
}

// newZealandDriver is two letters and six digits.
func newZealandDriver() *classify.Type {
	return &classify.Type{
		ID:          "1924b377-d287-49c9-a737-cfe7a8a2615a",
		Name:        "New Zealand Driver's License Number",
		Description: "Numbers of New Zealand driving licences.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"NZ"},
		Recommended: 85,
		Words: []string{
			"driver licence", "driver license", "driver's licence", "driver's license", "driving licence", "driving license", "drivers licence",
			"drivers license", "licence number", "dl#", "nzta", "waka kotahi", "raihana taraiwa",
		},
		Rules: []classify.Rule{
			{
				Shape:    code("AA999999"),
				Check:    written("AA999999"),
				Strength: classify.Form, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "driver licence DA123456", Match: "DA123456", Confidence: 85},
		},
		Leaves: []string{"DA123456", "driver licence DA12345"},
	}
}

// newZealandWelfare is the client number of Work and Income, nine digits.
func newZealandWelfare() *classify.Type {
	return &classify.Type{
		ID:          "20f3c48d-4ac1-4cd2-86bd-34ecc1826e9d",
		Name:        "New Zealand Social Welfare Number",
		Description: "New Zealand social welfare client numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"NZ"},
		Recommended: 85,
		Proximity:   60, // nine digits and words of three letters are everywhere
		Words: []string{
			"social welfare", "social welfare number", "social welfare#", "swn", "swn#", "sw no", "client number", "work and income", "winz", "msd",
			"te hiranga tangata",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"3 3 3", "9"}},
				Check:    func(c *classify.Candidate) bool { return !uniform(c.Digits) },
				Strength: classify.Form, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "SWN 123-456-789", Match: "123-456-789", Confidence: 85},
			{Text: "Work and Income client number 120345678", Match: "120345678", Confidence: 85},
		},
		Leaves: []string{"123-456-789", "swn 12-345-678"},
	}
}
