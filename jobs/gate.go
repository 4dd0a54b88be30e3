package jobs

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const idlePoll = time.Second // between two looks at empty lanes without a wake-up

// A gate lets the asynq servers of one Work fetch tasks: only with a free
// slot, and without polling when there is nothing to fetch. While the lanes of
// a shard are empty, one server looks every second or when woken, and the
// others queue up behind it.
type gate struct {
	pop   redis.UniversalClient
	limit time.Duration
	slots chan struct{}  // one taken for each run, until its handler has really returned
	taken sync.WaitGroup // tasks given to asynq whose handler has not returned
	stop  chan struct{}
	idle  []chan struct{} // by shard: the turn to look at empty lanes

	mu    sync.Mutex // guards woken
	woken chan struct{}
}

func newGate(q *Queue) *gate {
	g := &gate{
		pop: q.pop, limit: q.opt.Deadline,
		slots: make(chan struct{}, q.opt.Concurrency), stop: make(chan struct{}), woken: make(chan struct{}),
	}
	for range q.opt.Shards {
		g.idle = append(g.idle, make(chan struct{}, 1))
	}
	return g
}

// wake makes every waiting fetch look again.
func (g *gate) wake() {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.woken)
	g.woken = make(chan struct{})
}

func (g *gate) nextWake() <-chan struct{} {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.woken
}

// release gives back the slot that came with a task.
func (g *gate) release() { <-g.slots }

// next returns the message of one task and takes a slot for it. It looks into
// lane first after those that were delivered before, and returns redis.Nil
// once the gate is stopped.
func (g *gate) next(sh shard, first lane, asynqLease any) (string, error) {
	msg, err := g.take(sh, first, asynqLease)
	if err != redis.Nil {
		return msg, err
	}
	select {
	case g.idle[sh] <- struct{}{}:
		defer func() { <-g.idle[sh] }()
	case <-g.stop:
		return "", redis.Nil
	}
	for {
		// Taken before looking, so that no wake-up in between is lost.
		woken := g.nextWake()
		msg, err := g.take(sh, first, asynqLease)
		if err != redis.Nil {
			return msg, err
		}
		select {
		case <-woken:
		case <-time.After(idlePoll):
		case <-g.stop:
			return "", redis.Nil
		}
	}
}

func (g *gate) take(sh shard, first lane, asynqLease any) (string, error) {
	select {
	case <-g.stop:
		return "", redis.Nil
	default:
	}
	select {
	case g.slots <- struct{}{}:
	case <-g.stop:
		return "", redis.Nil
	}
	var keys []string
	args := []any{asynqLease}
	for _, l := range laneOrder(first) {
		for _, k := range []string{"pending", "paused", "active", "lease"} {
			keys = append(keys, sh.asynqKey(l, k))
		}
		args = append(args, sh.asynqKey(l, "t:"))
	}
	msg, err := g.eval(keys, args)
	if err == nil {
		g.taken.Add(1)
	} else {
		g.release()
		if err != redis.Nil {
			// asynq asks again at once after an error.
			select {
			case <-time.After(50*time.Millisecond + rand.N(450*time.Millisecond)):
			case <-g.stop:
			}
		}
	}
	return msg, err
}

// laneOrder puts what was delivered before in front of the lane that asynq
// asks for, and the rest behind.
func laneOrder(first lane) []lane {
	order := []lane{laneAgain}
	for _, l := range append([]lane{first}, lanes...) {
		if !slices.Contains(order, l) {
			order = append(order, l)
		}
	}
	return order
}

func (g *gate) eval(keys []string, args []any) (string, error) {
	ctx, cancel := context.WithTimeout(context.Background(), g.limit)
	defer cancel()
	msg, err := g.pop.EvalSha(ctx, takeScript.sha, keys, args...).Text()
	if redis.HasErrorPrefix(err, "NOSCRIPT") {
		msg, err = g.pop.Eval(ctx, takeScript.src, keys, args...).Text()
	}
	if errors.Is(err, redis.Nil) {
		return "", redis.Nil
	}
	return msg, err
}
