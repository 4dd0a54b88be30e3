package jobs

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"slices"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// A Handler does the jobs of one type.
type Handler struct {
	Type  string
	Limit time.Duration // how long one run may take; default Options.Limit

	// Run does one job. Its context ends when the time is up or the job is
	// no longer this run's; context.Cause tells ErrTimeout, ErrCanceled,
	// ErrLost and ErrStopping apart. An error is tried again later, unless
	// it is Permanent or the attempts are used up. A Result beside an error is
	// a partial one, and kept if the job fails with that error.
	Run func(ctx context.Context, j *Job) (*Result, error)
}

const (
	lease     = 10 * time.Second // a run without a heartbeat for so long is taken over
	beatEvery = 3 * time.Second
	passOn    = 250 * time.Millisecond // until a worker that serves a job's type may have it, at the least
	maxLost   = 3                      // starts without an end until a job fails
)

// worker is one call of Work.
type worker struct {
	q        *Queue
	owner    string
	host     string
	began    time.Time
	handlers map[string]Handler
	types    []string
	gate     *gate
	servers  []*asynq.Server
	over     chan struct{} // closed when Work has stopped waiting for its runs

	mu       sync.Mutex // guards all below
	runs     map[run]*attempt
	coming   map[string]*attempt // started, and on their way through asynq, by task id
	stopping bool                // runs have been told so, and those to come are
	missed   time.Time           // the last heartbeat that failed
	emptied  chan struct{}       // closed when there is no run any more, nil when nobody waits for that

	// By shard, guarded by its turn.
	doubt    []bool         // the answer of a take was lost
	reserved []*reservation // the last job that was to run alone
}

func newWorker(q *Queue) *worker {
	host, _ := os.Hostname() // for people; nothing depends on it
	owner := rand.Text()[:10]
	if q.opt.TenantRunning > 0 {
		owner += "+" // its runs count against their tenants' caps
	}
	w := &worker{q: q, owner: owner, host: host, began: time.Now().UTC(), handlers: map[string]Handler{}, over: make(chan struct{}),
		runs: map[run]*attempt{}, coming: map[string]*attempt{}, doubt: make([]bool, q.span), reserved: make([]*reservation, q.span)}
	w.gate = newGate(q.opt.Concurrency, q.span, w)
	return w
}

// Work runs jobs of the handlers' types, and ends jobs of a type that no live
// worker serves, until ctx ends. Then it takes no more, lets what runs finish
// within Options.Grace, hands the rest back and returns.
func (q *Queue) Work(ctx context.Context, handlers []Handler) error {
	w := newWorker(q)
	for _, h := range handlers {
		if h.Type == "" || h.Run == nil || w.handlers[h.Type].Run != nil {
			return fmt.Errorf("work: a handler needs a type of its own and a function: %q", h.Type)
		}
		if h.Limit == 0 {
			h.Limit = q.opt.Limit
		}
		w.handlers[h.Type] = h
		w.types = append(w.types, h.Type)
	}
	slices.Sort(w.types)

	// What the helpers do must outlast ctx: runs are still finishing then.
	helping, stopHelping := context.WithCancel(context.WithoutCancel(ctx))
	var helpers sync.WaitGroup
	w.beat(helping) // announces the types before the first job comes
	helpers.Go(func() { w.beats(helping) })
	helpers.Go(func() { w.listen(helping) })
	err := w.serve()
	if err == nil {
		<-ctx.Done()
	}
	w.stop()
	stopHelping()
	helpers.Wait()
	return err
}

// serve starts an asynq server for each shard, since one that waits for one
// shard does not see another.
func (w *worker) serve() error {
	q := w.q
	for _, sh := range q.shards {
		s := asynq.NewServerFromRedisClient(&fetcher{UniversalClient: q.rdb, gate: w.gate}, asynq.Config{
			// The gate holds the slots; a server must never run out of its own.
			Concurrency: q.opt.Concurrency + 1,
			Queues:      laneWeights(sh),
			// The gate waits; asynq need not.
			TaskCheckInterval: time.Millisecond,
			// Nothing of ours is in asynq's retry or completed sets.
			DelayedTaskCheckInterval: 5 * time.Minute,
			JanitorInterval:          time.Hour,
			IsFailure:                func(error) bool { return false },
			RetryDelayFunc:           func(int, error, *asynq.Task) time.Duration { return time.Minute },
			ShutdownTimeout:          time.Second,
			Logger:                   asynqLog{q.log},
			LogLevel:                 asynq.WarnLevel,
		})
		if err := s.Start(asynq.HandlerFunc(w.process)); err != nil {
			return fmt.Errorf("work: %w", err)
		}
		w.servers = append(w.servers, s)
	}
	return nil
}

// laneWeights makes asynq ask for the lanes in these proportions. The gate
// puts laneAgain before whatever asynq asks for, so that asynq need not.
func laneWeights(sh shard) map[string]int {
	return map[string]int{sh.queue(laneHigh): 6, sh.queue(laneNormal): 3, sh.queue(laneLow): 1}
}

// stop ends the taking of tasks, then the runs, then the servers.
func (w *worker) stop() {
	w.gate.stop()
	for _, s := range w.servers {
		s.Stop()
	}
	finished := make(chan struct{})
	go func() { w.handBack(); w.gate.taken.Wait(); close(finished) }()
	select {
	case <-finished:
	case <-time.After(w.q.opt.Grace):
		w.mu.Lock()
		w.stopping = true
		for _, a := range w.runs {
			a.cancel(ErrStopping)
		}
		w.mu.Unlock()
		select {
		case <-finished:
		case <-time.After(w.q.opt.Patience + 2*w.q.opt.Deadline):
			w.q.log.Error("stopped with runs not settled, their leases will end")
		}
	}
	close(w.over)
	var wg sync.WaitGroup
	for _, s := range w.servers {
		wg.Go(s.Shutdown)
	}
	wg.Wait()
}

// process is asynq's handler. It returns nil whatever happens: what happened
// stands in the record, and asynq has nothing left to do.
func (w *worker) process(_ context.Context, t *asynq.Task) error {
	if a := w.arrived(t.ResultWriter().TaskID()); a != nil {
		defer w.gate.taken.Done()
		a.do()
	}
	return nil
}

func unserved(context.Context, *Job) (*Result, error) {
	return nil, Permanent(&Error{Code: UnsupportedJobType, Message: "no worker serves this type of job"})
}

// expiredError ends a job that waited longer than Options.MaxWait.
var expiredError = encodeError(&Error{Code: Expired, Message: "the job was not started in time"})

// lostError is the attempt of a worker that died or hung.
var lostError = encodeError(&Error{Code: WorkerLost, Message: "the worker stopped working on the job"})

// beats extends the leases of our runs, and tells their progress, until ctx ends.
func (w *worker) beats(ctx context.Context) {
	tick := time.NewTicker(beatEvery)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
			w.beat(ctx)
		case <-ctx.Done():
			return
		}
	}
}

func (w *worker) beat(ctx context.Context) {
	q := w.q
	args := make([][]any, q.span)
	w.mu.Lock()
	for r, a := range w.runs {
		if w.coming[a.task] == a && time.Since(a.taken) > lease {
			// Its message cannot have been asynq's. With another one the job comes again.
			q.log.Error("job given up, asynq did not bring it", "job", r.name)
			delete(w.coming, a.task)
			w.leave(r)
			w.gate.done()
			continue
		}
		sh := q.shard(r.name)
		args[sh] = append(args[sh], string(r.name), r.fence, a.progress.Load())
	}
	w.mu.Unlock()
	var announced sync.WaitGroup
	announced.Go(func() { w.announce(ctx) })
	defer announced.Wait()
	q.eachShard(func(sh shard) {
		head := []any{micros(lease), sh.record(""), len(w.types)}
		for _, t := range w.types {
			head = append(head, t)
		}
		v, err := q.pipes[sh].eval(ctx, heartbeatScript, []string{sh.key("lease"), sh.key("serves")}, append(head, args[sh]...)...)
		if err != nil {
			w.mu.Lock()
			w.missed = time.Now()
			w.mu.Unlock()
			if ctx.Err() == nil {
				q.met.missed.Inc()
				q.log.Warn("heartbeat failed", "runs", len(args[sh])/3, "error", err)
			}
			return
		}
		gone := stringsOf(v)
		for ; len(gone) >= 2; gone = gone[2:] {
			if r, ok := parseRun(gone[0]); ok {
				w.lose(r, gone[1])
			}
		}
	})
}

// unheard is 1 when a heartbeat failed not long ago. Then Redis may have been
// away for everyone, and that a job's type is not announced says nothing yet.
func (w *worker) unheard() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !w.missed.IsZero() && time.Since(w.missed) < lease {
		return 1
	}
	return 0
}

// lose ends the work on a run whose record went on without it.
func (w *worker) lose(r run, state string) {
	cause := ErrLost
	if state == "c" || state == "" {
		cause = ErrCanceled
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if a := w.runs[r]; a != nil {
		a.cancel(cause)
	}
}

// listen hears of new work and of runs that were canceled, until ctx ends.
func (w *worker) listen(ctx context.Context) {
	var channels []string
	for _, sh := range w.q.shards {
		channels = append(channels, sh.key("wake"))
	}
	sub := w.q.rdb.Subscribe(ctx, channels...)
	events := sub.ChannelWithSubscriptions()
	defer func() {
		sub.Close()
		for range events { // until its sender has noticed
		}
	}()
	for {
		select {
		case e := <-events:
			m, ok := e.(*redis.Message)
			if !ok || m.Payload == "" {
				w.gate.wake()
			} else if r, ok := parseRun(m.Payload); ok {
				w.lose(r, "c")
			}
		case <-ctx.Done():
			return
		}
	}
}

// finished takes a run out of the books once it is settled.
func (w *worker) finished(a *attempt) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.leave(a.run)
}
