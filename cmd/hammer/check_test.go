package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/classifyd/classifyd/cmd/hammer/fleet"
	"github.com/classifyd/classifyd/cmd/hammer/nemesis"
	"github.com/classifyd/classifyd/cmd/internal/app"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// TestMain lets the test binary be hammer, or the daemon that hammer starts.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && (os.Args[1] == daemonCommand || os.Args[1] == "check") {
		main()
		return
	}
	if len(os.Args) > 1 && os.Args[1] == "plain" { // the daemon as others run it
		os.Exit(app.Main(os.Args[2:]))
	}
	os.Exit(m.Run())
}

// try is a short trial of some faults.
func try(t *testing.T, d time.Duration, faults ...nemesis.Fault) *trial {
	t.Helper()
	jobtest.NeedRedis(t)
	name := "mixed"
	if len(faults) == 1 {
		name = faults[0].Name
	}
	return &trial{name: name, faults: faults, duration: d, seed: uint64(time.Now().UnixNano()), clients: 12, progress: t.Output()}
}

// keeps runs the trial and expects that all promises are kept.
func (tr *trial) keeps(t *testing.T) {
	t.Helper()
	got, err := tr.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, v := range got.Violations {
		t.Errorf("seed %d: %s", tr.seed, v)
	}
	if got.Accepted == 0 || got.runs == 0 {
		t.Errorf("%d faults struck, %d jobs accepted", got.runs, got.Accepted)
	}
	var table strings.Builder
	_ = writeFigures(&table, []figures{got})
	t.Logf("seed %d\n%s", tr.seed, &table)
}

func TestPromisesOutlastEveryFault(t *testing.T) {
	for _, f := range nemesis.Faults {
		t.Run(f.Name, func(t *testing.T) {
			t.Parallel()
			try(t, 3*time.Second, f).keeps(t)
		})
	}
}

func TestPromisesOutlastFaultsTogether(t *testing.T) {
	try(t, 15*time.Second, nemesis.Mixed()...).keeps(t)
}

// hammer runs this program as a user does.
func hammer(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self, args...)
	c.Env = append(os.Environ(), "TMPDIR="+t.TempDir()) // whoever is killed leaves files there
	c.Stderr = t.Output()
	return c
}

func TestCheckPrintsWhatItFound(t *testing.T) {
	jobtest.NeedRedis(t)
	var out bytes.Buffer
	c := hammer(t, "check", "--json", "--duration", "1s", "--faults", "script-flush")
	c.Stdout = &out
	if err := c.Run(); err != nil {
		t.Errorf("%v", err)
	}
	line := out.String()
	var fields map[string]any
	if err := json.Unmarshal(out.Bytes(), &fields); err != nil || len(fields) != 6 || strings.Count(line, "\n") != 1 ||
		!strings.HasPrefix(line, `{"accepted":`) || !strings.HasSuffix(line, `,"violations":[]}`+"\n") {
		t.Errorf("printed %q, %v", line, err)
	}
	if fields["accepted"] != fields["terminal"] || fields["accepted"] == 0.0 || fields["lost"] != 0.0 || fields["faults"] == 0.0 {
		t.Errorf("found %v", fields)
	}
}

func TestInterruptedCheckLeavesNoProcessBehind(t *testing.T) {
	jobtest.NeedRedis(t)
	for _, sig := range []syscall.Signal{syscall.SIGINT, syscall.SIGKILL} {
		c := hammer(t, "check", "--quick", "--json")
		started, w, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		// Whoever of its children lives has the other end of this pipe open.
		c.ExtraFiles = []*os.File{w}
		c.Stderr = nil
		stderr, err := c.StderrPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		w.Close()
		buf := make([]byte, 4096)
		for text := ""; !strings.Contains(text, " s  "); { // the first fault
			n, err := stderr.Read(buf)
			if err != nil {
				t.Fatalf("it said %q and ended", text)
			}
			text += string(buf[:n])
		}
		if err := c.Process.Signal(sig); err != nil {
			t.Fatal(err)
		}
		for err == nil {
			_, err = stderr.Read(buf)
		}
		err = c.Wait()
		if exit, ok := errors.AsType[*exec.ExitError](err); !ok || sig == syscall.SIGINT && exit.ExitCode() != 1 {
			t.Errorf("%v: left with %v", sig, err)
		}
		_ = started.SetReadDeadline(time.Now().Add(20 * time.Second))
		if _, err := started.Read(buf); err != io.EOF {
			t.Errorf("%v: a child of it lives on: %v", sig, err)
		}
		started.Close()
	}
}

func TestFlagsOfCheckThatCannotStand(t *testing.T) {
	for _, tt := range []struct {
		c    check
		want string
	}{
		{check{Duration: time.Second, Clients: 1, Redis: "redis://x"}, "--redis"},
		{check{Duration: time.Second, Clients: 1, URL: []string{"http://x"}, Faults: []string{"all"}}, "--faults"},
		{check{Duration: time.Second, Clients: 1, Faults: []string{"meteor"}}, "--faults"},
		{check{Clients: 1}, "--duration"},
		{check{Duration: time.Second}, "--clients"},
	} {
		if err := tt.c.Validate(); err == nil || !strings.HasPrefix(err.Error(), tt.want+": ") {
			t.Errorf("%+v: got %v", tt.c, err)
		}
	}
}

func TestServiceOfOthersIsChecked(t *testing.T) {
	jobtest.NeedRedis(t)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f, err := fleet.Start(ctx, fleet.Options{Command: []string{self, "plain"}})
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	c := &check{URL: f.Bases(), Redis: "redis://" + f.Redis.Addr, Duration: 2 * time.Second, Clients: 4}
	got, err := c.foreign(ctx)
	if err != nil || len(got.Violations) > 0 || got.Accepted == 0 || got.Accepted != got.Terminal {
		t.Errorf("got %+v, %v", got.Report, err)
	}
}
