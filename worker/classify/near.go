package classify

// Evidence is looked for where a candidate first asks, cell by cell, and each
// cell once: many candidates stand near the same words, and most texts have
// long stretches without any candidate. What a cell has tells at once of which
// types no word is near, and their rules need not look at a number at all.

// cellSize is how many bytes of the folded text a cell has.
const cellSize = 256

// A cell is a piece of the text.
type cell struct {
	known bool
	hits  []hit    // that begin in it, by offset
	types []uint64 // the set of types that they support
}

// A cellSpan is the cells from lo up to, not including, hi.
type cellSpan struct{ lo, hi int }

// cellsWithin returns the cells with the words that may lie within reach bytes
// of s[start:end].
func (sc *scanner) cellsWithin(start, end, reach int) cellSpan {
	lo := max(0, start-reach-sc.e.lexicon.longest) / cellSize
	hi := (min(len(sc.s), end+reach+1) + cellSize - 1) / cellSize
	return cellSpan{max(lo, sc.firstCell), hi}
}

// known has the words of the cells looked for.
func (sc *scanner) known(at cellSpan) []cell {
	for len(sc.cells) < at.hi-sc.firstCell {
		if len(sc.cells) < cap(sc.cells) {
			sc.cells = sc.cells[:len(sc.cells)+1]
		} else {
			sc.cells = append(sc.cells, cell{})
		}
	}
	for k := at.lo; k < at.hi; k++ {
		if c := &sc.cells[k-sc.firstCell]; !c.known {
			sc.know(c, k)
		}
	}
	return sc.cells[at.lo-sc.firstCell : max(at.lo, at.hi)-sc.firstCell]
}

// bytes is how many bytes of the folded text n UTF-16 code units are at most.
func (sc *scanner) bytes(n int) int {
	if !sc.ascii {
		n *= 3 // UTF-8 has at most three bytes for one UTF-16 code unit
	}
	if sc.edits.n > 0 {
		n *= 2 // and no more than twice as many were made of them
	}
	return n
}

// know looks for the words of the k-th cell.
func (sc *scanner) know(c *cell, k int) {
	var n int
	c.known = true
	c.hits, n = sc.e.lexicon.find(&sc.folded, k*cellSize, min(len(sc.s), (k+1)*cellSize), c.hits[:0])
	sc.steps += n
	if c.types == nil {
		c.types = make([]uint64, len(sc.evident))
	}
	clear(c.types)
	for i := range c.hits {
		for j, set := range sc.e.lexicon.lists[c.hits[i].word] {
			c.types[j] |= set
		}
	}
}

// supported reports whether a word of the type may stand near s[start:end].
func (sc *scanner) supported(typ, start, end int) bool {
	return sc.typesNear(start, end)[typ/64]&(1<<(typ%64)) != 0
}

// typesNear returns the set of the types of which words may stand near s[start:end].
func (sc *scanner) typesNear(start, end int) []uint64 {
	if at := sc.cellsWithin(start, end, sc.nearBytes); at != sc.vicinity.cells {
		sc.vicinity.cells = at
		types := sc.vicinity.types
		clear(types)
		for _, c := range sc.known(at) {
			for j, set := range c.types {
				types[j] |= set
			}
		}
	}
	return sc.vicinity.types
}

// A vicinity is what was last asked about.
type vicinity struct {
	cells cellSpan
	types []uint64 // the union of theirs
}

// leave forgets the cells that are near to nothing that waits or is still to come.
func (sc *scanner) leave(pos int) {
	if len(sc.pending) > 0 {
		pos = min(pos, sc.pending[0].start)
	}
	pos -= sc.nearBytes + sc.e.lexicon.longest + sc.e.hold
	n := pos/cellSize - sc.firstCell
	if n <= 0 {
		return
	}
	for k := n; k < len(sc.cells); k++ {
		// Swapped, so that the buffers serve again.
		sc.cells[k-n], sc.cells[k] = sc.cells[k], sc.cells[k-n]
	}
	sc.shorten(max(0, len(sc.cells)-n))
	sc.firstCell += n
}

// arrive forgets all cells, before another text.
func (sc *scanner) arrive() {
	sc.shorten(0)
	sc.firstCell = 0
	sc.nearBytes = sc.bytes(sc.e.near)
	sc.vicinity.cells = cellSpan{}
	clear(sc.vicinity.types)
}

// shorten keeps the first n cells.
func (sc *scanner) shorten(n int) {
	for k := n; k < len(sc.cells); k++ {
		sc.cells[k].known = false
	}
	sc.cells = sc.cells[:n]
}

// near calls yield with the hits that support c, by offset, until it returns false.
func (sc *scanner) near(c *candidate, yield func(*hit) bool) {
	typ := sc.e.rules[c.rule].typ
	if !sc.supported(typ, c.start, c.end) {
		return
	}
	sc.hitsWithin(c, sc.e.types[typ].proximity(), func(h *hit) bool {
		return !sc.e.lexicon.supports(h.word, typ) || yield(h)
	})
}

// hitsWithin calls yield with the hits at most reach from c and apart from it,
// by offset, until it returns false.
func (sc *scanner) hitsWithin(c *candidate, reach int, yield func(*hit) bool) {
	for _, cell := range sc.known(sc.cellsWithin(c.start, c.end, sc.bytes(reach))) {
		hits := cell.hits
		for i := range hits {
			h := &hits[i]
			sc.steps++
			if h.ustart > c.uend+reach {
				return
			}
			apart := h.uend <= c.ustart && c.ustart-h.uend <= reach || h.ustart >= c.uend
			if apart && !yield(h) {
				return
			}
		}
	}
}
