// Package servers runs real Redis servers on this machine, for tests and for
// trials: one alone, a master with a replica and a Sentinel, or a Cluster. All
// of them listen on free ports of the loopback, keep what they hold in a
// directory of their caller's, and end with this process.
package servers

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"

	"github.com/classifyd/classifyd/jobs/child"
)

// ErrMissing means that there is no redis-server here.
var ErrMissing = errors.New("redis-server is not installed (Debian: apt-get install redis-server)")

// A Server is a redis-server which writes every change to an append-only file.
// Its methods that act on the process may be called by one goroutine at a time.
type Server struct {
	Addr string
	DB   *redis.Client // of the server itself, whatever it belongs to

	port string
	args []string
	proc *child.Process
}

// Start starts a server with these further arguments, which keeps its data in
// dir, and returns once it takes connections. Close ends it.
func Start(ctx context.Context, dir string, args ...string) (*Server, error) {
	return start(ctx, func(port string) ([]string, error) {
		return append([]string{"--port", port, "--bind", "127.0.0.1", "--dir", dir,
			"--appendonly", "yes", "--save", "", "--loglevel", "notice", "--repl-diskless-sync-delay", "0"}, args...), nil
	})
}

// Configured is Start with a configuration from a file, but for its port and its
// directory.
func Configured(ctx context.Context, dir, path string) (*Server, error) {
	return start(ctx, func(port string) ([]string, error) {
		return []string{path, "--port", port, "--dir", dir}, nil
	})
}

// start starts a server with the arguments that args makes of its port.
func start(ctx context.Context, args func(port string) ([]string, error)) (s *Server, err error) {
	if _, err := exec.LookPath("redis-server"); err != nil {
		return nil, ErrMissing
	}
	for range 5 { // another process may take the port in between
		s = new(Server)
		if s.port, err = FreePort(); err != nil {
			return nil, err
		}
		if s.args, err = args(s.port); err != nil {
			return nil, err
		}
		s.Addr = "127.0.0.1:" + s.port
		if err = s.Start(ctx); err == nil {
			s.DB = redis.NewClient(s.Options().Simple())
			return s, nil
		}
	}
	return nil, err
}

// FreePort is a port of the loopback that was free a moment ago.
func FreePort() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, err
}

// Start starts the server again after Kill or Shutdown, with the data that it
// had, and returns once it takes connections.
func (s *Server) Start(ctx context.Context) error { return s.start(ctx) }

func (s *Server) start(ctx context.Context, more ...string) error {
	cmd := exec.Command("redis-server", slices.Concat(s.args, more)...)
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	ready := make(chan struct{})
	if s.proc, err = child.Start(cmd, func() { listen(out, ready) }); err != nil {
		return err
	}
	select {
	case <-ready:
		return nil
	case <-s.proc.Done:
		return errors.New("start redis-server: it ended at once")
	case <-ctx.Done():
		s.Kill()
		return fmt.Errorf("start redis-server: %w", context.Cause(ctx))
	}
}

// listen reads what a server says to its end, and closes ready when it is.
func listen(out io.Reader, ready chan struct{}) {
	said := false
	for lines := bufio.NewScanner(out); lines.Scan(); {
		if !said && (strings.Contains(lines.Text(), "Ready to accept connections") || strings.Contains(lines.Text(), "Sentinel ID is")) {
			said = true
			close(ready)
		}
	}
}

// Options reach the server.
func (s *Server) Options() *redis.UniversalOptions {
	return &redis.UniversalOptions{
		Addrs:                    []string{s.Addr},
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

// URL is the same for a command line.
func (s *Server) URL() string { return "redis://" + s.Addr }

// Kill ends the server as kill -9 does.
func (s *Server) Kill() { s.proc.Kill() }

// Shutdown asks the server to end in good order, and waits until it has.
func (s *Server) Shutdown() error {
	if !s.proc.Alive() {
		return nil
	}
	if err := s.proc.Signal(os.Interrupt); err != nil {
		return err
	}
	<-s.proc.Done
	return nil
}

// Alive reports whether the server runs, be it frozen.
func (s *Server) Alive() bool { return s.proc.Alive() }

// Freeze stops the server as SIGSTOP does, and Continue lets it go on.
func (s *Server) Freeze() error   { return s.proc.Signal(syscall.SIGSTOP) }
func (s *Server) Continue() error { return s.proc.Signal(syscall.SIGCONT) }

// Close kills the server and ends the connections of DB.
func (s *Server) Close() error {
	s.Kill()
	return s.DB.Close()
}

// Written waits until the server has given to the kernel, which outlives it,
// all that it acknowledged. With appendfsync everysec it does so before it
// answers, but for the moments in which an fsync is under way.
func (s *Server) Written(ctx context.Context) error {
	for {
		f, err := s.Info(ctx, "persistence")
		if err != nil || f["aof_pending_bio_fsync"] == 0 && f["aof_buffer_length"] == 0 {
			return err
		}
		if err := pause(ctx, time.Millisecond); err != nil {
			return err
		}
	}
}

// Info returns the numeric fields of sections of INFO.
func (s *Server) Info(ctx context.Context, sections ...string) (map[string]float64, error) {
	text, err := s.DB.Info(ctx, sections...).Result()
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

// says reports whether a section of the server's INFO has this line.
func (s *Server) says(ctx context.Context, section, line string) bool {
	return strings.Contains(s.DB.Info(ctx, section).Val(), line+"\r\n")
}

// eventually returns when lacks has nothing to name. Servers tell nobody when
// they have found each other; they must be asked. It waits for longer than a
// Sentinel that lost trust in its clock does nothing, which is 30 s.
func eventually(ctx context.Context, lacks func() string) error {
	ctx, cancel := context.WithTimeout(ctx, 90*time.Second)
	defer cancel()
	for {
		lack := lacks()
		if lack == "" {
			return nil
		}
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return fmt.Errorf("%s: %w", lack, err)
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
