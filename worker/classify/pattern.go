package classify

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"regexp/syntax"
	"slices"
	"unicode/utf8"

	"github.com/wasilibs/go-re2/experimental"
)

// Patterns and terms are searched for window by window, so that whatever the
// pattern and the text, the time is linear in the text and a context that ends
// is heard of soon: the search for one match may look at all of a window, but
// never further.
const (
	window = 2 << 10 // bytes in which matches begin that are looked for at once

	// MaxMatch is the longest match of a [Pattern], in bytes.
	MaxMatch = 512
)

// Surroundings are how many bytes before and behind a candidate of a [Pattern]
// or of [Terms] its Check sees.
const Surroundings = 256

// maxProgram is how large a pattern may become: its instructions, with those
// ranges of characters of which they have more than one. A repetition makes a
// short pattern long.
const maxProgram = 10_000

// ErrPattern and those below say what is wrong with a pattern.
var (
	ErrPattern      = errors.New("it is not a regular expression in RE2 syntax")
	ErrEmptyMatch   = errors.New("it matches where there is nothing")
	ErrPatternSize  = errors.New("its repetitions and classes make it too large")
	ErrPatternFolds = errors.New("it asks for a character that patterns never see, such as a dash beside '-' or a digit beside 0 to 9")
)

// A Pattern is whatever a regular expression matches, leftmost first and at
// most MaxMatch bytes of it. It sees the folded text: decimal digits and
// full-width forms of any script are ASCII, spaces and dashes are ' ' and '-',
// and characters without width are gone.
type Pattern struct{ re *regexp.Regexp }

// NewPattern compiles a regular expression in RE2 syntax, or returns one of
// the errors above. What would match the empty string is refused, since it
// would match everywhere.
func NewPattern(expr string) (Pattern, error) {
	tree, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		if bad, ok := errors.AsType[*syntax.Error](err); ok && (bad.Code == syntax.ErrLarge || bad.Code == syntax.ErrInvalidRepeatSize || bad.Code == syntax.ErrNestingDepth) {
			return Pattern{}, ErrPatternSize
		}
		return Pattern{}, ErrPattern // what the parser says quotes the pattern
	}
	if !consumes(tree) {
		return Pattern{}, ErrEmptyMatch
	}
	if folds(tree) {
		return Pattern{}, ErrPatternFolds
	}
	prog, err := syntax.Compile(tree.Simplify())
	if err != nil {
		return Pattern{}, ErrPattern
	}
	size := len(prog.Inst)
	for i := range prog.Inst {
		size += len(prog.Inst[i].Rune) / 2
	}
	if size > maxProgram {
		return Pattern{}, ErrPatternSize
	}
	re, err := regexp.Compile(expr)
	if err != nil {
		return Pattern{}, ErrPattern
	}
	return Pattern{re}, nil
}

// consumes reports whether every match of re has at least one character.
func consumes(re *syntax.Regexp) bool {
	switch re.Op {
	case syntax.OpNoMatch, syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return true
	case syntax.OpLiteral:
		return len(re.Rune) > 0
	case syntax.OpCapture, syntax.OpPlus:
		return consumes(re.Sub[0])
	case syntax.OpRepeat:
		return re.Min > 0 && consumes(re.Sub[0])
	case syntax.OpConcat:
		return slices.ContainsFunc(re.Sub, consumes)
	case syntax.OpAlternate:
		return !slices.ContainsFunc(re.Sub, func(sub *syntax.Regexp) bool { return !consumes(sub) })
	}
	return false
}

// folds reports whether re names a character that folding takes away.
func folds(re *syntax.Regexp) bool {
	if re.Op == syntax.OpLiteral {
		return slices.ContainsFunc(re.Rune, foldedAway)
	}
	return slices.ContainsFunc(re.Sub, folds)
}

// foldedAway reports whether no folded text has r.
func foldedAway(r rune) bool {
	var f folded
	f.reset(string(r))
	return f.s != f.orig
}

func (p Pattern) compile(t *tables, rule int) error {
	if p.re == nil {
		return errors.New("pattern that NewPattern did not make")
	}
	t.patterns = append(slices.Clip(t.patterns), pattern{p.re, rule})
	return nil
}

// Terms are words and phrases, found as a type's evidence words are: as whole
// words, in any case, a space in them standing for spaces, hyphens,
// underscores and a line's end alike.
type Terms []string

func (w Terms) compile(t *tables, rule int) error {
	if len(w) == 0 {
		return errors.New("no terms")
	}
	t.terms = append(slices.Clip(t.terms), terms{w, rule})
	return nil
}

// NoTerm returns the index of the first of words that can be neither one of
// [Terms] nor an evidence word, or -1: a word has two bytes at least and begins
// with a letter or a digit, and has no character that folding takes away.
func NoTerm(words []string) int {
	l := emptyLexicon()
	return slices.IndexFunc(words, func(w string) bool {
		return !l.takes(l.normal(w)) || slices.ContainsFunc([]rune(w), foldedAway)
	})
}

type pattern struct {
	re   *regexp.Regexp
	rule int
}

type terms struct {
	words []string
	rule  int
}

// A set is some of the patterns. RE2 tells at the speed of one which of a set
// match in a window; where in it they do, package regexp tells, which is
// slower, but whose memory is bounded: for each pattern by itself RE2 would
// keep as many states as an adversary has it build.
type set struct {
	patterns []pattern
	re2      *experimental.Set // nil where RE2 has no room for it: then any may match
}

const (
	perSet    = 64
	setMemory = 16 << 20 // for the states of one set
)

// searches prepares the search for what is in the tables.
func (e *Engine) searches() error {
	for some := range slices.Chunk(e.tables.patterns, perSet) {
		s := set{patterns: some}
		exprs := make([]string, len(some))
		for i, p := range some {
			exprs[i] = p.re.String()
		}
		// An error is a set that is too large, or a spelling that only one of
		// the two knows.
		s.re2, _ = experimental.CompileSetWithOptions(exprs, experimental.CompileOptions{MaxMem: setMemory})
		e.sets = append(e.sets, s)
	}
	if len(e.tables.terms) == 0 {
		return nil
	}
	lists := make([][]string, len(e.tables.terms))
	for i, t := range e.tables.terms {
		lists[i] = t.words
		e.termed = append(e.termed, t.rule)
	}
	var err error
	if e.terms, err = newLexicon(lists); err != nil {
		return fmt.Errorf("terms: %w", err)
	}
	return nil
}

// seek proposes what patterns and terms find that begins before pos.
func (sc *scanner) seek(pos int) {
	e := sc.e
	if len(e.sets) == 0 && e.terms == nil {
		return
	}
	if sc.passed == nil {
		sc.passed = make([]int, len(e.rules))
	}
	for sc.sought < pos && sc.err == nil {
		end := sc.cut(min(pos, sc.sought+window))
		for i := range e.sets {
			sc.match(&e.sets[i], end)
		}
		if e.terms != nil {
			sc.term(end)
		}
		sc.sought = end
		sc.err = context.Cause(sc.ctx)
	}
}

// cut returns the end of the character that i is in.
func (sc *scanner) cut(i int) int {
	for i < len(sc.s) && !utf8.RuneStart(sc.s[i]) {
		i++
	}
	return i
}

// match proposes the matches of a set's patterns that begin from sought to end.
func (sc *scanner) match(s *set, end int) {
	if !slices.ContainsFunc(s.patterns, func(p pattern) bool { return sc.look[sc.e.rules[p.rule].typ] }) {
		return
	}
	// All that an empty assertion looks at is the character beside it.
	lo := sc.sought
	if lo > 0 {
		_, n := utf8.DecodeLastRuneInString(sc.s[:lo])
		lo -= n
	}
	hi := sc.cut(min(len(sc.s), end+MaxMatch+1))
	piece := sc.s[lo:hi]
	sc.steps += len(piece)
	// RE2 stops at what is not UTF-8.
	if s.re2 != nil && utf8.ValidString(piece) {
		if which, err := s.re2.FindAllStringWithError(piece, -1); err == nil {
			for _, i := range which {
				sc.locate(s.patterns[i], lo, hi, end)
			}
			return
		}
	}
	for _, p := range s.patterns {
		sc.locate(p, lo, hi, end)
	}
}

// locate proposes the matches of p that begin before end, behind the one before.
func (sc *scanner) locate(p pattern, lo, hi, end int) {
	if !sc.look[sc.e.rules[p.rule].typ] {
		return
	}
	from := max(sc.sought, sc.passed[p.rule])
	if from >= end || sc.ctx.Err() != nil {
		return
	}
	if from > sc.sought {
		_, n := utf8.DecodeLastRuneInString(sc.s[:from])
		lo = from - n
	}
	sc.steps += hi - lo
	found := p.re.FindAllStringIndex(sc.s[lo:hi], -1)
	if len(found) > 0 && lo+found[0][0] < from {
		// It begins with the character that was only there to be looked at.
		lo = from
		found = p.re.FindAllStringIndex(sc.s[lo:hi], -1)
	}
	for _, m := range found {
		start, stop := lo+m[0], lo+m[1]
		if start >= end {
			return
		}
		sc.passed[p.rule] = stop
		if stop-start <= MaxMatch {
			sc.offer(p.rule, start, stop)
		}
	}
}

// term proposes the terms that begin from sought to end.
func (sc *scanner) term(end int) {
	var n int
	sc.found, n = sc.e.terms.find(&sc.folded, sc.sought, end, sc.found[:0])
	sc.steps += n
	for _, h := range sc.found {
		for list, rule := range sc.e.termed {
			if sc.e.terms.supports(h.word, list) {
				sc.offer(rule, h.start, h.end)
			}
		}
	}
}

// offer proposes a match, and has those before it resolved where there are too
// many to wait.
func (sc *scanner) offer(rule, start, end int) {
	sc.propose(rule, start, end, end)
	if len(sc.pending) >= 4*maxPending {
		slices.SortStableFunc(sc.pending, byOffset)
		sc.resolve(sc.pending)
		sc.pending, sc.grouped, sc.last = sc.pending[:0], sc.grouped[:0], -1
	}
}
