package odata

import (
	"testing"
	"time"
)

// An item is what the tests match.
type item map[string]Value

func (i item) get(property string) Value { return i[property] }

var noon = time.Date(2026, 1, 31, 12, 0, 0, 0, time.UTC)

func TestMatchComparesItemWithFilter(t *testing.T) {
	waiting := item{
		"id":               OfString("0f8fad5b-d9cb-469f-a165-70867728950e"),
		"type":             OfString("classifyText"),
		"status":           OfString("notStarted"),
		"creationDateTime": OfTime(noon.Add(100 * time.Nanosecond)),
		"endDateTime":      OfTime(time.Time{}),
		"attempts":         OfInt(2),
	}
	for _, tt := range []struct {
		filter string
		want   bool
	}{
		{"status eq 'NOTSTARTED'", true},
		{"status ne 'notstarted'", false},
		{"status in ('failed','notStarted')", true},
		{"status in ('failed')", false},
		{"status eq null", false},
		{"type eq 'ClassifyText'", true},
		{"type eq 'classifytext2'", false},
		{"type gt 'classifyFile'", true},
		{"startswith(type,'classify')", true},
		{"startswith(type,'Classify')", false},
		{"startswith(status,'NOT')", true},
		{"startswith(status,'')", true},
		{"id eq 0F8FAD5B-D9CB-469F-A165-70867728950E", true},
		{"startswith(id,'0F8F')", true},
		{"creationDateTime gt 2026-01-31T12:00:00Z", true},
		{"creationDateTime eq 2026-01-31T15:00:00.0000001+03:00", true},
		{"creationDateTime le 2026-01-31T12:00:00Z", false},
		{"creationDateTime lt 2026-01-31T12:00:00.0000002Z", true},
		{"endDateTime eq null", true},
		{"endDateTime ne null", false},
		{"endDateTime ne 2026-01-31T12:00:00Z", true},
		{"endDateTime gt 2026-01-31T12:00:00Z", false},
		{"endDateTime le 2026-01-31T12:00:00Z", false},
		{"not (endDateTime gt 2026-01-31T12:00:00Z)", true},
		{"endDateTime in (2026-01-31T12:00:00Z,null)", true},
		{"attempts ge 2 and attempts le 2", true},
		{"attempts lt 2 or attempts gt 2", false},
		{"not (attempts eq 2) or true", true},
		{"startswith(type,'x') eq false", true},
		{"false", false},
	} {
		e, err := ParseFilter(tt.filter, jobs)
		if err != nil {
			t.Errorf("ParseFilter(%q): %v", tt.filter, err)
			continue
		}
		if got := Match(e, waiting.get); got != tt.want {
			t.Errorf("Match(%q) = %t, want %t", tt.filter, got, tt.want)
		}
	}
}

func TestNoFilterMatchesEverything(t *testing.T) {
	if !Match(nil, item{}.get) {
		t.Error("Match(nil) = false, want true")
	}
	if got, want := show(Cover(nil, indexed...)), "{}\n"; got != want {
		t.Errorf("Cover(nil) = %q, want %q", got, want)
	}
}
