package odata

import (
	"fmt"
	"strings"
)

// An Expr is a filter: an *And, *Or, *Not, *Compare, *In, *StartsWith or a
// Constant. Its String is one S-expression, the same for all filters that
// differ only in writing: white space, parentheses, case of names, offset of
// times, spelling of values.
type Expr interface {
	fmt.Stringer
	expr()
}

// And holds where all its terms do. It has at least two, none of them an And.
type And struct{ Terms []Expr }

// Or holds where one of its terms does. It has at least two, none of them an Or.
type Or struct{ Terms []Expr }

// Not holds where X does not.
type Not struct{ X Expr }

// Compare holds where the property stands in that relation to the value.
type Compare struct {
	Op       Op
	Property *Property
	Value    Value
}

// In holds where the property has one of the values.
type In struct {
	Property *Property
	Values   []Value
}

// StartsWith holds where the property, a string, starts with Prefix.
type StartsWith struct {
	Property *Property
	Prefix   string
}

// A Constant holds always or never.
type Constant bool

// An Op is a comparison operator, as OData spells it.
type Op string

// The comparison operators.
const (
	Eq Op = "eq"
	Ne Op = "ne"
	Gt Op = "gt"
	Ge Op = "ge"
	Lt Op = "lt"
	Le Op = "le"
)

func (*And) expr()        {}
func (*Or) expr()         {}
func (*Not) expr()        {}
func (*Compare) expr()    {}
func (*In) expr()         {}
func (*StartsWith) expr() {}
func (Constant) expr()    {}

func (e *And) String() string     { return form("and", e.Terms) }
func (e *Or) String() string      { return form("or", e.Terms) }
func (e *Not) String() string     { return form("not", []Expr{e.X}) }
func (e *Compare) String() string { return fmt.Sprintf("(%s %s %s)", e.Op, e.Property.Name, e.Value) }
func (e *In) String() string      { return form("in "+e.Property.Name, e.Values) }
func (e *StartsWith) String() string {
	return fmt.Sprintf("(startswith %s %q)", e.Property.Name, e.Prefix)
}
func (e Constant) String() string { return fmt.Sprint(bool(e)) }

func form[T fmt.Stringer](head string, args []T) string {
	var b strings.Builder
	b.WriteString("(" + head)
	for _, a := range args {
		b.WriteString(" " + a.String())
	}
	b.WriteString(")")
	return b.String()
}

// Match reports whether an item is one that e asks for; get returns the item's
// value for a property, named as the schema spells it. A nil Expr matches
// every item.
//
// Logic has two values: null equals null and nothing else, and no order holds
// with it. So "not (endDateTime gt t)" matches an item without endDateTime.
func Match(e Expr, get func(property string) Value) bool {
	switch e := e.(type) {
	case *And:
		for _, t := range e.Terms {
			if !Match(t, get) {
				return false
			}
		}
		return true
	case *Or:
		for _, t := range e.Terms {
			if Match(t, get) {
				return true
			}
		}
		return false
	case *Not:
		return !Match(e.X, get)
	case Constant:
		return bool(e)
	case *Compare:
		return e.match(get(e.Property.Name))
	case *In:
		return e.match(get(e.Property.Name))
	case *StartsWith:
		return e.match(get(e.Property.Name))
	}
	return true
}

func (e *Compare) match(v Value) bool {
	order, ok := e.Property.compare(v, e.Value)
	switch e.Op {
	case Eq:
		return ok && order == 0
	case Ne:
		return !ok || order != 0
	case Gt:
		return ok && order > 0
	case Ge:
		return ok && order >= 0
	case Lt:
		return ok && order < 0
	case Le:
		return ok && order <= 0
	}
	return false
}

func (e *In) match(v Value) bool {
	for _, w := range e.Values {
		if order, ok := e.Property.compare(v, w); ok && order == 0 {
			return true
		}
	}
	return false
}

func (e *StartsWith) match(v Value) bool {
	return v.kind == String && strings.HasPrefix(e.Property.fold(v.str), e.Prefix)
}
