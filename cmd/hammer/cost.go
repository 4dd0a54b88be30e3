package main

import (
	"context"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs"
)

// costContest counts what one job asks of Redis from submit to its end, and
// what it leaves there. Bare asynq keeps its tasks and their results here, as
// we keep records, and has 10 workers.
func costContest() contest {
	return contest{
		name: "cost", most: 1,
		rows: []row{
			{Name: "Redis round trips", Unit: "1/job", Lower: true},
			{Name: "Redis commands, those in scripts included", Unit: "1/job", Lower: true},
			{Name: "scripts", Unit: "1/job", Lower: true},
			{Name: "Redis memory of a queued job", Unit: "bytes", Lower: true, Goal: 1 / 2.2},
			{Name: "Redis memory of a finished job", Unit: "bytes", Lower: true, Goal: 1 / 1.3},
		},
		ours: func(ctx context.Context, a *arena) ([]float64, error) {
			c := &counter{}
			o := a.ours(costJobs + 1)
			o.Hook = c
			q, err := jobs.Open(ctx, o)
			if err != nil {
				return nil, err
			}
			defer q.Close()
			return a.cost(ctx, c, func(n int) error { return fill(ctx, q, n) },
				func(drained func() error) error { return drainOurs(ctx, q, tenant, costJobs, drained) })
		},
		bare: func(ctx context.Context, a *arena) ([]float64, error) {
			c := &counter{}
			rdb := redis.NewClient(&redis.Options{Addr: a.redis.Addr})
			rdb.AddHook(c)
			defer rdb.Close()
			producer := asynq.NewClientFromRedisClient(rdb)
			return a.cost(ctx, c,
				func(n int) error { return enqueue(ctx, producer, n, asynq.Retention(24*time.Hour)) },
				func(drained func() error) error {
					return drainBare(ctx, asynq.NewServerFromRedisClient(rdb, bareConfig(10)), a.redis, result, costJobs, drained)
				})
		},
	}
}

const costJobs = 10_000

func (a *arena) cost(ctx context.Context, c *counter, fill func(n int) error, drain func(drained func() error) error) ([]float64, error) {
	empty, err := a.redis.data(ctx)
	if err != nil {
		return nil, err
	}
	trips := c.trips.Load()
	all, scripts, err := a.redis.calls(ctx)
	if err != nil {
		return nil, err
	}
	if err := fill(costJobs); err != nil {
		return nil, err
	}
	queued, err := a.redis.data(ctx)
	if err != nil {
		return nil, err
	}
	var finished float64
	err = drain(func() (err error) {
		trips = c.trips.Load() - trips
		allThen, scriptsThen, err := a.redis.calls(ctx)
		if err != nil {
			return err
		}
		all, scripts = allThen-all, scriptsThen-scripts
		finished, err = a.redis.data(ctx)
		return err
	})
	return []float64{float64(trips) / costJobs, all / costJobs, scripts / costJobs,
		(queued - empty) / costJobs, (finished - empty) / costJobs}, err
}

// A counter counts how often a client waits for Redis.
type counter struct{ trips atomic.Int64 }

func (c *counter) DialHook(next redis.DialHook) redis.DialHook { return next }

func (c *counter) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.trips.Add(1)
		return next(ctx, cmd)
	}
}

func (c *counter) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.trips.Add(1)
		return next(ctx, cmds)
	}
}
