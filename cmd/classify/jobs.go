package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"strconv"
	"strings"
	"time"

	"github.com/classifyd/classifyd/api/client"
	"github.com/classifyd/classifyd/api/wire"
)

// jobColumns are what a list tells of jobs.
var jobColumns = []column[*wire.Job]{
	{"id", func(j *wire.Job) string { return j.ID }},
	{"type", func(j *wire.Job) string { return j.Type }},
	{"status", func(j *wire.Job) string { return j.Status }},
	{"progress", func(j *wire.Job) string { return strconv.Itoa(j.Progress) }},
	{"priority", func(j *wire.Job) string { return j.Priority }},
	{"created", func(j *wire.Job) string { return when(j.Created) }},
	{"ended", func(j *wire.Job) string { return when(j.Ended) }},
	{"error", func(j *wire.Job) string {
		if j.Error == nil {
			return ""
		}
		return j.Error.Code
	}},
}

func when(t wire.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

type listCommand struct {
	listed
	Filter string `placeholder:"ODATA" help:"Only jobs of which this holds, such as \"status eq 'failed' and creationDateTime gt 2026-01-31T00:00:00Z\"."`
	Limit  int    `default:"50" placeholder:"N" help:"Jobs at most; 0 for all."`
}

func (c *listCommand) Run(ctx context.Context, std *streams, s *service) error {
	if c.Limit < 0 {
		return errors.New("--limit: must not be negative")
	}
	api, err := s.open()
	if err != nil {
		return err
	}
	q := client.Query{Filter: c.Filter}
	if c.Limit > 0 {
		q.PageSize = min(c.Limit, 1000)
	}
	return explained(write(std.out, c.listed, most(api.Jobs(ctx, q), c.Limit), jobColumns))
}

// most is the first n of a list; 0 means all.
func most[T any](list iter.Seq2[T, error], n int) iter.Seq2[T, error] {
	if n == 0 {
		return list
	}
	return func(yield func(T, error) bool) {
		seen := 0
		for item, err := range list {
			seen++
			if !yield(item, err) || seen == n {
				return
			}
		}
	}
}

// these is a list of what is there already.
func these[T any](items ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, item := range items {
			if !yield(item, nil) {
				return
			}
		}
	}
}

type getCommand struct {
	reporting
	ID string `arg:"" help:"Id of the job."`
}

func (c *getCommand) Run(ctx context.Context, std *streams, s *service) error {
	report, err := c.newReport(std)
	if err != nil {
		return err
	}
	api, err := s.open()
	if err != nil {
		return err
	}
	j, err := api.Get(ctx, c.ID)
	if err != nil {
		return explained(err)
	}
	found, err := newScanned(j.ID, j, "")
	if err != nil {
		return err
	}
	l := listed{Output: c.Output}
	switch c.Output {
	case "json", "ndjson", "table":
		shown, err := shown(j, c.ShowMatches)
		if err != nil {
			return err
		}
		if err := write(std.out, l, these(shown), jobColumns); err != nil {
			return err
		}
	}
	switch {
	case !client.Ended(j):
		return nil
	case c.Output == "json" || c.Output == "ndjson":
		report.form = silent{} // the job had it all
	case c.Output == "table" && len(found.Found) > 0:
		fmt.Fprintln(std.out)
	}
	if err := report.write(found); err != nil {
		return err
	}
	return report.end()
}

// silent writes nothing.
type silent struct{}

func (silent) add(*scanned) error { return nil }
func (silent) end() error         { return nil }

// shown is j with its result masked, unless matches may be shown. Of a result
// of another form nobody can tell what in it matched: it is left out.
func shown(j *wire.Job, matches bool) (*wire.Job, error) {
	if matches || len(j.Result) == 0 {
		return j, nil
	}
	out := *j
	out.Result = nil
	c, err := client.Classification(j)
	if err != nil || c == nil {
		return &out, err
	}
	(&scanned{Found: c.Found}).mask()
	out.Result, err = json.Marshal(c)
	return &out, err
}

type watchCommand struct {
	Output      string `short:"o" default:"table" enum:"table,ndjson" help:"Form of the output: ${enum}."`
	ShowMatches bool   `help:"Show what matched, in the result that ndjson has at the end."`
	ID          string `arg:"" help:"Id of the job."`
}

// Run fails when the job does.
func (c *watchCommand) Run(ctx context.Context, std *streams, s *service) error {
	api, err := s.open()
	if err != nil {
		return err
	}
	last := &wire.Job{}
	for j, err := range api.Watch(ctx, c.ID) {
		if err != nil {
			return explained(err)
		}
		if j, err = shown(j, c.ShowMatches); err != nil {
			return err
		}
		if c.Output == "ndjson" {
			err = encode(std.out, j)
		} else {
			_, err = fmt.Fprintf(std.out, "%s  %-10s  %3d %%\n", when(cmp.Or(j.Ended, j.Started, j.Created)), j.Status, j.Progress)
		}
		if err != nil {
			return err
		}
		last = j
	}
	if last.Status == "failed" && last.Error != nil {
		return fmt.Errorf("the job failed: %s: %s", last.Error.Code, last.Error.Message)
	}
	if last.Status != "succeeded" {
		return errors.New("the job is " + last.Status)
	}
	return nil
}

type cancelCommand struct {
	ID []string `arg:"" help:"Ids of the jobs."`
}

// Run cancels as many as it can.
func (c *cancelCommand) Run(ctx context.Context, std *streams, s *service) error {
	api, err := s.open()
	if err != nil {
		return err
	}
	var errs []error
	for _, id := range c.ID {
		j, err := api.Cancel(ctx, id)
		if err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", id, explained(err)))
			continue
		}
		if _, err := fmt.Fprintf(std.out, "%s %s\n", j.ID, j.Status); err != nil {
			return err
		}
	}
	return errors.Join(errs...)
}

type typesCommand struct {
	listed
	Local bool `help:"List the built-in types of this program, without a service."`
}

var typeColumns = []column[*wire.SensitiveType]{
	{"name", func(t *wire.SensitiveType) string { return t.Name }},
	{"id", func(t *wire.SensitiveType) string { return t.ID }},
	{"category", func(t *wire.SensitiveType) string { return t.Category }},
	{"countries", func(t *wire.SensitiveType) string { return strings.Join(t.Countries, " ") }},
}

func (c *typesCommand) Run(ctx context.Context, std *streams, s *service) (err error) {
	by, err := (&scan{Local: c.Local}).open(ctx, s)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, by.close()) }()
	all, err := by.types(ctx)
	if err != nil {
		return explained(err)
	}
	return write(std.out, c.listed, these(all...), typeColumns)
}
