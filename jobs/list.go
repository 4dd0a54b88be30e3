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
	States []State  // none: all
	Types  []string // none: all

	From time.Time // created at or after, if set
	To   time.Time // created before, if set

	Oldest bool   // oldest first instead of newest
	After  Cursor // go on after this job, if set

	Page int // how many jobs are read at a time, default 50
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
// while is yielded exactly once, whatever comes and goes meanwhile. An error
// is yielded at most once, at the end.
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
			for _, j := range page {
				if !yield(j, nil) {
					return
				}
			}
			if len(page) < query.Page {
				return
			}
			query.After = page[len(page)-1].Cursor()
		}
	}
}

func (q *Queue) page(ctx context.Context, t Tenant, query Query) ([]*Job, error) {
	least, greatest := query.times()
	after := ""
	if query.After != (Cursor{}) {
		after = strconv.FormatInt(query.After.Created.UnixMicro(), 10)
	}
	order := "desc"
	if query.Oldest {
		order = "asc"
	}
	var all []*Job
	for i := range q.opt.Shards {
		sh := shard(i)
		args := []any{sh.indexPrefix(t), sh.record(name(t) + "/"), order, query.Page, least, greatest, after, string(query.After.ID)}
		v, err := q.pipes[i].eval(ctx, listScript, []string{sh.key("types:" + string(t))}, append(args, query.sets()...)...)
		if err != nil {
			return nil, fmt.Errorf("list: %w", err)
		}
		f := stringsOf(v)
		for ; len(f) >= 4; f = f[4:] {
			j, err := jobFrom(nameOf(t, ID(f[0])), f[1], f[2], "", f[3])
			if err != nil {
				return nil, err
			}
			all = append(all, j)
		}
	}
	if q.opt.Shards > 1 {
		slices.SortFunc(all, func(a, b *Job) int {
			if !query.Oldest {
				a, b = b, a
			}
			return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
		})
	}
	return all[:min(len(all), query.Page)], nil
}

// Count returns how many jobs match query, whatever its After.
func (q *Queue) Count(ctx context.Context, t Tenant, query Query) (int64, error) {
	least, greatest := query.times()
	var total int64
	for i := range q.opt.Shards {
		sh := shard(i)
		v, err := q.pipes[i].eval(ctx, countScript, []string{sh.key("types:" + string(t))},
			append([]any{sh.indexPrefix(t), least, greatest}, query.sets()...)...)
		if err != nil {
			return 0, fmt.Errorf("count: %w", err)
		}
		n, _ := v.(int64)
		total += n
	}
	return total, nil
}

// times are the bounds of the creation time as Redis takes them.
func (query *Query) times() (least, greatest string) {
	least, greatest = "-inf", "+inf"
	if !query.From.IsZero() {
		least = strconv.FormatInt(ceilMicros(query.From), 10)
	}
	if !query.To.IsZero() {
		greatest = "(" + strconv.FormatInt(ceilMicros(query.To), 10)
	}
	return least, greatest
}

// ceilMicros rounds up, so that bounds between two microseconds keep their meaning.
func ceilMicros(t time.Time) int64 {
	us := t.UnixMicro()
	if t.After(time.UnixMicro(us)) {
		us++
	}
	return us
}

// sets are the arguments that name index sets: a number, the states, the types.
func (query *Query) sets() []any {
	states := query.States
	if len(states) == 0 {
		states = States
	}
	var names []any
	for _, s := range states {
		for _, i := range indexStates(s) {
			names = append(names, i)
		}
	}
	args := append([]any{len(names)}, names...)
	for _, t := range query.Types {
		args = append(args, t)
	}
	return args
}
