package jobs_test

import (
	"context"
	"errors"
	"net"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/embedded"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// afterTake calls f once, when a worker's first jobs were started, and has
// their worker not hear of it.
type afterTake struct {
	f    func()
	done atomic.Bool
}

func (h *afterTake) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h *afterTake) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		if c, ok := cmd.(*redis.Cmd); ok && err == nil {
			if list, ok := c.Val().([]any); ok && len(list) > 1 {
				// The layout is a list, too, of strings.
				if _, took := list[0].(int64); took && !h.done.Swap(true) {
					h.f()
					c.SetErr(jobtest.ErrFault)
					return jobtest.ErrFault
				}
			}
		}
		return err
	}
}

func (h *afterTake) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func TestJobWhoseStartWasNotAnsweredStartsAgainAsSoonAsRedisIsBack(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		var p *jobtest.Process
		var runs atomic.Int32
		s := jobtest.Start(t, jobtest.Options{
			Processes: -1,
			Jobs:      jobs.Options{Concurrency: 1, Hook: &afterTake{f: func() { p.Link.Cut() }}},
			Handlers: text(func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
				time.Sleep(10 * time.Millisecond)
				runs.Add(1)
				return done, nil
			}),
		})
		p = s.Process()
		time.Sleep(time.Second)
		j := s.Submit(jobtest.Text("first"))
		for range 500 {
			s.Submit(jobtest.Text("acme"))
		}
		time.Sleep(5 * time.Second)
		p.Link.Mend()
		if got := s.Wait(j); got.Attempts != 2 {
			t.Errorf("it took %d starts", got.Attempts)
		}
		if n := runs.Load(); n > 3 {
			t.Errorf("%d jobs ran up to the one that was taken first", n)
		}
		s.CheckPromises()
	})
}

func TestNoJobIsCalledUnsupportedBecauseRedisWasAway(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		faults := &jobtest.Faults{}
		s := jobtest.Start(t, jobtest.Options{Processes: -1, Faults: faults})
		for range 3 {
			s.Process(jobs.Handler{Type: "invoice", Run: block})
		}
		s.Process()
		time.Sleep(time.Second)
		faults.Away(true)
		time.Sleep(15 * time.Second)
		faults.Away(false)
		for range 10 {
			j := s.Submit(jobtest.Text("acme"))
			if got := s.Wait(j); got.State != jobs.Succeeded {
				t.Fatalf("job ended %s %v", got.State, got.Error)
			}
		}
		s.CheckEnded()
	})
}

// mute is a connection to a server that stopped answering while on.
type mute struct {
	net.Conn
	on *atomic.Bool
}

func (c mute) Write(p []byte) (int, error) {
	if c.on.Load() {
		return len(p), nil
	}
	return c.Conn.Write(p)
}

func TestSubmitDoesNotWaitLongForARedisThatHangs(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		server := embedded.Start()
		t.Cleanup(server.Close)
		o := server.Options()
		var on atomic.Bool
		dial := o.Dialer
		o.Dialer = func(ctx context.Context, network, addr string) (net.Conn, error) {
			c, err := dial(ctx, network, addr)
			return mute{c, &on}, err
		}
		s := jobtest.Start(t, jobtest.Options{Processes: -1, Jobs: jobs.Options{Redis: o}})
		on.Store(true)
		defer on.Store(false)
		for _, which := range []string{"first", "second"} {
			start := time.Now()
			_, _, err := s.TrySubmit(jobtest.Text("acme"))
			if took := time.Since(start); !errors.Is(err, jobs.ErrUnavailable) || took > 5*time.Second {
				t.Errorf("the %s Submit = %v after %v", which, err, took)
			}
		}
	})
}
