package jobtest

import (
	"bufio"
	"context"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// A Server is a real redis-server, on a free port of the loopback, which
// writes every change to an append-only file of its own.
type Server struct {
	t    testing.TB
	dir  string
	port string
	args []string
	cmd  *exec.Cmd

	client *redis.Client
}

// Redis starts a real redis-server with these further arguments, and ends it
// with the test. Where none is installed, the test is skipped, or fails if the
// environment has CI=true.
func Redis(t testing.TB, args ...string) *Server {
	t.Helper()
	return startServer(t, func(s *Server) []string {
		return append([]string{"--port", s.port, "--bind", "127.0.0.1", "--dir", s.dir,
			"--appendonly", "yes", "--save", "", "--loglevel", "notice", "--repl-diskless-sync-delay", "0"}, args...)
	})
}

// Configured is Redis with a configuration from a file, but for its port and its
// directory.
func Configured(t testing.TB, path string) *Server {
	t.Helper()
	return startServer(t, func(s *Server) []string {
		return []string{path, "--port", s.port, "--dir", s.dir}
	})
}

// NeedRedis skips a test where no redis-server is installed, or fails it if the
// environment has CI=true.
func NeedRedis(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("redis-server is not installed")
		}
		t.Skip("redis-server is not installed: install it to run this test too")
	}
}

// startServer starts a server with the arguments that args makes of its port and
// its directory.
func startServer(t testing.TB, args func(*Server) []string) *Server {
	t.Helper()
	NeedRedis(t)
	s := &Server{t: t, dir: t.TempDir()}
	for range 5 { // another process may take the port in between
		s.port = freePort(t)
		s.args = args(s)
		if s.start() {
			t.Cleanup(s.Kill)
			s.client = redis.NewClient(s.Options().Simple())
			t.Cleanup(func() { s.client.Close() })
			return s
		}
	}
	t.Fatal("redis-server does not start")
	return nil
}

func freePort(t testing.TB) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// start returns once the server takes connections, or has given up.
func (s *Server) start() bool {
	s.t.Helper()
	s.cmd = exec.Command("redis-server", s.args...)
	// Were the test binary killed, its servers must not stay.
	s.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	out, err := s.cmd.StdoutPipe()
	if err == nil {
		err = s.cmd.Start()
	}
	if err != nil {
		s.t.Fatal(err)
	}
	ready := make(chan bool)
	go func() {
		said := false
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if !said && (strings.Contains(lines.Text(), "Ready to accept connections") || strings.Contains(lines.Text(), "Sentinel ID is")) {
				said = true
				ready <- true
			}
		}
		if !said {
			ready <- false
		}
	}()
	if <-ready {
		return true
	}
	_ = s.cmd.Wait()
	return false
}

func (s *Server) addr() string { return "127.0.0.1:" + s.port }

// Client is one of the server itself, whatever it belongs to.
func (s *Server) Client() *redis.Client { return s.client }

// Options reach the server.
func (s *Server) Options() *redis.UniversalOptions {
	return &redis.UniversalOptions{
		Addrs:                    []string{s.addr()},
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

// Kill ends the server as kill -9 does.
func (s *Server) Kill() {
	if s.cmd.ProcessState == nil {
		_ = s.cmd.Process.Kill()
		_ = s.cmd.Wait()
	}
}

// Restart starts the server again after Kill or Stop, with the data that it had.
func (s *Server) Restart() {
	s.t.Helper()
	if !s.start() {
		s.t.Fatal("redis-server does not start again")
	}
}

// Stop asks the server to end in good order, and waits until it has.
func (s *Server) Stop() {
	s.t.Helper()
	if s.cmd.ProcessState != nil {
		return
	}
	if err := s.cmd.Process.Signal(os.Interrupt); err != nil {
		s.t.Fatal(err)
	}
	_ = s.cmd.Wait()
}

// Clear deletes all that is in the server.
func (s *Server) Clear() {
	s.t.Helper()
	c := redis.NewUniversalClient(s.Options())
	defer c.Close()
	if err := c.FlushAll(context.Background()).Err(); err != nil {
		s.t.Fatal(fmt.Errorf("flush: %w", err))
	}
}
