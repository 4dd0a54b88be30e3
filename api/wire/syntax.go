package wire

import (
	"encoding/json"
	"fmt"
	"slices"
	"unicode/utf8"
)

const maxDepth = 64 // of objects and arrays in one another

// A member is one property of an object, its value still in JSON.
type member struct {
	name  string
	value []byte
}

// null reports whether the property is there without a value, which counts as
// not being there.
func (m member) null() bool { return string(m.value) == "null" }

// document checks that data is one JSON object and returns its members.
func document(data []byte) ([]member, error) {
	if !utf8.Valid(data) {
		return nil, invalid(MalformedBody, "", "the body must be UTF-8")
	}
	s := scanner{data: data}
	if s.next() != '{' {
		return nil, invalid(MalformedBody, "", "the body must be a JSON object")
	}
	ms, err := s.members()
	if err != nil {
		return nil, err
	}
	s.next()
	if s.pos < len(data) {
		return nil, invalid(MalformedBody, "", fmt.Sprintf("the body goes on after its JSON object, at byte %d", s.pos))
	}
	return ms, nil
}

// object returns the members of a value that document has checked.
func object(value []byte) ([]member, bool) {
	if len(value) == 0 || value[0] != '{' {
		return nil, false
	}
	s := scanner{data: value}
	ms, err := s.members()
	return ms, err == nil
}

// array returns the items of a value that document has checked.
func array(value []byte) ([][]byte, bool) {
	if len(value) == 0 || value[0] != '[' {
		return nil, false
	}
	var items [][]byte
	s := scanner{data: value}
	err := s.array(func(item []byte) { items = append(items, item) })
	return items, err == nil
}

// text returns the string that value is.
func text(value []byte) (string, bool) {
	if len(value) == 0 || value[0] != '"' {
		return "", false
	}
	if slices.Contains(value, '\\') {
		var s string
		err := json.Unmarshal(value, &s)
		return s, err == nil
	}
	return string(value[1 : len(value)-1]), true
}

// A scanner passes over JSON (RFC 8259) and refuses what RFC 7493 advises
// against, which encoding/json lets through: a name twice, a lone surrogate.
type scanner struct {
	data  []byte
	pos   int
	depth int
}

// next skips white space and returns the byte after it, 0 at the end.
func (s *scanner) next() byte {
	for ; s.pos < len(s.data); s.pos++ {
		switch c := s.data[s.pos]; c {
		case ' ', '\t', '\n', '\r':
		default:
			return c
		}
	}
	return 0
}

func (s *scanner) malformed() error {
	if s.pos >= len(s.data) {
		return invalid(MalformedBody, "", "the JSON ends too early")
	}
	return invalid(MalformedBody, "", fmt.Sprintf("the JSON is malformed at byte %d", s.pos))
}

func (s *scanner) enter() error {
	s.pos++
	if s.depth++; s.depth > maxDepth {
		return invalid(MalformedBody, "", fmt.Sprintf("the JSON is nested deeper than %d", maxDepth))
	}
	return nil
}

// value passes the value at hand.
func (s *scanner) value() error {
	switch c := s.next(); {
	case c == '{':
		return s.object(func(string, []byte) {})
	case c == '[':
		return s.array(func([]byte) {})
	case c == '"':
		return s.quoted()
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	case c == 't':
		return s.literal("true")
	case c == 'f':
		return s.literal("false")
	case c == 'n':
		return s.literal("null")
	}
	return s.malformed()
}

func (s *scanner) members() (ms []member, err error) {
	err = s.object(func(name string, value []byte) { ms = append(ms, member{name, value}) })
	return ms, err
}

// object passes the object at hand and shows each of its members to f.
func (s *scanner) object(f func(name string, value []byte)) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer func() { s.depth-- }()
	if s.next() == '}' {
		s.pos++
		return nil
	}
	var seen nameSet
	for {
		if s.next() != '"' {
			return s.malformed()
		}
		start := s.pos
		if err := s.quoted(); err != nil {
			return err
		}
		name, _ := text(s.data[start:s.pos])
		if !seen.add(name) {
			return invalid(MalformedBody, name, fmt.Sprintf("%q stands twice in one object", clip(name)))
		}
		if s.next() != ':' {
			return s.malformed()
		}
		s.pos++
		s.next()
		start = s.pos
		if err := s.value(); err != nil {
			return in(name, err)
		}
		f(name, s.data[start:s.pos])
		switch s.next() {
		case ',':
			s.pos++
		case '}':
			s.pos++
			return nil
		default:
			return s.malformed()
		}
	}
}

// A nameSet has the names of one object's members so far. Few are looked through
// faster than a map is made.
type nameSet struct {
	few  [8]string
	n    int
	many map[string]bool // once there are more
}

// add reports whether name is new.
func (s *nameSet) add(name string) bool {
	if slices.Contains(s.few[:s.n], name) || s.many[name] {
		return false
	}
	if s.n < len(s.few) {
		s.few[s.n] = name
		s.n++
		return true
	}
	if s.many == nil {
		s.many = map[string]bool{}
	}
	s.many[name] = true
	return true
}

// array passes the array at hand and shows each of its items to f.
func (s *scanner) array(f func(item []byte)) error {
	if err := s.enter(); err != nil {
		return err
	}
	defer func() { s.depth-- }()
	if s.next() == ']' {
		s.pos++
		return nil
	}
	for i := 0; ; i++ {
		s.next()
		start := s.pos
		if err := s.value(); err != nil {
			return in(index(i), err)
		}
		f(s.data[start:s.pos])
		switch s.next() {
		case ',':
			s.pos++
		case ']':
			s.pos++
			return nil
		default:
			return s.malformed()
		}
	}
}

func (s *scanner) quoted() error {
	for s.pos++; s.pos < len(s.data); {
		switch c := s.data[s.pos]; {
		case c == '"':
			s.pos++
			return nil
		case c == '\\':
			if err := s.escape(); err != nil {
				return err
			}
		case c < ' ':
			return s.malformed()
		default:
			s.pos++
		}
	}
	return s.malformed()
}

func (s *scanner) escape() error {
	if s.pos+1 >= len(s.data) {
		s.pos++
		return s.malformed()
	}
	switch s.data[s.pos+1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		s.pos += 2
		return nil
	}
	r, ok := s.unit()
	if !ok {
		return s.malformed()
	}
	if r < 0xD800 || r > 0xDFFF {
		return nil
	}
	// Half a character cannot be told in UTF-8: what encoding/json would put
	// in its place is another text than the client sent.
	low, ok := s.unit()
	if r > 0xDBFF || !ok || low < 0xDC00 || low > 0xDFFF {
		return invalid(MalformedBody, "", fmt.Sprintf("the JSON has an unpaired surrogate before byte %d", s.pos))
	}
	return nil
}

// unit passes one \uXXXX.
func (s *scanner) unit() (r rune, ok bool) {
	if s.pos+6 > len(s.data) || s.data[s.pos] != '\\' || s.data[s.pos+1] != 'u' {
		return 0, false
	}
	for _, c := range s.data[s.pos+2 : s.pos+6] {
		switch {
		case '0' <= c && c <= '9':
			r = r<<4 | rune(c-'0')
		case 'a' <= c|0x20 && c|0x20 <= 'f':
			r = r<<4 | rune(c|0x20-'a'+10)
		default:
			return 0, false
		}
	}
	s.pos += 6
	return r, true
}

func (s *scanner) number() error {
	if s.data[s.pos] == '-' {
		s.pos++
	}
	if s.pos < len(s.data) && s.data[s.pos] == '0' {
		s.pos++
	} else if !s.digits() {
		return s.malformed()
	}
	if s.pos < len(s.data) && s.data[s.pos] == '.' {
		s.pos++
		if !s.digits() {
			return s.malformed()
		}
	}
	if s.pos < len(s.data) && s.data[s.pos]|0x20 == 'e' {
		s.pos++
		if s.pos < len(s.data) && (s.data[s.pos] == '+' || s.data[s.pos] == '-') {
			s.pos++
		}
		if !s.digits() {
			return s.malformed()
		}
	}
	return nil
}

func (s *scanner) digits() bool {
	start := s.pos
	for s.pos < len(s.data) && '0' <= s.data[s.pos] && s.data[s.pos] <= '9' {
		s.pos++
	}
	return s.pos > start
}

func (s *scanner) literal(word string) error {
	if len(s.data)-s.pos < len(word) || string(s.data[s.pos:s.pos+len(word)]) != word {
		return s.malformed()
	}
	s.pos += len(word)
	return nil
}
