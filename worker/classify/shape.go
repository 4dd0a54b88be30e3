package classify

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
)

// A Shape says where candidates of a rule stand. It is one of [Number], [Run],
// [Word], [Token] and [Around], or for types that come while the service runs
// one of [Pattern] and [Terms].
type Shape interface {
	compile(t *tables, rule int) error
}

// Number is digits in groups of stated lengths, as numbers are printed: the
// layouts "16", "4 4 4 4", "3.3.3-2". A space in a layout stands for any of Seps,
// the same throughout; other punctuation stands for itself. A number that is
// only part of a longer one, or of a word, is no candidate.
type Number struct {
	Layouts []string
	Seps    string // of " -./:"; empty means " -"
}

// Run is Min to Max digits with the punctuation people put into telephone
// numbers: a leading '+' or '(', then groups up to three of " -./()" apart.
type Run struct{ Min, Max int }

// Word is a word of Min to Max characters that begins with one of Starts, which
// are at least two ASCII letters or digits each. The candidate is the word:
// letters, digits and '_', but not digits alone, which are a Number. A Max of 0
// means any length. Check sees up to Before bytes in front of the word and After
// from its start. With Small, starts in small letters count too where a digit
// follows within three letters; capitals cost the scanner less.
//
// Forms, if there are any, say where the digits of a word stand: it must have
// one of their lengths, with a digit where the form has one, either where it has
// '*', and something else elsewhere. They spare Check most of what it would refuse.
type Word struct {
	Starts        []string
	Min, Max      int
	Before, After int
	Small         bool
	Forms         []string
}

// Token is a maximal piece of Len letters, digits, '_', '+' and '/'. Check sees
// the padding behind it.
type Token struct{ Len int }

// Around is a byte that gives a shape away, such as the '@' of an address. The
// candidate is that byte; Check sees Before bytes in front of it and After from it.
// Where Prev or Next is not empty, one of its bytes must stand right in front of
// it or right behind; where there are Ends, one of these strings of a byte or two
// must stand right in front, small letters standing for capitals too; and where
// Again is not 0, the byte itself so far behind it. That spares Check most of
// what it would refuse.
type Around struct {
	Byte          byte
	Before, After int
	Prev, Next    string
	Ends          []string
	Again         int
}

// reach is how far around a Number, Run or Token its Check can see.
const reach = 32

// maxGroup is the longest group of digits a layout may have.
const maxGroup = 23

// seps are the separators a Number may have, and their places in a trie node.
const seps = " -./:"

// Bits of a byte's class.
const (
	letter  = 1 << iota // ASCII letter or '_'
	digit               // ASCII digit
	trigger             // some Around's byte
	base64              // '+' or '/': letters and digits are known to be
	gap                 // may stand between the groups of a Run
)

const word = letter | digit

// The kinds of events that begin a candidate: a number, a digit right behind
// small letters, a trigger, and a word that begins as some Word does. Triggers
// share some kinds, and the first letters of words the others.
const (
	kindNumber = iota
	kindJoint
	kindTrigger
	kindStart = kindTrigger + 6
)

// sortEvents makes the gates, once all shapes are known.
func (t *tables) sortEvents() {
	apart := func(c byte) bool { return t.class[c]&word == 0 }
	for c := byte('0'); c <= '9'; c++ {
		t.gates.add(kindNumber, apart, c, all)
		t.gates.add(kindJoint, isSmall, c, all)
	}
	kind := kindTrigger
	for c, rules := range t.around {
		for _, a := range rules {
			t.gates.add(kind, in(a.prev), byte(c), in(a.next))
		}
		if len(rules) > 0 {
			kind = max(kindTrigger, (kind+1)%kindStart)
		}
	}
	kind = kindStart
	for first := range 128 {
		var seconds [256]bool
		if copy(seconds[:], t.opened[first<<7:][:128]); t.class[first]&digit != 0 || seconds == [256]bool{} {
			continue
		}
		t.gates.add(kind, apart, byte(first), in(&seconds))
		kind = max(kindStart, (kind+1)%kinds)
	}
}

// tables are what the shapes of all rules compile to.
type tables struct {
	class          [256]uint8
	gates          gates
	sep            [256]uint8         // 1 + index in seps, 0 for other bytes
	layouts        []layout           // a trie; 0 is the root
	single         [maxGroup + 1]bool // lengths at which one group of digits can be a Number or a Run
	runs           []run
	minRun, maxRun int                      // over all runs
	starts         [128 * 128]uint16        // by the first two bytes of a word: index into words, 0 for none
	opened         [128 * 128]bool          // by the same: whether a word that begins so is wanted without a digit near
	words          [][maxLength + 1][]start // by length, the last for all above
	lengths        []uint64                 // of words: a bit for each length that has any
	tokens         [][]int                  // by length
	minToken       int
	around         [256][]beside
	patterns       []pattern
	terms          []terms
}

// A layout is a node in the trie of all layouts: next by separator and length
// of the next group, and the rules of those that end here.
type layout struct {
	next  [len(seps) + 1][maxGroup + 1]uint16
	rules []int    // first those that may speak without evidence
	alone int      // how many these are
	needy []int    // the types of the others, one by one
	types []uint64 // and as a set
}

// A beside is an Around's rule and the bytes that may stand beside it.
type beside struct {
	rule       int
	prev, next *[256]bool
	ends       *ends // nil for any
	again      int
}

// ends are strings of up to two bytes: those of which the first byte and the last
// have a bit in common. There is a bit for each last byte.
type ends struct{ first, last [256]uint32 }

func newEnds(strs []string) (*ends, error) {
	var e ends
	kinds := 0
	for _, s := range strs {
		if len(s) < 1 || len(s) > 2 {
			return nil, fmt.Errorf("end %q: want a byte or two", s)
		}
		last := s[len(s)-1]
		if e.last[last] == 0 {
			if kinds == 32 {
				return nil, fmt.Errorf("end %q: too many last bytes", s)
			}
			e.last[last] = 1 << kinds
			kinds++
		}
		for c := range e.first {
			if len(s) == 1 || lowerASCII(byte(c)) == s[0] {
				e.first[c] |= e.last[last]
			}
		}
	}
	for c := 'A'; c <= 'Z'; c++ {
		e.last[c] = e.last[c+'a'-'A']
	}
	return &e, nil
}

func lowerASCII(c byte) byte {
	if c >= 'A' && c <= 'Z' {
		return c - 'A' + 'a'
	}
	return c
}

// have reports whether s ends in one of them.
func (e *ends) have(s string) bool {
	switch n := len(s); {
	case e == nil:
		return true
	case n == 0:
		return false
	case n == 1:
		return e.last[s[0]]&e.first[0] != 0 // of the ends of one byte
	default:
		return e.last[s[n-1]]&e.first[s[n-2]] != 0
	}
}

type run struct{ min, max, rule int }

// maxLength is up to which length words are told apart by it at once.
const maxLength = 40

type start struct {
	prefix         string // behind the first two bytes
	min, max, rule int
	small          bool   // counts only where a digit follows within three letters
	digits, care   uint64 // of the bytes that care has a bit for, those in digits are digits and the others are not
}

func newTables() *tables {
	t := &tables{layouts: make([]layout, 1), words: make([][maxLength + 1][]start, 1), lengths: make([]uint64, 1)}
	for c := range t.class {
		switch b := byte(c); {
		case b >= 'a' && b <= 'z', b >= 'A' && b <= 'Z', b == '_':
			t.class[c] = letter
		case b >= '0' && b <= '9':
			t.class[c] = digit
		case b == '/' || b == '+':
			t.class[c] = base64
		}
	}
	for i, c := range []byte(seps) {
		t.sep[c] = uint8(i + 1)
	}
	for _, c := range []byte(" -./()") {
		t.class[c] |= gap
	}
	return t
}

func (n Number) compile(t *tables, rule int) error {
	kinds := n.Seps
	if kinds == "" {
		kinds = " -"
	}
	if len(n.Layouts) == 0 {
		return fmt.Errorf("number without layouts")
	}
	for _, l := range n.Layouts {
		if !strings.Contains(l, " ") {
			if err := t.addLayout(l, rule); err != nil {
				return err
			}
			continue
		}
		for _, k := range kinds {
			if err := t.addLayout(strings.ReplaceAll(l, " ", string(k)), rule); err != nil {
				return err
			}
		}
	}
	return nil
}

// addLayout adds a layout whose separators stand for themselves.
func (t *tables) addLayout(l string, rule int) error {
	at := 0
	for rest, sep := l, uint8(0); ; {
		end := strings.IndexAny(rest, seps)
		group := rest
		if end >= 0 {
			group = rest[:end]
		}
		n, err := strconv.Atoi(group)
		if err != nil || n < 1 || n > maxGroup {
			return fmt.Errorf("layout %q: %q is no group length", l, group)
		}
		next := t.layouts[at].next[sep][n]
		if next == 0 {
			if len(t.layouts) > 1<<16-1 {
				return fmt.Errorf("layout %q: too many layouts", l)
			}
			next = uint16(len(t.layouts))
			t.layouts[at].next[sep][n] = next
			t.layouts = append(t.layouts, layout{})
		}
		at = int(next)
		if end < 0 {
			t.single[n] = t.single[n] || sep == 0
			t.layouts[at].rules = append(t.layouts[at].rules, rule)
			return nil
		}
		sep, rest = t.sep[rest[end]], rest[end+1:]
	}
}

func (r Run) compile(t *tables, rule int) error {
	if r.Min < 1 || r.Max < r.Min || r.Max > maxGroup {
		return fmt.Errorf("run of %d to %d digits", r.Min, r.Max)
	}
	if len(t.runs) == 0 || r.Min < t.minRun {
		t.minRun = r.Min
	}
	t.maxRun = max(t.maxRun, r.Max)
	for n := r.Min; n <= r.Max; n++ {
		t.single[n] = true
	}
	t.runs = append(t.runs, run{r.Min, r.Max, rule})
	return nil
}

func (w Word) compile(t *tables, rule int) error {
	longest := w.Max
	if longest == 0 {
		longest = math.MaxInt32
	}
	if w.Min < 0 || longest < w.Min {
		return fmt.Errorf("word of %d to %d characters", w.Min, w.Max)
	}
	spread := []start{{min: w.Min, max: longest, rule: rule}}
	if len(w.Forms) > 0 {
		spread = spread[:0]
	}
	for _, f := range w.Forms {
		n := len(f)
		if n < w.Min || n > longest || n > 64 {
			return fmt.Errorf("form %q: want %d to %d characters, and at most 64", f, w.Min, longest)
		}
		one := start{min: n, max: n, rule: rule}
		for i := range n {
			if f[i] != '*' {
				one.care |= 1 << i
			}
			if f[i] >= '0' && f[i] <= '9' {
				one.digits |= 1 << i
			}
		}
		if !slices.Contains(spread, one) {
			spread = append(spread, one)
		}
	}
	for _, s := range w.Starts {
		if len(s) < 2 || t.class[s[0]]&word == 0 || t.class[s[1]]&word == 0 {
			return fmt.Errorf("word start %q: want two letters or digits", s)
		}
		digits := t.digits(s)
		for _, one := range spread {
			if (digits^one.digits)&one.care&(1<<len(s)-1) != 0 {
				continue // of another form
			}
			t.addStart(s, one)
			if small := strings.ToLower(s); w.Small && small != s {
				one.small = true
				t.addStart(small, one)
				if title := s[:1] + small[1:]; title != s && title != small {
					t.addStart(title, one)
				}
			}
		}
	}
	return nil
}

// digits has a bit for each of the first 64 bytes of s that is a digit.
func (t *tables) digits(s string) (set uint64) {
	for i := range min(len(s), 64) {
		set |= uint64(t.class[s[i]]&digit) / digit << i
	}
	return set
}

func (t *tables) addStart(prefix string, s start) {
	at := &t.starts[int(prefix[0])<<7|int(prefix[1])]
	if *at == 0 {
		*at = uint16(len(t.words))
		t.words = append(t.words, [maxLength + 1][]start{})
		t.lengths = append(t.lengths, 0)
	}
	if !s.small {
		t.opened[int(prefix[0])<<7|int(prefix[1])] = true
	}
	s.prefix = prefix[2:]
	for n := min(s.min, maxLength); n <= min(s.max, maxLength); n++ {
		t.words[*at][n] = append(t.words[*at][n], s)
		t.lengths[*at] |= 1 << n
	}
}

func (k Token) compile(t *tables, rule int) error {
	if k.Len < 1 {
		return fmt.Errorf("token of %d characters", k.Len)
	}
	if t.minToken == 0 || k.Len < t.minToken {
		t.minToken = k.Len
	}
	for len(t.tokens) <= k.Len {
		t.tokens = append(t.tokens, nil)
	}
	t.tokens[k.Len] = append(t.tokens[k.Len], rule)
	return nil
}

// oneOf returns the set of the bytes of s, or of all if there are none.
func oneOf(s string) *[256]bool {
	var set [256]bool
	for i := range set {
		set[i] = s == ""
	}
	for _, b := range []byte(s) {
		set[b] = true
	}
	return &set
}

func (a Around) compile(t *tables, rule int) error {
	if a.Byte >= 0x80 || t.class[a.Byte]&(word|base64) != 0 {
		return fmt.Errorf("byte %#x cannot be a trigger", a.Byte)
	}
	if a.Again < 0 || a.Again > a.After {
		return fmt.Errorf("again %d bytes behind a trigger: want at most %d", a.Again, a.After)
	}
	around := beside{rule: rule, prev: oneOf(a.Prev), next: oneOf(a.Next), again: a.Again}
	if len(a.Ends) > 0 {
		var err error
		if around.ends, err = newEnds(a.Ends); err != nil {
			return err
		}
		for c := range around.prev {
			around.prev[c] = around.prev[c] && around.ends.last[c] != 0
		}
	}
	t.class[a.Byte] |= trigger
	t.around[a.Byte] = append(t.around[a.Byte], around)
	return nil
}
