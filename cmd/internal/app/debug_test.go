package app

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// metrics reads /metrics at addr.
func metrics(t *testing.T, addr string) (int, string) { return look(t, addr, "/metrics") }

// look reads a path at addr.
func look(t *testing.T, addr, path string) (int, string) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+addr+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp, b := answerTo(t, http.DefaultClient.Do, req)
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

func TestDebugListenerServesProfiles(t *testing.T) {
	s := listening(t, "--debug-listen", "127.0.0.1:0")
	for _, path := range []string{"/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/goroutine?debug=1"} {
		if status, text := look(t, s.debugAt.Addr().String(), path); status != http.StatusOK {
			t.Errorf("%s answers %d %s", path, status, text)
		}
		if status, _ := look(t, s.Addr(), path); status != http.StatusNotFound {
			t.Errorf("the API answers %s with %d, want 404", path, status)
		}
	}
	if status, _ := look(t, s.debugAt.Addr().String(), "/debug/flight"); status != http.StatusNotFound {
		t.Errorf("without --slow-run /debug/flight answers %d, want 404", status)
	}
}

func TestSlowRunLeavesItsTrace(t *testing.T) {
	release := make(chan bool)
	stuck := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		<-release
		io.WriteString(w, `{"result":{}}`)
	}))
	defer stuck.Close()
	s := listening(t, "--debug-listen", "127.0.0.1:0", "--slow-run", "10ms", "--handler", "slow="+stuck.URL)
	debug := s.debugAt.Addr().String()
	if status, _ := look(t, debug, "/debug/flight/slow"); status != http.StatusNotFound {
		t.Errorf("before a slow run: %d, want 404", status)
	}
	if status, dump := look(t, debug, "/debug/flight"); status != http.StatusOK || !strings.HasPrefix(dump, "go 1.") {
		t.Errorf("/debug/flight answers %d with %.10q, want a trace", status, dump)
	}
	s.call(t, "POST", "/jobs", `{"type":"slow","request":{"text":"4539 5787 6362 1486"}}`)
	var dump string
	for status := 0; status != http.StatusOK; status, dump = look(t, debug, "/debug/flight/slow") {
		if t.Context().Err() != nil {
			t.Fatal("no trace")
		}
	}
	close(release)
	if !strings.HasPrefix(dump, "go 1.") || strings.Contains(dump, "4539 5787") {
		t.Errorf("the dump begins with %.10q, want a trace without content", dump)
	}
}

func TestTracesAreSentToTheCollector(t *testing.T) {
	got := make(chan []byte, 100)
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		if r.URL.Path == "/v1/traces" {
			got <- b
		}
	}))
	defer collector.Close()
	s := listening(t, "--otlp-endpoint", collector.URL)
	s.call(t, "POST", "/classifyText", `{"text":"Visa 4539 5787 6362 1486"}`, "Prefer", "wait=30")
	if err := s.Stop(); err != nil {
		t.Fatal(err)
	}
	close(got)
	var all []byte
	for b := range got {
		all = append(all, b...)
	}
	for _, want := range []string{"POST classifyText", "submit", "run classifyText"} {
		if !bytes.Contains(all, []byte(want)) {
			t.Errorf("no span %q arrived", want)
		}
	}
	if bytes.Contains(all, []byte("4539 5787")) || bytes.Contains(all, []byte("00000000-0000")) {
		t.Error("spans tell content or the tenant")
	}
}
