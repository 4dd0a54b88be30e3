package classify

import (
	"fmt"
	"hash/maphash"
	"maps"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// An Engine scans text for the types it was made of. It is safe for concurrent use.
type Engine struct {
	types    []*Type
	byID     map[string]int
	aliases  [][]int // by type: the aliases it is a member of
	everyone []bool  // by type: looked for unless types are named
	rules    []rule
	tables   *tables
	lexicon  *lexicon
	sets     []set    // of the patterns
	terms    *lexicon // of the terms, a list for each of termed; nil without any
	termed   []int    // the rules with terms
	hold     int      // how far behind the scanner a candidate can still begin
	near     int      // how far from a candidate, before its Check, evidence can stand
	seed     maphash.Seed
	scanners sync.Pool
}

// A rule is a Rule with what the engine knows about it.
type rule struct {
	*Rule
	typ           int
	before, after int // the window of its Check

	// At hand, since the scanner asks for each candidate.
	check  func(*Candidate) bool
	needy  bool // Alone is 0
	strict bool // Strength is Structure
}

var guid = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$`)

// New compiles types. The order of types is that of [Engine.Types] and of
// results, and decides between rules that are equal in all else.
func New(types []*Type) (*Engine, error) {
	nothing := &Engine{tables: newTables(), hold: 4 * reach, seed: maphash.MakeSeed()}
	return nothing.compile(types)
}

// With returns an engine that looks for further types besides those of e, all
// in one result. Their rules have the shapes [Pattern] and [Terms] alone: e's
// tables, which are dear to make, serve both engines.
func (e *Engine) With(further []*Type) (*Engine, error) {
	for _, t := range further {
		for k := range t.Rules {
			switch t.Rules[k].Shape.(type) {
			case Pattern, Terms:
			default:
				return nil, fmt.Errorf("type %q: rule %d: want a pattern or terms", t.Name, k)
			}
		}
	}
	return e.compile(further)
}

// compile returns an engine of e's types and further ones.
func (e *Engine) compile(further []*Type) (*Engine, error) {
	tables := *e.tables
	n := &Engine{
		types:  slices.Concat(e.types, further),
		byID:   maps.Clone(e.byID),
		rules:  slices.Clip(e.rules),
		tables: &tables,
		hold:   e.hold,
		seed:   e.seed,
	}
	if n.byID == nil {
		n.byID = make(map[string]int, len(further))
	}
	n.everyone = make([]bool, len(n.types))
	copy(n.everyone, e.everyone)
	n.aliases = make([][]int, len(n.types))
	copy(n.aliases, e.aliases)
	first := len(e.types)
	for i, t := range further {
		if _, dup := n.byID[t.ID]; dup || !guid.MatchString(t.ID) {
			return nil, fmt.Errorf("type %q: id %q is taken or no lower-case GUID", t.Name, t.ID)
		}
		n.byID[t.ID] = first + i
		n.everyone[first+i] = len(t.Members) == 0
	}
	for i, t := range further {
		if err := n.add(first+i, t); err != nil {
			return nil, fmt.Errorf("type %q: %w", t.Name, err)
		}
	}
	words := make([][]string, len(n.types))
	for i, t := range n.types {
		words[i] = t.Words
		n.near = max(n.near, t.proximity())
	}
	for _, r := range n.rules {
		if r.Alone == 0 {
			n.near = max(n.near, n.types[r.typ].proximity()+max(r.before, r.after))
		}
	}
	if first == 0 {
		n.sortLayouts()
		n.tables.sortEvents()
	}
	var err error
	if n.lexicon, err = newLexicon(words); err != nil {
		return nil, fmt.Errorf("evidence words: %w", err)
	}
	if err := n.searches(); err != nil {
		return nil, err
	}
	n.hold = max(n.hold, 2*len(n.tables.tokens))
	n.scanners.New = func() any { return newScanner(n) }
	return n, nil
}

func (e *Engine) add(i int, t *Type) error {
	if (len(t.Rules) == 0) == (len(t.Members) == 0) {
		return fmt.Errorf("want either rules or members")
	}
	for _, id := range t.Members {
		m, ok := e.byID[id]
		if !ok || len(e.types[m].Members) > 0 {
			return fmt.Errorf("member %q is unknown or an alias", id)
		}
		e.aliases[m] = append(e.aliases[m], i)
	}
	for k := range t.Rules {
		r := rule{Rule: &t.Rules[k], typ: i, before: reach, after: reach}
		r.check, r.needy, r.strict = r.Check, r.Alone == 0, r.Strength >= Structure
		switch s := r.Shape.(type) {
		case nil:
			return fmt.Errorf("rule %d has no shape", k)
		case Word:
			r.before, r.after = s.Before, s.After
		case Around:
			r.before, r.after = s.Before, s.After
		case Pattern, Terms:
			r.before, r.after = Surroundings, Surroundings
		}
		if r.Alone < 0 || r.Alone > r.With || r.With < 1 || r.With > 100 {
			return fmt.Errorf("rule %d: confidence %d/%d", k, r.Alone, r.With)
		}
		if r.Alone == 0 && len(t.Words) == 0 {
			return fmt.Errorf("rule %d needs evidence, and there are no words", k)
		}
		e.hold = max(e.hold, r.before+reach)
		e.rules = append(e.rules, r)
		if err := r.Shape.compile(e.tables, len(e.rules)-1); err != nil {
			return fmt.Errorf("rule %d: %w", k, err)
		}
	}
	return nil
}

// sortLayouts sets the rules that need evidence apart.
func (e *Engine) sortLayouts() {
	for i := range e.tables.layouts {
		l := &e.tables.layouts[i]
		slices.SortStableFunc(l.rules, func(a, b int) int { return min(e.rules[b].Alone, 1) - min(e.rules[a].Alone, 1) })
		l.types = make([]uint64, len(e.types)/64+1)
		for _, r := range l.rules {
			if e.rules[r].Alone > 0 {
				l.alone++
				continue
			}
			typ := e.rules[r].typ
			l.needy = append(l.needy, typ)
			l.types[typ/64] |= 1 << (typ % 64)
		}
	}
}

// Types returns the types in the order given to New.
func (e *Engine) Types() []*Type { return slices.Clone(e.types) }

// Lookup returns the type with an id in any case.
func (e *Engine) Lookup(id string) (*Type, bool) {
	i, ok := e.byID[strings.ToLower(id)]
	if !ok {
		return nil, false
	}
	return e.types[i], true
}

// choose marks the types to look for and those to report. They differ where an
// alias was named and its members were not.
func (e *Engine) choose(opt *Options, look, report []bool) error {
	copy(report, e.everyone)
	if len(opt.Types)+len(opt.Categories)+len(opt.Countries) == 0 {
		copy(look, report) // everyone is no alias
		return nil
	}
	if len(opt.Types) > 0 {
		clear(report)
		for _, id := range opt.Types {
			i, ok := e.byID[strings.ToLower(id)]
			if !ok {
				return &UnknownTypeError{ID: id}
			}
			report[i] = true
		}
	}
	for i, t := range e.types {
		if len(opt.Categories) > 0 && !slices.Contains(opt.Categories, t.Category) {
			report[i] = false
		}
		if len(opt.Countries) > 0 && len(t.Countries) > 0 && !slices.ContainsFunc(t.Countries, func(c string) bool {
			return slices.ContainsFunc(opt.Countries, func(want string) bool { return strings.EqualFold(c, want) })
		}) {
			report[i] = false
		}
	}
	copy(look, report)
	for i := range e.types {
		for _, a := range e.aliases[i] {
			look[i] = look[i] || report[a]
		}
	}
	return nil
}

func (t *Type) proximity() int {
	if t.Proximity == 0 {
		return DefaultProximity
	}
	return t.Proximity
}

// value appends the normalised form of match to dst.
func (t *Type) value(dst []byte, match string) []byte {
	if t.Value != nil {
		return t.Value(dst, match)
	}
	for _, c := range []byte(match) {
		switch {
		case c >= 'a' && c <= 'z':
			dst = append(dst, c-'a'+'A')
		case c >= '0' && c <= '9', c >= 'A' && c <= 'Z', c >= 0x80:
			dst = append(dst, c)
		}
	}
	return dst
}
