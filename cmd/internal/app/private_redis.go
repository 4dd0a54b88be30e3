package app

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/classifyd/classifyd/jobs/child"
)

// privateRedisURL is what --redis says to have a redis-server started.
const privateRedisURL = "auto"

const (
	redisStart = time.Minute      // until a private Redis has read what it keeps
	redisStop  = 20 * time.Second // until it has written and ended
	redisAgain = time.Second      // between its death and its next start
)

// A privateRedis is a redis-server that this process starts, starts again when
// it dies, and ends. It listens on a socket in a directory that only this user
// can enter, and on no port. What it acknowledged is in its append-only file,
// which a kill of either process leaves whole; a power failure may take the
// last second.
type privateRedis struct {
	dir, runs string // what it keeps, and where its socket is
	log       *slog.Logger
	lock      *os.File

	stop, done chan struct{}
	ready      chan error // of the first start
}

// startRedis returns once the server answers with what dir had kept.
func startRedis(ctx context.Context, dir string, log *slog.Logger) (_ *privateRedis, err error) {
	path, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, errors.New("no redis-server is installed")
	}
	p := &privateRedis{log: log, stop: make(chan struct{}), done: make(chan struct{}), ready: make(chan error, 1)}
	defer func() {
		if err != nil {
			_ = p.release()
		}
	}()
	// Redis changes into it, and a restart comes from there.
	if p.dir, err = filepath.Abs(filepath.Join(dir, "redis")); err != nil {
		return nil, err
	}
	if err := os.MkdirAll(p.dir, 0o700); err != nil {
		return nil, err
	}
	if p.lock, err = os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(p.lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		return nil, fmt.Errorf("%s is in use by another process: %w", dir, err)
	}
	// Not below dir: the path of a socket has 107 bytes at most.
	if p.runs, err = os.MkdirTemp("", "classifyd-redis-"); err != nil {
		return nil, err
	}
	go p.supervise(path)
	select {
	case err = <-p.ready:
	case <-ctx.Done():
		err = ctx.Err()
	case <-time.After(redisStart):
		err = fmt.Errorf("redis-server is not ready after %s", redisStart)
	}
	if err != nil {
		close(p.stop)
		<-p.done
		return nil, err
	}
	return p, nil
}

// supervise runs the server until stop. It keeps its thread, since the kernel
// takes the end of the thread that started a bound child for that of the process.
func (p *privateRedis) supervise(path string) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer close(p.done)
	for {
		begun, err := p.run(path)
		select {
		case <-p.stop:
			return
		default:
		}
		if !begun {
			select {
			case p.ready <- fmt.Errorf("redis-server ended at its start: %v", err):
			default:
			}
		}
		p.log.Error("redis-server ended, it is started again", "error", err)
		select {
		case <-time.After(redisAgain):
		case <-p.stop:
			return
		}
	}
}

// run is one life of the server. It reports whether that became ready, and how it ended.
func (p *privateRedis) run(path string) (begun bool, err error) {
	cmd := exec.Command(path, "--port", "0", "--unixsocket", p.socket(), "--unixsocketperm", "700", "--dir", p.dir,
		"--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--maxmemory-policy", "noeviction", "--daemonize", "no")
	cmd.SysProcAttr = child.Bound()
	out, err := cmd.StdoutPipe()
	if err != nil {
		return false, err
	}
	if err := cmd.Start(); err != nil {
		return false, err
	}
	said := make(chan struct{})
	go func() {
		defer close(said)
		begun = p.listen(out)
	}()
	ended := make(chan error, 1)
	go func() { <-said; ended <- cmd.Wait() }()
	select {
	case err = <-ended:
		return begun, err
	case <-p.stop:
	}
	_ = cmd.Process.Signal(syscall.SIGTERM)
	select {
	case err = <-ended:
	case <-time.After(redisStop):
		_ = cmd.Process.Kill()
		err = <-ended
	}
	return begun, err
}

// listen passes on what the server says, until it says no more, and reports
// whether it was ready.
func (p *privateRedis) listen(out io.Reader) (begun bool) {
	for lines := bufio.NewScanner(out); lines.Scan(); {
		p.log.Debug("redis-server", "says", lines.Text())
		if !begun && strings.Contains(strings.ToLower(lines.Text()), "ready to accept connections") {
			begun = true
			select {
			case p.ready <- nil:
			default: // a further start
			}
		}
	}
	return begun
}

func (p *privateRedis) socket() string { return filepath.Join(p.runs, "redis.sock") }

// reach has ro dial the server.
func (p *privateRedis) reach(ro *redis.UniversalOptions) {
	socket := p.socket()
	ro.Dialer = func(ctx context.Context, _, _ string) (net.Conn, error) {
		d := net.Dialer{Timeout: ro.DialTimeout}
		return d.DialContext(ctx, "unix", socket)
	}
	// There is no failover to be notified of.
	ro.MaintNotificationsConfig = &maintnotifications.Config{Mode: maintnotifications.ModeDisabled}
}

// close ends the server in good order.
func (p *privateRedis) close() error {
	close(p.stop)
	<-p.done
	return p.release()
}

func (p *privateRedis) release() error {
	var errs []error
	if p.runs != "" {
		errs = append(errs, os.RemoveAll(p.runs))
	}
	if p.lock != nil {
		errs = append(errs, p.lock.Close())
	}
	return errors.Join(errs...)
}
