package odata

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

type tokenKind int

const (
	end tokenKind = iota
	word
	text  // a string literal
	punct // one of ( ) ,
)

// A token is one piece of an option's value.
type token struct {
	kind  tokenKind
	text  string // of a string literal, what it means
	start int    // in bytes
	end   int
}

// is reports whether t is the word w, in any case, or the mark w.
func (t token) is(w string) bool {
	return (t.kind == word || t.kind == punct) && strings.EqualFold(t.text, w)
}

// blank is what OData calls white space: nothing but these two.
const blank = " \t"

// A lexer cuts the value of an option into tokens, one ahead of its user.
type lexer struct {
	option Option
	input  string
	pos    int // behind tok
	tok    token
}

func newLexer(option Option, input string) (*lexer, error) {
	l := &lexer{option: option, input: input}
	return l, l.next()
}

// next moves on to the next token.
func (l *lexer) next() error {
	rest := strings.TrimLeft(l.input[l.pos:], blank)
	start := len(l.input) - len(rest)
	l.tok = token{start: start, end: start}
	if rest == "" {
		l.pos = start
		return nil
	}
	switch c := rest[0]; c {
	case '(', ')', ',':
		l.tok.kind, l.tok.text, l.tok.end = punct, rest[:1], start+1
	case '\'':
		s, n, ok := quoted(rest)
		if !ok {
			return l.fail(start, "the string has no closing quote")
		}
		l.tok.kind, l.tok.text, l.tok.end = text, s, start+n
	default:
		n := strings.IndexFunc(rest, func(r rune) bool { return !inWord(r) })
		if n < 0 {
			n = len(rest)
		}
		if n == 0 {
			return l.fail(start, unexpected(rest))
		}
		l.tok.kind, l.tok.text, l.tok.end = word, rest[:n], start+n
	}
	l.pos = l.tok.end
	return nil
}

// inWord reports whether r can be part of a name, a number, a time or a GUID.
func inWord(r rune) bool {
	return unicode.IsLetter(r) || unicode.IsDigit(r) || strings.ContainsRune("_-.:+@/*$", r)
}

// quoted reads the string literal at the start of s, n bytes long. A quote
// inside is written twice.
func quoted(s string) (value string, n int, ok bool) {
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			continue
		}
		if i+1 == len(s) || s[i+1] != '\'' {
			return strings.ReplaceAll(s[1:i], "''", "'"), i + 1, true
		}
		i++
	}
	return "", 0, false
}

func unexpected(rest string) string {
	if rest[0] == '"' {
		return "strings are written in single quotes, not in double quotes"
	}
	r, _ := utf8.DecodeRuneInString(rest)
	return fmt.Sprintf("unexpected character %q", r)
}

// fail refuses what stands at a byte of the input.
func (l *lexer) fail(at int, message string) error {
	return &Error{string(l.option), utf8.RuneCountInString(l.input[:at]) + 1, message}
}

// failf refuses the present token.
func (l *lexer) failf(format string, args ...any) error {
	return l.fail(l.tok.start, fmt.Sprintf(format, args...))
}

// take moves on if the present token is w.
func (l *lexer) take(w string) (bool, error) {
	if !l.tok.is(w) {
		return false, nil
	}
	return true, l.next()
}
