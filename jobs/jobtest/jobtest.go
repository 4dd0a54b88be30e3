// Package jobtest runs a whole queue for tests: processes that submit, work
// and maintain over one Redis, faults on the way to it, and a check of what
// the queue promises. Its systems run in a testing/synctest bubble over the
// embedded Redis, or over a real redis-server. For tests alone.
package jobtest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/embedded"
	"github.com/classifyd/classifyd/jobs/snapshot"
)

// Bubble runs f in a testing/synctest bubble that a System may live in.
func Bubble(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		// A client that lost its server looks for it once a second, and
		// notices then that it was closed.
		t.Cleanup(func() { time.Sleep(2 * time.Second) })
		f(t)
	})
}

// Options say what Start starts. The zero value is one process that works and
// maintains over an embedded Redis of its own, with the Echo handler.
type Options struct {
	// Jobs are the options of every process. Redis, when nil, is an embedded
	// server; Log, when nil, is the test's output.
	Jobs jobs.Options

	Handlers  []jobs.Handler // of every process; nil: Echo
	Processes int            // how many work and maintain; 0: one, negative: none

	// Faults, if set, sees every command of the producer and of every process.
	Faults *Faults
}

// A System is a producer and some processes over one Redis. Nothing of it
// outlives the test. Its own methods fail the test on an unexpected error.
type System struct {
	// Queue is the producer's: it submits and reads, but does not work.
	Queue *jobs.Queue

	// Link is the producer's.
	Link *Link

	// Server says how to reach the server, and Redis does, past all faults.
	Server *redis.UniversalOptions
	Redis  redis.UniversalClient

	t         testing.TB
	opt       Options
	processes []*Process
	calm      *jobs.Queue // sees no fault

	mu       sync.Mutex // guards all below
	accepted map[string]*promise
	records  map[string]snapshot.Record
}

// Start starts a system and stops it when the test ends.
func Start(t testing.TB, o Options) *System {
	t.Helper()
	if o.Jobs.Redis == nil {
		server := embedded.Start()
		t.Cleanup(server.Close)
		o.Jobs.Redis = server.Options()
	}
	if o.Jobs.Log == nil {
		o.Jobs.Log = Log(t)
	}
	if o.Handlers == nil {
		o.Handlers = []jobs.Handler{Echo()}
	}
	s := &System{t: t, opt: o, accepted: map[string]*promise{}, records: map[string]snapshot.Record{}}
	s.Server = o.Jobs.Redis
	s.Redis = redis.NewUniversalClient(s.Server)
	t.Cleanup(func() { s.Redis.Close() })
	s.calm = s.open(o.Jobs)
	if o.Faults != nil {
		o.Jobs.Hook = o.Faults
		s.opt = o
	}
	s.Link = NewLink()
	o.Jobs.Redis = s.Link.Options(o.Jobs.Redis)
	s.Queue = s.open(o.Jobs)
	n := max(o.Processes, 0)
	if o.Processes == 0 {
		n = 1
	}
	for range n {
		s.Process()
	}
	return s
}

func (s *System) open(o jobs.Options) *jobs.Queue {
	s.t.Helper()
	q, err := jobs.Open(s.t.Context(), o)
	if err != nil {
		s.t.Fatal(err)
	}
	s.t.Cleanup(func() {
		if err := q.Close(); err != nil {
			s.t.Errorf("close: %v", err)
		}
	})
	return q
}

// A Process works on jobs and maintains the queue, over connections of its own.
type Process struct {
	Queue *jobs.Queue
	Link  *Link

	stop context.CancelFunc
	done chan struct{} // closed when Work and Maintain have returned
}

// Process starts one more process, with these handlers or, without any, those
// of the system.
func (s *System) Process(handlers ...jobs.Handler) *Process {
	s.t.Helper()
	if len(handlers) == 0 {
		handlers = s.opt.Handlers
	}
	o := s.opt.Jobs
	p := &Process{Link: NewLink(), done: make(chan struct{})}
	o.Redis = p.Link.Options(o.Redis)
	if o.Hook != nil {
		o.Hook = hooks{p.Link, o.Hook}
	} else {
		o.Hook = p.Link
	}
	var ctx context.Context
	ctx, p.stop = context.WithCancel(context.Background())
	p.Queue = s.open(o)
	var wg sync.WaitGroup
	wg.Go(func() {
		if err := p.Queue.Work(ctx, handlers); err != nil {
			s.t.Errorf("work: %v", err)
		}
	})
	wg.Go(func() {
		if err := p.Queue.Maintain(ctx); err != nil {
			s.t.Errorf("maintain: %v", err)
		}
	})
	go func() { wg.Wait(); close(p.done) }()
	s.processes = append(s.processes, p)
	s.t.Cleanup(p.Stop)
	return p
}

// Processes are all that were started.
func (s *System) Processes() []*Process { return s.processes }

// Stop asks the process to stop, as SIGTERM does, and waits until it has.
func (p *Process) Stop() {
	p.stop()
	<-p.done
}

// Kill ends the process as Redis sees it: nothing of it arrives there any
// more. Its goroutines end with the test, or earlier.
func (p *Process) Kill() {
	p.Link.Cut()
	p.stop()
}

// Submit submits sub and expects a new job.
func (s *System) Submit(sub jobs.Submission) *jobs.Job {
	s.t.Helper()
	j, created, err := s.TrySubmit(sub)
	if err != nil || !created {
		s.t.Fatalf("Submit = created %v, %v", created, err)
	}
	return j
}

// TrySubmit submits sub and remembers what was promised.
func (s *System) TrySubmit(sub jobs.Submission) (*jobs.Job, bool, error) {
	j, created, err := s.Queue.Submit(context.WithoutCancel(s.t.Context()), sub)
	if err == nil {
		s.remember(j)
	}
	return j, created, err
}

// Get reads a job.
func (s *System) Get(j *jobs.Job) *jobs.Job {
	s.t.Helper()
	got, err := s.calm.Get(s.t.Context(), j.Tenant, j.ID)
	if err != nil {
		s.t.Fatal(err)
	}
	s.remember(got)
	return got
}

// Wait waits for the end of a job, five minutes at most.
func (s *System) Wait(j *jobs.Job) *jobs.Job {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), 5*time.Minute)
	defer cancel()
	got, err := s.calm.Wait(ctx, j.Tenant, j.ID, "")
	if err != nil {
		s.t.Fatal(err)
	}
	if !got.Done() {
		s.t.Fatalf("job %s is still %s", j.ID, got.State)
	}
	s.remember(got)
	return got
}

// Cancel cancels a job and expects success.
func (s *System) Cancel(j *jobs.Job) *jobs.Job {
	s.t.Helper()
	got, err := s.Queue.Cancel(s.t.Context(), j.Tenant, j.ID, "")
	if err != nil {
		s.t.Fatal(err)
	}
	s.remember(got)
	return got
}

// TryCancel cancels a job and remembers what was promised.
func (s *System) TryCancel(j *jobs.Job) (*jobs.Job, error) {
	got, err := s.Queue.Cancel(s.t.Context(), j.Tenant, j.ID, "")
	if got != nil && (err == nil || errors.Is(err, jobs.ErrEnded)) {
		s.remember(got)
	}
	return got, err
}

// Forget deletes a job and expects success.
func (s *System) Forget(j *jobs.Job) {
	s.t.Helper()
	if err := s.TryForget(j); err != nil {
		s.t.Fatal(err)
	}
}

// TryForget deletes a job and remembers that it may be gone.
func (s *System) TryForget(j *jobs.Job) error {
	s.mu.Lock()
	if p := s.accepted[promiseKey(j)]; p != nil {
		p.mayBeGone = true
	}
	s.mu.Unlock()
	return s.Queue.Forget(s.t.Context(), j.Tenant, j.ID, "")
}

// Secret stands in every sample submission. The test fails if it is logged.
const Secret = "marzipan-70581"

// TypeText is the job type that Echo serves and Text submits.
const TypeText = "classifyText"

// Text is a sample submission of tenant t.
func Text(t jobs.Tenant) jobs.Submission {
	return jobs.Submission{Tenant: t, Type: TypeText, Request: json.RawMessage(`{"text":"the word is ` + Secret + `"}`)}
}

// Echo is a handler that tells how long its job's request is.
func Echo() jobs.Handler {
	return jobs.Handler{Type: TypeText, Run: func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
		return &jobs.Result{JSON: fmt.Appendf(nil, `{"bytes":%d}`, len(j.Request))}, nil
	}}
}

// Log is a logger to t's output that fails the test when Secret passes.
func Log(t testing.TB) *slog.Logger {
	return slog.New(slog.NewTextHandler(&guard{t: t, w: t.Output()}, &slog.HandlerOptions{Level: slog.LevelInfo}))
}

type guard struct {
	t testing.TB
	w io.Writer
}

func (g *guard) Write(p []byte) (int, error) {
	if bytes.Contains(p, []byte(Secret)) {
		g.t.Error("submitted content was logged")
	}
	return g.w.Write(p)
}
