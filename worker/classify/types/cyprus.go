package types

import "github.com/classifyd/classifyd/worker/classify"

const (
	cyprusCardID = "3ba8afe5-7a6c-4929-8247-0001b6878438"
	cyprusTaxID  = "40e64bd9-55f3-4a09-9bd6-1db18dced9dd"
)

// cyprusTaxNumber is the Tax Identification Code: eight digits and a letter,
// the odd places through a table, modulo 26.
func cyprusTaxNumber() *classify.Type {
	return &classify.Type{
		ID:          cyprusTaxID,
		Name:        "Cyprus Tax Identification Number",
		Description: "Cypriot tax numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"CY"},
		Recommended: 75,
		Words: []string{
			"αφτ", "αριθμός φορολογικού μητρώου", "φορολογικός κωδικός", "φορολογική ταυτότητα", "κωδικός φορολογικού μητρώου", "vergi kimlik numarası",
			"vergi numarası", "vergi kimlik kodu", "tic", "tin", "tax id", "tax identification code", "tax identification number", "tax number",
		},
		Rules: []classify.Rule{
			{
				Shape: code("99999999A"),
				Check: func(c *classify.Candidate) bool {
					m := c.Match()
					return formed(m, "99999999A") && m[8] <= 'Z' && cyprusTax([]byte(m))
				},
				Strength: classify.CheckDigit, Alone: 65, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "TIC 10259033P", Match: "10259033P", Confidence: 85},
			{Text: "00532445O", Match: "00532445O", Confidence: 65},
		},
		Leaves: []string{"tic 10259033Q", "tic 1025903P"},
	}
}

// cyprusIdentityCard is the identity card, ten digits without a check digit.
func cyprusIdentityCard() *classify.Type {
	return &classify.Type{
		ID:          cyprusCardID,
		Name:        "Cyprus Identity Card",
		Description: "Numbers of Cypriot identity cards.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"CY"},
		Recommended: 75,
		Words: []string{
			"ταυτότητα", "αριθμός ταυτότητας", "δελτίο ταυτότητας", "κυπριακή ταυτότητα", "αριθμός δελτίου ταυτότητας", "kimlik kartı", "kimlik karti",
			"kıbrıs kimlik", "id card number", "identity card number",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"10"}},
				Check:    func(c *classify.Candidate) bool { return !uniform(c.Digits) },
				Strength: classify.Form, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "κυπριακή ταυτότητα 0001234567", Match: "0001234567", Confidence: 75},
		},
		Leaves: []string{"0001234567", "identity card number 000123456"},
	}
}
