package odata

import (
	"slices"
	"time"
)

// A Set is the values that an index may have for a string property: those
// listed, or all except those listed. The zero Set is empty. If the schema
// lists all values that there are, Except stands for all of them only.
type Set struct {
	Values []string // sorted, as the schema spells them
	Except bool

	closed []string // all that there are, if that is known
}

// All reports whether every value is in s.
func (s Set) All() bool { return s.Except && len(s.Values) == 0 }

// Has reports whether the value v, as the schema spells it, is in s.
func (s Set) Has(v string) bool {
	_, found := slices.BinarySearch(s.Values, v)
	return found != s.Except
}

// A Range is the times from From until before To. A zero bound is none.
type Range struct {
	From, To time.Time
}

// All reports whether every time is in r.
func (r Range) All() bool { return r.From.IsZero() && r.To.IsZero() }

// Has reports whether t is in r.
func (r Range) Has(t time.Time) bool {
	return !t.Before(r.From) && (r.To.IsZero() || t.Before(r.To))
}

// A side of a box bounds one property: a Set or a Range.
type side interface {
	all() bool
	empty() bool
	and(side) side
	not() []side // parts that do not overlap

	// or is the least side that holds both; exact if it holds nothing else.
	or(side) (_ side, exact bool)
}

func (s Set) all() bool   { return s.All() }
func (s Set) empty() bool { return !s.Except && len(s.Values) == 0 }

func (s Set) not() []side {
	if s.closed == nil || s.All() {
		return []side{Set{s.Values, !s.Except, s.closed}}
	}
	return []side{Set{minus(s.closed, s.Values), false, s.closed}}
}

func (s Set) and(o side) side {
	t := o.(Set)
	switch {
	case s.Except && t.Except:
		s.Values = union(s.Values, t.Values)
		return s
	case s.Except:
		t.Values = minus(t.Values, s.Values)
		return t
	case t.Except:
		s.Values = minus(s.Values, t.Values)
		return s
	}
	s.Values = minus(s.Values, minus(s.Values, t.Values))
	return s
}

func (s Set) or(o side) (side, bool) {
	t := o.(Set)
	switch {
	case s.Except && t.Except:
		s.Values = minus(s.Values, minus(s.Values, t.Values))
	case s.Except:
		s.Values = minus(s.Values, t.Values)
	case t.Except:
		s = Set{minus(t.Values, s.Values), true, s.closed}
	default:
		s.Values = union(s.Values, t.Values)
		if s.closed != nil && len(s.Values) == len(s.closed) {
			s.Values, s.Except = nil, true
		}
	}
	return s, true
}

// minus is what of the sorted a is not in the sorted b.
func minus(a, b []string) []string {
	return slices.DeleteFunc(slices.Clone(a), func(v string) bool {
		_, found := slices.BinarySearch(b, v)
		return found
	})
}

func union(a, b []string) []string {
	u := slices.Concat(a, b)
	slices.Sort(u)
	return slices.Compact(u)
}

func (r Range) all() bool   { return r.All() }
func (r Range) empty() bool { return !r.To.IsZero() && !r.From.Before(r.To) }

func (r Range) not() []side {
	var parts []side
	if !r.From.IsZero() {
		parts = append(parts, Range{To: r.From})
	}
	if !r.To.IsZero() {
		parts = append(parts, Range{From: r.To})
	}
	return parts
}

func (r Range) and(o side) side {
	s := o.(Range)
	if s.From.After(r.From) {
		r.From = s.From
	}
	if r.To.IsZero() || !s.To.IsZero() && s.To.Before(r.To) {
		r.To = s.To
	}
	return r
}

func (r Range) or(o side) (side, bool) {
	s := o.(Range)
	if s.From.Before(r.From) {
		r, s = s, r
	}
	// r starts first. It is in one piece with s unless it ends before s starts.
	exact := r.To.IsZero() || !r.To.Before(s.From)
	if s.To.IsZero() || !r.To.IsZero() && s.To.After(r.To) {
		r.To = s.To
	}
	return r, exact
}
