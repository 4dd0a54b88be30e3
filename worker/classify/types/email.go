package types

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"github.com/classifyd/classifyd/worker/classify"
)

// The lengths of RFC 5321 section 4.5.3.1 and RFC 1035 section 2.3.4.
const (
	maxLocal  = 64
	maxDomain = 253
	maxLabel  = 63
)

// email is an address as in RFC 5321, with letters of any script (RFC 6531),
// without quoted local parts and address literals, whose top-level domain
// exists.
func email() *classify.Type {
	return &classify.Type{
		ID:          own("email-address"),
		Name:        "E-mail Address",
		Description: "E-mail addresses in a top-level domain that exists.",
		Publisher:   publisher,
		Category:    classify.CategoryContact,
		Recommended: 85,
		Rules: []classify.Rule{{
			Shape:    classify.Around{Byte: '@', Before: maxLocal + maxPassword, After: maxDomain + 2},
			Check:    emailCheck,
			Strength: classify.Structure,
			Alone:    85,
			With:     85,
		}},
		Value: func(dst []byte, match string) []byte { return append(dst, strings.ToLower(match)...) },
		Finds: []classify.Sample{
			{Text: "write to Jane.Doe+lists@mail.example.co.uk.", Match: "Jane.Doe+lists@mail.example.co.uk", Confidence: 85},
			{Text: "<mailto:o'neill@example.com>", Match: "o'neill@example.com", Confidence: 85},
			{Text: "почта: вася@почта.рф!", Match: "вася@почта.рф", Confidence: 85},
			{Text: "邮箱是jane@example.com。", Match: "jane@example.com", Confidence: 85},
			{Text: "a@b.io,c@d.io", Match: "c@d.io", Confidence: 85},
			{Text: "'quoted@example.org'", Match: "quoted@example.org", Confidence: 85},
		},
		Leaves: []string{
			"user@localhost", "icon@2x.png", "pkg@1.2.3", "a..b@example.com", ".a@example.com", "a.@example.com",
			"a@-example.com", "a@example-.com", "@example.com", "a@.com", "a@example..com", "user@host.internal-zone",
			"j***@example.com", "https://user:secret@example.com/", "ssh://git@example.com/repo",
		},
	}
}

// maxPassword is how far in front of a local part the scheme of a URL is looked for.
const maxPassword = 64

func emailCheck(c *classify.Candidate) bool {
	at := c.Start
	end := domainEnd(c.Text, at+1)
	if end < 0 {
		return false
	}
	start := localStart(c.Text[:at], ascii(c.Text[at:end]))
	local := c.Text[start:at]
	if len(local) == 0 || len(local) > maxLocal || local[0] == '.' || local[len(local)-1] == '.' || strings.Contains(local, "..") {
		return false
	}
	c.Start, c.End = start, end
	return !inUserinfo(c.Text[:start])
}

// domainEnd returns where the domain that begins at start ends, or -1. Letters
// beyond ASCII are taken only if the domain needs them: the next sentence may
// follow without a space.
func domainEnd(s string, start int) int {
	trim := func(end int) int {
		for end > start && (s[end-1] == '.' || s[end-1] == '-') {
			end--
		}
		return end
	}
	end := start
	for end < len(s) && domainByte(s[end]) {
		end++
	}
	if e := trim(end); validDomain(s[start:e]) {
		return e
	}
	for end < len(s) {
		if s[end] >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[end:])
			if !unicode.In(r, unicode.L, unicode.M, unicode.Nd) {
				break
			}
			end += n
		} else if domainByte(s[end]) {
			end++
		} else {
			break
		}
	}
	if e := trim(end); !ascii(s[start:e]) && validDomain(s[start:e]) {
		return e
	}
	return -1
}

// localStart returns where the local part at the end of s begins. In front of
// an ASCII domain a script written without spaces is the sentence around it.
func localStart(s string, asciiDomain bool) int {
	start := len(s)
	for start > 0 {
		if s[start-1] < utf8.RuneSelf {
			if !localByte(s[start-1]) {
				break
			}
			start--
			continue
		}
		r, n := utf8.DecodeLastRuneInString(s[:start])
		if !unicode.In(r, unicode.L, unicode.M, unicode.Nd) ||
			asciiDomain && unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul, unicode.Thai) {
			break
		}
		start -= n
	}
	for start < len(s) && s[start] == '\'' { // an opening quote
		start++
	}
	return start
}

func ascii(s string) bool {
	for _, b := range []byte(s) {
		if b >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// inUserinfo reports whether before leads from the scheme of a URL to its '@'.
func inUserinfo(before string) bool {
	if before == "" || before[len(before)-1] != ':' && before[len(before)-1] != '/' {
		return false
	}
	if i := strings.LastIndexAny(before, " \t\r\n\"'<>()"); i >= 0 {
		before = before[i:]
	}
	return strings.Contains(before, "://")
}

// localByte reports whether b may stand in a local part. Of RFC 5322's atext
// those are left out that separate addresses from what stands before them in
// URLs, code and tables, and the asterisk that masks them.
func localByte(b byte) bool {
	return wordByte(b) || strings.IndexByte(".+-'!#$%^~", b) >= 0
}

func domainByte(b byte) bool {
	return wordByte(b) && b != '_' || b == '.' || b == '-'
}

func validDomain(domain string) bool {
	if len(domain) > maxDomain || !strings.Contains(domain, ".") {
		return false
	}
	for label := range strings.SplitSeq(domain, ".") {
		if label == "" || len(label) > maxLabel || label[0] == '-' || label[len(label)-1] == '-' {
			return false
		}
	}
	name := strings.ToLower(domain)
	if !ascii(domain) {
		var err error
		if name, err = idna.Lookup.ToASCII(domain); err != nil {
			return false
		}
	}
	// A suffix that is on nobody's list is the bare last label: no such domain.
	suffix, icann := publicsuffix.PublicSuffix(name)
	return icann || strings.Contains(suffix, ".")
}
