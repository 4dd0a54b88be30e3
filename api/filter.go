package api

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
)

// A selection is what a $filter leaves of the jobs: those whose state and whose
// type are both in a set. The queue's indexes can list exactly such.
type selection struct {
	states []jobs.State
	types  typeSet
}

// A typeSet has some types, or all types except some.
type typeSet struct {
	names  []string
	except bool
}

var (
	everyType = typeSet{except: true}
	noType    = typeSet{}
)

func (t typeSet) not() typeSet { return typeSet{t.names, !t.except} }

func (t typeSet) and(u typeSet) typeSet {
	switch {
	case t.except && u.except:
		return typeSet{union(t.names, u.names), true}
	case t.except:
		return typeSet{minus(u.names, t.names), false}
	case u.except:
		return typeSet{minus(t.names, u.names), false}
	}
	return typeSet{minus(t.names, minus(t.names, u.names)), false}
}

func (t typeSet) or(u typeSet) typeSet { return t.not().and(u.not()).not() }

func (t typeSet) equal(u typeSet) bool {
	return t.except == u.except && len(minus(t.names, u.names)) == 0 && len(minus(u.names, t.names)) == 0
}

func union[T comparable](a, b []T) []T { return append(slices.Clone(a), minus(b, a)...) }

func minus[T comparable](a, b []T) []T {
	return slices.DeleteFunc(slices.Clone(a), func(x T) bool { return slices.Contains(b, x) })
}

func everything() selection { return selection{jobs.States, everyType} }

// empty reports whether no job can be in s.
func (s selection) empty() bool { return len(s.states) == 0 || s.types.equal(noType) }

func (s selection) and(t selection) selection {
	return selection{minus(s.states, minus(s.states, t.states)), s.types.and(t.types)}
}

// or and not have a selection as their result only when the two sides differ
// in one of state and type; ok is false otherwise.
func (s selection) or(t selection) (_ selection, ok bool) {
	switch {
	case s.empty():
		return t, true
	case t.empty():
		return s, true
	case s.types.equal(t.types):
		return selection{union(s.states, t.states), s.types}, true
	case len(minus(s.states, t.states)) == 0 && len(minus(t.states, s.states)) == 0:
		return selection{s.states, s.types.or(t.types)}, true
	}
	return selection{}, false
}

func (s selection) not() (_ selection, ok bool) {
	switch {
	case s.empty():
		return everything(), true
	case s.types.equal(everyType):
		return selection{minus(jobs.States, s.states), everyType}, true
	case len(s.states) == len(jobs.States):
		return selection{jobs.States, s.types.not()}, true
	}
	return selection{}, false
}

// apply narrows query to s. It cannot leave out types that it does not know.
func (s selection) apply(query *jobs.Query) error {
	if s.types.except && len(s.types.names) > 0 {
		return filterError("a listing cannot leave types out: name those that it shall have")
	}
	query.States = s.states
	query.Types = s.types.names
	return nil
}

// parseFilter reads a $filter over status and type: eq, ne, in, and, or, not
// and parentheses. An empty filter selects everything.
func parseFilter(text string) (selection, error) {
	p := filterParser{text: text}
	p.advance()
	if p.token == "" && p.pos == len(text) {
		return everything(), nil
	}
	s, err := p.or()
	if err != nil {
		return selection{}, err
	}
	if p.token != "" {
		return selection{}, p.fail("expected and, or, or the end")
	}
	return s, nil
}

type filterParser struct {
	text  string
	pos   int    // behind token
	start int    // of token
	token string // a word, a punctuation mark, or a string with its quotes; "" at the end
	depth int
}

// advance moves to the next token.
func (p *filterParser) advance() {
	for p.pos < len(p.text) && p.text[p.pos] == ' ' {
		p.pos++
	}
	p.start = p.pos
	rest := p.text[p.pos:]
	n := strings.IndexAny(rest, " (),'")
	switch {
	case rest == "":
	case n < 0:
		n = len(rest)
	case n == 0 && rest[0] == '\'':
		n = quotedLen(rest)
	case n == 0:
		n = 1
	}
	n = max(n, 0)
	p.token = rest[:n]
	p.pos += n
}

// quotedLen is how long the string at the start of s is. A quote within it is
// written twice; one that never ends goes to the end.
func quotedLen(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] != '\'' {
			continue
		}
		if i+1 == len(s) || s[i+1] != '\'' {
			return i + 1
		}
		i++
	}
	return len(s)
}

func (p *filterParser) fail(what string) error {
	return filterError(fmt.Sprintf("%s at position %d", what, utf8.RuneCountInString(p.text[:p.start])+1))
}

func filterError(message string) error {
	return badRequest("invalidFilter", "$filter", "$filter: "+message)
}

// word takes the token if it is w.
func (p *filterParser) word(w string) bool {
	if !strings.EqualFold(p.token, w) {
		return false
	}
	p.advance()
	return true
}

const tooMixed = "this mix of status and type cannot be listed in one go"

func (p *filterParser) or() (selection, error) {
	s, err := p.and()
	for err == nil && p.word("or") {
		var t selection
		if t, err = p.and(); err == nil {
			var ok bool
			if s, ok = s.or(t); !ok {
				err = filterError(tooMixed)
			}
		}
	}
	return s, err
}

func (p *filterParser) and() (selection, error) {
	s, err := p.unary()
	for err == nil && p.word("and") {
		var t selection
		if t, err = p.unary(); err == nil {
			s = s.and(t)
		}
	}
	return s, err
}

const maxFilterDepth = 64

func (p *filterParser) unary() (selection, error) {
	if p.depth++; p.depth > maxFilterDepth {
		return selection{}, p.fail("nested too deep")
	}
	defer func() { p.depth-- }()
	switch {
	case p.word("not"):
		s, err := p.unary()
		if err != nil {
			return s, err
		}
		s, ok := s.not()
		if !ok {
			return s, filterError(tooMixed)
		}
		return s, nil
	case p.word("("):
		s, err := p.or()
		if err == nil && !p.word(")") {
			err = p.fail("expected )")
		}
		return s, err
	}
	return p.comparison()
}

func (p *filterParser) comparison() (selection, error) {
	var of func([]string) selection
	switch {
	case p.word("status"):
		of = withStates
	case p.word("type"):
		of = withTypes
	default:
		return selection{}, p.fail("expected status or type")
	}
	switch {
	case p.word("eq"):
		v, err := p.value()
		return of([]string{v}), err
	case p.word("ne"):
		v, err := p.value()
		s, _ := of([]string{v}).not() // of one property, so it can be turned round
		return s, err
	case p.word("in"):
		vs, err := p.values()
		return of(vs), err
	}
	return selection{}, p.fail("expected eq, ne or in")
}

func (p *filterParser) value() (string, error) {
	t := p.token
	if len(t) < 2 || t[0] != '\'' || t[len(t)-1] != '\'' || quotedLen(t+" ") != len(t) {
		return "", p.fail("expected a value in single quotes")
	}
	p.advance()
	return strings.ReplaceAll(t[1:len(t)-1], "''", "'"), nil
}

func (p *filterParser) values() (vs []string, err error) {
	if !p.word("(") {
		return nil, p.fail("expected (")
	}
	for {
		v, err := p.value()
		if err != nil {
			return nil, err
		}
		vs = append(vs, v)
		if p.word(")") {
			return vs, nil
		}
		if !p.word(",") {
			return nil, p.fail("expected , or )")
		}
	}
}

// withStates selects by status, in any case. A status that does not exist
// selects nothing.
func withStates(names []string) selection {
	s := selection{types: everyType}
	for _, state := range jobs.States {
		if slices.ContainsFunc(names, func(n string) bool { return strings.EqualFold(n, string(state)) }) {
			s.states = append(s.states, state)
		}
	}
	return s
}

func withTypes(names []string) selection {
	s := selection{states: jobs.States}
	for _, n := range names {
		s.types.names = union(s.types.names, []string{wire.CanonicalType(n)})
	}
	return s
}
