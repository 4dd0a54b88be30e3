package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// A fault makes the n-th command of a system fail in one of three ways.
type fault struct {
	name   string
	strike func(s *jobtest.System, f *jobtest.Faults, n int)
	sent   func(s *jobtest.System, f *jobtest.Faults) int
}

var faults = []fault{
	{"undone", func(_ *jobtest.System, f *jobtest.Faults, n int) { f.FailAt(n, jobtest.Before) },
		func(_ *jobtest.System, f *jobtest.Faults) int { return f.Sent() }},
	{"done", func(_ *jobtest.System, f *jobtest.Faults, n int) { f.FailAt(n, jobtest.After) },
		func(_ *jobtest.System, f *jobtest.Faults) int { return f.Sent() }},
	// The client sends a command again whose answer it did not get.
	{"sent twice by the producer", func(s *jobtest.System, _ *jobtest.Faults, n int) { s.Link.LoseAt(n) },
		func(s *jobtest.System, _ *jobtest.Faults) int { return s.Link.Sent() }},
	{"sent twice by the worker", func(s *jobtest.System, _ *jobtest.Faults, n int) { worker(s).LoseAt(n) },
		func(s *jobtest.System, _ *jobtest.Faults) int { return worker(s).Sent() }},
}

func worker(s *jobtest.System) *jobtest.Link { return s.Processes()[len(s.Processes())-1].Link }

// sweepFaults runs story once for every command in it and every way in which
// that command can fail. story calls strike where the counting begins, and
// what that returns where it ends.
func sweepFaults(t *testing.T, story func(t *testing.T, strike func(*jobtest.System, *jobtest.Faults) (end func()))) {
	for _, f := range faults {
		t.Run(f.name, func(t *testing.T) {
			t.Parallel()
			for n, most := 0, 0; n <= most && !t.Failed(); n++ {
				t.Run(fmt.Sprintf("command=%d", n), func(t *testing.T) {
					jobtest.Bubble(t, func(t *testing.T) {
						story(t, func(s *jobtest.System, hook *jobtest.Faults) func() {
							f.strike(s, hook, n)
							return func() {
								most = max(most, f.sent(s, hook))
								f.strike(s, hook, 0)
							}
						})
					})
				})
			}
		})
	}
}

// insist asks again while the store does not answer.
func insist(t *testing.T, what string, ask func() error) {
	t.Helper()
	for range 3 {
		err := ask()
		if err == nil {
			return
		}
		if !errors.Is(err, jobs.ErrUnavailable) {
			t.Errorf("%s: %v", what, err)
			return
		}
	}
	t.Errorf("%s: no answer though only one command failed", what)
}

// endInTime waits until these, the last jobs of s, have ended, for as long as
// a lost run may take, and checks all promises once late-comers had their time.
func endInTime(t *testing.T, s *jobtest.System, list ...*jobs.Job) {
	t.Helper()
	start := time.Now()
	for _, j := range list {
		s.Wait(j)
	}
	if took := time.Since(start); took > 15*time.Second {
		t.Errorf("it took %v until all jobs had ended", took)
	}
	time.Sleep(2 * time.Second)
	s.CheckEnded()
}

func TestNoPromiseBreaksWhicheverCommandFails(t *testing.T) {
	handlers := text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
		switch j.Tenant {
		case "again":
			if j.Attempts == 1 {
				return nil, &jobs.Error{Code: jobs.InternalError}
			}
		case "never":
			return nil, jobs.Permanent(&jobs.Error{Code: jobs.InvalidContent, Message: "no"})
		case "long":
			return block(ctx, j)
		}
		return done, nil
	})
	sweepFaults(t, func(t *testing.T, strike func(*jobtest.System, *jobtest.Faults) func()) {
		hook := new(jobtest.Faults)
		s := jobtest.Start(t, jobtest.Options{Faults: hook, Handlers: handlers, Jobs: jobs.Options{TenantBytes: plenty}})
		time.Sleep(100 * time.Millisecond)
		end := strike(s, hook)
		sent := map[jobs.Tenant]*jobs.Job{}
		for i, tenant := range []jobs.Tenant{"once", "again", "never", "long"} {
			sub := jobtest.Text(tenant)
			sub.Key = fmt.Sprint("key ", i)
			insist(t, "submit", func() error {
				j, _, err := s.TrySubmit(sub)
				sent[tenant] = j
				return err
			})
			s.CheckPromises()
		}
		time.Sleep(500 * time.Millisecond)
		s.CheckPromises()
		insist(t, "cancel", func() error { _, err := s.TryCancel(sent["long"]); return err })
		s.CheckPromises()
		time.Sleep(2 * time.Second)
		s.CheckPromises()
		end()
		endInTime(t, s, sent["once"], sent["again"], sent["never"], sent["long"])
		for tenant, want := range map[jobs.Tenant]jobs.State{"once": jobs.Succeeded, "again": jobs.Succeeded, "never": jobs.Failed, "long": jobs.Canceled} {
			if got := s.Get(sent[tenant]); got.State != want {
				t.Errorf("job %s ended %s, want %s", tenant, got.State, want)
			}
		}
	})
}

func TestNoPromiseBreaksWhicheverCommandOfASweepFails(t *testing.T) {
	sweepFaults(t, func(t *testing.T, strike func(*jobtest.System, *jobtest.Faults) func()) {
		hook := new(jobtest.Faults)
		s := jobtest.Start(t, jobtest.Options{Faults: hook, Processes: -1,
			// The doomed process, which Redis does not hear of any more, shall not try for long.
			Jobs: jobs.Options{Retention: 20 * time.Second, MaxWait: 25 * time.Second, Grace: time.Millisecond, Patience: time.Millisecond}})
		ended := s.Submit(jobtest.Text("ended"))
		s.Cancel(ended)
		lost := s.Submit(jobtest.Text("lost"))
		doomed := s.Process(text(block)...)
		time.Sleep(1500 * time.Millisecond) // its next look is at the full second
		doomed.Kill()
		late := s.Submit(jobtest.Text("late"))
		time.Sleep(10 * time.Second)
		if _, err := s.Queue.Sweep(t.Context()); err != nil { // grants the leases some more time
			t.Fatal(err)
		}
		time.Sleep(8 * time.Second)
		if _, err := s.Queue.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(8 * time.Second)
		end := strike(s, hook)
		for range 3 {
			insist(t, "sweep", func() error { _, err := s.Queue.Sweep(t.Context()); return err })
			s.CheckPromises()
		}
		end()
		if _, err := s.Queue.Get(t.Context(), ended.Tenant, ended.ID); !errors.Is(err, jobs.ErrNotFound) {
			t.Errorf("Get of a job whose retention is over = %v", err)
		}
		if got := s.Get(late); got.State != jobs.Failed || got.Error.Code != jobs.Expired {
			t.Errorf("job that waited too long is %s", got.State)
		}
		s.Process()
		endInTime(t, s, lost)
		if got := s.Get(lost); got.State != jobs.Succeeded || got.Attempts != 2 {
			t.Errorf("job of the dead worker is %s after %d attempts", got.State, got.Attempts)
		}
	})
}
