package jobs

import (
	"context"
	"strconv"
	"sync"
	"sync/atomic"
	"time"
)

const (
	fullShare  = 0.75 // of maxmemory, above which nothing is admitted
	fullRetry  = 10 * time.Second
	depthRetry = 5 * time.Second
	lookEvery  = time.Second
)

// admission refuses submissions when too much waits or Redis is nearly full.
// It looks at Redis once a second at most, and only while there are
// submissions; in between it counts its own.
type admission struct {
	q       *Queue
	quit    context.CancelFunc
	quitCtx context.Context
	wg      sync.WaitGroup

	since atomic.Int64 // submissions so far

	mu     sync.Mutex // guards all below
	at     time.Time  // of the last look, zero before the first
	busy   bool       // a look is under way
	depth  int64      // queued jobs at the last look
	before int64      // since, just before it
	full   bool       // Redis' memory was above its share
}

func newAdmission(q *Queue) *admission {
	a := &admission{q: q}
	a.quitCtx, a.quit = context.WithCancel(context.Background())
	return a
}

func (a *admission) close() {
	a.quit()
	a.wg.Wait()
}

// allow counts one submission, or refuses it with a *BusyError.
func (a *admission) allow(ctx context.Context) error {
	a.mu.Lock()
	old := !a.busy && time.Since(a.at) >= lookEvery
	switch {
	// What was full a while ago says nothing of now, and a client that came
	// back when it was told to would be sent away again.
	case a.at.IsZero(), old && a.refusal() != nil:
		a.busy = true
		a.mu.Unlock()
		if err := a.look(ctx); err != nil {
			return err
		}
		a.mu.Lock()
	case old:
		a.busy = true
		a.wg.Go(func() { _ = a.look(a.quitCtx) }) // without an answer the last one stands
	}
	defer a.mu.Unlock()
	if err := a.refusal(); err != nil {
		return err
	}
	a.since.Add(1)
	return nil
}

// refusal is what the last look and the submissions since then say. The caller
// holds a.mu.
func (a *admission) refusal() error {
	if a.full {
		return &BusyError{Reason: "the store is nearly full", RetryAfter: fullRetry}
	}
	if a.depth+a.since.Load()-a.before >= int64(a.q.opt.MaxWaiting) {
		return &BusyError{Reason: "too many jobs are queued", RetryAfter: depthRetry}
	}
	return nil
}

func (a *admission) look(ctx context.Context) error {
	// The submission that waits for the first look has a command of its own to send.
	ctx, cancel := context.WithTimeout(ctx, a.q.opt.Deadline)
	defer cancel()
	before := a.since.Load()
	var depth int64
	full := false
	var err error
	for _, sh := range a.q.shards {
		p := a.q.pipes[sh]
		for _, l := range lanes {
			v, e := p.do(ctx, &call{args: []any{"llen", sh.asynqKey(l, "pending")}})
			if e != nil {
				err = e
				break
			}
			n, _ := v.(int64)
			depth += n
		}
		full = full || a.nearlyFull(ctx, sh)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.busy = false
	if err != nil {
		a.at = time.Now()
		if a.before == 0 && before == 0 {
			a.at = time.Time{}
		}
		return err
	}
	a.at, a.depth, a.before, a.full = time.Now(), depth, before, full
	return nil
}

// nearlyFull reports whether the server that holds sh has too little memory
// left. A server without a limit, or that does not tell, is never full.
func (a *admission) nearlyFull(ctx context.Context, sh shard) bool {
	info, err := a.q.node(ctx, sh).Info(ctx, "memory").Result()
	if err != nil {
		return false
	}
	used, limit := infoNumber(info, "used_memory"), infoNumber(info, "maxmemory")
	return limit > 0 && used > fullShare*limit
}

func infoNumber(info, field string) float64 {
	n, _ := strconv.ParseFloat(infoField(info, field), 64)
	return n
}
