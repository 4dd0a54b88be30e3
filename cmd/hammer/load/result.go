package load

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"text/tabwriter"
	"time"

	"gonum.org/v1/plot"
	"gonum.org/v1/plot/plotter"
	"gonum.org/v1/plot/plotutil"
	"gonum.org/v1/plot/vg"
)

// A result is what became of a run.
type result struct {
	rate    float64 // asked for
	total   int
	took    time.Duration // from the first request to the last answer
	samples []sample
	summary summary
}

func (r *run) result() *result {
	r.mu.Lock()
	defer r.mu.Unlock()
	res := &result{rate: r.rate, total: r.total, samples: r.samples, summary: summarise(r.samples)}
	for _, s := range r.samples {
		res.took = max(res.took, s.due+s.took)
	}
	return res
}

func (r *result) failed() int { return len(r.samples) - r.summary.good }

// quantiles are the shares that are told.
var quantiles = []float64{0.5, 0.9, 0.95, 0.99, 0.999, 1}

func (r *result) writeText(w io.Writer) error {
	tab := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	rate := 0.0
	if r.took > 0 {
		rate = float64(r.summary.good) / r.took.Seconds()
	}
	fmt.Fprintf(tab, "requests\t%d of %d answered, %d failed\n", len(r.samples), r.total, r.failed())
	fmt.Fprintf(tab, "rate\t%.1f a second asked for, %.1f succeeded\n", r.rate, rate)
	for _, q := range quantiles {
		fmt.Fprintf(tab, "p%g\t%v\n", q*100, r.summary.quantile(q))
	}
	problems := map[string]int{}
	for _, s := range r.samples {
		if s.problem != "" {
			problems[s.problem]++
		}
	}
	for _, p := range slices.Sorted(maps.Keys(problems)) {
		fmt.Fprintf(tab, "%s\t%d\n", p, problems[p])
	}
	return tab.Flush()
}

// windows are into how many stretches of time the plot is divided.
const windows = 120

// plot draws quantiles of the latency over the time at which requests were due,
// as the file's name demands.
func (r *result) plot(file string) error {
	p := plot.New()
	p.Title.Text = fmt.Sprintf("%.0f requests a second", r.rate)
	p.X.Label.Text = "due, s"
	p.Y.Label.Text = "latency, ms"
	p.Y.Min = 0
	p.Add(plotter.NewGrid())
	p.Legend.Top = true
	end := time.Duration(1)
	for _, s := range r.samples {
		end = max(end, s.due+1)
	}
	parts := make([][]sample, windows)
	for _, s := range r.samples {
		i := int(float64(s.due) / float64(end) * windows)
		parts[i] = append(parts[i], s)
	}
	var lines []any
	for _, q := range []float64{0.5, 0.95, 0.99, 1} {
		var points plotter.XYs
		for i, part := range parts {
			s := summarise(part)
			if s.good > 0 {
				middle := (float64(i) + 0.5) / windows * end.Seconds()
				points = append(points, plotter.XY{X: middle, Y: s.quantile(q).Seconds() * 1000})
			}
		}
		if len(points) > 0 {
			lines = append(lines, fmt.Sprintf("p%g", q*100), points)
		}
	}
	if err := plotutil.AddLines(p, lines...); err != nil {
		return err
	}
	return p.Save(24*vg.Centimeter, 12*vg.Centimeter, file)
}
