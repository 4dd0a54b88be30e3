package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// maxKey is more than the text of the longest key in use, RSA with 16,384 bits.
const maxKey = 16 << 10

// minKeyBody is less than the Base64 of the shortest, an Ed25519 key of 48 bytes.
const minKeyBody = 60

// privateKey is a private key in the textual encodings of RFC 7468 and RFC 1421
// (PEM), OpenSSH's and RFC 9580's (PGP): a line that begins it, headers, Base64
// and, unless the text ends first, the line that ends it. A line alone is a
// program that speaks of keys.
func privateKey() *classify.Type {
	return &classify.Type{
		ID:          own("private-key-block"),
		Name:        "Private Key",
		Description: "Private key blocks: PEM, OpenSSH and PGP.",
		Publisher:   publisher,
		Category:    classify.CategoryCredential,
		Recommended: 85,
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: []string{"BEGIN"}, Before: 6, After: maxKey},
			Check:    privateKeyCheck,
			Strength: classify.Structure,
			Alone:    85,
			With:     85,
		}},
		Value: verbatim,
		Finds: []classify.Sample{
			{Text: "key:\n" + samplePEM + "\nend", Match: samplePEM, Confidence: 85},
			{Text: `"` + strings.ReplaceAll(samplePEM, "\n", `\n`) + `"`, Match: strings.ReplaceAll(samplePEM, "\n", `\n`), Confidence: 85},
			{Text: samplePGP, Match: samplePGP, Confidence: 85},
			{Text: sampleRSA, Match: sampleRSA, Confidence: 85},
			{Text: strings.TrimSuffix(samplePEM, "\n-----END PRIVATE KEY-----"), Match: strings.TrimSuffix(samplePEM, "\n-----END PRIVATE KEY-----"), Confidence: 85},
		},
		Leaves: []string{
			"-----BEGIN PRIVATE KEY-----",
			"-----BEGIN PRIVATE KEY-----\n...\n-----END PRIVATE KEY-----",
			strings.ReplaceAll(samplePEM, "PRIVATE", "PUBLIC"),
			"BEGIN PRIVATE KEY\n" + sampleBody,
			strings.Replace(samplePEM, "END PRIVATE", "END RSA PRIVATE", 1),
			"-----BEGIN PRIVATE KEY-----\n" + strings.Repeat("A", 64) + "\n-----END PRIVATE KEY-----",
		},
	}
}

// The samples hold random bytes, and are nobody's keys.
const (
	sampleBody = "q83vEjRWeJCrze8SNFZ4kBLaPsR1Yw0gU5nXbT9mKdOeHf7jVi2lQyAuCzrDt4GB"
	samplePEM  = "-----BEGIN PRIVATE KEY-----\n" + sampleBody + "\n-----END PRIVATE KEY-----"
	samplePGP  = "-----BEGIN PGP PRIVATE KEY BLOCK-----\nVersion: 2\n\n" + sampleBody + "\n=aB3d\n-----END PGP PRIVATE KEY BLOCK-----"
	sampleRSA  = "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,0A1B2C3D4E5F\n\n" + sampleBody + "\n-----END RSA PRIVATE KEY-----"
)

func privateKeyCheck(c *classify.Candidate) bool {
	label, _, ok := strings.Cut(c.Text[c.End:min(len(c.Text), c.End+48)], "-----")
	if !ok || !strings.HasPrefix(label, " ") || !strings.HasSuffix(c.Text[:c.Start], "-----") || !privateLabel(label[1:]) {
		return false
	}
	at := c.End + len(label) + len("-----")
	at += skipHeaders(c.Text[at:])
	end, kept := at, 0
	var seen [256]bool
	distinct := 0
	for ; end < len(c.Text); end++ {
		b := c.Text[end]
		if keyByte(b) {
			kept++
			if !seen[b] {
				seen[b] = true
				distinct++
			}
		} else if strings.IndexByte(" \t\r\n\\\"'+,>|;", b) < 0 {
			break
		}
	}
	if kept < minKeyBody || distinct < 16 {
		return false
	}
	switch foot := "-----END" + label + "-----"; {
	case strings.HasPrefix(c.Text[end:], foot):
		end += len(foot)
	case strings.HasPrefix(c.Text[end:], "-----"):
		return false
	default: // cut off
		end = at + len(strings.TrimRight(c.Text[at:end], " \t\r\n\\\"'+,>|;"))
	}
	c.Start -= len("-----")
	c.End = end
	return true
}

// privateLabel accepts the labels of private keys: RFC 7468 sections 10 and 11,
// OpenSSL's by algorithm, OpenSSH's and PGP's.
func privateLabel(label string) bool {
	kind, ok := strings.CutSuffix(label, "PRIVATE KEY")
	switch {
	case label == "PGP PRIVATE KEY BLOCK":
		return true
	case !ok:
		return false
	}
	switch kind {
	case "", "RSA ", "EC ", "DSA ", "DH ", "ENCRYPTED ", "OPENSSH ", "ED25519 ", "ANY ":
		return true
	}
	return false
}

// skipHeaders returns the length of the line's end and the "Name: value" lines
// at the start of s.
func skipHeaders(s string) int {
	at := 0
	for range 10 {
		line, _, ok := strings.Cut(s[at:min(len(s), at+200)], "\n")
		if !ok || strings.TrimSpace(line) != "" && !strings.Contains(line, ": ") {
			break
		}
		at += len(line) + 1
	}
	return at
}

// keyByte reports whether b is Base64. A checksum line begins with '='.
func keyByte(b byte) bool {
	return wordByte(b) && b != '_' || b == '+' || b == '/' || b == '='
}
