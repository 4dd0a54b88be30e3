package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
	"github.com/redis/go-redis/v9/logging"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/cmd/hammer/crowd"
	"github.com/classifyd/classifyd/cmd/hammer/history"
	"github.com/classifyd/classifyd/cmd/hammer/nemesis"
	"github.com/classifyd/classifyd/jobs/snapshot"
)

// check is the command that has clients call while things fail.
type check struct {
	Quick    bool          `help:"Forty seconds of mixed faults."`
	JSON     bool          `name:"json" help:"Print what was found as JSON."`
	Duration time.Duration `default:"2m" help:"How long the clients call, for each of --faults."`
	Faults   []string      `help:"Strike with one of these after the other, each on daemons of its own, and print a table; without it with all that can be mixed. all is each of them: ${faults}." placeholder:"NAME,..."`
	Seed     uint64        `help:"What the clients and the faults do; 0 is another each time."`
	Clients  int           `default:"12" help:"Clients that call at the same time."`

	URL   []string `name:"url" help:"Call the APIs at these URLs, without faults, instead of daemons of its own. Nothing else may use them meanwhile." placeholder:"URL"`
	Redis string   `help:"Redis of the service at --url, to look at what it holds in the end." placeholder:"URL"`
}

func faultNames() string {
	var names []string
	for _, f := range nemesis.Faults {
		names = append(names, f.Name)
	}
	return strings.Join(names, ", ")
}

// Validate is kong's.
func (c *check) Validate() error {
	switch {
	case c.Redis != "" && len(c.URL) == 0:
		return errors.New("--redis: needs --url, since daemons of its own have their own Redis")
	case len(c.URL) > 0 && len(c.Faults) > 0:
		return errors.New("--faults: are for daemons of its own, not with --url")
	case c.Duration <= 0:
		return errors.New("--duration: must be positive")
	case c.Clients < 1:
		return errors.New("--clients: must be at least 1")
	}
	_, err := c.faults()
	return err
}

// faults are those of --faults, none for a mix.
func (c *check) faults() (list []nemesis.Fault, err error) {
	for _, name := range c.Faults {
		if name == "all" {
			return nemesis.Faults, nil
		}
		f, err := nemesis.Find(name)
		if err != nil {
			return nil, fmt.Errorf("--faults: %w", err)
		}
		list = append(list, f)
	}
	return list, nil
}

var errViolated = errors.New("promises were broken")

// Run checks and prints what was found. It is an error if that is a violation.
func (c *check) Run(ctx context.Context) error {
	if c.Seed == 0 {
		c.Seed = uint64(time.Now().UnixNano())
	}
	if c.Quick {
		c.Duration = 40 * time.Second
	}
	fmt.Fprintf(os.Stderr, "seed %d\n", c.Seed)
	logging.Disable() // of the client that looks in: all that is worth saying is in its errors
	faults, err := c.faults()
	if err != nil {
		return err
	}
	var rows []figures
	switch {
	case len(c.URL) > 0:
		row, err := c.foreign(ctx)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	case len(faults) == 0:
		row, err := c.trial("mixed", nemesis.Mixed()).run(ctx)
		if err != nil {
			return err
		}
		rows = append(rows, row)
	default:
		for _, f := range faults {
			fmt.Fprintln(os.Stderr, f.Name)
			row, err := c.trial(f.Name, []nemesis.Fault{f}).run(ctx)
			if err != nil {
				return fmt.Errorf("%s: %w", f.Name, err)
			}
			rows = append(rows, row)
		}
	}
	return c.print(os.Stdout, rows)
}

func (c *check) trial(name string, faults []nemesis.Fault) *trial {
	return &trial{name: name, faults: faults, duration: c.Duration, seed: c.Seed, clients: c.Clients, patient: !c.Quick, progress: os.Stderr}
}

// foreign checks a service that is not ours, without faults.
func (c *check) foreign(ctx context.Context) (figures, error) {
	var bases []string
	for _, u := range c.URL {
		bases = append(bases, strings.TrimRight(u, "/"))
	}
	h := history.New()
	people := crowd.New(crowd.Options{Bases: bases, Tenants: []crowd.Tenant{{Name: string(api.DefaultTenant)}}, History: h,
		Clients: c.Clients, Seed: c.Seed, Secret: secret})
	calling, cancel := context.WithTimeout(ctx, c.Duration)
	defer cancel()
	people.Run(calling)
	waiting, cancel := context.WithTimeout(ctx, drainWithin)
	defer cancel()
	people.Await(waiting)
	end := history.End{Secret: secret}
	if c.Redis != "" {
		o, err := redis.ParseURL(c.Redis)
		if err != nil {
			return figures{}, errors.New("--redis: must be redis://[user[:password]@]host[:port][/db]") // it may hold a password
		}
		rdb := redis.NewClient(o)
		defer rdb.Close()
		if end.Redis, err = snapshot.Read(ctx, rdb); err != nil {
			return figures{}, err
		}
	}
	if ctx.Err() != nil {
		return figures{}, context.Cause(ctx)
	}
	calls := h.Calls()
	return newFigures("none", history.Check(calls, end), 0, calls, nil, h.Began(), c.Duration), nil
}

// print prints what was found and returns errViolated if that is a violation.
func (c *check) print(w io.Writer, rows []figures) error {
	all := struct {
		history.Report
		Faults int `json:"faults"`
	}{}
	all.Violations = []string{}
	for _, r := range rows {
		all.Accepted += r.Accepted
		all.Terminal += r.Terminal
		all.Lost += r.Lost
		all.SettledTwice += r.SettledTwice
		all.Faults += r.runs
		all.Violations = append(all.Violations, r.Violations...)
	}
	var err error
	if c.JSON {
		// The fields in the order that is documented.
		err = json.NewEncoder(w).Encode(struct {
			Accepted     int      `json:"accepted"`
			Terminal     int      `json:"terminal"`
			Lost         int      `json:"lost"`
			SettledTwice int      `json:"settledTwice"`
			Faults       int      `json:"faults"`
			Violations   []string `json:"violations"`
		}{all.Accepted, all.Terminal, all.Lost, all.SettledTwice, all.Faults, all.Violations})
	} else {
		err = writeFigures(w, rows)
		for _, r := range rows {
			for _, promise := range slices.Sorted(maps.Keys(r.Excused)) {
				fmt.Fprintf(w, "%s, not judged, since Redis lost what it had acknowledged: %s: not so %d times\n", r.name, promise, r.Excused[promise])
			}
		}
		for _, v := range all.Violations {
			fmt.Fprintln(w, v)
		}
	}
	if len(all.Violations) > 0 {
		err = cmp.Or(err, errViolated)
	}
	return err
}
