package main

import (
	"context"
	"encoding/json"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"

	"github.com/classifyd/classifyd/jobs"
)

// drainContest compares one process of ours, which claims and settles every
// job, with one bare server whose handler does nothing.
func drainContest() contest {
	concurrency := []int{10, 100} // of the bare server: of both, from the first round on the better
	return contest{
		name: "drain", quick: 2, long: 4,
		rows: []row{
			{Name: "drain of queued jobs", Unit: "jobs/s", Goal: 1.2},
			{Name: "drain, our CPU", Unit: "µs/job", Lower: true, Detail: true},
			{Name: "drain, CPU of Redis", Unit: "µs/job", Lower: true, Detail: true},
		},
		ours: func(ctx context.Context, a *arena) ([]float64, error) {
			n := a.pick(100_000, 12_000)
			q, err := jobs.Open(ctx, a.ours(n))
			if err != nil {
				return nil, err
			}
			defer q.Close()
			if err := fill(ctx, q, n); err != nil {
				return nil, err
			}
			return a.drain(ctx, n, func(ctx context.Context, drained func() error) error {
				return drainOurs(ctx, q, tenant, n, drained)
			})
		},
		bare: func(ctx context.Context, a *arena) ([]float64, error) {
			n := a.pick(100_000, 12_000)
			c := asynq.NewClient(a.redis.asynqOptions())
			defer c.Close()
			var best []float64
			better := 0
			for _, concurrency := range concurrency {
				if err := enqueue(ctx, c, n); err != nil {
					return nil, err
				}
				v, err := a.drain(ctx, n, func(ctx context.Context, drained func() error) error {
					srv := asynq.NewServer(a.redis.asynqOptions(), bareConfig(concurrency))
					return drainBare(ctx, srv, a.redis, nil, n, drained)
				})
				if err != nil {
					return nil, err
				}
				if best == nil || v[0] > best[0] {
					best, better = v, concurrency
				}
			}
			concurrency = []int{better}
			return best, nil
		},
	}
}

// drain measures run until it calls drained: what follows is its shutdown.
func (a *arena) drain(ctx context.Context, n int, run func(ctx context.Context, drained func() error) error) ([]float64, error) {
	m, err := a.meter(ctx)
	if err != nil {
		return nil, err
	}
	var u usage
	err = run(ctx, func() (err error) {
		u, err = m.stop(ctx, n)
		return err
	})
	return []float64{u.perSecond, u.cpu, u.redis}, err
}

// ours are the options with which n jobs of one tenant stay in the lanes that
// their priorities name.
func (a *arena) ours(n int) jobs.Options {
	return jobs.Options{Redis: a.redis.options(), Share: n + 1, MaxWaiting: 2 * n}
}

// fill queues n jobs, a third in each lane.
func fill(ctx context.Context, q *jobs.Queue, n int) error {
	lanes := []jobs.Priority{jobs.High, jobs.Normal, jobs.Low}
	return each(ctx, n, func(ctx context.Context, i int) error {
		_, _, err := q.Submit(ctx, jobs.Submission{Tenant: tenant, Type: jobType, Request: content, Priority: lanes[i%len(lanes)]})
		return err
	})
}

// result is what a job that does nothing leaves.
var result = json.RawMessage(`{"classification":[]}`)

// drainOurs works until n jobs of t have ended, as their records say,
// and calls drained then.
func drainOurs(ctx context.Context, q *jobs.Queue, t jobs.Tenant, n int, drained func() error) error {
	ctx, cancel := context.WithCancel(ctx)
	var wg sync.WaitGroup
	defer wg.Wait()
	defer cancel()
	wg.Go(func() { _ = q.Maintain(ctx) }) // its errors are of no account here: the jobs end or they do not
	var ran atomic.Int64
	failed := make(chan error, 1)
	wg.Go(func() {
		failed <- q.Work(ctx, []jobs.Handler{{Type: jobType, Run: func(context.Context, *jobs.Job) (*jobs.Result, error) {
			ran.Add(1)
			return &jobs.Result{JSON: result}, nil
		}}})
	})
	err := poll(ctx, failed, func() (bool, error) {
		if ran.Load() < int64(n) {
			return false, nil
		}
		ended, err := q.Count(ctx, t, jobs.Query{Boxes: []jobs.Box{{States: []jobs.State{jobs.Succeeded}}}})
		return ended == int64(n), err
	})
	if err != nil {
		return err
	}
	return drained()
}

// enqueue queues n bare tasks.
func enqueue(ctx context.Context, c *asynq.Client, n int, opts ...asynq.Option) error {
	return each(ctx, n, func(ctx context.Context, _ int) error {
		_, err := c.EnqueueContext(ctx, asynq.NewTask(jobType, content), opts...)
		return err
	})
}

// bareConfig has asynq's defaults but for its log.
func bareConfig(concurrency int) asynq.Config {
	return asynq.Config{Concurrency: concurrency, LogLevel: asynq.ErrorLevel}
}

// drainBare runs srv until it has acknowledged n tasks, and calls drained
// then. Each task leaves leave as its result, if set.
func drainBare(ctx context.Context, srv *asynq.Server, s *server, leave []byte, n int, drained func() error) error {
	var ran atomic.Int64
	err := srv.Start(asynq.HandlerFunc(func(_ context.Context, t *asynq.Task) error {
		ran.Add(1)
		if leave == nil {
			return nil
		}
		_, err := t.ResultWriter().Write(leave)
		return err
	}))
	if err != nil {
		return err
	}
	defer srv.Shutdown()
	err = poll(ctx, nil, func() (bool, error) {
		if ran.Load() < int64(n) {
			return false, nil
		}
		active, err := s.DB.LLen(ctx, "asynq:{default}:active").Result()
		return active == 0, err
	})
	if err != nil {
		return err
	}
	return drained()
}

// poll asks until there is an answer, an error, or an early end.
func poll(ctx context.Context, failed <-chan error, done func() (bool, error)) error {
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			if ok, err := done(); ok || err != nil {
				return err
			}
		case err := <-failed:
			return err
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}
