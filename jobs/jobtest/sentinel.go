package jobtest

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// A Sentinel is a real Redis of two servers, and a Sentinel that makes the
// second one the master when the first has been away for half a second.
type Sentinel struct {
	Master, Replica *Server // as they were at the start

	sentinel *Server
}

const masterName = "jobs"

// StartSentinel starts the servers with these further arguments.
func StartSentinel(t testing.TB, args ...string) *Sentinel {
	t.Helper()
	s := &Sentinel{Master: Redis(t, args...)}
	s.Replica = Redis(t, append([]string{"--replicaof", "127.0.0.1 " + s.Master.port}, args...)...)
	s.sentinel = startServer(t, t.TempDir(), func(server *Server) []string {
		// A Sentinel writes what it finds out into its configuration.
		path := filepath.Join(server.dir, "sentinel.conf")
		conf := fmt.Sprintf("port %s\nbind 127.0.0.1\ndir %s\nsentinel monitor %s 127.0.0.1 %s 1\n"+
			"sentinel down-after-milliseconds %s 500\nsentinel failover-timeout %s 2000\n",
			server.port, server.dir, masterName, s.Master.port, masterName, masterName)
		if err := os.WriteFile(path, []byte(conf), 0o600); err != nil {
			t.Fatal(err)
		}
		return []string{path, "--sentinel"}
	})
	told := redis.NewSentinelClient(s.sentinel.Options().Simple())
	t.Cleanup(func() { told.Close() })
	eventually(t, "the Sentinel knows the replica, which has all", func() bool {
		replicas, err := told.Replicas(t.Context(), masterName).Result()
		return err == nil && len(replicas) == 1 && strings.Contains(s.Replica.Client().Info(t.Context(), "replication").Val(), "master_link_status:up")
	})
	return s
}

// Options reach the master by way of the Sentinel.
func (s *Sentinel) Options() *redis.UniversalOptions {
	return &redis.UniversalOptions{Addrs: []string{s.sentinel.addr()}, MasterName: masterName, DialerRetries: 1}
}

// URL is the same for a command line.
func (s *Sentinel) URL() string {
	return "redis-sentinel://" + s.sentinel.addr() + "?master=" + masterName
}

// Promoted returns when the replica is the master.
func (s *Sentinel) Promoted() {
	s.Replica.t.Helper()
	c := s.Replica.Client()
	eventually(s.Replica.t, "the replica is promoted", func() bool {
		return strings.Contains(c.Info(s.Replica.t.Context(), "replication").Val(), "role:master")
	})
}

// Return brings the killed master back, as a replica of the promoted server.
// Sentinel would do so, too, a while later.
func (s *Sentinel) Return() {
	s.Master.t.Helper()
	s.Master.Restart()
	if err := s.Master.Client().ReplicaOf(s.Master.t.Context(), "127.0.0.1", s.Replica.port).Err(); err != nil {
		s.Master.t.Fatal(err)
	}
}

// eventually returns when ok does. Servers tell nobody when they have found
// each other; they must be asked.
func eventually(t testing.TB, what string, ok func() bool) {
	t.Helper()
	for start := time.Now(); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Since(start) > 30*time.Second {
			t.Fatalf("it is not so that %s", what)
		}
	}
}
