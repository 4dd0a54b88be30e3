package jobtest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// A Cluster is a real Redis Cluster of three masters that share the slots
// evenly, each with a replica if that was asked for.
type Cluster struct {
	Masters, Replicas []*Server // as they were at the start

	t testing.TB
}

const (
	masters = 3
	slots   = 16384
)

// StartCluster starts the servers with these further arguments.
func StartCluster(t testing.TB, replicas bool, args ...string) *Cluster {
	t.Helper()
	c := &Cluster{t: t}
	node := func() *Server {
		return startServer(t, t.TempDir(), func(s *Server) []string {
			return append([]string{"--port", s.port, "--bind", "127.0.0.1", "--dir", s.dir, "--appendonly", "yes", "--save", "", "--loglevel", "notice", "--repl-diskless-sync-delay", "0",
				"--cluster-enabled", "yes", "--cluster-port", freePort(t), "--cluster-node-timeout", "1000",
				"--cluster-replica-validity-factor", "0", "--cluster-require-full-coverage", "no"}, args...)
		})
	}
	ctx := t.Context()
	first := node()
	c.Masters = []*Server{first, node(), node()}
	if replicas {
		c.Replicas = []*Server{node(), node(), node()}
	}
	all := slices.Concat(c.Masters, c.Replicas)
	for i, s := range all {
		// Of two with the same epoch one would have to give way, which takes time.
		c.must(s.Client().Do(ctx, "cluster", "set-config-epoch", i+1).Err())
		if s != first {
			c.must(first.Client().Do(ctx, "cluster", "meet", "127.0.0.1", s.port, c.busPort(s)).Err())
		}
	}
	for i, s := range c.Masters {
		c.must(s.Client().ClusterAddSlotsRange(ctx, i*slots/masters, (i+1)*slots/masters-1).Err())
	}
	eventually(t, "all servers of the Cluster know each other", func() bool {
		return !slices.ContainsFunc(all, func(s *Server) bool {
			return !strings.Contains(s.Client().ClusterInfo(ctx).Val(), fmt.Sprintf("cluster_known_nodes:%d\r\n", len(all)))
		})
	})
	for i, s := range c.Replicas {
		c.must(s.Client().ClusterReplicate(ctx, c.id(c.Masters[i])).Err())
	}
	eventually(t, "the Cluster is in order", func() bool {
		return !slices.ContainsFunc(all, func(s *Server) bool {
			return !strings.Contains(s.Client().ClusterInfo(ctx).Val(), "cluster_state:ok")
		}) && !slices.ContainsFunc(c.Replicas, func(s *Server) bool {
			return !strings.Contains(s.Client().Info(ctx, "replication").Val(), "master_link_status:up")
		})
	})
	return c
}

// Options reach the Cluster by its first master.
func (c *Cluster) Options() *redis.UniversalOptions {
	return &redis.UniversalOptions{
		Addrs:                    []string{c.Masters[0].addr()},
		IsClusterMode:            true,
		DialerRetries:            1,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

// URL is the same for a command line.
func (c *Cluster) URL() string { return "redis-cluster://" + c.Masters[0].addr() }

// Promoted returns when the replica of the i-th master is a master that the
// others take for one.
func (c *Cluster) Promoted(i int) {
	c.t.Helper()
	id := c.id(c.Replicas[i])
	other := c.Masters[(i+1)%masters].Client()
	eventually(c.t, "the replica is promoted", func() bool {
		for line := range strings.Lines(other.ClusterNodes(c.t.Context()).Val()) {
			f := strings.Fields(line)
			if len(f) > 8 && f[0] == id && strings.Contains(f[2], "master") {
				return true
			}
		}
		return false
	})
}

// Move moves the slot of key from the master that has it to the next one, and
// calls half in the middle, with about half of its keys gone.
func (c *Cluster) Move(key string, half func()) {
	c.t.Helper()
	ctx := c.t.Context()
	slot := int(c.Masters[0].Client().ClusterKeySlot(ctx, key).Val())
	from := c.owner(slot)
	source, target := c.Masters[from], c.Masters[(from+1)%masters]
	src, dst := source.Client(), target.Client()
	c.must(dst.Do(ctx, "cluster", "setslot", slot, "importing", c.id(source)).Err())
	c.must(src.Do(ctx, "cluster", "setslot", slot, "migrating", c.id(target)).Err())
	c.migrate(src, target, slot, (int(src.ClusterCountKeysInSlot(ctx, slot).Val())+1)/2)
	half()
	for n := 1; n > 0; n = int(src.ClusterCountKeysInSlot(ctx, slot).Val()) {
		c.migrate(src, target, slot, 100)
	}
	for _, s := range []*redis.Client{dst, src} {
		c.must(s.Do(ctx, "cluster", "setslot", slot, "node", c.id(target)).Err())
	}
}

func (c *Cluster) migrate(src *redis.Client, target *Server, slot, most int) {
	c.t.Helper()
	ctx := c.t.Context()
	for _, key := range src.ClusterGetKeysInSlot(ctx, slot, most).Val() {
		c.must(src.Migrate(ctx, "127.0.0.1", target.port, key, 0, 0).Err())
	}
}

// owner is which master has a slot.
func (c *Cluster) owner(slot int) int {
	c.t.Helper()
	for _, shard := range c.Masters[0].Client().ClusterShards(c.t.Context()).Val() {
		if !slices.ContainsFunc(shard.Slots, func(r redis.SlotRange) bool { return int(r.Start) <= slot && slot <= int(r.End) }) {
			continue
		}
		for _, n := range shard.Nodes {
			if n.Role == "master" {
				return slices.IndexFunc(c.Masters, func(s *Server) bool { return s.addr() == fmt.Sprintf("%s:%d", n.IP, n.Port) })
			}
		}
	}
	c.t.Fatalf("nobody has slot %d", slot)
	return 0
}

func (c *Cluster) id(s *Server) string {
	c.t.Helper()
	return s.Client().ClusterMyID(c.t.Context()).Val()
}

func (c *Cluster) busPort(s *Server) string {
	c.t.Helper()
	return s.Client().ConfigGet(c.t.Context(), "cluster-port").Val()["cluster-port"]
}

func (c *Cluster) must(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}
