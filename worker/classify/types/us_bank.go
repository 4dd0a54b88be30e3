package types

import "github.com/classifyd/classifyd/worker/classify"

// abaRouting is the routing transit number of American banks: nine digits, a
// Federal Reserve prefix, and weights 3, 7, 1 modulo 10 (ABA Routing Number
// Policy; Key to Routing Numbers).
func abaRouting() *classify.Type {
	return &classify.Type{
		ID:          "cb353f78-2b72-4c3c-8827-92ebe4f69fdf",
		Name:        "ABA Routing Number",
		Description: "Routing transit numbers of banks in the United States.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"US"},
		Recommended: 75,
		Words: []string{
			"aba", "aba number", "aba no", "aba routing", "aba routing number", "abarouting", "abaroutingnumber", "american bank association routing number",
			"american bankers association", "bank routing", "bank routing number", "bankrouting", "routing", "routing no", "routing number", "routing#",
			"routing transit number", "routingnumber", "rtn", "transit number", "fedwire", "ach", "número de ruta", "numero de ruta", "número de tránsito",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"9", "4-4-1"}},
			Check:    abaCheck,
			Strength: classify.CheckDigit,
			Alone:    65,
			With:     75,
		}},
		Finds: []classify.Sample{
			{Text: "Routing number: 121042882", Match: "121042882", Confidence: 75},
			{Text: "wire to 021000021 today", Match: "021000021", Confidence: 65},
			{Text: "ABA 0210-0002-1", Match: "0210-0002-1", Confidence: 75},
		},
		Leaves: []string{"routing 121042883", "routing 000000000", "aba 991042882", "routing 12104288", "aba 1210428821"},
	}
}

func abaCheck(c *classify.Candidate) bool {
	switch p := number(c.Digits[:2]); {
	case p <= 12, p >= 21 && p <= 32, p >= 61 && p <= 72, p == 80:
		return aba(c.Digits) && !uniform(c.Digits)
	}
	return false
}

func aba(d []byte) bool { return weighted(d, 3, 7, 1, 3, 7, 1, 3, 7, 1)%10 == 0 }

// usBankAccount is what banks in the United States make up as they like: six to
// seventeen digits, of which only a word can say what they are.
func usBankAccount() *classify.Type {
	return &classify.Type{
		ID:          "a2ce32a8-f935-4bb6-8e96-2a5157672e2c",
		Name:        "U.S. Bank Account Number",
		Description: "Bank account numbers of the United States, reported only where a word close to them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryFinancial,
		Countries:   []string{"US"},
		Recommended: 75,
		Proximity:   100,
		Words: []string{
			"checking account", "checking account number", "checking account no", "checking acct", "checking acct number", "savings account",
			"savings account number", "savings acct", "bank account", "bank account number", "bank account no", "bank account#", "bank acct",
			"bank acct number", "bank acct no", "banking account", "account number", "account no", "account#", "acct number", "acct no", "acct nbr",
			"checking account #", "debit account", "direct deposit", "ach", "iban", "cuenta bancaria", "número de cuenta", "numero de cuenta",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"6", "7", "8", "9", "10", "11", "12", "13", "14", "15", "16", "17"}},
			Check:    func(c *classify.Candidate) bool { return !uniform(c.Digits) && !ascending(c.Digits) },
			Strength: classify.Form,
			With:     75,
		}},
		Finds: []classify.Sample{
			{Text: "Bank account number 945456787654", Match: "945456787654", Confidence: 75},
			{Text: "checking acct: 00447812", Match: "00447812", Confidence: 75},
		},
		Leaves: []string{"945456787654", "bank account 1234567", "bank account 0000000000", "checking account 12345", "order 945456787654"},
	}
}

// ascending reports whether every digit is the one before it and one more: a
// placeholder that somebody typed.
func ascending(d []byte) bool {
	for i := 1; i < len(d); i++ {
		if d[i] != '0'+(d[i-1]-'0'+1)%10 {
			return false
		}
	}
	return true
}
