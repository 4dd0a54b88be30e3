package types

import "github.com/classifyd/classifyd/worker/classify"

const (
	estoniaPersonalID   = "bfb26de6-dad5-4d48-ab72-4789cdd0654c"
	latviaPersonalID    = "03fcf763-27c2-49ed-9422-2641c6c895c9"
	lithuaniaPersonalID = "cd6d3786-8ec3-4524-a2cf-1e0095379171"
)

// estoniaPersonal is the isikukood (EVS 585): sex and century, birthday, serial
// and a check digit of two rounds of weights modulo 11.
func estoniaPersonal() *classify.Type {
	return &classify.Type{
		ID:          estoniaPersonalID,
		Name:        "Estonia Personal Identification Code",
		Description: "Estonian personal codes.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"EE"},
		Recommended: 75,
		Words: []string{
			"isikukood", "ik", "isikukood#", "kodaniku id", "maksu id", "maksukohustuslase identifitseerimisnumber", "maksunumber", "isikutunnistus",
			"id-kood", "id-kaart", "personal code", "personal identification code", "national identification number", "tax id",
		},
		Rules: balticRules(),
		Finds: []classify.Sample{
			{Text: "isikukood 36805280109", Match: "36805280109", Confidence: 85},
			{Text: "37605030299", Match: "37605030299", Confidence: 75},
		},
		Leaves: []string{"isikukood 36805280108", "isikukood 36815280109", "isikukood 96805280109"},
	}
}

// lithuaniaPersonal is the asmens kodas, which has the form and the check digit
// of Estonia's isikukood (Gyventojų registro įstatymas).
func lithuaniaPersonal() *classify.Type {
	return &classify.Type{
		ID:          lithuaniaPersonalID,
		Name:        "Lithuania Personal Code",
		Description: "Lithuanian personal codes.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"LT"},
		Recommended: 75,
		Words: []string{
			"asmens kodas", "asmens kodo", "a.k.", "ak", "piliečio numeris", "mokesčių id", "mokesčių identifikavimo numeris", "mokesčių numeris",
			"unikalus identifikavimo numeris", "tapatybės kortelė", "personal code", "personal numeric code", "national identification number", "tax id",
		},
		Rules: balticRules(),
		Finds: []classify.Sample{
			{Text: "asmens kodas 33309240064", Match: "33309240064", Confidence: 85},
			{Text: "a.k. 38703181745", Match: "38703181745", Confidence: 85},
		},
		Leaves: []string{"asmens kodas 33309240065", "asmens kodas 33313240064"},
	}
}

// balticRules are the rules of a number that Estonia and Lithuania form alike.
func balticRules() []classify.Rule {
	return []classify.Rule{
		{
			Shape:    classify.Number{Layouts: []string{"11"}},
			Check:    balticCode,
			Strength: classify.Structure, Alone: 75, With: 85,
		},
	}
}

func balticCode(c *classify.Candidate) bool {
	d := c.Digits
	if d[0] < '1' || d[0] > '8' || !calendar(1800+100*int((d[0]-'1')/2)+number(d[1:3]), number(d[3:5]), number(d[5:7])) {
		return false
	}
	check := weighted(d, 1, 2, 3, 4, 5, 6, 7, 8, 9, 1) % 11
	if check == 10 {
		check = weighted(d, 3, 4, 5, 6, 7, 8, 9, 1, 2, 3) % 11 % 10
	}
	return check == int(d[10]-'0')
}

// latviaPersonal is the personas kods: birthday, century and serial, or since
// July 2017 a number that begins with 32 to 39, and a check digit of weights 1,
// 6, 3, 7, 9, 10, 5, 8, 4, 2 modulo 11 (Fizisko personu reģistra likums).
func latviaPersonal() *classify.Type {
	return &classify.Type{
		ID:          latviaPersonalID,
		Name:        "Latvia Personal Code",
		Description: "Latvian personal codes.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"LV"},
		Recommended: 75,
		Words: []string{
			"personas kods", "personas koda", "p.k.", "pk", "personas kodu", "nodokļu maksātāja numurs", "nodokļu id", "nodokļu identifikācijas numurs",
			"identifikācijas numurs", "nacionālais id", "pilsoņa numurs", "personal code", "national id", "tax id", "tin",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"6-5"}},
				Check:    latviaPersonalCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
			{
				Shape:    classify.Number{Layouts: []string{"11"}},
				Check:    latviaPersonalCheck,
				Strength: classify.Structure, Alone: 75, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "personas kods 161175-19997", Match: "161175-19997", Confidence: 85},
			{Text: "161175-19997", Match: "161175-19997", Confidence: 75},
		},
		Leaves: []string{"personas kods 161175-19998", "personas kods 161375-19997"},
	}
}

func latviaPersonalCheck(c *classify.Candidate) bool {
	d := c.Digits
	old := d[6] <= '2' && calendar(1800+100*int(d[6]-'0')+number(d[4:6]), number(d[2:4]), number(d[:2]))
	if !old && !(d[0] == '3' && d[1] >= '2') {
		return false
	}
	return (1101-weighted(d, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2))%11%10 == int(d[10]-'0')
}
