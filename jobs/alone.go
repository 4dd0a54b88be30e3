package jobs

import (
	"context"
	"time"
)

// A job that was lost with its worker as often as it may be, but once, starts
// for the last time, and has this start alone: the worker that finds it takes
// nothing else, lets what runs come to its end, and only then starts it. So a
// job that kills its worker is found, however many ran beside it: those lose
// two starts to it at the most, and none ends for what another one did.
const loneAfter = maxLost - 1

// A reservation is a job that waits until its worker has made room for it. In
// the record it is due a lease later, so that it outlives its worker.
type reservation struct {
	waits run
	task  taken
}

// lone makes room for the job that is reserved on sh, and starts it. It
// reports false when the job went elsewhere or the gate was stopped.
func (w *worker) lone(sh shard) (taken, bool) {
	res, g := w.reserved[sh], w.gate
	ctx, cancel := context.WithCancel(g.ctx)
	defer cancel()
	room := make(chan bool, 1)
	go func() {
		ok := g.takers.Acquire(ctx, g.allTakers) == nil
		if ok && !w.quiet(ctx) {
			g.takers.Release(g.allTakers)
			ok = false
		}
		room <- ok
	}()
	keep := time.NewTicker(beatEvery)
	defer keep.Stop()
	for {
		select {
		case ok := <-room:
			if !ok {
				return taken{}, false
			}
			if !w.startLone(sh, res) {
				g.takers.Release(g.allTakers)
				return taken{}, false
			}
			// Nothing else starts before it has ended, or in a worker that stops.
			go func() { w.quiet(g.ctx); g.takers.Release(g.allTakers) }()
			return res.task, true
		case <-keep.C:
			v, err := w.q.eval(ctx, aloneScript, res.waits.name, res.waits.fence, micros(lease), "", 0)
			if err == nil && v == nil {
				cancel()
				if <-room {
					g.takers.Release(g.allTakers)
				}
				return taken{}, false
			}
		}
	}
}

func (w *worker) startLone(sh shard, res *reservation) bool {
	reply, err := w.pop(sh, aloneScript, []string{sh.record(res.waits.name)}, []any{res.waits.fence, micros(lease), w.owner, leap()})
	f := stringsOf(reply)
	if err != nil || len(f) != 7 {
		w.doubt[sh] = err != nil // it may have started
		return false
	}
	w.q.log.Info("job started alone, its workers were lost before", "job", res.waits.name)
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.enter(append([]string{res.task.id, res.task.msg, "run"}, f...))
}

// quiet returns true once there is no run, or false at the end of ctx.
func (w *worker) quiet(ctx context.Context) bool {
	w.mu.Lock()
	if len(w.runs) == 0 {
		w.mu.Unlock()
		return true
	}
	if w.emptied == nil {
		w.emptied = make(chan struct{})
	}
	emptied := w.emptied
	w.mu.Unlock()
	select {
	case <-emptied:
		return true
	case <-ctx.Done():
		return false
	}
}

// leave takes a run out of the books. The caller holds w.mu.
func (w *worker) leave(r run) {
	delete(w.runs, r)
	if len(w.runs) == 0 && w.emptied != nil {
		close(w.emptied)
		w.emptied = nil
	}
}
