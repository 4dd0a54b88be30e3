package types

import (
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

// awsAccessKey is the identifier of an access key: a prefix that names its kind
// (AWS IAM User Guide, "Understanding unique ID prefixes") and 16 characters of
// Base32. Anything random has more than two bits of entropy a character.
func awsAccessKey() *classify.Type {
	return &classify.Type{
		ID:          own("aws-access-key-id"),
		Name:        "AWS Access Key ID",
		Description: "Identifiers of Amazon Web Services access keys, lasting and temporary.",
		Publisher:   publisher,
		Category:    classify.CategoryCredential,
		Recommended: 85,
		Words:       awsWords,
		Rules: []classify.Rule{{
			Shape:    classify.Word{Starts: []string{"AKIA", "ASIA", "ABIA", "ACCA"}, Before: 1, After: 24},
			Check:    awsAccessKeyCheck,
			Strength: classify.Structure,
			Alone:    85,
			With:     85,
		}},
		Value: verbatim,
		Finds: []classify.Sample{
			{Text: "aws_access_key_id = AKIAQ3EGTZ5XB7KLMN2P", Match: "AKIAQ3EGTZ5XB7KLMN2P", Confidence: 85},
			{Text: `{"k":"ASIAVBZ2KD4QW7RTHY6C"}`, Match: "ASIAVBZ2KD4QW7RTHY6C", Confidence: 85},
		},
		Leaves: []string{
			"AKIAIOSFODNN7EXAMPLE", "AKIAQ3EGTZ5XB7KLMN2", "AKIAQ3EGTZ5XB7KLMN2PQ", "AKIAQ3EGTZ5XB7KLMN28", "AKIAXXXXXXXXXXXXXXXX", "AKIAAAAAAAAAAAAAAAAA",
			"akiaq3egtz5xb7klmn2p", "AKIAQ3EGTZ5XB7KL/MN2P",
		},
	}
}

var awsWords = []string{
	"aws", "amazon", "amazon web services", "iam", "access key", "accesskey", "access key id", "accesskeyid", "aws access key id",
	"secret", "secret key", "secretkey", "secret access key", "secretaccesskey", "aws secret access key", "aws secret key", "credentials",
}

func awsAccessKeyCheck(c *classify.Candidate) bool {
	id := c.Match()
	if len(id) != 20 || placeholder(id) || entropy(id[4:]) < 2.5 {
		return false
	}
	for _, b := range []byte(id[4:]) {
		if !(b >= 'A' && b <= 'Z' || b >= '2' && b <= '7') {
			return false
		}
	}
	return c.Before() != '/' && c.Before() != '+' && c.After() != '/' && c.After() != '+' && c.After() != '='
}

// awsSecretKey is the secret half of an access key: 40 characters of Base64
// that no hash, path or word could be.
func awsSecretKey() *classify.Type {
	return &classify.Type{
		ID:          own("aws-secret-access-key"),
		Name:        "AWS Secret Access Key",
		Description: "Secret keys of Amazon Web Services, reported only where a word near them says so.",
		Publisher:   publisher,
		Category:    classify.CategoryCredential,
		Recommended: 85,
		Words:       awsWords,
		Rules: []classify.Rule{{
			Shape:    classify.Token{Len: 40},
			Check:    awsSecretKeyCheck,
			Strength: classify.Structure,
			With:     85,
		}},
		Value: verbatim,
		Finds: []classify.Sample{
			{Text: "aws_secret_access_key=u7Gk2/QzPp+9XvLmT4wRcY8sBnEa1HdJf6ZoKqVi", Match: "u7Gk2/QzPp+9XvLmT4wRcY8sBnEa1HdJf6ZoKqVi", Confidence: 85},
			{Text: "Secret access key\nAKIAQ3EGTZ5XB7KLMN2P,/7Gk2/QzPp+9XvLmT4wRcY8sBnEa1HdJf6ZoK//+", Match: "/7Gk2/QzPp+9XvLmT4wRcY8sBnEa1HdJf6ZoK//+", Confidence: 85},
		},
		Leaves: []string{
			"u7Gk2/QzPp+9XvLmT4wRcY8sBnEa1HdJf6ZoKqVi",              // nothing says what it is
			"aws secret wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",   // Amazon's own example
			"aws secret 0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33",   // SHA-1
			"aws secret u7Gk2/QzPp+9XvLmT4wRcY8sBnEa1HdJf6ZoKqViAA", // longer
			"aws secret usr/local/share/Documents/project/README",
			"aws secret u7Gk2_QzPp+9XvLmT4wRcY8sBnEa1HdJf6ZoKqVi",
		},
	}
}

func awsSecretKeyCheck(c *classify.Candidate) bool {
	s := c.Match()
	if c.After() == '=' || strings.Contains(s, "_") || placeholder(s) || entropy(s) < 4.2 {
		return false
	}
	return strings.ContainsAny(s, "abcdefghijklmnopqrstuvwxyz") && strings.ContainsAny(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") && strings.ContainsAny(s, "0123456789")
}
