package odata

import (
	"slices"
	"time"
)

// MaxBoxes bounds the boxes of a Region, and with them what a listing has to
// merge.
const MaxBoxes = 16

// A Region is what an index over some properties can do for a filter. Each
// item that the filter matches is in exactly one of the boxes. If Exact, the
// items in the boxes are just those that match; otherwise Match must pick them.
type Region struct {
	Boxes []Box
	Exact bool
}

// Hull is the least box around r, and whether it stands for the filter by
// itself: then nothing but its bounds need be asked. ok is false if r has no
// boxes, so that nothing can match.
func (r Region) Hull() (b Box, exact, ok bool) {
	if len(r.Boxes) == 0 {
		return Box{}, true, false
	}
	return hull(r.Boxes), r.Exact && len(r.Boxes) == 1, true
}

// Cover says what an index over the named properties, as the schema spells
// them, can do for a filter. Strings become sets, times become ranges; of
// other properties, and where an item without the property may match, a region
// knows nothing and is not exact. A nil Expr is covered by one box without
// bounds.
func Cover(e Expr, properties ...string) Region {
	if e == nil {
		return everything(true)
	}
	return cover{properties}.of(e, false)
}

func everything(exact bool) Region { return Region{[]Box{{}}, exact} }

type cover struct{ properties []string }

// of covers e, or what e leaves out if not. Turning a region round would be
// wrong where it is not exact, so it is the filter that is turned round, by De
// Morgan's laws.
func (c cover) of(e Expr, not bool) Region {
	switch e := e.(type) {
	case *Not:
		return c.of(e.X, !not)
	case *And:
		return c.join(e.Terms, not, !not)
	case *Or:
		return c.join(e.Terms, not, not)
	case Constant:
		if bool(e) != not {
			return everything(true)
		}
		return Region{Exact: true}
	case *Compare:
		parts, known := compared(e)
		return c.leaf(e.Property, e.match, parts, known, not)
	case *In:
		parts, known := listed(e)
		return c.leaf(e.Property, e.match, parts, known, not)
	case *StartsWith:
		return c.leaf(e.Property, e.match, nil, false, not)
	}
	return everything(false)
}

func (c cover) join(terms []Expr, not, and bool) Region {
	r := c.of(terms[0], not)
	for _, t := range terms[1:] {
		if s := c.of(t, not); and {
			r = r.and(s)
		} else {
			r = r.or(s)
		}
	}
	return r
}

// leaf covers a condition on one property. match is the condition; parts are
// what it allows apart from null, if that is known.
func (c cover) leaf(p *Property, match func(Value) bool, parts []side, known, not bool) Region {
	switch {
	case !slices.Contains(c.properties, p.Name):
		return everything(false)
	case p.Nullable && match(Value{}) != not:
		return everything(false) // null is in no box
	case p.closed():
		parts = []side{tried(p.Values, match, not)}
	case !known:
		return everything(false)
	case not && len(parts) == 0:
		return everything(true)
	case not:
		parts = complement(parts)
	}
	r := Region{Exact: true}
	for _, s := range parts {
		switch {
		case s.all():
			return everything(true)
		case !s.empty():
			r.Boxes = append(r.Boxes, Box{map[string]side{p.Name: s}})
		}
	}
	return r.capped()
}

// tried is the set of those values for which match is not the same as not.
func tried(values []string, match func(Value) bool, not bool) Set {
	s := Set{closed: slices.Sorted(slices.Values(values))}
	for _, v := range s.closed {
		if match(OfString(v)) != not {
			s.Values = append(s.Values, v)
		}
	}
	if len(s.Values) == len(s.closed) {
		s.Values, s.Except = nil, true
	}
	return s
}

// complement is what none of the parts holds. There is at least one.
func complement(parts []side) []side {
	rest := parts[0].not()
	for _, p := range parts[1:] {
		var next []side
		for _, r := range rest {
			for _, n := range p.not() {
				if s := r.and(n); !s.empty() {
					next = append(next, s)
				}
			}
		}
		rest = next
	}
	return rest
}

// compared is what a comparison allows, in parts that do not overlap; it is
// not known for the order of strings and for numbers.
func compared(e *Compare) (parts []side, known bool) {
	t := e.Value.time
	switch {
	case e.Property.Kind == String && e.Op == Eq:
		return []side{setOf(e.Value)}, true
	case e.Property.Kind == String && e.Op == Ne:
		return setOf(e.Value).not(), true
	case e.Property.Kind != Time:
		return nil, false
	case e.Value.Null() && e.Op == Ne:
		return []side{Range{}}, true
	case e.Value.Null():
		return nil, true
	}
	switch e.Op {
	case Eq:
		return []side{instant(t)}, true
	case Ne:
		return instant(t).not(), true
	case Ge:
		return []side{Range{From: t}}, true
	case Gt:
		return []side{Range{From: t.Add(1)}}, true
	case Le:
		return []side{Range{To: t.Add(1)}}, true
	}
	if t.IsZero() { // before the first instant of all
		return nil, true
	}
	return []side{Range{To: t}}, true
}

// listed is what an in allows, as compared is.
func listed(e *In) (parts []side, known bool) {
	switch e.Property.Kind {
	case String:
		return []side{setOf(e.Values...)}, true
	case Time:
		var times []time.Time
		for _, v := range e.Values {
			if !v.Null() {
				times = append(times, v.time)
			}
		}
		slices.SortFunc(times, time.Time.Compare)
		for _, t := range slices.CompactFunc(times, time.Time.Equal) {
			parts = append(parts, instant(t))
		}
		return parts, true
	}
	return nil, false
}

// instant is the range of one time. Times are whole nanoseconds.
func instant(t time.Time) Range { return Range{t, t.Add(1)} }

func setOf(values ...Value) Set {
	var s Set
	for _, v := range values {
		if !v.Null() {
			s.Values = append(s.Values, v.str)
		}
	}
	slices.Sort(s.Values)
	s.Values = slices.Compact(s.Values)
	return s
}

func (r Region) and(o Region) Region {
	both := Region{Exact: r.Exact && o.Exact}
	for _, a := range r.Boxes {
		for _, b := range o.Boxes {
			if c, ok := a.and(b); ok {
				both.Boxes = append(both.Boxes, c)
			}
		}
	}
	// Where nothing is left, nothing need be picked.
	both.Exact = both.Exact || len(both.Boxes) == 0
	return both.capped()
}

func (r Region) or(o Region) Region {
	switch {
	case r.Exact && r.unbounded():
		return r
	case o.Exact && o.unbounded():
		return o
	}
	either := Region{slices.Clone(r.Boxes), r.Exact && o.Exact}
	for _, b := range o.Boxes {
		fresh := []Box{b}
		for _, a := range r.Boxes {
			var rest []Box
			for _, f := range fresh {
				rest = append(rest, f.minus(a)...)
			}
			if fresh = rest; len(fresh) > MaxBoxes {
				// Such splinters hardly ever become few boxes again, and
				// their number can grow with each cut.
				return Region{[]Box{hull(slices.Concat(r.Boxes, o.Boxes))}, false}
			}
		}
		for _, f := range fresh {
			either.Boxes = add(either.Boxes, f)
		}
	}
	return either.capped()
}

func (r Region) unbounded() bool { return len(r.Boxes) == 1 && len(r.Boxes[0].sides) == 0 }

// capped is r, or its hull if r has too many boxes.
func (r Region) capped() Region {
	if len(r.Boxes) <= MaxBoxes {
		return r
	}
	return Region{[]Box{hull(r.Boxes)}, false}
}
