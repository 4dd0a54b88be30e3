package classify

import (
	"math"
	"math/bits"
	"unicode/utf8"
)

// A folded is a text as the scanner reads it, and the way back to the original.
type folded struct {
	orig   string
	s      string
	edits  edits  // where s and orig differ; none if they are the same
	ascii  bool   // orig is ASCII, so that bytes are UTF-16 code units
	valid  bool   // orig is UTF-8; known once there are marks
	marks  []mark // built when an offset is first asked for
	looked int    // bytes looked at to read others
}

// A mark says how many code units stand before a byte: in valid UTF-8 at each
// multiple of markEvery bytes, else at the first character from there on.
type mark struct{ off, units int }

const markEvery = 64

// reset reads text. A text of 4 GiB, which no limit lets through, is read as it is.
func (f *folded) reset(text string) {
	f.edits.clear()
	*f = folded{orig: text, s: text, ascii: true, edits: f.edits, marks: f.marks[:0]}
	first := firstHigh(text)
	if first == len(text) {
		return
	}
	f.ascii = false
	if len(text) > math.MaxUint32/2 {
		return
	}
	word := 0 // the end of the last word that was judged
	for i := first; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		how, taken := read(r), asIs
		if how == alike && i >= word {
			taken, word = f.judge(i)
		}
		if how != kept && how != alike || taken != asIs {
			_, before := utf8.DecodeLastRuneInString(text[:i])
			f.fold(i - before) // what stands before may join with r
			return
		}
		i += n
	}
}

// origin turns a span of s, which is not empty, into the span of orig it came
// from, whole characters without removed ones at either edge.
func (f *folded) origin(start, end int) (int, int) {
	if f.edits.n == 0 {
		return start, end
	}
	if e, ok := f.edits.find(start + 1); ok {
		if from, to := e.behind(); start < from {
			start = e.to
		} else {
			start += to - from
		}
	}
	if e, ok := f.edits.find(end); ok {
		if from, to := e.behind(); end < from {
			end = to
		} else {
			end += to - from
		}
	}
	return start, end
}

// units returns how many UTF-16 code units stand before the byte at off in orig,
// where a character begins.
func (f *folded) units(off int) int {
	if f.ascii {
		return off
	}
	if len(f.marks) == 0 {
		f.mark()
	}
	if f.valid {
		at := off / markEvery
		return f.marks[at].units + utf16Len(f.orig[at*markEvery:off])
	}
	m := f.marks[off/markEvery]
	if m.off > off { // a character reaches over the multiple, and off is within it
		m = f.marks[max(0, off/markEvery-1)]
	}
	for m.off < off {
		m.step(f.orig)
	}
	return m.units
}

func (f *folded) mark() {
	var m mark
	if f.valid = utf8.ValidString(f.orig); f.valid {
		for ; m.off+markEvery <= len(f.orig); m.off += markEvery {
			f.marks = append(f.marks, m)
			m.units += utf16Len(f.orig[m.off : m.off+markEvery])
		}
		f.marks = append(f.marks, m)
		return
	}
	for next := 0; ; next += markEvery {
		for m.off < next && m.off < len(f.orig) {
			m.step(f.orig)
		}
		f.marks = append(f.marks, m)
		if next > len(f.orig) {
			return
		}
	}
}

func (m *mark) step(s string) {
	r, n := utf8.DecodeRuneInString(s[m.off:])
	m.off += n
	m.units++
	if r > 0xFFFF {
		m.units++
	}
}

// utf16Len counts the UTF-16 code units of s, a piece of valid UTF-8: one for
// the first byte of each character, and one more where that says four bytes.
func utf16Len(s string) int {
	const ones = 0x0101010101010101
	n := len(s)
	i := 0
	for ; i+8 <= len(s); i += 8 {
		x := eight(s[i:])
		n -= bits.OnesCount64(x >> 7 &^ (x >> 6) & ones)
		n += bits.OnesCount64(x >> 7 & (x >> 6) & (x >> 5) & (x >> 4) & ones)
	}
	for ; i < len(s); i++ {
		switch {
		case s[i]&0xC0 == 0x80:
			n--
		case s[i] >= 0xF0:
			n++
		}
	}
	return n
}

// eight returns the first eight bytes of s, as one load.
func eight(s string) uint64 {
	b := s[:8]
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 | uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

// firstHigh returns the index of the first byte that is not ASCII.
func firstHigh(s string) int {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		if eight(s[i:])&0x8080808080808080 != 0 {
			break
		}
	}
	for i < len(s) && s[i] < utf8.RuneSelf {
		i++
	}
	return i
}
