package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/jobs/jobtest"
)

// says runs a command that must leave with 0, and returns its output.
func says(t *testing.T, args ...string) string {
	t.Helper()
	out, err := command(t, args...).Output()
	if err != nil {
		t.Fatalf("%q: %v", args, err)
	}
	return string(out)
}

func TestOperatorsPauseAndResumeALane(t *testing.T) {
	t.Setenv("CLASSIFYD_REDIS", "redis://"+jobtest.Redis(t).Options().Addrs[0])
	d := start(t)
	if got, want := says(t, "pause", "--lane", "normal"), "lane normal is paused: workers take no further jobs out of it\n"; got != want {
		t.Errorf("pause says %q, want %q", got, want)
	}
	if got, want := says(t, "pause", "--lane", "normal"), ", as before\n"; !strings.HasSuffix(got, want) {
		t.Errorf("pause again says %q, want it to end in %q", got, want)
	}
	waiting := make(chan string)
	go func() { waiting <- d.classify(t, "write to ada.lovelace@example.org").Status }()
	overview := func() (o struct {
		Lanes []struct {
			Lane          string
			Depth         int
			OldestSeconds float64
			Paused        bool
		}
		Workers []struct{ Types []string }
	}) {
		if err := json.Unmarshal([]byte(says(t, "queues", "--json")), &o); err != nil {
			t.Fatal(err)
		}
		return o
	}
	o := overview()
	for o.Lanes[2].Depth == 0 {
		o = overview()
	}
	if normal := o.Lanes[2]; normal.Lane != "normal" || !normal.Paused || normal.OldestSeconds <= 0 || len(o.Workers) != 1 || len(o.Workers[0].Types) != 2 {
		t.Errorf("queues = %+v, want one job in the paused lane normal and a worker that serves two types", o)
	}
	if got, want := says(t, "resume", "--lane", "normal"), "lane normal is open: workers take jobs out of it\n"; got != want {
		t.Errorf("resume says %q, want %q", got, want)
	}
	if got := <-waiting; got != "succeeded" {
		t.Errorf("the job is %s after its lane was opened, want succeeded", got)
	}
	d.stop()
}
