package types

import (
	"fmt"
	"hash/crc32"
	"math/big"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/worker/classify"
)

// TestEnglishCheckDigitsAgreeWithTheirDefinitions compares sums with their
// authorities' words over consecutive numbers.
func TestEnglishCheckDigitsAgreeWithTheirDefinitions(t *testing.T) {
	for _, tt := range []struct {
		name    string
		length  int
		check   func([]byte) bool
		defined func(string) bool
	}{
		{"ABA", 9, aba, func(s string) bool { return remainder(s, "3 7 1 3 7 1 3 7 1", 10) == 0 }},
		{"NPI", 10, npi, func(s string) bool {
			return (s[0] == '1' || s[0] == '2') && strings.Trim(s, s[:1]) != "" && slowLuhn("80840"+s)
		}},
		{"UTR", 10, utr, func(s string) bool {
			n := 11 - remainder(s[1:], "6 7 8 9 10 5 4 3 2", 11)
			if n > 9 {
				n -= 9
			}
			return fmt.Sprint(n)[:1] == s[:1]
		}},
		{"TFN", 9, tfn, func(s string) bool { return remainder(s, "1 4 3 7 5 8 6 9 10", 11) == 0 }},
		{"ABN", 11, abn, func(s string) bool {
			n, _ := new(big.Int).SetString(s, 10)
			less := fmt.Sprintf("%011d", n.Int64()-10_000_000_000)
			return s[0] != '0' && remainder(less, "10 1 3 5 7 9 11 13 15 17 19", 89) == 0
		}},
		{"ACN", 9, acn, func(s string) bool { return lacks(remainder(s, "8 7 6 5 4 3 2 1", 10), 10, "0", "0") == s[8:] }},
		{"Medicare", 10, medicare, func(s string) bool {
			return strings.Contains("23456", s[:1]) && s[9] != '0' && fmt.Sprint(remainder(s, "1 3 7 9 1 3 7 9", 10)) == s[8:9]
		}},
	} {
		valid := 0
		for n := range 20_000 {
			s := fmt.Sprintf("%020d", 12_345_678_901+n*1_000_003)
			s = s[len(s)-tt.length:]
			got, want := tt.check([]byte(s)), tt.defined(s)
			if got != want {
				t.Fatalf("%s of %s: %v, by definition %v", tt.name, s, got, want)
			}
			if got {
				valid++
			}
		}
		if valid == 0 {
			t.Errorf("%s: no number was valid", tt.name)
		}
	}
}

// TestTokensEndInTheirSum makes tails with big integers.
func TestTokensEndInTheirSum(t *testing.T) {
	// math/big's digits are 0-9a-zA-Z, the tokens' 0-9A-Za-z.
	swap := func(r rune) rune {
		switch {
		case r >= 'a' && r <= 'z':
			return r - 'a' + 'A'
		case r >= 'A' && r <= 'Z':
			return r - 'A' + 'a'
		}
		return r
	}
	for i := range 1000 {
		body := fmt.Sprintf("%030x", i*7919*104729)
		tail := strings.Map(swap, big.NewInt(int64(crc32.ChecksumIEEE([]byte(body)))).Text(62))
		token := "ghp_" + body + strings.Repeat("0", 6-len(tail)) + tail
		if !crcTail(token) {
			t.Errorf("%s is not valid", token)
		}
		if crcTail(token[:len(token)-1] + "!") {
			t.Errorf("%s is valid with another tail", token)
		}
	}
}

func TestSecretsLeaveWhatOnlyLooksRandom(t *testing.T) {
	e, err := classify.New(All())
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		"commit 0beec7b5ea3f0fdbc95d0dd47f3c5bc275da8a33",
		"id 123e4567-e89b-42d3-a456-426614174000",
		"integrity sha512-q83vEjRWeJCrze8SNFZ4kBLaPsR1Yw0gU5nXbT9mKdOeHf7jVi2lQyAuCzrDt4GBq83vEjRWeJCrze8SNFZ4kA==",
		"data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk",
		"!function(e,t){var n=e.skip-t.token;return n(sk-1)?a.b:c}",
	} {
		if got := scan(t, e, text, classify.Options{Categories: []string{classify.CategoryCredential}}); len(got) > 0 {
			t.Errorf("%q: found %v, want nothing", text, got)
		}
	}
}
