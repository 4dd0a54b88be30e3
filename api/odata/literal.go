package odata

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

var (
	guid     = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)
	integer  = regexp.MustCompile(`^-?[0-9]+$`)
	dateTime = regexp.MustCompile(`^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}(:[0-9]{2}(\.[0-9]{1,7})?)?(Z|[+-][0-9]{2}:[0-9]{2})$`)
	offset   = regexp.MustCompile(`^[0-9]{2}:[0-9]{2}$`)
)

// parseTime reads an Edm.DateTimeOffset: seconds are optional, a fraction has
// up to 7 digits. The result is in UTC and in the years 1 to 9999, so that its
// canonical form can be read again.
func parseTime(s string) (t time.Time, ok bool) {
	s = strings.ToUpper(s)
	if !dateTime.MatchString(s) {
		return t, false
	}
	layout := "2006-01-02T15:04:05Z07:00"
	if s[len("2006-01-02T15:04")] != ':' {
		layout = "2006-01-02T15:04Z07:00"
	}
	t, err := time.Parse(layout, s) // takes a fraction too
	t = t.UTC()
	return t, err == nil && t.Year() >= 1 && t.Year() <= 9999
}

// joinOffset moves on from a time whose offset lost its + on the way: most
// servers, this one too, read a + in an address as a space.
func (l *lexer) joinOffset(t token) (token, error) {
	if l.tok.kind != word || l.tok.start != t.end+1 || l.input[t.end] != ' ' || !offset.MatchString(l.tok.text) {
		return t, nil
	}
	t.text, t.end = t.text+"+"+l.tok.text, l.tok.end
	return t, l.next()
}

// value reads a literal that property can be compared with.
func (l *lexer) value(property *Property) (Value, error) {
	t := l.tok
	if t.kind != word && t.kind != text {
		return Value{}, l.failf("expected %s", expected[property.Kind])
	}
	if err := l.next(); err != nil {
		return Value{}, err
	}
	if t.is("null") {
		return Value{}, nil
	}
	switch property.Kind {
	case String:
		if t.kind == text || guid.MatchString(t.text) {
			return OfString(property.spell(t.text)), nil
		}
	case Int:
		if n, err := strconv.ParseInt(t.text, 10, 64); err == nil && t.kind == word && integer.MatchString(t.text) {
			return OfInt(n), nil
		}
	case Time:
		if t.kind == text {
			break
		}
		when, ok := parseTime(t.text)
		if !ok && strings.ContainsAny(t.text, "Tt") {
			var err error
			if t, err = l.joinOffset(t); err != nil {
				return Value{}, err
			}
			when, ok = parseTime(t.text)
		}
		if ok {
			// Not OfTime: the first instant of all is a time here.
			return Value{kind: Time, time: when}, nil
		}
	}
	return Value{}, l.fail(t.start, "expected "+expected[property.Kind])
}

// expected says what a value of a kind looks like.
var expected = map[Kind]string{
	String: "a string in single quotes",
	Time:   "a time such as 2026-01-31T12:00:00Z, without quotes",
	Int:    "a whole number",
}
