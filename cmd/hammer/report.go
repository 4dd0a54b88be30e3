package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
)

// A row is one figure of both sides.
type row struct {
	Name   string  `json:"name"`
	Unit   string  `json:"unit"`
	Ours   float64 `json:"ours"` // median of the Rounds, as Bare is
	Bare   float64 `json:"bare"`
	Ratio  float64 `json:"ratio"` // larger is better: ours/bare, or bare/ours where Lower; median of the rounds' own ratios
	Rounds int     `json:"rounds"`
	Goal   float64 `json:"goal"`           // the least ratio to reach; with a Limit the ratio that Ours has there; 0: none
	Limit  float64 `json:"limit,omitzero"` // the most that Ours may be

	// Against says beside what Ours is measured, where that is not bare asynq.
	Against string `json:"against,omitzero"`

	Lower  bool `json:"-"` // less is better
	Detail bool `json:"-"` // left out with --quick
}

// fill takes the values of each round. The sides of one round ran next to each
// other, so that their ratio suffers least from what else the machine does.
func (r *row) fill(ours, bare []float64) {
	ratios := make([]float64, len(ours))
	for i := range ours {
		over, under := ours[i], bare[i]
		if r.Lower {
			over, under = under, over
		}
		ratios[i] = over / cmp.Or(under, 1e-9)
	}
	r.Ours, r.Bare, r.Ratio, r.Rounds = median(ours), median(bare), median(ratios), len(ratios)
	if r.Limit > 0 {
		r.Goal = r.Bare / r.Limit
	}
}

func median(values []float64) float64 {
	s := slices.Sorted(slices.Values(values))
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}

// met says whether the row is as good as it should be, or nothing without a goal.
func (r *row) met() string {
	switch {
	case r.Goal == 0 && r.Limit == 0:
		return ""
	case r.Limit > 0 && r.Ours > r.Limit, r.Limit == 0 && r.Ratio < r.Goal:
		return "no"
	}
	return "yes"
}

func (r *row) goal() string {
	switch {
	case r.Limit > 0:
		return "≤ " + number(r.Limit) + " " + r.Unit
	case r.Goal > 0:
		return "≥ " + number(r.Goal) + " x"
	}
	return ""
}

// A table is what bench prints.
type table struct {
	Machine machine `json:"machine"`
	Quick   bool    `json:"quick"`
	Seconds float64 `json:"seconds"` // that it took
	Rows    []row   `json:"rows"`
}

func (t *table) writeJSON(w io.Writer) error {
	return json.NewEncoder(w).Encode(t)
}

func (t *table) writeText(w io.Writer) error {
	fmt.Fprintf(w, "%s\nmedian of the rounds, in turns, in %g s; Redis, server and client share the machine\n\n", t.Machine, t.Seconds)
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tab, "figure\tunit\tours\tbare\tagainst\tratio\tgoal\treached\trounds")
	for _, r := range t.Rows {
		fmt.Fprintf(tab, "%s\t%s\t%s\t%s\t%s\t%.2f\t%s\t%s\t%d\n", r.Name, r.Unit, number(r.Ours), number(r.Bare), cmp.Or(r.Against, "bare asynq"), r.Ratio, r.goal(), r.met(), r.Rounds)
	}
	return tab.Flush()
}

// number prints v to three digits, and all digits before the point.
func number(v float64) string {
	if v >= 100 || v <= -100 {
		return strconv.FormatFloat(v, 'f', 0, 64)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}

// A machine is where and with what the figures were measured.
type machine struct {
	CPU   string `json:"cpu"`
	Cores int    `json:"cores"`
	OS    string `json:"os"`
	Go    string `json:"go"`
	Redis string `json:"redis"`
	Asynq string `json:"asynq"`
	Ours  string `json:"classifyd"`
}

func (m machine) String() string {
	return fmt.Sprintf("%s, %d cores, %s; %s, Redis %s, asynq %s, classifyd %s", m.CPU, m.Cores, m.OS, m.Go, m.Redis, m.Asynq, m.Ours)
}

func describeMachine(ctx context.Context) (machine, error) {
	m := machine{CPU: cpuModel(), Cores: runtime.GOMAXPROCS(0), OS: runtime.GOOS + "/" + runtime.GOARCH, Go: runtime.Version(),
		Asynq: "unknown", Ours: "unknown"}
	if b, ok := debug.ReadBuildInfo(); ok {
		m.Ours = b.Main.Version
		for _, d := range b.Deps {
			if d.Path == "github.com/hibiken/asynq" {
				m.Asynq = d.Version
			}
		}
	}
	s, err := startRedis(ctx)
	if err != nil {
		return m, err
	}
	text, err := s.DB.Info(ctx, "server").Result()
	for line := range strings.Lines(text) {
		if v, ok := strings.CutPrefix(line, "redis_version:"); ok {
			m.Redis = strings.TrimSpace(v)
		}
	}
	if stopErr := s.Close(); err == nil {
		err = stopErr
	}
	return m, err
}

// cpuModel is the processor's name where the system tells it.
func cpuModel() string {
	if runtime.GOOS == "darwin" {
		if out, err := exec.Command("sysctl", "-n", "machdep.cpu.brand_string").Output(); err == nil {
			return strings.TrimSpace(string(out))
		}
	}
	text, err := os.ReadFile("/proc/cpuinfo")
	if err == nil {
		for line := range strings.Lines(string(text)) {
			if k, v, _ := strings.Cut(line, ":"); strings.TrimSpace(k) == "model name" {
				return strings.TrimSpace(v)
			}
		}
	}
	return "unknown processor"
}
