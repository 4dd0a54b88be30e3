package jobs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

func TestMain(m *testing.M) { jobtest.Main(m) }

// each runs f in a bubble of its own for every layout that matters.
func each(t *testing.T, f func(t *testing.T, o jobtest.Options)) {
	for _, shards := range []int{1, 3} {
		t.Run(fmt.Sprintf("shards=%d", shards), func(t *testing.T) {
			jobtest.Bubble(t, func(t *testing.T) {
				f(t, jobtest.Options{Jobs: jobs.Options{Shards: shards}})
			})
		})
	}
}

// text is the handler of jobtest.TypeText that calls run.
func text(run func(ctx context.Context, j *jobs.Job) (*jobs.Result, error)) []jobs.Handler {
	return []jobs.Handler{{Type: jobtest.TypeText, Run: run}}
}

// done is a result that says nothing.
var done = &jobs.Result{JSON: json.RawMessage(`{}`)}

// block runs until its context ends.
func block(ctx context.Context, _ *jobs.Job) (*jobs.Result, error) {
	<-ctx.Done()
	return nil, context.Cause(ctx)
}

func TestJobRunsToItsResult(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Handlers = text(func(context.Context, *jobs.Job) (*jobs.Result, error) {
			time.Sleep(time.Second)
			return &jobs.Result{JSON: json.RawMessage(`{"n":1}`)}, nil
		})
		s := jobtest.Start(t, o)
		j := s.Submit(jobtest.Text("acme"))
		if j.State != jobs.NotStarted || j.Version() != 1 {
			t.Errorf("new job is %s at version %d", j.State, j.Version())
		}
		s.CheckPromises()
		time.Sleep(500 * time.Millisecond)
		if got := s.Get(j); got.State != jobs.Running || got.Started.IsZero() || !got.Ended.IsZero() {
			t.Errorf("job at work is %s, started %v, ended %v", got.State, got.Started, got.Ended)
		}
		s.CheckPromises()
		got := s.Wait(j)
		if got.State != jobs.Succeeded || string(got.Result) != `{"n":1}` || got.Attempts != 1 || got.Progress != 100 {
			t.Errorf("job ended %s %s after %d attempts, progress %d", got.State, got.Result, got.Attempts, got.Progress)
		}
		if took := got.Ended.Sub(got.Started); took < time.Second || took > 1100*time.Millisecond {
			t.Errorf("job took %v, want a second", took)
		}
		s.CheckEnded()
	})
}

func TestHandlerIsGivenWhatWasSubmitted(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		sub := jobtest.Text("acme")
		sub.User, sub.Trace, sub.ClientRequestID, sub.Priority = "ann b", "00-ab-cd-01", "r 1", jobs.High
		type seen struct {
			Tenant               jobs.Tenant
			ID                   jobs.ID
			User, Trace, Request string
			ClientRequestID      string
			Priority             jobs.Priority
			Attempts             int
		}
		see := func(j *jobs.Job) seen {
			return seen{j.Tenant, j.ID, j.User, j.Trace, string(j.Request), j.ClientRequestID, j.Priority, j.Attempts}
		}
		saw := make(chan seen, 1)
		o.Handlers = text(func(_ context.Context, j *jobs.Job) (*jobs.Result, error) { saw <- see(j); return done, nil })
		s := jobtest.Start(t, o)
		j := s.Wait(s.Submit(sub))
		want := see(j)
		want.Request = string(sub.Request)
		if diff := cmp.Diff(want, <-saw); diff != "" {
			t.Errorf("handler saw (-want +got):\n%s", diff)
		}
	})
}

func TestErrorOfAHandlerDecidesHowItsJobFails(t *testing.T) {
	for _, tt := range []struct {
		name     string
		err      error
		code     jobs.Code
		message  string
		attempts int
	}{
		{"coded", &jobs.Error{Code: jobs.ExtractionFailed, Message: "the file is damaged"}, jobs.ExtractionFailed, "the file is damaged", 3},
		{"coded and permanent", jobs.Permanent(&jobs.Error{Code: jobs.InvalidContent, Message: "no text"}), jobs.InvalidContent, "no text", 1},
		{"foreign", errors.New("cannot read " + jobtest.Secret), jobs.HandlerFailed, "the handler failed", 3},
		{"foreign and permanent", jobs.Permanent(errors.New(jobtest.Secret)), jobs.HandlerFailed, "the handler failed", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			each(t, func(t *testing.T, o jobtest.Options) {
				o.Handlers = text(func(context.Context, *jobs.Job) (*jobs.Result, error) { return nil, tt.err })
				s := jobtest.Start(t, o)
				j := s.Wait(s.Submit(jobtest.Text("acme")))
				if j.State != jobs.Failed || j.Attempts != tt.attempts || j.Error == nil {
					t.Fatalf("job ended %s after %d attempts with %v, want failed after %d", j.State, j.Attempts, j.Error, tt.attempts)
				}
				if j.Error.Code != tt.code || j.Error.Message != tt.message || len(j.Error.Details) != tt.attempts {
					t.Errorf("error = %s %q with %d details", j.Error.Code, j.Error.Message, len(j.Error.Details))
				}
				s.CheckEnded()
			})
		})
	}
}

func TestRetryComesOnTime(t *testing.T) {
	for _, tt := range []struct {
		name        string
		err         *jobs.Error
		least, most time.Duration
	}{
		{"within the back-off", &jobs.Error{Code: jobs.HandlerFailed}, 0, time.Second},
		{"sooner for our own errors", &jobs.Error{Code: jobs.InternalError}, 0, 250 * time.Millisecond},
		{"not before RetryAfter", &jobs.Error{Code: jobs.HandlerFailed, RetryAfter: 7 * time.Second}, 7 * time.Second, 7 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			each(t, func(t *testing.T, o jobtest.Options) {
				var starts []time.Time
				o.Handlers = text(func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
					starts = append(starts, time.Now())
					if j.Attempts == 1 {
						return nil, tt.err
					}
					return done, nil
				})
				s := jobtest.Start(t, o)
				j := s.Submit(jobtest.Text("acme"))
				time.Sleep(tt.least / 2)
				if got := s.Get(j); tt.least > 0 && (got.State != jobs.Running || got.Error != nil) {
					t.Errorf("between attempts the job shows as %s with error %v", got.State, got.Error)
				}
				s.CheckPromises()
				j = s.Wait(j)
				if j.State != jobs.Succeeded || j.Attempts != 2 {
					t.Fatalf("job ended %s after %d attempts", j.State, j.Attempts)
				}
				if wait := starts[1].Sub(starts[0]); wait < tt.least || wait > tt.most+20*time.Millisecond {
					t.Errorf("second attempt came after %v, want %v to %v", wait, tt.least, tt.most)
				}
				if !j.Started.Before(starts[1]) {
					t.Errorf("start time is %v, not that of the first start", j.Started)
				}
				s.CheckEnded()
			})
		})
	}
}

// logBuffer is a logger whose lines can be read.
func logBuffer() (*slog.Logger, func() string) {
	var mu sync.Mutex
	var b bytes.Buffer
	return slog.New(slog.NewTextHandler(writerFunc(func(p []byte) (int, error) {
			mu.Lock()
			defer mu.Unlock()
			return b.Write(p)
		}), nil)), func() string {
			mu.Lock()
			defer mu.Unlock()
			return b.String()
		}
}

type writerFunc func([]byte) (int, error)

func (f writerFunc) Write(p []byte) (int, error) { return f(p) }

type secretive struct{ s string }

func TestPanicFailsTheAttemptAndItsValueIsToldNowhere(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		var log func() string
		o.Jobs.Log, log = logBuffer()
		o.Handlers = text(func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
			panic(secretive{string(j.Request)})
		})
		s := jobtest.Start(t, o)
		j := s.Wait(s.Submit(jobtest.Text("acme")))
		if j.State != jobs.Failed || j.Error.Code != jobs.HandlerFailed || j.Attempts != 3 {
			t.Errorf("job ended %s %v after %d attempts", j.State, j.Error, j.Attempts)
		}
		if l := log(); strings.Contains(l, jobtest.Secret) || !strings.Contains(l, "jobs_test.secretive") || !strings.Contains(l, "run_test.go") {
			t.Errorf("log must have the type and the stack of the panic and not its value:\n%s", l)
		}
		s.CheckEnded()
	})
}

func TestRunThatTakesTooLongEndsTimeout(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		var cause error
		o.Handlers = text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
			_, err := block(ctx, j)
			cause = err
			return nil, ctx.Err()
		})
		o.Handlers[0].Limit = 15 * time.Second
		s := jobtest.Start(t, o)
		j := s.Submit(jobtest.Text("acme"))
		time.Sleep(14 * time.Second)
		if got := s.Get(j); got.State != jobs.Running {
			t.Errorf("before its limit the job is %s", got.State)
		}
		j = s.Wait(j)
		if j.State != jobs.Failed || j.Error.Code != jobs.TimedOut || j.Attempts != 1 || cause != jobs.ErrTimeout {
			t.Errorf("job ended %s %v after %d attempts, the handler was told %v", j.State, j.Error, j.Attempts, cause)
		}
		s.CheckEnded()
	})
}

func TestHandlerThatIgnoresItsContextLosesItsSlot(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		var log func() string
		o.Jobs.Log, log = logBuffer()
		o.Jobs.Concurrency = 1
		o.Jobs.Limit = 10 * time.Second
		stuck := make(chan bool)
		o.Handlers = text(func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
			if j.Tenant == "stubborn" {
				<-stuck
			}
			return done, nil
		})
		s := jobtest.Start(t, o)
		first := s.Submit(jobtest.Text("stubborn"))
		time.Sleep(time.Second)
		second := s.Submit(jobtest.Text("acme"))
		time.Sleep(15 * time.Second)
		if j := s.Get(first); j.State != jobs.Failed || j.Error.Code != jobs.TimedOut {
			t.Errorf("job of the stuck handler is %s %v", j.State, j.Error)
		}
		if !strings.Contains(log(), "its slot is lost") {
			t.Error("the lost slot is not reported")
		}
		time.Sleep(15 * time.Second)
		if j := s.Get(second); j.State != jobs.NotStarted {
			t.Errorf("next job is %s while the only slot is lost", j.State)
		}
		s.CheckPromises()
		close(stuck)
		if j := s.Wait(second); j.State != jobs.Succeeded {
			t.Errorf("next job ended %s", j.State)
		}
		s.CheckEnded()
	})
}

func TestProgressIsSeenWithinAHeartbeat(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Handlers = text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
			jobs.Progress(ctx, 40)
			time.Sleep(5 * time.Second)
			jobs.Progress(ctx, 900)
			time.Sleep(5 * time.Second)
			return done, nil
		})
		s := jobtest.Start(t, o)
		j := s.Submit(jobtest.Text("acme"))
		for _, want := range []int{40, 100} {
			time.Sleep(4 * time.Second)
			if got := s.Get(j); got.Progress != want {
				t.Errorf("progress = %d, want %d", got.Progress, want)
			}
			time.Sleep(time.Second)
			s.CheckPromises()
		}
		s.Wait(j)
		s.CheckEnded()
	})
}

func TestJobThatIsNotStartedInTimeExpires(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Jobs.MaxWait = 20 * time.Second
		o.Jobs.Concurrency = 1
		o.Handlers = text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
			time.Sleep(30 * time.Second)
			return done, nil
		})
		s := jobtest.Start(t, o)
		first := s.Submit(jobtest.Text("acme"))
		time.Sleep(time.Second)
		second := s.Submit(jobtest.Text("acme"))
		time.Sleep(19 * time.Second)
		if got := s.Get(second); got.State != jobs.NotStarted {
			t.Errorf("before its time the job is %s", got.State)
		}
		time.Sleep(5 * time.Second)
		if got := s.Get(second); got.State != jobs.Failed || got.Error.Code != jobs.Expired || got.Attempts != 0 {
			t.Errorf("job that waited too long is %s %v after %d attempts", got.State, got.Error, got.Attempts)
		}
		if got := s.Wait(first); got.State != jobs.Succeeded {
			t.Errorf("job that started in time ended %s", got.State)
		}
		s.CheckEnded()
	})
}
