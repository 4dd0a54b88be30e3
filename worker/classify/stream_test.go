package classify_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/classify/types"
)

var byPointer = cmp.Comparer(func(a, b *classify.Type) bool { return a == b })

// streamed scans text in pieces that are so long, and windows that are.
func streamed(t *testing.T, e *classify.Engine, text string, piece, window int, opt classify.Options) *classify.Result {
	t.Helper()
	s, err := e.Stream(t.Context(), opt)
	if err != nil {
		t.Fatal(err)
	}
	s.SetWindow(window)
	for len(text) > 0 {
		n := min(piece, len(text))
		if err := s.Write(text[:n]); err != nil {
			t.Fatal(err)
		}
		text = text[n:]
	}
	res, err := s.Result()
	if err != nil {
		t.Fatal(err)
	}
	return res
}

// TestStreamFindsWhatAScanFinds has every sample of every type meet the borders
// of windows and pieces.
func TestStreamFindsWhatAScanFinds(t *testing.T) {
	t.Parallel()
	e := engine(t)
	var b strings.Builder
	for i, typ := range types.All() {
		for k, s := range typ.Finds {
			b.WriteString(s.Text)
			b.WriteString(strings.Repeat([]string{" lorem ipsum\n", "é ", "😀.\n", "4 ", "\u200b\n"}[(i+k)%5], (i*k)%90+1))
		}
		for _, s := range typ.Leaves {
			b.WriteString(s)
			b.WriteString("\n")
		}
	}
	text := b.String()
	want := scan(t, e, text, classify.Options{})
	if len(want.Findings) < 60 {
		t.Fatalf("the samples have only %d types in them", len(want.Findings))
	}
	for _, tt := range []struct{ piece, window int }{{64 << 10, 256 << 10}, {4093, 8 << 10}, {1, 8209}, {len(text), 1531}, {701, 701}} {
		got := streamed(t, e, text, tt.piece, tt.window, classify.Options{})
		if diff := cmp.Diff(want, got, byPointer, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("pieces of %d, windows of %d (-scan +stream):\n%.3000s", tt.piece, tt.window, diff)
		}
	}
}

func TestMatchAtTheBorderOfAWindowIsCountedOnce(t *testing.T) {
	t.Parallel()
	e := engine(t)
	const match = "card 😀 4111 1111 1111 1111 and jane.doe@mail.example.com"
	for at := -60; at <= 60; at++ {
		const window = 2048
		text := strings.Repeat(" ", 20*window+at) + match + strings.Repeat(" ", 20*window)
		res := streamed(t, e, text, 1000, window, classify.Options{})
		if len(res.Findings) != 2 || res.Findings[0].Count != 1 || res.Findings[1].Count != 1 || res.Findings[0].Matches[0].Offset != 20*window+at+8 {
			t.Errorf("%d from the border: %q", at, show(res))
		}
	}
}

func TestAdversarialTextsAreStreamedInLinearTime(t *testing.T) {
	t.Parallel()
	e := engine(t)
	for _, name := range slices.Sorted(maps.Keys(adversarial)) {
		text := adversarial[name](1 << 17)
		want, got := scan(t, e, text, classify.Options{}), streamed(t, e, text, 32<<10, 32<<10, classify.Options{})
		if len(want.Findings) != len(got.Findings) {
			t.Errorf("%s: %d types found in a stream, want %d", name, len(got.Findings), len(want.Findings))
			continue
		}
		// A chain without an end is resolved in parts: a few matches may differ.
		for i, f := range want.Findings {
			if d := got.Findings[i].Count - f.Count; d < -16 || d > 16 {
				t.Errorf("%s: %s is counted %d times in a stream, want %d", name, f.Type.Name, got.Findings[i].Count, f.Count)
			}
		}
	}
}

func TestStreamTellsWhereItsMatchesAre(t *testing.T) {
	s, err := engine(t).Stream(t.Context(), classify.Options{Types: []string{card}, MaxMatches: 3})
	if err != nil {
		t.Fatal(err)
	}
	s.SetWindow(1000)
	var kept []int
	s.Kept = func(offset int) {
		if offset < s.Held() {
			t.Errorf("a match at %d was kept behind %d, which is said to be done", offset, s.Held())
		}
		kept = append(kept, offset)
	}
	for range 10 {
		if err := s.Write("card 4111 1111 1111 1111 " + strings.Repeat(".", 75_000)); err != nil {
			t.Fatal(err)
		}
	}
	if s.Held() < 300_000 {
		t.Errorf("the stream still holds what stands at %d", s.Held())
	}
	res, err := s.Result()
	if err != nil {
		t.Fatal(err)
	}
	if want := []int{5, 75_030, 150_055}; !slices.Equal(kept, want) || res.Findings[0].Count != 10 {
		t.Errorf("kept %v of %d matches, want %v of 10", kept, res.Findings[0].Count, want)
	}
}

func TestStreamStopsWithItsContextAndKeepsWhatItFound(t *testing.T) {
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	s, err := engine(t).Stream(ctx, classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("card 4111 1111 1111 1111\n", 40_000)
	if err := s.Write(text); err != nil {
		t.Fatal(err)
	}
	cancel(cause)
	if err := s.Write(text); !errors.Is(err, cause) {
		t.Errorf("Write = %v, want the cause", err)
	}
	res, err := s.Result()
	if !errors.Is(err, cause) || !res.Partial || len(res.Findings) != 1 {
		t.Errorf("Result = %+v, %v, want a partial one and the cause", res, err)
	}
}

func TestUniqueValuesAreCountedUpToALimit(t *testing.T) {
	var b strings.Builder
	for i := range 10 {
		fmt.Fprintf(&b, "192.0.2.%d\n192.0.2.%d\n", i+10, i+10)
	}
	for _, tt := range []struct {
		limit, want int
		partial     bool
	}{{9, 9, true}, {10, 10, false}, {11, 10, false}} {
		res := scan(t, engine(t), b.String(), classify.Options{Types: []string{ipv4}, MaxUnique: tt.limit})
		if f := res.Findings[0]; f.UniqueCount != tt.want || f.Count != 20 || res.Partial != tt.partial {
			t.Errorf("limit %d: %d unique of %d, partial %t, want %d of 20, %t", tt.limit, f.UniqueCount, f.Count, res.Partial, tt.want, tt.partial)
		}
	}
}

func TestUnknownTypeEndsAStreamBeforeItBegins(t *testing.T) {
	_, err := engine(t).Stream(t.Context(), classify.Options{Types: []string{"x"}})
	if unknown, ok := errors.AsType[*classify.UnknownTypeError](err); !ok || unknown.ID != "x" {
		t.Errorf("Stream = %v, want an UnknownTypeError that names x", err)
	}
}

func TestStreamHoldsItsWindowAlone(t *testing.T) {
	s, err := engine(t).Stream(t.Context(), classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	piece := strings.Repeat("2026-11-23 card 4111 1111 1111 1111 déjà vu jane.doe@mail.example.com\n", 1000)
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	for range 100 {
		if err := s.Write(piece); err != nil {
			t.Fatal(err)
		}
	}
	runtime.GC()
	runtime.ReadMemStats(&after)
	if grown := int64(after.HeapAlloc) - int64(before.HeapAlloc); grown > 4<<20 {
		t.Errorf("the heap has grown by %d bytes over %d of text", grown, 100*len(piece))
	}
	if _, err := s.Result(); err != nil {
		t.Fatal(err)
	}
}

func BenchmarkStream(b *testing.B) {
	e := engine(b)
	piece := strings.Repeat("2026-11-23T19:56:07 INFO order 4711 shipped to the address of the customer, all is well\n", 1+(64<<10)/88)[:64<<10]
	b.SetBytes(16 << 20)
	for b.Loop() {
		s, err := e.Stream(b.Context(), classify.Options{})
		if err != nil {
			b.Fatal(err)
		}
		for range 256 {
			if err := s.Write(piece); err != nil {
				b.Fatal(err)
			}
		}
		if _, err := s.Result(); err != nil {
			b.Fatal(err)
		}
	}
}
