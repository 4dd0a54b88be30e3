package jobs

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/semaphore"
)

const idlePoll = time.Second // between two looks at empty lanes without a wake-up

// A gate lets the asynq servers of one Work, one a shard, fetch tasks: only
// with a free slot, as many at once as there are slots, and without polling
// when there is nothing to fetch. While its lanes are empty, a server looks
// every second or when woken.
type gate struct {
	w     *worker
	slots chan struct{}   // one taken for each run, until its handler has really returned
	taken sync.WaitGroup  // tasks whose handler has not returned
	ctx   context.Context // of the fetching, until stop
	stop  context.CancelFunc
	turn  []chan struct{} // by shard: who holds it may take, and see what is ready
	ready [][]taken       // by shard: tasks whose jobs were started, until asynq asks for them

	// Each shard that takes has one of takers; who makes room for a job that
	// runs alone has all.
	takers    *semaphore.Weighted
	allTakers int64

	mu    sync.Mutex // guards woken
	woken chan struct{}
}

func newGate(concurrency, span int, w *worker) *gate {
	g := &gate{w: w, slots: make(chan struct{}, concurrency), ready: make([][]taken, span), woken: make(chan struct{}),
		takers: semaphore.NewWeighted(int64(span)), allTakers: int64(span)}
	g.ctx, g.stop = context.WithCancel(context.Background())
	for range span {
		g.turn = append(g.turn, make(chan struct{}, 1))
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

// next returns the message of one task whose job was started, which has its
// slot. It looks into lane first after those that were delivered before, and
// returns redis.Nil once the gate is stopped.
func (g *gate) next(sh shard, first lane) (string, error) {
	select {
	case g.turn[sh] <- struct{}{}:
		defer func() { <-g.turn[sh] }()
	case <-g.ctx.Done():
		return "", redis.Nil
	}
	for {
		// Taken before looking, so that no wake-up in between is lost.
		woken := g.nextWake()
		msg, err := g.fill(sh, first)
		if err == errReserved {
			continue
		}
		if err != redis.Nil {
			return msg, err
		}
		select {
		case <-woken:
		case <-time.After(idlePoll):
		case <-g.ctx.Done():
			return "", redis.Nil
		}
	}
}

// fill takes jobs for the slots that are free, at least one, unless some are
// ready, and returns the first.
func (g *gate) fill(sh shard, first lane) (string, error) {
	if len(g.ready[sh]) == 0 {
		if err := g.refill(sh, first); err != nil {
			return "", err
		}
	}
	t := g.ready[sh][0]
	g.ready[sh] = g.ready[sh][1:]
	return t.msg, nil
}

func (g *gate) refill(sh shard, first lane) error {
	if g.w.reserved[sh] != nil {
		// Only now, since what was taken before it had to go first.
		if err := g.refillAlone(sh); err != redis.Nil {
			return err
		}
	}
	if g.takers.Acquire(g.ctx, 1) != nil {
		return redis.Nil
	}
	defer g.takers.Release(1)
	n, err := g.occupy()
	if err != nil {
		return err
	}
	for len(g.ready[sh]) == 0 && err == nil && g.w.reserved[sh] == nil {
		g.ready[sh], err = g.w.take(sh, first, n)
	}
	g.taken.Add(len(g.ready[sh]))
	for range n - len(g.ready[sh]) {
		g.release()
	}
	switch {
	case len(g.ready[sh]) > 0:
		return nil
	case err == nil:
		return errReserved
	case err != redis.Nil:
		// asynq asks again at once after an error.
		select {
		case <-time.After(50*time.Millisecond + rand.N(450*time.Millisecond)):
		case <-g.ctx.Done():
		}
	}
	return err
}

// errReserved: nothing was started, but room is to be made for one job.
var errReserved = errors.New("a job was reserved")

func (g *gate) refillAlone(sh shard) error {
	select {
	case g.slots <- struct{}{}:
	case <-g.ctx.Done():
		return redis.Nil
	}
	t, ok := g.w.lone(sh)
	g.w.reserved[sh] = nil
	if !ok {
		g.release()
		return redis.Nil
	}
	g.taken.Add(1)
	g.ready[sh] = []taken{t}
	return nil
}

// occupy waits for a slot and takes the others that are free, too.
func (g *gate) occupy() (n int, err error) {
	select {
	case <-g.ctx.Done():
		return 0, redis.Nil
	default:
	}
	select {
	case g.slots <- struct{}{}:
	case <-g.ctx.Done():
		return 0, redis.Nil
	}
	for n = 1; n < maxTake; n++ {
		select {
		case g.slots <- struct{}{}:
		default:
			return n, nil
		}
	}
	return n, nil
}

// done gives a task up that no handler will see.
func (g *gate) done() {
	g.release()
	g.taken.Done()
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
