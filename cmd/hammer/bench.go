package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"
)

// bench is the command that measures and prints the table.
type bench struct {
	Quick   bool          `help:"Smaller sizes, fewer rounds and only the main rows: under 45 seconds."`
	JSON    bool          `name:"json" help:"Print the rows as JSON."`
	Rounds  int           `default:"5" help:"How often each side is measured, in turns; the median counts. With --quick at most 3, of the slow ones fewer."`
	Only    string        `help:"Run just this contest: ${contests}." enum:"${contests}" default:"all"`
	Within  time.Duration `default:"9m" help:"How long all may take: what takes longer gets fewer rounds, but one at least. With --quick at most 28s."`
	Profile string        `help:"Write CPU profiles of our side into this directory, one a contest and round." type:"existingdir"`
}

// A contest measures the same work on both sides. Each side returns one value
// for each row, in order.
type contest struct {
	name       string
	rows       []row
	quick      int // rounds with --quick, 0 to leave it out
	most       int // rounds at most, 0: as many as are asked for
	rounds     int // planned
	long       int // how long a round takes beside others, 1 if 0
	ours, bare side
}

// A side does the work once, on a fresh Redis server.
type side func(ctx context.Context, a *arena) ([]float64, error)

// An arena is where one side of one round takes place.
type arena struct {
	redis   *server
	quick   bool
	profile string // file for a CPU profile of the measured part, or ""
}

// pick returns the size for this run.
func (a *arena) pick(full, quick int) int {
	if a.quick {
		return quick
	}
	return full
}

func contests() []contest {
	return []contest{postContest(), submitContest(), drainContest(), pickupContest(8, 1), pickupContest(1, 0), getContest(),
		waitersContest(), listContest(), fleetContest(), costContest()}
}

// contestNames lists what --only takes.
func contestNames() string {
	names := []string{"all"}
	for _, c := range contests() {
		names = append(names, c.name)
	}
	return strings.Join(names, ",")
}

// Run measures every contest in turns and prints the table.
func (b *bench) Run(ctx context.Context) error {
	if b.Rounds < 1 {
		return errors.New("--rounds must be at least 1")
	}
	if b.Quick {
		b.Within = min(b.Within, quickly)
	}
	start := time.Now()
	m, err := describeMachine(ctx)
	if err != nil {
		return err
	}
	t := table{Machine: m, Quick: b.Quick}
	plan := b.plan()
	total := 0
	for _, c := range plan {
		total += c.weight()
	}
	passed := 0
	for _, c := range plan {
		// What one contest leaves of its time is there for the next ones.
		passed += c.weight()
		until := start.Add(b.Within * time.Duration(passed) / time.Duration(total))
		rows, err := b.contest(ctx, c, until, os.Stderr)
		if err != nil {
			return fmt.Errorf("%s: %w", c.name, err)
		}
		t.Rows = append(t.Rows, rows...)
	}
	t.Seconds = time.Since(start).Round(100 * time.Millisecond).Seconds()
	if b.JSON {
		return t.writeJSON(os.Stdout)
	}
	return t.writeText(os.Stdout)
}

// quickly is how long --quick may take, but for the last round and what comes
// before the first.
const quickly = 28 * time.Second

// plan is what to measure, each contest with its rounds.
func (b *bench) plan() []contest {
	var plan []contest
	for _, c := range contests() {
		c.rounds = b.Rounds
		switch {
		case b.Only != "all" && b.Only != c.name:
			continue
		case b.Quick && b.Only == "all":
			c.rounds = min(c.rounds, c.quick)
		case c.most > 0:
			c.rounds = min(c.rounds, c.most)
		}
		if c.rounds > 0 {
			plan = append(plan, c)
		}
	}
	return plan
}

// weight is the contest's share of the time.
func (c contest) weight() int { return c.rounds * max(c.long, 1) }

// contest lets both sides go first in turns, since what runs second finds a
// warmer machine.
func (b *bench) contest(ctx context.Context, c contest, until time.Time, progress io.Writer) ([]row, error) {
	var took time.Duration // by the last round
	ours, bare := make([][]float64, len(c.rows)), make([][]float64, len(c.rows))
	for round := range c.rounds {
		begun := time.Now()
		if round > 0 && begun.Add(took).After(until) {
			break
		}
		sides := []struct {
			name   string
			run    side
			values [][]float64
		}{{"ours", c.ours, ours}, {"bare", c.bare, bare}}
		if round%2 == 1 {
			slices.Reverse(sides)
		}
		for _, s := range sides {
			a := &arena{quick: b.Quick}
			if b.Profile != "" && s.name == "ours" {
				a.profile = fmt.Sprintf("%s/%s-%d.pprof", b.Profile, c.name, round+1)
			}
			values, err := a.run(ctx, s.run)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", s.name, err)
			}
			fmt.Fprintf(progress, "%s round %d of %d, %s:", c.name, round+1, c.rounds, s.name)
			for i, v := range values {
				s.values[i] = append(s.values[i], v)
				fmt.Fprintf(progress, "  %s %s", number(v), c.rows[i].Unit)
			}
			fmt.Fprintln(progress)
		}
		took = time.Since(begun)
	}
	rows := slices.Clone(c.rows)
	for i := range rows {
		rows[i].fill(ours[i], bare[i])
	}
	if b.Quick && b.Only == "all" {
		rows = slices.DeleteFunc(rows, func(r row) bool { return r.Detail })
	}
	return rows, nil
}

// run gives s a Redis server without a past. What the last side left in this
// process' memory must not be collected at its cost.
func (a *arena) run(ctx context.Context, s side) (values []float64, err error) {
	if a.redis, err = startRedis(ctx); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, a.redis.Close()) }()
	runtime.GC()
	return s(ctx, a)
}
