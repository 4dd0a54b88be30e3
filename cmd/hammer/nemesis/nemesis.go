// Package nemesis does to a fleet what machines, networks and people do to
// one, and puts it right again.
package nemesis

import (
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sync"
	"time"

	"github.com/classifyd/classifyd/cmd/hammer/fleet"
)

// A Fault is one thing that goes wrong.
type Fault struct {
	Name string
	Does string // a sentence without a subject
	lane lane

	// Takes is the least time in which it does what it is meant to.
	Takes time.Duration

	// Redis are arguments that the fleet's Redis needs for it, Store is the kind
	// of that, and WaitReplicas and Shards are the daemons' flags.
	Redis        []string
	Store        fleet.Store
	WaitReplicas int
	Shards       int

	// Lossy: Redis may lose what it acknowledged, for which nobody but Redis is
	// to blame.
	Lossy bool

	// Clock is how far the last worker's clock is ahead; such a fault is a
	// matter of how the fleet is built, and not part of a mix.
	Clock time.Duration

	// strike does it and returns once it is over and mended.
	strike func(ctx context.Context, s *scene) error
}

// A lane is where faults happen one after the other; those of different lanes
// meet.
type lane int

const (
	processes lane = iota
	store          // Redis, and the way to it
	lanes
)

// A scene is what a fault has to work with.
type scene struct {
	fleet  *fleet.Fleet
	rand   *rand.Rand
	events func(Event)
	clock  func() time.Duration

	// mend does what ends a fault, also once no further ones are wanted.
	mend func(do func(context.Context) error) error
}

// Mixed are the faults that one fleet can suffer together.
func Mixed() (list []Fault) {
	for _, f := range Faults {
		if f.Clock == 0 && len(f.Redis) == 0 && f.Store == fleet.Alone {
			list = append(list, f)
		}
	}
	return list
}

// Find returns the fault of a name.
func Find(name string) (Fault, error) {
	for _, f := range Faults {
		if f.Name == name {
			return f, nil
		}
	}
	return Fault{}, fmt.Errorf("no fault is called %q", name)
}

// What happened, of those events that figures are about.
const (
	Killed = "killed" // a worker stopped working
	Back   = "back"   // Redis answers again after it was killed, or a replica was promoted
	Hung   = "hung"   // Redis did not answer from From to To, though it took connections
)

// An Event is something that happened to a fleet.
type Event struct {
	What     string
	From, To time.Duration // of the clock that Run was given
}

// Options say what Run does to which fleet. All but Out are required.
type Options struct {
	Fleet  *fleet.Fleet
	Faults []Fault
	For    time.Duration
	Seed   uint64
	Clock  func() time.Duration
	Out    io.Writer // takes a line for each fault, if set
}

// Run strikes with the faults, each once before any comes again, those of
// different lanes at the same time. The faults under way at the end are still
// mended, unless ctx has ended; one that cannot be mended is an error.
func Run(ctx context.Context, o Options) (struck int, events []Event, err error) {
	striking, cancel := context.WithTimeout(ctx, o.For)
	defer cancel()
	var mu sync.Mutex // guards struck, events and err
	var wg sync.WaitGroup
	for l := range lanes {
		var deck []Fault
		for _, f := range o.Faults {
			if f.lane == l {
				deck = append(deck, f)
			}
		}
		if len(deck) == 0 {
			continue
		}
		s := &scene{fleet: o.Fleet, rand: rand.New(rand.NewPCG(o.Seed, uint64(l))), clock: o.Clock, events: func(e Event) {
			mu.Lock()
			defer mu.Unlock()
			events = append(events, e)
		}, mend: func(do func(context.Context) error) error {
			ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
			defer cancel()
			if err := do(ctx); err != nil {
				return &unmended{err}
			}
			return nil
		}}
		wg.Go(func() {
			for striking.Err() == nil {
				s.rand.Shuffle(len(deck), func(i, k int) { deck[i], deck[k] = deck[k], deck[i] })
				for _, f := range deck {
					if s.rest(striking, 200*time.Millisecond, time.Second) != nil {
						return
					}
					if o.Out != nil {
						fmt.Fprintf(o.Out, "%6.1f s  %s %s\n", o.Clock().Seconds(), f.Name, f.Does)
					}
					failed := f.strike(striking, s)
					mu.Lock()
					struck++
					// Whatever fails once the time is over may do so for that, but mending.
					_, broken := errors.AsType[*unmended](failed)
					if failed != nil && (broken || striking.Err() == nil) && err == nil {
						err = fmt.Errorf("%s: %w", f.Name, failed)
					}
					mu.Unlock()
					if failed != nil {
						return
					}
				}
			}
		})
	}
	wg.Wait()
	return struck, events, err
}

// unmended is why something was left broken.
type unmended struct{ error }

func (u *unmended) Unwrap() error { return u.error }

// rest waits for a random time between two bounds, or until ctx ends.
func (s *scene) rest(ctx context.Context, least, most time.Duration) error {
	select {
	case <-time.After(least + time.Duration(s.rand.Int64N(int64(most-least)))):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *scene) worker() *fleet.Daemon { return s.fleet.Workers[s.rand.IntN(len(s.fleet.Workers))] }
func (s *scene) api() *fleet.Daemon    { return s.fleet.APIs[s.rand.IntN(len(s.fleet.APIs))] }

// happened takes down an event from a time on until now.
func (s *scene) happened(what string, from time.Duration) {
	s.events(Event{what, from, s.clock()})
}
