package main

import (
	"fmt"
	"io"
	"slices"
	"text/tabwriter"
	"time"

	"github.com/classifyd/classifyd/cmd/hammer/history"
	"github.com/classifyd/classifyd/cmd/hammer/nemesis"
)

// figures are the row of one fault.
type figures struct {
	history.Report
	name    string
	runs    int
	stall   time.Duration // the longest in which no call was answered with success
	recover []time.Duration
	back    []time.Duration // from the return of Redis, or a promotion, to the first create that is accepted
	hung    []time.Duration // what calls took to be answered while Redis hung
}

// newFigures reads them from a history that began at a time, and whose clients
// called until a time from then.
func newFigures(name string, r history.Report, runs int, calls []history.Call, events []nemesis.Event, began time.Time, until time.Duration) figures {
	f := figures{Report: r, name: name, runs: runs}
	var last time.Duration
	for _, c := range calls {
		if c.OK() && c.From < until {
			f.stall = max(f.stall, c.To-last)
			last = max(last, c.To)
		}
	}
	f.recover = recoveries(calls, events, began)
	for _, e := range events {
		switch e.What {
		case nemesis.Back:
			for _, c := range calls {
				if c.Kind == history.Create && c.OK() && c.To > e.To {
					f.back = append(f.back, c.To-e.To)
					break
				}
			}
		case nemesis.Hung:
			for _, c := range calls {
				// Not what was on its way before, nor what may have seen it go on.
				if c.From > e.From && c.From < e.To-2*time.Second && c.Kind != history.List {
					f.hung = append(f.hung, c.To-c.From)
				}
			}
		}
	}
	return f
}

// recoveries are the times from the end of a worker to the ends of the jobs
// that it was at work on. Redis and we share a clock.
func recoveries(calls []history.Call, events []nemesis.Event, began time.Time) (list []time.Duration) {
	seen := map[string]bool{}
	for _, c := range calls {
		for _, j := range c.Seen {
			if !j.Done() || j.Attempts < 2 || j.Status == "canceled" || seen[j.ID] {
				continue
			}
			seen[j.ID] = true
			var killed time.Time
			for _, e := range events {
				if at := began.Add(e.From); e.What == nemesis.Killed && at.After(j.Started) && at.Before(j.Ended) {
					killed = at
				}
			}
			if !killed.IsZero() {
				list = append(list, j.Ended.Sub(killed))
			}
		}
	}
	return list
}

// writeFigures prints the rows as a table that Markdown shows as one.
func writeFigures(w io.Writer, rows []figures) error {
	tab := tabwriter.NewWriter(w, 0, 0, 1, ' ', 0)
	fmt.Fprintln(tab, "| fault\t| runs\t| accepted\t| lost\t| settled twice\t| longest stall\t| recovery p99\t| first create after Redis' return or a promotion\t| answer of a hung Redis' API\t|")
	fmt.Fprintln(tab, "|---\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|---:\t|")
	for _, r := range rows {
		fmt.Fprintf(tab, "| %s\t| %d\t| %d\t| %d\t| %d\t| %.1f s\t| %s\t| %s\t| %s\t|\n", r.name, r.runs, r.Accepted, r.Lost, r.SettledTwice,
			r.stall.Seconds(), seconds(r.recover, 0.99), seconds(r.back, 1), seconds(r.hung, 1))
	}
	return tab.Flush()
}

// seconds is a quantile of times, or nothing if there are none.
func seconds(list []time.Duration, q float64) string {
	if len(list) == 0 {
		return ""
	}
	sorted := slices.Sorted(slices.Values(list))
	i := min(int(float64(len(sorted))*q), len(sorted)-1)
	return fmt.Sprintf("%.2f s", sorted[i].Seconds())
}
