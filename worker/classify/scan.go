package classify

import (
	"context"
	"hash/maphash"
	"math"
	"slices"
	"strings"
)

// block is how many bytes are scanned between two looks at the context; the
// candidates of a block are resolved and counted before the next.
const block = 32 << 10

// maxPending forces candidates to be resolved where a text is one endless
// chain of overlapping ones.
const maxPending = 1 << 14

// A scanner is the state of one scan.
type scanner struct {
	e   *Engine
	ctx context.Context
	opt Options
	err error

	folded
	look    []bool // by type: candidates are wanted
	report  []bool // by type: findings are wanted
	allowed []map[string]bool

	due    int // where the next block begins
	sought int // up to where patterns and terms were looked for
	probe  int // where the next probe for tokens lies
	cand   Candidate
	digits [2 * reach]byte
	ways   [maxOpen]opened
	glued  bool // a short word stands right in front of the candidates at hand

	pending []candidate
	last    int   // the group among pending that was added to last, or -1
	grouped []int // the rules of the groups among pending
	spare   []int
	weighed []candidate
	evident []uint64 // the set of types that the words near a group support

	cells     []cell // of which the first is the text's firstCell-th
	firstCell int
	nearBytes int // the engine's near, in bytes of this text
	vicinity  vicinity

	found   []hit // terms
	passed  []int // by rule: the end of its pattern's last match; nil without patterns and terms
	support []hit // of the match at hand
	taken   []span
	tallies []tally
	tallied []int // the types with a tally
	unique  int   // over all tallies
	value   []byte

	explanations []Explanation
	unexplained  int
	asked        question // the last, and so the only one that is open

	// What a Stream needs. Offsets count UTF-16 code units, from, to and until
	// a match's start and end as the Stream's caller and the window see them.
	base     int              // where the window begins in the whole text
	from, to int              // only what begins there, in the window, is counted
	until    int              // the end of the last that was counted, in the whole text
	kept     func(offset int) // hears of matches that are kept
	lost     bool             // MaxUnique was reached
	steps    int              // bytes and neighbours looked at, so that tests can prove the cost linear
	checks   int              // of rules, so that tests can hold them few
}

// A candidate is a Candidate that passed its rule's Check.
type candidate struct {
	start, end   int // in the folded text
	ustart, uend int // in UTF-16 code units of the original
	rule         int
	confidence   int
	evident      bool
	doubted      bool     // another type reads it as well
	strength     Strength // with which it contends
	word         int      // the length of its longest evidence, if it contends

	// Of the rules that say nothing without evidence many may want one span.
	// They wait as a group: grouped[first : first+n], n of 0 for one rule alone.
	first, n int
}

// A tally is what was counted of one type.
type tally struct {
	count, best int
	attributes  []Attribute
	unique      map[uint64]struct{}
	matches     []Match
}

func newScanner(e *Engine) *scanner {
	n := len(e.types)
	return &scanner{e: e, last: -1, look: make([]bool, n), report: make([]bool, n), tallies: make([]tally, n), evident: make([]uint64, n/64+1), vicinity: vicinity{types: make([]uint64, n/64+1)}}
}

// Scan finds the types that opt asks for in text, which should be valid UTF-8;
// a byte that is not counts as one UTF-16 code unit. When ctx ends first, Scan
// returns its cause together with what was found so far, marked Partial. An ID
// that no type has is an [*UnknownTypeError].
func (e *Engine) Scan(ctx context.Context, text string, opt Options) (*Result, error) {
	sc := e.scanners.Get().(*scanner)
	defer e.release(sc)
	if err := e.choose(&opt, sc.look, sc.report); err != nil {
		return nil, err
	}
	sc.begin(ctx, text, opt)
	sc.scan()
	return sc.result(), sc.err
}

func (sc *scanner) begin(ctx context.Context, text string, opt Options) {
	if opt.MaxMatches <= 0 {
		opt.MaxMatches = DefaultMaxMatches
	}
	if opt.MaxUnique <= 0 {
		opt.MaxUnique = DefaultMaxUnique
	}
	opt.MaxExplanations = max(0, opt.MaxExplanations)
	sc.ctx, sc.opt, sc.err = ctx, opt, nil
	sc.due, sc.sought, sc.probe, sc.steps, sc.checks = 0, 0, 0, 0, 0
	sc.base, sc.from, sc.to, sc.until, sc.kept = 0, 0, math.MaxInt, 0, nil
	sc.unique, sc.lost = 0, false
	sc.explanations, sc.unexplained, sc.asked = nil, 0, question{}
	if opt.MaxExplanations > 0 {
		sc.explanations = []Explanation{} // asked for, even if there are none
	}
	sc.reset(text)
}

// release keeps a scanner's buffers for the next scan.
func (e *Engine) release(sc *scanner) {
	sc.forget()
	e.scanners.Put(sc)
}

// forget empties the buffers, so that no content stays behind.
func (sc *scanner) forget() {
	sc.edits.clear()
	sc.folded = folded{edits: sc.edits, marks: sc.marks[:0]}
	sc.ctx, sc.opt, sc.allowed, sc.cand, sc.kept = nil, Options{}, nil, Candidate{}, nil
	sc.pending, sc.found, sc.grouped, sc.last = sc.pending[:0], sc.found[:0], sc.grouped[:0], -1
	clear(sc.passed)
	for _, typ := range sc.tallied {
		sc.tallies[typ] = tally{}
	}
	sc.tallied = sc.tallied[:0]
	clear(sc.value[:cap(sc.value)])
	clear(sc.digits[:])
}

// scan is the one pass over the text.
func (sc *scanner) scan() {
	sc.arrive()
	s, t := sc.s, sc.e.tables
	for i := 0; i < len(s) && sc.err == nil; {
		sc.flush(i, false)
		end := min(len(s), i+block)
		sc.due = end
		sc.tokens(end)
		for i < end {
			// Most bytes neither give a shape away nor begin a word that could
			// be one; for them this is all.
			if i = t.gates.next(s, i, end); i < end {
				i = sc.event(i)
			}
		}
	}
	sc.steps += len(s) + sc.looked
	if sc.err == nil {
		sc.tokens(len(s)) // the last word may have reached over its block
		sc.flush(len(s), true)
	}
	sc.answer()
}

// event handles what begins at i, if anything does, and returns where to go on.
func (sc *scanner) event(i int) int {
	s, t := sc.s, sc.e.tables
	b, before := s[i], byteBefore(s, i)
	switch c := t.class[b]; {
	case c&trigger != 0:
		sc.around(i)
	case c&digit != 0 && isSmall(before):
		return sc.small(i)
	case t.class[before]&word != 0:
	case c&digit != 0:
		return sc.number(i)
	case c&letter != 0 && i+1 < len(s) && t.opened[uint16(b)<<7|uint16(s[i+1]&0x7f)]:
		return sc.word(i)
	}
	return i + 1 // no word begins so, unless a digit of it says so; see small
}

// word handles the word that begins at start and returns its end.
func (sc *scanner) word(start int) int {
	s, t := sc.s, sc.e.tables
	i := start + 1
	for i < len(s) && t.class[s[i]]&word != 0 {
		i++
	}
	if i-start < 2 {
		return i
	}
	begins, length := t.starts[int(s[start])<<7|int(s[start+1])], min(i-start, maxLength)
	if t.lengths[begins]&(1<<length) == 0 {
		return i
	}
	list := t.words[begins][length]
	digits, last := t.digits(s[start:i]), -1
	for k := range list {
		w := &list[k]
		if (digits^w.digits)&w.care != 0 || w.small && digits&0b1111 == 0 || w.rule == last {
			continue
		}
		if n := i - start; n >= w.min && n <= w.max && strings.HasPrefix(s[start+2:i], w.prefix) {
			last = w.rule
			sc.propose(last, start, i, start)
		}
	}
	return i
}

// small handles the word around the digit at i, which stands behind a small
// letter, if it began with up to three letters, and returns where to go on.
// Extraction and typing lose spaces, so what stands behind a short word in small
// letters is looked at by itself too, by the rules that chance hardly ever passes.
func (sc *scanner) small(i int) int {
	s, t := sc.s, sc.e.tables
	start := i
	for start > 0 && i-start <= 3 && t.class[s[start-1]]&letter != 0 {
		start--
	}
	if i-start > 3 || start > 0 && t.class[s[start-1]]&digit != 0 {
		return i + 1
	}
	end := i + 1
	if t.starts[int(s[start])<<7|int(s[start+1])] != 0 {
		end = sc.word(start)
	}
	if i-start > 1 && strings.Trim(s[start:i], "abcdefghijklmnopqrstuvwxyz") == "" {
		sc.glued = true
		end = max(end, sc.number(i))
		sc.glued = false
	}
	return end
}

// tokens proposes the tokens that have their first probe before hi. Probes lie
// as far apart as the shortest token is long, so that every token covers one.
func (sc *scanner) tokens(hi int) {
	s, t := sc.s, sc.e.tables
	step, longest := t.minToken, len(t.tokens)-1
	if step == 0 {
		return
	}
	for ; sc.probe < hi; sc.probe += step {
		p := sc.probe
		if t.class[s[p]]&(word|base64) == 0 {
			continue
		}
		from := p
		for from > 0 && p-from < step && t.class[s[from-1]]&(word|base64) != 0 {
			from--
		}
		to := p
		for to < len(s) && to-from <= longest && t.class[s[to]]&(word|base64) != 0 {
			to++
		}
		sc.steps += to - from
		if to-from > longest || p-from == step {
			continue // too long, or seen from an earlier probe
		}
		for _, r := range t.tokens[to-from] {
			sc.propose(r, from, to, to)
		}
	}
}

// around handles a trigger byte.
func (sc *scanner) around(i int) {
	var prev, next byte
	if i > 0 {
		prev = sc.s[i-1]
	}
	if i+1 < len(sc.s) {
		next = sc.s[i+1]
	}
	around := sc.e.tables.around[sc.s[i]]
	for k := range around {
		a := &around[k]
		if a.prev[prev] && a.next[next] && a.ends.have(sc.s[:i]) && i+a.again < len(sc.s) && sc.s[i+a.again] == sc.s[i] {
			sc.propose(a.rule, i, i+1, i)
		}
	}
}

// propose lets a rule check s[start:end] in a window that ends the rule's reach
// behind at.
func (sc *scanner) propose(ruleIndex, start, end, at int) {
	r := &sc.e.rules[ruleIndex]
	if !sc.look[r.typ] || sc.glued && !r.strict {
		return
	}
	if r.needy && sc.opt.MaxExplanations == 0 && !sc.supported(r.typ, start, end) {
		return // whatever Check would say
	}
	lo, hi := max(0, start-r.before), min(len(sc.s), max(end, at+r.after))
	c := &sc.cand
	c.Text, c.Start, c.End = sc.s[lo:hi], start-lo, end-lo
	sc.steps += hi - lo
	sc.checks++
	if r.check != nil && !r.check(c) {
		if sc.opt.MaxExplanations > 0 {
			sc.refuse(ruleIndex, start, end, r.failed())
		}
		return
	}
	sc.accept(ruleIndex, start, end)
	found := candidate{start: lo + c.Start, end: lo + c.End, rule: ruleIndex}
	if r.needy && sc.e.types[r.typ].Proximity == 0 {
		sc.group(found)
		return
	}
	sc.pending = append(sc.pending, found)
}

// group adds c to the last group if that has its span, or begins another.
func (sc *scanner) group(c candidate) {
	if sc.last < 0 || sc.pending[sc.last].start != c.start || sc.pending[sc.last].end != c.end {
		c.first = len(sc.grouped)
		sc.last = len(sc.pending)
		sc.pending = append(sc.pending, c)
	}
	sc.grouped = append(sc.grouped, c.rule)
	sc.pending[sc.last].n++
}

// flush resolves the candidates that nothing still to come can overlap. All
// that begin before pos are known by then.
func (sc *scanner) flush(pos int, final bool) {
	if sc.err = context.Cause(sc.ctx); sc.err == nil {
		sc.seek(pos)
	}
	if sc.err != nil || len(sc.pending) == 0 {
		sc.leave(pos)
		return
	}
	slices.SortStableFunc(sc.pending, byOffset)
	done, end, safe := 0, 0, pos-sc.e.hold
	for i := range sc.pending {
		if sc.pending[i].start >= end {
			done = i
		}
		if end = max(end, sc.pending[i].end); end > safe {
			break
		}
	}
	if end <= safe || final || len(sc.pending) >= maxPending {
		done = len(sc.pending)
	}
	sc.resolve(sc.pending[:done])
	sc.pending = sc.pending[:copy(sc.pending, sc.pending[done:])]
	sc.spare = sc.spare[:0]
	for i := range sc.pending {
		if c := &sc.pending[i]; c.n > 0 {
			sc.spare = append(sc.spare, sc.grouped[c.first:c.first+c.n]...)
			c.first = len(sc.spare) - c.n
		}
	}
	sc.grouped, sc.spare, sc.last = sc.spare, sc.grouped, -1
	sc.leave(pos)
}

// count records a match that was accepted.
func (sc *scanner) count(c *candidate) {
	r := &sc.e.rules[c.rule]
	t := sc.e.types[r.typ]
	if c.ustart < sc.from || c.ustart >= sc.to {
		return
	}
	if c.confidence < sc.opt.MinConfidence {
		sc.lose(c, LowConfidence, -1)
		return
	}
	sc.until = sc.base + c.uend
	start, end := sc.origin(c.start, c.end)
	text := sc.orig[start:end]
	sc.value = t.value(sc.value[:0], sc.s[c.start:c.end])
	if sc.isAllowed(r.typ, text) {
		sc.lose(c, Allowed, -1)
		return
	}
	sc.win(c)
	if sc.report[r.typ] {
		sc.tally(r.typ, c, text)
	}
	for _, a := range sc.e.aliases[r.typ] {
		if sc.report[a] {
			sc.tally(a, c, text)
		}
	}
}

func (sc *scanner) tally(typ int, c *candidate, text string) {
	t := &sc.tallies[typ]
	if t.count == 0 {
		t.unique = map[uint64]struct{}{}
		sc.tallied = append(sc.tallied, typ)
	}
	t.count++
	t.best = max(t.best, c.confidence)
	i := slices.IndexFunc(t.attributes, func(a Attribute) bool { return a.Confidence == c.confidence })
	if i < 0 {
		i = len(t.attributes)
		t.attributes = append(t.attributes, Attribute{Confidence: c.confidence})
	}
	t.attributes[i].Count++
	if value := maphash.Bytes(sc.e.seed, sc.value); sc.unique < sc.opt.MaxUnique {
		before := len(t.unique)
		t.unique[value] = struct{}{}
		sc.unique += len(t.unique) - before
	} else if _, known := t.unique[value]; !known {
		sc.lost = true
	}
	if len(t.matches) < sc.opt.MaxMatches {
		if sc.kept != nil {
			sc.kept(sc.base + c.ustart)
		}
		// A clone, so that a result does not keep the whole text alive.
		t.matches = append(t.matches, Match{
			Text:       strings.Clone(text),
			Offset:     sc.base + c.ustart,
			Length:     c.uend - c.ustart,
			Confidence: c.confidence,
			Evidence:   sc.evidence(c),
		})
	}
}

func (sc *scanner) isAllowed(typ int, text string) bool {
	for _, p := range sc.opt.Allow.Patterns {
		if p.MatchString(text) {
			return true
		}
	}
	if len(sc.opt.Allow.Values) == 0 {
		return false
	}
	if sc.allowed == nil {
		sc.allowed = make([]map[string]bool, len(sc.e.types))
	}
	if sc.allowed[typ] == nil {
		sc.allowed[typ] = make(map[string]bool, len(sc.opt.Allow.Values))
		for _, v := range sc.opt.Allow.Values {
			var f folded
			f.reset(v)
			sc.allowed[typ][string(sc.e.types[typ].value(nil, f.s))] = true
		}
	}
	return sc.allowed[typ][string(sc.value)]
}

func (sc *scanner) result() *Result {
	res := &Result{Partial: sc.err != nil || sc.lost, Explanations: sc.explained(), Unexplained: sc.unexplained}
	slices.Sort(sc.tallied)
	for _, i := range sc.tallied {
		t := &sc.tallies[i]
		slices.SortFunc(t.attributes, func(a, b Attribute) int { return b.Confidence - a.Confidence })
		res.Findings = append(res.Findings, Finding{
			Type:        sc.e.types[i],
			UniqueCount: len(t.unique),
			Count:       t.count,
			Confidence:  t.best,
			Matches:     t.matches,
			Attributes:  t.attributes,
		})
	}
	return res
}
