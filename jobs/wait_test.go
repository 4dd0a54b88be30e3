package jobs_test

import (
	"context"
	"errors"
	"net"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// after is a handler that takes d.
func after(d time.Duration) []jobs.Handler {
	return text(func(ctx context.Context, _ *jobs.Job) (*jobs.Result, error) {
		select {
		case <-time.After(d):
			return done, nil
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	})
}

func TestWaitReturnsWhenTheJobEnds(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Handlers = after(3 * time.Second)
		s := jobtest.Start(t, o)
		j := s.Submit(jobtest.Text("acme"))
		start := time.Now()
		j, err := s.Queue.Wait(t.Context(), j.Tenant, j.ID, "")
		if took := time.Since(start); err != nil || !j.Done() || took < 3*time.Second || took > 3100*time.Millisecond {
			t.Errorf("Wait = %v, %v after %v", j, err, took)
		}
	})
}

func TestWaitGivesTheJobAsItIsWhenItsTimeIsUp(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Handlers = after(time.Minute)
		s := jobtest.Start(t, o)
		j := s.Submit(jobtest.Text("acme"))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		j, err := s.Queue.Wait(ctx, j.Tenant, j.ID, "")
		if err != nil || j.State != jobs.Running {
			t.Errorf("Wait = %v, %v, want a running job", j, err)
		}
	})
}

func TestWaitWithETagReturnsAtTheNextChange(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		j := s.Submit(jobtest.Text("acme"))
		time.AfterFunc(20*time.Second, func() { s.Process(after(time.Minute)...) })
		start := time.Now()
		got, err := s.Queue.Wait(t.Context(), j.Tenant, j.ID, j.ETag())
		if took := time.Since(start); err != nil || got.State != jobs.Running || took < 20*time.Second || took > 21*time.Second {
			t.Errorf("Wait = %v, %v after %v", got, err, took)
		}
		if got.ETag() == j.ETag() {
			t.Errorf("ETag stays %s though the state changed", got.ETag())
		}
	})
}

func TestWatchYieldsEachChangeUntilTheEnd(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Handlers = text(func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
			time.Sleep(2 * time.Second)
			if j.Attempts == 1 {
				return nil, &jobs.Error{Code: jobs.HandlerFailed, RetryAfter: 4 * time.Second}
			}
			return done, nil
		})
		o.Processes = -1
		s := jobtest.Start(t, o)
		j := s.Submit(jobtest.Text("acme"))
		time.AfterFunc(time.Second, func() { s.Process() })
		var states []jobs.State
		etags := map[string]bool{}
		for j, err := range s.Queue.Watch(t.Context(), j.Tenant, j.ID) {
			if err != nil {
				t.Fatal(err)
			}
			if etags[j.ETag()] {
				t.Errorf("%s came twice", j.ETag())
			}
			etags[j.ETag()] = true
			if n := len(states); n == 0 || states[n-1] != j.State {
				states = append(states, j.State)
			}
		}
		if diff := cmp.Diff([]jobs.State{jobs.NotStarted, jobs.Running, jobs.Succeeded}, states); diff != "" {
			t.Errorf("states (-want +got):\n%s", diff)
		}
	})
}

func TestWatchEndsWhenTheJobIsForgotten(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Handlers = after(time.Minute)
		s := jobtest.Start(t, o)
		j := s.Submit(jobtest.Text("acme"))
		var forgetting sync.WaitGroup
		forgetting.Go(func() {
			time.Sleep(10 * time.Second)
			s.Forget(j)
		})
		start := time.Now()
		var last error
		for _, err := range s.Queue.Watch(t.Context(), j.Tenant, j.ID) {
			last = err
		}
		took := time.Since(start)
		forgetting.Wait() // Watch may end before Forget has its answer
		if !errors.Is(last, jobs.ErrNotFound) || took > 11*time.Second {
			t.Errorf("Watch ended with %v after %v", last, took)
		}
	})
}

func TestWaitNoticesTheEndThoughItsConnectionBroke(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Handlers = after(30 * time.Second)
		s := jobtest.Start(t, o)
		waiter := s.Process(jobs.Handler{Type: "other", Run: block})
		j := s.Submit(jobtest.Text("acme"))
		time.AfterFunc(12*time.Second, func() { waiter.Link.Cut(); waiter.Link.Mend() })
		start := time.Now()
		j, err := waiter.Queue.Wait(t.Context(), j.Tenant, j.ID, "")
		if took := time.Since(start); err != nil || !j.Done() || took > 36*time.Second {
			t.Errorf("Wait = %v, %v after %v", j, err, took)
		}
	})
}

func TestWaitOfNoJobIsNotFound(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		s := jobtest.Start(t, o)
		if _, err := s.Queue.Wait(t.Context(), "acme", "0198c0de-0000-7000-8000-000000000000", ""); !errors.Is(err, jobs.ErrNotFound) {
			t.Errorf("Wait = %v, want ErrNotFound", err)
		}
	})
}

// Outside of a bubble, where time stands still while someone waits for a lock,
// as go-redis has one around its dialling.
func TestWhoWaitsIsNotHeldUpByASubscriptionThatDoesNotStand(t *testing.T) {
	s := jobtest.Start(t, jobtest.Options{Processes: -1})
	j := s.Submit(jobtest.Text("acme"))
	opt := *s.Server
	dial := opt.Dialer
	back := make(chan struct{})
	var away atomic.Bool
	opt.Dialer = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if away.Load() {
			<-back
			return nil, errors.New("away")
		}
		return dial(ctx, network, addr)
	}
	q, err := jobs.Open(t.Context(), jobs.Options{Redis: &opt})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := q.Get(t.Context(), j.Tenant, j.ID); err != nil {
		t.Fatal(err)
	}
	away.Store(true)
	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
		if got, err := q.Wait(ctx, j.Tenant, j.ID, ""); err != nil || got.State != jobs.NotStarted {
			t.Errorf("Wait = %v, %v; want the job", got, err)
		}
		cancel()
	}
	close(back)
	if err := q.Close(); err != nil {
		t.Error(err)
	}
}
