package types

import (
	"encoding/base64"
	"encoding/json"
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// maxJWT is more than what servers take in a header.
const maxJWT = 8 << 10

// jwt is a JSON Web Token in compact form (RFC 7519, RFC 7515): a header that is
// JSON and names its algorithm, a payload, and a signature.
func jwt() *classify.Type {
	const sample = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbm4iLCJpYXQiOjE3MDAwMDAwMDB9.q83vEjRWeJCrze8SNFZ4kBLaPsR1Yw0gU5nXbT9mKdO"
	return &classify.Type{
		ID:          own("json-web-token"),
		Name:        "JSON Web Token (JWT)",
		Description: "Signed tokens that prove who their bearer is.",
		Publisher:   publisher,
		Category:    classify.CategoryCredential,
		Recommended: 75,
		Words:       []string{"bearer", "jwt", "json web token", "token", "access token", "id token", "access_token", "id_token", "authorization"},
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: []string{"eyJ", "ewo"}, Min: 16, Before: 1, After: maxJWT},
			Check:    jwtForm,
			Verify:   jwtHeader,
			Strength: classify.Structure,
			Alone:    75,
			With:     85,
		}},
		Value: verbatim,
		Finds: []classify.Sample{
			{Text: "Bearer " + sample, Match: sample, Confidence: 85},
			{Text: "x=" + sample + ".", Match: sample, Confidence: 75},
		},
		Leaves: []string{"eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJzdWIiOiJhbm4ifQ", "eyJzdWIiOiJhbm4iLCJpYXQiOjE3MDAwMDAwMDB9.eyJzdWIiOiJhbm4ifQ.q83vEjRWeJCrze8SNFZ4kBLa", "x" + sample},
	}
}

func jwtForm(c *classify.Candidate) bool {
	i, parts := c.Start, 0
	for parts < 3 {
		start := i
		for i < len(c.Text) && (wordByte(c.Text[i]) || c.Text[i] == '-') {
			i++
		}
		if i-start < 16 || parts == 1 && !strings.HasPrefix(c.Text[start:], "ey") {
			return false
		}
		if parts++; parts < 3 {
			if i == len(c.Text) || c.Text[i] != '.' {
				return false
			}
			i++
		}
	}
	c.End = i
	return true
}

func jwtHeader(c *classify.Candidate) bool {
	header, _, _ := strings.Cut(c.Match(), ".")
	raw, err := base64.RawURLEncoding.DecodeString(header)
	if err != nil {
		return false
	}
	var h struct {
		Alg string `json:"alg"`
	}
	return json.Unmarshal(raw, &h) == nil && h.Alg != ""
}
