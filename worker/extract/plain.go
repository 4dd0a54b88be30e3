package extract

import (
	"bytes"
	"io"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"

	"golang.org/x/text/transform"
)

// plain reads text as it is.
func (r *run) plain(s *source) error {
	dec, err := decoded(s)
	if err != nil {
		return err
	}
	return r.lines(s.loc, dec)
}

// json reads JSON, or JSON by lines, as it is, but for the escapes in strings.
func (r *run) json(s *source) error {
	dec, err := decoded(s)
	if err != nil {
		return err
	}
	return r.lines(s.loc, transform.NewReader(dec, jsonEscapes{}))
}

// xmlText reads XML as it is, but for the character references: names of
// elements and attributes say what their values are. Entities that the document
// defines itself stay as they are, so none can grow.
func (r *run) xmlText(s *source) error {
	dec, err := decoded(s)
	if err != nil {
		return err
	}
	return r.lines(s.loc, transform.NewReader(dec, xmlReferences{}))
}

// lines writes the UTF-8 that in gives, which is at loc, in segments that end
// with a line where one ends.
func (r *run) lines(loc Location, in io.Reader) error {
	loc.Line = 1
	if err := r.place(loc); err != nil {
		return err
	}
	buf := make([]byte, 0, segmentSize)
	for {
		n, err := in.Read(buf[len(buf):cap(buf)])
		buf = buf[:len(buf)+n]
		if err == nil && len(buf) < cap(buf) {
			continue
		}
		done := len(buf)
		if err == nil {
			done = cut(buf)
		}
		if werr := r.write(loc, string(buf[:done])); werr != nil {
			return werr
		}
		if werr := r.flush(); werr != nil {
			return werr
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		loc.Line = r.line
		buf = append(buf[:0], buf[done:]...)
	}
}

// jsonEscapes resolves the escapes of JSON strings, RFC 8259 section 7, except
// that an escaped line end or tab becomes a space: lines stay those of the file.
type jsonEscapes struct{ transform.NopResetter }

func (jsonEscapes) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	return resolve(dst, src, atEOF, '\\', unescapeJSON)
}

// unescapeJSON returns the character whose escape src begins with, and the
// length of the escape; 0 if more of src is needed to tell.
func unescapeJSON(src []byte) (rune, int) {
	if len(src) < 2 {
		return 0, 0
	}
	switch src[1] {
	case '"', '/', '\\':
		return rune(src[1]), 2
	case 'b', 'f', 'n', 'r', 't':
		return ' ', 2
	case 'u':
		if len(src) < 6 {
			return 0, 0
		}
		c, ok := hex4(src[2:6])
		if !ok {
			return '\\', 1
		}
		if !utf16.IsSurrogate(c) {
			return printable(c), 6
		}
		if len(src) < 12 {
			return 0, 0
		}
		if low, ok := hex4(src[8:12]); ok && src[6] == '\\' && src[7] == 'u' {
			if c := utf16.DecodeRune(c, low); c != utf8.RuneError {
				return c, 12
			}
		}
		return utf8.RuneError, 6
	}
	return '\\', 1
}

func hex4(b []byte) (rune, bool) {
	n, err := strconv.ParseUint(string(b), 16, 16)
	return rune(n), err == nil
}

// printable keeps a character that was escaped from ending a line.
func printable(c rune) rune {
	if c < ' ' {
		return ' '
	}
	return c
}

// xmlReferences resolves the character references and the predefined entities
// of XML 1.0, section 4.
type xmlReferences struct{ transform.NopResetter }

func (xmlReferences) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	return resolve(dst, src, atEOF, '&', dereferenceXML)
}

var xmlEntities = map[string]rune{"amp": '&', "lt": '<', "gt": '>', "quot": '"', "apos": '\''}

func dereferenceXML(src []byte) (rune, int) {
	end := bytes.IndexByte(src[:min(len(src), 12)], ';')
	if end < 0 {
		if len(src) < 12 && !bytes.ContainsAny(src[1:], "& <\n") {
			return 0, 0
		}
		return '&', 1
	}
	name := src[1:end]
	if c, ok := xmlEntities[string(name)]; ok {
		return c, end + 1
	}
	if len(name) > 1 && name[0] == '#' {
		digits, base := string(name[1:]), 10
		if digits[0] == 'x' || digits[0] == 'X' {
			digits, base = digits[1:], 16
		}
		if n, err := strconv.ParseUint(digits, base, 21); err == nil && utf8.ValidRune(rune(n)) {
			return printable(rune(n)), end + 1
		}
	}
	return '&', 1
}

// resolve copies src to dst and replaces what starts with mark by what one
// says, which is called where the mark is.
func resolve(dst, src []byte, atEOF bool, mark byte, one func([]byte) (rune, int)) (nDst, nSrc int, err error) {
	for nSrc < len(src) {
		plain := bytes.IndexByte(src[nSrc:], mark)
		if plain != 0 {
			if plain < 0 {
				plain = len(src) - nSrc
			}
			n := copy(dst[nDst:], src[nSrc:nSrc+plain])
			nDst += n
			nSrc += n
			if n < plain {
				return nDst, nSrc, transform.ErrShortDst
			}
			continue
		}
		if nDst+utf8.UTFMax > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		c, n := one(src[nSrc:])
		if n == 0 {
			if !atEOF {
				return nDst, nSrc, transform.ErrShortSrc
			}
			c, n = rune(mark), 1
		}
		nDst += utf8.EncodeRune(dst[nDst:], c)
		nSrc += n
	}
	return nDst, nSrc, nil
}
