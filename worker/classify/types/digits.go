package types

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
)

// A pattern is some regular expressions over digits as one deterministic
// automaton, made by the subset construction (M. O. Rabin and D. Scott, Finite
// Automata and Their Decision Problems, 1959). A nil one matches nothing.
type pattern struct {
	next    [][10]uint16 // by state and digit; 0 is the first state, dead is none
	matched []uint64     // by state: the expressions that match what led to it, by their index, or 63
}

const dead = 1<<16 - 1

// newPattern compiles expressions, of which an empty one matches nothing. It is
// false where there are too many states or one of them asks where a text ends.
func newPattern(exprs ...string) (*pattern, bool) {
	var b builder
	for i, expr := range exprs {
		if expr == "" || slices.Contains(exprs[:i], expr) && i > 63 {
			continue
		}
		tree, err := syntax.Parse(expr, syntax.Perl)
		if err != nil {
			return nil, false
		}
		prog, err := syntax.Compile(tree.Simplify())
		if err != nil {
			return nil, false
		}
		b.add(prog, min(i, 63))
	}
	return b.build()
}

// A builder has the instructions of all expressions one behind the other.
type builder struct {
	insts  []syntax.Inst
	expr   []int    // by instruction
	starts []uint32 // of the expressions
	fails  bool
}

func (b *builder) add(prog *syntax.Prog, expr int) {
	base := uint32(len(b.insts))
	b.starts = append(b.starts, base+uint32(prog.Start))
	for _, inst := range prog.Inst {
		inst.Out += base
		inst.Arg += base // of use for alternatives alone
		b.insts, b.expr = append(b.insts, inst), append(b.expr, expr)
		b.fails = b.fails || inst.Op == syntax.InstEmptyWidth
	}
}

// build numbers the sets of instructions in the order in which they are reached.
func (b *builder) build() (*pattern, bool) {
	p, known := &pattern{}, map[string]uint16{}
	var sets [][]uint32
	number := func(set []uint32) uint16 {
		if len(set) == 0 {
			return dead
		}
		slices.Sort(set)
		var key []byte
		for _, pc := range set {
			key = binary.LittleEndian.AppendUint32(key, pc)
		}
		state, ok := known[string(key)]
		if !ok {
			state = uint16(len(sets))
			known[string(key)] = state
			sets = append(sets, set)
		}
		return state
	}
	var first []uint32
	for _, pc := range b.starts {
		first = b.reach(first, pc)
	}
	number(first)
	for at := 0; at < len(sets) && len(sets) < dead && !b.fails; at++ {
		var next [10]uint16
		var matched uint64
		for d := range next {
			var set []uint32
			for _, pc := range sets[at] {
				switch inst := &b.insts[pc]; inst.Op {
				case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
					if inst.MatchRune('0' + rune(d)) {
						set = b.reach(set, inst.Out)
					}
				}
			}
			next[d] = number(set)
		}
		for _, pc := range sets[at] {
			if b.insts[pc].Op == syntax.InstMatch {
				matched |= 1 << b.expr[pc]
			}
		}
		p.next, p.matched = append(p.next, next), append(p.matched, matched)
	}
	if len(sets) == 0 {
		return nil, true
	}
	return p, len(p.next) == len(sets)
}

// reach adds to set the instruction at pc and those it leads to without a digit.
func (b *builder) reach(set []uint32, pc uint32) []uint32 {
	if slices.Contains(set, pc) {
		return set
	}
	set = append(set, pc)
	switch inst := &b.insts[pc]; inst.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		return b.reach(b.reach(set, inst.Out), inst.Arg)
	case syntax.InstCapture, syntax.InstNop:
		return b.reach(set, inst.Out)
	}
	return set
}

// matches returns the set of the expressions that match all of digits.
func (p *pattern) matches(digits []byte) uint64 {
	if p == nil {
		return 0
	}
	state := uint16(0)
	for _, c := range digits {
		if state = p.next[state][c-'0']; state == dead {
			return 0
		}
	}
	return p.matched[state]
}

// begins returns the set of the lengths, up to 63, of what of digits an expression
// matches from the start on.
func (p *pattern) begins(digits []byte) (lengths uint64) {
	if p == nil {
		return 0
	}
	state := uint16(0)
	for i, c := range digits {
		if state = p.next[state][c-'0']; state == dead {
			break
		}
		if p.matched[state] != 0 {
			lengths |= 2 << i
		}
	}
	return lengths
}
