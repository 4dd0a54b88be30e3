package main

import (
	"context"
	"encoding/json"
	"strings"
	"sync/atomic"

	"github.com/hibiken/asynq"
	"golang.org/x/sync/errgroup"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/jobs"
)

const (
	callers = 64
	jobType = "hammer"
	tenant  = jobs.Tenant("hammer")

	// everybody is the tenant of all callers of an API without authentication.
	everybody = api.DefaultTenant
)

// content is a request with a text of 200 bytes, what both sides carry.
var content = json.RawMessage(`{"text":"` + strings.Repeat("0123456789", 20) + `"}`)

// submitContest compares an accepted job of ours, which is a record, an index
// entry and a task, with a task alone.
func submitContest() contest {
	return contest{
		name: "submit", quick: 3,
		rows: []row{
			{Name: "submit, 64 callers", Unit: "jobs/s", Goal: 1},
			{Name: "submit, our CPU", Unit: "µs/job", Lower: true, Detail: true},
			{Name: "submit, CPU of Redis", Unit: "µs/job", Lower: true, Detail: true},
		},
		ours: func(ctx context.Context, a *arena) ([]float64, error) {
			q, err := jobs.Open(ctx, jobs.Options{Redis: a.redis.options()})
			if err != nil {
				return nil, err
			}
			defer q.Close()
			return a.submit(ctx, func(ctx context.Context, _ int) error {
				_, _, err := q.Submit(ctx, jobs.Submission{Tenant: tenant, Type: jobType, Request: content})
				return err
			})
		},
		bare: func(ctx context.Context, a *arena) ([]float64, error) {
			c := asynq.NewClient(a.redis.asynqOptions())
			defer c.Close()
			return a.submit(ctx, func(ctx context.Context, _ int) error {
				_, err := c.EnqueueContext(ctx, asynq.NewTask(jobType, content))
				return err
			})
		},
	}
}

func (a *arena) submit(ctx context.Context, one func(context.Context, int) error) ([]float64, error) {
	u, err := a.requests(ctx, a.pick(60_000, 20_000), one)
	return []float64{u.perSecond, u.cpu, u.redis}, err
}

// each calls f for 0 to n-1 from all callers.
func each(ctx context.Context, n int, f func(context.Context, int) error) error {
	var next atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	for range callers {
		g.Go(func() error {
			for {
				i := int(next.Add(1)) - 1
				if i >= n {
					return nil
				}
				if err := f(ctx, i); err != nil {
					return err
				}
			}
		})
	}
	return g.Wait()
}
