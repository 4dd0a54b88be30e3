package main

import (
	"fmt"
	"sort"
	"strings"
	"unicode/utf16"

	"github.com/classifyd/classifyd/api/wire"
)

// A text is one in which offsets, in UTF-16 code units, are looked up.
type text struct {
	units []uint16
	lines []int // offsets at which lines begin
}

// newText returns nil for no text.
func newText(s string) *text {
	if s == "" {
		return nil
	}
	t := &text{units: utf16.Encode([]rune(s)), lines: []int{0}}
	for i, u := range t.units {
		if u == '\n' {
			t.lines = append(t.lines, i+1)
		}
	}
	return t
}

// A span is where a match lies in a text; lines and columns count from 1, the
// latter in UTF-16 code units. EndColumn is the one after the match.
type span struct{ line, column, endLine, endColumn int }

// at returns the line and the column of an offset.
func (t *text) at(offset int) (line, column int) {
	line = sort.SearchInts(t.lines, offset+1)
	return line, offset - t.lines[line-1] + 1
}

// span returns where m lies, if it does: the text that offsets count in is not
// always that of the file, whose mark-up and escapes it lacks.
func (t *text) span(m wire.Match) (span, bool) {
	l := m.Location
	l.Line = 0
	if t == nil || l != (wire.Location{}) || m.Offset < 0 || m.Length < 1 || m.Offset+m.Length > len(t.units) ||
		string(utf16.Decode(t.units[m.Offset:m.Offset+m.Length])) != m.IDMatch {
		return span{}, false
	}
	var s span
	s.line, s.column = t.at(m.Offset)
	s.endLine, s.endColumn = t.at(m.Offset + m.Length)
	return s, true
}

// place looks up where the matches of s lie, as long as they are not masked.
func (s *scanned) place() {
	s.spans = map[*wire.Match]span{}
	for _, d := range s.Found {
		for i := range d.Matches {
			m := &d.Matches[i]
			if where, ok := s.text.span(*m); ok {
				s.spans[m] = where
				m.Location.Line = where.line
			}
		}
	}
	s.text = nil
}

// where tells people the place of a match.
func (s *scanned) where(m *wire.Match) string {
	if at, ok := s.spans[m]; ok {
		return fmt.Sprintf("%d:%d", at.line, at.column)
	}
	if inside := inside(m.Location); inside != "" {
		return inside
	}
	if m.Location.Line > 0 {
		return fmt.Sprint(m.Location.Line)
	}
	return fmt.Sprintf("offset %d", m.Offset)
}

// inside is the place of l within a file that is not plain text, "" if it is.
func inside(l wire.Location) string {
	var parts []string
	add := func(given bool, format string, args ...any) {
		if given {
			parts = append(parts, fmt.Sprintf(format, args...))
		}
	}
	add(l.Path != "", "%s", l.Path)
	add(l.Part != "", "part %s", l.Part)
	add(l.Page > 0, "page %d", l.Page)
	add(l.Slide > 0, "slide %d", l.Slide)
	add(l.Sheet != "" && l.Cell != "", "%s!%s", l.Sheet, l.Cell)
	add(l.Sheet != "" && l.Cell == "", "%s", l.Sheet)
	add(l.Sheet == "" && l.Cell != "", "%s", l.Cell)
	if len(parts) == 0 {
		return ""
	}
	add(l.Line > 0, "line %d", l.Line)
	return strings.Join(parts, ", ")
}
