package app

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// TestMain lets the test binary be a worker whose handlers are poison.
func TestMain(m *testing.M) {
	if os.Getenv("BE_POISONED") != "" {
		os.Exit(poisoned(os.Args[1:]))
	}
	jobtest.Main(m)
}

// system is a whole process on an embedded Redis, and a client of it.
type system struct {
	*App
	client *http.Client
	said   bytes.Buffer // on standard output
	logged bytes.Buffer // to be read once the system has stopped
}

// start runs a system over connections in memory, as args say.
func start(t *testing.T, args ...string) *system {
	t.Helper()
	return startWith(t, nil, args...)
}

// startWith runs a system that serves further job types.
func startWith(t *testing.T, further []jobs.Handler, args ...string) *system {
	t.Helper()
	o := mustFlags(t, args...)
	l := jobtest.NewPipes()
	s := &system{client: &http.Client{Transport: &http.Transport{DialContext: l.Dial}}}
	o.Listener, o.Out, o.Log = l, &s.said, slog.New(slog.NewTextHandler(io.MultiWriter(t.Output(), &s.logged), nil))
	var err error
	if s.App, err = New(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	s.handlers = append(s.handlers, further...)
	s.Start()
	t.Cleanup(func() {
		s.client.CloseIdleConnections()
		if err := s.Stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return s
}

// answerTo sends a request by do and returns its answer, whose body is read.
func answerTo(t testing.TB, do func(*http.Request) (*http.Response, error), req *http.Request) (*http.Response, []byte) {
	t.Helper()
	resp, err := do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	return resp, body
}

// call sends a JSON body, if any, and returns the status and the JSON answer.
func (s *system) call(t *testing.T, method, path, body string, headers ...string) (int, map[string]any) {
	t.Helper()
	req, err := http.NewRequest(method, "http://"+s.Addr()+"/beta/dataClassification"+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, b := answerTo(t, s.client.Do, req)
	var answer map[string]any
	if err := json.Unmarshal(b, &answer); err != nil {
		t.Fatalf("%s %s answered %s: %v", method, path, b, err)
	}
	return resp.StatusCode, answer
}

func TestCardNumberIsFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		status, job := s.call(t, "POST", "/classifyText", `{"text":"Visa card 4539 5787 6362 1486, thank you"}`, "Prefer", "wait=30")
		if status != 200 || job["status"] != "succeeded" {
			t.Fatalf("answer %d with status %v, want 200 with succeeded", status, job["status"])
		}
		result, _ := json.Marshal(job["result"])
		want := `{"classification":[{"classificationAttributes":[{"confidence":85,"count":1}],"classificationMethod":"patternMatch",` +
			`"confidence":85,"displayName":"Credit Card Number","id":"50842eb7-edc8-4019-85dd-5a5c1f2bb085",` +
			`"matches":[{"confidence":85,"evidences":[{"length":4,"match":"Visa","offset":0},{"length":4,"match":"card","offset":5}],` +
			`"idMatch":"4539 5787 6362 1486","length":19,"offset":10}],` +
			`"recommendedConfidence":85,"scope":"fullDocument","sensitiveTypeSource":"outOfBox","uniqueCount":1}]}`
		if string(result) != want {
			t.Errorf("result\n%s, want\n%s", result, want)
		}
	})
}

func TestRemoteHandlerServesItsType(t *testing.T) {
	invoices := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var call struct{ Request struct{ Total int } }
		if err := json.NewDecoder(r.Body).Decode(&call); err != nil || call.Request.Total == 0 {
			http.Error(w, `{"error":{"code":"noTotal","message":"the invoice has no total"}}`, http.StatusBadRequest)
			return
		}
		io.WriteString(w, `{"result":{"kind":"small"}}`)
	}))
	defer invoices.Close()
	s := start(t, "--handler", "invoice="+invoices.URL)

	_, job := s.call(t, "POST", "/jobs", `{"type":"invoice","request":{"total":3}}`, "Prefer", "wait=30")
	if diff := cmp.Diff(map[string]any{"kind": "small"}, job["result"]); diff != "" {
		t.Errorf("result of %v (-want +got):\n%s", job, diff)
	}
	_, job = s.call(t, "POST", "/jobs", `{"type":"invoice","request":{}}`, "Prefer", "wait=30")
	failure, _ := job["error"].(map[string]any)
	inner, _ := failure["innerError"].(map[string]any)
	if failure["code"] != "handlerFailed" || failure["message"] != "the invoice has no total" || inner["code"] != "noTotal" {
		t.Errorf("error = %v, want handlerFailed with noTotal inside", failure)
	}
}

func TestLimitsEndRunsByType(t *testing.T) {
	stuck := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		<-r.Context().Done()
	}))
	defer stuck.Close()
	s := start(t, "--handler", "slow="+stuck.URL, "--handler", "slower="+stuck.URL,
		"--limit", "50ms", "--type-limit", "slower=60ms", "--max-attempts", "1")
	for _, typ := range []string{"slow", "slower"} {
		_, job := s.call(t, "POST", "/jobs", `{"type":"`+typ+`","request":{}}`, "Prefer", "wait=30")
		if failure, _ := job["error"].(map[string]any); failure["code"] != "timeout" {
			t.Errorf("%s: error = %v, want timeout", typ, job["error"])
		}
	}
}

func TestMaxTextRefusesLongerOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, "--max-text", "10")
		for _, tt := range []struct {
			text string
			want int
		}{{"0123456789", 202}, {"0123456789a", 413}} {
			if got, answer := s.call(t, "POST", "/classifyText", `{"text":"`+tt.text+`"}`); got != tt.want {
				t.Errorf("text of %d bytes: %d %v, want %d", len(tt.text), got, answer, tt.want)
			}
		}
	})
}

func TestLinksAreForwardedOnlyWhenTrusted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			args []string
			want string
		}{
			{nil, "http://127.0.0.1:8080/beta/"},
			{[]string{"--trust-forwarded"}, "https://public.example/beta/"},
		} {
			s := start(t, tt.args...)
			req, _ := http.NewRequest("POST", "http://"+s.Addr()+"/beta/dataClassification/jobs", strings.NewReader(`{"type":"x"}`))
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("X-Forwarded-Proto", "https")
			req.Header.Set("X-Forwarded-Host", "public.example")
			resp, err := s.client.Do(req)
			if err != nil {
				t.Fatal(err)
			}
			resp.Body.Close()
			if got := resp.Header.Get("Location"); !strings.HasPrefix(got, tt.want) {
				t.Errorf("%q: Location %q, want it to begin with %q", tt.args, got, tt.want)
			}
		}
	})
}

func TestStopLetsRunningJobsEndAndAnswersWaiters(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		started := make(chan struct{})
		s := startWith(t, []jobs.Handler{{Type: "slow", Run: func(ctx context.Context, _ *jobs.Job) (*jobs.Result, error) {
			close(started)
			select {
			case <-time.After(10 * time.Second):
				return &jobs.Result{JSON: []byte(`"done"`)}, nil
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		}}}, "--grace", "20s")

		var stopped sync.WaitGroup
		stopped.Go(func() {
			<-started
			began := time.Now()
			if err := s.Stop(); err != nil {
				t.Errorf("stop: %v", err)
			}
			if took := time.Since(began); took < 10*time.Second || took > 15*time.Second {
				t.Errorf("stop took %v, want the 10 s that the job needs", took)
			}
		})
		began := time.Now()
		_, job := s.call(t, "POST", "/jobs", `{"type":"slow","request":{}}`, "Prefer", "wait=60")
		if job["status"] != "running" || time.Since(began) > 5*time.Second {
			t.Errorf("waiter saw %v after %v, want running, soon", job["status"], time.Since(began))
		}
		stopped.Wait()
		if !strings.Contains(s.logged.String(), "state=succeeded") {
			t.Error("the job did not succeed")
		}
	})
}

func TestStopCutsOffARequestThatDoesNotEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		body, endless := io.Pipe()
		answered := make(chan error, 1)
		go func() {
			resp, err := s.client.Post("http://"+s.Addr()+"/beta/dataClassification/jobs", "application/json", body)
			if err == nil {
				resp.Body.Close()
			}
			answered <- err
		}()
		synctest.Wait()
		began := time.Now()
		if err := s.Stop(); err != nil {
			t.Errorf("stop: %v, want none, since it was asked for", err)
		}
		if took := time.Since(began); took < 5*time.Second || took > 6*time.Second {
			t.Errorf("stop took %v, want the 5 s that requests have", took)
		}
		endless.Close() // the client waits for its body
		if err := <-answered; err == nil {
			t.Error("the request was answered")
		}
		synctest.Wait() // for its handler's last line
		if !strings.Contains(s.logged.String(), "requests cut off") {
			t.Error("the log does not tell")
		}
	})
}

func TestStopWithoutStartClosesWhatIsOpen(t *testing.T) {
	o := mustFlags(t, "--listen", "127.0.0.1:0", "--debug-listen", "127.0.0.1:0")
	o.Log, o.Out = jobtest.Log(t), io.Discard
	a, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Stop(); err != nil {
		t.Errorf("stop: %v", err)
	}
	for _, l := range []net.Listener{a.listener, a.debugAt} {
		if _, err := l.Accept(); err == nil {
			t.Errorf("%v is still open", l.Addr())
		}
	}
}

func TestStopHandsBackWhatOutlastsGrace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		started, cause := make(chan struct{}), make(chan error, 1)
		s := startWith(t, []jobs.Handler{{Type: "endless", Run: func(ctx context.Context, _ *jobs.Job) (*jobs.Result, error) {
			close(started)
			<-ctx.Done()
			cause <- context.Cause(ctx)
			return nil, ctx.Err()
		}}}, "--grace", "20s")
		s.call(t, "POST", "/jobs", `{"type":"endless","request":{}}`)
		<-started
		began := time.Now()
		if err := s.Stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
		if took := time.Since(began); took < 20*time.Second || took > 25*time.Second {
			t.Errorf("stop took %v, want the grace of 20 s", took)
		}
		if got := <-cause; got != jobs.ErrStopping {
			t.Errorf("run ended by %v, want %v", got, jobs.ErrStopping)
		}
	})
}

func TestStartSaysHowToTryIt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		for _, want := range []string{"listens on http://127.0.0.1:8080", "curl ", "/beta/dataClassification/classifyText", "gone when this process ends"} {
			if !strings.Contains(s.said.String(), want) {
				t.Errorf("start says %q, want %q in it", s.said.String(), want)
			}
		}
	})
}

func TestReachableAddresses(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{"127.0.0.1:8080", "127.0.0.1:8080"},
		{"0.0.0.0:80", "localhost:80"},
		{"[::]:80", "localhost:80"},
		{"[::1]:80", "[::1]:80"},
		{"10.0.0.7:80", "10.0.0.7:80"},
	} {
		if got := reachable(tt.in); got != tt.want {
			t.Errorf("reachable(%s) = %s, want %s", tt.in, got, tt.want)
		}
	}
}

func TestAddressInUseIsNamed(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, err = New(t.Context(), mustFlags(t, "--listen", l.Addr().String()))
	if err == nil || !strings.HasPrefix(err.Error(), "--listen: ") {
		t.Errorf("error = %v, want one about --listen", err)
	}
}

func TestAbsentRedisIsNamedWithoutItsPassword(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	addr := l.Addr().String()
	l.Close()
	_, err = New(t.Context(), mustFlags(t, "--redis", "redis://user:hush@"+addr))
	if err == nil || !strings.HasPrefix(err.Error(), "--redis: ") || !strings.Contains(err.Error(), addr) || strings.Contains(err.Error(), "hush") {
		t.Errorf("error = %v, want one that names --redis and %s only", err, addr)
	}
}
