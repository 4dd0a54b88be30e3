package types

import "github.com/classifyd/classifyd/worker/classify"

// malaysiaIdentity is the MyKad: birthday, place of birth, serial (Jabatan
// Pendaftaran Negara). It has no check digit.
func malaysiaIdentity() *classify.Type {
	return &classify.Type{
		ID:          "7f0e921c-9677-435b-aba2-bb8f1013c749",
		Name:        "Malaysia Identification Card Number",
		Description: "Numbers of Malaysian identity cards, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"MY"},
		Recommended: 85,
		Words: []string{
			"mykad", "mykas", "nric", "kad pengenalan", "kad pengenalan diri", "no kad pengenalan", "no. kp", "nombor kad pengenalan", "ic no",
			"ic number", "ic#", "digital application card", "kad aplikasi digital", "identification card", "identity card", "malaysia",
		},
		Rules: []classify.Rule{
			{
				Shape:    classify.Number{Layouts: []string{"12", "6-2-4"}},
				Check:    malaysiaIdentityCheck,
				Strength: classify.Ranges, With: 85,
			},
		},
		Finds: []classify.Sample{
			{Text: "MyKad 880419-14-5567", Match: "880419-14-5567", Confidence: 85},
			{Text: "No. KP: 010203101234", Match: "010203101234", Confidence: 85},
		},
		Leaves: []string{"880419-14-5567", "mykad 881319-14-5567", "mykad 880419-17-5567"},
	}
}

// malaysiaIdentityCheck knows the places: states, countries by region, and
// those whose place is not known.
func malaysiaIdentityCheck(c *classify.Candidate) bool {
	place := number(c.Digits[6:8])
	known := place >= 1 && place <= 16 || place >= 21 && place <= 59 || place >= 60 && place <= 68 || place == 71 || place == 72 ||
		place >= 74 && place <= 79 || place >= 82 && place <= 93 || place == 98 || place == 99
	return birthday(c.Digits) && known
}
