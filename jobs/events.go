package jobs

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Event is one change among a tenant's jobs: a job is new, was started for
// the first time, has ended, or was deleted.
type Event struct {
	// ID is the place in the tenant's events to go on after.
	ID string

	// Reset says that there may have been events that can no longer be told.
	// Who keeps an account of the jobs lists them anew; Job is nil.
	Reset bool

	// Job is the job after the change, without its result.
	Job *Job

	// Deleted says that the job is gone; of Job only Tenant and ID are known.
	Deleted bool
}

const (
	eventsKept = 5 * time.Minute // how long events are written after someone has read them
	eventsRead = 500             // events of a shard in one read
)

// Events yields the changes of the tenant's jobs from now on, until ctx ends:
// those of one job in their order, and none twice. Given the ID of an event,
// it begins with what came after that one. Without one, or where what came
// after it is no longer known, it begins with a reset, so that a listing made
// after the first event together with all that follow misses nothing.
//
// Events of a tenant are written while someone reads them and for five minutes
// more, the last ten thousand of a shard. An error is yielded at most once, at
// the end. A store that goes away later is waited for.
func (q *Queue) Events(ctx context.Context, t Tenant, after string) iter.Seq2[Event, error] {
	return func(yield func(Event, error) bool) {
		f, err := q.feeds.join(ctx, t)
		if err != nil {
			if ctx.Err() == nil {
				yield(Event{}, err)
			}
			return
		}
		defer q.feeds.leave(f)
		told, stop := f.listen()
		defer stop()

		at := parsePlace(after, len(q.shards))
		give := func(entries []entry) bool {
			for _, e := range entries {
				if !at[e.shard].before(e.id) {
					continue
				}
				at[e.shard] = e.id
				if e.job == nil {
					continue
				}
				if !yield(Event{ID: at.String(), Job: e.job, Deleted: e.deleted}, nil) {
					return false
				}
			}
			return true
		}
		next := -1 // of the feed's entries; it has none so old
		lost := false
		for ctx.Err() == nil {
			entries, end, ok := f.since(next)
			if !ok {
				// Read past the feed, up to its end at least. What it has
				// after that is given once, thanks to at.
				gap, err := q.catchUp(ctx, t, at, give)
				lost = lost || gap
				switch {
				case errors.Is(err, errEnough):
					return
				case next >= 0 && errors.Is(err, ErrUnavailable):
					pause(ctx, told, watchAway)
					continue
				case err != nil:
					if ctx.Err() == nil {
						yield(Event{}, err)
					}
					return
				case lost && !yield(Event{ID: at.String(), Reset: true}, nil):
					return
				}
				lost = false
			} else if !give(entries) {
				return
			} else if len(entries) == 0 {
				select {
				case <-told:
				case <-ctx.Done():
				}
			}
			next = end
		}
	}
}

// pause waits for a signal, some time, or ctx.
func pause(ctx context.Context, told <-chan struct{}, d time.Duration) {
	select {
	case <-told:
	case <-time.After(d):
	case <-ctx.Done():
	}
}

var errEnough = errors.New("no more events are wanted")

// catchUp gives all events after the place at, which goes along, and reports
// whether some may be lost.
func (q *Queue) catchUp(ctx context.Context, t Tenant, at place, give func([]entry) bool) (lost bool, err error) {
	for i := range at {
		for {
			entries, last, gap, err := q.readEvents(ctx, t, i, at[i])
			if err != nil {
				return lost, err
			}
			if gap {
				at[i], lost = last, true
				break
			}
			if !give(entries) {
				return lost, errEnough
			}
			if len(entries) < eventsRead {
				break
			}
		}
	}
	return lost, nil
}

// An entry is one of a shard's stream of a tenant's events.
type entry struct {
	shard   int // its place among the Queue's
	id      entryID
	job     *Job // nil where a stream begins
	deleted bool
}

// readEvents reads what stands in a stream after an entry, or, with gap, tells
// the last entry since that one is gone.
func (q *Queue) readEvents(ctx context.Context, t Tenant, i int, after entryID) (entries []entry, last entryID, gap bool, err error) {
	sh := q.shards[i]
	from := ""
	if after != (entryID{}) {
		from = after.String()
	}
	v, err := q.pipes[sh].eval(ctx, eventsScript, []string{sh.key("e:" + string(t))}, from, eventsRead, eventsKept.Milliseconds())
	if err != nil {
		return nil, last, false, fmt.Errorf("events: %w", err)
	}
	f := stringsOf(v)
	if len(f) == 2 && f[0] == "gap" {
		last, err = parseEntryID(f[1])
		return nil, last, true, err
	}
	if len(f)%5 != 1 {
		return nil, last, false, fmt.Errorf("events: unexpected reply of %d", len(f))
	}
	for c := range slices.Chunk(f[1:], 5) {
		e := entry{shard: i}
		if e.id, err = parseEntryID(c[0]); err != nil {
			return nil, last, false, err
		}
		switch {
		case c[1] == "":
		case c[2] == "":
			e.deleted = true
			e.job = &Job{Tenant: t, ID: ID(c[1])}
		default:
			// What another version wrote in a way of its own tells us nothing.
			e.job, _ = q.jobFrom(nameOf(t, ID(c[1])), c[2], c[3], "", c[4])
		}
		entries = append(entries, e)
	}
	return entries, last, false, nil
}

// An entryID is that of a Redis stream: milliseconds and a number.
type entryID struct{ ms, seq uint64 }

func (id entryID) String() string {
	return strconv.FormatUint(id.ms, 10) + "-" + strconv.FormatUint(id.seq, 10)
}

func (id entryID) before(other entryID) bool {
	return id.ms < other.ms || id.ms == other.ms && id.seq < other.seq
}

func parseEntryID(s string) (id entryID, err error) {
	ms, seq, _ := strings.Cut(s, "-")
	var err2 error
	id.ms, err = strconv.ParseUint(ms, 10, 64)
	id.seq, err2 = strconv.ParseUint(seq, 10, 64)
	if err = errors.Join(err, err2); err != nil {
		return entryID{}, fmt.Errorf("events: id of an entry: %w", err)
	}
	return id, nil
}

// A place is the last entry that was seen of each shard.
type place []entryID

func (p place) String() string {
	ids := make([]string, len(p))
	for i, id := range p {
		ids[i] = id.String()
	}
	return strings.Join(ids, "_")
}

// parsePlace reads what String wrote. What it did not write is no place, from
// which every stream is a gap.
func parsePlace(s string, shards int) place {
	p := make(place, shards)
	ids := strings.Split(s, "_")
	if len(ids) != shards {
		return p
	}
	for i, id := range ids {
		var err error
		if p[i], err = parseEntryID(id); err != nil {
			return make(place, shards)
		}
	}
	return p
}
