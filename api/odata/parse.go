package odata

import (
	"fmt"
	"slices"
)

// Limits of a filter. They bound the work that a request can cause.
const (
	MaxFilter = 4096 // bytes, decoded
	MaxDepth  = 32   // parentheses and nots within each other
	MaxNodes  = 256  // nodes of the tree
	MaxIn     = 100  // values of one in
)

// ParseFilter reads the decoded value of a $filter. What it refuses is an
// *Error. The tree points into schema.
//
// From loosest to tightest bind or, and, not, and the comparisons; so a not
// before a comparison turns the comparison round.
func ParseFilter(filter string, schema Schema) (Expr, error) {
	if len(filter) > MaxFilter {
		return nil, &Error{string(Filter), 0, fmt.Sprintf("a filter has at most %d bytes", MaxFilter)}
	}
	l, err := newLexer(Filter, filter)
	if err != nil {
		return nil, err
	}
	p := parser{lexer: l, schema: schema}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.tok.kind != end {
		return nil, p.failf("expected and, or, or the end")
	}
	return e, nil
}

type parser struct {
	*lexer
	schema Schema
	depth  int
	nodes  int
}

// node counts one more node, which came from what stands at a byte.
func (p *parser) node(e Expr, at int) (Expr, error) {
	if p.nodes++; p.nodes > MaxNodes {
		return nil, p.fail(at, fmt.Sprintf("a filter has at most %d parts", MaxNodes))
	}
	return e, nil
}

// deeper counts one more level; whoever calls it goes up again.
func (p *parser) deeper() error {
	if p.depth++; p.depth > MaxDepth {
		return p.failf("a filter is nested at most %d deep", MaxDepth)
	}
	return nil
}

func (p *parser) or() (Expr, error) {
	return p.join("or", p.and, func(terms []Expr) Expr { return &Or{terms} })
}

func (p *parser) and() (Expr, error) {
	return p.join("and", p.unary, func(terms []Expr) Expr { return &And{terms} })
}

// join reads operands with the same word between them.
func (p *parser) join(w string, operand func() (Expr, error), of func([]Expr) Expr) (Expr, error) {
	start := p.tok.start
	e, err := operand()
	if err != nil || !p.tok.is(w) {
		return e, err
	}
	all := slices.Clip(terms(w, e))
	for p.tok.is(w) {
		if err := p.next(); err != nil {
			return nil, err
		}
		if e, err = operand(); err != nil {
			return nil, err
		}
		all = append(all, terms(w, e)...)
	}
	return p.node(of(all), start)
}

// terms are what e stands for when the same word is before or behind it:
// parentheses between two of a kind change nothing.
func terms(w string, e Expr) []Expr {
	switch e := e.(type) {
	case *And:
		if w == "and" {
			return e.Terms
		}
	case *Or:
		if w == "or" {
			return e.Terms
		}
	}
	return []Expr{e}
}

func (p *parser) unary() (Expr, error) {
	start := p.tok.start
	if !p.tok.is("not") {
		return p.primary()
	}
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if err := p.next(); err != nil {
		return nil, err
	}
	e, err := p.unary()
	if err != nil {
		return nil, err
	}
	return p.node(&Not{e}, start)
}

// primary reads a comparison, or what is true or false by itself and may then
// be compared with true or false.
func (p *parser) primary() (Expr, error) {
	start := p.tok.start
	var e Expr
	var err error
	switch {
	case p.tok.is("("):
		e, err = p.parenthesized()
	case p.tok.is("true"), p.tok.is("false"):
		e, err = p.constant()
	case p.tok.kind == word:
		name := p.tok
		if err := p.next(); err != nil {
			return nil, err
		}
		if !p.tok.is("(") {
			return p.comparison(name)
		}
		e, err = p.function(name)
	default:
		return nil, p.failf("expected a property, not, or (")
	}
	for err == nil && (p.tok.is("eq") || p.tok.is("ne")) {
		ne := p.tok.is("ne")
		if err = p.next(); err != nil {
			break
		}
		if !p.tok.is("true") && !p.tok.is("false") {
			return nil, p.failf("expected true or false")
		}
		if p.tok.is("false") != ne {
			e, err = p.node(&Not{e}, start)
		}
		if err == nil {
			err = p.next()
		}
	}
	return e, err
}

func (p *parser) constant() (Expr, error) {
	e, err := p.node(Constant(p.tok.is("true")), p.tok.start)
	if err != nil {
		return nil, err
	}
	return e, p.next()
}

func (p *parser) parenthesized() (Expr, error) {
	if err := p.deeper(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if err := p.next(); err != nil {
		return nil, err
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	return e, p.expect(")", "expected and, or, or )")
}

// comparison goes on behind the property's name.
func (p *parser) comparison(name token) (Expr, error) {
	property, err := p.property(name)
	if err != nil {
		return nil, err
	}
	operators := []Op{Eq, Ne, Gt, Ge, Lt, Le, "in"}
	i := slices.IndexFunc(operators, func(op Op) bool { return p.tok.is(string(op)) })
	switch {
	case i < 0 && p.tok.kind == word:
		return nil, p.failf("%q is no operator here, only %s", clip(p.tok.text), list(operators))
	case i < 0:
		return nil, p.failf("expected %s", list(operators))
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	if operators[i] == "in" {
		return p.in(name, property)
	}
	at := p.tok.start
	v, err := p.value(property)
	if err != nil {
		return nil, err
	}
	if v.Null() && operators[i] != Eq && operators[i] != Ne {
		return nil, p.fail(at, "null compares with eq, ne and in only")
	}
	return p.node(&Compare{operators[i], property, v}, name.start)
}

func (p *parser) in(name token, property *Property) (Expr, error) {
	if err := p.expect("(", "expected ( and a list of values"); err != nil {
		return nil, err
	}
	e := &In{Property: property}
	for {
		if len(e.Values) == MaxIn {
			return nil, p.failf("a list has at most %d values", MaxIn)
		}
		v, err := p.value(property)
		if err != nil {
			return nil, err
		}
		e.Values = append(e.Values, v)
		more, err := p.take(",")
		if err != nil {
			return nil, err
		}
		if !more {
			break
		}
	}
	if err := p.expect(")", "expected , or )"); err != nil {
		return nil, err
	}
	return p.node(e, name.start)
}

// function goes on behind the function's name. There is but one.
func (p *parser) function(name token) (Expr, error) {
	if !name.is("startswith") {
		return nil, p.fail(name.start, fmt.Sprintf("function %q is not known here, only startswith", clip(name.text)))
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	if p.tok.kind != word {
		return nil, p.failf("expected a property")
	}
	first := p.tok
	property, err := p.property(first)
	if err != nil {
		return nil, err
	}
	if property.Kind != String {
		return nil, p.failf("startswith takes a string, and %s is none", property.Name)
	}
	if err := p.next(); err != nil {
		return nil, err
	}
	if err := p.expect(",", "expected ,"); err != nil {
		return nil, err
	}
	if p.tok.kind != text {
		return nil, p.failf("expected %s", expected[String])
	}
	prefix := property.fold(p.tok.text)
	if err := p.next(); err != nil {
		return nil, err
	}
	if err := p.expect(")", "expected )"); err != nil {
		return nil, err
	}
	return p.node(&StartsWith{property, prefix}, name.start)
}

// expect moves on behind the mark w, or else fails with the message.
func (p *parser) expect(w, message string) error {
	ok, err := p.take(w)
	if err == nil && !ok {
		err = p.failf("%s", message)
	}
	return err
}

func (p *parser) property(name token) (*Property, error) {
	filterable := func(p *Property) bool { return p.Kind != 0 }
	return p.lookup(p.schema, name, filterable, "filtered on")
}

// lookup finds the property that a token names, if ok holds for it.
func (l *lexer) lookup(schema Schema, name token, ok func(*Property) bool, use string) (*Property, error) {
	if property := schema.find(name.text); property != nil && ok(property) {
		return property, nil
	}
	return nil, l.fail(name.start, fmt.Sprintf("%q cannot be %s, only %s", clip(name.text), use, list(schema.names(ok))))
}
