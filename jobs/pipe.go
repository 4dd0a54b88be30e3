package jobs

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	maxBatch = 128     // calls in one pipeline
	maxBytes = 4 << 20 // of their arguments, unless one call alone has more
	inFlight = 2       // pipelines of one shard under way at once
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

// size is how many bytes of arguments c has, but for those of a fixed length.
func (c *call) size() (n int) {
	for _, a := range c.args {
		switch a := a.(type) {
		case string:
			n += len(a)
		case []byte:
			n += len(a)
		}
	}
	return n
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
	var first *call // did not fit into the last batch
	for {
		if first == nil {
			select {
			case first = <-p.calls:
			case <-p.quit:
				return
			}
		}
		batch = append(batch[:0], first)
		size := first.size()
		first = nil
	gather:
		for len(batch) < maxBatch {
			select {
			case c := <-p.calls:
				// A heartbeat must not miss its deadline for the files in its batch.
				if size += c.size(); size > maxBytes {
					first = c
					break gather
				}
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
	for groups := together(batch); len(groups) > 0; {
		groups = p.exec(ctx, groups)
	}
}

// A group is calls that are made in one command.
type group struct {
	calls  []*call
	source bool // Redis did not know the script by its digest
}

func together(batch []*call) (groups []group) {
	at := map[*script]int{}
	for _, c := range batch {
		if c.script != nil && c.script.each != nil {
			if i, known := at[c.script]; known {
				groups[i].calls = append(groups[i].calls, c)
				continue
			}
			at[c.script] = len(groups)
		}
		groups = append(groups, group{calls: []*call{c}})
	}
	return groups
}

func (g group) send(ctx context.Context, pl redis.Pipeliner) *redis.Cmd {
	c := g.calls[0]
	s, keys, args := c.script, c.keys, c.args
	if s == nil {
		return pl.Do(ctx, args...)
	}
	if len(g.calls) > 1 {
		s = s.each
		keys = make([]string, 0, len(g.calls)*len(c.keys))
		args = append(make([]any, 0, 2+len(g.calls)*len(c.args)), len(c.keys), len(c.args))
		for _, c := range g.calls {
			keys = append(keys, c.keys...)
			args = append(args, c.args...)
		}
	}
	if g.source {
		return pl.Eval(ctx, s.src, keys, args...)
	}
	return pl.EvalSha(ctx, s.sha, keys, args...)
}

// exec sends one pipeline and answers its calls, all but those that go again:
// with its source a script that Redis does not know, which did nothing, and
// each by itself calls of which one ended their script.
func (p *pipe) exec(ctx context.Context, groups []group) (rest []group) {
	pl := p.rdb.Pipeline()
	cmds := make([]*redis.Cmd, len(groups))
	for i, g := range groups {
		cmds[i] = g.send(ctx, pl)
	}
	_, _ = pl.Exec(ctx) // each command carries its own error
	for i, g := range groups {
		val, err := cmds[i].Result()
		if err != nil && !g.source && redis.HasErrorPrefix(err, "NOSCRIPT") {
			rest = append(rest, group{g.calls, true})
			continue
		}
		if len(g.calls) == 1 {
			g.calls[0].answer(val, err)
			continue
		}
		vals, _ := val.([]any)
		if err == nil && len(vals) != len(g.calls) {
			err = fmt.Errorf("ERR %d answers to %d calls", len(vals), len(g.calls))
		}
		for n, c := range g.calls {
			switch {
			case err == nil:
				c.answer(vals[n], nil)
			case ofScript(err):
				rest = append(rest, group{[]*call{c}, true})
			default:
				c.answer(nil, err)
			}
		}
	}
	return rest
}

func (c *call) answer(val any, err error) {
	if errors.Is(err, redis.Nil) {
		val, err = nil, nil
	}
	c.val, c.err = val, StoreError(err)
	close(c.done)
}

// ofScript reports whether a script ran and ended in err.
func ofScript(err error) bool {
	return strings.HasPrefix(err.Error(), "ERR ") || redis.HasErrorPrefix(err, "WRONGTYPE") || redis.HasErrorPrefix(err, "OOM")
}

// StoreError tells of an error from a Redis client what a caller can act on, so
// that package tenants says the same: a store that is full, a store
// that did not answer, or a mistake of ours, which Redis answers with ERR.
func StoreError(err error) error {
	switch {
	case err == nil:
		return nil
	case redis.HasErrorPrefix(err, "OOM"), strings.HasPrefix(err.Error(), "ERR Error running script") && strings.Contains(err.Error(), " -OOM "):
		// The latter is how Redis 6 says it of a script.
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
