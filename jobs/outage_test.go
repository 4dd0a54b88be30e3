package jobs_test

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// afterTake calls f once, when a worker has taken its first task.
type afterTake struct {
	f    func()
	done atomic.Bool
}

func (h *afterTake) DialHook(next redis.DialHook) redis.DialHook { return next }

func (h *afterTake) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		// Only the script that takes a task returns more than OK.
		if c, ok := cmd.(*redis.Cmd); ok && err == nil {
			if text, ok := c.Val().(string); ok && text != "OK" && !h.done.Swap(true) {
				h.f()
			}
		}
		return err
	}
}

func (h *afterTake) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func TestJobTakenAsRedisGoesAwayStartsAsSoonAsItIsBack(t *testing.T) {
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
		time.Sleep(10 * time.Second)
		p.Link.Mend()
		if got := s.Wait(j); got.Attempts != 1 {
			t.Errorf("it took %d starts", got.Attempts)
		}
		if n := runs.Load(); n > 3 {
			t.Errorf("%d jobs ran up to the one that was taken first", n)
		}
		s.CheckPromises()
	})
}
