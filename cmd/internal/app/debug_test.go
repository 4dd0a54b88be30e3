package app

import (
	"io"
	"net/http"
	"strings"
	"testing"
)

// metrics reads /metrics at addr.
func metrics(t *testing.T, addr string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+addr+"/metrics", nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp.StatusCode, string(b)
}

func TestMetricsAreOnOneListenerOnly(t *testing.T) {
	for _, tt := range []struct {
		name  string
		args  []string
		debug bool
	}{
		{"API", nil, false},
		{"debug", []string{"--debug-listen", "127.0.0.1:0"}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := listening(t, tt.args...)
			s.call(t, "POST", "/classifyText", `{"text":"Visa 4539 5787 6362 1486"}`, "Prefer", "wait=30")
			addr := s.Addr()
			if tt.debug {
				if status, _ := metrics(t, addr); status != http.StatusNotFound {
					t.Errorf("the API answers /metrics with %d, want 404", status)
				}
				addr = s.debugAt.Addr().String()
			}
			status, text := metrics(t, addr)
			if status != http.StatusOK {
				t.Fatalf("/metrics answers %d %s", status, text)
			}
			for _, want := range []string{
				`classifyd_job_submissions_total{result="created"} 1`,
				`classifyd_job_pickup_seconds_count 1`,
				`classifyd_queue_depth{lane="normal"} 0`,
				`classifyd_http_requests_total{method="POST",route="classifyText",status="200"} 1`,
				`go_goroutines `, `process_start_time_seconds `,
			} {
				if !strings.Contains(text, want) {
					t.Errorf("/metrics lacks %s", want)
				}
			}
			if strings.Contains(text, "4539 5787") { // shorter, it could be part of a number
				t.Error("/metrics tells content")
			}
		})
	}
}

func TestWrongDebugAddressIsNamed(t *testing.T) {
	_, err := New(t.Context(), mustFlags(t, "--listen", "127.0.0.1:0", "--debug-listen", "nowhere"))
	if err == nil || !strings.HasPrefix(err.Error(), "--debug-listen: ") {
		t.Errorf("error = %v, want one about --debug-listen", err)
	}
}
