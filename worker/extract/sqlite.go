package extract

import (
	"bytes"
	"encoding/binary"
	"io"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

const (
	// maxRow is how long a row may be, which has to lie in memory.
	maxRow = 32 << 20

	// maxTree is how deep a tree of pages may be; the largest database needs
	// fewer.
	maxTree = 20
)

// sqlite extracts the tables of a database row by row, as
// https://www.sqlite.org/fileformat2.html has them. Nothing that its schema
// names is run: no view, trigger or function, so that a virtual generated
// column has no value. What virtual tables keep lies in tables of their own.
func (r *run) sqlite(s *source) error {
	done, err := r.spool(s)
	if err != nil {
		return err
	}
	defer done()
	db, err := openDatabase(s.at)
	if err != nil {
		return err
	}
	type root struct {
		page int64
		name string
		sql  string
	}
	var roots []root
	schema := table{stored: []int{0, 1, 2, 3, 4}, columns: make([]column, 5), key: -1}
	err = db.rows(1, &schema, func(row []value) error {
		if row[0].text == "table" && row[3].kind == number && row[3].text != "0" {
			page, err := strconv.ParseInt(row[3].text, 10, 64)
			if err != nil {
				return errDamaged
			}
			roots = append(roots, root{page, row[1].text, row[4].text})
		}
		return nil
	})
	if err := r.tolerate(s.loc, err); err != nil {
		return err
	}
	for _, root := range roots {
		loc := s.loc
		loc.Sheet = label(root.name)
		t, err := readTable(root.sql)
		if err == nil {
			err = r.table(db, root.page, t, loc)
		}
		if err := r.tolerate(loc, err); err != nil {
			return err
		}
	}
	return nil
}

// table writes the names of a table's columns, which are evidence, and its rows.
func (r *run) table(db *database, page int64, t *table, loc Location) error {
	n := 0
	return db.rows(page, t, func(row []value) error {
		if n == 0 {
			for _, c := range t.columns {
				if err := r.write(loc, c.name+"\t"); err != nil {
					return err
				}
			}
			if err := r.write(loc, "\n"); err != nil {
				return err
			}
		}
		n++
		for i, v := range row {
			if v.kind == null || v.kind == blob && !utf8.ValidString(v.text) {
				continue
			}
			cell := loc
			cell.Cell = label(t.columns[i].name) + strconv.Itoa(n)
			if err := r.write(cell, strings.ReplaceAll(v.text, "\x00", " ")+"\t"); err != nil {
				return err
			}
		}
		return r.write(loc, "\n")
	})
}

// A database is a file of pages, of which each belongs to one tree or one long
// row.
type database struct {
	file     *window
	pageSize int
	usable   int // bytes of each page
	text     binary.ByteOrder
	seen     []uint64 // a bit for each page that was read, so that no loop of them is followed
}

func openDatabase(file *window) (*database, error) {
	var head [100]byte
	if _, err := file.ReadAt(head[:], 0); err != nil {
		return nil, ended(err)
	}
	db := &database{file: file, pageSize: int(binary.BigEndian.Uint16(head[16:]))}
	if db.pageSize == 1 {
		db.pageSize = 65536
	}
	db.usable = db.pageSize - int(head[20])
	if db.pageSize < 512 || db.pageSize&(db.pageSize-1) != 0 || db.usable < 480 {
		return nil, errDamaged
	}
	switch binary.BigEndian.Uint32(head[56:]) {
	case 2:
		db.text = binary.LittleEndian
	case 3:
		db.text = binary.BigEndian
	}
	db.seen = make([]uint64, file.size/int64(db.pageSize)/64+1)
	return db, nil
}

// page reads a page, which are counted from 1, and none twice.
func (db *database) page(n int64) ([]byte, error) {
	if n < 1 || n > db.file.size/int64(db.pageSize) || db.seen[n/64]>>(n%64)&1 != 0 {
		return nil, errDamaged
	}
	db.seen[n/64] |= 1 << (n % 64)
	p := make([]byte, db.pageSize)
	if _, err := db.file.ReadAt(p, (n-1)*int64(db.pageSize)); err != nil {
		return nil, ended(err)
	}
	return p[:db.usable], nil
}

// rows calls f for each row of a table, whose tree begins at a page. What f is
// given is valid during the call.
func (db *database) rows(root int64, t *table, f func([]value) error) error {
	row := make([]value, len(t.columns))
	return db.walk(root, 0, func(id int64, payload []byte) error {
		for i, c := range t.columns {
			row[i] = c.missing
		}
		if err := db.record(payload, t.stored, row); err != nil {
			return err
		}
		if t.key >= 0 {
			row[t.key] = value{number, strconv.FormatInt(id, 10)}
		}
		return f(row)
	})
}

// The kinds of pages.
const (
	indexInterior = 2
	tableInterior = 5
	indexLeaf     = 10
	tableLeaf     = 13
)

// walk calls f for each row in the tree below a page, in its order. The rows of
// a table WITHOUT ROWID lie in what is otherwise the tree of an index, and have
// no id.
func (db *database) walk(n int64, depth int, f func(id int64, payload []byte) error) error {
	p, err := db.page(n)
	if err != nil {
		return err
	}
	head := p
	if n == 1 {
		head = p[100:]
	}
	kind, cells := head[0], int(binary.BigEndian.Uint16(head[3:]))
	interior := kind == indexInterior || kind == tableInterior
	size := 8
	switch {
	case interior && depth < maxTree:
		size = 12
	case kind != indexLeaf && kind != tableLeaf:
		return errDamaged
	}
	if size+2*cells > len(head) {
		return errDamaged
	}
	for i := range cells {
		at := int(binary.BigEndian.Uint16(head[size+2*i:]))
		if at > len(p)-4 {
			return errDamaged
		}
		cell := p[at:]
		if interior {
			if err := db.walk(int64(binary.BigEndian.Uint32(cell)), depth+1, f); err != nil {
				return err
			}
			if kind == tableInterior {
				continue // its key is that of a row below
			}
			cell = cell[4:]
		}
		length, cell, err := varint(cell)
		if err != nil {
			return err
		}
		var id int64
		if kind == tableLeaf {
			if id, cell, err = varint(cell); err != nil {
				return err
			}
		}
		payload, err := db.payload(length, cell, kind == tableLeaf)
		if err != nil {
			return err
		}
		if err := f(id, payload); err != nil {
			return err
		}
	}
	if interior {
		return db.walk(int64(binary.BigEndian.Uint32(head[8:])), depth+1, f)
	}
	return nil
}

// payload is a row, of which the cell may have the beginning only: further
// pages then have the rest, each with the number of the next in front.
func (db *database) payload(length int64, cell []byte, leaf bool) ([]byte, error) {
	if length < 0 || length > db.file.size {
		return nil, errDamaged
	}
	if length > maxRow {
		return nil, errMemory
	}
	u, n := db.usable, int(length)
	most := u - 35
	if !leaf {
		most = (u-12)*64/255 - 23
	}
	local := n
	if n > most {
		least := (u-12)*32/255 - 23
		if local = least + (n-least)%(u-4); local > most {
			local = least
		}
	}
	if local > len(cell) || local < n && local+4 > len(cell) {
		return nil, errDamaged
	}
	if local == n {
		return cell[:n], nil
	}
	var whole bytes.Buffer // grows with what is there, not with what the cell says
	whole.Write(cell[:local])
	for next := binary.BigEndian.Uint32(cell[local:]); whole.Len() < n; {
		p, err := db.page(int64(next))
		if err != nil {
			return nil, err
		}
		next = binary.BigEndian.Uint32(p)
		whole.Write(p[4:min(len(p), 4+n-whole.Len())])
	}
	return whole.Bytes(), nil
}

// A value is one of a row, as text.
type value struct {
	kind valueKind
	text string
}

type valueKind int

const (
	null valueKind = iota
	number
	text
	blob
)

// record reads a row whose i-th value is that of column stored[i]. One that was
// written before a column was added ends before it.
func (db *database) record(b []byte, stored []int, row []value) error {
	size, types, err := varint(b)
	if err != nil || size < 1 || size > int64(len(b)) {
		return errDamaged
	}
	body := b[size:]
	types = types[:len(types)-len(body)]
	for _, i := range stored {
		if len(types) == 0 {
			return nil
		}
		var kind int64
		if kind, types, err = varint(types); err != nil {
			return err
		}
		n := serialSize(kind)
		if n < 0 || n > int64(len(body)) {
			return errDamaged
		}
		row[i] = db.value(kind, body[:n])
		body = body[n:]
	}
	return nil
}

// serialSize is how many bytes a value of a serial type has, -1 for a type that
// there is not.
func serialSize(kind int64) int64 {
	switch {
	case kind < 0 || kind == 10 || kind == 11:
		return -1
	case kind >= 12:
		return (kind - 12) / 2
	}
	return [...]int64{0, 1, 2, 3, 4, 6, 8, 8, 0, 0}[kind]
}

func (db *database) value(kind int64, b []byte) value {
	switch {
	case kind == 0:
		return value{}
	case kind == 7:
		return value{number, decimal(math.Float64frombits(binary.BigEndian.Uint64(b)))}
	case kind == 8 || kind == 9:
		return value{number, strconv.FormatInt(kind-8, 10)}
	case kind < 7:
		n := int64(int8(b[0]))
		for _, c := range b[1:] {
			n = n<<8 | int64(c)
		}
		return value{number, strconv.FormatInt(n, 10)}
	case kind%2 == 0 && (db.text == nil || !utf8.Valid(b) || bytes.IndexByte(b, 0) < 0):
		return value{blob, string(b)}
	case db.text == nil:
		return value{text, string(b)}
	}
	// Text that was made a blob has the form of the database's text.
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = db.text.Uint16(b[2*i:])
	}
	return value{text, string(utf16.Decode(units))}
}

// decimal writes a number with all its digits, so that one which is a card's is
// seen as one.
func decimal(f float64) string {
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		return strconv.FormatFloat(f, 'g', -1, 64)
	}
	return strconv.FormatFloat(f, 'f', -1, 64)
}

// varint reads an integer of one to nine bytes, and returns what follows it.
func varint(b []byte) (int64, []byte, error) {
	var n uint64
	for i, c := range b {
		if i == 8 {
			return int64(n<<8 | uint64(c)), b[9:], nil
		}
		n = n<<7 | uint64(c&0x7f)
		if c < 0x80 {
			return int64(n), b[i+1:], nil
		}
	}
	return 0, nil, io.ErrUnexpectedEOF
}
