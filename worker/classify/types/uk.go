package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// ukNINO is the National Insurance number: two letters of a prefix in use, six
// digits and A to D (HMRC, National Insurance Manual NIM39110).
func ukNINO() *classify.Type {
	prefixes := pairs("ABCEGHJKLMNOPRSTWXYZ", "ABCEGHJKLMNPRSTWXYZ")
	return &classify.Type{
		ID:          "16c07343-c26f-49d2-a987-3daf717e94cc",
		Name:        "U.K. National Insurance Number (NINO)",
		Description: "National Insurance numbers of the United Kingdom.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"GB"},
		Recommended: 75,
		Words: []string{
			"national insurance", "national insurance number", "national insurance no", "national insurance contributions", "ni number", "ni no", "ni#", "nino",
			"insurance number", "insurance no", "protection act", "social security", "hmrc", "paye", "yswiriant gwladol", "rhif yswiriant gwladol",
		},
		// In small letters only the unspaced form counts, or every short word
		// of a text would be looked at.
		Rules: []classify.Rule{
			{Shape: classify.Word{Starts: prefixes, Min: 2, Max: 2, Before: 2, After: reach}, Check: ninoCheck, Strength: classify.Ranges, Alone: 75, With: 85},
			{Shape: small(classify.Word{Starts: prefixes, Min: 9, Max: 9, Before: 2, After: reach}), Check: ninoCheck, Strength: classify.Ranges, Alone: 75, With: 85},
		},
		Finds: []classify.Sample{
			{Text: "NI number QQ 12 34 56 C, or AB 12 34 56 C", Match: "AB 12 34 56 C", Confidence: 85},
			{Text: "nino: PR 123612C", Match: "PR 123612C", Confidence: 85},
			{Text: "ref AA123456A", Match: "AA123456A", Confidence: 75},
			{Text: "NINO JK-12-34-56-D", Match: "JK-12-34-56-D", Confidence: 85},
		},
		Leaves: []string{"nino AA 12 34 56 H", "nino AB 12 34 56 1", "nino FQ 00 00 00 C", "nino BG123456A", "nino GB123456A", "nino AO123456A", "nino AA123456AB", "nino AA12 34 5 6A"},
	}
}

// ninoCheck reads two letters, digits in pairs or together, and the suffix, with
// one kind of separator or none between the parts.
func ninoCheck(c *classify.Candidate) bool {
	s := c.Text[c.Start:]
	switch string([]byte{upper(s[0]), upper(s[1])}) {
	case "BG", "GB", "KN", "NK", "NT", "TN", "ZZ": // for administration
		return false
	}
	digits, sep, i := 0, byte(0), 2
	for ; i < len(s) && digits < 6; i++ {
		switch b := s[i]; {
		case b >= '0' && b <= '9':
			digits++
		case (b == ' ' || b == '-') && digits%2 == 0 && (sep == 0 || sep == b) && s[i-1] != b:
			sep = b
		default:
			return false
		}
	}
	if i < len(s) && (s[i] == ' ' || s[i] == '-') && (sep == 0 || sep == s[i]) {
		if sep == 0 {
			return false
		}
		i++
	}
	if digits < 6 || i >= len(s) || upper(s[i]) < 'A' || upper(s[i]) > 'D' || i+1 < len(s) && wordByte(s[i+1]) || c.Before() == '-' {
		return false
	}
	c.End = c.Start + i + 1
	return true
}

// ukUTR is the Unique Taxpayer Reference: a check digit, which is 2 1 9 8 7 6 5 4
// 3 2 1 at the remainder of the other nine weighted 6, 7, 8, 9, 10, 5, 4, 3, 2
// modulo 11 (HMRC, Specification for check digits of tax references).
func ukUTR() *classify.Type {
	return &classify.Type{
		ID:          "ad4a8116-0db8-439a-b545-6d967642f0ec",
		Name:        "U.K. Unique Taxpayer Reference Number",
		Description: "Tax references of the United Kingdom, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"GB"},
		Recommended: 85,
		Words: []string{
			"utr", "utr number", "utr no", "unique taxpayer reference", "taxpayer reference", "tax reference", "tax reference number", "tax number", "tax id",
			"tax identification", "tax no", "tin", "hmrc", "self assessment", "corporation tax", "cyfeirnod trethdalwr unigryw",
		},
		Rules: []classify.Rule{{
			Shape:    classify.Number{Layouts: []string{"10", "5 5"}},
			Check:    func(c *classify.Candidate) bool { return utr(c.Digits) && !uniform(c.Digits) },
			Strength: classify.CheckDigit,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "UTR 5123456787", Match: "5123456787", Confidence: 85},
			{Text: "HMRC tax reference 51123 45678", Match: "51123 45678", Confidence: 85},
		},
		Leaves: []string{"5123456787", "utr 6123456787", "utr 112345678"},
	}
}

func utr(d []byte) bool {
	return d[0] == "21987654321"[weighted(d[1:], 6, 7, 8, 9, 10, 5, 4, 3, 2)%11]
}

// ukDriver is the driver number: five letters of the surname, filled with 9, the
// decade, month (with 5 added for women), day and year of birth, two initials or
// 9, and three characters of the agency's (DVLA, INF1D; DfT, D1 form).
func ukDriver() *classify.Type {
	return &classify.Type{
		ID:          "f93de4be-d94c-40df-a8be-461738047551",
		Name:        "U.K. Driver's License Number",
		Description: "Numbers of British driving licences.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"GB"},
		Recommended: 75,
		Words: append([]string{
			"dvla", "dvla number", "driver number", "licence", "license", "uk licence", "light vans", "quad bikes", "motor cars", "125cc", "sidecar", "tricycles", "motorcycles",
			"photocard licence", "learner drivers", "licence holder", "licence holders", "vehicle categories", "paper counterpart", "trwydded yrru",
		}, licenceWords...),
		Rules: []classify.Rule{{
			Shape:    small(code("A****999999*****", "A****999999*******")),
			Check:    ukDriverCheck,
			Strength: classify.Structure,
			Alone:    65,
			With:     75,
		}},
		Finds: []classify.Sample{
			{Text: "Driving licence MORGA657054SM9IJ", Match: "MORGA657054SM9IJ", Confidence: 75},
			{Text: "FO999512018AA1AB", Match: "FO999512018AA1AB", Confidence: 65},
			{Text: "dvla: JONES710153J99EF18", Match: "JONES710153J99EF18", Confidence: 75},
		},
		Leaves: []string{"MORGA601324SM9IJ", "MORGA6570544SM9IJ", "MO9G9657054SM9IJ", "licence MORGA657004SM9IJ", "licence 9ORGA657054SM9IJ", "licence MORGA602304SM9IJ"},
	}
}

func ukDriverCheck(c *classify.Candidate) bool {
	m := c.Match()
	if len(m) == 18 && formed(m[16:], "99") {
		m = m[:16] // the licence's issue number
	}
	if len(m) != 16 || !formed(m[5:11], "999999") || !formed(m[13:], "***") {
		return false
	}
	name := strings.TrimRight(m[:5], "9")
	if name == "" || !formed(name, "AAAAA"[:len(name)]) {
		return false
	}
	for i := 11; i < 13; i++ {
		if m[i] != '9' && !formed(m[i:i+1], "A") || i == 12 && m[11] == '9' && m[12] != '9' {
			return false
		}
	}
	d := []byte(m[5:11])
	month := number(d[1:3])
	if month > 50 {
		month -= 50
	}
	year := int(d[0]-'0')*10 + int(d[5]-'0')
	return calendar(2000+year, month, number(d[3:5]))
}

// ukElectoral is the roll number: the letters of a polling district and up to
// four digits (Representation of the People Regulations 2001).
func ukElectoral() *classify.Type {
	return &classify.Type{
		ID:          "a3eea206-dc0c-4f06-9e22-aa1be3059963",
		Name:        "U.K. Electoral Roll Number",
		Description: "Numbers in the British registers of electors, reported only where a word close to them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Countries:   []string{"GB"},
		Recommended: 75,
		Proximity:   60,
		Words: []string{
			"electoral", "electoral roll", "electoral roll number", "electoral number", "electoral register", "electoral registration", "elector number",
			"council nomination", "nomination form", "register of electors", "polling district", "cofrestr etholiadol", "rhif etholiadol",
		},
		Rules: []classify.Rule{{
			Shape:    code("AA9", "AA99", "AA999", "AA9999"),
			Check:    written("AA9", "AA99", "AA999", "AA9999"),
			Strength: classify.Form,
			With:     75,
		}},
		Finds: []classify.Sample{
			{Text: "Electoral roll number: KA1234", Match: "KA1234", Confidence: 75},
			{Text: "electoral number BD12", Match: "BD12", Confidence: 75},
		},
		Leaves: []string{"KA1234", "electoral K1234", "electoral KA12345"},
	}
}
