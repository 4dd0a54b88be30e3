package jobs

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	maxBatch   = 128     // calls in one pipeline
	maxBytes   = 4 << 20 // of their arguments, unless one call alone has more
	movedPause = 10 * time.Millisecond

	inFlight = 2 // pipelines of one shard under way at once
)

// A pipe sends the calls of many goroutines to one shard in shared pipelines:
// while one batch is on its way, the next gathers. Every call that goes
// through it may be sent twice without harm, since go-redis repeats a batch
// whose connection broke.
type pipe struct {
	q     *Queue
	sh    shard
	calls chan *call
	quit  chan struct{}
	wg    sync.WaitGroup
}

// A call is one Redis command: a script with its keys and arguments, or any
// other command as args. Pointers among these spare hot paths an allocation
// each, and what they point to must not change any more.
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
		case *string:
			n += len(*a)
		case []byte:
			n += len(a)
		}
	}
	return n
}

func newPipe(q *Queue, sh shard) *pipe {
	p := &pipe{q: q, sh: sh, calls: make(chan *call, maxBatch), quit: make(chan struct{})}
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
	case p.calls <- c: // as nearly always, for a fraction of what the three cost
	default:
		select {
		case p.calls <- c:
		case <-p.quit:
			return nil, StoreError(redis.ErrClosed)
		case <-ctx.Done():
			return nil, StoreError(context.Cause(ctx))
		}
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
	// Never a caller's deadline: others ride along.
	ctx, cancel := context.WithTimeout(context.Background(), p.q.opt.Deadline)
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

// send puts g into pl; missing is the shard's missingKey.
func (g group) send(ctx context.Context, pl redis.Pipeliner, missing string) *redis.Cmd {
	c := g.calls[0]
	s, keys, args := c.script, c.keys, c.args
	if s == nil {
		return pl.Do(ctx, args...)
	}
	if len(g.calls) > 1 {
		s = s.each
		keys = make([]string, 0, len(g.calls)*len(c.keys)+1)
		args = append(make([]any, 0, 2+len(g.calls)*len(c.args)), len(c.keys), len(c.args))
		for _, c := range g.calls {
			keys = append(keys, c.keys...)
			args = append(args, c.args...)
		}
	}
	return s.queue(ctx, pl, g.source, append(keys, missing), args)
}

// exec sends one pipeline and answers its calls, all but those that go again:
// with its source a script that Redis does not know, which did nothing, and
// each by itself calls of which one ended their script.
func (p *pipe) exec(ctx context.Context, groups []group) (rest []group) {
	// Straight to the server that has the shard: a Cluster's client would send
	// a pipeline's commands from several goroutines while a slot moves, which
	// in go-redis 9.23 race for the same command.
	pl := p.q.node(ctx, p.sh).Pipeline()
	wait := p.q.opt.WaitReplicas > 0 && slices.ContainsFunc(groups, group.told)
	cmds := make([]*redis.Cmd, len(groups))
	for i, g := range groups {
		cmds[i] = g.send(ctx, pl, p.sh.missingKey())
	}
	var replicas *redis.Cmd
	if wait {
		replicas = pl.Do(ctx, "wait", p.q.opt.WaitReplicas, p.q.opt.WaitTimeout.Milliseconds())
	}
	_, _ = pl.Exec(ctx) // each command carries its own error
	short := p.short(replicas)
	away, moved := false, false
	for i, g := range groups {
		val, err := cmds[i].Result()
		away = away || errors.Is(StoreError(err), ErrUnavailable)
		if g.told() && (err == nil || errors.Is(err, redis.Nil)) && short != nil {
			err = short
		}
		if err != nil && redis.HasErrorPrefix(err, "MOVED") && ctx.Err() == nil {
			moved = true // and nothing done
			rest = append(rest, g)
			continue
		}
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
	if away {
		p.q.relocate(ctx)
	}
	if moved {
		time.Sleep(movedPause) // in which the client asks where to
	}
	return rest
}

func (g group) told() bool { return g.calls[0].script != nil && g.calls[0].script.told }

// short is the error of what too few replicas have heard of, if so; cmd is nil
// when none were asked for.
func (p *pipe) short(cmd *redis.Cmd) error {
	if cmd == nil {
		return nil
	}
	n, err := cmd.Int()
	if err == nil && n >= p.q.opt.WaitReplicas {
		return nil
	}
	if err != nil {
		return fmt.Errorf("%w: %v", errTooFew, err)
	}
	return fmt.Errorf("%w: %d of %d", errTooFew, n, p.q.opt.WaitReplicas)
}

// errTooFew is the cause of ErrUnavailable when the replicas did not hear in
// time of what was done.
var errTooFew = errors.New("replicas do not have it yet")

func (c *call) answer(val any, err error) {
	if errors.Is(err, redis.Nil) {
		val, err = nil, nil
	}
	c.val, c.err = val, StoreError(err)
	close(c.done)
}
