package main

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"

	"github.com/classifyd/classifyd/api/wire"
)

// tableForm writes a line for each match, for people.
type tableForm struct {
	w io.Writer
	t *table
}

func (f *tableForm) add(s *scanned) error {
	for i := range s.Found {
		d := &s.Found[i]
		if f.t == nil {
			t := newTable(f.w)
			f.t = &t
			t.row("SOURCE", "WHERE", "CONFIDENCE", "TYPE", "MATCH")
		}
		for k := range d.Matches {
			m := &d.Matches[k]
			f.t.row(s.Source, s.where(m), confidence(m.Confidence), d.DisplayName, m.IDMatch)
		}
		if more := total(*d) - len(d.Matches); more > 0 {
			f.t.row(s.Source, "...", "", d.DisplayName, fmt.Sprintf("%d more", more))
		}
	}
	return nil
}

func (f *tableForm) end() error {
	if f.t == nil {
		return nil
	}
	return f.t.Flush()
}

// confidence is what people are told: the number, and its word if there is one.
func confidence(n int) string {
	if l := level(n); l != "" {
		return strconv.Itoa(n) + " " + l
	}
	return strconv.Itoa(n)
}

// jsonForm writes an array of all sources.
type jsonForm struct {
	w io.Writer
	a *array
}

func (f *jsonForm) add(s *scanned) error {
	if f.a == nil {
		f.a = &array{w: f.w}
	}
	return f.a.add(s)
}

func (f *jsonForm) end() error {
	if f.a == nil {
		f.a = &array{w: f.w}
	}
	return f.a.end()
}

// ndjsonForm writes a line of JSON for each source, as soon as it is done.
type ndjsonForm struct{ w io.Writer }

func (f *ndjsonForm) add(s *scanned) error { return encode(f.w, s) }
func (f *ndjsonForm) end() error           { return nil }

// csvForm writes a record for each match, and one for each source that was not
// classified in full.
type csvForm struct{ *csv.Writer }

func newCSV(w io.Writer) *csvForm {
	f := &csvForm{csv.NewWriter(w)}
	_ = f.Write([]string{"source", "status", "error", "type", "typeId", "confidence", "level", "offset", "length", "line", "column", "place", "match"}) // its error comes again with Flush
	return f
}

func (f *csvForm) add(s *scanned) error {
	if s.Error != nil || s.Status != "succeeded" {
		code := ""
		if s.Error != nil {
			code = s.Error.Code
		}
		if err := f.Write([]string{s.Source, s.Status, code, "", "", "", "", "", "", "", "", "", ""}); err != nil {
			return err
		}
	}
	for i := range s.Found {
		d := &s.Found[i]
		for k := range d.Matches {
			if err := f.Write(s.record(d, &d.Matches[k])); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *scanned) record(d *wire.DetectedSensitiveContent, m *wire.Match) []string {
	line, column := "", ""
	if m.Location.Line > 0 {
		line = strconv.Itoa(m.Location.Line)
	}
	if at, ok := s.spans[m]; ok {
		column = strconv.Itoa(at.column)
	}
	return []string{s.Source, s.Status, "", d.DisplayName, d.ID, strconv.Itoa(m.Confidence), level(m.Confidence),
		strconv.Itoa(m.Offset), strconv.Itoa(m.Length), line, column, inside(m.Location), m.IDMatch}
}

func (f *csvForm) end() error {
	f.Flush()
	return f.Error()
}
