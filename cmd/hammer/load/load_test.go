package load

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestLatencyCountsFromWhenARequestWasDue(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// 10 a second, of which the service does 5: the queue grows by 100 ms each.
		r := start(10, time.Second, 1, func(context.Context) string {
			time.Sleep(200 * time.Millisecond)
			return ""
		})
		r.send(t.Context())
		var got []time.Duration
		for _, s := range r.result().samples {
			got = append(got, s.took)
		}
		var want []time.Duration
		for i := range 10 {
			want = append(want, 200*time.Millisecond+time.Duration(i)*100*time.Millisecond)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("latencies (-want +got):\n%s", diff)
		}
	})
}

func TestRequestsStartWhenDueWhateverBecomesOfOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		begins := make(chan time.Duration, 4)
		r := start(4, time.Second, 100, func(context.Context) string {
			begins <- time.Since(begun)
			time.Sleep(time.Hour)
			return "too late"
		})
		r.send(t.Context())
		var starts []time.Duration
		for range 4 {
			starts = append(starts, <-begins)
		}
		if diff := cmp.Diff([]time.Duration{0, 250 * time.Millisecond, 500 * time.Millisecond, 750 * time.Millisecond}, starts); diff != "" {
			t.Errorf("starts (-want +got):\n%s", diff)
		}
		if n := r.result().failed(); n != 4 {
			t.Errorf("failed = %d, want 4", n)
		}
	})
}

func TestInterruptedRunTellsOfWhatItSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), 2500*time.Millisecond)
		defer cancel()
		r := start(1, time.Hour, 1, func(context.Context) string { return "" })
		var out strings.Builder
		stop := r.report(&out)
		r.send(ctx)
		stop()
		if n := len(r.result().samples); n != 3 {
			t.Errorf("%d samples, want 3", n)
		}
		if lines := strings.Count(out.String(), "\n"); lines != 2 {
			t.Errorf("%d lines of progress, want one a second:\n%s", lines, out.String())
		}
	})
}

func TestAnswersOfAServiceAreCounted(t *testing.T) {
	n := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		if r.Header.Get("X-Key") != "a=b,c" || r.Header.Get("Prefer") != "wait=2" || len(body) != len(job(10)) {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		n++
		switch n {
		case 1:
			w.WriteHeader(http.StatusServiceUnavailable)
		case 2:
			w.WriteHeader(http.StatusCreated)
			io.WriteString(w, `{"status":"running"}`)
		default:
			w.WriteHeader(http.StatusCreated)
			io.WriteString(w, `{"status":"succeeded"}`)
		}
	}))
	defer s.Close()
	tgt := &target{client: http.Client{Timeout: 5 * time.Second}, url: s.URL + "/", header: http.Header{"X-Key": {"a=b,c"}}, wait: 2 * time.Second, body: job(10)}
	var got []string
	for range 3 {
		got = append(got, tgt.create(t.Context()))
	}
	if diff := cmp.Diff([]string{"status 503", "job running", ""}, got); diff != "" {
		t.Errorf("problems (-want +got):\n%s", diff)
	}
	s.Close()
	if got := tgt.create(t.Context()); got != "dial failed" && got != "connection broke" {
		t.Errorf("a server that is gone: %q", got)
	}
}

func TestPlotIsDrawnAsItsNameDemands(t *testing.T) {
	r := &result{rate: 10, total: 2}
	for i := range 50 {
		r.samples = append(r.samples, sample{due: time.Duration(i) * time.Second, took: time.Duration(i) * time.Millisecond})
	}
	r.samples = append(r.samples, sample{problem: "timeout"})
	for name, magic := range map[string]string{"a.svg": "<?xml", "a.png": "\x89PNG"} {
		file := filepath.Join(t.TempDir(), name)
		if err := r.plot(file); err != nil {
			t.Fatal(err)
		}
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if !strings.HasPrefix(string(b), magic) {
			t.Errorf("%s begins %.10q, want %q", name, b, magic)
		}
	}
	if err := (&result{samples: []sample{{problem: "timeout"}}}).plot(filepath.Join(t.TempDir(), "none.svg")); err != nil {
		t.Errorf("a plot without a success: %v", err)
	}
}

func TestResultTellsQuantilesAndProblems(t *testing.T) {
	r := &run{rate: 2, total: 4}
	for _, ms := range []int{1, 2, 3} {
		r.samples = append(r.samples, sample{due: time.Second, took: time.Duration(ms) * time.Millisecond})
	}
	r.samples = append(r.samples, sample{due: time.Second, took: time.Second, problem: "status 503"})
	var out strings.Builder
	if err := r.result().writeText(&out); err != nil {
		t.Fatal(err)
	}
	want := `requests    4 of 4 answered, 1 failed
rate        2.0 a second asked for, 1.5 succeeded
p50         2ms
p90         3ms
p95         3ms
p99         3ms
p99.9       3ms
p100        3ms
status 503  1
`
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
}

func TestFlagsThatCannotStandAreNamed(t *testing.T) {
	for _, tt := range []struct {
		want   string
		change func(*Command)
	}{
		{"", func(*Command) {}},
		{"--url", func(c *Command) { c.URL = &url.URL{Scheme: "ftp", Host: "x"} }},
		{"--rate", func(c *Command) { c.Rate = 0 }},
		{"--duration", func(c *Command) { c.Duration = 0 }},
		{"", func(c *Command) { c.Rate, c.Duration = maxRequests/20, 20*time.Second }},
		{"--duration", func(c *Command) { c.Rate, c.Duration = maxRequests/20, 21*time.Second }},
		{"--wait", func(c *Command) { c.Wait = 61 * time.Second }},
		{"--wait", func(c *Command) { c.Wait = 1500 * time.Millisecond }},
		{"--size", func(c *Command) { c.Size = 0 }},
		{"--in-flight", func(c *Command) { c.InFlight = 0 }},
		{"--timeout", func(c *Command) { c.Timeout = 0 }},
		{"--plot", func(c *Command) { c.Plot = "a.gif" }},
	} {
		c := &Command{URL: &url.URL{Scheme: "http", Host: "x"}, Rate: 1, Duration: time.Second, Size: 1, InFlight: 1, Timeout: time.Second}
		tt.change(c)
		switch err := c.Validate(); {
		case err == nil && tt.want != "":
			t.Errorf("no error, want one of %s", tt.want)
		case err != nil && (tt.want == "" || !strings.HasPrefix(err.Error(), tt.want)):
			t.Errorf("error %q, want %q in front", err, tt.want)
		}
	}
}
