package odata

import (
	"cmp"
	"strconv"
	"strings"
	"time"
)

// A Kind says what values a property has. A property without a kind can only
// be selected.
type Kind int

// The kinds that a filter can compare.
const (
	String Kind = iota + 1
	Time
	Int
)

// A Schema lists the properties that a query may name.
type Schema []Property

// A Property is what a query may do with one property.
type Property struct {
	Name string
	Kind Kind

	// Fold makes strings compare in any case. Their one spelling is then that
	// of Values, or else lower case.
	Fold bool

	// Values are strings with a fixed spelling, which a filter may write in
	// any case. Unless Open, the property has no others.
	Values []string
	Open   bool

	Nullable bool // an item may lack it
	Sortable bool // $orderby may name it
}

// find returns the property called name, in any case, or nil.
func (s Schema) find(name string) *Property {
	for i := range s {
		if strings.EqualFold(s[i].Name, name) {
			return &s[i]
		}
	}
	return nil
}

// names are the properties that ok holds for.
func (s Schema) names(ok func(*Property) bool) []string {
	var names []string
	for i := range s {
		if ok(&s[i]) {
			names = append(names, s[i].Name)
		}
	}
	return names
}

// closed reports whether p.Values are all that p can be.
func (p *Property) closed() bool { return p.Kind == String && len(p.Values) > 0 && !p.Open }

// spell gives s the one spelling of those that count as the same.
func (p *Property) spell(s string) string {
	for _, v := range p.Values {
		if strings.EqualFold(v, s) {
			return v
		}
	}
	return p.fold(s)
}

func (p *Property) fold(s string) string {
	if p.Fold {
		return strings.ToLower(s)
	}
	return s
}

// A Value is what an item has for a property, or what a filter compares it
// with. The zero Value is null.
type Value struct {
	kind Kind
	str  string
	time time.Time
	num  int64
}

// OfString is the value s.
func OfString(s string) Value { return Value{kind: String, str: s} }

// OfTime is the value t, or null if t is the zero time.
func OfTime(t time.Time) Value {
	if t.IsZero() {
		return Value{}
	}
	return Value{kind: Time, time: t.UTC()}
}

// OfInt is the value n.
func OfInt(n int64) Value { return Value{kind: Int, num: n} }

// Null reports whether v is null.
func (v Value) Null() bool { return v.kind == 0 }

// String is v as it stands in the canonical form of a filter.
func (v Value) String() string {
	switch v.kind {
	case String:
		return strconv.Quote(v.str)
	case Time:
		return v.time.Format(time.RFC3339Nano)
	case Int:
		return strconv.FormatInt(v.num, 10)
	}
	return "null"
}

// compare orders two values of p. Values of different kinds, null among them,
// have no order.
func (p *Property) compare(v, w Value) (order int, ok bool) {
	if v.kind != w.kind {
		return 0, false
	}
	switch v.kind {
	case String:
		return cmp.Compare(p.fold(v.str), p.fold(w.str)), true
	case Time:
		return v.time.Compare(w.time), true
	case Int:
		return cmp.Compare(v.num, w.num), true
	}
	return 0, true
}
