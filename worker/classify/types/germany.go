package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

const (
	germanyIdentityCardID = "e577372f-c42e-47a0-9d85-bebed1c237d4"
	germanyPassportID     = "2e3da144-d42b-47ed-b123-fbf78604e52c"
	germanyTaxIDID        = "43316a89-9880-40cf-b980-04bc7eefcec5"
)

// germanyTaxID is the Steuerliche Identifikationsnummer of section 139b of the
// Abgabenordnung: among the first ten digits one stands twice or three times
// and every other at most once; the last is of ISO/IEC 7064 MOD 11,10.
func germanyTaxID() *classify.Type {
	return &classify.Type{
		ID:          germanyTaxIDID,
		Name:        "Germany Tax Identification Number",
		Description: "German tax numbers for life (Steuer-IdNr.).",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"DE"},
		Recommended: 75,
		Words: []string{
			"steuer-id", "steuerid", "steuer-idnr", "steueridnr", "idnr", "identifikationsnummer", "steuerliche identifikationsnummer", "steueridentifikationsnummer",
			"steuernummer", "finanzamt", "tin", "tax id", "tax number", "tax identification number", "zinn", "zinn nummer",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"11", "2 3 3 3"}, Seps: " -/"},
			Check:    germanyTaxIDCheck,
			Strength: classify.Structure,
			Alone:    75,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "Steuer-IdNr. 86 095 742 719", Match: "86 095 742 719", Confidence: 85},
			{Text: "65929970489", Match: "65929970489", Confidence: 75},
		},
		Leaves: []string{"idnr 86095742718", "idnr 12345678903", "idnr 02345678901", "idnr 11112345674"},
	}
}

func germanyTaxIDCheck(c *classify.Candidate) bool {
	d := c.Digits
	if d[0] == '0' || !mod1110(d) {
		return false
	}
	var count [10]int
	repeated := 0
	for i, x := range d[:10] {
		count[x-'0']++
		if count[x-'0'] == 2 {
			repeated++
		}
		if i >= 2 && d[i-1] == x && d[i-2] == x {
			return false
		}
	}
	for _, n := range count {
		if n > 3 {
			return false
		}
	}
	return repeated == 1
}

// germanSerial are the characters of German document numbers, which avoid
// vowels and what looks like a digit: BSI TR-03110, Personalausweisverordnung.
const germanSerial = decimals + "CFGHJKLMNPRTVWXYZ"

// germanDocument takes nine characters of a document number, the first of which
// is one of first, and the check digit of ICAO Doc 9303 behind them if it is
// printed. Only the machine-readable zone must print it.
func germanDocument(first string, checked bool) func(*classify.Candidate) bool {
	return func(c *classify.Candidate) bool {
		m := c.Match()
		if checked && (len(m) != 10 || m[9] != mrzDigit(m[:9])) || !checked && len(m) != 9 {
			return false
		}
		n := 0
		for i := range 9 {
			b := upper(m[i])
			if strings.IndexByte(germanSerial, b) < 0 {
				return false
			}
			if b <= '9' {
				n++
			}
		}
		return strings.IndexByte(first, upper(m[0])) >= 0 && n >= 3
	}
}

// germanyIdentityCard is the Personalausweis, whose numbers begin with the
// letter of an authority, or with T followed by digits on cards before 2010.
func germanyIdentityCard() *classify.Type {
	const first = "LMNPRTVWXY"
	shape := classify.Word{Starts: pairs(first, germanSerial), Min: 9, Max: 10, After: reach, Small: true}
	return &classify.Type{
		ID:          germanyIdentityCardID,
		Name:        "Germany Identity Card Number",
		Description: "Numbers of German identity cards, with and without their check digit.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"DE"},
		Recommended: 75,
		Words: []string{
			"personalausweis", "personalausweisnummer", "ausweis", "ausweisnummer", "ausweis-nr", "perso", "identity card", "id card", "id number",
			"identification card", "identifizierungsnummer", "persönliche id-nummer", "personalausweisnr", "persönliche-id-nummer",
		},
		Rules: []classify.Rule{
			{Shape: shape, Check: germanDocument(first, true), Strength: classify.CheckDigit, Alone: 65, With: 85},
			{Shape: shape, Check: germanDocument(first, false), Strength: classify.Form, Alone: 65, With: 75},
		},
		Finds: []classify.Sample{
			{Text: "Personalausweis L01X00T471", Match: "L01X00T471", Confidence: 85},
			{Text: "Ausweisnummer: L01X00T47", Match: "L01X00T47", Confidence: 75},
			{Text: "T22000129", Match: "T22000129", Confidence: 65},
			{Text: "T220001293", Match: "T220001293", Confidence: 65},
			{Text: "t22000129", Match: "t22000129", Confidence: 65},
		},
		Leaves: []string{"ausweis L01X00T472", "ausweis L01A00T47", "ausweis 123456789", "ausweis T2200012", "ausweis LMNPRTVWX"},
	}
}

// germanyPassport is the Reisepass; C, F, G, H, J and K are the authorities'
// letters of passports.
func germanyPassport() *classify.Type {
	const first = "CFGHJK"
	shape := classify.Word{Starts: pairs(first, germanSerial), Min: 9, Max: 10, After: reach, Small: true}
	return &classify.Type{
		ID:          germanyPassportID,
		Name:        "Germany Passport Number",
		Description: "Numbers of German passports, with and without their check digit.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"DE"},
		Recommended: 75,
		Words:       append([]string{"reisepass", "reisepässe", "reisepassnummer", "reisepass-nr", "passnummer", "pass-nr", "passeport allemand"}, passportWords...),
		Rules: []classify.Rule{
			{Shape: shape, Check: germanDocument(first, true), Strength: classify.CheckDigit, Alone: 65, With: 85},
			{Shape: shape, Check: germanDocument(first, false), Strength: classify.Form, With: 75},
		},
		Finds: []classify.Sample{
			{Text: "Reisepass C01X00T478", Match: "C01X00T478", Confidence: 85},
			{Text: "Reisepass C01X00T47 ausgestellt", Match: "C01X00T47", Confidence: 75},
			{Text: "C01X00T478", Match: "C01X00T478", Confidence: 65},
		},
		Leaves: []string{"C01X00T47", "reisepass C01X00T479", "reisepass L01X00T47", "reisepass 901234567"},
	}
}

// germanyPensionNumber is the Versicherungsnummer of section 147 of the Sixth
// Social Code and the VKVV: area, birthday, initial, serial and check digit.
func germanyPensionNumber() *classify.Type {
	return &classify.Type{
		ID:          own("germany-pension-insurance-number"),
		Name:        "Germany Pension Insurance Number",
		Description: "Numbers of the German statutory pension insurance (Rentenversicherungsnummer).",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"DE"},
		Recommended: 75,
		Words: []string{
			"rvnr", "rentenversicherungsnummer", "rentenversicherung", "sozialversicherungsnummer", "sozialversicherungsausweis", "sv-nummer", "svnr",
			"versicherungsnummer", "vsnr", "social security number", "pension insurance",
		},
		Rules: []classify.Rule{{Shape: code("99999999A999"), Check: germanyPensionCheck, Strength: classify.Structure, Alone: 75, With: 85}},
		Finds: []classify.Sample{
			{Text: "RVNR: 15070649C103", Match: "15070649C103", Confidence: 85},
			{Text: "65170839J003", Match: "65170839J003", Confidence: 75},
		},
		Leaves: []string{"rvnr 15070649C104", "rvnr 65070803A012", "rvnr 150706491103", "rvnr 15073249C103", "rvnr 15070649C1030"},
	}
}

func germanyPensionCheck(c *classify.Candidate) bool {
	m := c.Match()
	if !formed(m, "99999999A999") {
		return false
	}
	// Those born on one day who exhausted its serials have 50 added to the day.
	day, month := number([]byte(m[2:4])), number([]byte(m[4:6]))
	if day > 50 {
		day -= 50
	}
	area := number([]byte(m[:2]))
	if area < 2 || area > 89 || !calendar(2000, month, day) {
		return false
	}
	letter := int(upper(m[8])-'A') + 1
	digits := m[:8] + string([]byte{'0' + byte(letter/10), '0' + byte(letter%10)}) + m[9:11]
	sum := 0
	for i, factor := range [12]int{2, 1, 2, 5, 7, 1, 2, 1, 2, 1, 2, 1} {
		p := factor * int(digits[i]-'0')
		sum += p/10 + p%10
	}
	return '0'+byte(sum%10) == m[11]
}

// germanyHealthInsurance is the Krankenversichertennummer of section 290 of the
// Fifth Social Code: a letter, eight digits, and a check digit of weights 1 and
// 2, with the letter as its two-digit place in the alphabet.
func germanyHealthInsurance() *classify.Type {
	return &classify.Type{
		ID:          own("germany-health-insurance-number"),
		Name:        "Germany Health Insurance Number",
		Description: "Numbers of those insured by German statutory health insurers (KVNR).",
		Publisher:   publisher,
		Category:    classify.CategoryHealth,
		Countries:   []string{"DE"},
		Recommended: 75,
		Words: []string{
			"kvnr", "krankenversichertennummer", "krankenversicherungsnummer", "krankenversicherung", "krankenkasse", "versichertennummer", "versicherten-nr",
			"gesundheitskarte", "egk", "egk-nummer", "health insurance number",
		},
		Rules: []classify.Rule{{Shape: small(code("A999999999")), Check: germanyHealthCheck, Strength: classify.CheckDigit, Alone: 65, With: 85}},
		Finds: []classify.Sample{
			{Text: "Krankenkasse KVNR: A123456780", Match: "A123456780", Confidence: 85},
			{Text: "M123456785", Match: "M123456785", Confidence: 65},
		},
		Leaves: []string{"kvnr A123456781", "kvnr A12345678", "kvnr A1234567890", "kvnr 1123456780"},
	}
}

func germanyHealthCheck(c *classify.Candidate) bool {
	m := c.Match()
	if !formed(m, "A999999999") {
		return false
	}
	letter := int(upper(m[0])-'A') + 1
	digits := string([]byte{'0' + byte(letter/10), '0' + byte(letter%10)}) + m[1:9]
	sum := 0
	for i := range len(digits) {
		p := int(digits[i]-'0') * (1 + i%2)
		sum += p/10 + p%10
	}
	return '0'+byte(sum%10) == m[9]
}

// germanyDoctor is the Lebenslange Arztnummer of section 293 of the Fifth Social
// Code: six digits, a check digit of weights 4 and 9, and two for the field.
func germanyDoctor() *classify.Type {
	return &classify.Type{
		ID:          own("germany-doctor-number"),
		Name:        "Germany Doctor Number (LANR)",
		Description: "Numbers of German physicians (Lebenslange Arztnummer).",
		Publisher:   publisher,
		Category:    classify.CategoryHealth,
		Countries:   []string{"DE"},
		Recommended: 75,
		Words:       []string{"lanr", "arztnummer", "lebenslange arztnummer", "arzt-nr", "arzt", "vertragsarzt", "kassenarzt", "doctor number"},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"9", "7 2"}},
			Check:    germanyDoctorCheck,
			Strength: classify.CheckDigit,
			Alone:    65,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "LANR 123456601", Match: "123456601", Confidence: 85},
			{Text: "555555501", Match: "555555501", Confidence: 65},
		},
		Leaves: []string{"lanr 123456901", "lanr 234567601", "lanr 000000001", "lanr 1234566010"},
	}
}

func germanyDoctorCheck(c *classify.Candidate) bool {
	d := c.Digits
	field := number(d[7:])
	return (10-weighted(d[:6], 4, 9, 4, 9, 4, 9)%10)%10 == int(d[6]-'0') && field >= 1 && number(d[:6]) > 0
}

// germanyTaxNumber is the Steuernummer in the form of all states that ELSTER
// uses, thirteen digits: the tax office's four, a zero, and eight more. The
// states' own printed forms have no common check digit.
func germanyTaxNumber() *classify.Type {
	return &classify.Type{
		ID:          own("germany-tax-number"),
		Name:        "Germany Tax Number (Steuernummer)",
		Description: "German tax office numbers, in the uniform form and as the states print them.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"DE"},
		Recommended: 75,
		Words:       []string{"steuernummer", "steuer-nr", "steuernr", "st-nr", "stnr", "st. nr", "st.-nr", "finanzamt", "elster", "tax number"},
		Rules: []classify.Rule{
			{Shape: classify.Number{Layouts: []string{"13"}}, Check: germanyTaxNumberCheck, Strength: classify.Ranges, Alone: 65, With: 75},
			{Shape: classify.Number{Layouts: []string{"3/3/5", "2/3/5", "3/4/4", "2/4/4", "5/5"}}, Strength: classify.Form, With: 75},
		},
		Finds: []classify.Sample{
			{Text: "2893081508152", Match: "2893081508152", Confidence: 65},
			{Text: "Steuernummer 2893081508152", Match: "2893081508152", Confidence: 75},
			{Text: "St.-Nr. 123/456/78901", Match: "123/456/78901", Confidence: 75},
			{Text: "Finanzamt 12/345/67890", Match: "12/345/67890", Confidence: 75},
		},
		Leaves: []string{"123/456/78901", "steuernummer 1781508150001", "steuernummer 0081508150001"},
	}
}

// germanyTaxNumberCheck knows the states by their digits and the zero behind the
// tax office: Berlin 11, Bavaria 9, Baden-Württemberg 28, and so on.
func germanyTaxNumberCheck(c *classify.Candidate) bool {
	d := c.Digits
	if uniform(d[5:]) {
		return false
	}
	switch {
	case d[0] == '1' && (d[1] == '0' || d[1] == '1'), // Saarland, Berlin
		d[0] == '2' && d[1] >= '1' && d[1] <= '9' && d[1] != '5', // the north, Hesse, Rhineland-Palatinate, Baden-Württemberg
		d[0] == '3' && (d[1] <= '2'),                             // Brandenburg, Saxony-Anhalt, Saxony
		d[0] == '4' && (d[1] == '0' || d[1] == '1'),              // Mecklenburg-Western Pomerania, Thuringia
		d[0] == '5' || d[0] == '9':                               // North Rhine-Westphalia, Bavaria
		return d[4] == '0'
	}
	return false
}
