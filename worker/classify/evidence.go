package classify

import (
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A lexicon finds the words of several lists, such as the evidence words of all
// types. It is a trie that is entered where a word begins, so it needs no
// failure links: a word that is none of ours is left after two or three bytes.
type lexicon struct {
	class   [256]uint8 // a byte's column; 0 for bytes in no word. Cases and separators share one
	columns int
	gates   gates
	pairs   [narrow * narrow]int32 // node after two bytes, by their columns; 0 for none
	nodes   []lexnode
	labels  []uint8    // by node: the column that leads to it
	lists   [][]uint64 // by word: the set of lists that have it; of evidence, a list is a type's
	longest int        // of all words, in bytes, with room for doubled separators
	ascii   [256]bool  // ASCII letters and digits
	letters [0x2000 / 64]uint64
}

// A lexnode's children are the nodes from first up to the next node's first, by
// their columns.
type lexnode struct {
	set   uint64 // of the columns below narrow that lead to children, a bit each
	first int32
	word  int32 // 1 + the word that ends here, 0 for none
}

// narrow is above the columns of ASCII's letters and digits, which come first.
const narrow = 64

// A hit is an evidence word in the text.
type hit struct {
	start, end   int // in the folded text
	ustart, uend int // in UTF-16 code units of the original
	word         int32
}

// separator is the column of everything that a space in a word stands for.
const separator = 1

func emptyLexicon() *lexicon {
	l := &lexicon{columns: 2}
	for r := range rune(0x2000) {
		if unicode.In(r, unicode.L, unicode.M, unicode.Nd) {
			l.letters[r/64] |= 1 << (r % 64)
		}
	}
	for c := range l.ascii {
		l.ascii[c] = alnum(byte(c))
	}
	for _, c := range []byte(" -_\t\r\n") {
		l.class[c] = separator
	}
	for c := range byte(utf8.RuneSelf) {
		if isSmall(c) || isDigit(c) {
			l.column(c)
		}
	}
	return l
}

// newLexicon returns a lexicon of lists, which are numbered as they come.
func newLexicon(lists [][]string) (*lexicon, error) {
	l := emptyLexicon()
	ids := map[string]int32{}
	for i, list := range lists {
		for _, w := range list {
			w = l.normal(w)
			if !l.takes(w) {
				return nil, fmt.Errorf("list %d: %q is no word to look for", i, w)
			}
			id, ok := ids[w]
			if !ok {
				id = int32(len(ids))
				ids[w] = id
				l.lists = append(l.lists, make([]uint64, len(lists)/64+1))
			}
			l.lists[id][i/64] |= 1 << (i % 64)
		}
	}
	l.build(ids)
	return l, nil
}

// normal is w in the form in which it is looked up.
func (l *lexicon) normal(w string) string {
	return strings.Join(strings.FieldsFunc(strings.ToLower(w), func(r rune) bool {
		return r < utf8.RuneSelf && l.class[r] == separator
	}), " ")
}

// takes reports whether a word in its normal form can be found.
func (l *lexicon) takes(w string) bool {
	first, _ := utf8.DecodeRuneInString(w)
	return len(w) >= 2 && l.isLetter(first)
}

// build lays the trie out breadth first, so that siblings are neighbours.
func (l *lexicon) build(ids map[string]int32) {
	type spelling struct {
		columns string // of its bytes
		word    int32
	}
	var all []spelling
	for _, w := range slices.Sorted(maps.Keys(ids)) {
		for _, form := range forms(w) {
			l.longest = max(l.longest, 2*len(form))
			columns := make([]byte, len(form))
			for i := range len(form) {
				columns[i] = l.column(form[i])
			}
			all = append(all, spelling{string(columns), ids[w] + 1})
		}
	}
	// Stable, so that of words that only their case tells apart the last one stands.
	slices.SortStableFunc(all, func(a, b spelling) int { return strings.Compare(a.columns, b.columns) })

	l.nodes, l.labels = make([]lexnode, 1), make([]uint8, 1)
	queue := [][]spelling{all} // by node: what begins as the way to it does
	level := []int{0}          // by node: the length of that way
	for at := 0; at < len(queue); at++ {
		below, depth := queue[at], level[at]
		queue[at] = nil
		for len(below) > 0 && len(below[0].columns) == depth {
			l.nodes[at].word = below[0].word
			below = below[1:]
		}
		l.nodes[at].first = int32(len(l.nodes))
		for len(below) > 0 {
			c, n := below[0].columns[depth], 1
			for n < len(below) && below[n].columns[depth] == c {
				n++
			}
			queue, level = append(queue, below[:n]), append(level, depth+1)
			l.nodes, l.labels = append(l.nodes, lexnode{}), append(l.labels, c)
			if c < narrow {
				l.nodes[at].set |= 1 << c
			}
			below = below[n:]
		}
	}
	l.nodes = append(l.nodes, lexnode{first: int32(len(l.nodes))})
	for a := range uint8(narrow) {
		for b := range uint8(narrow) {
			if node := l.child(0, a); node != 0 {
				l.pairs[int(a)*narrow+int(b)] = l.child(node, b)
			}
		}
	}
	l.sortEvents()
}

// sortEvents makes the gates: a word begins with a letter or digit of ASCII
// behind something else, or with another character, of which begins knows more.
func (l *lexicon) sortEvents() {
	high := func(c byte) bool { return c >= utf8.RuneSelf }
	for c := range 256 {
		if first := byte(c); l.ascii[first] {
			node := l.child(0, l.class[first])
			l.gates.add(1+int(l.class[first])%(kinds-1), func(before byte) bool { return !l.ascii[before] }, first,
				func(second byte) bool { return high(second) || node != 0 && l.child(node, l.class[second]) != 0 })
		} else if high(first) {
			l.gates.add(0, all, first, high)
		}
	}
}

// column returns the column of b, a new one if b has none yet.
func (l *lexicon) column(b byte) uint8 {
	if l.class[b] == 0 {
		l.class[b] = uint8(l.columns)
		if b >= 'a' && b <= 'z' {
			l.class[b-'a'+'A'] = uint8(l.columns)
		}
		l.columns++
	}
	return l.class[b]
}

// lower is the one form of a letter in all its cases: also of the final sigma,
// the long s and the dotless i. Turkish tells its two i apart by case alone,
// and English writes the same words without.
func lower(r rune) rune { return unicode.ToLower(unicode.ToUpper(r)) }

// forms returns w as the text is read, in lower case, in the spellings people
// use: the sharp s has no capital in most fonts, and is unknown to the Swiss.
func forms(w string) []string {
	var f folded
	f.reset(w)
	w = strings.Map(lower, f.s)
	if s := strings.ReplaceAll(w, "ß", "ss"); s != w {
		return []string{w, s}
	}
	return []string{w}
}

// find appends to hits the words that begin in s[lo:hi], and returns the number
// of bytes it looked at.
func (l *lexicon) find(f *folded, lo, hi int, hits []hit) ([]hit, int) {
	steps := hi - lo
	for i := lo; ; i++ {
		if i = l.gates.next(f.s, i, hi); i >= hi {
			return hits, steps
		}
		if l.begins(f.s, i) {
			var n int
			hits, n = l.read(f, i, hits)
			steps += n
		}
	}
}

// begins reports whether s[i] is the first byte of a word.
func (l *lexicon) begins(s string, i int) bool {
	if c := s[i]; l.ascii[c] {
		if before := byteBefore(s, i); before < utf8.RuneSelf {
			return !l.ascii[before]
		}
	} else if r, _ := utf8.DecodeRuneInString(s[i:]); c < utf8.RuneSelf || !l.isLetter(r) {
		return false
	} else if !l.spaced(r) {
		return true
	}
	before, _ := utf8.DecodeLastRuneInString(s[:i])
	return !l.spaced(before)
}

// read appends to hits the words that s[i:] begins with, and returns the number
// of bytes it looked at.
func (l *lexicon) read(f *folded, i int, hits []hit) ([]hit, int) {
	if i+1 < len(f.s) {
		c, next := f.s[i], f.s[i+1]
		if a, b := l.class[c], l.class[next]; c|next < utf8.RuneSelf && a|b < narrow {
			if node := l.pairs[int(a)*narrow+int(b)]; node != 0 {
				return l.walk(f, i, i+2, node, hits)
			}
			return hits, 0
		}
	}
	return l.walk(f, i, i, 0, hits)
}

// walk follows the trie from node, which s[i:k] led to.
func (l *lexicon) walk(f *folded, i, k int, node int32, hits []hit) ([]hit, int) {
	s := f.s
	for {
		n := &l.nodes[node]
		if n.word != 0 && l.ends(s, k) {
			h := hit{start: i, end: k, word: n.word - 1}
			start, end := f.origin(i, k)
			h.ustart, h.uend = f.units(start), f.units(end)
			hits = append(hits, h)
		}
		if k == len(s) {
			return hits, k - i
		}
		c := l.class[s[k]]
		if s[k] >= utf8.RuneSelf {
			var size int
			if node, size = l.letter(node, s[k:]); node == 0 {
				return hits, k - i
			}
			k += size
			continue
		}
		if node = l.child(node, c); node == 0 {
			return hits, k - i
		}
		k++
		// Phrases are broken over lines and indented; a few separators are one.
		for j := 0; c == separator && j < 3 && k < len(s) && l.class[s[k]] == separator; j++ {
			k++
		}
	}
}

// child returns the node that column c leads to from node, or 0.
func (l *lexicon) child(node int32, c uint8) int32 {
	n := &l.nodes[node]
	if c < narrow {
		if n.set>>c&1 == 0 {
			return 0
		}
		return n.first + int32(bits.OnesCount64(n.set&(1<<c-1)))
	}
	at, ok := slices.BinarySearch(l.labels[n.first:l.nodes[node+1].first], c)
	if !ok {
		return 0
	}
	return n.first + int32(at)
}

// letter follows the character that s begins with, in whatever case, and
// returns the node it leads to, or 0, and its length.
func (l *lexicon) letter(node int32, s string) (int32, int) {
	r, size := utf8.DecodeRuneInString(s)
	var b [utf8.UTFMax]byte
	for _, c := range b[:utf8.EncodeRune(b[:], lower(r))] {
		if node = l.child(node, l.class[c]); node == 0 {
			break
		}
	}
	return node, size
}

// ends reports whether a word may end before s[k].
func (l *lexicon) ends(s string, k int) bool {
	if k == len(s) {
		return true
	}
	if s[k] < utf8.RuneSelf && !alnum(s[k]) {
		return true
	}
	if last, _ := utf8.DecodeLastRuneInString(s[:k]); !l.spaced(last) {
		return true
	}
	next, _ := utf8.DecodeRuneInString(s[k:])
	return !l.spaced(next)
}

func alnum(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9'
}

func (l *lexicon) isLetter(r rune) bool {
	if r < 0x2000 {
		return l.letters[r/64]&(1<<(r%64)) != 0
	}
	return r >= 0x2E80 && unicode.In(r, unicode.L, unicode.M, unicode.Nd)
}

// spaced reports whether r belongs to words with spaces between them. Scripts
// written without any, and Hangul, whose particles cling to the noun, do not:
// there a word may begin and end at any character.
func (l *lexicon) spaced(r rune) bool {
	switch {
	case r < utf8.RuneSelf:
		return alnum(byte(r))
	case r >= 0x0E00 && r <= 0x0EFF, // Thai, Lao
		r >= 0x1000 && r <= 0x109F, // Myanmar
		r >= 0x1100 && r <= 0x11FF, // Hangul
		r >= 0x1780 && r <= 0x17FF, // Khmer
		r >= 0x2E80 && r <= 0x9FFF, // Han and Kana
		r >= 0xAC00 && r <= 0xD7FF, // Hangul
		r >= 0xF900 && r <= 0xFAFF, r >= 0x20000:
		return false
	}
	return l.isLetter(r)
}

// supports reports whether the word is evidence for the type.
func (l *lexicon) supports(word int32, typ int) bool {
	return l.lists[word][typ/64]&(1<<(typ%64)) != 0
}
