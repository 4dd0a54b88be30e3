package jobs_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

func TestStopLetsRunsFinishAndTakesNoMore(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Jobs.Concurrency = 1
		o.Handlers = after(15 * time.Second)
		s := jobtest.Start(t, o)
		running, waiting := s.Submit(jobtest.Text("acme")), (*jobs.Job)(nil)
		time.Sleep(time.Second)
		waiting = s.Submit(jobtest.Text("acme"))
		start := time.Now()
		s.Processes()[0].Stop()
		if took := time.Since(start); took < 14*time.Second || took > 17*time.Second {
			t.Errorf("Work returned after %v", took)
		}
		if got := s.Get(running); got.State != jobs.Succeeded {
			t.Errorf("the run that was under way ended %s", got.State)
		}
		if got := s.Get(waiting); got.State != jobs.NotStarted {
			t.Errorf("the job that waited is %s", got.State)
		}
		s.CheckPromises()
		s.Process()
		s.Wait(waiting)
		s.CheckEnded()
	})
}

func TestStopHandsBackWhatDoesNotFinishAndThatCostsNothing(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Jobs.MaxAttempts = 1
		o.Jobs.Grace = 5 * time.Second
		o.Processes = -1
		s := jobtest.Start(t, o)
		var cause atomic.Value
		stubborn := text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
			_, err := block(ctx, j)
			cause.Store(err)
			return nil, err
		})
		j := s.Submit(jobtest.Text("acme"))
		for range 4 { // one more than lost starts would be allowed
			p := s.Process(stubborn...)
			time.Sleep(time.Second)
			p.Stop()
			if cause.Load() != jobs.ErrStopping {
				t.Errorf("the handler was told %v", cause.Load())
			}
			if got := s.Get(j); got.State != jobs.Running {
				t.Errorf("the job that was handed back is %s", got.State)
			}
			s.CheckPromises()
		}
		s.Process()
		start := time.Now()
		if got := s.Wait(j); got.State != jobs.Succeeded || got.Attempts != 5 || time.Since(start) > time.Second {
			t.Errorf("job ended %s after %d attempts and %v", got.State, got.Attempts, time.Since(start))
		}
		s.CheckEnded()
	})
}

func TestStopEndsThoughAHandlerIgnoresIt(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Jobs.Grace = 5 * time.Second
		o.Processes = -1
		s := jobtest.Start(t, o)
		stuck := make(chan bool)
		p := s.Process(text(func(context.Context, *jobs.Job) (*jobs.Result, error) { <-stuck; return done, nil })...)
		j := s.Submit(jobtest.Text("acme"))
		time.Sleep(time.Second)
		start := time.Now()
		p.Stop()
		if took := time.Since(start); took > 20*time.Second {
			t.Errorf("Work returned after %v", took)
		}
		s.Process()
		if got := s.Wait(j); got.State != jobs.Succeeded || got.Attempts != 2 {
			t.Errorf("job ended %s after %d attempts", got.State, got.Attempts)
		}
		close(stuck)
		time.Sleep(time.Second)
		s.CheckEnded()
	})
}

func TestRollingRestartLosesAndDoublesNothing(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Jobs.Grace = 2 * time.Second
		o.Jobs.Concurrency = 4
		o.Processes = 2
		var ended atomic.Int32
		o.Handlers = text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
			r, err := after(time.Duration(j.ID[35]%5) * time.Second)[0].Run(ctx, j)
			if err == nil {
				ended.Add(1)
			}
			return r, err
		})
		s := jobtest.Start(t, o)
		const n = 60
		var list []*jobs.Job
		for i := range n {
			list = append(list, s.Submit(jobtest.Text("acme")))
			time.Sleep(100 * time.Millisecond)
			if i%20 == 10 {
				s.Process()
				old := s.Processes()[i/20]
				old.Stop()
				s.CheckPromises()
			}
		}
		endInTime(t, s, list...)
		if got := ended.Load(); got != n {
			t.Errorf("%d runs came to an end for %d jobs", got, n)
		}
	})
}
