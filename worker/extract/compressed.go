package extract

import (
	"compress/bzip2"
	"io"
	"path"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/mikelolasagasti/xz"
)

func (r *run) gzip(s *source) error {
	z, err := gzip.NewReader(s.reader())
	if err != nil {
		return err
	}
	name := z.Name
	if name == "" {
		name = inflatedName(s.name)
	}
	return r.compressed(s, name, z)
}

func (r *run) bzip2(s *source) error {
	return r.compressed(s, inflatedName(s.name), bzip2.NewReader(s.reader()))
}

func (r *run) zstd(s *source) error {
	// One goroutine, which is this one: a reader left half read holds nothing.
	z, err := zstd.NewReader(s.reader(), zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(dictionary(s.windows)))
	if err != nil {
		return err
	}
	defer z.Close()
	return r.compressed(s, inflatedName(s.name), readerFunc(func(p []byte) (int, error) {
		n, err := z.Read(p)
		if err == zstd.ErrWindowSizeExceeded || err == zstd.ErrDecoderSizeExceeded {
			err = errMemory
		}
		return n, err
	}))
}

func (r *run) xz(s *source) error {
	z, err := xz.NewReader(s.reader(), uint32(dictionary(s.windows)))
	if err != nil {
		return err
	}
	return r.compressed(s, inflatedName(s.name), readerFunc(func(p []byte) (int, error) {
		n, err := z.Read(p)
		if err == xz.ErrMemlimit {
			err = errMemory
		}
		return n, err
	}))
}

// compressed reads the one file that s holds. It is a file of its own only in
// what it is called: one that is compressed is at the place of s.
func (r *run) compressed(s *source, name string, z io.Reader) error {
	if err := r.budget.member(s.depth + 1); err != nil {
		return err
	}
	return r.file(&source{name: name, loc: s.loc, depth: s.depth + 1, windows: s.windows + 1, r: r.inflated(z)})
}

// inflatedName returns what a file is called when it is decompressed.
func inflatedName(name string) string {
	switch ext := path.Ext(name); strings.ToLower(ext) {
	case ".tgz", ".tbz", ".tbz2", ".txz", ".tzst":
		return strings.TrimSuffix(name, ext) + ".tar"
	case ".gz", ".bz2", ".zst", ".xz":
		return strings.TrimSuffix(name, ext)
	}
	return name
}
