package types

import "github.com/classifyd/classifyd/worker/classify"

const belgiumNationalID = "fb969c9e-0fd1-4b18-8091-a2123c5e6a54"

// belgiumNational is the rijksregisternummer: birthday, serial, and 97 less
// both modulo 97, with a 2 in front for those born since 2000 (Arrêté royal of
// 3 April 1984). BIS numbers add 20 or 40 to the month.
func belgiumNational() *classify.Type {
	return &classify.Type{
		ID:          belgiumNationalID,
		Name:        "Belgium National Number",
		Description: "Belgian national register and BIS numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"BE"},
		Recommended: 75,
		Words: []string{
			"rijksregister", "rijksregisternummer", "numéro national", "numéro de registre national", "registre national", "numéro d'identification",
			"identificatienummer", "identiteitskaart", "insz", "niss", "nationaal nummer", "nationalregisternummer", "identifizierungsnummer",
			"national number", "nrn", "bisnummer", "eid", "fiscaal nummer", "numéro de sécurité sociale",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"11", "6 3 2", "2.2.2-3.2"}},
				Check:    belgiumNationalCheck,
				Strength: classify.Structure, Alone: 65, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "rijksregisternummer 85.07.30-033.28", Match: "85.07.30-033.28", Confidence: 75},
			{Text: "85073003328", Match: "85073003328", Confidence: 65},
			{Text: "NISS 00.05.12-001.91", Match: "00.05.12-001.91", Confidence: 75},
		},
		Leaves: []string{"niss 85.07.30-033.29", "niss 85.13.30-033.28", "niss 00.05.12-001.92"},
	}
}

func belgiumNationalCheck(c *classify.Candidate) bool {
	d := c.Digits
	n, key, month := number(d[:9]), number(d[9:]), number(d[2:4])%20
	// Refugees' days and months may be zero.
	if number(d[2:4]) > 52 || month > 12 || number(d[4:6]) > 31 || number(d[6:9]) == 0 {
		return false
	}
	return key == 97-n%97 || key == 97-(2_000_000_000+n)%97
}
