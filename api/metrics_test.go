package api_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/prometheus/client_golang/prometheus/testutil"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"go.opentelemetry.io/otel/sdk/trace/tracetest"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/jobs"
)

func TestMetricsCountRequestsByRoute(t *testing.T) {
	s := start(t)
	s.want(201, "POST", jobsPath, textJob)
	s.want(404, "GET", "/secret-4111111111111111", "")
	s.want(404, "GET", "/secret-4111111111111112", "")
	s.want(404, "GET", jobsPath+"/"+anID, "")
	s.want(405, "SECRET", jobsPath, "")
	a := s.want(200, "GET", "/metrics", "", "Accept: application/openmetrics-text;version=1.0.0;q=0.6,text/plain;version=0.0.4;q=0.3,*/*;q=0.2")
	if got := a.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/plain; version=0.0.4") {
		t.Errorf("Content-Type is %s", got)
	}
	for _, want := range []string{
		`classifyd_http_requests_total{method="POST",route="jobs",status="201"} 1`,
		`classifyd_http_requests_total{method="GET",route="none",status="404"} 2`,
		`classifyd_http_requests_total{method="GET",route="jobs.job",status="404"} 1`,
		`classifyd_http_requests_total{method="other",route="jobs",status="405"} 1`,
		`classifyd_http_request_duration_seconds_count{route="jobs"} 2`,
		`classifyd_http_streams_open 0`,
	} {
		if !strings.Contains(a.body, want+"\n") {
			t.Errorf("no %s in\n%s", want, a.body)
		}
	}
	for _, never := range []string{"4111", "SECRET", anID, "00000000-"} {
		if strings.Contains(a.body, never) {
			t.Errorf("metrics tell %q", never)
		}
	}
	if problems, err := testutil.GatherAndLint(s.met); err != nil || len(problems) > 0 {
		t.Errorf("lint: %v %v", problems, err)
	}
}

func TestMetricsTakeNoAnswerForSlowThatWasHeldBackAsAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		s.want(202, "POST", "/beta/dataClassification/classifyText", `{"text":"x"}`, "Prefer: wait=1")
		s.want(200, "POST", "/beta/$batch", `{"requests":[{"id":"1","method":"POST","url":"/dataClassification/classifyText","body":{"text":"x"},"headers":{"Prefer":"wait=1","Content-Type":"application/json"}}]}`)
		a := s.want(200, "GET", "/metrics", "")
		for _, route := range []string{"classifyText", "batch"} {
			if strings.Contains(a.body, `classifyd_http_request_duration_seconds_count{route="`+route+`"}`) {
				t.Errorf("the wait of %s counts", route)
			}
			if !strings.Contains(a.body, `method="POST",route="`+route+`"`) {
				t.Errorf("%s does not count", route)
			}
		}
		s.want(202, "POST", "/beta/dataClassification/classifyText", `{"text":"x"}`)
		if a := s.want(200, "GET", "/metrics", ""); !strings.Contains(a.body, `classifyd_http_request_duration_seconds_count{route="classifyText"} 1`+"\n") {
			t.Errorf("an ordinary request does not count:\n%s", a.body)
		}
	})
}

func TestTraceGoesFromTheRequestIntoTheJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const trace = "4bf92f3577b34da6a3ce929d0e0e4736"
		spans := tracetest.NewSpanRecorder()
		s := start(t, func(o *api.Options) {
			o.Traces = sdktrace.NewTracerProvider(sdktrace.WithSpanProcessor(spans))
		})
		seen := make(chan string, 1)
		s.work("classifyText", func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
			seen <- j.Trace
			return &jobs.Result{JSON: []byte(`{"classification":[]}`)}, nil
		})
		s.want(200, "POST", "/beta/dataClassification/classifyText", `{"text":"4111 1111 1111 1111"}`, "Prefer: wait=5", "traceparent: 00-"+trace+"-00f067aa0ba902b7-01")
		s.want(404, "GET", "/secret-4111111111111111", "")
		ended := spans.Ended()
		if len(ended) != 2 || ended[0].Name() != "POST classifyText" || ended[1].Name() != "GET none" {
			t.Fatalf("spans %v", ended)
		}
		want := "00-" + trace + "-" + ended[0].SpanContext().SpanID().String() + "-01"
		if got := <-seen; got != want {
			t.Errorf("the job's trace is %s, want %s", got, want)
		}
		for _, span := range ended {
			if all := fmt.Sprint(span.Name(), span.Attributes(), span.Events()); strings.Contains(all, "4111") {
				t.Errorf("a span tells content: %s", all)
			}
		}
	})
}

func TestMetricsAreForOperatorsOnceCallersAreKnown(t *testing.T) {
	s := start(t, withScopes)
	s.want(200, "GET", "/metrics", "", "Authorization: Operator")
	s.want(403, "GET", "/metrics", "", "Authorization: DataClassificationJob.ReadWrite.All")
	s.want(401, "GET", "/metrics", "", "Authorization: operator")
}

func TestMetricsCountOpenStreams(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		conn := serve(t, s.api)()
		listen(t, conn, eventsPath).want("reset", "")
		if a := s.want(200, "GET", "/metrics", ""); !strings.Contains(a.body, "classifyd_http_streams_open 1\n") {
			t.Errorf("with a stream: %s", a.body)
		}
		conn.Close()
		synctest.Wait()
		a := s.want(200, "GET", "/metrics", "")
		if !strings.Contains(a.body, "classifyd_http_streams_open 0\n") || strings.Contains(a.body, `duration_seconds_count{route="jobs.events"}`) {
			t.Errorf("after the stream: %s", a.body)
		}
	})
}
