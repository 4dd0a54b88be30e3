package main

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

func TestDoctorMendsAndTells(t *testing.T) {
	server := jobtest.Redis(t)
	s := jobtest.Start(t, jobtest.Options{Processes: -1, Jobs: jobs.Options{Redis: server.Options()}})
	for range 1500 { // several steps
		s.Submit(jobtest.Text("acme"))
	}
	if err := s.Redis.Del(t.Context(), "{s0}:i:acme:notStarted/normal:classifyText").Err(); err != nil {
		t.Fatal(err)
	}
	type report struct {
		Keys          int64
		DryRun, Sound bool
		Found, Remain map[string]int
	}
	lost := map[string]int{"missing": 100} // the tenant's share of the lane; the others went to low
	for _, tt := range []struct {
		flags string
		code  int
		want  report
	}{
		{"--dry-run", 1, report{DryRun: true, Found: lost, Remain: lost}},
		{"", 0, report{Sound: true, Found: lost, Remain: map[string]int{}}},
		{"", 0, report{Sound: true, Found: map[string]int{}, Remain: map[string]int{}}},
	} {
		c := command(t, append([]string{"doctor", "--redis", "redis://" + server.Options().Addrs[0], "--json"}, strings.Fields(tt.flags)...)...)
		out, _ := c.Output()
		var got report
		if err := json.Unmarshal(out, &got); err != nil {
			t.Fatalf("doctor prints %s", out)
		}
		if got.Keys < 3000 {
			t.Errorf("%d keys, want a record and a task for each job", got.Keys)
		}
		got.Keys = 0
		if diff := cmp.Diff(tt.want, got); diff != "" || c.ProcessState.ExitCode() != tt.code {
			t.Errorf("doctor %s: exit code %d, want %d (-want +got):\n%s", tt.flags, c.ProcessState.ExitCode(), tt.code, diff)
		}
	}
	if n, err := s.Queue.Count(t.Context(), "acme", jobs.Query{}); n != 1500 || err != nil {
		t.Errorf("%d jobs are counted, %v", n, err)
	}
	if err := s.Redis.HSet(t.Context(), "{s0}:j:acme/odd", "s", "odd").Err(); err != nil {
		t.Fatal(err)
	}
	c := command(t, "doctor", "--redis", "redis://"+server.Options().Addrs[0])
	out, _ := c.Output()
	if !strings.Contains(string(out), "cannot be read:\n{s0}:j:acme/odd\n") || c.ProcessState.ExitCode() != 1 {
		t.Errorf("exit code %d, output %s", c.ProcessState.ExitCode(), out)
	}
	if err := command(t, "doctor").Run(); err == nil {
		t.Error("doctor without --redis succeeds")
	}
}
