package extract

import (
	"bufio"
	"encoding/binary"
	"io"
	"math"
	"strconv"
	"time"
)

// The records of BIFF8, MS-XLS 2.3, that hold text.
const (
	biffBOF        = 0x0809
	biffEOF        = 0x000a
	biffFilePass   = 0x002f
	biffBoundSheet = 0x0085
	biffSST        = 0x00fc
	biffContinue   = 0x003c
	biffLabelSST   = 0x00fd
	biffLabel      = 0x0204
	biffRK         = 0x027e
	biffMulRK      = 0x00bd
	biffNumber     = 0x0203
	biffFormula    = 0x0006
	biffString     = 0x0207
	biffXF         = 0x00e0
	biffFormat     = 0x041e
	biffDate1904   = 0x0022
	biffHeader     = 0x0014
	biffFooter     = 0x0015
	biffTXO        = 0x01b6
	biffNote       = 0x001c
)

// A biff walks the records of a workbook from 1997 to 2003.
type biff struct {
	r   *run
	in  *bufio.Reader
	loc Location

	book    book
	formats map[int]string
	shared  sst
	styles  int  // cell styles so far
	begun   bool // the globals have
	sheets  []string
	sheet   int // -1 in the globals
	row     int
	formula Location // the cell whose text follows
	box     bool     // text of a box or comment follows
}

// excel97 extracts an XLS, hidden sheets too.
func (r *run) excel97(c *compound) error {
	name := "Workbook"
	if !c.has(name) {
		name = "Book"
	}
	x := &biff{
		r: r, in: bufio.NewReader(c.open(r, name)), loc: c.loc, sheet: -1, row: -1, formats: make(map[int]string),
		book: book{dates: make(map[int]bool), since: time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)},
	}
	err := x.walk()
	if err == io.EOF {
		err = nil
	}
	return err
}

func (x *biff) walk() error {
	depth := 0
	for {
		kind, b, err := x.record()
		if err != nil {
			return err
		}
		switch kind {
		case biffBOF:
			if depth++; depth == 1 && x.begun && x.sheet < len(x.sheets) {
				x.sheet++
				x.row = -1
			}
			if depth == 1 && len(b) >= 2 && binary.LittleEndian.Uint16(b) < 0x0600 {
				return errOld // before 1997
			}
			x.begun = true
		case biffEOF:
			depth--
		default:
			if err := x.take(kind, b); err != nil {
				return err
			}
		}
	}
}

// record reads one record. The length bounds it to 64 KiB.
func (x *biff) record() (int, []byte, error) {
	var h [4]byte
	if _, err := io.ReadFull(x.in, h[:]); err != nil {
		return 0, nil, err
	}
	b := make([]byte, binary.LittleEndian.Uint16(h[2:]))
	if _, err := io.ReadFull(x.in, b); err != nil {
		return 0, nil, ended(err)
	}
	return int(binary.LittleEndian.Uint16(h[:])), b, nil
}

// continued joins the records that go on with b.
func (x *biff) continued(b []byte) ([][]byte, error) {
	blocks, size := [][]byte{b}, len(b)
	for {
		h, err := x.in.Peek(4)
		if err != nil || binary.LittleEndian.Uint16(h) != biffContinue {
			return blocks, nil
		}
		_, b, err := x.record()
		if err != nil {
			return nil, err
		}
		if size += len(b); size > maxMemory {
			return nil, errMemory
		}
		blocks = append(blocks, b)
	}
}

func (x *biff) take(kind int, b []byte) error {
	u16 := func(at int) int {
		if at+2 > len(b) {
			return 0
		}
		return int(binary.LittleEndian.Uint16(b[at:]))
	}
	row, col, style := u16(0)+1, u16(2)+1, u16(4)
	switch kind {
	case biffFilePass:
		return errEncrypted
	case biffBoundSheet:
		if len(b) > 8 {
			x.sheets = append(x.sheets, label(shortString(b[6:])))
		}
	case biffDate1904:
		if u16(0) == 1 {
			x.book.since = time.Date(1904, 1, 1, 0, 0, 0, 0, time.UTC)
		}
	case biffFormat:
		if len(b) > 5 {
			x.formats[u16(0)] = longString(b[2:])
		}
	case biffXF:
		id := u16(2)
		x.book.dates[x.styles] = showsDate(id, x.formats[id])
		x.styles++
	case biffSST:
		blocks, err := x.continued(b)
		if err != nil {
			return err
		}
		return x.shared.load(blocks)
	case biffLabelSST:
		if len(b) >= 10 {
			return x.cell(row, col, x.shared.at(int(binary.LittleEndian.Uint32(b[6:]))))
		}
	case biffLabel:
		if len(b) > 8 {
			return x.cell(row, col, longString(b[6:]))
		}
	case biffNumber:
		if len(b) >= 14 {
			return x.number(row, col, style, math.Float64frombits(binary.LittleEndian.Uint64(b[6:])))
		}
	case biffRK:
		if len(b) >= 10 {
			return x.number(row, col, style, rk(binary.LittleEndian.Uint32(b[6:])))
		}
	case biffMulRK:
		for at := 4; at+6 <= len(b)-2; at += 6 {
			if err := x.number(row, col, u16(at), rk(binary.LittleEndian.Uint32(b[at+2:]))); err != nil {
				return err
			}
			col++
		}
	case biffFormula:
		if len(b) < 14 {
			break
		}
		if u16(12) != 0xffff {
			return x.number(row, col, style, math.Float64frombits(binary.LittleEndian.Uint64(b[6:])))
		}
		x.formula = x.place(row, col)
	case biffString:
		if x.formula.Cell != "" && len(b) > 3 {
			loc := x.formula
			x.formula = Location{}
			return x.r.write(loc, longString(b)+"\t")
		}
	case biffHeader, biffFooter:
		if len(b) > 3 {
			loc := x.place(1, 1).with("header")
			loc.Cell = ""
			return x.r.write(loc, longString(b)+"\n")
		}
	case biffTXO:
		x.box = u16(10) > 0
	case biffContinue:
		if x.box && len(b) > 1 {
			x.box = false
			loc := x.place(1, 1).with("comments")
			loc.Cell = ""
			return x.r.write(loc, plainString(b[1:], b[0]&1 == 1)+"\n")
		}
	case biffNote:
		if len(b) > 11 {
			return x.r.write(x.place(row, col).with("comments"), longString(b[8:])+"\n")
		}
	}
	return nil
}

func (x *biff) place(row, col int) Location {
	loc := x.loc
	if x.sheet >= 0 && x.sheet < len(x.sheets) {
		loc.Sheet = x.sheets[x.sheet]
	}
	loc.Cell = cellName(col, row)
	return loc
}

func (x *biff) cell(row, col int, text string) error {
	if text == "" {
		return nil
	}
	if x.row >= 0 && row != x.row && x.r.last == '\t' {
		text = "\n" + text
	}
	x.row = row
	return x.r.write(x.place(row, col), text+"\t")
}

func (x *biff) number(row, col, style int, f float64) error {
	return x.cell(row, col, x.book.number(strconv.FormatFloat(f, 'g', -1, 64), style))
}

// rk returns the number that an RkNumber is, MS-XLS 2.5.217.
func rk(n uint32) float64 {
	f := math.Float64frombits(uint64(n&^3) << 32)
	if n&2 != 0 {
		f = float64(int32(n) >> 2)
	}
	if n&1 != 0 {
		f /= 100
	}
	return f
}

func plainString(b []byte, wide bool) string {
	if wide {
		return utf16LE(b)
	}
	return codePage(b, 28591) // the low halves of UTF-16
}

// shortString reads a ShortXLUnicodeString: a length of one byte, and flags.
func shortString(b []byte) string {
	if len(b) < 2 {
		return ""
	}
	return sizedString(int(b[0]), b[1], b[2:])
}

// longString reads an XLUnicodeString: a length of two bytes, and flags.
func longString(b []byte) string {
	if len(b) < 3 {
		return ""
	}
	return sizedString(int(binary.LittleEndian.Uint16(b)), b[2], b[3:])
}

func sizedString(n int, flags byte, b []byte) string {
	wide := flags&1 == 1
	if wide {
		n *= 2
	}
	return plainString(b[:min(n, len(b))], wide)
}

// An sst is the table of shared strings, MS-XLS 2.4.265.
type sst struct{ stringTable }

// load reads the strings. One that is cut by a record's end goes on in the
// next behind a new byte of flags, and may be wide in one and not in the other.
func (s *sst) load(blocks [][]byte) error {
	b := blockReader{blocks: blocks}
	b.skip(8)
	for b.more() {
		n := int(b.u16())
		flags := b.byte()
		rich, ext := 0, 0
		if flags&8 != 0 {
			rich = int(b.u16())
		}
		if flags&4 != 0 {
			ext = int(b.u16()) | int(b.u16())<<16
		}
		wide := flags&1 == 1
		for n > 0 {
			if b.left() == 0 {
				if !b.nextBlock() {
					return io.ErrUnexpectedEOF
				}
				wide = b.byte()&1 == 1
			}
			width := 1
			if wide {
				width = 2
			}
			take := min(n, b.left()/width)
			if take == 0 {
				return io.ErrUnexpectedEOF
			}
			s.text.WriteString(plainString(b.take(take*width), wide))
			n -= take
		}
		s.ends = append(s.ends, s.text.Len())
		b.skip(4*rich + max(ext, 0))
	}
	return nil
}

// A blockReader reads through records that go on in each other.
type blockReader struct {
	blocks [][]byte
	at     int
}

func (b *blockReader) left() int {
	if len(b.blocks) == 0 {
		return 0
	}
	return len(b.blocks[0]) - b.at
}

func (b *blockReader) nextBlock() bool {
	if len(b.blocks) == 0 {
		return false
	}
	b.blocks, b.at = b.blocks[1:], 0
	return b.left() > 0
}

func (b *blockReader) more() bool { return b.left() > 0 || len(b.blocks) > 1 && b.nextBlock() }

func (b *blockReader) take(n int) []byte {
	p := b.blocks[0][b.at : b.at+n]
	b.at += n
	return p
}

func (b *blockReader) byte() byte {
	if !b.more() {
		return 0
	}
	return b.take(1)[0]
}

func (b *blockReader) u16() uint16 { return uint16(b.byte()) | uint16(b.byte())<<8 }

func (b *blockReader) skip(n int) {
	for n > 0 && b.more() {
		k := min(n, b.left())
		b.at += k
		n -= k
	}
}
