package jobs

import (
	"context"
	"maps"
	"math/rand/v2"
	"sync"
	"time"
)

const (
	lookEvery    = time.Second
	tenantMemory = time.Minute // how long a tenant that sends nothing is remembered
)

// A gauge knows about how much there is of something that submissions add to.
// It looks at Redis once a second at most, and only while there are
// submissions; in between it counts what those of its own process add.
type gauge struct {
	look     func(ctx context.Context) (reading, error)
	within   time.Duration // a submission waits for a look; it has a command of its own to send
	most     int64         // there may be
	unlooked int64         // of own submissions, what is let in before the first look
	refuse   BusyError     // but for when to try again

	mu      sync.Mutex // guards all below
	at      time.Time  // of the last look, zero before the first
	used    time.Time  // of the last submission
	last    reading
	since   int64 // what own submissions have added so far
	before  int64 // what they had before the last look
	looking *look // under way, or nil
}

type look struct {
	done chan struct{} // closed once err is set
	err  error
}

// A reading is what one look saw.
type reading struct {
	n    int64
	full error // why there is no room whatever n is, or nil
}

// allow counts a submission that adds n, or refuses it with a *BusyError. Looks
// are made in the background, by spawn.
func (g *gauge) allow(ctx context.Context, n int64, spawn func(f func(ctx context.Context))) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.used = time.Now()
	if (!g.at.IsZero() || g.since >= g.unlooked) && time.Since(g.at) >= lookEvery {
		l := g.looking
		if l == nil {
			l = &look{done: make(chan struct{})}
			g.looking = l
			spawn(func(ctx context.Context) { g.measure(ctx, l) })
		}
		// What was full a while ago says nothing of now, and clients that came
		// back when they were told to would be sent away again.
		if g.at.IsZero() || g.refusal(n) != nil {
			g.mu.Unlock()
			ctx, cancel := context.WithTimeout(ctx, g.within)
			defer cancel()
			select {
			case <-l.done:
			case <-ctx.Done():
			}
			g.mu.Lock()
			if ctx.Err() != nil {
				return StoreError(context.Cause(ctx))
			}
			if l.err != nil {
				return l.err
			}
		}
	}
	if err := g.refusal(n); err != nil {
		return err
	}
	g.since += n
	return nil
}

// refusal is what the last look and the submissions since then say of one that
// adds n. The caller holds g.mu.
func (g *gauge) refusal(n int64) error {
	if g.last.full != nil {
		return g.last.full
	}
	if there := g.last.n + g.since - g.before; there > g.most-n {
		busy := g.refuse
		if busy.Tenant != nil {
			busy.Tenant = &Quota{Of: busy.Tenant.Of, Most: busy.Tenant.Most, Left: max(0, g.most-there)}
		}
		busy.RetryAfter = depthRetry/2 + rand.N(depthRetry)
		return &busy
	}
	return nil
}

// measure makes a look. Without an answer the last one stands.
func (g *gauge) measure(ctx context.Context, l *look) {
	g.mu.Lock()
	before := g.since
	g.mu.Unlock()
	r, err := g.look(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	switch {
	case err == nil:
		g.at, g.last, g.before = time.Now(), r, before
	case !g.at.IsZero():
		g.at = time.Now()
	}
	g.looking, l.err = nil, err
	close(l.done)
}

// gauges are one for each tenant that submitted something lately.
type gauges struct {
	begin func(Tenant) *gauge

	mu    sync.Mutex // guards all below
	of    map[Tenant]*gauge
	swept time.Time
}

func newGauges(begin func(Tenant) *gauge) *gauges {
	return &gauges{begin: begin, of: map[Tenant]*gauge{}, swept: time.Now()}
}

func (gs *gauges) tenant(t Tenant) *gauge {
	gs.mu.Lock()
	defer gs.mu.Unlock()
	if time.Since(gs.swept) > tenantMemory {
		gs.swept = time.Now()
		maps.DeleteFunc(gs.of, func(_ Tenant, g *gauge) bool { return g.idle(tenantMemory) })
	}
	g := gs.of[t]
	if g == nil {
		g = gs.begin(t)
		gs.of[t] = g
	}
	return g
}

// idle reports whether nothing was submitted for so long.
func (g *gauge) idle(d time.Duration) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.looking == nil && time.Since(g.used) >= d
}
