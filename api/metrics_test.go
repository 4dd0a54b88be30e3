package api_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/prometheus/client_golang/prometheus/testutil"
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
