package odata

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// A Box bounds each property by itself. The zero Box bounds none.
type Box struct {
	sides map[string]side // none is empty, none holds everything
}

// Set is the values that b allows for a string property.
func (b Box) Set(property string) Set {
	if s, ok := b.sides[property].(Set); ok {
		return s
	}
	return Set{Except: true}
}

// Range is the times that b allows for a time property.
func (b Box) Range(property string) Range {
	r, _ := b.sides[property].(Range)
	return r
}

// String lists the bounds, for tests and for reading.
func (b Box) String() string {
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(b.sides)) {
		switch s := b.sides[name].(type) {
		case Set:
			not := ""
			if s.Except {
				not = "not "
			}
			parts = append(parts, fmt.Sprintf("%s %sin %q", name, not, s.Values))
		case Range:
			if !s.From.IsZero() {
				parts = append(parts, name+" from "+s.From.Format(time.RFC3339Nano))
			}
			if !s.To.IsZero() {
				parts = append(parts, name+" before "+s.To.Format(time.RFC3339Nano))
			}
		}
	}
	return "{" + strings.Join(parts, ", ") + "}"
}

// add adds b to boxes, in one with another where both make a box.
func add(boxes []Box, b Box) []Box {
	for i, a := range boxes {
		if both, ok := a.merge(b); ok {
			return add(slices.Delete(boxes, i, i+1), both)
		}
	}
	return append(boxes, b)
}

func hull(boxes []Box) Box {
	h := Box{maps.Clone(boxes[0].sides)}
	for _, b := range boxes[1:] {
		for name, s := range h.sides {
			t, ok := b.sides[name]
			if ok {
				s, _ = s.or(t)
			}
			if !ok || s.all() {
				delete(h.sides, name)
			} else {
				h.sides[name] = s
			}
		}
	}
	return h
}

// and is what is in both boxes; ok is false if nothing is.
func (b Box) and(o Box) (_ Box, ok bool) {
	var both Box
	// The common sides come first: most pairs have nothing in common, and
	// then nothing need be copied.
	for name, s := range b.sides {
		t, ok := o.sides[name]
		if !ok {
			continue
		}
		if s = s.and(t); s.empty() {
			return Box{}, false
		}
		both = both.with(name, s)
	}
	for _, from := range []Box{b, o} {
		for name, s := range from.sides {
			if _, ok := both.sides[name]; !ok {
				both = both.with(name, s)
			}
		}
	}
	return both, true
}

// with sets one side of b, which nobody else may hold yet.
func (b Box) with(name string, s side) Box {
	if b.sides == nil {
		b.sides = map[string]side{}
	}
	b.sides[name] = s
	return b
}

// minus is what of b is not in o, in boxes that do not overlap.
func (b Box) minus(o Box) []Box {
	rest, ok := b.and(o)
	if !ok {
		return []Box{b}
	}
	// Cut from b, one property after the other, what is outside of o there;
	// what is left is rest.
	var parts []Box
	inside := b
	for _, name := range slices.Sorted(maps.Keys(o.sides)) {
		for _, n := range o.sides[name].not() {
			if part, ok := inside.and(Box{map[string]side{name: n}}); ok {
				parts = append(parts, part)
			}
		}
		inside = Box{maps.Clone(inside.sides)}.with(name, rest.sides[name])
	}
	return parts
}

// merge makes one box of two that do not overlap, if they differ in one
// property only and are in one piece there.
func (b Box) merge(o Box) (_ Box, ok bool) {
	if len(b.sides) != len(o.sides) {
		return Box{}, false
	}
	differs := ""
	for name, s := range b.sides {
		t, ok := o.sides[name]
		switch {
		case !ok:
			return Box{}, false
		case equal(s, t):
		case differs != "":
			return Box{}, false
		default:
			differs = name
		}
	}
	if differs == "" {
		return b, true
	}
	s, exact := b.sides[differs].or(o.sides[differs])
	if !exact {
		return Box{}, false
	}
	both := Box{maps.Clone(b.sides)}.with(differs, s)
	if s.all() {
		delete(both.sides, differs)
	}
	return both, true
}

func equal(a, b side) bool {
	switch a := a.(type) {
	case Set:
		t := b.(Set)
		return a.Except == t.Except && slices.Equal(a.Values, t.Values)
	case Range:
		t := b.(Range)
		return a.From.Equal(t.From) && a.To.Equal(t.To)
	}
	return false
}
