package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// ukPostcode is an outward code of an area that exists and an inward code of a
// digit and two letters without C, I, K, M, O and V (Royal Mail, Programmers'
// Guide to PAF; BS 7666).
func ukPostcode() *classify.Type {
	return &classify.Type{
		ID:          own("uk-postcode"),
		Name:        "U.K. Postcode",
		Description: "British postcodes, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryContact,
		Countries:   []string{"GB"},
		Recommended: 65,
		Proximity:   100,
		Words: []string{
			"postcode", "post code", "postal code", "postcodes", "zip", "zip code", "address", "addresses", "addr", "street", "road", "lane", "avenue", "town", "city", "county",
			"london", "manchester", "birmingham", "leeds", "glasgow", "edinburgh", "cardiff", "belfast", "delivery", "deliver", "cod post", "cyfeiriad",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: postcodeStarts(), Min: 2, Max: 7, Before: 2, After: 12},
			Check:    postcodeCheck,
			Strength: classify.Ranges,
			With:     65,
		}},
		Finds: []classify.Sample{
			{Text: "postcode SW1A 1AA", Match: "SW1A 1AA", Confidence: 65},
			{Text: "address: DN551PT", Match: "DN551PT", Confidence: 65},
			{Text: "10 High Street, M1 1AE", Match: "M1 1AE", Confidence: 65},
			{Text: "postcode GIR 0AA", Match: "GIR 0AA", Confidence: 65},
		},
		Leaves: []string{"SW1A 1AA", "postcode M1 1AI", "postcode QX1 1AA", "postcode 1A1 1AA", "postcode SW1A 1AAB", "postcode SW1A-1AA"},
	}
}

// postcodeAreas are the letters that postcodes begin with.
const postcodeAreas = " AB AL B BA BB BD BH BL BN BR BS BT CA CB CF CH CM CO CR CT CV CW DA DD DE DG DH DL DN DT DY E EC EH EN EX FK FY G GL GU GY HA HD HG HP HR HS HU HX" +
	" IG IM IP IV JE KA KT KW KY L LA LD LE LL LN LS LU M ME MK ML N NE NG NN NP NR NW OL OX PA PE PH PL PO PR RG RH RM S SA SE SG SK SL SM SN SO SP SR SS ST SW SY" +
	" TA TD TF TN TQ TR TS TW UB W WA WC WD WF WN WR WS WV YO ZE "

func postcodeStarts() []string {
	starts := []string{"GIR"}
	for area := range strings.FieldsSeq(postcodeAreas) {
		if len(area) == 1 {
			starts = append(starts, pairs(area, decimals)...)
		} else {
			starts = append(starts, area)
		}
	}
	return starts
}

func postcodeCheck(c *classify.Candidate) bool {
	m := c.Match()
	out, in := m, ""
	switch {
	case len(m) >= 5:
		out, in = m[:len(m)-3], m[len(m)-3:]
	case len(c.Text) >= c.End+4 && c.Text[c.End] == ' ':
		in = c.Text[c.End+1 : c.End+4]
		c.End += 4
	}
	if !formed(in, "9AA") || strings.ContainsAny(in, "CIKMOVcikmov") || wordByte(c.After()) || c.Before() == '-' {
		return false
	}
	if out == "GIR" {
		return in == "0AA"
	}
	area := strings.TrimRight(out, decimals+capitals)
	for len(area) < len(out) && out[len(area)] > '9' {
		area = out[:len(area)+1]
	}
	district := out[len(area):]
	return strings.Contains(postcodeAreas, " "+area+" ") && (formed(district, "9") || formed(district, "99") || formed(district, "9A"))
}
