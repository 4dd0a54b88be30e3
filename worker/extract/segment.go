package extract

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// A Segment is a piece of the extracted text.
type Segment struct {
	Text     string   // valid UTF-8, at most about 64 KiB, never empty
	Offset   int64    // UTF-16 code units of all text before it
	Location Location // of its first character
}

// A Location is a place in a file. Fields that mean nothing in a format are zero.
type Location struct {
	Page  int    `json:"page,omitzero"`  // of a PDF, from 1
	Sheet string `json:"sheet,omitzero"` // of a workbook, or the table of a database
	Cell  string `json:"cell,omitzero"`  // as in B7
	Slide int    `json:"slide,omitzero"` // of a presentation, from 1
	Path  string `json:"path,omitzero"`  // of a member; those within members behind "!/", as in a.zip!/b.tar!/c.txt

	// Part is a part of a mail as IMAP numbers them ("1.2", or "header"), or
	// that part of a document which is not its body ("comments", "header1"),
	// or both where the document is in the mail ("2/comments").
	Part string `json:"part,omitzero"`

	// Line counts from 1 in the text of the innermost of all the above, for
	// plain text and HTML in the file itself. Cells have none.
	Line int `json:"line,omitzero"`
}

// in returns the place of the member called name.
func (l Location) in(name string) Location {
	name = label(name)
	if l.Path != "" {
		name = l.Path + "!/" + name
	}
	// A member lies on no page of the file it is in, but may be part of a mail.
	return Location{Path: name, Part: l.Part}
}

// with returns the place of a part of what is at l.
func (l Location) with(part string) Location {
	if part = label(part); l.Part != "" {
		part = l.Part + "/" + part
	}
	l.Part = part
	return l
}

// label makes a name from a file fit to be shown.
func label(name string) string {
	name = strings.Map(func(c rune) rune {
		if c < ' ' || c == 0x7f || c == utf8.RuneError {
			return '_'
		}
		return c
	}, strings.ToValidUTF8(name, "_"))
	if len(name) > maxLabel {
		name = name[:runeStart(name, maxLabel)]
	}
	return name
}

const maxLabel = 1024

// At returns the place of a character in s, given its offset in the whole text.
func (s *Segment) At(offset int64) Location {
	loc := s.Location
	if loc.Line == 0 {
		return loc
	}
	at := s.Offset
	for _, c := range s.Text {
		if at >= offset {
			break
		}
		if c == '\n' {
			loc.Line++
		}
		at++
		if c > 0xffff {
			at++
		}
	}
	return loc
}

// segmentSize is where a segment ends that could go on.
const segmentSize = 64 << 10

// An out joins text to segments and hands them on.
type out struct {
	b        *budget
	yield    func(Segment, error) bool
	yielding bool // the caller's code runs
	stopped  bool // and has said that it was the last time

	loc   Location // of buf
	line  int      // at the end of buf, if loc has lines
	buf   []byte
	units int64 // before buf
	last  byte  // of the whole text
}

// write adds text, which is at loc.
func (o *out) write(loc Location, text string) error {
	if text == "" {
		return nil
	}
	if err := o.place(loc); err != nil {
		return err
	}
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, "\uFFFD")
	}
	for len(text) > 0 {
		n := min(len(text), segmentSize-len(o.buf))
		if n < len(text) {
			if n = runeStart(text, n); n == 0 && len(o.buf) == 0 {
				n = len(text)
			}
		}
		o.take(text[:n])
		text = text[n:]
		if len(text) > 0 {
			if err := o.flush(); err != nil {
				return err
			}
		}
	}
	return nil
}

// place begins a new segment unless loc is where the present one ends.
func (o *out) place(loc Location) error {
	here := o.loc
	here.Line = loc.Line
	if here == loc && (loc.Line == 0) == (o.loc.Line == 0) && (loc.Line == 0 || loc.Line == o.line) {
		return nil
	}
	if err := o.flush(); err != nil {
		return err
	}
	o.loc, o.line = loc, loc.Line
	return nil
}

func (o *out) take(text string) {
	if text == "" {
		return
	}
	o.buf = append(o.buf, text...)
	if o.line > 0 {
		o.line += strings.Count(text, "\n")
	}
	o.last = text[len(text)-1]
}

// separate ends a line unless one has just ended, wherever the writer is, so
// that what follows is not read as part of what came before.
func (o *out) separate() {
	if o.last != '\n' && (o.units > 0 || len(o.buf) > 0) {
		o.take("\n")
	}
}

// flush hands on what is gathered, if the budget allows.
func (o *out) flush() error {
	if err := o.b.charge(&o.b.text, int64(len(o.buf))); err != nil {
		return err
	}
	return o.hand()
}

func (o *out) hand() error {
	if len(o.buf) == 0 {
		return nil
	}
	seg := Segment{Text: string(o.buf), Offset: o.units, Location: o.loc}
	o.units += utf16Units(o.buf)
	o.loc.Line = o.line
	o.buf = o.buf[:0]
	return o.send(seg, nil)
}

// tell hands on an error behind the text that came before it, which counts
// even if the error is that the budget is spent.
func (o *out) tell(err error) error {
	if stop := o.hand(); stop != nil {
		return stop
	}
	return o.send(Segment{}, err)
}

func (o *out) send(seg Segment, err error) error {
	if o.stopped {
		return errStop
	}
	o.yielding = true
	more := o.yield(seg, err)
	o.yielding = false
	if !more {
		o.stopped = true
		return errStop
	}
	return nil
}

// utf16Units counts what valid UTF-8 takes in UTF-16.
func utf16Units(b []byte) int64 {
	n := int64(0)
	for _, c := range b {
		if c&0xc0 != 0x80 {
			n++
		}
		if c >= 0xf0 {
			n++
		}
	}
	return n
}

// runeStart returns the last start of a rune in s that is not behind n.
func runeStart[T string | []byte](s T, n int) int {
	for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
		n--
	}
	return n
}

// cut returns where in b, which goes on, a segment best ends: behind a line, or
// a word, or at least a whole rune.
func cut(b []byte) int {
	if i := bytes.LastIndexByte(b, '\n'); i >= 0 {
		return i + 1
	}
	if i := bytes.LastIndexByte(b, ' '); i > len(b)/2 {
		return i + 1
	}
	for i := len(b) - 1; i >= 0 && i > len(b)-utf8.UTFMax; i-- {
		if utf8.RuneStart(b[i]) {
			if !utf8.FullRune(b[i:]) {
				return i
			}
			break
		}
	}
	return len(b)
}
