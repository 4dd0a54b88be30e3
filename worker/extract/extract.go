package extract

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"runtime/debug"
)

// Options are what all calls share. The zero value works.
type Options struct {
	// TempDir is where a member that its format wants read out of order is
	// kept while it is read, when it is too large for the memory: in a file
	// without a name where the system can do that. Default: the system's.
	TempDir string

	// CacheDir keeps the compiled PDF engine between processes, which makes
	// the first PDF of a process seconds faster. Default: none is kept.
	CacheDir string

	// PDFs is how many PDF files are read at a time; a further one waits. Each
	// may take up to 256 MiB. Default 2.
	PDFs int

	// OCR, when set, reads pictures: those that are files, of a media type, and
	// pages that have no text, as image/png. An *Error is about the one picture,
	// any other ends the call. Default: pictures have no text to give.
	OCR func(ctx context.Context, media string, picture []byte) (string, error)

	// Log hears of parsers that panicked, with the stack and without content.
	// Default: nobody does.
	Log *slog.Logger
}

// An Extractor holds what is costly to make anew for each file.
type Extractor struct {
	opt     Options
	pdf     *pdfEngine
	strings int // bytes of the shared strings of a workbook to hold
}

// New returns an Extractor, to be closed after the last use.
func New(opt Options) *Extractor {
	if opt.PDFs <= 0 {
		opt.PDFs = 2
	}
	if opt.Log == nil {
		opt.Log = slog.New(slog.DiscardHandler)
	}
	return &Extractor{opt: opt, pdf: &pdfEngine{opt: opt}, strings: maxMemory}
}

// Close frees what the Extractor holds. Calls of Text must have ended.
func (x *Extractor) Close() error { return x.pdf.close() }

// Text walks the text of the file that r reads, as the package comment says.
// A reader that is also an io.ReaderAt with a Size, as *io.SectionReader and
// *bytes.Reader are, is read in place, any other is copied first if its format
// needs that. The name, with or without a path, may be empty.
//
// The sequence can be walked once, and calls nothing of r after its end.
func (x *Extractor) Text(ctx context.Context, r io.Reader, name string, limits Limits) iter.Seq2[Segment, error] {
	return func(yield func(Segment, error) bool) {
		limits = limits.withDefaults()
		ctx, cancel := context.WithTimeoutCause(ctx, limits.Time, errTime)
		defer cancel()
		b := &budget{ctx: ctx, limits: limits}
		run := &run{x: x, budget: b, out: out{b: b, yield: yield}}
		s := &source{name: name}
		if sized, ok := r.(sizedReaderAt); ok {
			b.input = sized.Size()
			s.at = &window{b: b, r: sized, size: sized.Size()}
		} else {
			s.r = b.counted(r)
		}
		if err := run.file(s); err != nil {
			run.finish(err)
		} else if err := run.hand(); err != nil {
			return
		}
	}
}

type sizedReaderAt interface {
	io.ReaderAt
	Size() int64
}

// A run is one call of Text.
type run struct {
	x *Extractor
	*budget
	out
}

// finish tells why the call ends early, unless the caller has ended it.
func (r *run) finish(err error) {
	if err == errStop {
		return
	}
	if over := r.over(); over != nil {
		err = over
	} else {
		err = at(Location{}, err)
	}
	_ = r.tell(err)
}

// A source is a file to be read: the submitted one, or a member of another.
type source struct {
	name    string // a hint
	media   string // what a mail says that it is, a hint too
	charset string // declared outside the file
	loc     Location
	depth   int
	windows int // decompressors with a window around it

	r  io.Reader // nil when at is there from the start
	at *window   // nil until spooled
}

// reader returns s from its beginning. It can be called again only if s is spooled.
func (s *source) reader() io.Reader {
	if s.at != nil {
		return io.NewSectionReader(s.at, 0, s.at.size)
	}
	return s.r
}

// headSize is how much of a file is looked at to tell what it is.
const headSize = 64 << 10

// head returns the first bytes of s and leaves it at its beginning.
func (s *source) head() ([]byte, error) {
	if s.at != nil {
		b := make([]byte, min(s.at.size, headSize))
		n, err := s.at.ReadAt(b, 0)
		if err == io.EOF || n == len(b) {
			err = nil
		}
		return b[:n], err
	}
	br := bufio.NewReaderSize(s.r, headSize)
	s.r = br
	b, err := br.Peek(headSize)
	if err == io.EOF {
		err = nil
	}
	return b, err
}

// file extracts s. Its error is about s alone unless it is the budget's.
func (r *run) file(s *source) (err error) {
	defer func() {
		// A panic of the caller's loop is none of ours.
		if r.yielding {
			return
		}
		if v := recover(); v != nil {
			r.x.opt.Log.Error("parser panicked", "panic", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
			err = errDamaged
		}
	}()
	head, err := s.head()
	if err != nil && len(head) == 0 {
		return err
	}
	if len(head) == 0 {
		return nil
	}
	return sniff(head, s)(r, s)
}

// descend extracts the member called name of s. What is wrong with one member
// is told and keeps no other from being read.
func (r *run) descend(s, member *source) error {
	member.loc, member.depth = s.loc.in(member.name), s.depth+1
	member.windows += s.windows
	return r.inner(member)
}

// inner extracts a member whose place is set.
func (r *run) inner(member *source) error {
	err := r.budget.member(member.depth)
	if err == nil {
		r.separate()
		err = r.file(member)
	}
	return r.tolerate(member.loc, err)
}

// tolerate tells an error that is about one place only, and returns one that
// ends the call.
func (r *run) tolerate(loc Location, err error) error {
	if err == nil || err == errStop {
		return err
	}
	if over := r.over(); over != nil {
		return over
	}
	return r.tell(at(loc, err))
}
