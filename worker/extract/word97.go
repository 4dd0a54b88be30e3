package extract

import (
	"encoding/binary"
	"strings"
)

// word97 extracts a DOC, MS-DOC: its text lies in pieces that a table puts in
// order, body, notes, headers, comments and boxes behind each other.
func (r *run) word97(c *compound) error {
	fib, err := c.bytes(r, "WordDocument")
	if err != nil {
		return err
	}
	if len(fib) < 0x1aa {
		return errDamaged
	}
	u16 := func(at int) uint16 { return binary.LittleEndian.Uint16(fib[at:]) }
	u32 := func(at int) int64 { return int64(binary.LittleEndian.Uint32(fib[at:])) }
	flags := u16(10)
	if flags&0x0100 != 0 {
		return errEncrypted
	}
	if u16(2) < 0xc0 {
		return errKind // Word 6 and 95 store text otherwise
	}
	name := "0Table"
	if flags&0x0200 != 0 {
		name = "1Table"
	}
	table, err := c.bytes(r, name)
	if err != nil {
		return err
	}
	start, size := u32(0x1a2), u32(0x1a6)
	if start+size > int64(len(table)) || size == 0 {
		return errDamaged
	}
	pieces, err := pieceTable(table[start : start+size])
	if err != nil {
		return err
	}

	// How many characters each part has, in the order they stand.
	parts := []struct {
		name string
		at   int
	}{{"", 0x4c}, {"footnotes", 0x50}, {"header", 0x54}, {"", 0x58}, {"comments", 0x5c}, {"endnotes", 0x60}, {"textboxes", 0x64}, {"textboxes", 0x68}}
	part, left := 0, u32(parts[0].at)
	p := prose{r: r, loc: c.loc}
	p.loc.Line = 1
	for _, piece := range pieces {
		text, err := piece.text(fib)
		if err != nil {
			return err
		}
		for len(text) > 0 {
			for left <= 0 && part < len(parts)-1 {
				part++
				left = u32(parts[part].at)
				if parts[part].name != "" {
					p.loc = locOf(c.loc, parts[part].name)
				}
			}
			n := int64(len(text))
			if part < len(parts)-1 {
				n = min(n, left)
			}
			left -= n
			if err := p.write(wordText(string(text[:n]))); err != nil {
				return err
			}
			text = text[n:]
		}
	}
	return p.end()
}

// A piece is text that lies in one place.
type piece struct {
	chars int64
	at    int64
	bytes bool // windows-1252, not UTF-16
}

// pieceTable reads the Clx of MS-DOC 2.9.38.
func pieceTable(b []byte) ([]piece, error) {
	for len(b) >= 5 && b[0] == 1 { // what changes the look of pieces
		n := 3 + int(binary.LittleEndian.Uint16(b[1:]))
		if n > len(b) {
			return nil, errDamaged
		}
		b = b[n:]
	}
	if len(b) < 5 || b[0] != 2 {
		return nil, errDamaged
	}
	n := int64(binary.LittleEndian.Uint32(b[1:]))
	if b = b[5:]; n > int64(len(b)) || n < 4 {
		return nil, errDamaged
	}
	count := (int(n) - 4) / 12
	pieces := make([]piece, 0, count)
	for i := range count {
		from := int64(binary.LittleEndian.Uint32(b[4*i:]))
		to := int64(binary.LittleEndian.Uint32(b[4*i+4:]))
		fc := binary.LittleEndian.Uint32(b[4*(count+1)+8*i+2:])
		p := piece{chars: to - from, at: int64(fc & 0x3fffffff), bytes: fc&0x40000000 != 0}
		if p.bytes {
			p.at /= 2
		}
		if p.chars < 0 {
			return nil, errDamaged
		}
		for ; p.chars > maxPiece; p = p.behind(maxPiece) {
			first := p
			first.chars = maxPiece
			pieces = append(pieces, first)
			if len(pieces) > maxPieces {
				return nil, errMemory
			}
		}
		pieces = append(pieces, p)
	}
	return pieces, nil
}

// maxPiece is what is decoded of a piece at once, maxPieces what a table may
// come to.
const (
	maxPiece  = 64 << 10
	maxPieces = 1 << 20
)

// behind returns p without its first n characters.
func (p piece) behind(n int64) piece {
	p.chars -= n
	if p.at += n; !p.bytes {
		p.at += n
	}
	return p
}

func (p piece) text(doc []byte) ([]rune, error) {
	size := p.chars
	if !p.bytes {
		size *= 2
	}
	if p.at+size > int64(len(doc)) {
		return nil, errDamaged
	}
	b := doc[p.at : p.at+size]
	if p.bytes {
		return []rune(codePage(b, 1252)), nil
	}
	// Half a pair stays one character, so that the parts' lengths hold.
	text := make([]rune, p.chars)
	for i := range text {
		text[i] = rune(binary.LittleEndian.Uint16(b[2*i:]))
	}
	return text, nil
}

// wordText puts text in place of the marks that Word has among its characters,
// MS-DOC 2.4.1; fields keep their instructions, which hold links.
func wordText(s string) string {
	return strings.Map(func(c rune) rune {
		switch c {
		case '\r', '\v', '\f':
			return '\n'
		case 7: // the end of a cell or row
			return '\t'
		case 0x13, 0x14, 0x15:
			return ' '
		case 0x1e:
			return '-'
		case 0x1f, 1, 2, 3, 4, 5, 8, 0:
			return -1
		}
		return c
	}, s)
}
