package load

import (
	"context"
	"fmt"
	"io"
	"math"
	"slices"
	"sync"
	"time"
)

// A sample is one request.
type sample struct {
	due     time.Duration // since the start
	took    time.Duration // from when it was due
	problem string        // "" for none
}

// A run sends requests one after the other, each when it is due.
type run struct {
	rate  float64
	total int
	slots chan struct{} // one for each request under way
	do    func(context.Context) string
	begun time.Time

	mu      sync.Mutex // guards all below
	due     int        // requests so far
	samples []sample   // answered, in the order of their answers
}

// start makes a run; do sends one request and returns what went wrong.
func start(rate float64, d time.Duration, inFlight int, do func(context.Context) string) *run {
	return &run{rate: rate, total: max(1, int(rate*d.Seconds())), slots: make(chan struct{}, inFlight), do: do, begun: time.Now()}
}

// at is when request i is due, since the start.
func (r *run) at(i int) time.Duration {
	return time.Duration(float64(i) / r.rate * float64(time.Second))
}

// send returns when all requests are answered, or those that were sent by the
// end of ctx.
func (r *run) send(ctx context.Context) {
	var wg sync.WaitGroup
	defer wg.Wait()
	timer := time.NewTimer(0)
	defer timer.Stop()
	for i := range r.total {
		if early := time.Until(r.begun.Add(r.at(i))); early > 0 {
			timer.Reset(early)
			select {
			case <-timer.C:
			case <-ctx.Done():
				return
			}
		}
		r.mu.Lock()
		r.due = i + 1
		r.mu.Unlock()
		select {
		case r.slots <- struct{}{}:
		case <-ctx.Done():
			return
		}
		wg.Go(func() {
			defer func() { <-r.slots }()
			problem := r.do(ctx)
			s := sample{due: r.at(i), took: time.Since(r.begun) - r.at(i), problem: problem}
			r.mu.Lock()
			defer r.mu.Unlock()
			r.samples = append(r.samples, s)
		})
	}
}

// report writes a line a second until the function that it returns is called.
func (r *run) report(w io.Writer) (stop func()) {
	quit, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(time.Second)
		defer tick.Stop()
		seen := 0
		for {
			select {
			case <-tick.C:
				r.mu.Lock()
				due, fresh := r.due, slices.Clone(r.samples[seen:])
				r.mu.Unlock()
				seen += len(fresh)
				s := summarise(fresh)
				fmt.Fprintf(w, "%3.0f s: %d of %d due, %d answered; in the last second %d, of which %d failed, p50 %v, p99 %v\n",
					time.Since(r.begun).Seconds(), due, r.total, seen, len(fresh), len(fresh)-s.good, s.quantile(0.5), s.quantile(0.99))
			case <-quit:
				return
			}
		}
	}()
	return func() {
		close(quit)
		<-done
	}
}

// A summary is what samples have in common.
type summary struct {
	good   int
	sorted []time.Duration // of those that succeeded
}

func summarise(samples []sample) summary {
	var s summary
	for _, x := range samples {
		if x.problem == "" {
			s.sorted = append(s.sorted, x.took)
		}
	}
	s.good = len(s.sorted)
	slices.Sort(s.sorted)
	return s
}

// quantile is the smallest latency that at least the share q is not above, to
// three digits or so; 0 without any.
func (s summary) quantile(q float64) time.Duration {
	if s.good == 0 {
		return 0
	}
	i := int(math.Ceil(q * float64(s.good)))
	d := s.sorted[min(max(i, 1), s.good)-1]
	if d > 100*time.Millisecond {
		return d.Round(time.Millisecond)
	}
	return d.Round(10 * time.Microsecond)
}
