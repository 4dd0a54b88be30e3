package classify

import (
	"sort"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A folded is a text as the scanner reads it, and the way back to the original.
type folded struct {
	orig   string
	s      string
	shifts []shift // where s and orig drift apart; empty if they are the same
	ascii  bool    // orig is ASCII, so that bytes are UTF-16 code units
	marks  []mark  // built when an offset is first asked for
}

// A shift says that s[from:] stands at orig[to:], up to the next shift. Two
// shifts with one from surround characters that were removed.
type shift struct{ from, to int }

// A mark is the first character at or after a multiple of markEvery bytes.
type mark struct{ off, units int }

const markEvery = 64

// removed and replaced are what foldRune answers beside an ASCII byte.
const (
	kept    = -1
	removed = -2
)

func (f *folded) reset(text string) {
	*f = folded{orig: text, s: text, ascii: true, shifts: f.shifts[:0], marks: f.marks[:0]}
	first := firstHigh(text)
	if first == len(text) {
		return
	}
	f.ascii = false
	for i := first; i < len(text); {
		if text[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		if foldRune(r) != kept {
			f.fold(i)
			return
		}
		i += n
	}
}

// fold builds s; nothing before from needs folding.
func (f *folded) fold(from int) {
	var b strings.Builder
	b.Grow(len(f.orig))
	b.WriteString(f.orig[:from])
	for i := from; i < len(f.orig); {
		if c := f.orig[i]; c < utf8.RuneSelf {
			b.WriteByte(c)
			i++
			continue
		}
		r, n := utf8.DecodeRuneInString(f.orig[i:])
		switch to := foldRune(r); to {
		case kept:
			b.WriteString(f.orig[i : i+n])
		case removed:
			f.shifts = append(f.shifts, shift{b.Len(), i}, shift{b.Len(), i + n})
		default:
			b.WriteByte(byte(to))
			f.shifts = append(f.shifts, shift{b.Len(), i + n})
		}
		i += n
	}
	f.s = b.String()
}

// origin turns a span of s into the span of orig it came from, without
// removed characters at either edge.
func (f *folded) origin(start, end int) (int, int) {
	if len(f.shifts) == 0 {
		return start, end
	}
	after := sort.Search(len(f.shifts), func(i int) bool { return f.shifts[i].from > start })
	if after > 0 {
		start += f.shifts[after-1].to - f.shifts[after-1].from
	}
	at := sort.Search(len(f.shifts), func(i int) bool { return f.shifts[i].from >= end })
	switch {
	case at < len(f.shifts) && f.shifts[at].from == end:
		end = f.shifts[at].to
	case at > 0:
		end += f.shifts[at-1].to - f.shifts[at-1].from
	}
	return start, end
}

// units returns how many UTF-16 code units stand before the byte at off in orig.
func (f *folded) units(off int) int {
	if f.ascii {
		return off
	}
	if len(f.marks) == 0 {
		f.mark()
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

// firstHigh returns the index of the first byte that is not ASCII.
func firstHigh(s string) int {
	i := 0
	for ; i+8 <= len(s); i += 8 {
		b := s[i : i+8]
		if (b[0]|b[1]|b[2]|b[3]|b[4]|b[5]|b[6]|b[7])&0x80 != 0 {
			break
		}
	}
	for i < len(s) && s[i] < utf8.RuneSelf {
		i++
	}
	return i
}

// foldRune says what stands for r, which is not ASCII: an ASCII byte, kept or removed.
func foldRune(r rune) int {
	switch {
	case r < 0x0600: // Latin, Greek, Cyrillic, Armenian, Hebrew: nearly all kept
		switch r {
		case 0x00A0:
			return ' '
		case 0x00AD, 0x034F: // soft hyphen, grapheme joiner
			return removed
		}
		return kept
	case r >= 0x2000 && r <= 0x206F:
		switch {
		case r <= 0x200A, r == 0x202F, r == 0x205F:
			return ' '
		case r <= 0x200F: // zero width, joiners, direction marks
			return removed
		case r <= 0x2015:
			return '-'
		case r == 0x2028, r == 0x2029:
			return '\n'
		case r >= 0x202A && r <= 0x202E, r >= 0x2060:
			return removed
		}
		return kept
	case r >= 0xFF01 && r <= 0xFF5E: // full-width forms of ASCII
		return int(r - 0xFEE0)
	case r >= 0x3001 && r <= 0xA61F, r >= 0xAC00 && r <= 0xD7FF: // CJK and Hangul: kept
		return kept
	}
	switch r {
	case 0x1680, 0x3000:
		return ' '
	case 0x2212, 0xFE58, 0xFE63: // minus, small dashes
		return '-'
	case 0x061C, 0x180E, 0xFEFF:
		return removed
	}
	if r >= 0xFE00 && r <= 0xFE0F { // variation selectors
		return removed
	}
	return foldDigit(r)
}

// foldDigit maps every decimal digit of Unicode (category Nd) to its ASCII
// digit. Nd consists of runs of ten, each from zero to nine.
func foldDigit(r rune) int {
	if !unicode.Is(unicode.Nd, r) {
		return kept
	}
	for _, t := range unicode.Nd.R16 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return '0' + int(r-rune(t.Lo))%10
		}
	}
	for _, t := range unicode.Nd.R32 {
		if r >= rune(t.Lo) && r <= rune(t.Hi) {
			return '0' + int(r-rune(t.Lo))%10
		}
	}
	return kept
}
