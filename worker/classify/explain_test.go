package classify_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/worker/classify"
)

// fates renders explanations as "type offset+length outcome: reason confidence rival" lines.
func fates(xs []classify.Explanation) []string {
	var out []string
	for _, x := range xs {
		line := fmt.Sprintf("%s %d+%d %s: %s %d", x.Type.Name, x.Offset, x.Length, x.Outcome, x.Reason, x.Confidence)
		if x.Rival != nil {
			line += " " + x.Rival.Name
		}
		out = append(out, line)
	}
	return out
}

func TestEveryCandidateIsExplained(t *testing.T) {
	even := func(c *classify.Candidate) bool { return (c.Digits[len(c.Digits)-1]-'0')%2 == 0 }
	alpha := nine("00000000-0000-0000-0000-000000000001", "alpha", classify.CheckDigit, 75, 85)
	alpha.Rules[0].Check = even
	beta := nine("00000000-0000-0000-0000-000000000002", "beta", classify.CheckDigit, 65, 85)
	beta.Rules[0].Check = even
	gamma := nine("00000000-0000-0000-0000-000000000003", "gamma", classify.Form, 0, 80)
	gamma.Rules[0].Verify = func(c *classify.Candidate) bool { return c.Digits[0] != '0' }
	e, err := classify.New([]*classify.Type{alpha, beta, gamma})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name, text string
		opt        classify.Options
		want       []string
	}{
		{"check", "123456789", classify.Options{}, []string{
			"alpha 0+9 refused: checkDigit 0", "beta 0+9 refused: checkDigit 0", "gamma 0+9 refused: noEvidence 0"}},
		{"ambiguity", "é 123456780", classify.Options{}, []string{
			"alpha 2+9 taken: ambiguous 65", "beta 2+9 refused: overlap 65 alpha", "gamma 2+9 refused: noEvidence 0"}},
		{"evidence", "beta 123456780", classify.Options{}, []string{
			"alpha 5+9 refused: overlap 75 beta", "beta 5+9 taken: evidence 85", "gamma 5+9 refused: noEvidence 0"}},
		{"a second check", "gamma 012345679", classify.Options{}, []string{
			"alpha 6+9 refused: checkDigit 0", "beta 6+9 refused: checkDigit 0", "gamma 6+9 refused: form 80"}},
		{"shape", "1.123456780", classify.Options{Types: []string{alpha.ID}}, []string{"alpha 2+9 refused: longerNumber 0"}},
		{"by itself", "1\u200b23456780 1234567800", classify.Options{Types: []string{alpha.ID}}, []string{"alpha 0+10 taken: byItself 75"}},
		{"confidence", "123456780", classify.Options{Types: []string{alpha.ID}, MinConfidence: 76}, []string{"alpha 0+9 refused: lowConfidence 75"}},
		{"allowed value", "123456780", classify.Options{Types: []string{alpha.ID}, Allow: classify.AllowList{Values: []string{"123456780"}}},
			[]string{"alpha 0+9 refused: allowed 75"}},
		{"allowed pattern", "123456780", classify.Options{Types: []string{alpha.ID}, Allow: classify.AllowList{Patterns: []*regexp.Regexp{regexp.MustCompile("^123")}}},
			[]string{"alpha 0+9 refused: allowed 75"}},
		{"nothing", "no number", classify.Options{}, nil},
	} {
		tt.opt.MaxExplanations = 100
		res := scan(t, e, tt.text, tt.opt)
		if diff := cmp.Diff(tt.want, fates(res.Explanations)); diff != "" || res.Unexplained != 0 {
			t.Errorf("%s: explanations of %q, %d left out (-want +got):\n%s", tt.name, tt.text, res.Unexplained, diff)
		}
		tt.opt.MaxExplanations = 0
		if res := scan(t, e, tt.text, tt.opt); res.Explanations != nil || res.Unexplained != 0 {
			t.Errorf("%s: explained without being asked", tt.name)
		}
	}
}

func TestExplanationsAreBoundedAndTheRestCounted(t *testing.T) {
	e, text := engine(t), strings.Repeat("4111111111111111 ", 10000)
	for _, most := range []int{1, 9999, 10000, 10001} {
		res := scan(t, e, text, classify.Options{Types: []string{card}, MaxExplanations: most})
		if n, want := len(res.Explanations), min(most, 10000); n != want || n+res.Unexplained != 10000 {
			t.Errorf("MaxExplanations %d: %d, and %d left out, want %d of 10000", most, n, res.Unexplained, want)
		}
	}
}

func TestExplainingChangesNoFinding(t *testing.T) {
	t.Parallel()
	e, text := engine(t), text(3, 64<<10)
	want := scan(t, e, text, classify.Options{})
	got := scan(t, e, text, classify.Options{MaxExplanations: 1 << 20})
	if !slices.Equal(show(want), show(got)) {
		t.Error("other findings with explanations than without")
	}
	taken := 0
	for _, x := range got.Explanations {
		if x.Outcome == classify.Taken {
			taken++
		}
	}
	for _, f := range want.Findings {
		taken -= f.Count
	}
	if taken != 0 {
		t.Errorf("%d more taken than found", taken)
	}
}

func TestStreamExplainsEachCandidateOnce(t *testing.T) {
	t.Parallel()
	e, text := engine(t), text(3, 64<<10)
	opt := classify.Options{Types: []string{card, ssn, ipv4}, MaxExplanations: 1 << 20}
	want := fates(scan(t, e, text, opt).Explanations)
	s, err := e.Stream(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	s.SetWindow(1 << 10)
	if err := s.Write(text); err != nil {
		t.Fatal(err)
	}
	res, err := s.Result()
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, fates(res.Explanations)); diff != "" {
		t.Errorf("stream (-scan +stream):\n%s", diff)
	}
}
