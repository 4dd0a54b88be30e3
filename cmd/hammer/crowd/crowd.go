// Package crowd is many clients who call the service at random, send again
// what was not answered, get into each other's way, and take down all that
// they ask and are told.
package crowd

import (
	"context"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/classifyd/classifyd/cmd/hammer/history"
)

// A Tenant is whom clients call as.
type Tenant struct {
	Name  string
	Token string // a bearer token, "" while authentication is off
}

// Options say how a crowd calls. Bases, Tenants and History are required.
type Options struct {
	Bases   []string // URLs of APIs over the same Redis
	Tenants []Tenant
	History *history.History

	Clients int           // 12
	Think   time.Duration // longest pause of a client between calls, 100 ms
	Seed    uint64        // of what the clients do
	Slow    string        // a job type with a request of {"millis": N}, "" for none
	Secret  string        // part of every text
}

// A Crowd is clients who know of each other's jobs.
type Crowd struct {
	opt Options

	mu     sync.Mutex // guards recent
	recent []job      // the latest jobs of all tenants
}

// A job is one that a client has created, or has tried to.
type job struct {
	tenant int
	id     string
	body   string // as it was created with, "" if that has no id in it
}

// New returns a crowd that has not called yet.
func New(o Options) *Crowd {
	if o.Clients == 0 {
		o.Clients = 12
	}
	if o.Think == 0 {
		o.Think = 100 * time.Millisecond
	}
	return &Crowd{opt: o}
}

// Run has the clients call until ctx ends. Calls under way then come to their
// own end.
func (c *Crowd) Run(ctx context.Context) {
	var wg sync.WaitGroup
	for i := range c.opt.Clients {
		wg.Go(func() {
			n := i % len(c.opt.Tenants)
			k := newClient(c, n, uint64(i))
			for ctx.Err() == nil {
				k.act(context.WithoutCancel(ctx))
				sleep(ctx, rand.N(c.opt.Think))
			}
		})
	}
	wg.Wait()
}

// Await reads every accepted job that nobody saw end, and was not deleted,
// until it has ended or ctx does.
func (c *Crowd) Await(ctx context.Context) {
	open := map[string]job{}
	for _, call := range c.opt.History.Calls() {
		name := call.Tenant + "/" + call.Job
		if call.Kind == history.Create && call.OK() {
			n := slices.IndexFunc(c.opt.Tenants, func(t Tenant) bool { return t.Name == call.Tenant })
			open[name] = job{tenant: n, id: call.Job}
		}
	}
	for _, call := range c.opt.History.Calls() {
		if call.Kind == history.Delete && !call.Other {
			delete(open, call.Tenant+"/"+call.Job)
		}
		for _, j := range call.Seen {
			if j.Done() {
				delete(open, call.Tenant+"/"+j.ID)
			}
		}
	}
	jobs := make(chan job)
	var wg sync.WaitGroup
	for i := range c.opt.Clients {
		wg.Go(func() {
			for j := range jobs {
				k := newClient(c, j.tenant, uint64(i))
				for !k.get(ctx, j, "wait=5") && ctx.Err() == nil {
					sleep(ctx, 100*time.Millisecond)
				}
			}
		})
	}
	for _, j := range open {
		jobs <- j
	}
	close(jobs)
	wg.Wait()
}

// Look reads, once nothing changes any more, all jobs and counts of each tenant.
func (c *Crowd) Look(ctx context.Context) {
	for n := range c.opt.Tenants {
		k := newClient(c, n, 1<<32)
		for _, status := range []string{"", "notStarted", "running", "succeeded", "failed", "canceled"} {
			k.list(ctx, status, true)
			if status != "" {
				k.count(ctx, status, true)
			}
		}
	}
	for _, j := range c.all() {
		newClient(c, j.tenant, 1<<32).get(ctx, j, "")
	}
}

func sleep(ctx context.Context, d time.Duration) {
	select {
	case <-time.After(d):
	case <-ctx.Done():
	}
}

// memory is how many jobs clients come back to.
const memory = 500

func (c *Crowd) remember(j job) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.recent = append(c.recent, j)
	if len(c.recent) > memory {
		c.recent = c.recent[len(c.recent)-memory:]
	}
}

func (c *Crowd) all() []job {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]job(nil), c.recent...)
}

// pick returns one of the latest jobs that is, or is not, a tenant's.
func (c *Crowd) pick(r *rand.Rand, tenant int, own bool) (job, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range 8 {
		// Mostly a young one, which is still at work.
		if n := min(len(c.recent), 1<<r.IntN(10)); n > 0 {
			if j := c.recent[len(c.recent)-1-r.IntN(n)]; (j.tenant == tenant) == own {
				return j, true
			}
		}
	}
	return job{}, false
}

// act does one thing that clients do.
func (k *client) act(ctx context.Context) {
	own := func(do func(context.Context, job)) {
		if j, ok := k.crowd.pick(k.rand, k.tenant, true); ok {
			do(ctx, j)
		}
	}
	switch p := k.rand.IntN(100); {
	case p < 26:
		k.create(ctx)
	case p < 31:
		k.createTwice(ctx)
	case p < 34:
		k.bulk(ctx)
	case p < 37:
		k.batch(ctx)
	case p < 41:
		own(k.repeat)
	case p < 43:
		own(k.clash)
	case p < 55:
		own(k.cancel)
	case p < 59:
		own(k.delete)
	case p < 70:
		own(func(ctx context.Context, j job) { k.get(ctx, j, "wait=2") })
	case p < 92:
		own(func(ctx context.Context, j job) { k.get(ctx, j, "") })
	case p < 94:
		k.list(ctx, []string{"", "succeeded", "canceled"}[k.rand.IntN(3)], false)
	case p < 96:
		k.count(ctx, "succeeded", false)
	default:
		k.pry(ctx)
	}
}

func newID() string { return uuid.NewString() }
