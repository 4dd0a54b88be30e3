package classify

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// How characters are read. ASCII is read as it is. Of the others,
//
//   - decimal digits of every script and full-width forms become ASCII, odd
//     spaces and dashes ' ' and '-';
//   - characters without width disappear: soft hyphens, joiners, marks and
//     isolates of direction, variation selectors, and marks on a digit, as in
//     keycaps and struck-out numbers;
//   - letters take their form in Normalization Form KC (Unicode Standard Annex
//     #15): ligatures, mathematical and half-width letters, and letters with
//     the accents behind them;
//   - digits and letters in circles, superscripts, Roman numerals and the like
//     take that form in company of their own only. Beside plain letters and
//     digits they are a footnote, an exponent or the number of an item, and
//     reading them would spoil what they stand beside;
//   - Cyrillic and Greek look-alikes become Latin in words that are Latin
//     otherwise; see lookalike.go.
//
// What takes none of these forms stays, and so do forms that would bring in
// spaces and punctuation, as fractions do, or more than double the text.
const (
	kept    = -1 - iota // as it is
	removed             // as nothing
	mapped              // in its form in NFKC
	styled              // in that form, apart from plain characters
	joining             // as one with what stands before it
	alike               // as a letter that looks like it, in some words
)

// read says how r, which is not ASCII, is read: as an ASCII byte or one of the above.
func read(r rune) int {
	switch {
	case r < 0x0700: // Latin, Greek, Cyrillic, Armenian, Hebrew, Arabic: nearly all kept
		switch {
		case r >= 0x0370 && r < 0x0370+rune(len(lookalikes)) && lookalikes[r-0x0370].letter != 0:
			return alike
		case r == 0x00A0:
			return ' '
		case r == 0x00AD, r == 0x034F, r == 0x061C: // soft hyphen, grapheme joiner, Arabic letter mark
			return removed
		case r == 0x00B2, r == 0x00B3, r == 0x00B9: // superscripts
			return styled
		case r >= 0x0300 && r <= 0x036F, r >= 0x0653 && r <= 0x0655:
			return joining
		case r == 0x0132, r == 0x0133, r == 0x0149, r == 0x017F, r >= 0x01C4 && r <= 0x01CC, r >= 0x01F1 && r <= 0x01F3,
			r >= 0x02B0 && r <= 0x02B8, r >= 0x02E0 && r <= 0x02E4, r >= 0x03D0 && r <= 0x03F5:
			return mapped
		case r >= 0x0660 && r <= 0x0669:
			return '0' + int(r-0x0660)
		case r >= 0x06F0 && r <= 0x06F9:
			return '0' + int(r-0x06F0)
		}
		return kept
	case r >= 0x1E00 && r <= 0x1EFF: // Latin, precomposed
		return kept
	case r >= 0x2000 && r <= 0x206F:
		switch {
		case r <= 0x200A, r == 0x202F, r == 0x205F:
			return ' '
		case r <= 0x200F: // zero width, joiners, direction marks
			return removed
		case r <= 0x2015:
			return '-'
		case r == 0x2024: // one dot leader
			return '.'
		case r == 0x2028, r == 0x2029:
			return '\n'
		case r >= 0x202A && r <= 0x202E, r >= 0x2060: // embeddings, overrides, isolates, invisible operators
			return removed
		}
		return kept
	case r >= 0x20D0 && r <= 0x20F0: // marks for symbols, such as the keycap
		return joining
	case r == 0x3099, r == 0x309A, r == 0xFF9E, r == 0xFF9F: // voiced kana
		return joining
	case r >= 0x1161 && r <= 0x1175, r >= 0x11A8 && r <= 0x11C2: // Hangul vowels and finals
		return joining
	case r >= 0xFF01 && r <= 0xFF5E: // full-width forms of ASCII
		return int(r - 0xFEE0)
	case r >= 0x3001 && r <= 0x312F, r >= 0x3400 && r <= 0xA61F, r >= 0xAC00 && r <= 0xD7FF: // CJK and Hangul
		return kept
	case variation(r):
		return joining
	case r >= 0xE0000 && r <= 0xE007F: // tags
		return removed
	}
	switch r {
	case 0x1680, 0x3000:
		return ' '
	case 0x2212, 0xFE58, 0xFE63: // minus, small dashes
		return '-'
	case 0x180E, 0xFEFF:
		return removed
	}
	if d := decimal(r); d != kept {
		return d
	}
	var b [utf8.UTFMax]byte
	switch {
	case norm.NFKC.Properties(b[:utf8.EncodeRune(b[:], r)]).Decomposition() == nil:
		return kept
	case unicode.In(r, unicode.No, unicode.Nl, unicode.So):
		return styled
	}
	return mapped
}

// decimal maps the decimal digits of Unicode (category Nd) to their ASCII
// digits. Nd consists of runs of ten, each from zero to nine.
func decimal(r rune) int {
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

// variation reports whether r chooses the glyph of the character before it.
func variation(r rune) bool {
	return r >= 0xFE00 && r <= 0xFE0F || r >= 0xE0100 && r <= 0xE01EF
}

// maxJoined is how many marks are read as one with the character before them:
// as many as the Stream-Safe Text Format of Annex #15 allows.
const maxJoined = 30

// maxKnown is how many pairs of a character and a mark are remembered.
const maxKnown = 1 << 12

// A folder writes a folded's s.
type folder struct {
	*folded
	b    strings.Builder
	char []byte // what the character at hand is read as

	// What characters and marks are together, "" for what they are not, since
	// few of them make up most of a text.
	joined map[string]string

	// The verdicts on the words and runs that have been looked at, and where
	// these end, so that each is looked at once.
	word, run struct {
		end   int
		taken verdict
	}
}

// fold builds s; nothing before from needs folding.
func (f *folded) fold(from int) {
	w := folder{folded: f}
	w.b.Grow(len(f.orig))
	w.b.WriteString(f.orig[:from])
	for i := from; i < len(f.orig); {
		high := i + firstHigh(f.orig[i:])
		if high == len(f.orig) {
			w.b.WriteString(f.orig[i:])
			break
		}
		if r, _ := utf8.DecodeRuneInString(f.orig[high:]); high > i && read(r) == joining {
			high-- // the mark's base
		}
		w.b.WriteString(f.orig[i:high])
		i = w.character(high)
	}
	f.s = w.b.String()
}

// character writes the character at i with the marks on it and returns its end.
func (w *folder) character(i int) int {
	r, n := utf8.DecodeRuneInString(w.orig[i:])
	end := i + n
	w.char = w.char[:0]
	how := int(r)
	if r >= utf8.RuneSelf {
		how = read(r)
	}
	switch how {
	case kept:
		w.char = append(w.char, w.orig[i:end]...)
	case removed:
		w.edit(i, end)
		return end
	case joining: // with nothing to join
		if s := w.b.String(); !variation(r) && (s == "" || !isDigit(s[len(s)-1])) {
			w.char = append(w.char, w.orig[i:end]...)
		}
		w.edit(i, end)
		return end
	case mapped:
		w.compatible(i, end)
	case styled:
		if w.apart(i) {
			w.compatible(i, end)
		} else {
			w.char = append(w.char, w.orig[i:end]...)
		}
	case alike:
		w.char = append(w.char, w.latin(i, r)...)
	default:
		w.char = append(w.char, byte(how))
	}
	for range maxJoined {
		mark, n := utf8.DecodeRuneInString(w.orig[end:])
		if mark < utf8.RuneSelf || read(mark) != joining || !variation(mark) && !w.join(w.orig[end:end+n]) {
			break
		}
		end += n
	}
	w.edit(i, end)
	return end
}

// compatible reads orig[i:end], one character, in its form in NFKC, if that is
// letters and digits, or one character.
func (w *folder) compatible(i, end int) {
	as := norm.NFKC.PropertiesString(w.orig[i:end]).Decomposition()
	if bytes.IndexFunc(as, unicode.IsMark) >= 0 || norm.NFC.QuickSpan(as) < len(as) {
		as = norm.NFKC.Bytes([]byte(w.orig[i:end])) // composed again
	}
	r, n := utf8.DecodeRune(as)
	switch {
	case n == len(as) && r >= utf8.RuneSelf && read(r) >= 0:
		w.char = append(w.char, byte(read(r)))
	case n == len(as), len(as) <= 2*(end-i) && bytes.IndexFunc(as, notWritten) < 0:
		w.char = append(w.char, as...)
	default:
		w.char = append(w.char, w.orig[i:end]...)
	}
}

func notWritten(r rune) bool { return !unicode.In(r, unicode.L, unicode.M, unicode.Nd) }

// join reads mark as one with the character at hand, if there is such a character.
func (w *folder) join(mark string) bool {
	if len(w.char) == 1 && isDigit(w.char[0]) {
		return true
	}
	apart := append(w.char, mark...)
	one, known := w.joined[string(apart)]
	if !known {
		one = norm.NFKC.String(string(apart))
		if _, n := utf8.DecodeRuneInString(one); n != len(one) {
			one = ""
		}
		if w.joined == nil || len(w.joined) == maxKnown {
			w.joined = map[string]string{}
		}
		w.joined[string(apart)] = one
	}
	if one == "" {
		return false
	}
	w.char = append(w.char[:0], one...)
	return true
}

// edit writes what orig[i:end] is read as.
func (w *folder) edit(i, end int) {
	at := w.b.Len()
	w.b.Write(w.char)
	if string(w.char) == w.orig[i:end] {
		return
	}
	w.edits.add(edit{at, i, len(w.char), end - i})
}

// apart reports whether the run of styled characters around i, of which i is
// the first not looked at, has no plain letter or digit beside it.
func (w *folder) apart(i int) bool {
	if i < w.run.end {
		return w.run.taken == asLetters
	}
	w.run.end, w.run.taken = i, asLetters
	if s := w.b.String(); s != "" && alnum(s[len(s)-1]) {
		w.run.taken = asIs
	}
	for w.run.end < len(w.orig) {
		r, n := utf8.DecodeRuneInString(w.orig[w.run.end:])
		if plain(r) {
			w.run.taken = asIs
		}
		if r < utf8.RuneSelf || read(r) != styled {
			break
		}
		w.run.end += n
	}
	return w.run.taken == asLetters
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// plain reports whether r is read as an ASCII letter or digit.
func plain(r rune) bool {
	how := int(r)
	if r >= utf8.RuneSelf {
		how = read(r)
	}
	return how >= 0 && alnum(byte(how))
}
