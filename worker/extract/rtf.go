package extract

import (
	"bufio"
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
)

// silent are the destinations of RTF 1.9.1 that hold no text.
var silent = map[string]bool{
	"fonttbl": true, "colortbl": true, "stylesheet": true, "listtable": true, "listoverridetable": true,
	"rsidtbl": true, "generator": true, "pict": true, "objdata": true, "themedata": true, "colorschememapping": true,
	"datastore": true, "latentstyles": true, "xmlnstbl": true, "filetbl": true, "revtbl": true, "blipuid": true,
	"atndate": true, "atnicn": true, "panose": true, "falt": true, "datafield": true, "bkmkstart": true, "bkmkend": true, "pgdsctbl": true,
}

// spoken are the control words that stand for text.
var spoken = map[string]string{
	"par": "\n", "line": "\n", "sect": "\n", "page": "\n", "row": "\n", "nestrow": "\n", "cell": "\t", "nestcell": "\t",
	"tab": "\t", "emdash": "—", "endash": "–", "bullet": "•", "lquote": "‘", "rquote": "’", "ldblquote": "“",
	"rdblquote": "”", "emspace": " ", "enspace": " ",
}

// apart are the destinations whose text is none of what surrounds it.
var apart = map[string]bool{
	"title": true, "subject": true, "author": true, "manager": true, "company": true, "operator": true, "category": true,
	"keywords": true, "comment": true, "doccomm": true, "hlinkbase": true, "propname": true, "staticval": true,
	"header": true, "headerl": true, "headerr": true, "headerf": true, "footer": true, "footerl": true, "footerr": true,
	"footerf": true, "footnote": true, "annotation": true, "atnauthor": true, "atnid": true, "shptxt": true,
}

// maxGroups bounds how deep groups lie in each other.
const maxGroups = 10_000

// An rtfGroup is what ends with a group.
type rtfGroup struct {
	silent bool
	apart  bool
	skip   int // characters that follow a \u for readers that do not know it
}

// rtf reads the text of RTF, with its headers, notes, annotations and field
// instructions.
func (r *run) rtf(s *source) error {
	loc := s.loc
	loc.Line = 1
	p := &rtfParser{run: r, loc: loc, in: bufio.NewReader(s.reader()), enc: charmap.Windows1252, group: rtfGroup{skip: 1}}
	err := p.parse()
	if werr := p.flush(); werr != nil {
		return werr
	}
	return err
}

type rtfParser struct {
	run *run
	loc Location
	in  *bufio.Reader
	enc encoding.Encoding // of bytes, from \ansicpg

	group  rtfGroup
	outer  []rtfGroup
	skip   int    // characters still to be skipped behind a \u
	start  bool   // nothing came yet in this group
	star   bool   // the group may be skipped by who does not know it
	bytes  []byte // in enc, not yet written
	units  []uint16
	opened bool
}

func (p *rtfParser) parse() error {
	for {
		c, err := p.in.ReadByte()
		if err == io.EOF {
			if len(p.outer) > 0 {
				return io.ErrUnexpectedEOF
			}
			return nil
		}
		if err != nil {
			return err
		}
		switch c {
		case '{':
			if err := p.flush(); err != nil {
				return err
			}
			if len(p.outer) >= maxGroups {
				return errDepth
			}
			p.outer = append(p.outer, p.group)
			p.group.apart = false
			p.start, p.star, p.skip, p.opened = true, false, 0, true
		case '}':
			if err := p.flush(); err != nil {
				return err
			}
			if len(p.outer) == 0 {
				return errDamaged
			}
			if err := p.part(p.group.apart); err != nil {
				return err
			}
			p.group, p.outer = p.outer[len(p.outer)-1], p.outer[:len(p.outer)-1]
			p.start, p.skip = false, 0
			if len(p.outer) == 0 && p.opened {
				return nil
			}
		case '\\':
			if err := p.control(); err != nil {
				return err
			}
		case '\r', '\n', 0:
		default:
			if err := p.char(c); err != nil {
				return err
			}
		}
	}
}

// control reads what follows a backslash.
func (p *rtfParser) control() error {
	c, err := p.in.ReadByte()
	if err != nil {
		return ended(err)
	}
	switch {
	case c == '\'':
		var hex [2]byte
		if _, err := io.ReadFull(p.in, hex[:]); err != nil {
			return ended(err)
		}
		n, err := strconv.ParseUint(string(hex[:]), 16, 8)
		if err != nil {
			return nil
		}
		return p.char(byte(n))
	case c == '*':
		p.star = true
		return nil
	case c == '~':
		return p.text(" ")
	case c == '_':
		return p.text("-")
	case c == '\r' || c == '\n':
		return p.text("\n")
	case c < 'A' || c > 'z' || c > 'Z' && c < 'a':
		if c == '-' || c == ':' || c == '|' {
			return nil
		}
		return p.char(c)
	}
	word := []byte{c}
	var number []byte
	for {
		c, err := p.in.ReadByte()
		if err != nil {
			return ended(err)
		}
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		digit := '0' <= c && c <= '9' || c == '-' && len(number) == 0
		switch {
		case letter && number == nil && len(word) < 64:
			word = append(word, c)
			continue
		case digit && len(number) < 12:
			number = append(number, c)
			continue
		case c != ' ':
			p.in.UnreadByte()
		}
		break
	}
	n, _ := strconv.Atoi(string(number))
	return p.word(string(word), n, number != nil)
}

func (p *rtfParser) word(word string, n int, given bool) error {
	start, star := p.start, p.star
	p.start, p.star = false, false
	if word == "u" && given {
		if p.group.silent {
			return nil
		}
		if err := p.flushBytes(); err != nil {
			return err
		}
		p.units = append(p.units, uint16(n))
		p.skip = p.group.skip
		return nil
	}
	if word == "bin" {
		_, err := p.in.Discard(max(n, 0))
		return ended(err)
	}
	if err := p.flush(); err != nil {
		return err
	}
	switch {
	case (start || star) && silent[word]:
		p.group.silent = true
	case (start || star) && apart[word] && !p.group.silent:
		p.group.apart = true
		return p.part(true)
	case word == "uc" && given:
		p.group.skip = max(n, 0)
	case word == "ansicpg" && given:
		if enc, ok := codePages[n]; ok {
			p.enc = enc
		}
	default:
		return p.text(spoken[word])
	}
	return nil
}

// char takes a byte of text in the document's charset.
func (p *rtfParser) char(c byte) error {
	p.start = false
	if p.skip > 0 {
		p.skip--
		return nil
	}
	if p.group.silent {
		return nil
	}
	if len(p.units) > 0 {
		if err := p.flush(); err != nil {
			return err
		}
	}
	if p.bytes = append(p.bytes, c); len(p.bytes) >= segmentSize {
		return p.flushBytes()
	}
	return nil
}

func (p *rtfParser) text(s string) error {
	p.start = false
	if p.group.silent || s == "" {
		return nil
	}
	if err := p.flush(); err != nil {
		return err
	}
	return p.write(s)
}

// part ends a line where a text begins or ends that stands apart.
func (p *rtfParser) part(apart bool) error {
	if !apart || p.run.last == '\n' || p.run.last == 0 {
		return nil
	}
	return p.write("\n")
}

func (p *rtfParser) write(s string) error {
	err := p.run.write(p.loc, s)
	p.loc.Line += strings.Count(s, "\n")
	return err
}

func (p *rtfParser) flush() error {
	if err := p.flushBytes(); err != nil {
		return err
	}
	if len(p.units) == 0 {
		return nil
	}
	text := string(utf16.Decode(p.units))
	p.units = p.units[:0]
	return p.write(text)
}

func (p *rtfParser) flushBytes() error {
	if len(p.bytes) == 0 {
		return nil
	}
	text, err := p.enc.NewDecoder().Bytes(p.bytes)
	p.bytes = p.bytes[:0]
	if err != nil {
		return err
	}
	return p.write(string(bytes.ToValidUTF8(text, []byte("\uFFFD"))))
}
