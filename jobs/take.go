package jobs

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"github.com/redis/go-redis/v9"
)

// maxTake is how many jobs one script starts at most, so that it stays short.
const maxTake = 64

// A taken task is one whose job was started: asynq's id of it, and the message
// with which asynq brings it to process.
type taken struct{ id, msg string }

// take starts up to most waiting jobs of sh, those of lane first before
// others. It returns redis.Nil when none waits. Only who has the shard's turn
// may call it.
func (w *worker) take(sh shard, first lane, most int) ([]taken, error) {
	q := w.q
	if w.doubt[sh] {
		if err := w.disown(sh); err != nil {
			return nil, err
		}
		w.doubt[sh] = false
	}
	args := []any{min(most, maxTake), w.owner, micros(lease), micros(q.opt.Retention), micros(passOn), expiredError, w.unheard(), sh.record(""), loneAfter, leap(), q.tenantRuns()}
	var keys []string
	for _, l := range laneOrder(first) {
		keys = append(keys, sh.asynqKey(l, "pending"), sh.asynqKey(l, "paused"))
		args = append(args, sh.asynqKey(l, "t:"))
	}
	for _, t := range w.types {
		args = append(args, t)
	}
	v, err := w.pop(sh, takeScript, keys, args)
	if errors.Is(err, redis.Nil) {
		return nil, redis.Nil
	}
	if err != nil {
		w.doubt[sh] = true // it may have started some
		return nil, err
	}
	return w.start(sh, v)
}

// tenantRuns is how many jobs of a tenant may run in each shard, 0 for any
// number.
func (q *Queue) tenantRuns() int {
	return (q.opt.TenantRunning + len(q.shards) - 1) / len(q.shards)
}

// leap is by how much a start raises a fence. Were it always by one, a worker
// whose start a failover lost and the one that starts the job anew would have
// the same fence, and each could settle for the other.
func leap() int64 { return 1 + rand.Int64N(1<<30) }

// pop runs a script that must not be repeated when its answer is lost.
func (w *worker) pop(sh shard, s *script, keys []string, args []any) ([]any, error) {
	keys = append(keys, sh.missingKey())
	ctx, cancel := context.WithTimeout(context.Background(), w.q.opt.Deadline)
	defer cancel()
	v, err := w.q.pop.EvalSha(ctx, s.sha, keys, args...).Slice()
	if redis.HasErrorPrefix(err, "NOSCRIPT") {
		v, err = w.q.pop.Eval(ctx, s.src, keys, args...).Slice()
	}
	if err != nil && !errors.Is(err, redis.Nil) {
		w.q.relocate(ctx)
	}
	return v, err
}

// start enters what the take script started into the books.
func (w *worker) start(sh shard, reply []any) ([]taken, error) {
	q := w.q
	if len(reply) == 0 {
		return nil, errors.New("take: unexpected reply")
	}
	if wait, _ := reply[0].(int64); wait > 0 {
		// Passed on, which may be due before the next pass of the sweep.
		time.AfterFunc(time.Duration(wait)*time.Microsecond, func() { signal(q.nudge) })
	}
	var tasks []taken
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, item := range reply[1:] {
		f := stringsOf(item)
		if len(f) != 10 {
			return tasks, fmt.Errorf("take: unexpected reply of %d parts", len(f))
		}
		t := taken{id: f[0], msg: f[1]}
		if f[2] == "alone" {
			delivery, _ := parseRun(f[0])
			w.reserved[sh] = &reservation{waits: run{delivery.name, f[3]}, task: t}
			continue
		}
		if w.enter(f) {
			tasks = append(tasks, t)
		}
	}
	return tasks, nil
}

// enter takes down the run that a script tells of. The caller holds w.mu.
func (w *worker) enter(f []string) bool {
	a, err := w.attempt(f)
	if err != nil {
		w.q.log.Error("job not started", "job", f[0], "error", err) // its lease will end
		return false
	}
	if w.stopping {
		a.cancel(ErrStopping)
	}
	w.runs[a.run] = a
	w.coming[a.task] = a
	w.q.met.started(a.job)
	return true
}

// attempt is the run that the take script tells of.
func (w *worker) attempt(f []string) (*attempt, error) {
	q := w.q
	delivery, _ := parseRun(f[0])
	j, err := q.jobFrom(delivery.name, f[4], f[5], "", "")
	if err != nil {
		return nil, err
	}
	a := &attempt{w: w, run: run{delivery.name, f[3]}, task: f[0], taken: time.Now(), job: j, requestAt: f[8],
		handler: w.handlers[j.Type], activity: activityOf(j.Trace)}
	if a.handler.Run == nil {
		a.handler = Handler{Type: j.Type, Limit: q.opt.Limit, Run: unserved}
		a.requestAt = ""
		f[6], f[7], f[9] = "", "", "" // nobody will ask for its content
	}
	a.ctx, a.cancel = context.WithCancelCause(context.Background())
	j.Request, a.unreadable = q.read(f[6], delivery.name, aRequest)
	if a.unreadable == nil {
		j.Content, a.unreadable = q.content(a.ctx, delivery.name, f[7], f[9])
	}
	return a, nil
}

// disown hands back the jobs that were started in our name by a take whose
// answer was lost.
func (w *worker) disown(sh shard) error {
	args := []any{sh.record(""), w.owner}
	w.mu.Lock()
	for r := range w.runs {
		if w.q.shard(r.name) == sh {
			args = append(args, r.String())
		}
	}
	w.mu.Unlock()
	v, err := w.pop(sh, orphansScript, []string{sh.key("lease")}, args)
	if err != nil {
		return err
	}
	for _, member := range stringsOf(v) {
		if r, ok := parseRun(member); ok {
			w.q.log.Info("job handed back, the answer to its start was lost", "job", r.name)
			(&attempt{w: w, run: r}).again("handback", 0, "")
		}
	}
	return nil
}

// arrived returns the attempt that asynq brought with a task, or nil if it
// came before or was given up.
func (w *worker) arrived(task string) *attempt {
	w.mu.Lock()
	defer w.mu.Unlock()
	a := w.coming[task]
	delete(w.coming, task)
	return a
}

// handBack returns the jobs that were started for servers that no longer ask.
func (w *worker) handBack() {
	for _, sh := range w.q.shards {
		w.gate.turn[sh] <- struct{}{} // no take is under way, and none will be
		if w.doubt[sh] {
			_ = w.disown(sh) // else their leases end
		}
		for _, t := range w.gate.ready[sh] {
			if a := w.arrived(t.id); a != nil {
				a.again("handback", 0, "")
				w.finished(a)
				w.gate.done()
			}
		}
	}
}
