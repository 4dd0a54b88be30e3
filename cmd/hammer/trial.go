package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"time"

	"github.com/classifyd/classifyd/cmd/hammer/crowd"
	"github.com/classifyd/classifyd/cmd/hammer/fleet"
	"github.com/classifyd/classifyd/cmd/hammer/history"
	"github.com/classifyd/classifyd/cmd/hammer/nemesis"
)

// secret stands in all content that clients submit.
const secret = "marzipan-70581"

// A trial is one fleet, one crowd and some faults.
type trial struct {
	name     string
	faults   []nemesis.Fault
	duration time.Duration
	seed     uint64
	clients  int
	patient  bool          // waits for asynq's leftovers of killed workers, which takes a minute
	drain    time.Duration // for all jobs to end after the last fault, a minute
	progress io.Writer

	// command is the daemon, in place of this program, and last the one of the
	// last worker; if set.
	command, last []string

	workers int // of the fleet, as many as it has by itself
}

const (
	drainWithin = time.Minute
	tidyWithin  = 5 * time.Second
	tidyPatient = 90 * time.Second
)

// run starts everything, ends everything, and says how it went.
func (t *trial) run(ctx context.Context) (_ figures, err error) {
	o := fleet.Options{Command: t.command, Last: t.last, Workers: t.workers, Secret: secret}
	if o.Command == nil {
		if o.Command, err = daemonArgs(); err != nil {
			return figures{}, err
		}
	}
	duration := t.duration
	for _, f := range t.faults {
		duration = max(duration, f.Takes)
		o.Redis = append(o.Redis, f.Redis...)
		o.Store, o.WaitReplicas, o.Shards = f.Store, f.WaitReplicas, f.Shards // those that can be mixed ask for none
		if f.Clock != 0 && o.Last == nil {
			binary, remove, err := buildSkewed(ctx, f.Clock)
			if err != nil {
				return figures{}, err
			}
			defer remove()
			o.Last = []string{binary, daemonCommand}
		}
	}
	f, err := fleet.Start(ctx, o)
	if err != nil {
		return figures{}, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()

	h := history.New()
	people := crowd.New(crowd.Options{Bases: f.Bases(), Tenants: tenants, History: h, Clients: t.clients, Seed: t.seed, Slow: fleet.Slow, Secret: secret})
	calling, stop := context.WithCancel(ctx)
	defer stop()
	var crowded sync.WaitGroup
	crowded.Go(func() { people.Run(calling) })
	struck, events, err := nemesis.Run(ctx, nemesis.Options{Fleet: f, Faults: t.faults, For: duration, Seed: t.seed, Clock: h.Now, Out: t.progress})
	if err == nil {
		err = f.Mend(ctx)
	}
	stop()
	until := h.Now()
	crowded.Wait()
	if err != nil {
		return figures{}, err
	}
	fmt.Fprintf(t.progress, "%6.1f s  all is mended, waiting for the jobs to end\n", h.Now().Seconds())

	end := history.End{Secret: secret, Own: true, Lossy: slices.ContainsFunc(t.faults, func(f nemesis.Fault) bool { return f.Lossy })}
	draining, cancel := context.WithTimeout(ctx, cmp.Or(t.drain, drainWithin))
	defer cancel()
	people.Await(draining)
	if err := t.tidy(ctx, f); err != nil {
		return figures{}, err
	}
	people.Look(ctx)
	if end.Redis, err = f.Snapshot(ctx); err != nil {
		return figures{}, err
	}
	if err := f.Terminate(ctx); err != nil {
		return figures{}, err
	}
	end.Settled, end.Alarms = f.Settled(), f.Alarms()
	calls := h.Calls()
	return newFigures(t.name, history.Check(calls, end), struck, calls, events, h.Began(), until), nil
}

// tidy waits until the queue has nothing left of its work.
func (t *trial) tidy(ctx context.Context, f *fleet.Fleet) error {
	limit := tidyWithin
	if t.patient {
		limit = tidyPatient
	}
	for start := time.Now(); time.Since(start) < limit; {
		s, err := f.Snapshot(ctx)
		if err != nil {
			return err
		}
		if len(s.Leftovers()) == 0 && s.Ended() && (s.Active() == 0 || !t.patient) {
			return nil
		}
		select {
		case <-time.After(200 * time.Millisecond):
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil // Check says what is left
}
