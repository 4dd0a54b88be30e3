package classify

import (
	"cmp"
	"slices"
)

// An Explanation says what became of one candidate of one rule, and why. Its
// offset and length are as in Match.
type Explanation struct {
	Type       *Type
	Offset     int
	Length     int
	Outcome    Outcome
	Reason     Reason
	Confidence int   // with which it was taken or contended; 0 where it did not get so far
	Rival      *Type // to which it gave way: with Overlap alone
}

// Outcome is what became of a candidate.
type Outcome string

const (
	Taken   Outcome = "taken" // it is counted, also where MaxMatches leaves it out
	Refused Outcome = "refused"
)

// Reason is why. The first three are reasons to take a candidate; of the
// others it met the earlier demands.
type Reason string

const (
	ByItself  Reason = "byItself"  // its form and check suffice
	Evident   Reason = "evidence"  // a word of evidence stands near
	Ambiguous Reason = "ambiguous" // an equal check reads it as another type too: the lowest confidence of them

	LongerNumber  Reason = "longerNumber"  // it has the shape, but is cut out of a longer number
	BadForm       Reason = "form"          // it has the shape, but not the form that the type has beyond it
	BadRange      Reason = "range"         // it lies in no range that was allotted
	BadCheckDigit Reason = "checkDigit"    // the check digit, or the form it is in, is wrong
	BadStructure  Reason = "structure"     // so is one of several checks, or a part of a long fixed form
	NoEvidence    Reason = "noEvidence"    // the type is reported with evidence only
	Overlap       Reason = "overlap"       // it shares characters with a match that prevails
	LowConfidence Reason = "lowConfidence" // it has less than Options.MinConfidence
	Allowed       Reason = "allowed"       // Options.Allow names it
)

// failed is the reason of a rule whose Check or Verify refuses.
func (r *Rule) failed() Reason {
	switch r.Strength {
	case Ranges:
		return BadRange
	case CheckDigit:
		return BadCheckDigit
	case Structure:
		return BadStructure
	}
	return BadForm
}

// A question is what one type makes of s[start:end]. Of the type's rules several
// may want that span, and it is refused only once all of them have refused it.
type question struct {
	typ, start, end int
	rule            int    // that refused it first
	why             Reason // "" once a rule has taken it
}

// refuse explains why the candidate of a rule over s[start:end] was refused, if
// anybody asks and no other rule of its type takes it.
func (sc *scanner) refuse(rule, start, end int, why Reason) {
	if sc.opt.MaxExplanations > 0 && sc.look[sc.e.rules[rule].typ] && sc.ask(rule, start, end) {
		sc.asked.why = why
	}
}

// accept says that a rule takes s[start:end], whatever others of its type say.
func (sc *scanner) accept(rule, start, end int) {
	if sc.opt.MaxExplanations > 0 {
		sc.ask(rule, start, end)
		sc.asked.why = ""
	}
}

// ask reports whether the rule is the first of its type that is asked about
// s[start:end], and answers what was asked before.
func (sc *scanner) ask(rule, start, end int) bool {
	typ := sc.e.rules[rule].typ
	if q := &sc.asked; q.typ == typ && q.start == start && q.end == end {
		return false
	}
	sc.answer()
	sc.asked = question{typ: typ, start: start, end: end, rule: rule}
	return true
}

// answer explains a refusal that stands.
func (sc *scanner) answer() {
	if q := sc.asked; q.why != "" {
		sc.explain(q.rule, q.start, q.end, Explanation{Outcome: Refused, Reason: q.why})
	}
	sc.asked = question{}
}

// lose explains the refusal of a candidate that got as far as having a
// confidence; rival is the rule that it gave way to, or -1.
func (sc *scanner) lose(c *candidate, why Reason, rival int) {
	if sc.opt.MaxExplanations == 0 {
		return
	}
	x := Explanation{Outcome: Refused, Reason: why, Confidence: c.confidence}
	if rival >= 0 {
		x.Rival = sc.e.types[sc.e.rules[rival].typ]
	}
	sc.explain(c.rule, c.start, c.end, x)
}

// win explains why c was taken.
func (sc *scanner) win(c *candidate) {
	if sc.opt.MaxExplanations == 0 {
		return
	}
	x := Explanation{Outcome: Taken, Reason: ByItself, Confidence: c.confidence}
	switch {
	case c.evident:
		x.Reason = Evident
	case c.doubted:
		x.Reason = Ambiguous
	}
	sc.explain(c.rule, c.start, c.end, x)
}

// explain keeps x, which is about a rule's candidate s[start:end], if there is
// room for it.
func (sc *scanner) explain(rule, start, end int, x Explanation) {
	from, to := sc.origin(start, end)
	ustart, uend := sc.units(from), sc.units(to)
	if ustart < sc.from || ustart >= sc.to {
		return // another window of the Stream sees it too
	}
	if len(sc.explanations) == sc.opt.MaxExplanations {
		sc.unexplained++
		return
	}
	x.Type = sc.e.types[sc.e.rules[rule].typ]
	x.Offset, x.Length = sc.base+ustart, uend-ustart
	sc.explanations = append(sc.explanations, x)
}

// explained returns the explanations by offset, and lets go of them.
func (sc *scanner) explained() []Explanation {
	all := sc.explanations
	sc.explanations = nil
	slices.SortStableFunc(all, func(a, b Explanation) int {
		return cmp.Or(a.Offset-b.Offset, a.Length-b.Length, sc.e.byID[a.Type.ID]-sc.e.byID[b.Type.ID])
	})
	return all
}
