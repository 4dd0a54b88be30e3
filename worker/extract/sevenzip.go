package extract

import (
	"bytes"
	"compress/bzip2"
	"compress/flate"
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz/lzma"
)

// sevenZip reads a 7z archive.
func (r *run) sevenZip(s *source) error {
	done, err := r.spool(s)
	if err != nil {
		return err
	}
	defer done()
	var h [szSignatureBytes]byte
	if _, err := s.at.ReadAt(h[:], 0); err != nil {
		return ended(err)
	}
	at, size := binary.LittleEndian.Uint64(h[12:]), binary.LittleEndian.Uint64(h[20:])
	if size > maxDirectory {
		return errMembers
	}
	if at > uint64(s.at.size) || size == 0 {
		return errDamaged
	}
	head := make([]byte, size)
	if _, err := s.at.ReadAt(head, szSignatureBytes+int64(at)); err != nil {
		return ended(err)
	}
	// A header may be packed itself, and that one's header again.
	for range 4 {
		in := &szReader{b: head}
		switch in.byte() {
		case szHeader:
			streams, names, empty := in.header()
			if in.bad {
				return errDamaged
			}
			return r.szFiles(s, streams, names, empty)
		case szEncoded:
			streams := in.streams()
			if in.bad || len(streams.folders) != 1 {
				return errDamaged
			}
			f, err := r.szOpen(s, streams, streams.folders[0])
			if err != nil {
				return err
			}
			if head, err = whole(f, maxDirectory); err != nil {
				return err
			}
		default:
			return errDamaged
		}
	}
	return errDamaged
}

// szFiles extracts the files, folder by folder.
func (r *run) szFiles(s *source, streams szStreams, names []string, empty []byte) error {
	next := 0
	name := func() string {
		for ; next < len(names); next++ {
			if next/8 < len(empty) && empty[next/8]>>(7-next%8)&1 == 1 {
				continue
			}
			next++
			return names[next-1]
		}
		return "file"
	}
	for _, f := range streams.folders {
		in, err := r.szOpen(s, streams, f)
		if err != nil {
			// One telling for the folder: its files cannot be told apart.
			first := name()
			for range max(len(f.files)-1, 0) {
				name()
			}
			if err := r.tolerate(s.loc.in(first), err); err != nil {
				return err
			}
			continue
		}
		for _, size := range f.files {
			one := io.LimitReader(in, int64(min(size, 1<<62)))
			if err := r.descend(s, &source{name: name(), windows: 1, r: one}); err != nil {
				return err
			}
			if _, err := io.Copy(io.Discard, one); err != nil {
				if err := r.tolerate(s.loc, err); err != nil {
					return err
				}
				break
			}
		}
	}
	return nil
}

// szOpen returns what a folder holds. Coders of several streams are refused: the
// only one is BCJ2, for programs, which 7-Zip puts into folders of their own.
func (r *run) szOpen(s *source, streams szStreams, f *szFolderInfo) (io.Reader, error) {
	for _, c := range f.coders {
		switch {
		case c.id == "\x06\xf1\x07\x01":
			return nil, errEncrypted
		case c.in != 1 || c.out != 1:
			return nil, errMethod
		}
	}
	if len(f.packed) != 1 || f.first >= len(streams.packed) || len(f.sizes) != len(f.coders) {
		return nil, errDamaged
	}
	at := szSignatureBytes + streams.at
	for _, n := range streams.packed[:f.first] {
		at += int64(n)
	}
	size := int64(streams.packed[f.first])
	if at < 0 || size < 0 || at > s.at.size {
		return nil, errDamaged
	}
	var in io.Reader = io.NewSectionReader(s.at, at, size)
	// From the last coder back to the packed stream, then forth again.
	var order []int
	for i := f.last(); ; {
		order = append(order, i)
		next, bound := f.bound(uint64(i))
		if !bound {
			break
		}
		if len(order) > szMaxCoders || next >= uint64(len(f.coders)) {
			return nil, errDamaged
		}
		i = int(next)
	}
	for k := len(order) - 1; k >= 0; k-- {
		c, err := f.coders[order[k]].decode(in, f.sizes[order[k]], dictionary(s.windows))
		if err != nil {
			return nil, err
		}
		in = c
	}
	return r.inflated(in), nil
}

// decode undoes one coder, which gives size bytes, so that no dictionary needs
// to be larger. One that is larger than most is refused.
func (c szCoder) decode(in io.Reader, size, most uint64) (io.Reader, error) {
	switch c.id {
	case "\x00":
		return in, nil
	case "\x21": // LZMA2
		if len(c.props) != 1 || c.props[0] > 40 {
			return nil, errDamaged
		}
		dict := uint64(2|c.props[0]&1) << (c.props[0]/2 + 11)
		if dict = max(min(dict, size), lzma.MinDictCap); dict > most {
			return nil, errMemory
		}
		return lzma.Reader2Config{DictCap: int(dict)}.NewReader2(in)
	case "\x03\x01\x01": // LZMA
		if len(c.props) != 5 {
			return nil, errDamaged
		}
		dict := max(min(uint64(binary.LittleEndian.Uint32(c.props[1:])), size), lzma.MinDictCap)
		if dict > most {
			return nil, errMemory
		}
		head := binary.LittleEndian.AppendUint64(binary.LittleEndian.AppendUint32([]byte{c.props[0]}, uint32(dict)), size)
		return lzma.NewReader(io.MultiReader(bytes.NewReader(head), in))
	case "\x04\x01\x08":
		return flate.NewReader(in), nil
	case "\x04\x02\x02":
		return bzip2.NewReader(in), nil
	case "\x04\xf7\x11\x01":
		return zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(most))
	case "\x03\x03\x01\x03", "\x04":
		// A filter for machine code, of which text is none.
		return in, nil
	}
	// PPMd among them: what there is to read it in Go divides by zero where the
	// archive is damaged.
	return nil, errMethod
}
