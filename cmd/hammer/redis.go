package main

import (
	"context"
	"errors"
	"os"
	"strings"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs/servers"
)

// A server is a redis-server of our own. It syncs its append-only file every
// second and never rewrites it: a rewrite would fall on one side alone.
type server struct {
	*servers.Server
	dir string
}

func startRedis(ctx context.Context) (*server, error) {
	dir, err := os.MkdirTemp("", "hammer-")
	if err != nil {
		return nil, err
	}
	r, err := servers.Start(ctx, dir, "--appendfsync", "everysec", "--auto-aof-rewrite-percentage", "0")
	if err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	return &server{r, dir}, nil
}

// Close ends the server and removes what it kept.
func (s *server) Close() error { return errors.Join(s.Server.Close(), os.RemoveAll(s.dir)) }

// options is how our queue reaches the server, with go-redis' defaults, as
// asynqOptions is with the same defaults for bare asynq.
func (s *server) options() *redis.UniversalOptions {
	return &redis.UniversalOptions{Addrs: []string{s.Addr}}
}

func (s *server) asynqOptions() asynq.RedisClientOpt { return asynq.RedisClientOpt{Addr: s.Addr} }

// calls returns how many commands ran so far, those inside scripts included,
// and how many of them were scripts. What looks in from outside does not count.
func (s *server) calls(ctx context.Context) (all, scripts float64, err error) {
	stats, err := s.Info(ctx, "commandstats")
	for k, n := range stats {
		switch name := strings.TrimPrefix(k, "cmdstat_"); name {
		case "info", "ping", "hello":
		case "evalsha", "eval":
			scripts += n
			all += n
		default:
			all += n
		}
	}
	return all, scripts, err
}

// data returns the bytes that the keys take, less what serves connections and
// the append-only file.
func (s *server) data(ctx context.Context) (float64, error) {
	m, err := s.Info(ctx, "memory")
	return m["used_memory"] - m["mem_clients_normal"] - m["mem_aof_buffer"], err
}

// cpu returns the processor time of the server so far.
func (s *server) cpu(ctx context.Context) (time.Duration, error) {
	c, err := s.Info(ctx, "cpu")
	return time.Duration((c["used_cpu_user"] + c["used_cpu_sys"]) * float64(time.Second)), err
}
