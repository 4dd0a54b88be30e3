package extract

import (
	"bytes"
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/wlynxg/chardet"
	"golang.org/x/net/html/charset"
	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
	"golang.org/x/text/transform"
)

// marks are the byte order marks, the longer ones first since one begins with another.
var marks = []struct {
	mark string
	enc  encoding.Encoding
}{
	{"\xef\xbb\xbf", nil},
	{"\xff\xfe\x00\x00", utf32.UTF32(utf32.LittleEndian, utf32.IgnoreBOM)},
	{"\x00\x00\xfe\xff", utf32.UTF32(utf32.BigEndian, utf32.IgnoreBOM)},
	{"\xff\xfe", unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
	{"\xfe\xff", unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
}

// decoded returns s as UTF-8. The bytes decide before any declaration: a mark,
// the zeros of UTF-16, or letters beyond ASCII that are valid UTF-8, which text
// in another charset is not by chance. Else what s is declared as, within or
// without, and if nothing is, what the bytes are most like.
func decoded(s *source) (io.Reader, error) {
	head, err := s.head()
	if err != nil && len(head) == 0 {
		return nil, err
	}
	r := s.reader()
	for _, m := range marks {
		if !bytes.HasPrefix(head, []byte(m.mark)) {
			continue
		}
		if _, err := io.CopyN(io.Discard, r, int64(len(m.mark))); err != nil {
			return nil, err
		}
		return decoder(r, m.enc), nil
	}
	return decoder(r, charsetOf(head, s.charset)), nil
}

func charsetOf(head []byte, outside string) encoding.Encoding {
	switch utf16Order(head) {
	case binary.LittleEndian:
		return unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)
	case binary.BigEndian:
		return unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)
	}
	ascii := isASCII(head)
	if !ascii && utf8.Valid(head[:len(head)-partialRune(head)]) {
		return nil
	}
	for _, label := range []string{outside, declared(head)} {
		if enc, name := charset.Lookup(label); enc != nil && name != "utf-8" && !strings.HasPrefix(name, "utf-16") {
			return enc
		}
	}
	if ascii && bytes.IndexByte(head, 0x1b) < 0 {
		return nil
	}
	if guess := chardet.Detect(head); guess.Confidence > 0.5 {
		if enc, name := charset.Lookup(guess.Encoding); enc != nil && name != "utf-8" {
			return enc
		}
	}
	return nil // whose invalid bytes are read as windows-1252
}

// decoder returns r as UTF-8; a nil enc is UTF-8 itself.
func decoder(r io.Reader, enc encoding.Encoding) io.Reader {
	if enc == nil {
		return transform.NewReader(r, mended{})
	}
	return transform.NewReader(r, enc.NewDecoder())
}

// declared returns the charset that the text itself names at its beginning, as
// XML and HTML do.
func declared(head []byte) string {
	head = bytes.ToLower(head[:min(len(head), 1024)])
	for _, key := range []string{"charset=", "encoding="} {
		if !bytes.HasPrefix(bytes.TrimSpace(head), []byte("<")) {
			return ""
		}
		if _, after, ok := bytes.Cut(head, []byte(key)); ok {
			after = bytes.TrimLeft(after, `"' `)
			if end := bytes.IndexAny(after, "\"' />;\r\n"); end > 0 {
				return string(after[:end])
			}
		}
	}
	return ""
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf {
			return false
		}
	}
	return true
}

// partialRune returns how many bytes at the end of b are the start of a rune.
func partialRune(b []byte) int {
	for n := 1; n < utf8.UTFMax && n <= len(b); n++ {
		if c := b[len(b)-n]; utf8.RuneStart(c) {
			if c >= utf8.RuneSelf && !utf8.FullRune(b[len(b)-n:]) {
				return n
			}
			return 0
		}
	}
	return 0
}

// mended passes UTF-8 on and takes what is not for windows-1252: a file whose
// first letter beyond ASCII comes late was taken for UTF-8 without proof.
type mended struct{ transform.NopResetter }

func (mended) Transform(dst, src []byte, atEOF bool) (nDst, nSrc int, err error) {
	whole := len(src)
	if !atEOF {
		whole -= partialRune(src)
	}
	if n := min(len(dst), whole); utf8.Valid(src[:n]) {
		n = copy(dst, src[:n])
		switch {
		case n < whole:
			err = transform.ErrShortDst
		case n < len(src):
			err = transform.ErrShortSrc
		}
		return n, n, err
	}
	for nSrc < whole {
		if nDst+utf8.UTFMax > len(dst) {
			return nDst, nSrc, transform.ErrShortDst
		}
		c, n := utf8.DecodeRune(src[nSrc:whole])
		if c == utf8.RuneError && n == 1 {
			c = charmap.Windows1252.DecodeByte(src[nSrc])
		}
		nDst += utf8.EncodeRune(dst[nDst:], c)
		nSrc += n
	}
	if nSrc < len(src) {
		err = transform.ErrShortSrc
	}
	return nDst, nSrc, err
}
