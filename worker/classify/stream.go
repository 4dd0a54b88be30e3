package classify

import (
	"context"
	"unicode/utf8"
)

// windowSize is how much of a streamed text is scanned at a time, beside its margins.
const windowSize = 256 << 10

// A Stream scans a text that comes in pieces, of any size, as Scan does one
// that is there as a whole: what lies across pieces, or has its evidence in
// another, is found, and once. It holds a window of the text, however long that is.
//
// Where a chain of candidates that overlap is longer than the margin of a
// window, some tens of kilobytes, its part in each window is resolved by itself.
type Stream struct {
	// Kept, when set, hears the offset of each match that is going to be in the
	// result, in rising order and more than once where aliases keep it too.
	Kept func(offset int)

	e      *Engine
	sc     *scanner
	buf    []byte
	from   int // in bytes of buf: what lies before was counted
	size   int // of a window, without its margins
	margin int
	err    error
}

// Stream begins a scan. Its errors are those of [Engine.Scan].
func (e *Engine) Stream(ctx context.Context, opt Options) (*Stream, error) {
	sc := e.scanners.Get().(*scanner)
	if err := e.choose(&opt, sc.look, sc.report); err != nil {
		e.scanners.Put(sc)
		return nil, err
	}
	sc.begin(ctx, "", opt)
	return &Stream{e: e, sc: sc, size: windowSize, margin: e.margin()}, nil
}

// margin is how many bytes around a match decide what it is: its own, those of
// the candidates it can contend with, and the evidence of either.
func (e *Engine) margin() int {
	n, near := 2*e.hold, 0
	for _, r := range e.rules {
		n = max(n, e.hold+r.before+r.after)
		near = max(near, e.types[r.typ].proximity())
	}
	return n + MaxMatch + 2*utf8.UTFMax*near + e.lexicon.longest // what is folded may be half as long as it was
}

// Write takes the next piece. A character may begin in one piece and end in the
// next. Its error is why the scan has ended early, as Result will tell it too.
func (s *Stream) Write(text string) error {
	for len(text) > 0 && s.err == nil {
		n := min(len(text), 2*s.margin+s.size-len(s.buf))
		s.buf = append(s.buf, text[:n]...)
		text = text[n:]
		if len(s.buf) == 2*s.margin+s.size {
			s.window(runeStart(s.buf, len(s.buf)-s.margin))
		}
	}
	return s.err
}

// Held returns the offset of the first character that Kept may still be called with.
func (s *Stream) Held() int { return s.sc.base }

// window counts what begins in buf before the byte at to, and keeps what may
// matter for the rest.
func (s *Stream) window(to int) {
	sc := s.sc
	sc.due, sc.sought, sc.probe, sc.kept = 0, 0, 0, s.Kept
	clear(sc.passed)
	sc.reset(string(s.buf))
	// A match that was counted may reach over the border.
	sc.from, sc.to = max(sc.units(s.from), sc.until-sc.base), sc.units(to)
	sc.scan()
	s.err = sc.err
	keep := runeStart(s.buf, max(0, to-s.margin))
	sc.base += sc.units(keep)
	s.from = to - keep
	s.buf = append(s.buf[:0], s.buf[keep:]...)
}

// Result ends the scan of what was written, and returns what [Engine.Scan]
// would. Nothing may be written after it.
func (s *Stream) Result() (*Result, error) {
	if s.err == nil {
		s.window(len(s.buf))
	}
	res := s.sc.result()
	s.e.release(s.sc)
	clear(s.buf[:cap(s.buf)])
	return res, s.err
}

// runeStart returns the last start of a character in b that is not behind n,
// or n if b is not UTF-8 there.
func runeStart(b []byte, n int) int {
	for i := n; i > 0 && i > n-utf8.UTFMax && i < len(b); i-- {
		if utf8.RuneStart(b[i]) {
			return i
		}
	}
	return n
}
