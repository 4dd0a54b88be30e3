package score

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/classifyd/classifyd/worker/classify"
)

const (
	// found is the confidence at which an expected span counts as found.
	found = 65
	// reported is the confidence from which on a match of nothing is an error.
	reported = 75
)

// A tally is how the texts of one entity went.
type tally struct {
	Entity   string   `json:"entity"`
	Types    []string `json:"types"` // that find it
	Strong   share    `json:"strong,omitzero"`
	Weak     share    `json:"weak,omitzero"`     // beside a word of evidence
	Refused  share    `json:"refused,omitzero"`  // texts that hold none
	Among    share    `json:"among,omitzero"`    // strong and weak, while all types are looked for
	Labelled share    `json:"labelled,omitzero"` // spans in sentences, while all types are looked for
	False    int      `json:"false"`             // matches that no label names
	Conflict int      `json:"conflict,omitzero"` // texts left out, whose label contradicts the check digit
}

// A share is how many of all went well.
type share struct {
	Good int `json:"good"`
	All  int `json:"all"`
}

func (s *share) add(good bool) {
	s.All++
	if good {
		s.Good++
	}
}

func (s *share) join(o share) {
	s.Good += o.Good
	s.All += o.All
}

// of is Good of All as a fraction, and 1 for none of none.
func (s share) of() float64 {
	if s.All == 0 {
		return 1
	}
	return float64(s.Good) / float64(s.All)
}

// precision is the share of right matches among all that were made.
func (t *tally) precision() share {
	right := t.Strong.Good + t.Weak.Good + t.Labelled.Good
	return share{right, right + t.False}
}

// A miss is one expectation that was not met.
type miss struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Entity string `json:"entity"`
	Want   string `json:"want"`   // strong, weak, negative or sentence
	Reason string `json:"reason"` // see the constants
	Text   string `json:"text,omitempty"`
}

// Why an expectation was not met.
const (
	untyped   = "no type finds it"
	nothing   = "nothing found"
	otherSpan = "another span"
	unsure    = "confidence too low"
	evidence  = "found beside evidence only"
	falsely   = "reported where nothing is"
)

// A scorer scores samples with the types of its engine.
type scorer struct {
	engine    *classify.Engine
	catalogue *catalogue
	cases     map[string]*tally // by entity
	sentences map[string]*tally
	labels    map[*classify.Type]string // the entity that sentences name a type's matches by
	others    map[string]int            // by type that no label names: its confident matches in sentences
	misses    []miss
}

func newScorer(e *classify.Engine, extra map[string]string) (*scorer, error) {
	c := &catalogue{types: e.Types(), extra: map[string][]*classify.Type{}}
	for entity, name := range extra {
		found := c.mean(strings.ToUpper(name))
		if len(found) == 0 {
			return nil, fmt.Errorf("--entity: no sensitive type is called %q", name)
		}
		c.extra[strings.ToUpper(entity)] = found
	}
	return &scorer{
		engine: e, catalogue: c, cases: map[string]*tally{}, sentences: map[string]*tally{},
		labels: map[*classify.Type]string{}, others: map[string]int{},
	}, nil
}

// scoreAll scores samples. What a sentence may hold is known from the labels of
// all of them.
func (sc *scorer) scoreAll(ctx context.Context, samples []sample) error {
	for _, s := range samples {
		if s.strength != sentence {
			continue
		}
		for _, want := range s.spans {
			for _, t := range sc.catalogue.mean(want.entity) {
				sc.labels[t] = want.entity
			}
		}
	}
	for i := range samples {
		if err := sc.score(ctx, &samples[i]); err != nil {
			return fmt.Errorf("%s:%d: %w", samples[i].file, samples[i].line, err)
		}
	}
	return nil
}

// score scores one sample.
func (sc *scorer) score(ctx context.Context, s *sample) error {
	if s.strength == sentence {
		return sc.sentence(ctx, s)
	}
	own := sc.catalogue.mean(s.entity)
	t := add(sc.cases, s.entity, own)
	switch {
	case s.conflict:
		t.Conflict++
		return nil
	case s.strength == negative:
		matches, err := sc.scan(ctx, s.text, own, own)
		if err != nil {
			return err
		}
		refused := !slices.ContainsFunc(matches, func(m classify.Match) bool { return m.Confidence >= reported })
		t.Refused.add(refused)
		if !refused {
			t.False++
			sc.miss(s, s.entity, falsely)
		}
		return nil
	}
	return sc.positive(ctx, s, t, own)
}

// positive scores a text that is made of spans of one entity.
func (sc *scorer) positive(ctx context.Context, s *sample, t *tally, own []*classify.Type) error {
	alone, err := sc.scan(ctx, s.text, own, own)
	if err != nil {
		return err
	}
	among, err := sc.scan(ctx, s.text, own, nil)
	if err != nil {
		return err
	}
	beside, amongBeside := alone, among
	for _, typ := range own {
		m, err := sc.beside(ctx, s.text, own, own, typ)
		if err != nil {
			return err
		}
		beside = append(beside[:len(beside):len(beside)], m...)
		if m, err = sc.beside(ctx, s.text, own, nil, typ); err != nil {
			return err
		}
		amongBeside = append(amongBeside[:len(amongBeside):len(amongBeside)], m...)
	}
	for _, want := range s.spans {
		if s.strength == strong {
			why := reason(alone, want)
			if why != "" && reason(beside, want) == "" {
				why = evidence
			}
			t.Strong.add(why == "")
			t.Among.add(reason(among, want) == "")
			sc.miss(s, want.entity, why)
		} else {
			why := reason(beside, want)
			t.Weak.add(why == "")
			t.Among.add(reason(amongBeside, want) == "")
			sc.miss(s, want.entity, why)
		}
	}
	for _, m := range alone {
		if m.Confidence >= reported && !slices.ContainsFunc(s.spans, func(want span) bool { return stands(m, want) }) {
			t.False++
			sc.miss(s, s.entity, falsely)
		}
	}
	return nil
}

// sentence scores a text in which every span of every entity is labelled: what is
// found must be labelled and what is labelled must be found, while all types are
// looked for.
func (sc *scorer) sentence(ctx context.Context, s *sample) error {
	res, err := sc.engine.Scan(ctx, s.text, classify.Options{MaxMatches: len(s.text) + 1})
	if err != nil {
		return err
	}
	for _, want := range s.spans {
		own := sc.catalogue.mean(want.entity)
		t := add(sc.sentences, want.entity, own)
		why := reason(only(res, own), want)
		t.Labelled.add(why == "")
		if len(own) > 0 {
			sc.miss(s, want.entity, why)
		}
	}
	for _, f := range res.Findings {
		for _, m := range f.Matches {
			labelled := slices.ContainsFunc(s.spans, func(want span) bool {
				return stands(m, want) && slices.Contains(sc.catalogue.mean(want.entity), f.Type)
			})
			if labelled || m.Confidence < found {
				continue
			}
			if entity := sc.labels[f.Type]; entity != "" {
				add(sc.sentences, entity, sc.catalogue.mean(entity)).False++
				sc.miss(s, entity, falsely)
			} else if m.Confidence >= reported {
				sc.others[f.Type.Name]++
			}
		}
	}
	return nil
}

// scan returns the matches of own in text, while asked are looked for, or all
// types where asked is nil.
func (sc *scorer) scan(ctx context.Context, text string, own, asked []*classify.Type) ([]classify.Match, error) {
	if len(own) == 0 {
		return nil, nil
	}
	opt := classify.Options{MaxMatches: len(text) + 1}
	for _, t := range asked {
		opt.Types = append(opt.Types, t.ID)
	}
	res, err := sc.engine.Scan(ctx, text, opt)
	if err != nil {
		return nil, err
	}
	return only(res, own), nil
}

// beside scans text with the first word of evidence of typ in front of it, and
// returns the matches where they stand in text.
func (sc *scorer) beside(ctx context.Context, text string, own, asked []*classify.Type, typ *classify.Type) ([]classify.Match, error) {
	if len(typ.Words) == 0 {
		return nil, nil
	}
	front := typ.Words[0] + ": "
	matches, err := sc.scan(ctx, front+text, own, asked)
	at := units(front)
	for i := range matches {
		matches[i].Offset -= at[len(at)-1]
	}
	return matches, err
}

func only(res *classify.Result, own []*classify.Type) []classify.Match {
	var out []classify.Match
	for _, f := range res.Findings {
		if slices.Contains(own, f.Type) {
			out = append(out, f.Matches...)
		}
	}
	return out
}

// reason says why none of matches is want, or nothing where one is.
func reason(matches []classify.Match, want span) string {
	why := nothing
	for _, m := range matches {
		switch {
		case stands(m, want) && m.Confidence >= found:
			return ""
		case stands(m, want):
			why = unsure
		case why == nothing && m.Offset < want.end && want.start < m.Offset+m.Length:
			why = otherSpan
		}
	}
	return why
}

// stands reports whether m has exactly the span of want.
func stands(m classify.Match, want span) bool {
	return m.Offset == want.start && m.Offset+m.Length == want.end
}

func (sc *scorer) miss(s *sample, entity, reason string) {
	if reason == nothing && len(sc.catalogue.mean(entity)) == 0 {
		reason = untyped
	}
	if reason != "" {
		sc.misses = append(sc.misses, miss{File: s.file, Line: s.line, Entity: entity, Want: string(s.strength), Reason: reason, Text: s.text})
	}
}

// add returns the tally of entity, and begins it where there is none.
func add(tallies map[string]*tally, entity string, own []*classify.Type) *tally {
	t := tallies[entity]
	if t == nil {
		t = &tally{Entity: entity}
		for _, typ := range own {
			t.Types = append(t.Types, typ.Name)
		}
		tallies[entity] = t
	}
	return t
}

func sorted(tallies map[string]*tally) []*tally {
	return slices.SortedFunc(maps.Values(tallies), func(a, b *tally) int { return strings.Compare(a.Entity, b.Entity) })
}
