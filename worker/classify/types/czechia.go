package types

import "github.com/classifyd/classifyd/worker/classify"

const (
	czechPersonalID    = "60c0725a-4eb6-455b-9dda-05d8a7396497"
	slovakiaPersonalID = "951c26b7-3b35-4f73-924b-15dd599cb9ab"
)

// czechPersonal is the rodné číslo of Czechia and Slovakia: birthday with 50
// added to the month of women, 20 more where serials ran out, and since 1954 a
// tenth digit that makes the whole divisible by 11 (zákon 133/2000 Sb.).
func czechPersonal() *classify.Type {
	return &classify.Type{
		ID:          czechPersonalID,
		Name:        "Czech Personal Identity Number",
		Description: "Birth numbers of Czechia and Slovakia.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"CZ", "SK"},
		Recommended: 75,
		Words: []string{
			"rodné číslo", "rodne cislo", "rč", "r.č.", "rodné čislo", "rodného čísla", "rodnému číslu", "osobní číslo", "číslo pojištěnce", "pojištěnec",
			"národní identifikační číslo", "birth number", "czech id", "czechidno", "personal number", "daňové číslo", "identifikační číslo",
			"identifikačné číslo", "číslo občianskeho preukazu", "občiansky preukaz", "osobné číslo", "tax id", "tin",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"6/4", "6/3", "10"}},
				Check:    czechPersonalCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "rodné číslo 710319/2745", Match: "710319/2745", Confidence: 85},
			{Text: "5855120018", Match: "5855120018", Confidence: 75},
			{Text: "r.č. 520203/123", Match: "520203/123", Confidence: 85},
		},
		Leaves: []string{"rodné číslo 710319/2746", "rodné číslo 711319/2745", "rodné číslo 720203/123"},
	}
}

func czechPersonalCheck(c *classify.Candidate) bool {
	d := c.Digits
	year, month := 1900+number(d[:2]), number(d[2:4])%50
	if month > 20 {
		month -= 20
	}
	if len(d) == 9 { // given before 1954, with nothing to check
		return year < 1954 && calendar(year, month, number(d[4:6])) && number(d[6:]) > 0
	}
	if year < 1954 {
		year += 100
	}
	n := number(d)
	// Where eleven leaves ten, numbers were given with a 0 until 1985, and since
	// then not at all.
	return calendar(year, month, number(d[4:6])) && (n%11 == 0 || year < 1986 && n/10%11 == 10 && d[9] == '0')
}

// slovakiaPersonal is the same register's number under its Slovak name.
func slovakiaPersonal() *classify.Type {
	return &classify.Type{
		ID:          slovakiaPersonalID,
		Name:        "Slovakia Personal Number",
		Description: "Slovak birth numbers, which have the form of the Czech ones.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"SK"},
		Recommended: 85,
		Members:     []string{czechPersonalID},
		Finds:       []classify.Sample{{Text: "rodné číslo 710319/2745", Match: "710319/2745", Confidence: 85}},
		Leaves:      []string{"rodné číslo 710319/2746"},
	}
}
