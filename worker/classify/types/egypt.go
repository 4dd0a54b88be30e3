package types

import "github.com/classifyd/classifyd/worker/classify"

// egyptIdentity is the national ID: century, birthday, governorate, serial, sex
// and a check digit whose rule the Civil Status Organization does not publish,
// so that only the other parts are checked.
func egyptIdentity() *classify.Type {
	return &classify.Type{
		ID:          own("egypt-national-id"),
		Name:        "Egypt National ID",
		Description: "Egyptian national identity numbers.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"EG"},
		Recommended: 75,
		Words:       []string{"الرقم القومي", "رقم قومي", "بطاقة الرقم القومي", "رقم البطاقة", "بطاقة شخصية", "national id", "egyptian id", "egypt national id"},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"14"}},
				Check:    egyptIdentityCheck,
				Strength: classify.Ranges, Alone: 65, With: 75,
			},
		},
		Finds: []classify.Sample{
			{Text: "الرقم القومي 29001012100231", Match: "29001012100231", Confidence: 75},
			{Text: "30105150101234", Match: "30105150101234", Confidence: 65},
		},
		Leaves: []string{"egyptian id 19001012100231", "egyptian id 29013012100231", "egyptian id 29001019900231"},
	}
}

func egyptIdentityCheck(c *classify.Candidate) bool {
	d := c.Digits
	if d[0] != '2' && d[0] != '3' || !calendar(1700+100*int(d[0]-'0')+number(d[1:3]), number(d[3:5]), number(d[5:7])) {
		return false
	}
	governorate := number(d[7:9])
	return governorate >= 1 && governorate <= 4 || governorate >= 11 && governorate <= 19 || governorate >= 21 && governorate <= 29 || governorate >= 31 && governorate <= 35 || governorate == 88
}
