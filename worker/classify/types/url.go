package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

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
			Shape:    classify.Around{Byte: ':', Before: 24, After: 300},
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
	start := c.Start
	for start > 0 && (wordByte(c.Text[start-1]) || c.Text[start-1] == '+') {
		start--
	}
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
