package odata

import (
	"strings"
	"testing"
)

func TestCoverHoldsWhatMatches(t *testing.T) {
	for _, filter := range []string{
		"status eq 'failed' and type eq 'a' or status eq 'running' and creationDateTime lt 2026-01-31T12:00:00Z or type eq 'b'",
		"not (status eq 'failed' and type eq 'a' or creationDateTime ge 2026-01-31T12:00:00Z and type ne 'b')",
		"(type ne 'a' or status eq 'failed') and (type ne 'b' or creationDateTime gt 2026-01-31T12:00:00Z)",
		"endDateTime lt 2026-02-01T00:00:00Z and not (status eq 'failed' or endDateTime eq null)",
		"not (creationDateTime in (2026-01-31T12:00:00Z,2026-02-01T12:00:00Z) or type in ('a','b') or status gt 'n')",
		manyBoxes(MaxBoxes) + " or type ne 'a'",
		manyBoxes(40), "not (" + manyBoxes(40) + ")",
	} {
		e, err := ParseFilter(filter, jobs)
		if err != nil {
			t.Fatalf("ParseFilter(%q): %v", filter, err)
		}
		checkCover(t, e)
	}
}

func TestTooManyBoxesBecomeOne(t *testing.T) {
	for _, tt := range []struct {
		n, boxes int
		exact    bool
	}{
		{MaxBoxes, MaxBoxes, true},
		{MaxBoxes + 1, 1, false},
	} {
		e, err := ParseFilter(manyBoxes(tt.n), jobs)
		if err != nil {
			t.Fatal(err)
		}
		r := Cover(e, indexed...)
		if len(r.Boxes) != tt.boxes || r.Exact != tt.exact {
			t.Errorf("%d boxes are covered by %d, exact %t, want %d, %t", tt.n, len(r.Boxes), r.Exact, tt.boxes, tt.exact)
		}
	}
}

func TestHullIsExactForOneBoxOnly(t *testing.T) {
	for _, tt := range []struct {
		filter, want string
		exact, ok    bool
	}{
		{"status eq 'failed' and type eq 'a'", `{status in ["failed"], type in ["a"]}`, true, true},
		{"status eq 'failed' and attempts eq 1", `{status in ["failed"]}`, false, true},
		{"status eq 'failed' and type eq 'a' or status eq 'running' and type eq 'b'", `{status in ["failed" "running"], type in ["a" "b"]}`, false, true},
		{"status eq 'failed' or type eq 'b'", "{}", false, true},
		{"creationDateTime lt 2026-01-31T12:00:00Z or creationDateTime ge 2026-02-01T12:00:00Z", "{}", false, true},
		{"status eq 'paused'", "{}", true, false},
	} {
		e, err := ParseFilter(tt.filter, jobs)
		if err != nil {
			t.Fatalf("ParseFilter(%q): %v", tt.filter, err)
		}
		b, exact, ok := Cover(e, indexed...).Hull()
		if b.String() != tt.want || exact != tt.exact || ok != tt.ok {
			t.Errorf("the hull of %q is %s, exact %t, ok %t, want %s, %t, %t", tt.filter, b, exact, ok, tt.want, tt.exact, tt.ok)
		}
	}
}

func TestIDsCanBeLookedUp(t *testing.T) {
	e, err := ParseFilter("id in ('B','a') and status eq 'failed'", jobs)
	if err != nil {
		t.Fatal(err)
	}
	r := Cover(e, "id")
	if got, want := show(r), "{id in [\"a\" \"b\"]}\nthen match\n"; got != want {
		t.Errorf("Cover = %s, want %s", got, want)
	}
}

// manyBoxes is a filter that needs n boxes: times that do not touch.
func manyBoxes(n int) string {
	var times []string
	for i := range n {
		times = append(times, noon.AddDate(0, 0, i).Format("2006-01-02T15:04:05Z"))
	}
	return "creationDateTime in (" + strings.Join(times, ",") + ")"
}
