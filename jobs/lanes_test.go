package jobs_test

import (
	"context"
	"errors"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// starts is a handler that takes d and keeps the order in which jobs start.
func starts(d time.Duration) (handlers []jobs.Handler, order func() []jobs.Job) {
	var mu sync.Mutex // guards list
	var list []jobs.Job
	return text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
			mu.Lock()
			list = append(list, jobs.Job{Tenant: j.Tenant, ID: j.ID, Priority: j.Priority, Attempts: j.Attempts})
			mu.Unlock()
			return after(d)[0].Run(ctx, j)
		}), func() []jobs.Job {
			mu.Lock()
			defer mu.Unlock()
			return list
		}
}

func TestLanesArePickedSixThreeOne(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		handlers, order := starts(time.Millisecond)
		s := jobtest.Start(t, jobtest.Options{Processes: -1, Handlers: handlers, Jobs: jobs.Options{Concurrency: 1, Share: 1000}})
		for range 600 {
			for _, p := range []jobs.Priority{jobs.High, jobs.Normal, jobs.Low} {
				sub := jobtest.Text("acme")
				sub.Priority = p
				s.Submit(sub)
			}
		}
		s.Process()
		const n = 900 // all lanes still hold jobs
		for len(order()) < n {
			time.Sleep(100 * time.Millisecond)
		}
		picked := map[jobs.Priority]int{}
		for _, j := range order()[:n] {
			picked[j.Priority]++
		}
		for p, want := range map[jobs.Priority]float64{jobs.High: .6, jobs.Normal: .3, jobs.Low: .1} {
			// Three standard deviations and a little.
			if got := float64(picked[p]) / n; math.Abs(got-want) > .055 {
				t.Errorf("%.2f of the picks were %s, want %.2f", got, p, want)
			}
		}
	})
}

func TestRetriesGoBeforeTheBacklog(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		var mu sync.Mutex // guards between
		between, retried := 0, false
		s := jobtest.Start(t, jobtest.Options{Processes: -1, Jobs: jobs.Options{Concurrency: 1},
			Handlers: text(func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
				// Not with the lock: in a bubble time stands still while someone waits for one.
				time.Sleep(100 * time.Millisecond)
				mu.Lock()
				defer mu.Unlock()
				switch {
				case j.Tenant == "again" && j.Attempts == 1:
					return nil, &jobs.Error{Code: jobs.InternalError, RetryAfter: time.Second}
				case j.Tenant == "again":
					retried = true
				case !retried:
					between++
				}
				return done, nil
			})})
		j := s.Submit(jobtest.Text("again"))
		for range 200 {
			s.Submit(jobtest.Text("acme"))
		}
		s.Process()
		s.Wait(j)
		mu.Lock()
		defer mu.Unlock()
		if between > 15 {
			t.Errorf("%d waiting jobs went before a retry that was due after the time of 10", between)
		}
	})
}

func TestTenantAboveItsShareWaitsInLow(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		handlers, order := starts(50 * time.Millisecond)
		o.Handlers = handlers
		o.Processes = -1
		o.Jobs.Concurrency, o.Jobs.Share = 1, 10
		s := jobtest.Start(t, o)
		for range 300 {
			s.Submit(jobtest.Text("greedy"))
		}
		late := s.Submit(jobtest.Text("modest"))
		s.CheckPromises()
		s.Process()
		s.Wait(late)
		for i, j := range order() {
			if j.ID == late.ID {
				// At most the share of each shard, and as many of low, go before.
				if i > 80 {
					t.Errorf("%d jobs of the greedy tenant went before", i)
				}
				return
			}
		}
	})
}

func TestQueueTakesMaxWaitingJobsAndNoMore(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Jobs.MaxWaiting = 20
		o.Processes = -1
		s := jobtest.Start(t, o)
		for range 20 {
			s.Submit(jobtest.Text("acme"))
		}
		_, _, err := s.TrySubmit(jobtest.Text("acme"))
		if busy, ok := errors.AsType[*jobs.BusyError](err); !ok || busy.RetryAfter <= 0 {
			t.Fatalf("Submit above the limit = %v", err)
		}
		s.CheckPromises()
		s.Process()
		time.Sleep(2 * time.Second)
		_, _, _ = s.TrySubmit(jobtest.Text("acme")) // has the queue looked at again
		time.Sleep(2 * time.Second)
		if _, _, err := s.TrySubmit(jobtest.Text("acme")); err != nil {
			t.Errorf("Submit after the queue drained = %v", err)
		}
		time.Sleep(time.Second)
		s.CheckEnded()
	})
}

func TestSubmitIsRefusedWhileRedisIsAway(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Faults = new(jobtest.Faults)
		s := jobtest.Start(t, o)
		o.Faults.Away(true)
		start := time.Now()
		_, _, err := s.TrySubmit(jobtest.Text("acme"))
		if !errors.Is(err, jobs.ErrUnavailable) || time.Since(start) > 5*time.Second {
			t.Errorf("Submit = %v after %v", err, time.Since(start))
		}
		o.Faults.Away(false)
		s.Wait(s.Submit(jobtest.Text("acme")))
		s.CheckEnded()
	})
}

func TestOtherNumberOfShardsIsRefused(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		s := jobtest.Start(t, o)
		other := o.Jobs
		other.Shards++
		other.Redis = s.Server
		if _, err := jobs.Open(t.Context(), other); err == nil {
			t.Errorf("Open with %d shards over %d succeeded", other.Shards, o.Jobs.Shards)
		}
	})
}

func TestTypeThatOtherWorkersServeIsPassedOn(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		for range 3 {
			s.Process(jobs.Handler{Type: "invoice", Run: block})
		}
		s.Process()
		time.Sleep(time.Second)
		start := time.Now()
		var list []*jobs.Job
		for range 20 {
			list = append(list, s.Submit(jobtest.Text("acme")))
		}
		for _, j := range list {
			if got := s.Wait(j); got.State != jobs.Succeeded || got.Attempts != 1 {
				t.Errorf("job ended %s after %d attempts", got.State, got.Attempts)
			}
		}
		if took := time.Since(start); took > 10*time.Second {
			t.Errorf("it took %v until the only worker that serves the type had 20 jobs", took)
		}
		t.Logf("took %v", time.Since(start))
		s.CheckEnded()
	})
}

func TestTypeThatNobodyServesFails(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Handlers = []jobs.Handler{{Type: "invoice", Run: block}}
		o.Processes = -1
		s := jobtest.Start(t, o)
		gone := s.Process(jobtest.Echo())
		s.Process()
		time.Sleep(time.Second)
		gone.Stop()
		time.Sleep(15 * time.Second) // it counts as alive for a while
		if j := s.Wait(s.Submit(jobtest.Text("acme"))); j.State != jobs.Failed || j.Error.Code != jobs.UnsupportedJobType || j.Attempts != 1 {
			t.Errorf("job ended %s %v after %d attempts", j.State, j.Error, j.Attempts)
		}
		s.CheckEnded()
	})
}
