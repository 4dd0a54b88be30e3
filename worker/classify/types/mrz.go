package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// maxZone is the longest zone, three lines of thirty characters, with an escaped
// end of line behind each.
const maxZone = 90 + 3*4

// machineReadableZone is the zone of a passport, an identity card or a visa
// (ICAO Doc 9303, parts 4 to 7): two or three lines of fixed length with check
// digits of weights 7, 3, 1 over the number, the dates and, but for visas, all
// of these together.
func machineReadableZone() *classify.Type {
	return &classify.Type{
		ID:          own("machine-readable-zone"),
		Name:        "Machine-readable Zone (MRZ)",
		Description: "The machine-readable lines of passports, identity cards and visas.",
		Publisher:   publisher,
		Category:    classify.CategoryIdentity,
		Recommended: 85,
		Rules: []classify.Rule{{
			Shape:    classify.Around{Byte: '<', Before: 45, After: maxZone},
			Check:    zoneCheck,
			Strength: classify.Structure,
			Alone:    85,
			With:     85,
		}},
		Finds: []classify.Sample{
			{Text: "scan:\n" + sampleTD3 + "\nend", Match: sampleTD3, Confidence: 85},
			{Text: sampleTD2, Match: sampleTD2, Confidence: 85},
			{Text: `{"mrz":"` + strings.ReplaceAll(sampleTD1, "\n", `\n`) + `"}`, Match: strings.ReplaceAll(sampleTD1, "\n", `\n`), Confidence: 85},
			{Text: strings.ReplaceAll(sampleTD3, "\n", ""), Match: strings.ReplaceAll(sampleTD3, "\n", ""), Confidence: 85},
			{Text: sampleVisa, Match: sampleVisa, Confidence: 85},
		},
		Leaves: []string{
			strings.Replace(sampleTD3, "L898902C36", "L898902C37", 1),
			strings.Replace(sampleTD3, "7408122F", "7408132F", 1),
			strings.Replace(sampleTD1, "D231458907", "D231458908", 1),
			strings.Replace(sampleTD2, "<6", "<7", 1),
			"x" + sampleTD3, sampleTD3[:80], "P<UTO<<<<", "if (a<b) { c<<=2 }",
		},
	}
}

// The samples are the specimens of the country of Utopia that ICAO prints.
const (
	sampleTD3  = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
	sampleTD2  = "I<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<\nD231458907UTO7408122F1204159<<<<<<<6"
	sampleTD1  = "I<UTOD231458907<<<<<<<<<<<<<<<\n7408122F1204159UTO<<<<<<<<<<<6\nERIKSSON<<ANNA<MARIA<<<<<<<<<<"
	sampleVisa = "V<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL8988901C4XXX4009078F96121096ZE184226B<<<<<<"
)

// zoneCheck looks at the first '<' of a zone: all that stands before it in the
// zone are letters and digits.
func zoneCheck(c *classify.Candidate) bool {
	start := c.Start
	for start > 0 && zoneByte(c.Text[start-1]) && c.Text[start-1] != '<' {
		start--
	}
	if start > 1 && c.Text[start-2:start] == `\n` {
		// The escaped end of a line.
	} else if start > 0 && (wordByte(c.Text[start-1]) || c.Text[start-1] == '<') {
		return false
	}
	if start == c.Start || strings.IndexByte("PIACV", c.Text[start]) < 0 {
		return false
	}
	for _, z := range zones {
		if lines, n := zoneLines(c.Text[start:], z.lines, z.length); n > 0 && z.check(lines) {
			c.Start, c.End = start, start+n
			return true
		}
	}
	return false
}

func zoneByte(b byte) bool { return b >= 'A' && b <= 'Z' || b >= '0' && b <= '9' || b == '<' }

// A zone is a size of document: TD3, TD2 and TD1 of ICAO Doc 9303.
type zone struct {
	lines, length int
	check         func(lines string) bool // of all lines, joined
}

var zones = []zone{
	{lines: 2, length: 44, check: func(s string) bool { return passportZone(s[:44], s[44:]) }},
	{lines: 2, length: 36, check: func(s string) bool { return cardZone(s[:36], s[36:]) }},
	{lines: 3, length: 30, check: func(s string) bool { return smallCardZone(s[:30], s[30:60], s[60:]) }},
}

// zoneLines reads lines of a fixed length, with an end of line, real or escaped,
// or nothing between them. It returns them joined, and the length of all, or 0.
func zoneLines(s string, lines, length int) (joined string, n int) {
	var b strings.Builder
	for i := range lines {
		if i > 0 {
			rest := strings.TrimPrefix(strings.TrimPrefix(s[n:], `\r`), `\n`)
			n = len(s) - len(strings.TrimLeft(rest, " \r\n"))
		}
		if n+length > len(s) {
			return "", 0
		}
		for _, c := range []byte(s[n : n+length]) {
			if !zoneByte(c) {
				return "", 0
			}
		}
		b.WriteString(s[n : n+length])
		n += length
	}
	if n < len(s) && (wordByte(s[n]) || s[n] == '<') {
		return "", 0
	}
	return b.String(), n
}

// checked reports whether the last character is the check digit of those before.
func checked(s string) bool {
	last := len(s) - 1
	return mrzDigit(s[:last]) == s[last]
}

// dated reports whether s begins with a date that may have unknown parts, and
// its check digit.
func dated(s string) bool {
	for _, b := range []byte(s[:6]) {
		if b != '<' && (b < '0' || b > '9') {
			return false
		}
	}
	return checked(s[:7])
}

// issuer reports whether s is a state's code or an organisation's: letters,
// filled up at the end.
func issuerCode(s string) bool {
	name := strings.TrimRight(s, "<")
	return name != "" && strings.Trim(name, capitals) == ""
}

func passportZone(first, second string) bool {
	visa := first[0] == 'V'
	if first[0] != 'P' && !visa || !commonZone(first, second) {
		return false
	}
	if visa {
		return true
	}
	personal := checked(second[28:43]) || strings.Trim(second[28:43], "<") == ""
	return personal && checked(second[:10]+second[13:20]+second[21:44])
}

func cardZone(first, second string) bool {
	if first[0] == 'V' {
		return commonZone(first, second)
	}
	number := checked(second[:10]) || longNumber(second[:10], second[28:35])
	return number && issuerCode(first[2:5]) && issuerCode(second[10:13]) && dated(second[13:]) && dated(second[21:]) &&
		checked(second[:10]+second[13:20]+second[21:36])
}

// commonZone checks what the second line of passports and of visas begins with.
func commonZone(first, second string) bool {
	return issuerCode(first[2:5]) && issuerCode(second[10:13]) && checked(second[:10]) && dated(second[13:]) && dated(second[21:])
}

func smallCardZone(first, second, _ string) bool {
	number := checked(first[5:15]) || longNumber(first[5:15], first[15:])
	return number && first[0] != 'P' && first[0] != 'V' && issuerCode(first[2:5]) && issuerCode(second[15:18]) && dated(second) && dated(second[8:]) &&
		checked(first[5:]+second[:7]+second[8:15]+second[18:30])
}

// longNumber reports whether a number of more than nine characters goes on in
// the optional data, the last character before the filler being its check digit.
func longNumber(number, optional string) bool {
	rest, _, _ := strings.Cut(optional, "<")
	return number[9] == '<' && len(rest) > 1 && checked(number[:9]+rest)
}
