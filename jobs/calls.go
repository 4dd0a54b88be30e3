package jobs

import (
	"context"
	"errors"
	"net"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
)

// calls counts what a Queue asks of Redis. A script stands in it under its
// name, so that the labels are as many as there are commands and scripts.
type calls struct {
	commands   *prometheus.CounterVec // by command and result
	roundTrips prometheus.Histogram
	scripts    map[string]string // names by digest and by source
}

func newCalls() *calls {
	c := &calls{
		commands: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "classifyd_redis_commands_total",
			Help: "Commands and scripts that this process sent to Redis, by result: ok, also where there was nothing to answer with, unknown where Redis did not have a script, which is then sent whole, or error.",
		}, []string{"command", "result"}),
		roundTrips: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "classifyd_redis_round_trip_seconds",
			Help:    "Time from a command, or a pipeline of them, to the answer of Redis, with the wait for a connection.",
			Buckets: []float64{.0001, .00025, .0005, .001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5},
		}),
		scripts: map[string]string{},
	}
	for _, s := range scripts {
		c.scripts[s.sha], c.scripts[s.src] = s.name, s.name
		if s.each != nil {
			c.scripts[s.each.sha], c.scripts[s.each.src] = s.each.name, s.each.name
		}
	}
	return c
}

func (*calls) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (c *calls) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		start := time.Now()
		err := next(ctx, cmd)
		c.roundTrips.Observe(time.Since(start).Seconds())
		c.count(cmd)
		return err
	}
}

func (c *calls) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		start := time.Now()
		err := next(ctx, cmds)
		c.roundTrips.Observe(time.Since(start).Seconds())
		for _, cmd := range cmds {
			c.count(cmd)
		}
		return err
	}
}

func (c *calls) count(cmd redis.Cmder) {
	name := cmd.Name()
	if args := cmd.Args(); (name == "evalsha" || name == "eval") && len(args) > 1 {
		name = "script"
		if text, ok := args[1].(string); ok && c.scripts[text] != "" {
			name = c.scripts[text]
		}
	}
	result := "ok"
	switch err := cmd.Err(); {
	case err == nil, errors.Is(err, redis.Nil):
	case redis.HasErrorPrefix(err, "NOSCRIPT"):
		result = "unknown"
	default:
		result = "error"
	}
	c.commands.WithLabelValues(name, result).Inc()
}
