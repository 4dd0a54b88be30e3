package score

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"text/tabwriter"
)

// A goal is a share to reach.
type goal struct {
	What    string  `json:"what"`
	Got     share   `json:"got"`
	Least   float64 `json:"least"`
	Reached bool    `json:"reached"`
}

// A report is what the command prints.
type report struct {
	Cases     []*tally       `json:"cases,omitempty"`
	Sentences []*tally       `json:"sentences,omitempty"`
	Goals     []goal         `json:"goals"`
	Unknown   []string       `json:"unknown,omitempty"` // entities that no type finds; the goals leave them out
	Others    map[string]int `json:"others,omitempty"`
	Misses    []miss         `json:"misses,omitempty"`
}

// sentenceGoals are the recall and precision to reach on sentences.
var sentenceGoals = []struct {
	entity            string
	recall, precision float64
}{
	{"CREDIT_CARD", 0.98, 0.98},
	{"IBAN_CODE", 0.98, 0.98},
	{"EMAIL_ADDRESS", 0.98, 0.98},
	{"US_SSN", 0.98, 0.98},
	{"IP_ADDRESS", 0.98, 0.98},
	{"PHONE_NUMBER", 0.85, 0.90},
	{"US_DRIVER_LICENSE", 0, 0.50},
}

// report sums up. A goal for which the data hold nothing is left out.
func (sc *scorer) report() *report {
	r := &report{Cases: sorted(sc.cases), Sentences: sorted(sc.sentences), Others: sc.others, Misses: sc.misses}
	total := &tally{Entity: "all"}
	for _, t := range r.Cases {
		if len(t.Types) == 0 {
			r.Unknown = append(r.Unknown, t.Entity)
			continue
		}
		total.Strong.join(t.Strong)
		total.Weak.join(t.Weak)
		total.Refused.join(t.Refused)
		total.Among.join(t.Among)
		total.False += t.False
		total.Conflict += t.Conflict
	}
	r.want("strong cases: recall", total.Strong, 0.98)
	r.want("weak cases with evidence: recall", total.Weak, 0.95)
	r.want("negative cases: refused", total.Refused, 0.98)
	if len(r.Cases) > 0 {
		r.Cases = append(r.Cases, total)
	}
	for _, g := range sentenceGoals {
		if t := sc.sentences[g.entity]; t != nil {
			r.want("sentences, "+g.entity+": recall", t.Labelled, g.recall)
			r.want("sentences, "+g.entity+": precision", t.precision(), g.precision)
		}
	}
	for _, t := range r.Sentences {
		if len(t.Types) == 0 && !slices.Contains(r.Unknown, t.Entity) {
			r.Unknown = append(r.Unknown, t.Entity)
		}
	}
	r.Sentences = slices.DeleteFunc(r.Sentences, func(t *tally) bool { return len(t.Types) == 0 })
	return r
}

func (r *report) want(what string, got share, least float64) {
	if got.All > 0 && least > 0 {
		r.Goals = append(r.Goals, goal{what, got, least, got.of() >= least})
	}
}

// keep leaves the misses in the report or not, and their texts.
func (r *report) keep(misses, texts bool) {
	if !misses {
		r.Misses = nil
	}
	for i := range r.Misses {
		if !texts {
			r.Misses[i].Text = ""
		}
	}
}

// missed names the goals that were not reached.
func (r *report) missed() []string {
	var out []string
	for _, g := range r.Goals {
		if !g.Reached {
			out = append(out, g.What)
		}
	}
	return out
}

func (r *report) writeJSON(w io.Writer) error {
	return json.NewEncoder(w).Encode(r)
}

func (r *report) writeText(w io.Writer) error {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	if len(r.Cases) > 0 {
		fmt.Fprintln(tab, "cases of\tstrong\tweak + evidence\tnegatives refused\tprecision\tamong all types\tset aside\tfound by")
		for _, t := range r.Cases {
			fmt.Fprintf(tab, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", t.Entity, t.Strong, t.Weak, t.Refused, t.precision(), t.Among, count(t.Conflict), strings.Join(t.Types, ", "))
		}
		fmt.Fprintln(tab)
	}
	if len(r.Sentences) > 0 {
		fmt.Fprintln(tab, "in sentences\trecall\tprecision\tfound by")
		for _, t := range r.Sentences {
			fmt.Fprintf(tab, "%s\t%s\t%s\t%s\n", t.Entity, t.Labelled, t.precision(), strings.Join(t.Types, ", "))
		}
		fmt.Fprintln(tab)
		for _, name := range slices.Sorted(maps.Keys(r.Others)) {
			fmt.Fprintf(tab, "no label names, at %d or more:\t%s\t%d\n", reported, name, r.Others[name])
		}
	}
	if len(r.Unknown) > 0 {
		fmt.Fprintf(tab, "entities without a type, not scored: %s\n\n", strings.Join(r.Unknown, ", "))
	}
	for _, m := range r.Misses {
		fmt.Fprintf(tab, "%s:%d\t%s\t%s\t%s", m.File, m.Line, m.Entity, m.Want, m.Reason)
		if m.Text != "" {
			fmt.Fprintf(tab, "\t%q", m.Text)
		}
		fmt.Fprintln(tab)
	}
	if len(r.Misses) > 0 {
		fmt.Fprintln(tab)
	}
	fmt.Fprintln(tab, "goal\tgot\tleast\treached")
	for _, g := range r.Goals {
		reached := "no"
		if g.Reached {
			reached = "yes"
		}
		fmt.Fprintf(tab, "%s\t%s\t%.2f\t%s\n", g.What, g.Got, g.Least, reached)
	}
	return tab.Flush()
}

func (s share) String() string {
	if s.All == 0 {
		return "-"
	}
	return fmt.Sprintf("%.3f (%d/%d)", s.of(), s.Good, s.All)
}

func count(n int) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprint(n)
}
