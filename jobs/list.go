package jobs

import (
	"cmp"
	"context"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"time"
)

// A Query picks jobs of a tenant. The zero value picks all, newest first.
type Query struct {
	// Boxes pick the jobs that are in one of them; none: all jobs. They must
	// not overlap.
	Boxes []Box

	Oldest bool   // oldest first instead of newest
	After  Cursor // go on after this job, if set

	Page int // how many jobs are read at a time, default 50
}

// A Box bounds the state, the type and the creation time of jobs, each by
// itself. The zero Box bounds none.
type Box struct {
	States []State  // none: all
	Types  []string // none: all
	Except []string // types that are left out where Types is empty

	From time.Time // created at or after, if set
	To   time.Time // created before, if set
}

// A Cursor is a place in a listing's order: creation time, then id.
type Cursor struct {
	Created time.Time
	ID      ID
}

// Cursor is the place of j in a listing.
func (j *Job) Cursor() Cursor { return Cursor{j.Created, j.ID} }

const defaultPage = 50

// List yields the jobs that match query, without their results. Each page is
// read at one moment of each shard. A job that exists and matches all the
// while is yielded exactly once, whatever comes and goes meanwhile; but one whose
// record is damaged is passed over, and counted. An error is yielded at most
// once, at the end.
func (q *Queue) List(ctx context.Context, t Tenant, query Query) iter.Seq2[*Job, error] {
	return func(yield func(*Job, error) bool) {
		if query.Page <= 0 {
			query.Page = defaultPage
		}
		for {
			page, err := q.page(ctx, t, query)
			if err != nil {
				yield(nil, err)
				return
			}
			for _, e := range page {
				if e.job != nil && !yield(e.job, nil) {
					return
				}
			}
			if len(page) < query.Page {
				return
			}
			query.After = page[len(page)-1].at
		}
	}
}

// What is listed has its place, whatever of its job can be read.
type listed struct {
	at  Cursor
	job *Job // nil if there is none to be told
}

func (q *Queue) page(ctx context.Context, t Tenant, query Query) ([]listed, error) {
	after := ""
	if query.After != (Cursor{}) {
		after = strconv.FormatInt(query.After.Created.UnixMicro(), 10)
	}
	order := "desc"
	if query.Oldest {
		order = "asc"
	}
	var all []listed
	for _, sh := range q.shards {
		args := []any{sh.indexPrefix(t), sh.record(name(t) + "/"), order, query.Page, after, string(query.After.ID)}
		v, err := q.pipes[sh].eval(ctx, listScript, []string{sh.key("types:" + string(t))}, append(args, query.boxes()...)...)
		if err != nil {
			return nil, fmt.Errorf("list: %w", err)
		}
		f := stringsOf(v)
		for ; len(f) >= 5; f = f[5:] {
			us, err := strconv.ParseInt(f[1], 10, 64)
			if err != nil {
				return nil, fmt.Errorf("list: unexpected reply %q", f[1])
			}
			e := listed{at: Cursor{time.UnixMicro(us).UTC(), ID(f[0])}}
			if f[2] != "" || f[3] != "" {
				if e.job, err = q.jobFrom(nameOf(t, e.at.ID), f[2], f[3], "", f[4]); err != nil {
					e.job = nil
					q.met.unreadable.Inc()
				}
			}
			all = append(all, e)
		}
	}
	if len(q.shards) > 1 {
		slices.SortFunc(all, func(a, b listed) int {
			if !query.Oldest {
				a, b = b, a
			}
			return cmp.Or(a.at.Created.Compare(b.at.Created), cmp.Compare(a.at.ID, b.at.ID))
		})
	}
	return all[:min(len(all), query.Page)], nil
}

// Count returns how many jobs match query, whatever its After. It costs the
// same however many there are.
func (q *Queue) Count(ctx context.Context, t Tenant, query Query) (int64, error) {
	query.After = Cursor{}
	var total int64
	for _, sh := range q.shards {
		v, err := q.pipes[sh].eval(ctx, countScript, []string{sh.key("types:" + string(t))},
			append([]any{sh.indexPrefix(t)}, query.boxes()...)...)
		if err != nil {
			return 0, fmt.Errorf("count: %w", err)
		}
		n, _ := v.(int64)
		total += n
	}
	return total, nil
}

// ceilMicros rounds up, so that bounds between two microseconds keep their meaning.
func ceilMicros(t time.Time) int64 {
	us := t.UnixMicro()
	if t.After(time.UnixMicro(us)) {
		us++
	}
	return us
}

// boxes are the arguments that say which parts of which index sets are meant,
// in the form that boxes.lua explains.
func (query *Query) boxes() []any {
	boxes := query.Boxes
	if len(boxes) == 0 {
		boxes = []Box{{}}
	}
	var args []any
	for _, b := range boxes {
		low, high, tie := query.times(&b)
		args = append(args, low, high, tie)
		states := b.States
		if len(states) == 0 {
			states = States
		}
		var sets []string
		for _, s := range states {
			sets = append(sets, indexStates(s)...)
		}
		args = appendList(args, sets)
		if len(b.Types) > 0 {
			args = appendList(append(args, "in"), b.Types)
		} else {
			args = appendList(append(args, "not"), b.Except)
		}
	}
	return args
}

func appendList(args []any, list []string) []any {
	args = append(args, len(list))
	for _, s := range list {
		args = append(args, s)
	}
	return args
}

// times are the bounds of b's creation times as Redis takes them, without what
// comes before query.After; tie is 1 if the very time of that job is in b, where
// its id decides.
func (query *Query) times(b *Box) (low, high string, tie int) {
	low, high = "-inf", "+inf"
	after := query.After.Created.UnixMicro()
	starts, ends := true, true // whether b begins before after, and ends behind it
	if !b.From.IsZero() {
		us := ceilMicros(b.From)
		low, starts = strconv.FormatInt(us, 10), us <= after
	}
	if !b.To.IsZero() {
		us := ceilMicros(b.To)
		high, ends = "("+strconv.FormatInt(us, 10), us > after
	}
	if query.After == (Cursor{}) {
		return low, high, 0
	}
	if starts && ends {
		tie = 1
	}
	switch behind := "(" + strconv.FormatInt(after, 10); {
	case query.Oldest && starts:
		low = behind
	case !query.Oldest && ends:
		high = behind
	}
	return low, high, tie
}
