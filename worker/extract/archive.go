package extract

import (
	"archive/tar"
	"archive/zip"
	"compress/bzip2"
	"io"
	"strings"

	"github.com/klauspost/compress/zstd"
)

// A pack is an open ZIP file.
type pack struct {
	*source
	files  []*zip.File
	byName map[string]*zip.File
}

// The methods of APPNOTE 6.3.10 that package zip does not know.
const (
	zipBzip2 = 12
	zipZstd  = 93
	zipAES   = 99
)

// zip reads a ZIP file, and what is one inside.
func (r *run) zip(s *source) error {
	done, err := r.spool(s)
	if err != nil {
		return err
	}
	defer done()
	directory := int64(maxDirectory)
	s.at.directory = &directory
	z, err := zip.NewReader(s.at, s.at.size)
	s.at.directory = nil
	if err == zip.ErrInsecurePath {
		err = nil // names are never used as such
	}
	if err != nil {
		if directory < 0 {
			return errMembers
		}
		return err
	}
	z.RegisterDecompressor(zipBzip2, func(in io.Reader) io.ReadCloser { return io.NopCloser(bzip2.NewReader(in)) })
	z.RegisterDecompressor(zipZstd, func(in io.Reader) io.ReadCloser {
		d, err := zstd.NewReader(in, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(dictionary(s.windows)))
		if err != nil {
			return io.NopCloser(readerFunc(func([]byte) (int, error) { return 0, err }))
		}
		return d.IOReadCloser()
	})
	p := &pack{source: s, files: z.File, byName: make(map[string]*zip.File, len(z.File))}
	for _, f := range z.File {
		if _, ok := p.byName[f.Name]; !ok {
			p.byName[f.Name] = f
		}
	}
	if read := p.reading(r); read != nil {
		return read(r, p)
	}
	for _, f := range p.files {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		if err := p.member(r, f, ""); err != nil {
			return err
		}
	}
	return nil
}

// reading tells what the pack is, beyond an archive.
func (p *pack) reading(r *run) func(*run, *pack) error {
	if f := p.byName["mimetype"]; f != nil {
		if in, err := p.open(r, f); err == nil {
			kind, _ := whole(in, 256)
			switch k := strings.TrimSpace(string(kind)); {
			case strings.HasPrefix(k, "application/vnd.oasis.opendocument."), strings.HasPrefix(k, "application/vnd.sun.xml."):
				return (*run).openDocument
			case k == "application/epub+zip":
				return (*run).epub
			}
		}
	}
	if p.byName["[Content_Types].xml"] != nil {
		return p.office(r)
	}
	return nil
}

// open reads f's content.
func (p *pack) open(r *run, f *zip.File) (io.Reader, error) {
	if f.Flags&1 != 0 || f.Method == zipAES {
		return nil, errEncrypted
	}
	in, err := f.Open()
	if err == zip.ErrAlgorithm {
		return nil, errMethod
	}
	if err != nil {
		return nil, err
	}
	return r.inflated(in), nil
}

// member extracts f as a file of its own.
func (p *pack) member(r *run, f *zip.File, media string) error {
	in, err := p.open(r, f)
	if err != nil {
		in = readerFunc(func([]byte) (int, error) { return 0, err })
	}
	windows := 0
	if f.Method == zipZstd {
		windows = 1
	}
	return r.descend(p.source, &source{name: f.Name, media: media, windows: windows, r: in})
}

// tar reads an archive from its beginning to its end.
func (r *run) tar(s *source) error {
	t := tar.NewReader(s.reader())
	for {
		h, err := t.Next()
		if err == tar.ErrInsecurePath {
			err = nil // names are never used as such
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if h.Typeflag != tar.TypeReg && h.Typeflag != tar.TypeGNUSparse {
			continue
		}
		// The holes of a sparse file expand, so a tar counts as a decompressor.
		if err := r.descend(s, &source{name: h.Name, r: r.inflated(t)}); err != nil {
			return err
		}
	}
}
