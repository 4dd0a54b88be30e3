package servers

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/maintnotifications"
)

// A Cluster is a Redis Cluster of three masters that share the slots evenly,
// each with a replica if that was asked for.
type Cluster struct {
	Masters, Replicas []*Server // as it was when Promoted last returned
}

const (
	masters = 3
	slots   = 16384
)

// StartCluster starts the servers with these further arguments.
func StartCluster(ctx context.Context, dir string, replicas bool, args ...string) (_ *Cluster, err error) {
	c := new(Cluster)
	defer func() {
		if err != nil {
			err = errors.Join(err, c.Close())
		}
	}()
	dirs, err := subdirs(dir, 2*masters)
	if err != nil {
		return nil, err
	}
	for i, dir := range dirs {
		list := &c.Masters
		if i >= masters {
			list = &c.Replicas
		}
		if i >= masters && !replicas {
			break
		}
		bus, err := FreePort()
		if err != nil {
			return nil, err
		}
		s, err := Start(ctx, dir, append([]string{"--cluster-enabled", "yes", "--cluster-port", bus, "--cluster-node-timeout", "1000",
			"--cluster-replica-validity-factor", "0", "--cluster-require-full-coverage", "no"}, args...)...)
		if err != nil {
			return nil, err
		}
		*list = append(*list, s)
		// Of two with the same epoch one would have to give way, which takes time.
		if err := s.DB.Do(ctx, "cluster", "set-config-epoch", i+1).Err(); err != nil {
			return nil, err
		}
		if err := c.Masters[0].DB.Do(ctx, "cluster", "meet", "127.0.0.1", s.port, bus).Err(); i > 0 && err != nil {
			return nil, err
		}
	}
	for i, s := range c.Masters {
		if err := s.DB.ClusterAddSlotsRange(ctx, i*slots/masters, (i+1)*slots/masters-1).Err(); err != nil {
			return nil, err
		}
	}
	all := c.all()
	if err := eventually(ctx, func() string {
		for _, s := range all {
			if !strings.Contains(s.DB.ClusterInfo(ctx).Val(), fmt.Sprintf("cluster_known_nodes:%d\r\n", len(all))) {
				return "a server of the Cluster does not know the others"
			}
		}
		return ""
	}); err != nil {
		return nil, err
	}
	for i, s := range c.Replicas {
		if err := s.DB.ClusterReplicate(ctx, c.Masters[i].id(ctx)).Err(); err != nil {
			return nil, err
		}
	}
	return c, c.whole(ctx)
}

func (c *Cluster) all() []*Server { return slices.Concat(c.Masters, c.Replicas) }

// whole returns when all servers take the Cluster to be in order, and all
// replicas have all.
func (c *Cluster) whole(ctx context.Context) error {
	return eventually(ctx, func() string {
		for _, s := range c.all() {
			nodes := s.DB.ClusterNodes(ctx).Val()
			if nodes == "" || strings.Contains(nodes, "fail") || !strings.Contains(s.DB.ClusterInfo(ctx).Val(), "cluster_state:ok") {
				return "the Cluster is not in order"
			}
		}
		for _, s := range c.Replicas {
			if !s.says(ctx, "replication", "master_link_status:up") {
				return "a replica does not have all"
			}
		}
		return ""
	})
}

// Options reach the Cluster by all of its servers, of which one may be away.
func (c *Cluster) Options() *redis.UniversalOptions {
	return &redis.UniversalOptions{
		Addrs:                    c.addrs(),
		IsClusterMode:            true,
		DialerRetries:            1,
		MaintNotificationsConfig: &maintnotifications.Config{Mode: maintnotifications.ModeDisabled},
	}
}

// URL is the same for a command line.
func (c *Cluster) URL() string { return "redis-cluster://" + strings.Join(c.addrs(), ",") }

func (c *Cluster) addrs() (list []string) {
	for _, s := range c.all() {
		list = append(list, s.Addr)
	}
	return list
}

// Promoted returns when the replica of the i-th master, which was killed, is a
// master that the others take for one, and exchanges them.
func (c *Cluster) Promoted(ctx context.Context, i int) error {
	id := c.Replicas[i].id(ctx)
	other := c.Masters[(i+1)%masters].DB
	err := eventually(ctx, func() string {
		for line := range strings.Lines(other.ClusterNodes(ctx).Val()) {
			f := strings.Fields(line)
			if len(f) > 8 && f[0] == id && strings.Contains(f[2], "master") {
				return ""
			}
		}
		return "the replica is not promoted"
	})
	if err == nil {
		c.Masters[i], c.Replicas[i] = c.Replicas[i], c.Masters[i]
	}
	return err
}

// Return brings the i-th killed server back, which finds itself a replica of
// the promoted one, and returns when it has all.
func (c *Cluster) Return(ctx context.Context, i int) error {
	if err := c.Replicas[i].Start(ctx); err != nil {
		return err
	}
	return c.whole(ctx)
}

// Move moves the slot of key from the master that has it to the next one, and
// calls half in the middle, with about half of its keys gone.
func (c *Cluster) Move(ctx context.Context, key string, half func()) error {
	slot := int(c.Masters[0].DB.ClusterKeySlot(ctx, key).Val())
	from := c.owner(ctx, slot)
	if from < 0 {
		return fmt.Errorf("nobody has slot %d", slot)
	}
	source, target := c.Masters[from], c.Masters[(from+1)%masters]
	src, dst := source.DB, target.DB
	if err := dst.Do(ctx, "cluster", "setslot", slot, "importing", source.id(ctx)).Err(); err != nil {
		return err
	}
	if err := src.Do(ctx, "cluster", "setslot", slot, "migrating", target.id(ctx)).Err(); err != nil {
		return err
	}
	if err := migrate(ctx, src, target, slot, (int(src.ClusterCountKeysInSlot(ctx, slot).Val())+1)/2); err != nil {
		return err
	}
	half()
	for n := int64(1); n > 0; {
		if err := migrate(ctx, src, target, slot, 100); err != nil {
			return err
		}
		var err error
		if n, err = src.ClusterCountKeysInSlot(ctx, slot).Result(); err != nil {
			return err
		}
	}
	for _, s := range []*redis.Client{dst, src} {
		if err := s.Do(ctx, "cluster", "setslot", slot, "node", target.id(ctx)).Err(); err != nil {
			return err
		}
	}
	return nil
}

func migrate(ctx context.Context, src *redis.Client, target *Server, slot, most int) error {
	keys, err := src.ClusterGetKeysInSlot(ctx, slot, most).Result()
	for _, key := range keys {
		if err := src.Migrate(ctx, "127.0.0.1", target.port, key, 0, 0).Err(); err != nil {
			return err
		}
	}
	return err
}

// owner is which master has a slot, or -1.
func (c *Cluster) owner(ctx context.Context, slot int) int {
	for _, shard := range c.Masters[0].DB.ClusterShards(ctx).Val() {
		if !slices.ContainsFunc(shard.Slots, func(r redis.SlotRange) bool { return int(r.Start) <= slot && slot <= int(r.End) }) {
			continue
		}
		for _, n := range shard.Nodes {
			if n.Role == "master" {
				return slices.IndexFunc(c.Masters, func(s *Server) bool { return s.Addr == fmt.Sprintf("%s:%d", n.IP, n.Port) })
			}
		}
	}
	return -1
}

// id is the server's in its Cluster, "" if it does not answer.
func (s *Server) id(ctx context.Context) string { return s.DB.ClusterMyID(ctx).Val() }

// Close ends all servers.
func (c *Cluster) Close() error { return closeAll(c.all()...) }
