package classify

import (
	"cmp"
	"slices"
	"strings"
)

// Overlaps are resolved by one rule. Of two matches that share a character the
// better checked one wins, by Strength; of equally checked ones the one with
// evidence, then the longer, then the one of higher confidence, then the one
// with the longest word of evidence ("korean passport" says more than
// "passport"), then the earlier, then the one whose type comes first. Evidence lends a match the
// strength of any other reading of its very span: nine digits behind "passport"
// are no company number that chance gave a check digit. A type that reads the
// winner's very span with an equal check, when neither has evidence, makes the
// reading ambiguous: the winner alone is reported, at the lowest confidence
// among them.

// A span is s[start:end] of the folded text, which a rule has taken.
type span struct{ start, end, rule int }

func byOffset(a, b candidate) int {
	return cmp.Or(a.start-b.start, a.end-b.end, a.rule-b.rule)
}

// byRank sorts winners first.
func (sc *scanner) byRank(a, b candidate) int {
	evident := func(c candidate) int {
		if c.evident {
			return 1
		}
		return 0
	}
	ra, rb := &sc.e.rules[a.rule], &sc.e.rules[b.rule]
	return cmp.Or(
		int(b.strength-a.strength),
		evident(b)-evident(a),
		int(rb.Strength-ra.Strength),
		(b.end-b.start)-(a.end-a.start),
		b.confidence-a.confidence,
		b.word-a.word,
		a.start-b.start,
		a.rule-b.rule,
	)
}

// resolve weighs candidates, which are sorted by offset, and counts the winners.
func (sc *scanner) resolve(cs []candidate) {
	sc.answer() // checks are done with these, evidence asks anew
	sc.weighed = sc.weighed[:0]
	for _, c := range cs {
		sc.weigh(c)
	}
	cs = sc.weighed
	for len(cs) > 0 && sc.err == nil {
		end, k := cs[0].end, 1
		for k < len(cs) && cs[k].start < end {
			end = max(end, cs[k].end)
			k++
		}
		sc.contend(cs[:k])
		cs = cs[k:]
	}
}

// weigh appends to weighed what of c has any confidence.
func (sc *scanner) weigh(c candidate) {
	r := &sc.e.rules[c.rule]
	if c.n == 0 && r.Alone == 0 && !sc.supported(r.typ, c.start, c.end) {
		sc.refuse(c.rule, c.start, c.end, NoEvidence)
		return
	}
	start, end := sc.origin(c.start, c.end)
	c.ustart, c.uend = sc.units(start), sc.units(end)
	if c.n > 0 {
		sc.weighGroup(c)
		return
	}
	c.confidence = r.Alone
	sc.near(&c, func(*hit) bool {
		c.confidence, c.evident = r.With, true
		return false
	})
	if c.confidence == 0 {
		sc.refuse(c.rule, c.start, c.end, NoEvidence)
		return
	}
	sc.accept(c.rule, c.start, c.end)
	sc.weighed = append(sc.weighed, c)
}

// weighGroup looks at the words near c once for all its rules.
func (sc *scanner) weighGroup(c candidate) {
	clear(sc.evident)
	sc.hitsWithin(&c, DefaultProximity, func(h *hit) bool {
		for i, set := range sc.e.lexicon.lists[h.word] {
			sc.evident[i] |= set
		}
		return true
	})
	for _, rule := range sc.grouped[c.first : c.first+c.n] {
		r := &sc.e.rules[rule]
		if sc.evident[r.typ/64]&(1<<(r.typ%64)) != 0 {
			c.rule, c.confidence, c.evident = rule, r.With, true
			sc.accept(rule, c.start, c.end)
			sc.weighed = append(sc.weighed, c)
		} else {
			sc.refuse(rule, c.start, c.end, NoEvidence)
		}
	}
}

// contend counts the winners among candidates that overlap.
func (sc *scanner) contend(cs []candidate) {
	if len(cs) == 1 {
		if sc.verify(&cs[0]) {
			sc.count(&cs[0])
		}
		return
	}
	sc.lend(cs)
	slices.SortFunc(cs, sc.byRank)
	taken, won := sc.taken[:0], 0
	for i := range cs {
		c := cs[i]
		at, _ := slices.BinarySearchFunc(taken, c.start, func(t span, start int) int { return cmp.Compare(t.end, start+1) })
		sc.steps++
		if at < len(taken) && taken[at].start < c.end {
			sc.lose(&c, Overlap, taken[at].rule)
			continue
		}
		if !sc.verify(&c) {
			continue
		}
		taken = slices.Insert(taken, at, span{c.start, c.end, c.rule})
		sc.doubt(&c, cs[i+1:])
		cs[won] = c
		won++
	}
	sc.taken = taken
	winners := cs[:won]
	slices.SortFunc(winners, byOffset)
	for i := range winners {
		sc.count(&winners[i])
	}
}

// lend sets the strength and the word with which each of cs, sorted by offset,
// contends.
func (sc *scanner) lend(cs []candidate) {
	for len(cs) > 0 {
		best, n := Form, 0
		for ; n < len(cs) && cs[n].start == cs[0].start && cs[n].end == cs[0].end; n++ {
			cs[n].strength = sc.e.rules[cs[n].rule].Strength
			best = max(best, cs[n].strength)
		}
		for i := range cs[:n] {
			if cs[i].evident {
				cs[i].strength = best
				sc.near(&cs[i], func(h *hit) bool {
					cs[i].word = max(cs[i].word, h.end-h.start)
					return true
				})
			}
		}
		cs = cs[n:]
	}
}

// doubt lowers the confidence of c to the lowest of its rivals': equal checks
// of other types over the same span, with evidence for none. Ranking puts them
// right behind c.
func (sc *scanner) doubt(c *candidate, rivals []candidate) {
	mine := &sc.e.rules[c.rule]
	for i := range rivals {
		r := &rivals[i]
		theirs := &sc.e.rules[r.rule]
		if c.evident || r.evident || theirs.Strength != mine.Strength || r.end-r.start != c.end-c.start {
			return
		}
		sc.steps++
		if r.start == c.start && theirs.typ != mine.typ {
			c.confidence, c.doubted = min(c.confidence, r.confidence), true
		}
	}
}

// verify asks the rule's dear check about c.
func (sc *scanner) verify(c *candidate) bool {
	r := &sc.e.rules[c.rule]
	if r.Verify == nil {
		return true
	}
	if sc.ctx.Err() != nil {
		return false // the next flush ends the scan
	}
	lo, hi := max(0, c.start-r.before), min(len(sc.s), c.end+r.after)
	sc.cand.Text, sc.cand.Start, sc.cand.End = sc.s[lo:hi], c.start-lo, c.end-lo
	sc.setDigits(c.start, c.end)
	if !r.Verify(&sc.cand) {
		sc.lose(c, r.failed(), -1)
		return false
	}
	return true
}

// maxEvidence is how many words are reported for one match.
const maxEvidence = 8

// evidence returns what supports c: every word once, where it stands nearest.
func (sc *scanner) evidence(c *candidate) []Evidence {
	if !c.evident {
		return nil
	}
	near := sc.support[:0]
	sc.near(c, func(h *hit) bool {
		for i := range near {
			n := &near[i]
			switch {
			case n.ustart <= h.ustart && h.uend <= n.uend: // within a longer phrase
				return true
			case h.ustart <= n.ustart && n.uend <= h.uend:
				*n = *h
				return true
			case n.word == h.word:
				if distance(c, h) < distance(c, n) {
					near = append(slices.Delete(near, i, i+1), *h)
				}
				return true
			}
		}
		near = append(near, *h)
		return true
	})
	sc.support = near
	if len(near) > maxEvidence {
		slices.SortStableFunc(near, func(a, b hit) int { return distance(c, &a) - distance(c, &b) })
		near = near[:maxEvidence]
		slices.SortFunc(near, func(a, b hit) int { return a.ustart - b.ustart })
	}
	out := make([]Evidence, len(near))
	for i, h := range near {
		start, end := sc.origin(h.start, h.end)
		out[i] = Evidence{Text: strings.Clone(sc.orig[start:end]), Offset: sc.base + h.ustart, Length: h.uend - h.ustart}
	}
	return out
}

// distance is how far h stands from c, in UTF-16 code units.
func distance(c *candidate, h *hit) int {
	if h.uend <= c.ustart {
		return c.ustart - h.uend
	}
	return h.ustart - c.uend
}
