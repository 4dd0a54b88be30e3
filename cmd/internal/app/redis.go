package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs/embedded"
)

// openRedis says how to reach the Redis that the options ask for, and returns
// what ends it. It does not connect: jobs.Open does.
func (a *App) openRedis(ctx context.Context) (*redis.UniversalOptions, func() error, error) {
	switch o := a.opts; o.Redis {
	case "":
		s := embedded.Start()
		return s.Options(), func() error { s.Close(); return nil }, nil
	case privateRedisURL:
		p, err := startRedis(ctx, o.Data, a.log)
		if err != nil {
			return nil, nil, fmt.Errorf("--redis auto: %w", err)
		}
		a.redis = p
		o.Redis = "redis://127.0.0.1" // for all but the way there
		ro, err := redisOptions(&o)
		if err != nil {
			return nil, nil, errors.Join(err, p.close())
		}
		p.reach(ro)
		return ro, p.close, nil
	default:
		ro, err := redisOptions(&o)
		return ro, func() error { return nil }, err
	}
}

// redisOptions reads --redis; what its query sets goes before our defaults.
func redisOptions(o *Options) (*redis.UniversalOptions, error) {
	ro, err := redis.ParseURL(o.Redis)
	// The parser's error repeats parts of the URL, the password among them, and
	// a "#" in a password would make the rest of it look like a host.
	if err != nil || strings.Contains(o.Redis, "#") || ro.Network != "tcp" {
		return nil, errors.New("--redis: must be redis://[user[:password]@]host[:port][/db], or the same with rediss://, special characters in the password as %XX")
	}
	if ro.MaxRetries != 0 {
		return nil, errors.New("--redis: max_retries cannot be chosen: what may be sent again is, and what takes a job off the queue is not")
	}
	if o.RedisPasswordFile != "" {
		b, err := os.ReadFile(o.RedisPasswordFile)
		if err != nil {
			return nil, fmt.Errorf("--redis-password-file: %w", err)
		}
		ro.Password = strings.TrimRight(string(b), "\r\n")
	}
	return &redis.UniversalOptions{
		Addrs:     []string{ro.Addr},
		Username:  ro.Username,
		Password:  ro.Password,
		DB:        ro.DB,
		TLSConfig: ro.TLSConfig,
		Protocol:  ro.Protocol,

		ClientName: ro.ClientName,
		// A refused connection is an answer; more tries would only turn it into a
		// deadline that passed.
		DialerRetries: 1,
		DialTimeout:   cmp.Or(ro.DialTimeout, 2*time.Second),
		ReadTimeout:   cmp.Or(ro.ReadTimeout, 3*time.Second),
		WriteTimeout:  cmp.Or(ro.WriteTimeout, 3*time.Second),
		// Or a Redis that hangs would hold a request beyond its own deadline.
		ContextTimeoutEnabled: true,

		// Room for the running jobs' commands beside those of requests.
		PoolSize:        cmp.Or(ro.PoolSize, 64+2*o.Concurrency),
		PoolTimeout:     cmp.Or(ro.PoolTimeout, 3*time.Second),
		PoolFIFO:        ro.PoolFIFO,
		MinIdleConns:    ro.MinIdleConns,
		MaxIdleConns:    ro.MaxIdleConns,
		MaxActiveConns:  ro.MaxActiveConns,
		ConnMaxIdleTime: ro.ConnMaxIdleTime,
		ConnMaxLifetime: ro.ConnMaxLifetime,
		MinRetryBackoff: ro.MinRetryBackoff,
		MaxRetryBackoff: ro.MaxRetryBackoff,
	}, nil
}

// redisLog brings what the Redis client has to say into our log. It says it
// again in the errors that it returns, so it is for looking closely only.
type redisLog struct{ log *slog.Logger }

func (l redisLog) Printf(ctx context.Context, format string, v ...any) {
	if l.log.Enabled(ctx, slog.LevelDebug) {
		l.log.DebugContext(ctx, "redis client", "says", fmt.Sprintf(format, v...))
	}
}
