package app

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs"
)

// operated opens the queue of the processes that run with o, for a command of
// their operator, which closes it.
func operated(ctx context.Context, o Options) (*jobs.Queue, error) {
	if o.Redis == "" {
		return nil, errors.New("needs --redis, since an embedded Redis is out of reach of other processes")
	}
	if o.Redis == privateRedisURL {
		return nil, errors.New("needs --redis with a URL, since that of auto is out of reach of other processes")
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	log := o.logger(os.Stderr)
	redis.SetLogger(redisLog{log}) // the client has one for the whole process
	ro, err := redisOptions(&o)
	if err != nil {
		return nil, err
	}
	q, err := jobs.Open(ctx, queueOptions(&o, ro, log))
	if err != nil {
		return nil, fmt.Errorf("--redis: %w", err)
	}
	return q, nil
}

// A lane is where jobs of one priority wait.
type lane struct {
	Lane jobs.Priority `required:"" placeholder:"LANE" enum:"high,normal,low" help:"Lane: ${enum}."`
}

type pauseLane struct{ lane }

func (p *pauseLane) Run(ctx context.Context, o *Options, out io.Writer) error {
	return p.change(ctx, o, out, (*jobs.Queue).Pause, "is paused: workers take no further jobs out of it")
}

type resumeLane struct{ lane }

func (r *resumeLane) Run(ctx context.Context, o *Options, out io.Writer) error {
	return r.change(ctx, o, out, (*jobs.Queue).Resume, "is open: workers take jobs out of it")
}

func (l lane) change(ctx context.Context, o *Options, out io.Writer, change func(*jobs.Queue, context.Context, jobs.Priority) (bool, error), is string) (err error) {
	q, err := operated(ctx, *o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	changed, err := change(q, ctx, l.Lane)
	if err != nil {
		return err
	}
	if !changed {
		is += ", as before"
	}
	_, err = fmt.Fprintf(out, "lane %s %s\n", l.Lane, is)
	return err
}

type queues struct {
	JSON bool `name:"json" env:"-" help:"Write JSON instead of tables."`
}

func (c *queues) Run(ctx context.Context, o *Options, out io.Writer) (err error) {
	q, err := operated(ctx, *o)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	overview, err := q.Overview(ctx)
	if err != nil {
		return err
	}
	if c.JSON {
		e := json.NewEncoder(out)
		e.SetIndent("", "  ")
		return e.Encode(overview)
	}
	return overviewTable(out, overview, time.Now())
}

// overviewTable writes o for people.
func overviewTable(out io.Writer, o *jobs.Overview, now time.Time) error {
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "LANE\tWAITING\tHELD\tOLDEST\tSTATE")
	for _, l := range o.Lanes {
		state := "open"
		if l.Paused {
			state = "paused"
		}
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\t%s\n", l.Name, l.Depth, l.Held, age(l.Oldest), state)
	}
	fmt.Fprintf(w, "\nRUNNING\t%d\n", o.Running)
	if len(o.Workers) == 0 {
		fmt.Fprintln(w, "\nNo worker is alive.")
		return w.Flush()
	}
	fmt.Fprintln(w, "\nWORKER\tUP\tRUNNING\tSERVES")
	for _, p := range o.Workers {
		fmt.Fprintf(w, "%s/%d\t%s\t%d of %d\t%s\n", cmp.Or(p.Host, "?"), p.PID, age(now.Sub(p.Started)), p.Running, p.Concurrency, strings.Join(p.Types, " "))
	}
	return w.Flush()
}

// age is d as people tell it.
func age(d time.Duration) string {
	switch {
	case d <= 0:
		return "-"
	case d < time.Second:
		return d.Round(time.Millisecond).String()
	}
	return d.Round(time.Second).String()
}
