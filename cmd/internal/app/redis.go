package app

import (
	"cmp"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"os"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/embedded"
)

// openRedis says how to reach the Redis that o asks for, and returns what ends
// it. It does not connect: jobs.Open does.
func openRedis(o *Options) (*redis.UniversalOptions, func() error, error) {
	if o.Redis != "" {
		ro, err := redisOptions(o)
		return ro, func() error { return nil }, err
	}
	s := embedded.Start()
	return s.Options(), func() error { s.Close(); return nil }, nil
}

// redisOptions reads --redis; what its query sets goes before our defaults.
func redisOptions(o *Options) (*redis.UniversalOptions, error) {
	kind, hosts, plain := readHosts(o.Redis)
	master := ""
	if kind == "sentinel" {
		plain, master = cutMaster(plain)
	}
	ro, err := redis.ParseURL(plain)
	// The parser's error repeats parts of the URL, the password among them, and
	// a "#" in a password would make the rest of it look like a host.
	if err != nil || strings.Contains(o.Redis, "#") || ro.Network != "tcp" {
		return nil, errors.New("--redis: must be redis://[user[:password]@]host[:port][/db], redis-sentinel://[user[:password]@]host[:port][,host...][/db]?master=NAME " +
			"or redis-cluster://[user[:password]@]host[:port][,host...], or the same with rediss, special characters in the password as %XX")
	}
	switch {
	case ro.MaxRetries != 0:
		return nil, errors.New("--redis: max_retries cannot be chosen: what may be sent again is, and what takes a job off the queue is not")
	case kind == "sentinel" && master == "":
		return nil, errors.New("--redis: redis-sentinel:// needs ?master=NAME, by which the Sentinels know the master")
	case kind == "cluster" && ro.DB != 0:
		return nil, errors.New("--redis: a Redis Cluster has no databases to choose from")
	case kind != "sentinel" && (o.SentinelUser != "" || o.SentinelPasswordFile != ""):
		return nil, errors.New("--sentinel-user and --sentinel-password-file: need --redis redis-sentinel://")
	}
	if o.RedisPasswordFile != "" {
		if ro.Password, err = readPassword("redis-password-file", o.RedisPasswordFile); err != nil {
			return nil, err
		}
	}
	sentinelPassword := ""
	if o.SentinelPasswordFile != "" {
		if sentinelPassword, err = readPassword("sentinel-password-file", o.SentinelPasswordFile); err != nil {
			return nil, err
		}
	}
	if err := setTLS(o, ro.TLSConfig); err != nil {
		return nil, err
	}
	return &redis.UniversalOptions{
		Addrs:         hosts,
		MasterName:    master,
		IsClusterMode: kind == "cluster",

		SentinelUsername: o.SentinelUser,
		SentinelPassword: sentinelPassword,

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

// readHosts takes the hosts out of a URL, which may name several as no URL
// can, and its kind, "sentinel", "cluster" or "", out of its scheme. Left is a
// URL of the first host alone.
func readHosts(u string) (kind string, hosts []string, plain string) {
	scheme, rest, _ := strings.Cut(u, "://")
	scheme, kind, dashed := strings.Cut(scheme, "-")
	if dashed && kind != "sentinel" && kind != "cluster" {
		return "", nil, "" // no URL at all
	}
	end := strings.IndexAny(rest, "/?")
	if end < 0 {
		end = len(rest)
	}
	start := strings.LastIndexByte(rest[:end], '@') + 1
	list := strings.Split(rest[start:end], ",")
	if kind == "" && len(list) > 1 {
		return "", nil, ""
	}
	for _, host := range list {
		// For a bare host, or one with a port, in brackets if its address has colons.
		at := &url.URL{Host: host}
		port := "6379"
		if kind == "sentinel" {
			port = "26379"
		}
		hosts = append(hosts, net.JoinHostPort(cmp.Or(at.Hostname(), "localhost"), cmp.Or(at.Port(), port)))
	}
	return kind, hosts, scheme + "://" + rest[:start] + list[0] + rest[end:]
}

// cutMaster takes the parameter master out of a URL.
func cutMaster(u string) (rest, master string) {
	before, query, _ := strings.Cut(u, "?")
	values, err := url.ParseQuery(query)
	if err != nil {
		return u, "" // which then cannot be parsed as a whole
	}
	master = values.Get("master")
	values.Del("master")
	return before + "?" + values.Encode(), master
}

func readPassword(flag, path string) (string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return "", fmt.Errorf("--%s: %w", flag, err)
	}
	return strings.TrimRight(string(b), "\r\n"), nil
}

// setTLS completes c, which is nil without TLS.
func setTLS(o *Options, c *tls.Config) error {
	if c == nil {
		if o.RedisCA != "" || o.RedisCert != "" || o.RedisKey != "" || o.RedisServerName != "" {
			return errors.New("--redis-ca, --redis-cert, --redis-key and --redis-server-name: need --redis rediss://")
		}
		return nil
	}
	// Each server is asked for a certificate of its own name, unless there is one
	// for all.
	c.ServerName = o.RedisServerName
	if o.RedisCA != "" {
		pem, err := os.ReadFile(o.RedisCA)
		if err != nil {
			return fmt.Errorf("--redis-ca: %w", err)
		}
		c.RootCAs = x509.NewCertPool()
		if !c.RootCAs.AppendCertsFromPEM(pem) {
			return errors.New("--redis-ca: has no certificate in PEM")
		}
	}
	if (o.RedisCert == "") != (o.RedisKey == "") {
		return errors.New("--redis-cert and --redis-key: need each other")
	}
	if o.RedisCert != "" {
		cert, err := tls.LoadX509KeyPair(o.RedisCert, o.RedisKey)
		if err != nil {
			return fmt.Errorf("--redis-cert and --redis-key: %w", err)
		}
		c.Certificates = []tls.Certificate{cert}
	}
	return nil
}

// checkRedis looks whether jobs are safe in the Redis, as far as --redis-checks
// asks for. An embedded one keeps nothing, and promises nothing.
func (a *App) checkRedis(ctx context.Context) error {
	if a.opts.Redis == "" || a.opts.RedisChecks == checksOff {
		return nil
	}
	doubts, err := a.queue.Fit(ctx)
	for _, doubt := range doubts {
		a.log.Warn("redis is doubtful", "doubt", doubt)
	}
	if unfit, ok := errors.AsType[*jobs.UnfitError](err); ok {
		if a.opts.RedisChecks == checksRefuse {
			return fmt.Errorf("--redis: %w; --redis-checks=%s starts all the same", err, checksWarn)
		}
		for _, flaw := range unfit.Flaws {
			a.log.Warn("redis is unfit", "flaw", flaw)
		}
		return nil
	}
	return err
}

// ready reports why no jobs should be posted now. Redis may have become unfit
// by a failover, or by hand.
func (a *App) ready(ctx context.Context) error {
	if a.opts.Redis == "" || a.opts.RedisChecks != checksRefuse {
		return a.queue.Ping(ctx)
	}
	_, err := a.queue.Fit(ctx)
	return err
}

// redisLog brings what the Redis client has to say into our log. It says it
// again in the errors that it returns, so it is for looking closely only.
type redisLog struct{ log *slog.Logger }

func (l redisLog) Printf(ctx context.Context, format string, v ...any) {
	if l.log.Enabled(ctx, slog.LevelDebug) {
		l.log.DebugContext(ctx, "redis client", "says", fmt.Sprintf(format, v...))
	}
}
