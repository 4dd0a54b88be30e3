package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

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
		// As many as chance may pick of each, so that all lanes still hold jobs.
		for p, some := range map[jobs.Priority]int{jobs.High: 600, jobs.Normal: 330, jobs.Low: 150} {
			for range some {
				sub := jobtest.Text("acme")
				sub.Priority = p
				s.Submit(sub)
			}
		}
		s.Process()
		const n = 900
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
		// Each worker that is asked is the one in one of four cases.
		if took := time.Since(start); took > 30*time.Second {
			t.Errorf("it took %v until the only worker that serves the type had 20 jobs", took)
		}
		t.Logf("took %v", time.Since(start))
		s.CheckEnded()
	})
}

func TestJobIsPassedOnTheMoreSeldomTheOlderItIsAndTheMoreWait(t *testing.T) {
	for _, tt := range []struct {
		age     time.Duration
		waiting int
		want    time.Duration
	}{
		{0, 0, 250 * time.Millisecond},
		{4 * time.Second, 250, 250 * time.Millisecond},
		{16 * time.Second, 250, time.Second},
		{16 * time.Second, 3000, 3 * time.Second},
		{160 * time.Second, 0, 10 * time.Second},
		{time.Hour, 0, 10 * time.Second},
		{time.Hour, 20_000, 20 * time.Second},
	} {
		jobtest.Bubble(t, func(t *testing.T) {
			s := jobtest.Start(t, jobtest.Options{Processes: -1})
			j := s.Submit(jobtest.Text("acme"))
			later := make([]redis.Z, tt.waiting)
			for i := range later {
				later[i] = redis.Z{Score: 1e18, Member: fmt.Sprint("acme/", i)}
			}
			if len(later) > 0 {
				s.Redis.ZAdd(t.Context(), "{s0}:due", later...)
			}
			time.Sleep(tt.age)
			const micros = 250_000
			v, err := s.Queue.Eval(t.Context(), jobs.TakeScript, []string{"asynq:{s0}normal}:pending", "asynq:{s0}normal}:paused"},
				1, "ann", micros, micros, micros, "{}", 1, "{s0}:j:", 2, 1, 0, "asynq:{s0}normal}:t:", "invoice")
			if got := fmt.Sprint(v); err != nil || got != fmt.Sprintf("[%d]", tt.want.Microseconds()) {
				t.Errorf("passed on at the age of %v with %d waiting: %s, %v; want %v", tt.age, tt.waiting, got, err, tt.want)
			}
			if got := s.Get(j); got.ETag() != j.ETag() || got.State != jobs.NotStarted {
				t.Errorf("passed on, it is %s with ETag %s, was %s", got.State, got.ETag(), j.ETag())
			}
		})
	}
}

func TestETagStaysWhileNothingThatClientsSeeChanges(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		o.Jobs.Concurrency = 1
		s := jobtest.Start(t, o)
		s.Process(after(15 * time.Second)...)
		time.Sleep(time.Second)
		s.Submit(jobtest.Text("acme"))
		time.Sleep(time.Second)
		s.Process(jobs.Handler{Type: "invoice", Run: block})
		time.Sleep(time.Second)
		j := s.Submit(jobtest.Text("acme"))
		time.Sleep(10 * time.Second)
		if delivered := strings.Fields(s.Redis.HGet(t.Context(), recordKey(t, s, j), "s").Val()); len(delivered) < 2 || delivered[1] != "a" {
			t.Fatalf("the job was not passed on: %q", delivered)
		}
		if got := s.Get(j); got.State != jobs.NotStarted || got.ETag() != j.ETag() {
			t.Errorf("passed on, it is %s with ETag %s, was %s", got.State, got.ETag(), j.ETag())
		}
		s.CheckPromises()
		s.Wait(j)
		s.CheckEnded()
	})
}

// recordKey is where the record of j lies.
func recordKey(t *testing.T, s *jobtest.System, j *jobs.Job) string {
	t.Helper()
	for _, key := range s.Keys() {
		if strings.HasSuffix(key, ":j:"+string(j.Tenant)+"/"+string(j.ID)) {
			return key
		}
	}
	t.Fatalf("job %s has no record", j.ID)
	return ""
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
