package jobs

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"
)

// An Overview is what there is to do, of all tenants, and who does it, as Redis
// knows it at one moment.
type Overview struct {
	Lanes   []Lane   `json:"lanes"`   // in the order in which workers prefer them
	Running int      `json:"running"` // jobs
	Workers []Worker `json:"workers"` // by host and process
}

// A Lane is where jobs of one priority wait, and those of tenants above their
// share in that of low. Jobs that were delivered before wait in "again".
type Lane struct {
	Name   string        `json:"lane"`
	Depth  int           `json:"depth"` // deliveries, also those of jobs canceled meanwhile
	Oldest time.Duration `json:"-"`     // since the creation of the job whose turn it is; 0 without one
	Paused bool          `json:"paused"`
}

// MarshalJSON writes Oldest in seconds, as oldestSeconds.
func (l Lane) MarshalJSON() ([]byte, error) {
	type lane Lane
	return json.Marshal(struct {
		lane
		Oldest float64 `json:"oldestSeconds"`
	}{lane(l), l.Oldest.Seconds()})
}

// A Worker is one process at work, as it said at its last heartbeat.
type Worker struct {
	Host        string    `json:"host"`
	PID         int       `json:"pid"`
	Started     time.Time `json:"started"` // by the clock of Host
	Types       []string  `json:"types"`   // of the jobs that it serves
	Running     int       `json:"running"` // jobs
	Concurrency int       `json:"concurrency"`
	Runs        []Run     `json:"runs,omitempty"` // the longest of them, up to 10, the longest first
}

// A Run is one attempt at a job.
type Run struct {
	ID       ID        `json:"id"`
	Type     string    `json:"type"`
	Started  time.Time `json:"started"` // by the clock of the worker's host
	Progress int       `json:"progress"`
}

// toldRuns is how many runs of a worker an Overview has: for each worker they
// cross the network with each heartbeat.
const toldRuns = 10

// Overview tells what there is to do and who does it. A worker that died is
// in it for 10 s.
func (q *Queue) Overview(ctx context.Context) (*Overview, error) {
	o := &Overview{Lanes: make([]Lane, len(lanes)), Workers: []Worker{}}
	for i, l := range lanes {
		o.Lanes[i].Name = string(l)
	}
	for i, p := range q.pipes {
		sh := shard(i)
		keys := []string{sh.key("lease"), sh.key("workers"), sh.key("about")}
		for _, l := range lanes {
			keys = append(keys, sh.asynqKey(l, "pending"), sh.asynqKey(l, "paused"))
		}
		v, err := p.eval(ctx, overviewScript, keys, sh.record(""))
		if err != nil {
			return nil, fmt.Errorf("overview: %w", err)
		}
		if err := o.add(v); err != nil {
			return nil, fmt.Errorf("overview: %w", err)
		}
	}
	slices.SortFunc(o.Workers, func(a, b Worker) int {
		return cmp.Or(cmp.Compare(a.Host, b.Host), cmp.Compare(a.PID, b.PID), a.Started.Compare(b.Started))
	})
	return o, nil
}

// add adds what a shard says.
func (o *Overview) add(reply any) error {
	parts, _ := reply.([]any)
	if len(parts) != 2+len(o.Lanes) {
		return errors.New("unexpected reply")
	}
	running, _ := parts[0].(int64)
	o.Running += int(running)
	for _, s := range stringsOf(parts[1]) {
		var w Worker
		if err := json.Unmarshal([]byte(s), &w); err != nil {
			return fmt.Errorf("a worker: %w", err)
		}
		o.Workers = append(o.Workers, w)
	}
	for i := range o.Lanes {
		l := &o.Lanes[i]
		said, _ := parts[2+i].([]any)
		if len(said) != 3 {
			return errors.New("unexpected reply")
		}
		depth, _ := said[0].(int64)
		age, _ := said[1].(int64)
		paused, _ := said[2].(int64)
		l.Depth += int(depth)
		l.Oldest = max(l.Oldest, time.Duration(age)*time.Microsecond)
		l.Paused = l.Paused || paused == 1
	}
	return nil
}

// announce says in the first shard that w is there and what it does. Only an
// Overview is the poorer when that does not arrive.
func (w *worker) announce(ctx context.Context) {
	about := Worker{Host: w.host, PID: os.Getpid(), Started: w.began, Types: w.types, Concurrency: w.q.opt.Concurrency}
	w.mu.Lock()
	about.Running = len(w.runs)
	for _, a := range w.runs {
		about.Runs = append(about.Runs, Run{ID: a.job.ID, Type: a.job.Type, Started: a.taken.UTC(), Progress: int(a.progress.Load())})
	}
	w.mu.Unlock()
	slices.SortFunc(about.Runs, func(a, b Run) int { return cmp.Or(a.Started.Compare(b.Started), cmp.Compare(a.ID, b.ID)) })
	about.Runs = about.Runs[:min(len(about.Runs), toldRuns)]
	b, err := json.Marshal(about)
	if err == nil {
		sh := w.q.shards[0]
		_, err = w.q.pipes[sh].eval(ctx, announceScript, []string{sh.key("workers"), sh.key("about")}, micros(lease), w.owner, b)
	}
	if err != nil && ctx.Err() == nil {
		w.q.log.Debug("worker not announced", "error", err)
	}
}
