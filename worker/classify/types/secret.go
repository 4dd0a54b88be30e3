package types

import (
	"math"
	"strings"
)

// placeholder reports whether a secret is one that documentation prints or a
// developer has yet to fill in.
func placeholder(secret string) bool {
	s := strings.ToLower(secret)
	for _, p := range []string{
		"example", "changeme", "change-me", "change_me", "placeholder", "xxxx", "****", "0000000000", "1234567890abcdef", "abcdefghij", "your-", "your_", "yourpass", "yoursecret",
		"redacted", "insert-", "insert_", "replace-", "replace_", "dummy", "todo", "fixme", "-here", "_here", "....",
	} {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

// entropy returns Shannon's entropy of s in bits per byte.
func entropy(s string) float64 {
	var count [256]int
	for i := range len(s) {
		count[s[i]]++
	}
	h := 0.0
	for _, n := range count {
		if n > 0 {
			p := float64(n) / float64(len(s))
			h -= p * math.Log2(p)
		}
	}
	return h
}

// verbatim is the Value of secrets, every character of which counts.
func verbatim(dst []byte, match string) []byte { return append(dst, match...) }
