package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// A server is a redis-server of our own on a free loopback port. It keeps an
// append-only file, synced every second, in a temporary directory, and never
// rewrites it: a rewrite would fall on one side alone.
type server struct {
	addr string
	dir  string
	cmd  *exec.Cmd
	gone chan struct{} // closed when the process has ended
	rdb  *redis.Client // for looking in from outside
}

func startRedis(ctx context.Context) (*server, error) {
	bin, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, errors.New("redis-server is not installed, and the benchmark starts one of its own (Debian: apt-get install redis-server)")
	}
	port, err := freePort()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "hammer-redis-")
	if err != nil {
		return nil, err
	}
	s := &server{addr: net.JoinHostPort("127.0.0.1", port), dir: dir, gone: make(chan struct{})}
	s.cmd = exec.Command(bin, "--port", port, "--bind", "127.0.0.1", "--dir", dir, "--save", "",
		"--appendonly", "yes", "--appendfsync", "everysec", "--auto-aof-rewrite-percentage", "0", "--loglevel", "warning")
	s.rdb = redis.NewClient(&redis.Options{Addr: s.addr})
	if err := s.cmd.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(dir))
	}
	go func() {
		_ = s.cmd.Wait() // stop kills it, so its exit status says nothing
		close(s.gone)
	}()
	if err := s.ready(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("start redis-server: %w", err), s.stop())
	}
	return s, nil
}

func freePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

func (s *server) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		err := s.rdb.Ping(ctx).Err()
		if err == nil {
			return nil
		}
		select {
		case <-s.gone:
			return errors.New("it ended at once")
		case <-ctx.Done():
			return err
		case <-time.After(5 * time.Millisecond):
		}
	}
}

func (s *server) stop() error {
	_ = s.rdb.Close()
	_ = s.cmd.Process.Kill() // it may have ended by itself
	<-s.gone
	return os.RemoveAll(s.dir)
}

// options is how our queue reaches the server, with go-redis' defaults, as
// asynqOptions is with the same defaults for bare asynq.
func (s *server) options() *redis.UniversalOptions {
	return &redis.UniversalOptions{Addrs: []string{s.addr}}
}

func (s *server) asynqOptions() asynq.RedisClientOpt { return asynq.RedisClientOpt{Addr: s.addr} }

// info returns the numeric fields of sections of INFO.
func (s *server) info(ctx context.Context, sections ...string) (map[string]float64, error) {
	text, err := s.rdb.Info(ctx, sections...).Result()
	if err != nil {
		return nil, err
	}
	fields := map[string]float64{}
	for line := range strings.Lines(text) {
		k, v, _ := strings.Cut(strings.TrimSpace(line), ":")
		if calls, ok := strings.CutPrefix(v, "calls="); ok { // a line of commandstats
			v, _, _ = strings.Cut(calls, ",")
		}
		if n, err := strconv.ParseFloat(v, 64); err == nil {
			fields[k] = n
		}
	}
	return fields, nil
}

// calls returns how many commands ran so far, those inside scripts included,
// and how many of them were scripts. What looks in from outside does not count.
func (s *server) calls(ctx context.Context) (all, scripts float64, err error) {
	stats, err := s.info(ctx, "commandstats")
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
	m, err := s.info(ctx, "memory")
	return m["used_memory"] - m["mem_clients_normal"] - m["mem_aof_buffer"], err
}

// cpu returns the processor time of the server so far.
func (s *server) cpu(ctx context.Context) (time.Duration, error) {
	c, err := s.info(ctx, "cpu")
	return time.Duration((c["used_cpu_user"] + c["used_cpu_sys"]) * float64(time.Second)), err
}
