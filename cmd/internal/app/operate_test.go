package app

import (
	"bytes"
	"testing"
	"time"

	"github.com/classifyd/classifyd/jobs"
)

func TestQueuesAreShownAsATable(t *testing.T) {
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	o := &jobs.Overview{
		Lanes: []jobs.Lane{
			{Name: "high", Depth: 1, Oldest: 1500 * time.Microsecond},
			{Name: "low", Depth: 120, Held: 7, Oldest: 90*time.Minute + 400*time.Millisecond, Paused: true},
		},
		Running: 3,
		Workers: []jobs.Worker{{Host: "east", PID: 7, Started: now.Add(-time.Hour), Types: []string{"classifyText", "invoice"}, Running: 3, Concurrency: 16}},
	}
	var got bytes.Buffer
	if err := overviewTable(&got, o, now); err != nil {
		t.Fatal(err)
	}
	want := `LANE  WAITING  HELD  OLDEST   STATE
high  1        0     2ms      open
low   120      7     1h30m0s  paused

RUNNING  3

WORKER  UP      RUNNING  SERVES
east/7  1h0m0s  3 of 16  classifyText invoice
`
	if got.String() != want {
		t.Errorf("table\n%s\nwant\n%s", got.String(), want)
	}
}
