package jobtest

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs/servers"
)

// A Server is a real redis-server that ends with its test, which fails when
// something cannot be done to it.
type Server struct {
	*servers.Server
	t   testing.TB
	dir string
}

// A Sentinel is a real Redis with a replica and a Sentinel, likewise.
type Sentinel struct {
	*servers.Sentinel
	t testing.TB
}

// A Cluster is a real Redis Cluster, likewise.
type Cluster struct {
	*servers.Cluster
	t testing.TB
}

// Redis starts a real redis-server with these further arguments. Where none is
// installed, the test is skipped, or fails if the environment has CI=true.
func Redis(t testing.TB, args ...string) *Server {
	t.Helper()
	dir := t.TempDir()
	s, err := servers.Start(t.Context(), dir, args...)
	return &Server{started(t, s, err), t, dir}
}

// Configured is Redis with a configuration from a file, but for its port, and
// with what a directory holds.
func Configured(t testing.TB, path, dir string) *Server {
	t.Helper()
	s, err := servers.Configured(t.Context(), dir, path)
	return &Server{started(t, s, err), t, dir}
}

// StartSentinel is Redis for a master with a replica and a Sentinel.
func StartSentinel(t testing.TB, args ...string) *Sentinel {
	t.Helper()
	s, err := servers.StartSentinel(t.Context(), t.TempDir(), args...)
	return &Sentinel{started(t, s, err), t}
}

// StartCluster is Redis for a Cluster.
func StartCluster(t testing.TB, replicas bool, args ...string) *Cluster {
	t.Helper()
	c, err := servers.StartCluster(t.Context(), t.TempDir(), replicas, args...)
	return &Cluster{started(t, c, err), t}
}

// NeedRedis skips a test where no redis-server is installed, or fails it if the
// environment has CI=true.
func NeedRedis(t testing.TB) {
	t.Helper()
	if _, err := exec.LookPath("redis-server"); err != nil {
		missing(t, servers.ErrMissing)
	}
}

func missing(t testing.TB, err error) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatal(err)
	}
	t.Skipf("%v: install it to run this test too", err)
}

func started[S interface{ Close() error }](t testing.TB, s S, err error) S {
	t.Helper()
	switch {
	case errors.Is(err, servers.ErrMissing):
		missing(t, err)
	case err != nil:
		t.Fatal(err)
	}
	t.Cleanup(func() { must(t, s.Close()) })
	return s
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// Client is one of the server itself.
func (s *Server) Client() *redis.Client { return s.DB }

// Restart starts the server again after Kill or Stop, with the data that it had.
func (s *Server) Restart() { s.t.Helper(); must(s.t, s.Start(s.t.Context())) }

// Stop asks the server to end in good order, and waits until it has.
func (s *Server) Stop() { s.t.Helper(); must(s.t, s.Shutdown()) }

// Clear deletes all that is in the server.
func (s *Server) Clear() { s.t.Helper(); must(s.t, s.DB.FlushAll(s.t.Context()).Err()) }

// Promoted returns when the replica of the killed master is the master.
func (s *Sentinel) Promoted() { s.t.Helper(); must(s.t, s.Sentinel.Promoted(s.t.Context())) }

// Return brings the killed server back as a replica.
func (s *Sentinel) Return() { s.t.Helper(); must(s.t, s.Sentinel.Return(s.t.Context())) }

// Promoted returns when the replica of the i-th master, which was killed, is one.
func (c *Cluster) Promoted(i int) { c.t.Helper(); must(c.t, c.Cluster.Promoted(c.t.Context(), i)) }

// Return brings the i-th killed server back as a replica.
func (c *Cluster) Return(i int) { c.t.Helper(); must(c.t, c.Cluster.Return(c.t.Context(), i)) }

// Move moves the slot of key to another master, and calls half in the middle.
func (c *Cluster) Move(key string, half func()) {
	c.t.Helper()
	must(c.t, c.Cluster.Move(c.t.Context(), key, half))
}

// Written is all that the server has written to its directory: every change.
func (s *Server) Written() string {
	s.t.Helper()
	var all strings.Builder
	err := fs.WalkDir(os.DirFS(s.dir), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		b, err := os.ReadFile(filepath.Join(s.dir, path))
		all.Write(b)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	return all.String()
}
