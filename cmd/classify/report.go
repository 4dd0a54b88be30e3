package main

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode"

	"github.com/classifyd/classifyd/api/wire"
)

// What was found in one source, as programs are told it.
type scanned struct {
	Source       string                          `json:"source"`
	Job          string                          `json:"job,omitzero"`
	Status       string                          `json:"status"` // of the job; skipped where the file has no text
	Error        *problem                        `json:"error,omitzero"`
	Found        []wire.DetectedSensitiveContent `json:"classification"`
	Partial      bool                            `json:"partial,omitzero"`
	Explanations []wire.Explanation              `json:"explanations,omitempty"`
	Unexplained  int                             `json:"unexplained,omitzero"`

	text  *text                // in which matches lie, if that is known
	spans map[*wire.Match]span // where, as far as that could be looked up
}

// A problem is why a source was not classified, or not in full.
type problem struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

// levels are Graph's words for confidences, and where they begin.
var levels = []struct {
	name string
	from int
}{{"high", 85}, {"medium", 75}, {"low", 65}}

// level is the word for a confidence, "" below all of them.
func level(confidence int) string {
	for _, l := range levels {
		if confidence >= l.from {
			return l.name
		}
	}
	return ""
}

// A report collects what was found, and writes it.
type report struct {
	reporting
	std    *streams
	form   form
	failAt int // confidence; above all of them for none

	sources, skipped, failed, found int
	worst                           int // the highest confidence
}

// A form writes sources as one of the formats has them.
type form interface {
	add(s *scanned) error
	end() error
}

func (r reporting) newReport(std *streams) (*report, error) {
	rep := &report{reporting: r, std: std, failAt: 101}
	for _, l := range levels {
		if l.name == r.FailAt {
			rep.failAt = l.from
		}
	}
	var err error
	rep.form, err = r.form(std.out)
	return rep, err
}

// form is how the output is written.
func (o output) form(w io.Writer) (form, error) {
	switch o.Output {
	case "json":
		return &jsonForm{w: w}, nil
	case "ndjson":
		return &ndjsonForm{w: w}, nil
	case "csv":
		return newCSV(w), nil
	case "sarif":
		return newSARIF(w), nil
	}
	return &tableForm{w: w}, nil
}

// add counts s and writes it, masked.
func (r *report) add(s *scanned) error {
	r.sources++
	for _, d := range s.Found {
		r.found += total(d)
	}
	switch {
	case s.Status == "skipped":
		r.skipped++
	case s.Status != "succeeded":
		r.failed++
		fmt.Fprintf(r.std.err, "classify: %s: %s\n", printable(s.Source), s.why())
	}
	return r.write(s)
}

func (r *report) write(s *scanned) error {
	for _, d := range s.Found {
		r.worst = max(r.worst, d.Confidence)
	}
	s.place()
	if !r.ShowMatches {
		s.mask()
	}
	return r.form.add(s)
}

// end finishes the output, and fails if too much was found.
func (r *report) end() error {
	if err := r.form.end(); err != nil {
		return err
	}
	if r.worst >= r.failAt {
		return errFound
	}
	return nil
}

// sum ends a report of sources that were added, and fails if one of them did.
func (r *report) sum() error {
	if _, ok := r.form.(*tableForm); ok {
		defer func() { fmt.Fprintln(r.std.err, r.summary()) }()
	}
	if err := r.end(); err != nil {
		return err
	}
	switch {
	case r.failed > 0 && r.sources > 1:
		return fmt.Errorf("%d of %d could not be classified in full", r.failed, r.sources)
	case r.failed > 0:
		return errors.New("it could not be classified in full")
	}
	return nil
}

func (r *report) summary() string {
	s := fmt.Sprintf("Classified: %d. Matches: %d.", r.sources-r.skipped-r.failed, r.found)
	if r.skipped > 0 {
		s += fmt.Sprintf(" Skipped, since without text: %d.", r.skipped)
	}
	if r.failed > 0 {
		s += fmt.Sprintf(" Failed: %d.", r.failed)
	}
	return s
}

// total is how often a type was found, also beyond the matches that are told.
func total(d wire.DetectedSensitiveContent) (n int) {
	for _, a := range d.ClassificationAttributes {
		n += a.Count
	}
	return max(n, len(d.Matches))
}

// why says what is wrong with s.
func (s *scanned) why() string {
	if s.Error == nil {
		return "the job is " + s.Status
	}
	return s.Error.Code + ": " + s.Error.Message
}

// mask hides what matched.
func (s *scanned) mask() {
	for _, d := range s.Found {
		for i := range d.Matches {
			m := &d.Matches[i]
			m.IDMatch = masked(m.IDMatch)
			for k := range m.Evidences {
				m.Evidences[k].Match = masked(m.Evidences[k].Match)
			}
		}
	}
}

// masked is s with a star for each character but spaces and punctuation.
func masked(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || unicode.IsPunct(r) {
			return r
		}
		return '*'
	}, s)
}

// printable is s without what could steer a terminal.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\r' || r == '\t' {
			return ' '
		}
		if !unicode.IsPrint(r) {
			return unicode.ReplacementChar
		}
		return r
	}, s)
}
