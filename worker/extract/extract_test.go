package extract

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/classifyd/classifyd/worker/extract/filetest"
)

// A reading is what a call of Text gave.
type got struct {
	t    testing.TB
	text string
	segs []Segment
	errs []*Error
}

// read extracts data and checks what holds for any bytes.
func read(t testing.TB, data []byte, name string, limits Limits) got {
	t.Helper()
	return readFrom(t, extractor(t), bytes.NewReader(data), name, limits)
}

func extractor(t testing.TB) *Extractor {
	t.Helper()
	x := New(Options{TempDir: t.TempDir(), CacheDir: filetest.Cache(t), Log: slog.New(panics{t})})
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
	})
	return x
}

// panics fails the test when a parser has panicked: it is kept from killing the
// worker, but it is a bug.
type panics struct{ testing.TB }

func (panics) Enabled(context.Context, slog.Level) bool { return true }
func (h panics) WithAttrs([]slog.Attr) slog.Handler     { return h }
func (h panics) WithGroup(string) slog.Handler          { return h }
func (h panics) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		h.Errorf("%s: %s=%v", r.Message, a.Key, a.Value)
		return true
	})
	return nil
}

func readFrom(t testing.TB, x *Extractor, r io.Reader, name string, limits Limits) got {
	t.Helper()
	g := got{t: t}
	var text strings.Builder
	units := int64(0)
	for seg, err := range x.Text(t.Context(), r, name, limits) {
		if err != nil {
			e, ok := errors.AsType[*Error](err)
			if !ok {
				t.Fatalf("Text(%s) gave %v, which is no *Error", name, err)
			}
			g.errs = append(g.errs, e)
			continue
		}
		if seg.Text == "" || !utf8.ValidString(seg.Text) || len(seg.Text) > 2*segmentSize {
			t.Fatalf("Text(%s) gave a segment of %d bytes, valid UTF-8: %t", name, len(seg.Text), utf8.ValidString(seg.Text))
		}
		if seg.Offset != units {
			t.Fatalf("Text(%s) gave a segment at %d, want %d", name, seg.Offset, units)
		}
		units += unitsOf(seg.Text)
		text.WriteString(seg.Text)
		g.segs = append(g.segs, seg)
	}
	g.text = text.String()
	return g
}

// unitsOf counts the UTF-16 code units of a text.
func unitsOf(text string) (n int64) {
	for _, r := range text {
		n += int64(utf16.RuneLen(r))
	}
	return n
}

// clean fails the test if there were errors.
func (g got) clean() got {
	g.t.Helper()
	for _, e := range g.errs {
		g.t.Errorf("Text gave %v at %+v, want none; its text is %.200q", e, e.Location, g.text)
	}
	return g
}

// at checks that each value is in the text, at its place.
func (g got) at(want map[string]Location) {
	g.t.Helper()
	for value, loc := range want {
		if place, ok := g.place(value); !ok {
			g.t.Errorf("the text lacks %q: %.1500q", value, g.text)
		} else if place != loc {
			g.t.Errorf("%q is at %+v, want %+v", value, place, loc)
		}
	}
}

func (g got) place(value string) (Location, bool) {
	i := strings.Index(g.text, value)
	if i < 0 {
		return Location{}, false
	}
	at := unitsOf(g.text[:i])
	for k := len(g.segs) - 1; k >= 0; k-- {
		if g.segs[k].Offset <= at {
			return g.segs[k].At(at), true
		}
	}
	return Location{}, false
}

// fails checks that the only errors have the code, and that there is one.
func (g got) fails(code Code) got {
	g.t.Helper()
	if len(g.errs) == 0 {
		g.t.Errorf("Text gave no error, want %s; its text is %.200q", code, g.text)
	}
	for _, e := range g.errs {
		if e.Code != code {
			g.t.Errorf("Text gave %v, want %s", e, code)
		}
	}
	return g
}

func TestSegmentsHaveOffsetsInUTF16(t *testing.T) {
	g := read(t, []byte("a€😀\nb"), "x.txt", Limits{}).clean()
	s := g.segs[len(g.segs)-1]
	for _, tt := range []struct {
		offset int64
		line   int
	}{{0, 1}, {4, 1}, {5, 2}} {
		if got := s.At(tt.offset).Line; got != tt.line {
			t.Errorf("At(%d) is line %d, want %d", tt.offset, got, tt.line)
		}
	}
}

func TestLoopMayEndEarly(t *testing.T) {
	data := []byte(strings.Repeat("line\n", 100_000))
	n := 0
	for range extractor(t).Text(t.Context(), bytes.NewReader(data), "", Limits{}) {
		n++
		break
	}
	if n != 1 {
		t.Errorf("the loop ran %d times, want once", n)
	}
}

func TestCallersPanicIsNotSwallowed(t *testing.T) {
	defer func() {
		if v := recover(); v != "mine" {
			t.Errorf("recovered %v, want the caller's panic", v)
		}
	}()
	for range extractor(t).Text(t.Context(), strings.NewReader("text"), "", Limits{}) {
		panic("mine")
	}
}

func TestContextEndsTheCall(t *testing.T) {
	cause := errors.New("shutting down")
	ctx, cancel := context.WithCancelCause(t.Context())
	defer cancel(nil)
	var last error
	for seg, err := range extractor(t).Text(ctx, strings.NewReader(strings.Repeat("line\n", 100_000)), "", Limits{}) {
		last = err
		if seg.Text != "" {
			cancel(cause)
		}
	}
	if !errors.Is(last, cause) {
		t.Errorf("the last error is %v, want the context's cause", last)
	}
}

func TestReaderThatFailsIsNoDamagedFile(t *testing.T) {
	lost := errors.New("connection lost")
	r := io.MultiReader(strings.NewReader("text before "), readerFunc(func([]byte) (int, error) { return 0, lost }))
	var text strings.Builder
	var last error
	for seg, err := range extractor(t).Text(t.Context(), r, "", Limits{}) {
		text.WriteString(seg.Text)
		last = err
	}
	if !errors.Is(last, lost) || text.String() != "text before " {
		t.Errorf("Text gave %q and %v, want what came before and the reader's error", text.String(), last)
	}
}

func TestErrorsAreMinorOnlyForMembersWithoutText(t *testing.T) {
	for _, tt := range []struct {
		err  Error
		want bool
	}{
		{Error{Code: UnsupportedFileType}, false},
		{Error{Code: UnsupportedFileType, Location: Location{Path: "logo.png"}}, true},
		{Error{Code: UnsupportedFileType, Location: Location{Part: "2"}}, true},
		{Error{Code: PasswordProtected, Location: Location{Path: "a.zip"}}, false},
	} {
		if got := tt.err.Minor(); got != tt.want {
			t.Errorf("%+v.Minor() = %t, want %t", tt.err, got, tt.want)
		}
	}
}
