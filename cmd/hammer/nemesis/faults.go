package nemesis

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/classifyd/classifyd/cmd/hammer/fleet"
)

// Faults are all faults.
var Faults = []Fault{
	{Name: "worker-kill", Does: "kills a worker with SIGKILL and starts it again", strike: killWorker},
	{Name: "worker-stop", Does: "stops a worker with SIGSTOP for longer than its leases last", Takes: pastLease + 3*time.Second, strike: stopWorker},
	{Name: "worker-term", Does: "ends a worker with SIGTERM and starts it again", strike: terminate((*scene).worker)},
	{Name: "api-kill", Does: "kills an API with SIGKILL and starts it again", strike: killAPI},
	{Name: "api-stop", Does: "stops an API with SIGSTOP for some seconds", strike: stopAPI},
	{Name: "api-term", Does: "ends an API with SIGTERM and starts it again", strike: terminate((*scene).api)},

	{Name: "redis-kill", lane: store, Does: "kills Redis with SIGKILL, appendfsync everysec, and starts it again", strike: killRedis},
	{Name: "redis-kill-always", lane: store, Does: "kills Redis with SIGKILL, appendfsync always, and starts it again",
		Redis: []string{"--appendfsync", "always"}, strike: killRedis},
	{Name: "redis-hang", lane: store, Does: "stops Redis with SIGSTOP for some seconds", strike: hangRedis},
	{Name: "redis-full", lane: store, Does: "gives Redis less memory than it has in use, noeviction", strike: fillRedis},
	{Name: "script-flush", lane: store, Does: "has Redis forget all scripts", strike: flushScripts},
	{Name: "client-kill", lane: store, Does: "has Redis end the connections of all clients", strike: killClients},

	{Name: "wire-delay", lane: store, Does: "delays what goes between some daemons and Redis", strike: onWires(func(s *scene, p *fleet.Proxy) {
		p.Delay(time.Duration(5+s.rand.IntN(100)) * time.Millisecond)
	})},
	{Name: "wire-mute", lane: store, Does: "drops the answers of Redis to some daemons", strike: onWires(func(_ *scene, p *fleet.Proxy) { p.Mute() })},
	{Name: "wire-half-close", lane: store, Does: "closes the way back from Redis to some daemons", strike: onWires(func(_ *scene, p *fleet.Proxy) { p.HalfClose() })},
	{Name: "wire-hold", lane: store, Does: "lets nothing through between some daemons and Redis", strike: onWires(func(_ *scene, p *fleet.Proxy) { p.Hold() })},
	{Name: "wire-cut", lane: store, Does: "cuts some daemons off from Redis", strike: onWires(func(_ *scene, p *fleet.Proxy) { p.Cut() })},

	{Name: "sentinel-failover", lane: store, Store: fleet.Guarded, WaitReplicas: 1, strike: failOver,
		Does: "kills a master whose replica a Sentinel then promotes, with --wait-replicas 1"},
	{Name: "sentinel-failover-unheard", lane: store, Store: fleet.Guarded, Lossy: true, strike: failOver,
		Does: "does the same with --wait-replicas 0, by which Redis may lose what its replica had not heard of"},
	{Name: "cluster-failover", lane: store, Store: fleet.Clustered, WaitReplicas: 1, Shards: 6, strike: failOverInCluster,
		Does: "kills one of a Cluster's three masters, with --wait-replicas 1"},
	{Name: "cluster-move", lane: store, Store: fleet.Spread, Shards: 6, strike: moveSlot,
		Does: "moves the slot of a shard from one server of a Cluster to another"},

	{Name: "clock-off", Does: "kills workers, of which the last one's clock is 45 s ahead", Clock: 45 * time.Second, strike: killWorker},
}

func killWorker(ctx context.Context, s *scene) error {
	w := s.worker()
	at := s.clock()
	w.Kill()
	s.happened(Killed, at)
	_ = s.rest(ctx, 100*time.Millisecond, time.Second) // if ctx ends, it is mended all the same
	return s.mend(w.Start)
}

// pastLease is longer than a run's lease, 10 s, and the sweeps that end it.
const pastLease = 13 * time.Second

func stopWorker(ctx context.Context, s *scene) error {
	w := s.worker()
	at := s.clock()
	if err := w.Stop(); err != nil {
		return err
	}
	s.happened(Killed, at)
	_ = s.rest(ctx, pastLease, pastLease+time.Second)
	return w.Continue()
}

func terminate(pick func(*scene) *fleet.Daemon) func(context.Context, *scene) error {
	return func(ctx context.Context, s *scene) error {
		d := pick(s)
		if err := s.mend(d.Terminate); err != nil {
			return err
		}
		return s.mend(d.Start)
	}
}

func killAPI(ctx context.Context, s *scene) error {
	a := s.api()
	a.Kill()
	_ = s.rest(ctx, 50*time.Millisecond, 500*time.Millisecond)
	return s.mend(a.Start)
}

func stopAPI(ctx context.Context, s *scene) error {
	a := s.api()
	if err := a.Stop(); err != nil {
		return err
	}
	_ = s.rest(ctx, time.Second, 4*time.Second)
	return a.Continue()
}

// killRedis does so at a moment at which Redis has written what it has
// acknowledged: the promises hold "as long as Redis keeps" that. With
// appendfsync everysec it does not where an fsync was under way.
func killRedis(ctx context.Context, s *scene) error {
	r := s.fleet.Redis
	if err := r.Written(ctx); err != nil {
		return err
	}
	r.Kill()
	_ = s.rest(ctx, 300*time.Millisecond, 2*time.Second)
	if err := s.mend(r.Start); err != nil {
		return err
	}
	s.happened(Back, s.clock())
	return nil
}

func hangRedis(ctx context.Context, s *scene) error {
	at := s.clock()
	if err := s.fleet.Redis.Freeze(); err != nil {
		return err
	}
	_ = s.rest(ctx, 3*time.Second, 5*time.Second)
	s.happened(Hung, at)
	return s.fleet.Redis.Continue()
}

func fillRedis(ctx context.Context, s *scene) error {
	r := s.fleet.Redis
	used, err := r.Info(ctx, "memory")
	if err != nil {
		return err
	}
	// The API's own limit, at three quarters, or Redis' own refusals.
	limit := used["used_memory"] * []float64{0.8, 1.2}[s.rand.IntN(2)]
	if err := r.DB.ConfigSet(ctx, "maxmemory", strconv.Itoa(int(limit))).Err(); err != nil {
		return err
	}
	_ = s.rest(ctx, time.Second, 4*time.Second)
	return s.mend(func(ctx context.Context) error { return r.DB.ConfigSet(ctx, "maxmemory", "0").Err() })
}

func flushScripts(ctx context.Context, s *scene) error {
	return s.fleet.Redis.DB.ScriptFlush(ctx).Err()
}

func killClients(ctx context.Context, s *scene) error {
	db := s.fleet.Redis.DB
	return errors.Join(db.ClientKillByFilter(ctx, "TYPE", "pubsub").Err(), db.ClientKillByFilter(ctx, "TYPE", "normal", "SKIPME", "yes").Err())
}

// onWires does something to the ways of some daemons to Redis, for a while.
func onWires(do func(*scene, *fleet.Proxy)) func(context.Context, *scene) error {
	return func(ctx context.Context, s *scene) error {
		var hit []*fleet.Proxy
		for _, d := range append(append([]*fleet.Daemon(nil), s.fleet.APIs...), s.fleet.Workers...) {
			if s.rand.IntN(2) == 0 {
				hit = append(hit, d.Link)
			}
		}
		for _, p := range hit {
			do(s, p)
		}
		_ = s.rest(ctx, 500*time.Millisecond, 3*time.Second)
		for _, p := range hit {
			p.Mend()
		}
		return nil
	}
}

func failOver(_ context.Context, s *scene) error {
	r := s.fleet.Sentinel
	r.Master.Kill()
	return s.mend(func(ctx context.Context) error {
		if err := r.Promoted(ctx); err != nil {
			return err
		}
		s.happened(Back, s.clock())
		return r.Return(ctx)
	})
}

func failOverInCluster(_ context.Context, s *scene) error {
	c := s.fleet.Cluster
	i := s.rand.IntN(len(c.Masters))
	c.Masters[i].Kill()
	return s.mend(func(ctx context.Context) error {
		if err := c.Promoted(ctx, i); err != nil {
			return err
		}
		s.happened(Back, s.clock())
		return c.Return(ctx, i)
	})
}

func moveSlot(_ context.Context, s *scene) error {
	return s.mend(func(ctx context.Context) error {
		tags, err := s.fleet.Shards(ctx)
		if err != nil {
			return err
		}
		return s.fleet.Cluster.Move(ctx, tags[s.rand.IntN(len(tags))], func() {
			_ = s.rest(ctx, 200*time.Millisecond, time.Second) // if ctx ends, so does the move
		})
	})
}
