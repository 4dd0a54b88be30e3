package extract

import (
	"encoding/binary"
	"io"
	"slices"
	"strings"
	"unicode/utf16"
)

// A compound is an open OLE compound file, MS-CFB: streams in folders, kept in
// sectors that are chained by a table.
type compound struct {
	*source
	sector  int64    // bytes of one
	fat     []uint32 // the sector that follows each
	miniFAT []uint32
	mini    []uint32 // the sectors of the stream that holds the small streams
	entries map[string]entry
	order   []string // the keys of entries, as in the file
}

// An entry is a stream. Its key is its path with slashes.
type entry struct {
	start uint32
	size  int64
}

const (
	miniCutoff = 4096 // smaller streams lie in the mini stream
	miniSector = 64

	maxSector = 0xfffffffa // what is above is no sector
	noEntry   = 0xffffffff

	maxFolders = 50 // that lie in each other
)

// openCompound reads the tables of a compound file.
func openCompound(s *source) (*compound, error) {
	var h [512]byte
	if _, err := s.at.ReadAt(h[:], 0); err != nil {
		return nil, err
	}
	u32 := func(at int) uint32 { return binary.LittleEndian.Uint32(h[at:]) }
	shift := binary.LittleEndian.Uint16(h[30:])
	if shift != 9 && shift != 12 {
		return nil, errDamaged
	}
	c := &compound{source: s, sector: 1 << shift, entries: make(map[string]entry)}
	sectors := int(s.at.size/c.sector) + 1

	// Where the table itself lies: 109 of its sectors here, the others in a chain.
	var table []uint32
	for i := range 109 {
		table = append(table, u32(76+4*i))
	}
	for next, n := u32(68), 0; next < maxSector && n <= sectors/127; n++ {
		more, err := c.numbers(next)
		if err != nil {
			return nil, err
		}
		table = append(table, more[:len(more)-1]...)
		next = more[len(more)-1]
	}
	for _, at := range table {
		if at >= maxSector || len(c.fat) > sectors {
			continue
		}
		more, err := c.numbers(at)
		if err != nil {
			return nil, err
		}
		c.fat = append(c.fat, more...)
	}
	for _, at := range c.chain(u32(60), int64(len(c.fat))) {
		more, err := c.numbers(at)
		if err != nil {
			return nil, err
		}
		c.miniFAT = append(c.miniFAT, more...)
	}
	return c, c.readDirectory(u32(48))
}

// numbers reads a sector of a table.
func (c *compound) numbers(at uint32) ([]uint32, error) {
	b := make([]byte, c.sector)
	if _, err := c.at.ReadAt(b, c.offset(at)); err != nil {
		return nil, ended(err)
	}
	list := make([]uint32, len(b)/4)
	for i := range list {
		list[i] = binary.LittleEndian.Uint32(b[4*i:])
	}
	return list, nil
}

func (c *compound) offset(sector uint32) int64 { return (int64(sector) + 1) * c.sector }

// chain returns the sectors of a stream from its first, at most as many as given.
func (c *compound) chain(at uint32, most int64) []uint32 {
	var list []uint32
	for most = min(most, int64(len(c.fat))); int64(len(list)) < most && at < maxSector && int(at) < len(c.fat); at = c.fat[at] {
		list = append(list, at)
	}
	return list
}

// A folder is a place in the tree of the directory.
type folder struct {
	id   uint32
	path string
	deep int
}

// readDirectory walks the tree, which may be any graph in a file made to harm.
func (c *compound) readDirectory(start uint32) error {
	var dir []byte
	for _, at := range c.chain(start, maxDirectory/c.sector) {
		b := make([]byte, c.sector)
		if _, err := c.at.ReadAt(b, c.offset(at)); err != nil {
			return ended(err)
		}
		dir = append(dir, b...)
	}
	if len(dir) < 128 {
		return io.ErrUnexpectedEOF
	}
	c.mini = c.chain(binary.LittleEndian.Uint32(dir[116:]), 1<<31)
	seen := make([]bool, len(dir)/128)
	paths := 0 // bytes of them all
	for todo := []folder{{binary.LittleEndian.Uint32(dir[76:]), "", 0}}; len(todo) > 0; {
		f := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if int64(f.id) >= int64(len(seen)) || seen[f.id] || f.deep > maxFolders {
			continue
		}
		seen[f.id] = true
		e := dir[128*int(f.id):][:128]
		n := min(int(binary.LittleEndian.Uint16(e[64:])), 64)
		path := f.path + strings.TrimRight(utf16LE(e[:n]), "\x00")
		if paths += len(path); paths > maxDirectory {
			return errMemory
		}
		todo = append(todo,
			folder{binary.LittleEndian.Uint32(e[72:]), f.path, f.deep},
			folder{binary.LittleEndian.Uint32(e[68:]), f.path, f.deep})
		switch e[66] {
		case 1:
			todo = append(todo, folder{binary.LittleEndian.Uint32(e[76:]), path + "/", f.deep + 1})
		case 2:
			size := int64(binary.LittleEndian.Uint32(e[120:])) // the upper half is not to be trusted in version 3
			if _, ok := c.entries[path]; !ok {
				c.entries[path] = entry{binary.LittleEndian.Uint32(e[116:]), size}
				c.order = append(c.order, path)
			}
		}
	}
	slices.Sort(c.order)
	return nil
}

// has reports whether there is such a stream with something in it.
func (c *compound) has(path string) bool { return c.entries[path].size > 0 }

// open reads a stream. One that is not there is empty.
func (c *compound) open(r *run, path string) io.Reader {
	e := c.entries[path]
	mini := e.size < miniCutoff
	at, left := e.start, e.size
	unit := c.sector
	if mini {
		unit = miniSector
	}
	var within int64
	return r.timed(readerFunc(func(p []byte) (int, error) {
		if left <= 0 {
			return 0, io.EOF
		}
		where, ok := c.place(at, mini)
		if !ok {
			return 0, io.ErrUnexpectedEOF
		}
		n := int(min(int64(len(p)), left, unit-within))
		n, err := c.at.ReadAt(p[:n], where+within)
		if n == 0 {
			return 0, ended(err)
		}
		left -= int64(n)
		if within += int64(n); within == unit {
			within = 0
			at = c.next(at, mini)
		}
		return n, nil
	}))
}

// place returns where a sector of a stream lies in the file.
func (c *compound) place(at uint32, mini bool) (int64, bool) {
	if !mini {
		return c.offset(at), at < maxSector
	}
	off := int64(at) * miniSector
	i := off / c.sector
	if at >= maxSector || i >= int64(len(c.mini)) {
		return 0, false
	}
	return c.offset(c.mini[i]) + off%c.sector, true
}

func (c *compound) next(at uint32, mini bool) uint32 {
	table := c.fat
	if mini {
		table = c.miniFAT
	}
	if int64(at) >= int64(len(table)) {
		return noEntry
	}
	return table[at]
}

// bytes reads a stream that has to be held as a whole.
func (c *compound) bytes(r *run, path string) ([]byte, error) {
	return whole(c.open(r, path), maxMemory)
}

// children returns the folders in the folder at whose names begin with prefix.
func (c *compound) children(at, prefix string) []string {
	var list []string
	for _, path := range c.order {
		rest, ok := strings.CutPrefix(path, at)
		if !ok || !strings.HasPrefix(rest, prefix) {
			continue
		}
		if name, _, ok := strings.Cut(rest, "/"); ok && (len(list) == 0 || list[len(list)-1] != at+name+"/") {
			list = append(list, at+name+"/")
		}
	}
	return list
}

// utf16LE returns the text of little-endian UTF-16.
func utf16LE(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return string(utf16.Decode(units))
}

// codePage returns the text of bytes in a code page of Windows.
func codePage(b []byte, page int) string {
	enc, ok := codePages[page]
	if !ok {
		enc = codePages[1252]
	}
	text, err := enc.NewDecoder().Bytes(b)
	if err != nil {
		text = b
	}
	return strings.ToValidUTF8(string(text), "\uFFFD")
}

// ole reads the formats that are compound files, which their streams tell.
func (r *run) ole(s *source) error {
	done, err := r.spool(s)
	if err != nil {
		return err
	}
	defer done()
	c, err := openCompound(s)
	if err != nil {
		return err
	}
	switch {
	case c.has("EncryptedPackage"):
		return errEncrypted
	case c.has("WordDocument"):
		return r.word97(c)
	case c.has("Workbook"), c.has("Book"):
		return r.excel97(c)
	case c.has("PowerPoint Document"):
		return r.powerpoint97(c)
	case c.has("__properties_version1.0"):
		return r.outlook(c, "")
	}
	return errKind
}
