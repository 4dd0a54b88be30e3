package score

import (
	"bytes"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/classify/types"
)

var compiled = sync.OnceValues(func() (*classify.Engine, error) { return classify.New(types.All()) })

func engine(t *testing.T) *classify.Engine {
	t.Helper()
	e, err := compiled()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// run scores lines of data as the command does.
func run(t *testing.T, extra map[string]string, lines ...string) *report {
	t.Helper()
	path := filepath.Join(t.TempDir(), "data.jsonl")
	if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	samples, err := read([]string{path})
	if err != nil {
		t.Fatal(err)
	}
	sc, err := newScorer(engine(t), extra)
	if err != nil {
		t.Fatal(err)
	}
	if err := sc.scoreAll(t.Context(), samples); err != nil {
		t.Fatal(err)
	}
	return sc.report()
}

func TestCasesAreScoredByTheirStrength(t *testing.T) {
	for _, tt := range []struct {
		name, line string
		want       tally
		reason     string
	}{
		{"a strong span is found", `{"entity":"BR_CPF","text":"cpf 529.982.247-25","expected":[[4,18]],"strength":"strong"}`, tally{Strong: share{1, 1}, Among: share{1, 1}}, ""},
		{"offsets count code points", `{"entity":"BR_CPF","text":"😀 529.982.247-25","expected":[[2,16]],"strength":"strong"}`, tally{Strong: share{1, 1}, Among: share{1, 1}}, ""},
		{"a span must be exact", `{"entity":"BR_CPF","text":"cpf 529.982.247-25","expected":[[4,17]],"strength":"strong"}`, tally{Strong: share{0, 1}, Among: share{0, 1}, False: 1}, otherSpan},
		{"a wrong check digit is not found", `{"entity":"BR_CPF","text":"cpf 529.982.247-24","expected":[[4,18]],"strength":"strong"}`, tally{Strong: share{0, 1}, Among: share{0, 1}}, nothing},
		{"strong is without evidence", `{"entity":"NL_BSN","text":"111222333","expected":[[0,9]],"strength":"strong"}`, tally{Strong: share{0, 1}, Among: share{0, 1}}, evidence},
		{"weak is with evidence", `{"entity":"NL_BSN","text":"111222333","expected":[[0,9]],"strength":"weak"}`, tally{Weak: share{1, 1}, Among: share{1, 1}}, ""},
		{"a negative is refused", `{"entity":"BR_CPF","text":"529.982.247-24","expected":[],"strength":"negative"}`, tally{Refused: share{1, 1}}, ""},
		{"a negative is reported", `{"entity":"BR_CPF","text":"529.982.247-25","expected":[],"strength":"negative"}`, tally{Refused: share{0, 1}, False: 1}, falsely},
		{"a conflict is set aside", `{"entity":"BR_CPF","text":"529.982.247-24","expected":[[0,14]],"strength":"strong","checksum_conflict":true}`, tally{Conflict: 1}, ""},
	} {
		r := run(t, nil, tt.line)
		got := *r.Cases[0]
		got.Entity, got.Types = "", nil
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		reason := ""
		if len(r.Misses) > 0 {
			reason = r.Misses[0].Reason
		}
		if reason != tt.reason {
			t.Errorf("%s: missed for %q, want %q", tt.name, reason, tt.reason)
		}
	}
}

func TestSentencesAreScoredByAllTheirLabels(t *testing.T) {
	r := run(t, nil,
		`{"text":"mail ann@example.org or bob@example.org","spans":[{"start":5,"end":20,"type":"EMAIL_ADDRESS"}]}`,
		`{"text":"Ann's card is 4111111111111111","spans":[{"start":0,"end":3,"type":"PERSON"}]}`)
	want := []*tally{{Entity: "EMAIL_ADDRESS", Types: []string{"E-mail Address"}, Labelled: share{1, 1}, False: 1}}
	if diff := cmp.Diff(want, r.Sentences); diff != "" {
		t.Errorf("tallies (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"Credit Card Number": 1}, r.Others); diff != "" {
		t.Errorf("what no label names (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"PERSON"}, r.Unknown); diff != "" {
		t.Errorf("unknown entities (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"sentences, EMAIL_ADDRESS: precision"}, r.missed()); diff != "" {
		t.Errorf("goals missed (-want +got):\n%s", diff)
	}
}

func TestUnknownEntitiesAreListedAndLeftOutOfTheGoals(t *testing.T) {
	r := run(t, nil,
		`{"entity":"MARS_ROVER_ID","text":"R2","expected":[[0,2]],"strength":"strong"}`,
		`{"entity":"BR_CPF","text":"529.982.247-25","expected":[[0,14]],"strength":"strong"}`)
	if diff := cmp.Diff([]string{"MARS_ROVER_ID"}, r.Unknown); diff != "" {
		t.Errorf("unknown entities (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]goal{{"strong cases: recall", share{1, 1}, 0.98, true}}, r.Goals); diff != "" {
		t.Errorf("goals (-want +got):\n%s", diff)
	}
}

func TestTextsOfMissesAreShownOnlyWhenAsked(t *testing.T) {
	for _, tt := range []struct{ misses, texts bool }{{false, false}, {true, false}, {true, true}} {
		r := run(t, nil, `{"entity":"BR_CPF","text":"529.982.247-24","expected":[[0,14]],"strength":"strong"}`)
		r.keep(tt.misses, tt.texts)
		for _, write := range []func(*report, *bytes.Buffer) error{
			func(r *report, b *bytes.Buffer) error { return r.writeText(b) },
			func(r *report, b *bytes.Buffer) error { return r.writeJSON(b) },
		} {
			var b bytes.Buffer
			if err := write(r, &b); err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(b.String(), "data.jsonl"); got != tt.misses {
				t.Errorf("misses %v: a miss is listed: %v", tt.misses, got)
			}
			if got := strings.Contains(b.String(), "529.982.247-24"); got != tt.texts {
				t.Errorf("texts %v: a text is shown: %v", tt.texts, got)
			}
		}
	}
}

func TestBadDataIsNamedByFileAndLineWithoutItsText(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		{`secret`, "not a labelled text"},
		{`{"entity":"A"}`, "no text"},
		{`{"text":"secret"}`, "neither an entity nor spans"},
		{`{"text":"secret","entity":"A","strength":"so-so"}`, "strength is none of"},
		{`{"text":"secret","entity":"A","strength":"strong"}`, "a strong case with 0 spans"},
		{`{"text":"secret","entity":"A","strength":"negative","expected":[[0,1]]}`, "a negative case with 1 spans"},
		{`{"text":"secret","entity":"A","strength":"strong","expected":[[0,7]]}`, "span 0 to 7 lies outside"},
		{`{"text":"secret","spans":[{"start":-1,"end":2,"type":"A"}]}`, "span -1 to 2 lies outside"},
	} {
		path := filepath.Join(t.TempDir(), "data.jsonl")
		if err := os.WriteFile(path, []byte("\n"+tt.line+"\n"), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := read([]string{path})
		if err == nil || !strings.HasPrefix(err.Error(), path+":2: "+tt.want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: error %v, want %s:2: %s", tt.line, err, path, tt.want)
		}
	}
}

func TestDirectoriesAreReadAndEmptyOnesRefused(t *testing.T) {
	dir := t.TempDir()
	if _, err := read([]string{dir}); err == nil {
		t.Error("an empty directory was taken for data")
	}
	line := []byte(`{"entity":"BR_CPF","text":"x","expected":[],"strength":"negative"}`)
	for _, name := range []string{"a.jsonl", "b.jsonl", "notes.txt"} {
		if err := os.WriteFile(filepath.Join(dir, name), line, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if all, err := read([]string{dir}); err != nil || len(all) != 2 {
		t.Errorf("read %d samples, error %v; want those of 2 files", len(all), err)
	}
}

func TestEntitiesAreUnderstoodByNameAndCountry(t *testing.T) {
	c := &catalogue{types: engine(t).Types()}
	for entity, want := range map[string]string{
		"US_SSN": "U.S. Social Security Number (SSN)", "BR_CPF": "Brazil CPF Number", "NL_BSN": "Netherlands Citizen's Service (BSN) Number",
		"FR_PASSPORT": "France Passport Number", "AT_DRIVING_LICENCE": "Austria Driver's License Number", "ES_DRIVER_LICENSE": "Spain Driver's License Number",
		"HR_OIB": "Croatia Personal Identification (OIB) Number", "PT_VAT_NUMBER": "Portugal VAT Number", "DE_VAT_ID": "Germany Value Added Tax Number",
		"JP_PHONE_NUMBER": "Phone Number", "LEI": "Legal Entity Identifier (LEI)", "GITHUB_TOKEN": "GitHub Token", "brazil-cpf-number": "Brazil CPF Number",
		"78e09124-f2c3-4656-b32a-c1a132cd2711": "Brazil CPF Number", "IL_NATIONAL_ID": "Israel National Identification Number",
		"PERSON": "", "DATE_TIME": "", "NUMBER": "", "": "", "US_": "", "XX_PASSPORT": "",
	} {
		got := ""
		if all := c.mean(entity); len(all) > 0 {
			got = all[0].Name
		}
		if got != want {
			t.Errorf("%q is found by %q, want %q", entity, got, want)
		}
	}
	for entity, names := range known {
		for _, name := range names {
			if !slices.ContainsFunc(c.mean(entity), func(t *classify.Type) bool { return t.Name == name }) {
				t.Errorf("%s: no type is called %q", entity, name)
			}
		}
	}
}

func TestEntitiesCanBeGivenAType(t *testing.T) {
	r := run(t, map[string]string{"steuer": "Brazil CPF Number"}, `{"entity":"STEUER","text":"529.982.247-25","expected":[[0,14]],"strength":"strong"}`)
	if got := r.Cases[0].Strong; got != (share{1, 1}) {
		t.Errorf("found %v", got)
	}
	if _, err := newScorer(engine(t), map[string]string{"A": "Martian Passport"}); err == nil {
		t.Error("a type that does not exist was taken")
	}
}
