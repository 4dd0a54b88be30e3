package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/hibiken/asynq"

	"github.com/classifyd/classifyd/jobs"
)

// pickupContest measures how soon a fleet that has nothing to do starts a job,
// and what it asks of Redis while it waits. Each worker has connections of its
// own and stands for a process.
func pickupContest(workers, quick int) contest {
	name := fmt.Sprintf("idle-%d", workers)
	return contest{
		name: name, quick: quick, most: 3, long: 3,
		rows: []row{
			{Name: fmt.Sprintf("pick-up p50, %d idle workers", workers), Unit: "ms", Lower: true, Limit: 2},
			{Name: fmt.Sprintf("pick-up p99, %d idle workers", workers), Unit: "ms", Lower: true, Limit: 10},
			{Name: fmt.Sprintf("Redis commands of one of %d idle workers", workers), Unit: "1/s", Lower: true, Limit: 25},
		},
		ours: func(ctx context.Context, a *arena) ([]float64, error) { return pickupOurs(ctx, a, workers) },
		bare: func(ctx context.Context, a *arena) ([]float64, error) { return pickupBare(ctx, a, workers) },
	}
}

func pickupOurs(ctx context.Context, a *arena, workers int) (values []float64, err error) {
	producer, err := jobs.Open(ctx, jobs.Options{Redis: a.redis.options()})
	if err != nil {
		return nil, err
	}
	defer producer.Close()

	started := make(chan time.Time, 1)
	handlers := []jobs.Handler{{Type: jobType, Run: func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
		started <- j.Started
		return &jobs.Result{JSON: result}, nil
	}}}
	working, stop := context.WithCancel(ctx)
	var wg sync.WaitGroup
	failures := make([]error, workers)
	defer func() {
		stop()
		wg.Wait()
		err = errors.Join(append(failures, err)...)
	}()
	for i := range workers {
		q, err := jobs.Open(ctx, jobs.Options{Redis: a.redis.options()})
		if err != nil {
			return nil, err
		}
		wg.Go(func() {
			var helper sync.WaitGroup
			helper.Go(func() { _ = q.Maintain(working) }) // it only ends with working
			failures[i] = q.Work(working, handlers)
			helper.Wait()
			failures[i] = errors.Join(failures[i], q.Close())
		})
	}
	// Redis' clock, which Started is read from, is this machine's own.
	return a.pickup(ctx, workers, a.pick(200, 150), started, func() error {
		_, _, err := producer.Submit(ctx, jobs.Submission{Tenant: tenant, Type: jobType, Request: content})
		return err
	})
}

func pickupBare(ctx context.Context, a *arena, workers int) ([]float64, error) {
	c := asynq.NewClient(a.redis.asynqOptions())
	defer c.Close()
	started := make(chan time.Time, 1)
	var stopping sync.WaitGroup
	defer stopping.Wait()
	for range workers {
		srv := asynq.NewServer(a.redis.asynqOptions(), bareConfig(0))
		err := srv.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error {
			started <- time.Now()
			return nil
		}))
		if err != nil {
			return nil, err
		}
		defer stopping.Go(srv.Shutdown)
	}
	return a.pickup(ctx, workers, 15, started, func() error {
		_, err := c.EnqueueContext(ctx, asynq.NewTask(jobType, content))
		return err
	})
}

// pickup lets the workers idle and then submits n jobs, each once the one
// before is done with and the workers wait again.
func (a *arena) pickup(ctx context.Context, workers, n int, started <-chan time.Time, submit func() error) ([]float64, error) {
	idle := time.Duration(a.pick(6, 2)) * time.Second
	if err := pause(ctx, time.Second); err != nil { // until all have started
		return nil, err
	}
	before, _, err := a.redis.calls(ctx)
	if err != nil {
		return nil, err
	}
	if err := pause(ctx, idle); err != nil {
		return nil, err
	}
	after, _, err := a.redis.calls(ctx)
	if err != nil {
		return nil, err
	}

	var waits []time.Duration
	for range n {
		if err := pause(ctx, 5*time.Millisecond+rand.N(10*time.Millisecond)); err != nil {
			return nil, err
		}
		at := time.Now()
		if err := submit(); err != nil {
			return nil, err
		}
		select {
		case t := <-started:
			waits = append(waits, t.Sub(at))
		case <-time.After(10 * time.Second):
			return nil, errors.New("a job was not started within 10 s")
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	slices.Sort(waits)
	ms := func(q float64) float64 { return float64(quantile(waits, q).Microseconds()) / 1000 }
	return []float64{ms(0.5), ms(0.99), (after - before) / idle.Seconds() / float64(workers)}, nil
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// quantile returns the smallest value of sorted that at least the share q is
// not above.
func quantile(sorted []time.Duration, q float64) time.Duration {
	i := int(math.Ceil(q * float64(len(sorted))))
	return sorted[min(max(i, 1), len(sorted))-1]
}
