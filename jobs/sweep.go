package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"maps"
	"strconv"
	"sync"
	"time"
)

const (
	sweepEvery  = 2 * time.Second
	sweeperLock = 2 * sweepEvery
	sweepMost   = 1000             // leases and due names in one look
	expireMost  = 200              // records deleted by one script
	strayAfter  = 5 * time.Second  // until a task in asynq's active list with a waiting record counts as lost
	overAfter   = 60 * time.Second // until one whose record knows it no more does; asynq acknowledges late
)

// Mended counts what sweeps put right.
type Mended struct {
	Recovered int // runs whose worker had stopped its heartbeat
	Delivered int // deliveries that were due: retries, hand-backs, recoveries
	Expired   int // records deleted after their retention

	Strays      int // tasks that asynq counted as active, with nobody at work on them
	Missing     int // entries that a record lacked in a set that lists it
	Stale       int // entries of such sets that no record asks for, and sums that are wrong
	Undelivered int // records that waited without a delivery
	Tasks       int // asynq's tasks that no record waits for, or where no worker looks
	Content     int // content that outlived its job's end
	Queues      int // names of our queues that asynq's tools lacked
	Broken      int // keys that are to be records and cannot be read; they are only counted
}

// kinds are the counts of m by what metrics and people call them.
func (m *Mended) kinds() map[string]*int {
	return map[string]*int{
		"recovered": &m.Recovered, "delivered": &m.Delivered, "expired": &m.Expired, "strays": &m.Strays,
		"missing": &m.Missing, "stale": &m.Stale, "undelivered": &m.Undelivered, "tasks": &m.Tasks,
		"content": &m.Content, "queues": &m.Queues, "broken": &m.Broken,
	}
}

func (m *Mended) add(n Mended) {
	more := n.kinds()
	for kind, count := range m.kinds() {
		*count += *more[kind]
	}
}

// Counts are the kinds that are not 0, as metrics call them.
func (m Mended) Counts() map[string]int {
	counts := map[string]int{}
	for kind, n := range m.kinds() {
		if *n != 0 {
			counts[kind] = *n
		}
	}
	return counts
}

// repairs are the counts that a queue without accidents does not have.
func (m *Mended) repairs() (n int) {
	for kind, count := range m.kinds() {
		if kind != "delivered" && kind != "expired" {
			n += *count
		}
	}
	return n
}

// Maintain sweeps every two seconds, and in between delivers the retries of
// this process on time, until ctx ends. Every process should do it; a lock
// keeps them from doing the same work.
func (q *Queue) Maintain(ctx context.Context) error {
	s := q.newSweeper()
	defer s.unlock(context.WithoutCancel(ctx))
	var collecting sync.WaitGroup
	defer collecting.Wait()
	collecting.Go(func() { q.collect(ctx) })
	tick := time.NewTicker(sweepEvery)
	defer tick.Stop()
	for {
		m, err := s.pass(ctx)
		switch {
		case ctx.Err() != nil:
			return nil
		case err != nil:
			q.log.Warn("sweep failed", "error", err)
		case m.repairs() > 0:
			q.log.Info("sweep mended", "what", m.Counts())
		}
	wait:
		for {
			select {
			case <-tick.C:
				break wait
			case <-q.nudge:
				q.eachShard(func(sh shard) {
					// Without the lock: to deliver a job twice is impossible.
					recovered, delivered, err := s.dues(ctx, sh)
					q.met.swept(Mended{Recovered: recovered, Delivered: delivered})
					if err != nil && ctx.Err() == nil {
						q.log.Warn("delivery of retries failed", "error", err)
					}
				})
			case <-ctx.Done():
				return nil
			}
		}
	}
}

// Sweep makes one pass over all shards that no other process is sweeping, and
// says what it put right.
func (q *Queue) Sweep(ctx context.Context) (Mended, error) {
	s := q.newSweeper()
	defer s.unlock(context.WithoutCancel(ctx))
	m, err := s.pass(ctx)
	return m, errors.Join(err, q.deleteDead(ctx), q.sweepBlobs(ctx))
}

// A sweeper remembers from pass to pass since when it has seen a stray task.
type sweeper struct {
	q     *Queue
	owner string
	seen  []map[string]time.Time // by shard and asynq's task id
	walks []*walk                // by shard
}

func (q *Queue) newSweeper() *sweeper {
	s := &sweeper{q: q, owner: rand.Text(), seen: make([]map[string]time.Time, q.span), walks: make([]*walk, q.span)}
	for _, sh := range q.shards {
		s.seen[sh] = map[string]time.Time{}
		s.walks[sh] = &walk{q: q, sh: sh}
	}
	return s
}

func (s *sweeper) pass(ctx context.Context) (Mended, error) {
	mended := make([]Mended, s.q.span)
	errs := make([]error, s.q.span)
	s.q.eachShard(func(sh shard) {
		mine, err := s.lock(ctx, sh)
		if err == nil && mine {
			start := time.Now()
			mended[sh], err = s.sweep(ctx, sh)
			s.q.met.passes.Observe(time.Since(start).Seconds())
			s.q.met.swept(mended[sh])
		}
		if err != nil {
			errs[sh] = fmt.Errorf("sweep %s: %w", sh.tag(), err)
		}
	})
	var total Mended
	for _, m := range mended {
		total.add(m)
	}
	return total, errors.Join(errs...)
}

// lock takes or keeps the shard's lock. It saves work and protects nothing:
// every step of a pass compares before it sets.
func (s *sweeper) lock(ctx context.Context, sh shard) (bool, error) {
	v, err := s.q.pipes[sh].eval(ctx, lockScript, []string{sh.key("sweeper")}, s.owner, sweeperLock.Milliseconds())
	return v == int64(1), err
}

func (s *sweeper) unlock(ctx context.Context) {
	s.q.eachShard(func(sh shard) {
		_, _ = s.q.pipes[sh].eval(ctx, lockScript, []string{sh.key("sweeper")}, s.owner, 0) // else it expires
	})
}

func (s *sweeper) sweep(ctx context.Context, sh shard) (Mended, error) {
	var m Mended
	var err error
	if m.Recovered, m.Delivered, err = s.dues(ctx, sh); err != nil {
		return m, err
	}
	if m.Strays, err = s.strays(ctx, sh); err != nil {
		return m, err
	}
	if m.Expired, err = s.expire(ctx, sh); err != nil {
		return m, err
	}
	scrubbed, _, err := s.walks[sh].step(ctx)
	m.add(scrubbed)
	return m, err
}

// dues takes back the runs whose lease is over and delivers what is due.
func (s *sweeper) dues(ctx context.Context, sh shard) (recovered, delivered int, err error) {
	q := s.q
	v, err := q.pipes[sh].eval(ctx, sweepScript, []string{sh.key("lease"), sh.key("due"), sh.key("sweep")}, micros(lease), sweepMost)
	if err != nil {
		return 0, 0, err
	}
	list, _ := v.([]any)
	if len(list) != 4 {
		return 0, 0, fmt.Errorf("unexpected reply %v", v)
	}
	for _, member := range stringsOf(list[1]) {
		r, ok := parseRun(member)
		if !ok {
			continue
		}
		v, err := q.eval(ctx, againScript, r.name, r.fence, "lost", 0, lostError, maxLost, micros(q.opt.Retention))
		if err != nil {
			return recovered, delivered, err
		}
		fence, ok := v.(string)
		if !ok {
			// The record is not in that run any more: only the lease is left of it.
			if _, err := q.eval(ctx, leftoverScript, r.name, r.fence); err != nil {
				return recovered, delivered, err
			}
			continue
		}
		recovered++
		q.log.Warn("run taken back from a worker that stopped", "job", r.name, "ended", fence == "")
		if fence == "" {
			q.gaveUp(ctx, r.name)
		}
		if fence != "" {
			if _, err := q.deliver(ctx, run{r.name, fence}); err != nil {
				return recovered, delivered, err
			}
		}
	}
	for _, member := range stringsOf(list[2]) {
		n := name(member)
		v, err := q.pipes[sh].eval(ctx, dueScript, []string{sh.record(n), sh.key("due")}, expiredError, micros(q.opt.Retention), member)
		if err != nil {
			return recovered, delivered, err
		}
		if fence, ok := v.(string); ok {
			done, err := q.deliver(ctx, run{n, fence})
			if err != nil {
				return recovered, delivered, err
			}
			if done {
				delivered++
			}
		}
	}
	if next, err := strconv.ParseInt(stringsOf(list)[3], 10, 64); err == nil && next > 0 {
		now, _ := strconv.ParseInt(stringsOf(list)[0], 10, 64)
		if wait := time.Duration(next-now) * time.Microsecond; wait < sweepEvery {
			time.AfterFunc(wait, func() { signal(q.nudge) })
		}
	}
	return recovered, delivered, nil
}

// strays finds tasks that asynq counts as active although nobody works on
// them. Ours never get there, but asynq's own tools can put them there.
func (s *sweeper) strays(ctx context.Context, sh shard) (mended int, err error) {
	q := s.q
	now := time.Now()
	seen := s.seen[sh]
	still := map[string]bool{}
	var active []string
	for _, l := range lanes {
		active = append(active, sh.asynqKey(l, "active"))
	}
	v, err := q.pipes[sh].eval(ctx, straysScript, active, sh.record(""), sweepMost)
	if err != nil {
		return mended, err
	}
	f := stringsOf(v)
	for ; len(f) >= 3; f = f[3:] {
		task, what := f[1], f[2]
		i, err := strconv.Atoi(f[0])
		if err != nil || i < 1 || i > len(lanes) {
			return mended, fmt.Errorf("strays: unexpected reply %v", v)
		}
		l := lanes[i-1]
		since, known := seen[task]
		if !known {
			since = now
			seen[task] = now
		}
		still[task] = true
		r, ok := parseRun(task)
		switch {
		case what == "waits" && ok && now.Sub(since) >= strayAfter:
			if _, err := q.deliver(ctx, r); err != nil {
				return mended, err
			}
		case what == "over" && now.Sub(since) >= overAfter:
		default:
			continue
		}
		mended++
		if _, err := q.pipes[sh].eval(ctx, dropScript, []string{sh.asynqKey(l, "active"), sh.asynqKey(l, "lease"), sh.asynqKey(l, "t:"+task)}, task); err != nil {
			return mended, err
		}
	}
	maps.DeleteFunc(seen, func(task string, _ time.Time) bool { return !still[task] })
	return mended, nil
}

// expire deletes records whose retention is over, for at most one pass' time.
func (s *sweeper) expire(ctx context.Context, sh shard) (total int, err error) {
	for start := time.Now(); time.Since(start) < sweepEvery/2; {
		v, err := s.q.pipes[sh].eval(ctx, expireScript, []string{sh.key("ended")}, expireMost, sh.record(""))
		if err != nil {
			return total, err
		}
		n, _ := v.(int64)
		total += int(n)
		if n < expireMost {
			break
		}
	}
	return total, nil
}
