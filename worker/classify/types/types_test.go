package types

import (
	"slices"
	"testing"

	"github.com/classifyd/classifyd/worker/classify"
)

func TestEveryTypeFindsItsSamplesAndLeavesTheRest(t *testing.T) {
	e, err := classify.New(All())
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range e.Types() {
		if len(typ.Finds) == 0 || len(typ.Leaves) == 0 || typ.Description == "" || typ.Publisher == "" || typ.Category == "" || typ.Recommended == 0 {
			t.Errorf("%s: samples, description, publisher, category and recommendation are needed", typ.Name)
		}
		opt := classify.Options{Types: []string{typ.ID}}
		for _, s := range typ.Finds {
			matches := scan(t, e, s.Text, opt)
			if !slices.ContainsFunc(matches, func(m classify.Match) bool { return m.Text == s.Match && m.Confidence == s.Confidence }) {
				t.Errorf("%s in %q: found %v, want %q at %d", typ.Name, s.Text, matches, s.Match, s.Confidence)
			}
		}
		for _, text := range typ.Leaves {
			if matches := scan(t, e, text, opt); len(matches) > 0 {
				t.Errorf("%s in %q: found %v, want nothing", typ.Name, text, matches)
			}
		}
	}
}

func TestSamplesKeepTheirTypeAmongAllTypes(t *testing.T) {
	e, err := classify.New(All())
	if err != nil {
		t.Fatal(err)
	}
	for _, typ := range e.Types() {
		if len(typ.Members) > 0 {
			continue
		}
		for _, s := range typ.Finds {
			res, err := e.Scan(t.Context(), s.Text, classify.Options{})
			if err != nil {
				t.Fatal(err)
			}
			if !slices.ContainsFunc(res.Findings, func(f classify.Finding) bool {
				return f.Type == typ && slices.ContainsFunc(f.Matches, func(m classify.Match) bool { return m.Text == s.Match })
			}) {
				t.Errorf("%q: no %s among %v", s.Text, typ.Name, res.Findings)
			}
		}
	}
}

func scan(t *testing.T, e *classify.Engine, text string, opt classify.Options) []classify.Match {
	t.Helper()
	res, err := e.Scan(t.Context(), text, opt)
	if err != nil {
		t.Fatal(err)
	}
	var all []classify.Match
	for _, f := range res.Findings {
		all = append(all, f.Matches...)
	}
	return all
}
