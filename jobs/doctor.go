package jobs

import (
	"context"
	"fmt"
	"slices"
	"time"
)

// doctorRounds is how often Doctor goes over the keys while it finds something:
// what one mend leaves over, the next one sees: an index entry, then its type,
// then the tenant without types; and a last one sees that nothing is left.
const doctorRounds = 4

// unreadableMost is how many records Doctor names: who has more needs a backup.
const unreadableMost = 100

// An Examination is what Doctor found.
type Examination struct {
	Keys   int64  // in Redis
	Found  Mended // in all rounds together
	Remain Mended // found in the last round still, so that it cannot be mended now, or is not to be

	Unreadable []string // keys of the records that cannot be read, 100 at most
}

// Sound reports whether nothing is left to mend.
func (e Examination) Sound() bool { return e.Remain == Mended{} }

func (e *Examination) unreadable(key string) {
	// A scan may come by a key twice.
	if len(e.Unreadable) < unreadableMost && !slices.Contains(e.Unreadable, key) {
		e.Unreadable = append(e.Unreadable, key)
	}
}

// Doctor looks at every key of the queue once, mends what it finds to be wrong
// and looks again. With dry it only looks. It may run beside processes at work;
// what it sees between two steps of theirs it does not take for broken. What a
// tenant holds of whom a shard has more than 10,000 jobs to do it does not count
// before there are fewer. Its memory does not grow with the number of jobs. After
// each step, of up to a second, it calls progress with the shards done of all and
// the round.
func (q *Queue) Doctor(ctx context.Context, dry bool, progress func(round, shardsDone int)) (Examination, error) {
	var e Examination
	s := q.newSweeper()
	for round := range doctorRounds {
		e.Remain, e.Unreadable = Mended{}, nil
		for i, sh := range q.shards {
			m, err := s.examine(ctx, sh, dry, e.unreadable, func() { progress(round+1, i) })
			e.Found.add(m)
			e.Remain.add(m)
			if err != nil {
				return e, fmt.Errorf("examine %s: %w", sh.tag(), err)
			}
		}
		if dry || e.Sound() || e.Remain == (Mended{Broken: e.Remain.Broken}) && round > 0 {
			break
		}
	}
	var err error
	e.Keys, err = q.keys(ctx)
	return e, err
}

// examine goes over all keys of a shard.
func (s *sweeper) examine(ctx context.Context, sh shard, dry bool, unreadable func(key string), progress func()) (total Mended, err error) {
	w := &walk{q: s.q, sh: sh, dry: dry, began: true, unreadable: unreadable}
	for round := false; !round; {
		var m Mended
		m, round, err = w.step(ctx)
		total.add(m)
		if !dry {
			s.q.met.swept(m)
		}
		if err != nil {
			return total, err
		}
		if ctx.Err() != nil {
			return total, context.Cause(ctx)
		}
		progress()
	}
	if dry {
		return total, nil
	}
	// A task that has just been taken looks like one that was forgotten.
	for range 2 {
		n, err := s.strays(ctx, sh)
		total.Strays += n
		if err != nil || len(s.seen[sh]) == 0 {
			return total, err
		}
		select {
		case <-time.After(strayAfter):
		case <-ctx.Done():
			return total, context.Cause(ctx)
		}
	}
	n, err := s.strays(ctx, sh)
	total.Strays += n
	return total, err
}

// keys is how many keys the servers of all shards hold.
func (q *Queue) keys(ctx context.Context) (int64, error) {
	n, err := q.rdb.DBSize(ctx).Result()
	return n, StoreError(err)
}
