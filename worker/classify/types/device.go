package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// vin is a vehicle's number of ISO 3779: seventeen characters without I, O and
// Q, of which North America makes the ninth a check digit modulo 11 (49 CFR
// 565.15).
func vin() *classify.Type {
	shape := classify.Word{Starts: pairs(vinAlphabet, vinAlphabet), Min: 17, Max: 17, Before: 1, After: reach}
	return &classify.Type{
		ID:          own("vehicle-identification-number"),
		Name:        "Vehicle Identification Number (VIN)",
		Description: "Numbers of cars and other vehicles.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Recommended: 75,
		Words: []string{
			"vin", "vin number", "vin no", "vin#", "vehicle identification", "vehicle identification number", "vehicle", "chassis", "chassis number", "chassis no",
			"fahrgestellnummer", "fahrzeug-identifizierungsnummer", "fin", "numéro de châssis", "châssis", "bastidor", "número de bastidor",
			"telaio", "numero di telaio", "chassisnummer", "número de chassi", "numer vin", "вин", "номер кузова", "车架号", "車台番号", "차대번호",
		},
		Rules: []classify.Rule{
			{Shape: shape, Check: func(c *classify.Candidate) bool { return vinForm(c.Match()) && vinDigit(c.Match()) }, Strength: classify.CheckDigit, Alone: 65, With: 85},
			{Shape: shape, Check: func(c *classify.Candidate) bool {
				return vinForm(c.Match()) && !vinDigit(c.Match()) && !american(c.Match())
			}, Strength: classify.Form, With: 75},
		},
		Finds: []classify.Sample{
			{Text: "VIN 1M8GDM9AXKP042788", Match: "1M8GDM9AXKP042788", Confidence: 85},
			{Text: "5GZCZ43D13S812715", Match: "5GZCZ43D13S812715", Confidence: 65},
			{Text: "Fahrgestellnummer WVWZZZ1JZXW000001", Match: "WVWZZZ1JZXW000001", Confidence: 75},
		},
		Leaves: []string{"vin 1M8GDM9AYKP042788", "vin 1M8GDM9AXKP04278O", "WVWZZZ1JZXW000001", "vin ABCDEFGHJKLMNPRST", "vin 1M8GDM9AXKP04278"},
	}
}

const vinAlphabet = "ABCDEFGHJKLMNPRSTUVWXYZ0123456789"

func vinForm(s string) bool {
	digits := 0
	for i := range len(s) {
		if strings.IndexByte(vinAlphabet, s[i]) < 0 {
			return false
		}
		if s[i] <= '9' {
			digits++
		}
	}
	// The last four of every maker are digits: ISO 3779, 5.3.
	return digits >= 5 && digits < 17 && formed(s[13:], "9999")
}

// american reports whether the world manufacturer code is one of North America.
func american(s string) bool { return s[0] >= '1' && s[0] <= '5' }

func vinDigit(s string) bool {
	const values = "12345678 12345 7 923456789" // of A to Z
	weights := [17]int{8, 7, 6, 5, 4, 3, 2, 10, 0, 9, 8, 7, 6, 5, 4, 3, 2}
	sum := 0
	for i, w := range weights {
		v := s[i]
		if v > '9' {
			v = values[v-'A']
		}
		sum += w * int(v-'0')
	}
	return s[8] == "0123456789X"[sum%11]
}

// imei is the number of a mobile device: eight digits of the type, six of the
// serial, and Luhn's digit (3GPP TS 23.003, 6.2).
func imei() *classify.Type {
	return &classify.Type{
		ID:          own("imei"),
		Name:        "International Mobile Equipment Identity (IMEI)",
		Description: "Numbers of mobile devices, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryNetwork,
		Recommended: 75,
		Words:       []string{"imei", "imei number", "imei no", "imei1", "imei2", "imeisv", "mobile equipment identity", "equipment identity", "device id", "handset", "gerätenummer", "串号", "端末識別番号", "단말기 식별번호"},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"15", "2 6 6 1", "6 2 6 1", "8 6 1"}},
			Check:    func(c *classify.Candidate) bool { return luhn(c.Digits) && !uniform(c.Digits) },
			Strength: classify.CheckDigit,
			With:     75,
		}},
		Finds: []classify.Sample{
			{Text: "IMEI 490154203237518", Match: "490154203237518", Confidence: 75},
			{Text: "imei: 35-209900-176148-1", Match: "35-209900-176148-1", Confidence: 75},
		},
		Leaves: []string{"490154203237518", "imei 490154203237519", "imei 000000000000000"},
	}
}
