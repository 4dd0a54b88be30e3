package fleet

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
)

// A Redis is a redis-server of our own on a free loopback port. It keeps an
// append-only file in a temporary directory, which only Close removes.
type Redis struct {
	Addr string
	DB   *redis.Client // for looking in from outside

	args []string
	dir  string
	proc *process
}

// StartRedis starts a server with these further arguments.
func StartRedis(ctx context.Context, args ...string) (*Redis, error) {
	bin, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, errors.New("redis-server is not installed, and hammer starts one of its own (Debian: apt-get install redis-server)")
	}
	addr, err := freeAddr()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "hammer-redis-")
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(addr)
	r := &Redis{Addr: addr, dir: dir, args: append([]string{bin, "--port", port, "--bind", "127.0.0.1", "--dir", dir, "--save", "",
		"--appendonly", "yes", "--loglevel", "warning"}, args...)}
	r.DB = redis.NewClient(&redis.Options{Addr: addr})
	if err := r.Start(ctx); err != nil {
		return nil, errors.Join(err, r.Close())
	}
	return r, nil
}

func freeAddr() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// Start starts the server, again after Kill with the data that it had, and
// returns once it answers.
func (r *Redis) Start(ctx context.Context) error {
	p, err := start(exec.Command(r.args[0], r.args[1:]...))
	if err != nil {
		return err
	}
	r.proc = p
	ctx, cancel := context.WithTimeout(ctx, 10*time.Second)
	defer cancel()
	for {
		err := r.DB.Ping(ctx).Err()
		if err == nil {
			return nil
		}
		select {
		case <-p.done:
			return errors.New("start redis-server: it ended at once")
		case <-ctx.Done():
			return fmt.Errorf("start redis-server: %w", err)
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// Kill ends the server as kill -9 does.
func (r *Redis) Kill() { r.proc.kill() }

// Written waits until the server has given to the kernel, which outlives it,
// all that it acknowledged. With appendfsync everysec it does so before it
// answers, but for the moments in which an fsync is under way.
func (r *Redis) Written(ctx context.Context) error {
	for {
		f, err := r.Info(ctx, "persistence")
		if err != nil || f["aof_pending_bio_fsync"] == 0 && f["aof_buffer_length"] == 0 {
			return err
		}
		if err := pause(ctx, time.Millisecond); err != nil {
			return err
		}
	}
}

// Stop freezes the server and Continue lets it go on.
func (r *Redis) Stop() error     { return r.proc.signal(syscall.SIGSTOP) }
func (r *Redis) Continue() error { return r.proc.signal(syscall.SIGCONT) }

// Close ends the server and removes what it kept.
func (r *Redis) Close() error {
	_ = r.DB.Close()
	if r.proc != nil {
		r.proc.kill()
	}
	return os.RemoveAll(r.dir)
}

// Info returns the numeric fields of sections of INFO.
func (r *Redis) Info(ctx context.Context, sections ...string) (map[string]float64, error) {
	text, err := r.DB.Info(ctx, sections...).Result()
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

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
