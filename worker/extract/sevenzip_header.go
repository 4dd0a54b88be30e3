package extract

// What follows in the header of a 7z archive, as the format's own description
// numbers it (7zFormat.txt of the LZMA SDK).
const (
	szEnd            = 0x00
	szHeader         = 0x01
	szArchiveProps   = 0x02
	szMoreStreams    = 0x03
	szMainStreams    = 0x04
	szFiles          = 0x05
	szPackInfo       = 0x06
	szUnpackInfo     = 0x07
	szSubStreams     = 0x08
	szSize           = 0x09
	szCRC            = 0x0a
	szFolder         = 0x0b
	szUnpackSize     = 0x0c
	szNumSubStreams  = 0x0d
	szEmptyStream    = 0x0e
	szNames          = 0x11
	szEncoded        = 0x17
	szMaxCoders      = 8
	szSignature      = "7z\xbc\xaf\x27\x1c"
	szSignatureBytes = 32
)

// An szFolderInfo is what is compressed as one: packed streams, the coders they
// went through, and the files that come out.
type szFolderInfo struct {
	coders []szCoder
	binds  [][2]uint64 // which input takes which output
	packed []uint64    // which inputs take a packed stream
	first  int         // packed stream
	sizes  []uint64    // what each coder gives
	files  []uint64    // the sizes of the files within
	digest bool        // it has one as a whole
}

type szCoder struct {
	id      string
	in, out uint64
	props   []byte
}

// An szStreams is where the packed streams lie and what they hold.
type szStreams struct {
	at      int64
	packed  []uint64
	folders []*szFolderInfo
}

// An szReader reads numbers of a header. What it allocates it has read: no
// count in the header is believed.
type szReader struct {
	b   []byte
	bad bool
}

func (r *szReader) byte() byte {
	b := r.take(1)
	if b == nil {
		return szEnd
	}
	return b[0]
}

func (r *szReader) take(n uint64) []byte {
	if r.bad || n > uint64(len(r.b)) {
		r.bad = true
		return nil
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

// number reads a number whose first byte says how many follow.
func (r *szReader) number() uint64 {
	first := r.byte()
	var n uint64
	for i, mask := 0, byte(0x80); i < 8; i, mask = i+1, mask>>1 {
		if first&mask == 0 {
			return n | uint64(first&(mask-1))<<(8*i)
		}
		n |= uint64(r.byte()) << (8 * i)
	}
	return n
}

func (r *szReader) numbers(n uint64) []uint64 {
	var list []uint64
	for ; n > 0 && !r.bad; n-- {
		list = append(list, r.number())
	}
	return list
}

// digests skips the checksums of n things, which a damaged file fails without
// them, and calls has for each that has one.
func (r *szReader) digests(n uint64, has func(i uint64)) {
	all := r.byte() != 0
	var set []byte
	if !all {
		set = r.take((n + 7) / 8)
	}
	for i := uint64(0); i < n && !r.bad; i++ {
		if all || set[i/8]>>(7-i%8)&1 == 1 {
			r.take(4)
			has(i)
		}
	}
}

// header reads the streams, the names of the files, and which have no stream.
func (r *szReader) header() (streams szStreams, names []string, empty []byte) {
	for !r.bad {
		switch r.byte() {
		case szEnd:
			return
		case szArchiveProps:
			for !r.bad && r.byte() != szEnd {
				r.take(r.number())
			}
		case szMoreStreams:
			r.streams()
		case szMainStreams:
			streams = r.streams()
		case szFiles:
			r.number()
			for !r.bad {
				kind := r.byte()
				if kind == szEnd {
					break
				}
				prop := r.take(r.number())
				switch {
				case kind == szEmptyStream:
					empty = prop
				case kind == szNames && len(prop) > 0:
					names = szNamesOf(prop[1:])
				}
			}
		default:
			r.bad = true
		}
	}
	return
}

func szNamesOf(b []byte) []string {
	var names []string
	for len(b) >= 2 {
		end := 0
		for end+1 < len(b) && (b[end] != 0 || b[end+1] != 0) {
			end += 2
		}
		names = append(names, utf16LE(b[:end]))
		b = b[min(end+2, len(b)):]
	}
	return names
}

func (r *szReader) streams() (s szStreams) {
	for !r.bad {
		switch r.byte() {
		case szEnd:
			return
		case szPackInfo:
			s.at = int64(r.number())
			n := r.number()
			for !r.bad {
				kind := r.byte()
				if kind == szEnd {
					break
				}
				if kind == szSize {
					s.packed = r.numbers(n)
				} else {
					r.digests(n, func(uint64) {})
				}
			}
		case szUnpackInfo:
			s.folders = r.folders()
		case szSubStreams:
			r.subStreams(s.folders)
		default:
			r.bad = true
		}
	}
	return
}

func (r *szReader) folders() []*szFolderInfo {
	if r.byte() != szFolder {
		r.bad = true
	}
	n := r.number()
	if r.byte() != 0 {
		r.bad = true // folders elsewhere: never written
	}
	var list []*szFolderInfo
	packed := 0
	for ; n > 0 && !r.bad; n-- {
		f := &szFolderInfo{first: packed}
		in, out := uint64(0), uint64(0)
		coders := r.number()
		if coders == 0 || coders > szMaxCoders {
			r.bad = true
			return nil
		}
		for range coders {
			flags := r.byte()
			c := szCoder{id: string(r.take(uint64(flags & 0xf))), in: 1, out: 1}
			if flags&0x10 != 0 {
				c.in, c.out = min(r.number(), 64), min(r.number(), 64)
			}
			if flags&0x20 != 0 {
				c.props = r.take(r.number())
			}
			in, out = in+c.in, out+c.out
			f.coders = append(f.coders, c)
		}
		if out == 0 || in < out-1 {
			r.bad = true
			return nil
		}
		for range out - 1 {
			f.binds = append(f.binds, [2]uint64{r.number(), r.number()})
		}
		if free := in - (out - 1); free == 1 {
			for i := range in {
				if _, bound := f.bound(i); !bound {
					f.packed = append(f.packed, i)
				}
			}
		} else {
			f.packed = r.numbers(free)
		}
		packed += len(f.packed)
		list = append(list, f)
	}
	for !r.bad {
		switch r.byte() {
		case szEnd:
			return list
		case szUnpackSize:
			for _, f := range list {
				for _, c := range f.coders {
					f.sizes = append(f.sizes, r.numbers(c.out)...)
				}
				f.files = []uint64{f.size()}
			}
		case szCRC:
			r.digests(uint64(len(list)), func(i uint64) { list[i].digest = true })
		default:
			r.bad = true
		}
	}
	return list
}

// bound returns the output that an input takes.
func (f *szFolderInfo) bound(in uint64) (uint64, bool) {
	for _, b := range f.binds {
		if b[0] == in {
			return b[1], true
		}
	}
	return 0, false
}

// last returns the coder whose output is the folder's.
func (f *szFolderInfo) last() int {
	for i := range f.coders {
		taken := false
		for _, b := range f.binds {
			taken = taken || b[1] == uint64(i)
		}
		if !taken {
			return i
		}
	}
	return 0
}

func (f *szFolderInfo) size() uint64 {
	if i := f.last(); i < len(f.sizes) {
		return f.sizes[i]
	}
	return 0
}

// subStreams reads how the folders' contents are cut into files. The sizes of
// all but a folder's last file are written.
func (r *szReader) subStreams(folders []*szFolderInfo) {
	counts := make([]uint64, len(folders))
	for i := range counts {
		counts[i] = 1
	}
	for !r.bad {
		switch r.byte() {
		case szEnd:
			return
		case szNumSubStreams:
			for i, f := range folders {
				counts[i] = r.number()
				if counts[i] == 0 {
					f.files = nil
				}
			}
		case szSize:
			for i, f := range folders {
				if counts[i] == 0 {
					continue
				}
				f.files = r.numbers(counts[i] - 1)
				left := f.size()
				for _, n := range f.files {
					left -= min(n, left)
				}
				f.files = append(f.files, left)
			}
		case szCRC:
			n := uint64(0)
			for i, f := range folders {
				if !f.digest || counts[i] != 1 {
					n += min(counts[i], 1<<32)
				}
			}
			r.digests(n, func(uint64) {})
		default:
			r.bad = true
		}
	}
}
