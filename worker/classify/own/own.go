// Package own makes types for the engine of the definitions that a tenant
// writes: patterns and words with validators, evidence and a ladder of
// confidences. A definition is JSON in the form in which the API stores it.
//
// The limits on a definition are those of Purview's custom types: regular
// expressions of at most 1,024 characters, 20 patterns a type, words of at most
// 50 characters, 2,048 of them in a list.
package own

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/classifyd/classifyd/worker/classify"
)

// The limits on one definition.
const (
	MaxPatterns   = 20
	MaxRegex      = 1024 // characters
	MaxWords      = 2048 // in a list of keywords, evidence or texts
	MaxWord       = 50   // characters of a word or a text
	MaxDictionary = 50_000
	MaxProximity  = 1000 // in UTF-16 code units
	MaxValidators = 20   // of one pattern
	MaxWeights    = 64
)

// A Definition says what a type of a tenant's own looks like.
type Definition struct {
	ID          string    `json:"id"`
	Name        string    `json:"name"`
	Description string    `json:"description"`
	Publisher   string    `json:"publisherName"`
	Category    string    `json:"category"`
	Countries   []string  `json:"countries"`
	Recommended int       `json:"recommendedConfidence"`
	Patterns    []Pattern `json:"patterns"`
	Evidence    []string  `json:"evidence"`
	Proximity   int       `json:"proximity"`
}

// A Pattern is one way in which a type shows itself: exactly one of a regular
// expression, keywords and a dictionary, what must hold for a match, and what it
// is worth without and with evidence. A Confidence of 0 says nothing without.
type Pattern struct {
	Regex          string      `json:"regex"`
	Keywords       []string    `json:"keywords"`
	Dictionary     []string    `json:"dictionary"`
	Validators     []Validator `json:"validators"`
	Confidence     int         `json:"confidence"`
	WithConfidence int         `json:"confidenceWithEvidence"`
}

// An InvalidError says which property of a definition cannot stand.
type InvalidError struct {
	Target  string // path of the property: patterns[0].regex
	Message string // a full thought in the caller's terms
}

func (e *InvalidError) Error() string { return e.Message }

func invalid(target, message string) error {
	return &InvalidError{Target: target, Message: target + " " + message}
}

// Read reads a definition as the API stores it.
func Read(b []byte) (*Definition, error) {
	var d Definition
	if err := json.Unmarshal(b, &d); err != nil {
		return nil, errors.New("the definition is not what this version understands")
	}
	return &d, nil
}

// Compile makes a type of d, or returns an [*InvalidError].
func (d *Definition) Compile() (*classify.Type, error) {
	t := &classify.Type{
		ID:          d.ID,
		Name:        d.Name,
		Description: d.Description,
		Publisher:   d.Publisher,
		Tenant:      true,
		Category:    d.Category,
		Countries:   d.Countries,
		Recommended: d.Recommended,
		Proximity:   d.Proximity,
		Words:       d.Evidence,
	}
	switch {
	case len(d.Patterns) == 0 || len(d.Patterns) > MaxPatterns:
		return nil, invalid("patterns", fmt.Sprintf("must have 1 to %d items", MaxPatterns))
	case d.Proximity < 0 || d.Proximity > MaxProximity:
		return nil, invalid("proximity", fmt.Sprintf("must be from 1 to %d", MaxProximity))
	case d.Recommended < 0 || d.Recommended > 100:
		return nil, invalid("recommendedConfidence", "must be from 0 to 100")
	}
	if err := words("evidence", d.Evidence, MaxWords); err != nil {
		return nil, err
	}
	for i := range d.Patterns {
		r, err := d.Patterns[i].rule(fmt.Sprintf("patterns[%d]", i), len(d.Evidence) > 0)
		if err != nil {
			return nil, err
		}
		t.Rules = append(t.Rules, r)
	}
	return t, nil
}

func (p *Pattern) rule(at string, evidence bool) (classify.Rule, error) {
	r := classify.Rule{Alone: p.Confidence, With: p.WithConfidence, Strength: classify.Form}
	var err error
	switch given := []bool{p.Regex != "", len(p.Keywords) > 0, len(p.Dictionary) > 0}; {
	case slices.Index(given, true) < 0 || slices.Index(given, true) != lastTrue(given):
		return r, invalid(at, "must have one of regex, keywords and dictionary")
	case given[0]:
		r.Shape, err = regex(at+".regex", p.Regex)
	case given[1]:
		r.Shape, r.Strength, err = classify.Terms(p.Keywords), classify.Ranges, words(at+".keywords", p.Keywords, MaxWords)
	default:
		r.Shape, r.Strength, err = classify.Terms(p.Dictionary), classify.Ranges, words(at+".dictionary", p.Dictionary, MaxDictionary)
	}
	if err != nil {
		return r, err
	}
	switch {
	case p.Confidence < 0 || p.Confidence > 100:
		return r, invalid(at+".confidence", "must be from 0 to 100")
	case p.Confidence == 0 && !evidence:
		return r, invalid(at+".confidence", "must not be 0 where the type has no evidence")
	case p.WithConfidence < max(p.Confidence, 1) || p.WithConfidence > 100:
		return r, invalid(at+".confidenceWithEvidence", "must be from confidence to 100")
	case len(p.Validators) > MaxValidators:
		return r, invalid(at+".validators", fmt.Sprintf("must have at most %d items", MaxValidators))
	}
	checks := make([]func(*classify.Candidate) bool, len(p.Validators))
	for i := range p.Validators {
		v := &p.Validators[i]
		if checks[i], err = v.compile(fmt.Sprintf("%s.validators[%d]", at, i)); err != nil {
			return r, err
		}
		r.Strength = max(r.Strength, v.strength())
	}
	if len(checks) > 0 {
		r.Check = func(c *classify.Candidate) bool {
			for _, ok := range checks {
				if !ok(c) {
					return false
				}
			}
			return true
		}
	}
	return r, nil
}

func lastTrue(list []bool) int {
	for i, b := range slices.Backward(list) {
		if b {
			return i
		}
	}
	return -1
}

func regex(at, expr string) (classify.Shape, error) {
	if utf8.RuneCountInString(expr) > MaxRegex {
		return nil, invalid(at, fmt.Sprintf("must be at most %d characters", MaxRegex))
	}
	p, err := classify.NewPattern(expr)
	if err != nil {
		return nil, invalid(at, "cannot be taken: "+err.Error())
	}
	return p, nil
}

// words checks a list that may be empty.
func words(at string, list []string, most int) error {
	if len(list) > most {
		return invalid(at, fmt.Sprintf("must have at most %d items", most))
	}
	if i := slices.IndexFunc(list, func(w string) bool { return !short(w) }); i >= 0 {
		return invalid(fmt.Sprintf("%s[%d]", at, i), fmt.Sprintf("must be 1 to %d characters", MaxWord))
	}
	if i := classify.NoTerm(list); i >= 0 {
		return invalid(fmt.Sprintf("%s[%d]", at, i), "must be of two characters or more, the first of which is a letter or a digit, none of them one that is folded away")
	}
	return nil
}

func short(w string) bool {
	n := utf8.RuneCountInString(w)
	return n > 0 && n <= MaxWord && utf8.ValidString(w)
}
