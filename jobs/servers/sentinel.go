package servers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/redis/go-redis/v9"
)

// A Sentinel is a Redis of two servers, and a Sentinel that makes the replica
// the master when the master has been away for a second.
type Sentinel struct {
	Master, Replica *Server // as it was when Promoted or Return last returned

	sentinel *Server
	told     *redis.SentinelClient
}

const masterName = "jobs"

// StartSentinel starts the servers with these further arguments.
func StartSentinel(ctx context.Context, dir string, args ...string) (_ *Sentinel, err error) {
	s := new(Sentinel)
	defer func() {
		if err != nil {
			err = errors.Join(err, s.Close())
		}
	}()
	dirs, err := subdirs(dir, 3)
	if err != nil {
		return nil, err
	}
	if s.Master, err = Start(ctx, dirs[0], args...); err != nil {
		return nil, err
	}
	if s.Replica, err = Start(ctx, dirs[1], append([]string{"--replicaof", "127.0.0.1 " + s.Master.port}, args...)...); err != nil {
		return nil, err
	}
	s.sentinel, err = start(ctx, func(port string) ([]string, error) {
		// A Sentinel writes what it finds out into its configuration.
		path := filepath.Join(dirs[2], "sentinel.conf")
		conf := fmt.Sprintf("port %s\nbind 127.0.0.1\ndir %s\nsentinel monitor %s 127.0.0.1 %s 1\n"+
			"sentinel down-after-milliseconds %s 1000\nsentinel failover-timeout %s 2000\n",
			port, dirs[2], masterName, s.Master.port, masterName, masterName)
		return []string{path, "--sentinel"}, os.WriteFile(path, []byte(conf), 0o600)
	})
	if err != nil {
		return nil, err
	}
	// On a machine so busy that it is not heard for two seconds, a Sentinel trusts
	// no clock and does nothing for half a minute. Before Redis 7 that is so.
	_ = s.sentinel.DB.Do(ctx, "sentinel", "debug", "tilt-period", "1000").Err()
	s.told = redis.NewSentinelClient(s.sentinel.Options().Simple())
	return s, s.whole(ctx)
}

// subdirs makes n directories in dir.
func subdirs(dir string, n int) (list []string, err error) {
	for i := range n {
		sub := filepath.Join(dir, fmt.Sprint(i))
		if err := os.MkdirAll(sub, 0o700); err != nil {
			return nil, err
		}
		list = append(list, sub)
	}
	return list, nil
}

// whole returns when the replica has all, and the Sentinel sees that it could
// take the master's place. On a busy machine they may have changed places once
// more, since the master did not answer the Sentinel in time.
func (s *Sentinel) whole(ctx context.Context) error {
	return eventually(ctx, func() string {
		replicas, err := s.told.Replicas(ctx, masterName).Result()
		if err == nil && len(replicas) == 1 && replicas[0]["port"] == s.Master.port {
			s.Master, s.Replica = s.Replica, s.Master
		}
		switch {
		case err != nil || len(replicas) != 1 || replicas[0]["port"] != s.Replica.port || replicas[0]["flags"] != "slave":
			return fmt.Sprintf("the Sentinel does not know the replica: %v %v", replicas, err)
		case !s.Replica.says(ctx, "replication", "master_link_status:up"):
			return "the replica does not have all: " + s.Replica.DB.Info(ctx, "replication").Val()
		}
		return ""
	})
}

// Options reach the master by way of the Sentinel.
func (s *Sentinel) Options() *redis.UniversalOptions {
	return &redis.UniversalOptions{Addrs: []string{s.sentinel.Addr}, MasterName: masterName, DialerRetries: 1}
}

// URL is the same for a command line.
func (s *Sentinel) URL() string {
	return "redis-sentinel://" + s.sentinel.Addr + "?master=" + masterName
}

// Promoted returns when the replica of a killed master is the master, and the
// Sentinel says so to clients, and exchanges them. Were the killed one there
// again before that, the Sentinel could give up.
func (s *Sentinel) Promoted(ctx context.Context) error {
	err := eventually(ctx, func() string {
		addr, err := s.told.GetMasterAddrByName(ctx, masterName).Result()
		if err != nil || len(addr) != 2 || addr[1] != s.Replica.port || !s.Replica.says(ctx, "replication", "role:master") {
			return fmt.Sprintf("the replica is not promoted: %v %v", addr, err)
		}
		return ""
	})
	if err == nil {
		s.Master, s.Replica = s.Replica, s.Master
	}
	return err
}

// Return brings the killed server back, as a replica of the promoted one, and
// returns when it has all. Sentinel would do so, too, a while later.
func (s *Sentinel) Return(ctx context.Context) error {
	// Were it a master at first, Sentinel could take half a minute to think otherwise.
	if err := s.Replica.start(ctx, "--replicaof", "127.0.0.1 "+s.Master.port); err != nil {
		return err
	}
	return s.whole(ctx)
}

// Close ends all servers.
func (s *Sentinel) Close() error {
	var errs []error
	if s.told != nil {
		errs = append(errs, s.told.Close())
	}
	return errors.Join(append(errs, closeAll(s.Master, s.Replica, s.sentinel))...)
}

// closeAll closes those servers that were started.
func closeAll(all ...*Server) error {
	var errs []error
	for _, s := range all {
		if s != nil {
			errs = append(errs, s.Close())
		}
	}
	return errors.Join(errs...)
}
