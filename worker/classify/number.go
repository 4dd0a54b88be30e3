package classify

// An opened is a way through the trie of layouts that the groups read so far allow.
type opened struct {
	node  uint16
	start int
	kinds uint8 // the separators within, a bit each
}

// maxOpen bounds the groups of a layout, and with it the ways open at a time.
const maxOpen = 8

// A piece is the part of a run of digit groups that may be one telephone number.
type piece struct {
	start, end int
	digits     int
	tight      bool // a hyphen or a dot was among its gaps
}

// number handles the digit groups from i on, which begins a word, and returns
// where the last of them ends. Each group is read once; the layouts it may be
// part of are followed side by side.
func (sc *scanner) number(i int) int {
	s, t := sc.s, sc.e.tables
	j := i + 1
	for j < len(s) && t.class[s[j]]&digit != 0 {
		j++
	}
	if t.lonely(s[j:]) {
		sc.lone(i, j)
		return j
	}
	var p piece
	open, sep := 0, uint8(0)
	for {
		p = sc.extend(p, i, j)
		if j < len(s) && t.class[s[j]]&letter != 0 {
			sc.run(p)
			return sc.word(i)
		}
		open = sc.follow(open, sep, i, j)

		k := j
		for k < len(s) && k-j < 3 && t.class[s[k]]&gap != 0 {
			k++
		}
		sep = 0
		if j+1 < len(s) && t.class[s[j+1]]&digit != 0 {
			sep = t.sep[s[j]]
			if t.class[s[j]]&trigger != 0 {
				sc.around(j)
			}
			if sep != 0 {
				k = j + 1
			}
		}
		if k == j || k == len(s) || t.class[s[k]]&digit == 0 {
			sc.run(p)
			return j
		}
		if sep == 0 {
			open = 0
		}
		i, j = k, k+1
		for j < len(s) && t.class[s[j]]&digit != 0 {
			j++
		}
		if i >= sc.due {
			sc.flush(i, false)
			sc.due = i + block
			if sc.err != nil {
				return len(s)
			}
		}
	}
}

// lone proposes the group s[i:j], which has nothing to join.
func (sc *scanner) lone(i, j int) {
	t, n := sc.e.tables, j-i
	if n > maxGroup || !t.single[n] {
		return
	}
	if l := &t.layouts[t.layouts[0].next[0][n]]; len(l.rules) > 0 {
		sc.read(l, i, j, 1)
	}
	sc.run(sc.piece(i, j))
}

// lonely reports whether rest, which begins behind a group of digits, lets the
// group stand alone: neither is it part of a word nor does another follow.
func (t *tables) lonely(rest string) bool {
	if len(rest) == 0 {
		return true
	}
	switch next := t.class[rest[0]]; {
	case next&letter != 0:
		return false
	case next&gap == 0 && t.sep[rest[0]] == 0:
		return true
	}
	return len(rest) > 1 && t.class[rest[1]]&(digit|gap) == 0
}

// follow takes the group s[i:j] into the open ways and opens one that begins
// with it. It proposes the numbers that end here and returns how many ways go on.
func (sc *scanner) follow(open int, sep uint8, i, j int) int {
	t, ways := sc.e.tables, &sc.ways
	n := j - i
	if n > maxGroup || open == 0 && t.layouts[0].next[0][n] == 0 {
		return 0
	}
	if open == maxOpen {
		copy(ways[:], ways[1:])
		open--
	}
	ways[open] = opened{start: i}
	keep := 0
	for w := range open + 1 {
		way := ways[w]
		kind := sep
		if w == open {
			kind = 0
		}
		way.node = t.layouts[way.node].next[kind][n]
		if way.node == 0 {
			continue
		}
		way.kinds |= 1 << kind
		if l := &t.layouts[way.node]; len(l.rules) > 0 {
			sc.read(l, way.start, j, way.kinds)
		}
		ways[keep] = way
		keep++
	}
	return keep
}

// read proposes the number s[start:end] to the rules of its layout.
func (sc *scanner) read(l *layout, start, end int, kinds uint8) {
	var near []uint64 // the types for which a rule that needs evidence may have it
	if l.alone < len(l.rules) && sc.opt.MaxExplanations == 0 {
		near = sc.typesNear(start, end)
		if l.alone == 0 && !meet(l.types, near) {
			return
		}
	}
	if sc.partOfLonger(start, end, kinds) {
		for _, r := range l.rules {
			sc.refuse(r, start, end, LongerNumber)
		}
		return
	}
	sc.setDigits(start, end)
	for _, r := range l.rules[:l.alone] {
		sc.propose(r, start, end, end)
	}
	if near != nil && !meet(l.types, near) {
		return
	}
	for i, r := range l.rules[l.alone:] {
		if typ := l.needy[i]; near == nil || near[typ/64]>>(typ%64)&1 != 0 {
			sc.propose(r, start, end, end)
		}
	}
}

// meet reports whether two sets of types have one in common.
func meet(a, b []uint64) bool {
	for i, set := range a {
		if set&b[i] != 0 {
			return true
		}
	}
	return false
}

func (sc *scanner) setDigits(start, end int) {
	d := sc.digits[:0]
	for _, c := range []byte(sc.s[start:end]) {
		if c >= '0' && c <= '9' {
			d = append(d, c)
		}
	}
	sc.cand.Digits = d
}

// partOfLonger reports whether s[start:end] is cut out of something longer: a
// plus sign stands before it, or a hyphen or dot joins it to more digits, as in
// a UUID or a decimal. Where the number has separators of its own, only the
// same one joins.
func (sc *scanner) partOfLonger(start, end int, kinds uint8) bool {
	s, t := sc.s, sc.e.tables
	joins := func(c byte) bool {
		return (c == '-' || c == '.') && (kinds == 1 || kinds&(1<<t.sep[c]) != 0)
	}
	if start > 0 && (s[start-1] == '+' || joins(s[start-1])) {
		if s[start-1] == '+' {
			return true
		}
		for k := start - 2; k >= 0 && k >= start-2-reach && t.class[s[k]]&word != 0; k-- {
			if t.class[s[k]]&digit != 0 {
				return true
			}
		}
	}
	if end < len(s) && joins(s[end]) {
		for k := end + 1; k < len(s) && k <= end+1+reach && t.class[s[k]]&word != 0; k++ {
			if t.class[s[k]]&digit != 0 {
				return true
			}
		}
	}
	return false
}

// extend adds the group s[i:j] to p, or proposes p and begins another piece
// with the group where the gap between them is none of a telephone number's.
func (sc *scanner) extend(p piece, i, j int) piece {
	s := sc.s
	if p.digits > 0 && joined(&p, s[p.end:i]) {
		for _, c := range []byte(s[p.end:i]) {
			p.tight = p.tight || c == '-' || c == '.'
		}
		p.end = j
		p.digits += j - i
		return p
	}
	sc.run(p)
	return sc.piece(i, j)
}

// piece is the piece that begins with the group s[i:j].
func (sc *scanner) piece(i, j int) piece {
	p := piece{start: i, end: j, digits: j - i}
	for p.start > 0 && i-p.start < 2 && (sc.s[p.start-1] == '(' || sc.s[p.start-1] == '+') {
		p.start--
	}
	return p
}

// joined reports whether a gap can stand within one telephone number that
// begins with p. A space after groups that were joined by hyphens or dots
// begins another number, once there were enough digits for one.
func joined(p *piece, gap string) bool {
	full := p.digits >= 7
	switch gap {
	case "-", ".", " - ":
		return true
	case " ", ")", ") ", ")-", ").":
		return !(full && p.tight)
	case "/", "(", " (", "-(":
		return !full
	}
	return false
}

// run proposes p if it has as many digits as a rule wants.
func (sc *scanner) run(p piece) {
	if t := sc.e.tables; p.digits < t.minRun || p.digits > t.maxRun {
		return
	}
	sc.setDigits(p.start, p.end)
	for _, r := range sc.e.tables.runs {
		if p.digits >= r.min && p.digits <= r.max {
			sc.propose(r.rule, p.start, p.end, p.end)
		}
	}
}
