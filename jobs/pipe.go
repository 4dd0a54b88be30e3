package jobs

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	maxBatch = 128 // calls in one pipeline
	inFlight = 2   // pipelines of one shard under way at once
)

// A pipe sends the calls of many goroutines to one shard in shared pipelines:
// while one batch is on its way, the next gathers. Every call that goes
// through it may be sent twice without harm, since go-redis repeats a batch
// whose connection broke.
type pipe struct {
	rdb      redis.UniversalClient
	deadline time.Duration // of a batch, never a caller's: others ride along
	calls    chan *call
	quit     chan struct{}
	wg       sync.WaitGroup
}

// A call is one Redis command: a script with its keys and arguments, or any
// other command as args.
type call struct {
	script *script
	keys   []string
	args   []any

	done chan struct{} // closed once val and err are set
	val  any
	err  error
}

func newPipe(rdb redis.UniversalClient, deadline time.Duration) *pipe {
	p := &pipe{rdb: rdb, deadline: deadline, calls: make(chan *call, maxBatch), quit: make(chan struct{})}
	for range inFlight {
		p.wg.Go(p.run)
	}
	return p
}

// close stops the pipe; calls that still wait fail.
func (p *pipe) close() {
	close(p.quit)
	p.wg.Wait()
}

// eval runs a script and returns what it returned; a nil reply is nil, nil.
func (p *pipe) eval(ctx context.Context, s *script, keys []string, args ...any) (any, error) {
	return p.do(ctx, &call{script: s, keys: keys, args: args})
}

// do waits for c's answer, or for ctx, in which case c may still take effect.
func (p *pipe) do(ctx context.Context, c *call) (any, error) {
	if ctx.Err() != nil {
		return nil, StoreError(context.Cause(ctx))
	}
	c.done = make(chan struct{})
	select {
	case p.calls <- c:
	case <-p.quit:
		return nil, StoreError(redis.ErrClosed)
	case <-ctx.Done():
		return nil, StoreError(context.Cause(ctx))
	}
	select {
	case <-c.done:
		return c.val, c.err
	case <-p.quit:
		return nil, StoreError(redis.ErrClosed)
	case <-ctx.Done():
		return nil, StoreError(context.Cause(ctx))
	}
}

func (p *pipe) run() {
	batch := make([]*call, 0, maxBatch)
	for {
		select {
		case c := <-p.calls:
			batch = append(batch[:0], c)
		case <-p.quit:
			return
		}
	gather:
		for len(batch) < maxBatch {
			select {
			case c := <-p.calls:
				batch = append(batch, c)
			default:
				break gather
			}
		}
		p.send(batch)
	}
}

func (p *pipe) send(batch []*call) {
	ctx, cancel := context.WithTimeout(context.Background(), p.deadline)
	defer cancel()
	unknown := p.exec(ctx, batch, false)
	if len(unknown) > 0 {
		p.exec(ctx, unknown, true)
	}
}

// exec sends one pipeline and answers its calls, all but those whose script
// Redis does not know: there nothing was done, and they go again with their
// source.
func (p *pipe) exec(ctx context.Context, batch []*call, withSource bool) (unknown []*call) {
	pl := p.rdb.Pipeline()
	cmds := make([]*redis.Cmd, len(batch))
	for i, c := range batch {
		switch {
		case c.script == nil:
			cmds[i] = pl.Do(ctx, c.args...)
		case withSource:
			cmds[i] = pl.Eval(ctx, c.script.src, c.keys, c.args...)
		default:
			cmds[i] = pl.EvalSha(ctx, c.script.sha, c.keys, c.args...)
		}
	}
	_, _ = pl.Exec(ctx) // each command carries its own error
	for i, c := range batch {
		val, err := cmds[i].Result()
		if err != nil && !withSource && redis.HasErrorPrefix(err, "NOSCRIPT") {
			unknown = append(unknown, c)
			continue
		}
		if errors.Is(err, redis.Nil) {
			val, err = nil, nil
		}
		c.val, c.err = val, StoreError(err)
		close(c.done)
	}
	return unknown
}

// StoreError tells of an error from a Redis client what a caller can act on, so
// that package tenants says the same: a store that is full, a store
// that did not answer, or a mistake of ours, which Redis answers with ERR.
func StoreError(err error) error {
	switch {
	case err == nil:
		return nil
	case redis.HasErrorPrefix(err, "OOM"):
		return &BusyError{Reason: "the store is full", RetryAfter: fullRetry}
	case strings.HasPrefix(err.Error(), "ERR max number of clients"):
		return &storeDown{err} // ERR, but no mistake of ours
	case strings.HasPrefix(err.Error(), "ERR "), redis.HasErrorPrefix(err, "WRONGTYPE"):
		return err
	}
	return &storeDown{err}
}

// storeDown is ErrUnavailable with its cause, which may name addresses and is
// for logs alone.
type storeDown struct{ cause error }

func (e *storeDown) Error() string        { return ErrUnavailable.Error() + ": " + e.cause.Error() }
func (e *storeDown) Is(target error) bool { return target == ErrUnavailable }
func (e *storeDown) Unwrap() error        { return e.cause }
