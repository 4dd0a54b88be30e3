package own_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/classify/own"
)

const id = "8e4a0b76-5a1f-4d59-9c1b-0f6e1f9a7a21"

func bare(t testing.TB) *classify.Engine {
	t.Helper()
	e, err := classify.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// finds are the matches of the definition in a text, with their confidences.
func finds(t testing.TB, d *own.Definition, text string) []string {
	t.Helper()
	d.ID, d.Name = id, "own"
	typ, err := d.Compile()
	if err != nil {
		t.Fatal(err)
	}
	e, err := bare(t).With([]*classify.Type{typ})
	if err != nil {
		t.Fatal(err)
	}
	res, err := e.Scan(t.Context(), text, classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, f := range res.Findings {
		for _, m := range f.Matches {
			out = append(out, fmt.Sprintf("%s %d", m.Text, m.Confidence))
		}
	}
	return out
}

func TestValidatorsTellMatchesFromChance(t *testing.T) {
	for _, tt := range []struct {
		name, regex, validator string
		finds, leaves          string
	}{
		{"luhn", `\d[\d ]+\d`, `{"kind":"luhn"}`, "4539 5787 6362 1486", "4539 5787 6362 1487"},
		{"eleven-proof", `\d{9}`, `{"kind":"checksum","weights":[9,8,7,6,5,4,3,2,-1],"modulus":11}`, "111222333", "111222334"},
		{"check digit in place", `\d{4}`, `{"kind":"checksum","weights":[3,0,2,1],"modulus":10,"checkDigit":2}`, "1637", "1837"},
		{"as many digits as weights", `\d+`, `{"kind":"checksum","weights":[1,1],"modulus":2}`, "11", "1111"},
		{"date", `\d{8}-\d`, `{"kind":"date","format":"YYYYMMDD"}`, "20240229-1", "20230229-1"},
		{"date within", `[A-Z]\d{7}`, `{"kind":"date","format":"DDMMYY","offset":1}`, "A9311299", "A9320299"},
		{"date cut short", `\d{6,8}`, `{"kind":"date","format":"DDMMYYYY"}`, "31121999", "311299"},
		{"length", `\pL+`, `{"kind":"length","minimum":3,"maximum":4}`, "äöü", "ab"},
		{"values", `[a-z]+`, `{"kind":"excludeValues","texts":["Test"]}`, "tests", "test"},
		{"starts", `\w+`, `{"kind":"excludeStarts","texts":["00"]}`, "0100", "0010"},
		{"ends", `\w+`, `{"kind":"excludeEnds","texts":["x"]}`, "axb", "abX"},
		{"prefixes", `\d+`, `{"kind":"excludePrefixes","texts":["No. ","#"]}`, "12", "no. 12"},
		{"suffixes", `\d+`, `{"kind":"excludeSuffixes","texts":[" EUR"]}`, "12", "12 eur"},
		{"same digits", `\d-?\d-?\d`, `{"kind":"excludeSameDigits"}`, "1-1-2", "1-1-1"},
	} {
		var v own.Validator
		if err := json.Unmarshal([]byte(tt.validator), &v); err != nil {
			t.Fatal(err)
		}
		d := &own.Definition{Patterns: []own.Pattern{{Regex: tt.regex, Validators: []own.Validator{v}, Confidence: 75, WithConfidence: 85}}}
		if got := finds(t, d, tt.finds); len(got) != 1 {
			t.Errorf("%s: %q is not found: %q", tt.name, tt.finds, got)
		}
		if got := finds(t, d, tt.leaves); len(got) != 0 {
			t.Errorf("%s: found %q in %q", tt.name, got, tt.leaves)
		}
	}
}

func TestLadderGoesUpWithEvidence(t *testing.T) {
	d := &own.Definition{
		Evidence:  []string{"badge", "staff card"},
		Proximity: 10,
		Patterns: []own.Pattern{
			{Regex: `B\d{4}`, Confidence: 65, WithConfidence: 85},
			{Keywords: []string{"master key"}, Confidence: 0, WithConfidence: 75},
		},
	}
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"B1234", []string{"B1234 65"}},
		{"BADGE no B1234", []string{"B1234 85"}},
		{"badge ------- B1234", []string{"B1234 85"}},
		{"badge ---------- B1234", []string{"B1234 65"}},
		{"the master key", []string{}},
		{"staff-card master key", []string{"master key 75"}},
	} {
		if diff := cmp.Diff(tt.want, finds(t, d, tt.text)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestLimitsHoldAtTheirEdge(t *testing.T) {
	words := func(n, length int) []string {
		out := make([]string, n)
		for i := range out {
			out[i] = fmt.Sprintf("%0*d", length, i)
		}
		return out
	}
	pattern := func(p own.Pattern) *own.Definition {
		p.Confidence, p.WithConfidence = 75, 85
		return &own.Definition{ID: id, Patterns: []own.Pattern{p}}
	}
	many := func(n int) *own.Definition {
		d := &own.Definition{ID: id}
		for range n {
			d.Patterns = append(d.Patterns, own.Pattern{Regex: "ab", Confidence: 75, WithConfidence: 75})
		}
		return d
	}
	validators := func(n int) own.Pattern {
		p := own.Pattern{Regex: "ab"}
		for range n {
			p.Validators = append(p.Validators, own.Validator{Kind: own.Luhn})
		}
		return p
	}
	evidence := func(n, proximity int) *own.Definition {
		d := pattern(own.Pattern{Regex: "ab"})
		d.Evidence, d.Proximity = words(n, 5), proximity
		return d
	}
	for _, tt := range []struct {
		name       string
		most, over *own.Definition
		target     string
	}{
		{"patterns", many(own.MaxPatterns), many(own.MaxPatterns + 1), "patterns"},
		{"regex", pattern(own.Pattern{Regex: strings.Repeat("é", own.MaxRegex)}), pattern(own.Pattern{Regex: strings.Repeat("é", own.MaxRegex+1)}), "patterns[0].regex"},
		{"keywords", pattern(own.Pattern{Keywords: words(own.MaxWords, 5)}), pattern(own.Pattern{Keywords: words(own.MaxWords+1, 5)}), "patterns[0].keywords"},
		{"keyword", pattern(own.Pattern{Keywords: words(1, own.MaxWord)}), pattern(own.Pattern{Keywords: words(1, own.MaxWord+1)}), "patterns[0].keywords[0]"},
		{"dictionary", pattern(own.Pattern{Dictionary: words(own.MaxDictionary, 5)}), pattern(own.Pattern{Dictionary: words(own.MaxDictionary+1, 5)}), "patterns[0].dictionary"},
		{"validators", pattern(validators(own.MaxValidators)), pattern(validators(own.MaxValidators + 1)), "patterns[0].validators"},
		{"evidence", evidence(own.MaxWords, 0), evidence(own.MaxWords+1, 0), "evidence"},
		{"proximity", evidence(1, own.MaxProximity), evidence(1, own.MaxProximity+1), "proximity"},
	} {
		if _, err := tt.most.Compile(); err != nil {
			t.Errorf("%s: the most is refused: %v", tt.name, err)
		}
		_, err := tt.over.Compile()
		bad, ok := errors.AsType[*own.InvalidError](err)
		if !ok || bad.Target != tt.target {
			t.Errorf("%s: one more is %v, want an error at %s", tt.name, err, tt.target)
		}
	}
}

// FuzzDefinition compiles whatever a store could hold and scans with it.
func FuzzDefinition(f *testing.F) {
	f.Add([]byte(`{"patterns":[{"regex":"B\\d{4}","validators":[{"kind":"luhn"}],"confidence":65,"confidenceWithEvidence":85}],"evidence":["badge"]}`), "badge B1234")
	f.Add([]byte(`{"patterns":[{"keywords":["a b","東京"],"confidence":75,"confidenceWithEvidence":75}],"proximity":5}`), "A\u200b-B 東京都")
	f.Add([]byte(`{"patterns":[{"regex":"(?s)a(.*~)?","validators":[{"kind":"checksum","weights":[1,-2],"modulus":7},{"kind":"excludeSuffixes","texts":["x"]}],"confidence":1,"confidenceWithEvidence":1}]}`), "aaaa\xff~a1b2")
	f.Add([]byte(`{"patterns":[{"regex":"\\w+","validators":[{"kind":"date","format":"YYMMDD","offset":3},{"kind":"length","maximum":9}],"confidence":100,"confidenceWithEvidence":100}]}`), "991231")
	engine := bare(f)
	f.Fuzz(func(t *testing.T, definition []byte, text string) {
		if len(text) > 4<<10 {
			return
		}
		d, err := own.Read(definition)
		if err != nil {
			return
		}
		d.ID = id
		typ, err := d.Compile()
		if err != nil {
			if _, ok := errors.AsType[*own.InvalidError](err); !ok {
				t.Fatalf("an error that names no property: %v", err)
			}
			return
		}
		e, err := engine.With([]*classify.Type{typ})
		if err != nil {
			t.Fatalf("what compiles is no engine: %v", err)
		}
		res, err := e.Scan(t.Context(), text, classify.Options{})
		if err != nil {
			t.Fatal(err)
		}
		units := 0
		for _, r := range text {
			units++
			if r > 0xFFFF {
				units++
			}
		}
		for _, f := range res.Findings {
			for _, m := range f.Matches {
				if m.Length < 1 || m.Offset < 0 || m.Offset+m.Length > units || !strings.Contains(text, m.Text) {
					t.Errorf("match at %d of %d units", m.Offset, m.Length)
				}
			}
		}
	})
}
