package app

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/classifyd/classifyd/jobs"
)

// Doctor is the command that looks at all that the queue holds in Redis, and
// mends it.
type Doctor struct {
	DryRun bool `help:"Only look."`
	JSON   bool `name:"json" env:"CLASSIFYD_JSON" help:"Print what was found as JSON."`
}

// ailments says what people need to know of each kind of find.
var ailments = map[string]string{
	"strays":      "tasks that asynq counts as active, with nobody at work on them",
	"missing":     "entries that a job lacked in a set that lists it",
	"stale":       "entries of such sets that no job asks for, and sums that are wrong",
	"undelivered": "jobs that waited where no worker looks",
	"tasks":       "asynq's tasks in no list, or where its own tools put them",
	"content":     "content that outlived its job's end",
	"queues":      "queue names that asynq's tools lacked",
	"broken":      "records that cannot be read: look at them by hand, or delete them",
}

// ErrUnsound: Doctor left something that is not as it should be.
var ErrUnsound = errors.New("the queue is not sound")

// Run prints what it found to out, and how far it is to stderr. It returns
// ErrUnsound when something is left to mend.
func (d *Doctor) Run(ctx context.Context, o *Options, out io.Writer) error {
	q, err := operated(ctx, *o)
	if err != nil {
		return err
	}
	said := time.Now()
	e, err := q.Doctor(ctx, d.DryRun, func(round, shardsDone int) {
		if time.Since(said) >= time.Second {
			said = time.Now()
			fmt.Fprintf(os.Stderr, "round %d, %d of %d shards done\n", round, shardsDone, o.Shards)
		}
	})
	if err := errors.Join(err, q.Close()); err != nil {
		return err
	}
	if err := d.print(out, e); err != nil {
		return err
	}
	if !e.Sound() {
		return ErrUnsound
	}
	return nil
}

func (d *Doctor) print(out io.Writer, e jobs.Examination) error {
	found, remain := e.Found.Counts(), e.Remain.Counts()
	if d.JSON {
		return json.NewEncoder(out).Encode(struct {
			Keys   int64          `json:"keys"`
			DryRun bool           `json:"dryRun"`
			Found  map[string]int `json:"found"`
			Remain map[string]int `json:"remain"`
			Sound  bool           `json:"sound"`

			Unreadable []string `json:"unreadable,omitempty"`
		}{e.Keys, d.DryRun, found, remain, e.Sound(), e.Unreadable})
	}
	fmt.Fprintf(out, "%d keys in Redis\n", e.Keys)
	if len(found) == 0 {
		_, err := fmt.Fprintln(out, "all is as it should be")
		return err
	}
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "kind\tfound\tremain\twhat it is")
	for _, kind := range slices.Sorted(maps.Keys(found)) {
		fmt.Fprintf(w, "%s\t%d\t%d\t%s\n", kind, found[kind], remain[kind], ailments[kind])
	}
	if err := w.Flush(); err != nil || len(e.Unreadable) == 0 {
		return err
	}
	fmt.Fprintln(out, "keys of records that cannot be read:")
	_, err := fmt.Fprintln(out, strings.Join(e.Unreadable, "\n"))
	return err
}
