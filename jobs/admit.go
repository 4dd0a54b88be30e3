package jobs

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"time"
)

const (
	fullShare  = 0.75 // of maxmemory, above which nothing is admitted
	fullRetry  = 10 * time.Second
	depthRetry = 5 * time.Second // about; at random, lest all who were refused come back at once

	// A tenant with fewer jobs than this part of its limit is not counted. So
	// those who send a job now and then cost Redis nothing.
	fewJobs = 1.0 / 16
)

// admission refuses submissions when too much waits, of all tenants or of one,
// or when Redis is nearly full.
type admission struct {
	q       *Queue
	quit    context.CancelFunc
	quitCtx context.Context
	wg      sync.WaitGroup
	all     *gauge
	waiting *gauges
	held    *gauges
}

func newAdmission(q *Queue) *admission {
	a := &admission{q: q}
	a.quitCtx, a.quit = context.WithCancel(context.Background())
	a.all = &gauge{look: a.depth, within: q.opt.Deadline, most: int64(q.opt.MaxWaiting),
		refuse: BusyError{Reason: "too many jobs are queued"}}
	a.waiting, a.held = newGauges(a.jobs), newGauges(a.bytes)
	return a
}

func (a *admission) close() {
	a.quit()
	a.wg.Wait()
}

// allow counts one submission of t, or refuses it with a *BusyError.
func (a *admission) allow(ctx context.Context, t Tenant) error {
	if a.q.opt.TenantWaiting > 0 {
		if err := a.waiting.tenant(t).allow(ctx, 1, a.spawn); err != nil {
			return err
		}
	}
	return a.all.allow(ctx, 1, a.spawn)
}

// allowBytes counts content of t's that is to be stored, or refuses it with a
// *BusyError.
func (a *admission) allowBytes(ctx context.Context, t Tenant, n int64) error {
	if a.q.opt.TenantBytes == 0 {
		return nil
	}
	return a.held.tenant(t).allow(ctx, n, a.spawn)
}

// spawn runs f in the background until it ends, or the Queue does.
func (a *admission) spawn(f func(ctx context.Context)) {
	a.wg.Go(func() {
		ctx, cancel := context.WithTimeout(a.quitCtx, a.q.opt.Deadline)
		defer cancel()
		f(ctx)
	})
}

// jobs is how many jobs of t wait for their first start.
func (a *admission) jobs(t Tenant) *gauge {
	most := int64(a.q.opt.TenantWaiting)
	return &gauge{within: a.q.opt.Deadline, most: most, unlooked: int64(fewJobs * float64(most)), look: func(ctx context.Context) (reading, error) {
		n, err := a.q.Count(ctx, t, Query{Boxes: []Box{{States: []State{NotStarted}}}})
		return reading{n: n}, err
	}, refuse: BusyError{Reason: "too many jobs of the tenant are queued", Tenant: &Quota{Of: "jobs", Most: most}}}
}

// bytes is what the content of t's jobs takes that have not ended. There is no
// amount of it that is few, since one job may have most of it.
func (a *admission) bytes(t Tenant) *gauge {
	return &gauge{within: a.q.opt.Deadline, most: a.q.opt.TenantBytes, look: func(ctx context.Context) (r reading, err error) {
		for _, sh := range a.q.shards {
			v, err := a.q.pipes[sh].do(ctx, &call{args: []any{"hget", sh.key("bytes"), string(t)}})
			if err != nil {
				return r, err
			}
			if text, ok := v.(string); ok {
				n, err := strconv.ParseInt(text, 10, 64)
				if err != nil {
					return r, fmt.Errorf("%s: not a number for %s", sh.key("bytes"), t)
				}
				r.n += n
			}
		}
		return r, nil
	}, refuse: BusyError{Reason: "the queued jobs of the tenant have too many bytes", Tenant: &Quota{Of: "bytes", Most: a.q.opt.TenantBytes}}}
}

// waits says that n jobs of t wait in one of the sets of one shard's index. A
// tenant that is not counted yet is counted from now on if those are many.
func (a *admission) waits(t Tenant, n int) {
	if a.q.opt.TenantWaiting == 0 {
		return
	}
	g := a.waiting.tenant(t)
	g.mu.Lock()
	defer g.mu.Unlock()
	if int64(n)*int64(a.q.opt.Shards) >= g.unlooked {
		g.unlooked = 0
	}
}

// depth looks at how many jobs are queued, of all tenants.
func (a *admission) depth(ctx context.Context) (reading, error) {
	var r reading
	for _, sh := range a.q.shards {
		for _, l := range lanes {
			for _, length := range [][]any{{"llen", sh.asynqKey(l, "pending")}, {"zcard", sh.key("held:" + string(l))}} {
				v, err := a.q.pipes[sh].do(ctx, &call{args: length})
				if err != nil {
					return r, err
				}
				n, _ := v.(int64)
				r.n += n
			}
		}
		if a.nearlyFull(ctx, sh) {
			r.full = &BusyError{Reason: "the store is nearly full", RetryAfter: fullRetry}
		}
	}
	return r, nil
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
