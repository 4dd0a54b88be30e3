// Package classify finds sensitive information in text: many types in one pass.
//
// A [Type] says what a sensitive type looks like; package types holds the
// built-in ones. An [Engine] compiles types once and scans with all of them
// together, in four steps:
//
//  1. The text is folded: letters and digits that are written in another form
//     are read in their plain one, odd spaces and dashes become ' ' and '-', and
//     characters without width disappear (see read.go and lookalike.go). Text
//     without such characters is not copied.
//  2. One pass proposes candidates by their [Shape] alone: groups of digits,
//     starts of words, trigger bytes. Three bytes side by side say of nearly all
//     places that nothing begins there (see gate.go). Each rule's Check then
//     decides by check digit and structure.
//  3. Evidence words are looked for around the candidates only, all words of
//     all types in one trie, as whole words in any script.
//  4. Overlapping candidates are resolved (see overlap.go), and what is left is
//     counted.
//
// The time is linear in the text, whatever the text: a shape hands a rule a
// window of bounded size, and a candidate looks at a bounded number of
// neighbours. So is the memory: a few copies of the text where it must be
// folded, and the distinct values found, which are counted exactly.
//
// Offsets and lengths are UTF-16 code units of the text that was passed in.
package classify

import "regexp"

// DefaultProximity is how far from a match, in UTF-16 code units, a type's
// evidence may stand unless the type says otherwise.
const DefaultProximity = 300

// DefaultMaxMatches is how many matches of one type are reported by default.
const DefaultMaxMatches = 500

// DefaultMaxUnique is how many distinct values, over all types, are told apart
// by default.
const DefaultMaxUnique = 1 << 20

// A Type is one kind of sensitive information. It must not be changed once it
// was given to New.
type Type struct {
	ID          string // GUID, lower case
	Name        string
	Description string
	Publisher   string
	Tenant      bool     // a customer's own, not built in
	Category    string   // one of the Category constants for the built-in types
	Countries   []string // ISO 3166-1 alpha-2; none for types that belong to no country
	Recommended int      // the confidence below which a match is better not acted on
	Proximity   int      // in UTF-16 code units; 0 means DefaultProximity

	// Words are the evidence: words and phrases that, standing near, make a
	// match likelier. They match as whole words, in any case; a space in them
	// matches spaces, hyphens, underscores and a line's end alike.
	Words []string

	// Rules are the ways in which the type shows itself, any of which suffices.
	Rules []Rule

	// Members makes the type an alias: it has no rules, and what the types with
	// these IDs find is reported under it as well. An alias is used only by
	// those who name it, so that nobody is told the same thing twice.
	Members []string

	// Value appends the normalised form of a match to dst: two matches with
	// one value are one instance. Nil keeps letters and digits, in upper case.
	Value func(dst []byte, match string) []byte

	// Finds and Leaves are the type's own proof, and run as tests.
	Finds  []Sample
	Leaves []string
}

// The categories of the built-in types.
const (
	CategoryFinancial  = "financial"
	CategoryIdentity   = "identity"
	CategoryHealth     = "health"
	CategoryContact    = "contact"
	CategoryNetwork    = "network"
	CategoryCredential = "credential"
)

// A Sample is a text in which its type must find Match with Confidence.
type Sample struct {
	Text, Match string
	Confidence  int
}

// A Rule is one way in which a type shows itself: a shape, what must hold for
// it, and how much it is then worth.
type Rule struct {
	Shape Shape

	// Check decides whether a candidate is one. It may move Start and End
	// within the candidate's Text. It runs for everything that has the shape,
	// so it must be quick. Nil means that the shape suffices.
	Check func(*Candidate) bool

	// Verify is a second, dear check. It runs after evidence and overlaps have
	// been looked at, only for what would be reported.
	Verify func(*Candidate) bool

	// Strength is how well Check and Verify tell a true value from chance.
	Strength Strength

	// Alone and With are the confidence without and with evidence, 1 to 100.
	// An Alone of 0 means that the rule says nothing without evidence.
	Alone, With int
}

// Strength orders rules by how seldom chance passes their check.
type Strength int

const (
	Form       Strength = iota // the form only
	Ranges                     // only allotted ranges are taken
	CheckDigit                 // about one in ten by chance
	Structure                  // one in a hundred or fewer: two check digits, a long fixed form
)

// A Candidate is a piece of text that has the shape of a rule.
type Candidate struct {
	Text       string // the piece and its surroundings, folded
	Start, End int    // the piece, in bytes of Text
	Digits     []byte // the ASCII digits of the piece, for Number and Run
}

// Match returns the piece itself.
func (c *Candidate) Match() string { return c.Text[c.Start:c.End] }

// Before returns the byte before the piece, or 0 where the text begins.
func (c *Candidate) Before() byte {
	if c.Start == 0 {
		return 0
	}
	return c.Text[c.Start-1]
}

// After returns the byte behind the piece, or 0 where the text ends.
func (c *Candidate) After() byte {
	if c.End >= len(c.Text) {
		return 0
	}
	return c.Text[c.End]
}

// Options say what to look for. The zero value looks for every type.
type Options struct {
	Types         []string // IDs in any case; none means all but aliases
	Countries     []string // only types of these countries, and those of none
	Categories    []string // only types of these categories
	MinConfidence int      // matches below are neither reported nor counted
	MaxMatches    int      // per type; 0 means DefaultMaxMatches; counts stay exact
	MaxUnique     int      // values told apart over all types; 0 means DefaultMaxUnique; with more, unique counts are lower bounds and the result is Partial
	Allow         AllowList

	// MaxExplanations is how many candidates' fates are told, those first that
	// are decided first. 0 means none, and costs nothing.
	MaxExplanations int
}

// An AllowList names what is known and not to be reported.
type AllowList struct {
	Values   []string         // compared in normalised form
	Patterns []*regexp.Regexp // match anywhere in a match's text, unless anchored
}

// A Result is what a scan found, in the order of the engine's types.
type Result struct {
	Partial  bool // the scan stopped early or met MaxUnique; what is here is true but not all
	Findings []Finding

	Explanations []Explanation // by offset; nil if not asked for
	Unexplained  int           // candidates beyond Options.MaxExplanations
}

// A Finding is all that was found of one type.
type Finding struct {
	Type        *Type
	UniqueCount int         // distinct normalised values
	Count       int         // matches, also those beyond Options.MaxMatches
	Confidence  int         // the best of all matches
	Matches     []Match     // by offset, at most Options.MaxMatches
	Attributes  []Attribute // Count by confidence, the highest first
}

// An Attribute is how many matches have one confidence.
type Attribute struct{ Confidence, Count int }

// A Match is one instance in the text. Text is the original text between
// Offset and Offset+Length, in UTF-16 code units.
type Match struct {
	Text       string
	Offset     int
	Length     int
	Confidence int
	Evidence   []Evidence // by offset
}

// Evidence is a word that supports a match; its fields are as in Match.
type Evidence struct {
	Text   string
	Offset int
	Length int
}

// An UnknownTypeError says that no type has the ID.
type UnknownTypeError struct{ ID string }

func (e *UnknownTypeError) Error() string { return "unknown sensitive type " + e.ID }
