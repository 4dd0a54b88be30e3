package classify

import (
	"encoding/binary"
	"sort"
)

// An edit says that s[from:from+out] stands for orig[to:to+in]. Between two of
// them s and orig are the same.
type edit struct{ from, to, out, in int }

// behind is where s goes on behind the edit, and where orig does.
func (e *edit) behind() (int, int) { return e.from + e.out, e.to + e.in }

// edits are in order. A text may consist of little else, so they are packed:
// each as the bytes between it and the one before, its out and its in, in
// unsigned varints, which for most are three bytes.
type edits struct {
	packed []byte
	pages  []page
	n      int
	before edit
	last   edit // not packed yet, if there is any, since it may grow
}

// A page is pageSize edits, the last one fewer. They count from the edit before
// the page, and are packed from at on.
type page struct {
	before edit
	first  int // where its first begins in s
	at     int
}

const pageSize = 32

func (es *edits) clear() { *es = edits{packed: es.packed[:0], pages: es.pages[:0]} }

// add appends e, or makes the last longer where both stand for nothing.
func (es *edits) add(e edit) {
	if es.n > 0 && e.out == 0 && es.last.out == 0 && es.last.from == e.from {
		es.last.in = e.to + e.in - es.last.to
		return
	}
	es.pack()
	if es.n%pageSize == 0 {
		es.pages = append(es.pages, page{before: es.last, first: e.from, at: len(es.packed)})
	}
	es.before, es.last = es.last, e
	es.n++
}

// pack puts the last edit behind the others.
func (es *edits) pack() {
	if es.n == 0 {
		return
	}
	from, _ := es.before.behind()
	for _, n := range [...]int{es.last.from - from, es.last.out, es.last.in} {
		es.packed = binary.AppendUvarint(es.packed, uint64(n))
	}
}

// find returns the last edit that begins before limit in s.
func (es *edits) find(limit int) (edit, bool) {
	if es.n > 0 && es.last.from < limit {
		return es.last, true
	}
	k := sort.Search(len(es.pages), func(i int) bool { return es.pages[i].first >= limit }) - 1
	if k < 0 {
		return edit{}, false
	}
	e, rest := es.pages[k].before, es.packed[es.pages[k].at:]
	for range pageSize {
		next, n := unpack(e, rest)
		if n == 0 || next.from >= limit {
			break
		}
		e, rest = next, rest[n:]
	}
	return e, true
}

// unpack returns the edit behind e that b begins with, and its length in b.
func unpack(e edit, b []byte) (edit, int) {
	gap, i := binary.Uvarint(b)
	out, j := binary.Uvarint(b[i:])
	in, k := binary.Uvarint(b[i+j:])
	from, to := e.behind()
	return edit{from + int(gap), to + int(gap), int(out), int(in)}, i + j + k
}
