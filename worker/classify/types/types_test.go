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

// TestIDsStay pins the IDs that are derived from slugs: clients store them.
func TestIDsStay(t *testing.T) {
	for slug, want := range map[string]string{
		"email-address":         "709a7c80-3e90-5082-806e-070bcd75a2d7",
		"phone-number":          "a665000f-7d68-5ccc-8839-120bd49d6b69",
		"aws-access-key-id":     "e37ceccb-6015-561b-9925-30068a2ad707",
		"aws-secret-access-key": "173c3dbc-33f8-59a5-b2c9-473e186166c3",
		"private-key-block":     "0b583a5f-cca0-525f-9a65-f15223472342",
	} {
		if got := own(slug); got != want {
			t.Errorf("own(%q) = %s, want %s", slug, got, want)
		}
	}
}

func TestPhoneNumbersAreValidInTheirPlans(t *testing.T) {
	e, err := classify.New(All())
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ text, want string }{
		{"Tel: 020 7946 0958", "020 7946 0958"},
		{"mobile (+33) 6 12 34 56 78", "(+33) 6 12 34 56 78"},
		{"mobile +33 6 12 34 56 78", "+33 6 12 34 56 78"},
		{"call 1-212-555-2368 or 212.555.2369", "1-212-555-2368"},
		{"call +1 (212) 555-2368", "+1 (212) 555-2368"},
		{"Tel. 0171 2345678", "0171 2345678"},
		{"tel:+12125552368", "+12125552368"},
		{"携帯 090-1234-5678", "090-1234-5678"},
		{"call 212-555-2368-99", ""},
		{"call 5.2125552368", ""},
	} {
		got := ""
		if m := scan(t, e, tt.text, classify.Options{Types: []string{own("phone-number")}}); len(m) > 0 {
			got = m[0].Text
		}
		if got != tt.want {
			t.Errorf("%q: %q, want %q", tt.text, got, tt.want)
		}
	}
}
