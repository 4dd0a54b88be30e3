package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

const (
	producersTrace = "4bf92f3577b34da6a3ce929d0e0e4736"
	producersSpan  = "00f067aa0ba902b7"
)

func TestTraceGoesFromTheProducerThroughTheQueueToEachRun(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		spans := tracetest.NewSpanRecorder()
		first := true
		q, reg := measured(t, jobs.Options{Traces: sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))},
			text(func(context.Context, *jobs.Job) (*jobs.Result, error) {
				if first {
					first = false
					return nil, errors.New(jobtest.Secret)
				}
				return done, nil
			})...)
		sub := jobtest.Text("acme")
		sub.Trace = "00-" + producersTrace + "-" + producersSpan + "-01"
		if _, _, err := q.Submit(t.Context(), sub); err != nil {
			t.Fatal(err)
		}
		time.Sleep(20 * time.Second)

		var got []string
		submitted := ""
		for _, s := range spans.Ended() {
			if s.SpanContext().TraceID().String() != producersTrace {
				t.Errorf("%s is in trace %s", s.Name(), s.SpanContext().TraceID())
			}
			parent := "the submission"
			switch s.Parent().SpanID().String() {
			case producersSpan:
				parent = "the producer"
				submitted = s.SpanContext().SpanID().String()
			case submitted:
			default:
				parent = "nothing known"
			}
			got = append(got, fmt.Sprintf("%s %s under %s: %s", s.SpanKind(), s.Name(), parent, s.Status().Description))
			if all := fmt.Sprint(s.Attributes(), s.Events(), s.Status()); strings.Contains(all, jobtest.Secret) || strings.Contains(all, "acme") {
				t.Errorf("%s tells content or a tenant: %s", s.Name(), all)
			}
		}
		want := []string{
			"producer submit under the producer: ",
			"consumer run classifyText under the submission: retry",
			"consumer run classifyText under the submission: ",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("spans (-want +got):\n%s", diff)
		}
		for _, name := range []string{"classifyd_job_run_duration_seconds", "classifyd_job_pickup_seconds", "classifyd_job_duration_seconds"} {
			if got := exemplar(t, reg, name); got != producersTrace {
				t.Errorf("the exemplar of %s is %q", name, got)
			}
		}
	})
}

// exemplar is the trace that stands beside the observations of a histogram.
func exemplar(t *testing.T, reg *prometheus.Registry, name string) string {
	t.Helper()
	families, err := reg.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		if f.GetName() != name {
			continue
		}
		for _, b := range f.GetMetric()[0].GetHistogram().GetBucket() {
			if e := b.GetExemplar(); e != nil {
				return e.GetLabel()[0].GetValue()
			}
		}
	}
	return ""
}

func TestJobKeepsItsProducersTraceWhereNoneAreCollected(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		traces := make(chan string, 1)
		q, _ := measured(t, jobs.Options{}, text(func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
			traces <- j.Trace
			return done, nil
		})...)
		sub := jobtest.Text("acme")
		sub.Trace = "00-" + producersTrace + "-" + producersSpan + "-00"
		if _, _, err := q.Submit(t.Context(), sub); err != nil {
			t.Fatal(err)
		}
		if got := <-traces; got != sub.Trace {
			t.Errorf("trace of the run is %q, want %q", got, sub.Trace)
		}
	})
}
