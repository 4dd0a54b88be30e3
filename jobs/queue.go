package jobs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strconv"
	"time"

	"github.com/hibiken/asynq"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
	"golang.org/x/sync/errgroup"
)

// Options say how a Queue works. Only Redis is required.
type Options struct {
	// Redis says how to reach the store. The Queue opens clients of its own.
	Redis *redis.UniversalOptions

	// Hook, if set, sees every command that the Queue sends.
	Hook redis.Hook

	Log *slog.Logger // default: nothing is logged

	// Metrics, if set, takes the metrics of this one Queue. Types are the job
	// types that they name besides those that Work serves; all others, which
	// clients may choose, count as one.
	Metrics prometheus.Registerer
	Types   []string

	// Traces, if set, takes a span for each job that is submitted, beneath that
	// in the context of Submit or else in Submission.Trace, and one for each run.
	Traces trace.TracerProvider

	// Shards is into how many hash slots the jobs spread. The first process
	// fixes it for all; another number is refused. Default 1.
	Shards int

	Concurrency int           // runs at once in this process, default 16
	MaxAttempts int           // failed attempts until a job fails, default 3
	Limit       time.Duration // how long a run may take, default 5 m; a Handler's own goes before
	Patience    time.Duration // how long a handler may take to return once its context ended, default 5 s
	Grace       time.Duration // how long Work lets runs finish when it stops, default 20 s
	Retention   time.Duration // how long an ended job can be read, default 24 h
	MaxWait     time.Duration // how long a job may wait for its first start, default for ever
	MaxWaiting  int           // queued jobs above which Submit refuses, default 1,000,000
	Share       int           // a tenant's jobs in a lane above which its further ones wait in low, default 100
	Deadline    time.Duration // for one batch of Redis commands, default 2 s

	// TenantWaiting is how many of a tenant's jobs may wait for their first
	// start before Submit refuses its further ones; default as many as there
	// may be. What other processes admit is seen a second later.
	TenantWaiting int

	// TenantBytes is how many bytes the content of a tenant's jobs that have not
	// ended, requests and files, may take in records and blobs, packed and
	// sealed as they are, before Submit refuses what would come above it;
	// default any number. Jobs that were submitted without it do not count, and
	// what other processes admit is seen a second later.
	TenantBytes int64

	// TenantRunning is how many of a tenant's jobs may run at a time, in all
	// processes together; default any number. Its others are held meanwhile, and
	// do not keep those of others from running. It is split evenly among the
	// shards, each part rounded up. One that runs alone, since its workers were
	// lost before, is not kept waiting by it. All processes that Work should
	// have the same: runs of those without a cap do not count.
	TenantRunning int

	// WaitReplicas is how many replicas must have what a caller is told, within
	// WaitTimeout: that its job is accepted, canceled or forgotten, and that a
	// run has ended. Otherwise the caller gets ErrUnavailable, and a run is
	// settled again. Default none: a failover may then lose the latest.
	WaitReplicas int
	WaitTimeout  time.Duration // less than Deadline, default 1 s

	// Blobs keep requests, files and results of more than Inline bytes, default
	// 256 KiB. Without them a larger submission is refused with ErrNoBlobs and
	// a larger result stays in its record. All processes must use the same.
	// One that no record names is deleted when it is BlobAge old, default 1 h,
	// which must be longer than any submission takes.
	Blobs   Blobs
	Inline  int
	BlobAge time.Duration

	// Keys, if set, encrypt what is stored from then on of requests, files,
	// results and the errors of attempts, in records and in blobs. What was
	// stored before is read as it is. All processes must have the same keys;
	// they may change, as long as what is stored is opened by one of them.
	Keys Keys
}

func (o *Options) setDefaults() {
	for _, d := range []struct {
		v         *int
		otherwise int
	}{{&o.Shards, 1}, {&o.Concurrency, 16}, {&o.MaxAttempts, 3}, {&o.MaxWaiting, 1_000_000}, {&o.Share, 100}, {&o.Inline, 256 << 10}} {
		if *d.v == 0 {
			*d.v = d.otherwise
		}
	}
	for _, d := range []struct {
		v         *time.Duration
		otherwise time.Duration
	}{{&o.Limit, 5 * time.Minute}, {&o.Patience, 5 * time.Second}, {&o.Grace, 20 * time.Second}, {&o.Retention, 24 * time.Hour}, {&o.Deadline, 2 * time.Second}, {&o.BlobAge, time.Hour}, {&o.WaitTimeout, time.Second}} {
		if *d.v == 0 {
			*d.v = d.otherwise
		}
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	if o.Traces == nil {
		o.Traces = noop.NewTracerProvider()
	}
}

func (o *Options) check() error {
	if o.Redis == nil {
		return errors.New("jobs: Options.Redis is required")
	}
	for what, v := range map[string]int64{
		"Shards": int64(o.Shards), "Concurrency": int64(o.Concurrency),
		"MaxAttempts": int64(o.MaxAttempts), "Limit": int64(o.Limit), "Patience": int64(o.Patience), "Grace": int64(o.Grace),
		"Retention": int64(o.Retention), "MaxWait": int64(o.MaxWait), "MaxWaiting": int64(o.MaxWaiting), "TenantWaiting": int64(o.TenantWaiting), "TenantBytes": o.TenantBytes, "TenantRunning": int64(o.TenantRunning),
		"Share": int64(o.Share), "Deadline": int64(o.Deadline),
		"WaitReplicas": int64(o.WaitReplicas), "WaitTimeout": int64(o.WaitTimeout),
		"Inline": int64(o.Inline), "BlobAge": int64(o.BlobAge),
	} {
		if v < 0 {
			return fmt.Errorf("jobs: Options.%s must not be negative", what)
		}
	}
	if o.Shards > hashSlots {
		return fmt.Errorf("jobs: Options.Shards must be at most %d", hashSlots)
	}
	if o.WaitReplicas > 0 && o.WaitTimeout >= o.Deadline {
		return errors.New("jobs: Options.WaitTimeout must be less than Options.Deadline")
	}
	return nil
}

// A Queue is one process's access to the jobs. Its methods may be called from
// many goroutines.
type Queue struct {
	opt Options
	log *slog.Logger
	met *metrics

	tracer  trace.Tracer
	tracing bool // spans go somewhere

	rdb    redis.UniversalClient // repeats what may be repeated
	pop    redis.UniversalClient // never repeats: a dequeue sent again takes a second task
	shards []shard               // in the order of the layout
	span   int                   // length of a slice with a place for each shard
	pipes  map[shard]*pipe
	asynq  *asynq.Client
	salt   []byte // of fingerprints
	admit  *admission
	shares *shares
	told   *hub          // who waits for changes of which job
	feeds  *feeds        // whose events are followed
	nudge  chan struct{} // something is due before the next pass of Maintain
	blobs  Blobs         // noBlobs without a place for them
	dead   chan struct{} // there may be blobs to delete
	packer *packer
}

// Open connects to Redis and settles the layout of the keys. It fails if Redis
// does not answer, or was set up with another number of shards.
func Open(ctx context.Context, o Options) (*Queue, error) {
	tracing := o.Traces != nil
	o.setDefaults()
	if err := o.check(); err != nil {
		return nil, err
	}
	q := &Queue{opt: o, log: o.Log, met: newMetrics(), tracer: o.Traces.Tracer(tracerName), tracing: tracing, nudge: make(chan struct{}, 1), dead: make(chan struct{}, 1), blobs: o.Blobs, packer: newPacker()}
	if q.blobs == nil {
		q.blobs = noBlobs{}
	}
	q.rdb = newClient(o, 3)
	q.pop = newClient(o, -1)
	if o.Metrics != nil {
		q.rdb.AddHook(q.met.calls)
		q.pop.AddHook(q.met.calls)
	}
	q.asynq = asynq.NewClientFromRedisClient(&enqueuer{UniversalClient: q.rdb, queue: q})
	q.admit = newAdmission(q)
	q.shares = newShares(o.Share)
	q.told = newHub(q)
	q.feeds = newFeeds(q)
	if err := q.settleLayout(ctx); err != nil {
		return nil, errors.Join(err, q.Close())
	}
	q.pipes = map[shard]*pipe{}
	for _, sh := range q.shards {
		q.pipes[sh] = newPipe(q, sh)
	}
	if o.Metrics != nil {
		if err := q.met.register(o.Metrics, q); err != nil {
			return nil, errors.Join(fmt.Errorf("metrics: %w", err), q.Close())
		}
	}
	return q, nil
}

func newClient(o Options, retries int) redis.UniversalClient {
	opt := *o.Redis
	opt.MaxRetries = retries
	if retries < 0 {
		opt.MaxRedirects = -1 // the client for a Cluster counts its repetitions there
	}
	opt.ContextTimeoutEnabled = true
	c := redis.NewUniversalClient(&opt)
	if o.Hook != nil {
		c.AddHook(o.Hook)
	}
	return c
}

// Close ends the Queue's connections. Work and Maintain must have returned.
func (q *Queue) Close() error {
	q.told.close()
	q.admit.close()
	for _, p := range q.pipes {
		p.close()
	}
	q.packer.close()
	return errors.Join(q.rdb.Close(), q.pop.Close())
}

// Ping reports whether Redis answers.
func (q *Queue) Ping(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, q.opt.Deadline)
	defer cancel()
	return StoreError(q.rdb.Ping(ctx).Err())
}

// shardsAtOnce is how many shards a heartbeat or a sweep visits at a time.
const shardsAtOnce = 8

// eachShard calls f for every shard, several at once, and returns when all
// calls have. One that waits for its server does not keep the others back.
func (q *Queue) eachShard(f func(sh shard)) {
	var g errgroup.Group
	g.SetLimit(shardsAtOnce)
	for _, sh := range q.shards {
		g.Go(func() error { f(sh); return nil })
	}
	_ = g.Wait()
}

func (q *Queue) shard(n name) shard { return n.among(q.shards) }

// eval runs a script on the record of n.
func (q *Queue) eval(ctx context.Context, s *script, n name, args ...any) (any, error) {
	sh := q.shard(n)
	v, err := q.pipes[sh].eval(ctx, s, []string{sh.record(n)}, args...)
	if err != nil {
		return nil, fmt.Errorf("%s %s: %w", s.name, n, err)
	}
	return v, nil
}

// micros is how scripts take durations.
func micros(d time.Duration) int64 { return d.Microseconds() }

func stringsOf(v any) []string {
	list, _ := v.([]any)
	out := make([]string, len(list))
	for i, x := range list {
		switch x := x.(type) {
		case string:
			out[i] = x
		case int64:
			out[i] = strconv.FormatInt(x, 10)
		}
	}
	return out
}
