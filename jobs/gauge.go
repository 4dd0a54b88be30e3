package jobs

import (
	"context"
	"sync"
	"time"
)

const lookEvery = time.Second

// A gauge knows about how much there is of something that submissions add to.
// It looks at Redis once a second at most, and only while there are
// submissions; in between it counts those of its own process.
type gauge struct {
	look     func(ctx context.Context) (reading, error)
	most     int64 // from which on submissions are refused
	unlooked int64 // own submissions that are let in before the first look
	refuse   *BusyError

	mu     sync.Mutex // guards all below
	at     time.Time  // of the last look, zero before the first
	used   time.Time  // of the last submission
	busy   bool       // a look is under way
	last   reading
	since  int64 // own submissions so far
	before int64 // those before the last look
}

// A reading is what one look saw.
type reading struct {
	n    int64
	full error // why there is no room whatever n is, or nil
}

// allow counts one submission, or refuses it with a *BusyError. A look that
// nobody has to wait for runs in the background, as later says.
func (g *gauge) allow(ctx context.Context, later func(f func(ctx context.Context))) error {
	g.mu.Lock()
	g.used = time.Now()
	old := !g.busy && time.Since(g.at) >= lookEvery
	switch {
	case g.at.IsZero() && g.since < g.unlooked:
	// What was full a while ago says nothing of now, and a client that came
	// back when it was told to would be sent away again.
	case g.at.IsZero(), old && g.refusal() != nil:
		g.busy = true
		g.mu.Unlock()
		if err := g.measure(ctx); err != nil {
			return err
		}
		g.mu.Lock()
	case old:
		g.busy = true
		later(func(ctx context.Context) { _ = g.measure(ctx) }) // without an answer the last one stands
	}
	defer g.mu.Unlock()
	if err := g.refusal(); err != nil {
		return err
	}
	g.since++
	return nil
}

// refusal is what the last look and the submissions since then say. The caller
// holds g.mu.
func (g *gauge) refusal() error {
	if g.last.full != nil {
		return g.last.full
	}
	if g.last.n+g.since-g.before >= g.most {
		return g.refuse
	}
	return nil
}

func (g *gauge) measure(ctx context.Context) error {
	g.mu.Lock()
	before := g.since
	g.mu.Unlock()
	r, err := g.look(ctx)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.busy = false
	if err != nil {
		if !g.at.IsZero() {
			g.at = time.Now()
		}
		return err
	}
	g.at, g.last, g.before = time.Now(), r, before
	return nil
}

// idle reports whether nothing was submitted for so long.
func (g *gauge) idle(d time.Duration) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return !g.busy && time.Since(g.used) >= d
}
