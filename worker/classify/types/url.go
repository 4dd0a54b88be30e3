package types

import (
	"net/netip"
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// maxURL is how much of a URL is read, which is more than most servers take.
const maxURL = 2 << 10

// webURL is a URL of RFC 3986 with an authority whose host can be reached from
// anywhere: a domain under a public suffix, or an address. Whatever else is found
// within it says more, and is reported in its stead. A bare domain counts as one
// where its end is a suffix that is no file's too.
func webURL() *classify.Type {
	return &classify.Type{
		ID:          own("url"),
		Name:        "URL",
		Description: "Addresses of pages and services, and bare domains under the oldest generic suffixes.",
		Publisher:   publisher,
		Category:    classify.CategoryNetwork,
		Recommended: 75,
		Words:       []string{"url", "urls", "link", "links", "website", "web site", "homepage", "site", "webseite", "site web", "sitio web", "sito", "网址", "网站", "ウェブサイト", "웹사이트", "сайт"},
		Rules: []classify.Rule{
			{Shape: classify.Around{Byte: ':', Before: 24, After: maxURL, Next: "/"}, Check: webURLCheck, Strength: classify.Form, Alone: 75, With: 75},
			{Shape: classify.Around{Byte: '.', Before: maxLabel, After: maxURL, Next: smalls}, Check: domainCheck, Strength: classify.Form, Alone: 65, With: 75},
		},
		Value: verbatim,
		Finds: []classify.Sample{
			{Text: "see https://www.example.com/a?b=c#d.", Match: "https://www.example.com/a?b=c#d", Confidence: 75},
			{Text: "(ftp://files.example.org/pub/)", Match: "ftp://files.example.org/pub/", Confidence: 75},
			{Text: "[x](http://example.net/a_(b))", Match: "http://example.net/a_(b)", Confidence: 75},
			{Text: "http://user@example.com:8080/x", Match: "http://user@example.com:8080/x", Confidence: 75},
			{Text: "ask shop.example.com today", Match: "shop.example.com", Confidence: 65},
			{Text: "Website: www.example.org/about", Match: "www.example.org/about", Confidence: 75},
		},
		Leaves: []string{
			"http://localhost:8080/", "http://intranet/page", "http://example.invalid-zone/", "www.example", "://example.com", "a.b.communication", "e.g. command",
			"user@example.com", "main.org.go", "net.Listen", "x.info()",
		},
	}
}

func webURLCheck(c *classify.Candidate) bool {
	rest, ok := strings.CutPrefix(c.Text[c.End:], "//")
	if !ok || c.Start == 0 {
		return false
	}
	start := schemeStart(c)
	n := urlLength(rest)
	authority := rest[:n]
	if i := strings.IndexAny(authority, "/?#"); i >= 0 {
		authority = authority[:i]
	}
	authority = authority[strings.LastIndexByte(authority, '@')+1:]
	if start == c.Start || !reachable(authority) {
		return false
	}
	c.Start, c.End = start, c.End+2+n
	return true
}

// schemeStart returns where the scheme in front of c begins.
func schemeStart(c *classify.Candidate) int {
	start := c.Start
	for start > 0 && (wordByte(c.Text[start-1]) || c.Text[start-1] == '+') {
		start--
	}
	return start
}

// reachable reports whether the host of an authority has a public name or an address.
func reachable(authority string) bool {
	host := authority
	if end := strings.IndexByte(host, ']'); end > 0 && host[0] == '[' {
		_, err := netip.ParseAddr(host[1:end])
		return err == nil
	}
	host, _, _ = strings.Cut(host, ":")
	if validDomain(strings.TrimSuffix(host, ".")) {
		return true
	}
	_, err := netip.ParseAddr(host)
	return err == nil
}

// urlLength returns the length of the URL that s begins with, in front of the
// sentence's punctuation and the brackets around it.
func urlLength(s string) int {
	n, depth := 0, 0
loop:
	for n < len(s) {
		switch b := s[n]; {
		case b <= ' ', strings.IndexByte("<>\"`{}|\\^\x7f", b) >= 0:
			break loop
		case b == '(':
			depth++
		case b == ')':
			if depth--; depth < 0 {
				break loop
			}
		}
		n++
	}
	return len(strings.TrimRight(s[:n], ".,;:!?'*"))
}

// suffixes of bare domains: the generic ones of RFC 1591 and the first that
// followed. Files, methods and words end in many of the others.
const suffixes = " com org net edu gov mil int biz "

func domainCheck(c *classify.Candidate) bool {
	end := c.End
	for end < len(c.Text) && end-c.End < 4 && c.Text[end] >= 'a' && c.Text[end] <= 'z' {
		end++
	}
	if end-c.End != 3 || !strings.Contains(suffixes, " "+c.Text[c.End:end]+" ") || c.Start == 0 || !wordByte(c.Text[c.Start-1]) {
		return false
	}
	rest := c.Text[end:]
	if rest != "" && (wordByte(rest[0]) || strings.IndexByte("-@(", rest[0]) >= 0 || len(rest) > 1 && rest[0] == '.' && wordByte(rest[1])) {
		return false
	}
	start := c.Start
	for start > 0 && domainByte(c.Text[start-1]) {
		start--
	}
	if start > 0 && strings.IndexByte("@/_:", c.Text[start-1]) >= 0 || start == 0 && c.Start >= maxLabel || !validDomain(c.Text[start:end]) {
		return false
	}
	if rest != "" && strings.IndexByte("/:?", rest[0]) >= 0 {
		end += urlLength(rest)
	}
	c.Start, c.End = start, end
	return true
}

// passwordURL is a URL of RFC 3986 whose authority holds a user and a password;
// the match is the whole of it up to the host's end.
func passwordURL() *classify.Type {
	return &classify.Type{
		ID:          own("url-with-password"),
		Name:        "URL with Password",
		Description: "URLs and connection strings that hold a password.",
		Publisher:   publisher,
		Category:    classify.CategoryCredential,
		Recommended: 85,
		Rules: []classify.Rule{{
			Shape:    classify.Around{Byte: ':', Before: 24, After: 300, Next: "/"},
			Check:    passwordURLCheck,
			Strength: classify.Structure,
			Alone:    85,
			With:     85,
		}},
		Value: verbatim,
		Finds: []classify.Sample{
			{Text: "db=postgres://app:u7Gk2QzPp9X@db.example.com:5432/main", Match: "postgres://app:u7Gk2QzPp9X@db.example.com", Confidence: 85},
			{Text: "redis://:s3cr3tPw9@localhost:6379", Match: "redis://:s3cr3tPw9@localhost", Confidence: 85},
		},
		Leaves: []string{"https://example.com/a:b@c", "https://user@example.com", "https://user:@example.com", "http://user:changeme@example.com", "http://u:${PASSWORD}@example.com", "http://u:<password>@example.com", "http://u:********@example.com"},
	}
}

func passwordURLCheck(c *classify.Candidate) bool {
	authority, ok := strings.CutPrefix(c.Text[c.End:], "//")
	if !ok || c.Start == 0 {
		return false
	}
	if i := strings.IndexAny(authority, "/?# \t\r\n\"'`,\\"); i >= 0 {
		authority = authority[:i]
	}
	at := strings.LastIndexByte(authority, '@')
	if at < 0 {
		return false
	}
	_, password, ok := strings.Cut(authority[:at], ":")
	host := at + 1
	for host < len(authority) && domainByte(authority[host]) {
		host++
	}
	start := schemeStart(c)
	if !ok || len(password) < 3 || host == at+1 || start == c.Start || unfilled(password) {
		return false
	}
	c.Start, c.End = start, c.End+2+host
	return true
}

// unfilled reports whether a password is a variable, a mask or a placeholder.
func unfilled(password string) bool {
	switch strings.ToLower(password) {
	case "password", "passwd", "pass", "pwd", "secret", "user", "none", "null":
		return true
	}
	return strings.ContainsAny(password, "<>{}$%[]") || strings.Trim(password, "*") == "" || strings.Trim(password, "x") == "" || placeholder(password)
}
