package extract

import (
	"encoding/xml"
	"io"
	"strings"

	"golang.org/x/net/html/charset"
)

// An xmlReader walks the tokens of the XML in office documents. Entities that a
// document defines are never resolved.
type xmlReader struct {
	d     *xml.Decoder
	since int // bytes read since the last token
	depth int
}

// maxElements bounds how deep elements lie in each other.
const maxElements = 1000

func newXML(in io.Reader) *xmlReader {
	x := &xmlReader{}
	x.d = xml.NewDecoder(readerFunc(func(p []byte) (int, error) {
		if x.since > maxToken {
			return 0, errMemory
		}
		n, err := in.Read(p)
		x.since += n
		return n, err
	}))
	x.d.Strict = false
	x.d.CharsetReader = charset.NewReaderLabel
	return x
}

// next returns the next token, which is valid until the one after, with names
// as they are written: a prefix in Space, the rest in Local. It returns io.EOF
// where the document ends as it should.
func (x *xmlReader) next() (xml.Token, error) {
	x.since = 0
	t, err := x.d.RawToken()
	if err == io.EOF && x.depth > 0 {
		return nil, io.ErrUnexpectedEOF
	}
	switch t.(type) {
	case xml.StartElement:
		if x.depth++; x.depth > maxElements {
			return nil, errDepth
		}
	case xml.EndElement:
		x.depth--
	}
	return t, err
}

// each calls f for each token that is left, until it returns an error.
func (x *xmlReader) each(f func(xml.Token) error) error {
	for {
		t, err := x.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := f(t); err != nil {
			return err
		}
	}
}

// skip goes behind the end of the element that has just started.
func (x *xmlReader) skip() error {
	for depth := x.depth; ; {
		if _, err := x.next(); err != nil {
			return ended(err)
		}
		if x.depth < depth {
			return nil
		}
	}
}

// attr returns the value of an attribute by its local name.
func attr(e xml.StartElement, local string) string {
	for _, a := range e.Attr {
		if a.Name.Local == local {
			return a.Value
		}
	}
	return ""
}

// A prose is text that is written piece by piece, with what separates the
// pieces put in only where another one follows.
type prose struct {
	r   *run
	loc Location
	gap string
}

// write adds text behind the gap that was left.
func (p *prose) write(text string) error {
	if text == "" {
		return nil
	}
	if p.gap == "\n" && (p.r.last == '\n' || p.r.last == 0) {
		p.gap = ""
	}
	text, p.gap = p.gap+text, ""
	err := p.r.write(p.loc, text)
	if p.loc.Line > 0 {
		p.loc.Line += strings.Count(text, "\n")
	}
	return err
}

// end ends the line that is open, with what was to stand on it.
func (p *prose) end() error {
	p.gap = ""
	if p.r.last == '\n' || p.r.last == 0 {
		return nil
	}
	return p.write("\n")
}
