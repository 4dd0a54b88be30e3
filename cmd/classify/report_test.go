package main

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/api/wire"
)

func TestMatchesAreMasked(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"4111 1111-1111", "**** ****-****"},
		{"ada@example.org", "***@*******.***"},
		{"Żółć €5\n", "**** **\n"},
		{"", ""},
	} {
		if got := masked(tt.in); got != tt.want {
			t.Errorf("masked(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestOutputCannotSteerATerminal(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"plain ü.txt", "plain ü.txt"},
		{"\x1b[2Jgone", "\ufffd[2Jgone"},
		{"two\nlines\tand\r", "two lines and "},
		{"\u202etxt.exe", "\ufffdtxt.exe"},
	} {
		if got := printable(tt.in); got != tt.want {
			t.Errorf("printable(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
}

// found is a source with a match of each level and more that are only counted.
func found() *scanned {
	match := func(confidence int) wire.Match {
		return wire.Match{IDMatch: "secret-" + level(confidence), Length: 6, Confidence: confidence,
			Evidences: []wire.Evidence{{Match: "secretive"}}, Location: wire.Location{Page: confidence}}
	}
	return &scanned{Source: "a.pdf", Status: "succeeded", Found: []wire.DetectedSensitiveContent{{
		ID: "4711", DisplayName: "Badge", Confidence: 85, Matches: []wire.Match{match(85), match(75), match(65), match(40)},
		ClassificationAttributes: []wire.ClassificationAttribute{{Confidence: 85, Count: 90}, {Confidence: 40, Count: 10}},
	}}}
}

func TestNoFormShowsWhatMatchedUnlessAsked(t *testing.T) {
	for _, form := range []string{"table", "json", "ndjson", "csv", "sarif"} {
		for _, show := range []bool{false, true} {
			var out, said bytes.Buffer
			r, err := reporting{output: output{form}, ShowMatches: show}.newReport(&streams{out: &out, err: &said})
			if err != nil {
				t.Fatal(err)
			}
			if err := r.add(found()); err != nil {
				t.Fatal(err)
			}
			if err := r.sum(); err != nil {
				t.Errorf("%s: %v", form, err)
			}
			if strings.Contains(out.String()+said.String(), "secret") != show {
				t.Errorf("%s with matches shown %v:\n%s%s", form, show, &out, &said)
			}
			if !strings.Contains(out.String(), "Badge") {
				t.Errorf("%s does not tell the type:\n%s", form, &out)
			}
		}
	}
}

func TestTableTellsHowManyMatchesItLeavesOut(t *testing.T) {
	var out bytes.Buffer
	f := &tableForm{w: &out}
	if err := f.add(found()); err != nil {
		t.Fatal(err)
	}
	if err := f.end(); err != nil {
		t.Fatal(err)
	}
	want := `SOURCE  WHERE    CONFIDENCE  TYPE   MATCH
a.pdf   page 85  85 high     Badge  secret-high
a.pdf   page 75  75 medium   Badge  secret-medium
a.pdf   page 65  65 low      Badge  secret-low
a.pdf   page 40  40          Badge  secret-
a.pdf   ...                  Badge  96 more
`
	if out.String() != want {
		t.Errorf("table\n%s\nwant\n%s", &out, want)
	}
}

func TestLevelsBeginWhereGraphSaysTheyDo(t *testing.T) {
	for _, tt := range []struct {
		failAt     string
		confidence int
		want       bool
	}{
		{"high", 85, true}, {"high", 84, false},
		{"medium", 75, true}, {"medium", 74, false},
		{"low", 65, true}, {"low", 64, false},
		{"", 100, false},
	} {
		r, err := reporting{output: output{"ndjson"}, FailAt: tt.failAt}.newReport(&streams{out: &bytes.Buffer{}})
		if err != nil {
			t.Fatal(err)
		}
		if err := r.add(&scanned{Status: "succeeded", Found: []wire.DetectedSensitiveContent{{Confidence: tt.confidence}}}); err != nil {
			t.Fatal(err)
		}
		if got := r.sum() == errFound; got != tt.want {
			t.Errorf("--fail-at %q with a confidence of %d: failed %v, want %v", tt.failAt, tt.confidence, got, tt.want)
		}
	}
}

func TestResultsThatCannotBeMaskedAreLeftOut(t *testing.T) {
	j := &wire.Job{Type: "invoice", Result: json.RawMessage(`{"iban":"secret"}`)}
	if got, err := shown(j, false); err != nil || got.Result != nil {
		t.Errorf("shown = %s, %v; want no result", got.Result, err)
	}
	if got, err := shown(j, true); err != nil || string(got.Result) != string(j.Result) {
		t.Errorf("shown with matches = %s, %v", got.Result, err)
	}
}
