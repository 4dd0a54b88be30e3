package jobs

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

const (
	scrubMost   = 500  // keys looked after in one step, and members of a set
	pendingMost = 1000 // tasks in a lane for each of them to be looked for there
)

// A walk goes over all keys of a shard, a few at a time, and mends what they
// say that the records do not. Whatever it meets halfway is as good as what it
// will meet next time, so that it needs no lock and remembers nothing in Redis
// but where it is.
type walk struct {
	q      *Queue
	sh     shard
	dry    bool   // only look
	keep   bool   // remember the cursor in Redis
	began  bool   // cursor is that of this walk; until then the last one's stands in Redis
	cursor uint64 // of the scan
	left   []string
	at     uint64 // in the first of left, which is a set

	unreadable func(key string) // is told the records that cannot be read; nil: nobody wants to know
}

// step goes on for some keys, for at most one pass' time, and says whether the
// walk came round.
func (w *walk) step(ctx context.Context) (m Mended, round bool, err error) {
	start := time.Now()
	if !w.began {
		at, err := w.q.pipes[w.sh].do(ctx, &call{args: []any{"hget", w.sh.key("sweep"), "scrubbed"}})
		if err != nil {
			return m, false, err
		}
		text, _ := at.(string)
		w.cursor, _ = strconv.ParseUint(text, 10, 64)
		w.began, w.keep = true, true
	}
	if len(w.left) == 0 {
		keys, cursor, err := w.q.node(ctx, w.sh).Scan(ctx, w.cursor, "*"+w.sh.tag()+"*", scrubMost).Result()
		if err != nil {
			return m, false, StoreError(err)
		}
		records, tasks := []string{w.sh.key("sweep")}, map[lane][]string{}
		for _, key := range keys {
			if strings.HasPrefix(key, w.sh.record("")) {
				records = append(records, key)
			} else if l, id, ok := w.task(key); ok {
				tasks[l] = append(tasks[l], id)
			} else {
				w.left = append(w.left, key)
			}
		}
		if err := w.records(ctx, records, cursor, &m); err != nil {
			return m, false, err
		}
		for l, ids := range tasks {
			if err := w.tasks(ctx, l, ids, &m); err != nil {
				return m, false, err
			}
		}
		w.cursor = cursor
	}
	for len(w.left) > 0 && time.Since(start) < sweepEvery/2 {
		if err := w.set(ctx, w.left[0], &m); err != nil {
			return m, false, err
		}
		if w.at == 0 {
			w.left = w.left[1:]
		}
	}
	round = w.cursor == 0 && len(w.left) == 0
	if round {
		m.Queues += w.q.register(ctx, w.sh, w.dry)
	}
	return m, round, nil
}

// task reads the lane and asynq's id out of the key of a task of ours.
func (w *walk) task(key string) (lane, string, bool) {
	for _, l := range lanes {
		if id, ok := strings.CutPrefix(key, w.sh.asynqKey(l, "t:")); ok {
			return l, id, true
		}
	}
	return "", "", false
}

func (w *walk) look() string {
	if w.dry {
		return "1"
	}
	return "0"
}

func (w *walk) records(ctx context.Context, keys []string, next uint64, m *Mended) error {
	keep := ""
	if w.keep {
		keep = strconv.FormatUint(next, 10)
	}
	v, err := w.q.pipes[w.sh].eval(ctx, scrubScript, keys, micros(lease), micros(w.q.opt.Retention), w.look(), keep)
	if err != nil {
		return err
	}
	f := stringsOf(v)
	if len(f) < 3 {
		return fmt.Errorf("scrub: unexpected reply %v", v)
	}
	for i, n := range []*int{&m.Missing, &m.Content, &m.Broken} {
		more, _ := strconv.Atoi(f[i])
		*n += more
	}
	names, _ := strconv.Atoi(f[2])
	f = f[3:]
	if len(f) < names {
		return fmt.Errorf("scrub: unexpected reply %v", v)
	}
	if w.unreadable != nil {
		for _, key := range f[:names] {
			w.unreadable(key)
		}
	}
	return w.deliver(ctx, f[names:], m)
}

func (w *walk) tasks(ctx context.Context, l lane, ids []string, m *Mended) error {
	if len(ids) == 0 {
		return nil
	}
	args := []any{w.sh.record(""), w.sh.asynqKey(l, ""), w.look(), pendingMost}
	for _, id := range ids {
		args = append(args, id)
	}
	v, err := w.q.pipes[w.sh].eval(ctx, tasksScript, []string{w.sh.asynqKey(l, "pending")}, args...)
	if err != nil {
		return err
	}
	f := stringsOf(v)
	if len(f) == 0 {
		return fmt.Errorf("tasks: unexpected reply %v", v)
	}
	n, _ := strconv.Atoi(f[0])
	m.Tasks += n
	return w.deliver(ctx, f[1:], m)
}

// deliver gives a delivery to records that wait without one, by name and fence.
func (w *walk) deliver(ctx context.Context, f []string, m *Mended) error {
	for ; len(f) >= 2; f = f[2:] {
		done := w.dry
		if !w.dry {
			var err error
			if done, err = w.q.deliver(ctx, run{name(f[0]), f[1]}); err != nil {
				return err
			}
		}
		if done {
			m.Undelivered++
		}
	}
	return nil
}

// set looks after some members of a set, from w.at on.
func (w *walk) set(ctx context.Context, key string, m *Mended) error {
	for _, l := range lanes {
		for _, of := range []string{"lease", "scheduled", "retry", "archived", "completed"} {
			if key == w.sh.asynqKey(l, of) {
				ids, err := w.members(ctx, "zscan", key)
				if err != nil {
					return err
				}
				return w.tasks(ctx, l, ids, m)
			}
		}
	}
	rest, ours := strings.CutPrefix(key, w.sh.key(""))
	scan, tenant, prefix, atOnce := "zscan", "", w.sh.record(""), scrubMost
	what, of, _ := strings.Cut(rest, ":")
	switch {
	case !ours:
		return nil
	case what == "i":
		what = "index"
		tenant, _, _ = strings.Cut(of, ":")
		prefix = w.sh.record(name(tenant + "/"))
	case what == "runs":
		scan, prefix = "sscan", w.sh.record(name(of+"/"))
	case what == "bytes":
		scan, atOnce = "hscan", 1
	case what == "types", what == "tenants":
		scan, tenant = "sscan", of
	case what != "lease" && what != "due" && what != "ended":
		return nil
	}
	members, err := w.members(ctx, scan, key)
	if err != nil {
		return err
	}
	for some := range slices.Chunk(members, atOnce) {
		args := []any{what, prefix, tenant, w.look()}
		for _, member := range some {
			args = append(args, member)
		}
		v, err := w.q.pipes[w.sh].eval(ctx, entriesScript, []string{key}, args...)
		if err != nil {
			return err
		}
		n, _ := v.(int64)
		m.Stale += int(n)
	}
	return nil
}

// members reads on in a set.
func (w *walk) members(ctx context.Context, scan, key string) ([]string, error) {
	v, err := w.q.pipes[w.sh].do(ctx, &call{args: []any{scan, key, strconv.FormatUint(w.at, 10), "count", scrubMost}})
	if err != nil {
		return nil, err
	}
	list, _ := v.([]any)
	if len(list) != 2 {
		return nil, fmt.Errorf("%s: unexpected reply %v", scan, v)
	}
	cursor, _ := list[0].(string)
	w.at, err = strconv.ParseUint(cursor, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", scan, err)
	}
	all := stringsOf(list[1])
	if scan == "sscan" {
		return all, nil
	}
	var members []string
	for i := 0; i < len(all); i += 2 {
		members = append(members, all[i])
	}
	return members, nil
}
