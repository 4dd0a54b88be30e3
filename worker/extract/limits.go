package extract

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"time"
)

// Limits bound one call of Text. A zero field means its default.
type Limits struct {
	// Bytes bounds what all decompressors together give, and likewise the
	// extracted text, in UTF-8. Default 2 GiB.
	Bytes int64

	// Ratio bounds the same two by the size of the submitted file, once they
	// are above 1 MB. Default 100.
	Ratio int64

	// Depth bounds how deep files lie in each other; the submitted file lies
	// at 0. Default 10.
	Depth int

	// Members bounds the files within the file, at all depths. Default 1000.
	Members int

	// Time bounds the whole call, with what the caller does between two
	// segments. Default 10 minutes.
	Time time.Duration
}

// ratioFree is what a file of any size may expand to.
const ratioFree = 1 << 20

// maxMemory bounds what one file may make a parser hold at once, where the
// format forces it to hold something, such as a table of strings.
const maxMemory = 64 << 20

// dictionary bounds the window of a decompressor that lies within as many
// others: half as much each time, so that all together stay bounded too.
func dictionary(within int) uint64 { return uint64(max(maxMemory>>within, 8<<20)) }

func (l Limits) withDefaults() Limits {
	l.Bytes = cmp.Or(l.Bytes, 2<<30)
	l.Ratio = cmp.Or(l.Ratio, 100)
	l.Depth = cmp.Or(l.Depth, 10)
	l.Members = cmp.Or(l.Members, 1000)
	l.Time = cmp.Or(l.Time, 10*time.Minute)
	return l
}

// A budget is what is left of a call's Limits. There is one for each call, and
// every reader of the call goes through it. Once spent it stays spent.
type budget struct {
	ctx    context.Context
	limits Limits
	err    error // why nothing more may be read
	broken error // why nothing more can be read

	input    int64 // bytes of the submitted file: its size, or those read so far
	expanded int64 // bytes that came out of decompressors
	text     int64 // bytes of extracted text
	members  int
}

// left returns why the call has to end, or nil.
func (b *budget) left() error {
	if b.err == nil && b.ctx.Err() != nil {
		b.err = context.Cause(b.ctx)
	}
	return b.err
}

// charge adds n to one of the budget's counts.
func (b *budget) charge(count *int64, n int64) error {
	if err := b.left(); err != nil {
		return err
	}
	*count += n
	switch {
	case *count > b.limits.Bytes:
		b.err = errSize
	case *count > ratioFree && *count/b.limits.Ratio > b.input:
		b.err = errRatio
	}
	return b.err
}

// member counts a file within the file, at the depth.
func (b *budget) member(depth int) error {
	if err := b.left(); err != nil {
		return err
	}
	if b.members++; b.members > b.limits.Members {
		b.err = errMembers
		return b.err
	}
	if depth > b.limits.Depth {
		return errDepth
	}
	return nil
}

// A meter is a reader whose bytes are charged to a count of its budget.
type meter struct {
	b     *budget
	r     io.Reader
	count *int64 // nil when only the time is to be kept
}

func (m *meter) Read(p []byte) (int, error) {
	if err := m.b.left(); err != nil {
		return 0, err
	}
	n, err := m.r.Read(p)
	if m.count != nil && n > 0 {
		if err := m.b.charge(m.count, int64(n)); err != nil {
			return 0, err
		}
	}
	return n, err
}

// timed reads r until the call has to end.
func (b *budget) timed(r io.Reader) io.Reader { return &meter{b: b, r: r} }

// inflated reads what a decompressor gives.
func (b *budget) inflated(r io.Reader) io.Reader { return &meter{b: b, r: r, count: &b.expanded} }

// counted reads a submitted file whose size is not known: the file is as large
// as what has been read of it.
func (b *budget) counted(r io.Reader) io.Reader {
	return readerFunc(func(p []byte) (int, error) {
		if err := b.left(); err != nil {
			return 0, err
		}
		n, err := r.Read(p)
		b.input += int64(n)
		return n, b.lost(err)
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// lost returns err, and if it means that the bytes cannot be had, rather than
// that they are wrong, keeps it as what ends the call: that is not the file's
// fault. What came before it can still be read.
func (b *budget) lost(err error) error {
	if err != nil && err != io.EOF && b.broken == nil && b.left() == nil {
		b.broken = fmt.Errorf("read file: %w", err)
	}
	return err
}

// over returns why the call has to end when a file in it could not be read, or
// nil if only that file is the matter.
func (b *budget) over() error {
	if err := b.left(); err != nil {
		return err
	}
	return b.broken
}

// A window is random access to a file. What lies outside of the file is its
// end, wherever a lying offset points.
type window struct {
	b    *budget
	r    io.ReaderAt
	size int64

	// directory, when set, is how much more may be read before the members
	// are, so that an archive which is all directory does not fill the memory.
	directory *int64
}

func (w *window) Size() int64 { return w.size }

func (w *window) ReadAt(p []byte, off int64) (int, error) {
	if err := w.b.left(); err != nil {
		return 0, err
	}
	if off < 0 || off >= w.size {
		return 0, io.EOF
	}
	short := int64(len(p)) > w.size-off
	if short {
		p = p[:w.size-off]
	}
	if w.directory != nil {
		if *w.directory -= int64(len(p)); *w.directory < 0 {
			return 0, errMemory
		}
	}
	n, err := w.r.ReadAt(p, off)
	if n == len(p) {
		err = nil
		if short {
			err = io.EOF
		}
	}
	return n, w.b.lost(err)
}

// maxDirectory bounds the directory of an archive, which takes up to thirty
// times as much when it is open. A thousand members need a tenth of it.
const maxDirectory = 4 << 20
