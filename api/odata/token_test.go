package odata

import (
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"
)

func bindTo(what string) hash.Hash {
	h := hmac.New(sha256.New, []byte("key"))
	io.WriteString(h, what)
	return h
}

func TestTokenComesBack(t *testing.T) {
	for _, want := range []Token{
		{noon.Add(123456 * time.Microsecond), "0f8fad5b-d9cb-469f-a165-70867728950e"},
		{time.Unix(0, 0).UTC(), ""},
		{time.Time{}, strings.Repeat("x", MaxID)},
	} {
		text := want.Encode(bindTo("tenant"))
		if !regexp.MustCompile(`^[A-Za-z0-9_-]+$`).MatchString(text) {
			t.Errorf("%v is encoded as %q, which does not fit into an address", want, text)
		}
		if got, err := DecodeToken(text, bindTo("tenant")); err != nil || got != want {
			t.Errorf("DecodeToken of %v = %v, %v", want, got, err)
		}
	}
}

func TestTokenOfAnotherOwnerOrQuestionIsRefused(t *testing.T) {
	text := Token{noon, "id"}.Encode(bindTo("tenant"))
	for _, bind := range []hash.Hash{bindTo("another"), bindTo(""), bindTo("tenant\x00"), sha256.New()} {
		if got, err := DecodeToken(text, bind); !errors.Is(err, ErrToken) {
			t.Errorf("DecodeToken of a foreign token = %v, %v, want ErrToken", got, err)
		}
	}
}

func TestDamagedTokenIsRefused(t *testing.T) {
	text := Token{noon, "0f8fad5b"}.Encode(bindTo("tenant"))
	damaged := []string{"", "A", "AAAA", "===", text + "A", text + "=", text + "\n", "\r" + text, text + text, strings.Repeat("A", 10_000),
		Token{noon, strings.Repeat("x", MaxID+1)}.Encode(bindTo("tenant"))}
	for i := range text {
		damaged = append(damaged, text[:i])
		for _, c := range "A_z" {
			if byte(c) != text[i] {
				damaged = append(damaged, text[:i]+string(c)+text[i+1:])
			}
		}
	}
	for _, s := range damaged {
		if got, err := DecodeToken(s, bindTo("tenant")); !errors.Is(err, ErrToken) {
			t.Errorf("DecodeToken(%q) = %v, %v, want ErrToken", s, got, err)
		}
	}
}

func FuzzToken(f *testing.F) {
	f.Add(Token{noon, "0f8fad5b"}.Encode(bindTo("tenant")))
	f.Add("AQAA")
	f.Fuzz(func(t *testing.T, s string) {
		if got, err := DecodeToken(s, bindTo("tenant")); err == nil && got.Encode(bindTo("tenant")) != s {
			t.Fatalf("DecodeToken(%q) = %v, which is encoded otherwise", s, got)
		}
	})
}
