package jobs_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	"github.com/prometheus/common/expfmt"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// measured runs a queue that works, maintains and is measured.
func measured(t *testing.T, o jobs.Options, h ...jobs.Handler) (*jobs.Queue, *prometheus.Registry) {
	t.Helper()
	s := jobtest.Start(t, jobtest.Options{Processes: -1})
	reg := prometheus.NewRegistry()
	o.Redis, o.Log, o.Metrics = s.Server, jobtest.Log(t), reg
	q, err := jobs.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	ended := make(chan error, 2)
	go func() { ended <- q.Work(ctx, h) }()
	go func() { ended <- q.Maintain(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := errors.Join(<-ended, <-ended, q.Close()); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return q, reg
}

// tells fails the test unless reg says each of these lines, and nothing that it
// must not.
func tells(t *testing.T, reg *prometheus.Registry, lines ...string) {
	t.Helper()
	if problems, err := testutil.GatherAndLint(reg); err != nil || len(problems) > 0 {
		t.Errorf("lint: %v %v", problems, err)
	}
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	enc := expfmt.NewEncoder(&out, expfmt.NewFormat(expfmt.TypeTextPlain))
	for _, f := range families {
		if err := enc.Encode(f); err != nil {
			t.Fatal(err)
		}
	}
	text := out.String()
	for _, want := range lines {
		if !strings.Contains(text, want+"\n") {
			t.Errorf("metrics lack %q", want)
		}
	}
	for _, never := range []string{jobtest.Secret, "acme", "chosen"} {
		if strings.Contains(text, never) {
			t.Errorf("metrics tell %q", never)
		}
	}
	if t.Failed() {
		t.Log(text)
	}
}

func TestMetricsFollowTheWalkOfAJob(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		first := true
		q, reg := measured(t, jobs.Options{Concurrency: 1}, text(func(context.Context, *jobs.Job) (*jobs.Result, error) {
			time.Sleep(2 * time.Second)
			if first {
				first = false
				return nil, errors.New("once")
			}
			return done, nil
		})...)
		tells(t, reg, `classifyd_job_submissions_total{result="created"} 0`, `classifyd_queue_depth{lane="normal"} 0`)
		sub := jobtest.Text("acme")
		sub.Key = "chosen"
		for range 2 {
			if _, _, err := q.Submit(t.Context(), sub); err != nil {
				t.Fatal(err)
			}
		}
		other := sub
		other.Type = "chosen"
		if _, _, err := q.Submit(t.Context(), other); !errors.Is(err, jobs.ErrConflict) {
			t.Errorf("clash: %v", err)
		}
		if _, _, err := q.Submit(t.Context(), jobs.Submission{}); err == nil {
			t.Error("an invalid submission was taken")
		}
		other.Key = ""
		time.Sleep(time.Second)
		if _, _, err := q.Submit(t.Context(), other); err != nil {
			t.Fatal(err)
		}
		tells(t, reg,
			`classifyd_job_submissions_total{result="created"} 2`,
			`classifyd_job_submissions_total{result="repeat"} 1`,
			`classifyd_job_submissions_total{result="clash"} 1`,
			`classifyd_job_runs_under_way 1`,
			`classifyd_queue_running 1`,
			`classifyd_queue_depth{lane="normal"} 1`)
		time.Sleep(20 * time.Second)
		tells(t, reg,
			`classifyd_job_runs_total{outcome="retry",type="classifyText"} 1`,
			`classifyd_job_runs_total{outcome="succeeded",type="classifyText"} 1`,
			`classifyd_job_runs_total{outcome="failed",type="other"} 1`,
			`classifyd_job_run_duration_seconds_count{type="classifyText"} 2`,
			`classifyd_job_pickup_seconds_count 2`,
			`classifyd_job_duration_seconds_count{type="classifyText"} 1`,
			`classifyd_jobs_ended_total{state="succeeded",type="classifyText"} 1`,
			`classifyd_jobs_ended_total{state="failed",type="other"} 1`,
			`classifyd_job_runs_under_way 0`,
			`classifyd_queue_running 0`,
			`classifyd_sweep_mended_total{kind="delivered"} 1`,
			`classifyd_queue_depth{lane="normal"} 0`)
	})
}

func TestMetricsTellHowOldTheNextJobIs(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s := jobtest.Start(t, jobtest.Options{Processes: -1})
		reg := prometheus.NewRegistry()
		q, err := jobs.Open(t.Context(), jobs.Options{Redis: s.Server, Metrics: reg})
		if err != nil {
			t.Fatal(err)
		}
		defer q.Close()
		tells(t, reg, `classifyd_queue_oldest_seconds{lane="normal"} 0`)
		sub := jobtest.Text("acme")
		for range 2 {
			if _, _, err := q.Submit(t.Context(), sub); err != nil {
				t.Fatal(err)
			}
			time.Sleep(time.Minute)
		}
		families, err := reg.Gather()
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range families {
			if f.GetName() != "classifyd_queue_oldest_seconds" {
				continue
			}
			for _, m := range f.GetMetric() {
				want := 0.0
				if m.GetLabel()[0].GetValue() == "normal" {
					want = 120
				}
				if got := m.GetGauge().GetValue(); got < want || got > want+1 {
					t.Errorf("the next of %s is %v s old, want %v", m.GetLabel()[0].GetValue(), got, want)
				}
			}
		}
	})
}

func TestMetricsCountJobsThatOthersEnd(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s := jobtest.Start(t, jobtest.Options{Processes: -1})
		reg := prometheus.NewRegistry()
		q, err := jobs.Open(t.Context(), jobs.Options{Redis: s.Server, Metrics: reg, Types: []string{"classifyText"}})
		if err != nil {
			t.Fatal(err)
		}
		defer q.Close()
		for _, jobType := range []string{"classifyText", "chosen"} {
			sub := jobtest.Text("acme")
			sub.Type = jobType
			j, _, err := q.Submit(t.Context(), sub)
			if err != nil {
				t.Fatal(err)
			}
			for range 2 {
				if _, err := q.Cancel(t.Context(), j.Tenant, j.ID, ""); err != nil {
					t.Fatal(err)
				}
			}
		}
		if _, err := q.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		tells(t, reg,
			`classifyd_jobs_ended_total{state="canceled",type="classifyText"} 1`,
			`classifyd_jobs_ended_total{state="canceled",type="other"} 1`,
			`classifyd_sweep_duration_seconds_count 1`,
			`classifyd_redis_commands_total{command="submit",result="ok"} 2`,
			`classifyd_redis_commands_total{command="cancel",result="ok"} 4`)
	})
}

func TestMetricsCountStuckHandlersUntilTheyReturn(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		stuck := make(chan bool)
		q, reg := measured(t, jobs.Options{Limit: time.Second}, text(func(context.Context, *jobs.Job) (*jobs.Result, error) {
			<-stuck
			return done, nil
		})...)
		if _, _, err := q.Submit(t.Context(), jobtest.Text("acme")); err != nil {
			t.Fatal(err)
		}
		time.Sleep(10 * time.Second)
		tells(t, reg, `classifyd_handlers_stuck 1`, `classifyd_job_runs_under_way 0`, `classifyd_job_runs_total{outcome="failed",type="classifyText"} 1`)
		close(stuck)
		time.Sleep(time.Second)
		tells(t, reg, `classifyd_handlers_stuck 0`)
	})
}

func TestMetricsOutliveRedis(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		link := jobtest.NewLink()
		s := jobtest.Start(t, jobtest.Options{Processes: -1})
		reg := prometheus.NewRegistry()
		q, err := jobs.Open(t.Context(), jobs.Options{Redis: link.Options(s.Server), Metrics: reg})
		if err != nil {
			t.Fatal(err)
		}
		defer q.Close()
		link.Cut()
		if _, _, err := q.Submit(t.Context(), jobtest.Text("acme")); !errors.Is(err, jobs.ErrUnavailable) {
			t.Errorf("submit without Redis: %v", err)
		}
		tells(t, reg, `classifyd_job_submissions_total{result="unavailable"} 1`)
	})
}

func TestOneRegistererTakesOneQueue(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s := jobtest.Start(t, jobtest.Options{Processes: -1})
		o := jobs.Options{Redis: s.Server, Metrics: prometheus.NewRegistry()}
		q, err := jobs.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer q.Close()
		if _, err := jobs.Open(t.Context(), o); err == nil {
			t.Error("a second queue was measured as the first")
		}
	})
}
