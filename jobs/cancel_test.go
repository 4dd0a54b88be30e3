package jobs_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

func TestCancelOfAWaitingJobKeepsItFromRunning(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		j := s.Submit(jobtest.Text("acme"))
		if got := s.Cancel(j); got.State != jobs.Canceled || got.Ended.IsZero() || !got.Started.IsZero() {
			t.Errorf("canceled job is %s, started %v, ended %v", got.State, got.Started, got.Ended)
		}
		s.CheckPromises()
		s.Process(text(func(context.Context, *jobs.Job) (*jobs.Result, error) {
			t.Error("a canceled job ran")
			return done, nil
		})...)
		time.Sleep(20 * time.Second)
		s.CheckEnded()
	})
}

func TestCancelStopsARunningJobAtOnce(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		var stopped time.Time
		var cause error
		o.Handlers = text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
			<-ctx.Done()
			stopped, cause = time.Now(), context.Cause(ctx)
			return done, nil // too late: the record has ended
		})
		s := jobtest.Start(t, o)
		j := s.Submit(jobtest.Text("acme"))
		time.Sleep(time.Second)
		asked := time.Now()
		if got := s.Cancel(j); got.State != jobs.Canceled || got.Result != nil {
			t.Errorf("canceled job is %s with result %s", got.State, got.Result)
		}
		s.CheckPromises()
		time.Sleep(time.Second)
		synctest.Wait() // a sleep alone orders nothing between the handler and here
		if cause != jobs.ErrCanceled || stopped.Sub(asked) > 100*time.Millisecond {
			t.Errorf("handler was stopped after %v by %v", stopped.Sub(asked), cause)
		}
		s.CheckEnded()
	})
}

func TestCancelReachesAWorkerThatMissedTheMessage(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		var cause atomic.Value
		o.Handlers = text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
			_, err := block(ctx, j)
			cause.Store(err)
			return nil, err
		})
		s := jobtest.Start(t, o)
		j := s.Submit(jobtest.Text("acme"))
		time.Sleep(time.Second)
		s.Processes()[0].Link.Cut()
		s.Cancel(j)
		s.Processes()[0].Link.Mend()
		time.Sleep(10 * time.Second) // the first heartbeats may meet broken connections
		if cause.Load() != jobs.ErrCanceled {
			t.Errorf("the handler was told %v", cause.Load())
		}
		s.CheckEnded()
	})
}

func TestCancelOfAJobBetweenAttemptsEndsIt(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		var runs atomic.Int32
		o.Handlers = text(func(context.Context, *jobs.Job) (*jobs.Result, error) {
			runs.Add(1)
			return nil, &jobs.Error{Code: jobs.HandlerFailed, RetryAfter: 10 * time.Second}
		})
		s := jobtest.Start(t, o)
		j := s.Submit(jobtest.Text("acme"))
		time.Sleep(5 * time.Second)
		if got := s.Cancel(j); got.State != jobs.Canceled || got.Error != nil {
			t.Errorf("canceled job is %s with error %v", got.State, got.Error)
		}
		time.Sleep(20 * time.Second)
		if n := runs.Load(); n != 1 {
			t.Errorf("the job ran %d times", n)
		}
		s.CheckEnded()
	})
}

func TestCancelOfAnEndedJob(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		s := jobtest.Start(t, o)
		j := s.Wait(s.Submit(jobtest.Text("acme")))
		if got, err := s.TryCancel(j); !errors.Is(err, jobs.ErrEnded) || got.State != jobs.Succeeded || string(got.Result) == "" {
			t.Errorf("Cancel of a succeeded job = %v, %v", got, err)
		}
		waiting := jobtest.Text("acme")
		waiting.Type = "nobody serves this, and nobody takes it"
		s.Processes()[0].Stop()
		j = s.Submit(waiting)
		first := s.Cancel(j)
		time.Sleep(time.Second)
		if again := s.Cancel(j); again.ETag() != first.ETag() {
			t.Errorf("canceling again made %s of %s", again.ETag(), first.ETag())
		}
		if _, err := s.Queue.Cancel(t.Context(), "acme", "0198c0de-0000-7000-8000-000000000000", ""); !errors.Is(err, jobs.ErrNotFound) {
			t.Errorf("Cancel of no job = %v", err)
		}
		s.CheckEnded()
	})
}

func TestCancelAndForgetHeedTheETag(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		old := s.Submit(jobtest.Text("acme"))
		s.Process(after(time.Hour)...)
		time.Sleep(time.Second)
		now := s.Get(old)
		for _, etag := range []string{old.ETag(), `"1"`, "W/", `W/"zz.1"`, `W/"1.1"`} {
			if got, err := s.Queue.Cancel(t.Context(), old.Tenant, old.ID, etag); !errors.Is(err, jobs.ErrChanged) || got == nil || got.ETag() != now.ETag() {
				t.Errorf("Cancel at %s = %v, %v", etag, got, err)
			}
			if err := s.Queue.Forget(t.Context(), old.Tenant, old.ID, etag); !errors.Is(err, jobs.ErrChanged) {
				t.Errorf("Forget at %s = %v", etag, err)
			}
		}
		if got := s.Get(old); got.ETag() != now.ETag() {
			t.Errorf("refused calls changed the job to %s", got.ETag())
		}
		got, err := s.Queue.Cancel(t.Context(), now.Tenant, now.ID, now.ETag())
		if err != nil || got.State != jobs.Canceled {
			t.Errorf("Cancel at its ETag = %v, %v", got, err)
		}
		// As a client does whose answer was lost.
		if again, err := s.Queue.Cancel(t.Context(), now.Tenant, now.ID, now.ETag()); err != nil || again.ETag() != got.ETag() {
			t.Errorf("the same Cancel again = %v, %v", again, err)
		}
		if err := s.Queue.Forget(t.Context(), old.Tenant, old.ID, got.ETag()); err != nil {
			t.Errorf("Forget at its ETag = %v", err)
		}
	})
}

func TestForgetLeavesNothingWhateverTheState(t *testing.T) {
	retry := text(func(context.Context, *jobs.Job) (*jobs.Result, error) {
		return nil, &jobs.Error{Code: jobs.HandlerFailed, RetryAfter: time.Hour}
	})
	for _, tt := range []struct {
		name     string
		handlers []jobs.Handler
		cancel   bool
	}{
		{name: "notStarted"},
		{name: "running", handlers: text(block)},
		{name: "waiting for a retry", handlers: retry},
		{name: "succeeded", handlers: []jobs.Handler{jobtest.Echo()}},
		{name: "failed", handlers: []jobs.Handler{{Type: "other", Run: block}}},
		{name: "canceled", cancel: true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			each(t, func(t *testing.T, o jobtest.Options) {
				o.Processes = -1
				s := jobtest.Start(t, o)
				j := s.Submit(jobtest.Text("acme"))
				if tt.handlers != nil {
					s.Process(tt.handlers...)
				}
				if tt.cancel {
					s.Cancel(j)
				}
				time.Sleep(time.Second)
				s.CheckPromises()
				s.Forget(j)
				s.CheckPromises()
				if _, err := s.Queue.Get(t.Context(), j.Tenant, j.ID); !errors.Is(err, jobs.ErrNotFound) {
					t.Errorf("Get of a forgotten job = %v", err)
				}
				if err := s.TryForget(j); !errors.Is(err, jobs.ErrNotFound) {
					t.Errorf("Forget of a forgotten job = %v", err)
				}
				if tt.handlers == nil {
					s.Process()
				}
				time.Sleep(10 * time.Second) // asynq drops the task by then
				if left := ours(s.Keys()); len(left) > 0 {
					t.Errorf("keys are left: %q", left)
				}
			})
		})
	}
}

func TestForgetWhoseAnswerWasLostFindsItsOwnWorkDone(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		j := s.Submit(jobtest.Text("acme"))
		s.Link.LoseAt(1)
		if err := s.TryForget(j); err != nil {
			t.Errorf("Forget, sent twice, = %v", err)
		}
		if err := s.TryForget(j); !errors.Is(err, jobs.ErrNotFound) {
			t.Errorf("Forget of a forgotten job = %v", err)
		}
	})
}

func TestJobCreatedAnewUnderItsIDIsAnotherJob(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		release := make(chan bool)
		var runs atomic.Int32
		o.Handlers = text(func(context.Context, *jobs.Job) (*jobs.Result, error) {
			if runs.Add(1) == 1 {
				<-release
				return &jobs.Result{JSON: []byte(`"of the first"`)}, nil
			}
			time.Sleep(10 * time.Second)
			return &jobs.Result{JSON: []byte(`"of the second"`)}, nil
		})
		s := jobtest.Start(t, o)
		sub := jobtest.Text("acme")
		sub.ID = "0198c0de-0000-7000-8000-000000000001"
		first := s.Submit(sub)
		time.Sleep(time.Second)
		s.Forget(first)
		second := s.Submit(sub)
		time.Sleep(time.Second)
		close(release)
		synctest.Wait()
		time.Sleep(time.Second)
		if got := s.Get(second); got.State != jobs.Running || got.ETag() == first.ETag() {
			t.Errorf("the second job is %s after the first one's end", got.State)
		}
		s.CheckPromises()
		if got := s.Wait(second); string(got.Result) != `"of the second"` {
			t.Errorf("the second job has the result %s", got.Result)
		}
		s.CheckEnded()
	})
}
