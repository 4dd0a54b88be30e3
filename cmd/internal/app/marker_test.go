package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// A sink is what a process tells of itself in one place.
type sink struct {
	mu  sync.Mutex // guards all below
	all bytes.Buffer
}

func (s *sink) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.Write(b)
}

func (s *sink) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.all.String()
}

const marker = jobtest.Secret

// leaky are handlers that do all that one can to have content told.
func leaky() []jobs.Handler {
	return []jobs.Handler{
		{Type: "panics", Run: func(_ context.Context, j *jobs.Job) (*jobs.Result, error) { panic(string(j.Request)) }},
		{Type: "fails", Run: func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
			return nil, fmt.Errorf("cannot read %s", j.Request)
		}},
		{Type: "fails for good", Run: func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
			return &jobs.Result{JSON: j.Request}, jobs.Permanent(errors.New(string(j.Request)))
		}},
		{Type: "returns no JSON", Run: func(context.Context, *jobs.Job) (*jobs.Result, error) {
			return &jobs.Result{JSON: []byte(`{"` + marker)}, nil
		}},
		{Type: "hangs", Limit: 50 * time.Millisecond, Run: func(ctx context.Context, _ *jobs.Job) (*jobs.Result, error) {
			<-ctx.Done()
			return nil, errors.New(marker)
		}},
	}
}

// TestContentIsInNothingThatOperatorsSee sends a marker by every route that the
// API describes, in every place that a request has, to handlers that fail in
// every way, over a store that is damaged and then away. It must stand in no log
// line, metric, span, line of the audit, page of the debug listener or error.
func TestContentIsInNothingThatOperatorsSee(t *testing.T) {
	t.Parallel()
	for _, encrypted := range []bool{false, true} {
		t.Run(fmt.Sprintf("encrypted=%v", encrypted), func(t *testing.T) {
			w := watched(t, encrypted)
			w.everyRoute(t, w.everyRequest)
			w.everyFailure(t)
			w.damage(t)
			w.look(t)
			w.redis.Kill()
			w.everyRoute(t, func(t *testing.T, method, path string) { w.request(t, method, path, bodies[0]) })
			w.look(t)
			if err := w.Stop(); err != nil {
				t.Logf("stop: %v", err)
			}
			audited, err := os.ReadFile(w.audit)
			if err != nil {
				t.Fatal(err)
			}
			for name, told := range map[string]string{
				"log": w.log.String(), "spans": w.spans.String(), "audit": string(audited), "debug listener": w.debugged.String(),
				"error answers": w.problems.String(), "standard output": w.said.String() + "nothing much",
			} {
				if len(told) < 10 {
					t.Errorf("the %s tells nothing at all", name)
				}
				if i := strings.Index(told, marker); i >= 0 {
					t.Errorf("the %s has it: %q", name, told[max(0, i-200):min(len(told), i+50)])
				}
			}
		})
	}
}

// A watchedSystem has all that it tells kept.
type watchedSystem struct {
	*system
	redis     *jobtest.Server
	encrypted bool
	audit     string

	log, spans, debugged, problems sink
}

func watched(t *testing.T, encrypted bool) *watchedSystem {
	t.Helper()
	w := &watchedSystem{redis: jobtest.Redis(t), encrypted: encrypted, audit: filepath.Join(t.TempDir(), "audit")}
	collector := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { io.Copy(&w.spans, r.Body) }))
	t.Cleanup(collector.Close)
	remote := httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		rw.WriteHeader(http.StatusInternalServerError)
		io.WriteString(rw, "no JSON but "+marker)
	}))
	t.Cleanup(remote.Close)
	args := []string{
		"--redis", "redis://" + w.redis.Options().Addrs[0], "--redis-checks", "off", "--debug-listen", "127.0.0.1:0", "--slow-run", "1ms",
		"--otlp-endpoint", collector.URL, "--audit", "file:" + w.audit, "--handler", "remote=" + remote.URL, "--max-attempts", "1",
		"--blob", "file://" + filepath.Join(t.TempDir(), "places"), "--inline", "1000", "--max-text", "5000", "--log-level", "debug",
	}
	if encrypted {
		ring := filepath.Join(t.TempDir(), "ring")
		runRing(t, ring, "new")
		args = append(args, "--encryption-keys", ring)
	}
	o := mustFlags(t, args...)
	l := jobtest.NewPipes()
	s := &system{client: &http.Client{Transport: &http.Transport{DialContext: l.Dial}}}
	o.Listener, o.Out, o.Log = l, &s.said, slog.New(slog.NewTextHandler(&w.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	var err error
	if s.App, err = New(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	s.handlers = append(s.handlers, leaky()...)
	w.system = s
	s.Start()
	t.Cleanup(func() { s.Stop() })
	return w
}

// request sends one request, and keeps its answer if that is an error. Streams
// are left early.
func (w *watchedSystem) request(t *testing.T, method, path, body string, headers ...string) (status int, answer string) {
	t.Helper()
	ctx := t.Context()
	if strings.HasSuffix(path, "/events") {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeout(ctx, 100*time.Millisecond)
		defer cancel()
	}
	req, err := http.NewRequestWithContext(ctx, method, "http://"+w.Addr()+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	resp, err := w.client.Do(req)
	if err != nil {
		return 0, ""
	}
	defer resp.Body.Close()
	b, _ := io.ReadAll(resp.Body) // a stream ends in the middle
	// A name that the API does not know is told to who sent it, and to nobody else.
	name := strings.Contains(body, `{"`+marker+`"`) || strings.Contains(path, marker)
	if resp.StatusCode >= 400 && !name {
		fmt.Fprintf(&w.problems, "%s %d %s\n", method, resp.StatusCode, b)
	}
	return resp.StatusCode, string(b)
}

// bodies are requests with the marker, sound ones first.
var bodies = []string{
	`{"text":"card ` + marker + ` 4539 5787 6362 1486"}`,
	`{"type":"classifyText","request":{"text":"` + marker + `"}}`,
	`{"type":"panics","request":{"text":"` + marker + `"}}`,
	`{"file":"` + marker + `"}`, `{"id":"` + marker + `"}`, `{"status":"` + marker + `"}`, `{"` + marker + `":1}`, `"` + marker, marker,
	`{"name":"a type","patterns":[{"regex":"` + marker + `","confidence":65}]}`,
	`{"name":"bad","patterns":[{"regex":"` + marker + `(","confidence":65}]}`,
	`{"sensitiveType":{"name":"a","patterns":[{"regex":"card","confidence":65}]},"text":"` + marker + `"}`,
	`{"requests":[{"id":"1","method":"POST","url":"/dataClassification/classifyText","body":{"text":"` + marker + `"},"headers":{"Content-Type":"application/json"}}]}`,
	`{"text":"` + strings.Repeat(marker, 500) + `"}`,
}

// everyRoute calls send for all methods of all paths that the API describes.
func (w *watchedSystem) everyRoute(t *testing.T, send func(t *testing.T, method, path string)) {
	t.Helper()
	doc, err := os.ReadFile("../../../api/openapi.yaml")
	if err != nil {
		t.Fatal(err)
	}
	contract, err := openapi3.NewLoader().LoadFromData(doc)
	if err != nil {
		t.Fatal(err)
	}
	paths := contract.Paths.Map()
	if len(paths) < 20 {
		t.Fatalf("the API describes %d paths only", len(paths))
	}
	for path, item := range paths {
		if len(item.Servers) == 0 {
			path = "/beta" + path
		}
		for method := range item.Operations() {
			send(t, method, strings.NewReplacer("{id}", "0190163d-8694-739b-aea5-966c26f8ad91", "{name}", "page.js").Replace(path))
			if strings.Contains(path, "{") {
				send(t, method, strings.NewReplacer("{id}", marker, "{name}", marker).Replace(path))
			}
		}
	}
}

// everyRequest has the marker in every place of a request.
func (w *watchedSystem) everyRequest(t *testing.T, method, path string) {
	t.Helper()
	if method == http.MethodGet || method == http.MethodHead {
		w.request(t, method, path, "")
		w.request(t, method, path+"?$filter="+url.QueryEscape("type eq '"+marker+"'")+"&"+marker+"=1", "", "Accept", marker, "If-None-Match", marker)
		return
	}
	for _, body := range bodies {
		w.request(t, method, path, body)
	}
	w.request(t, method, path, bodies[0], "Content-Type", marker, "Prefer", marker, "Idempotency-Key", marker, "If-Match", marker)
	w.request(t, method, path, bodies[0], "Content-Encoding", "gzip")
	w.request(t, method, path, marker+"\n"+bodies[0], "Content-Type", "application/x-ndjson")
}

// everyFailure has jobs fail in every way.
func (w *watchedSystem) everyFailure(t *testing.T) {
	t.Helper()
	for _, body := range []string{
		`{"type":"panics","request":{"text":"` + marker + `"}}`, `{"type":"fails","request":{"text":"` + marker + `"}}`,
		`{"type":"fails for good","request":{"text":"` + marker + `"}}`, `{"type":"returns no JSON","request":{}}`,
		`{"type":"hangs","request":{"text":"` + marker + `"}}`, `{"type":"remote","request":{"text":"` + marker + `"}}`,
		`{"type":"` + strings.Repeat("x", 60) + `","request":{"text":"` + marker + `"}}`,
	} {
		if status, answer := w.request(t, "POST", "/beta/dataClassification/jobs", body, "Prefer", "wait=30"); status/100 != 2 {
			t.Errorf("%.40s: %d %s", body, status, answer)
		}
	}
	for _, file := range []string{"PK\x03\x04" + marker, "\x1f\x8b" + marker, "SQLite format 3\x00" + marker, "{\\rtf1 " + marker, "7z\xbc\xaf\x27\x1c" + marker, marker} {
		w.request(t, "POST", "/beta/dataClassification/classifyFile", file, "Content-Type", "application/octet-stream", "Prefer", "wait=30")
	}
	// What an API of another version may have let through.
	for _, request := range []string{`{"text":"x","` + marker + `":1}`, `"` + marker, `{"text":"x","allowList":{"patterns":["` + marker + `("]}}`, `{"text":"x","sensitiveTypeIds":["` + marker + `"]}`} {
		j, _, err := w.queue.Submit(t.Context(), jobs.Submission{Tenant: "acme", Type: "classifyText", Request: []byte(request)})
		if err != nil {
			t.Fatal(err)
		}
		ended, err := w.queue.Wait(t.Context(), "acme", j.ID, "")
		if err != nil || ended.State != jobs.Failed || strings.Contains(fmt.Sprint(ended.Error), marker) {
			t.Errorf("%s: %v, %v", request, ended, err)
		}
	}
}

// damage spoils what the store has, and has it read.
func (w *watchedSystem) damage(t *testing.T) {
	t.Helper()
	rdb := w.redis.Client()
	for _, field := range []string{"s", "m", "r", "R", "e"} {
		_, job := w.call(t, "POST", "/classifyText", `{"text":"`+marker+`"}`, "Prefer", "wait=30")
		id := fmt.Sprint(job["id"])
		key := "{s0}:j:00000000-0000-0000-0000-000000000000/" + id
		if err := rdb.HSet(t.Context(), key, field, "z"+marker).Err(); err != nil {
			t.Fatal(err)
		}
		w.request(t, "GET", "/beta/dataClassification/jobs/"+id, "")
		w.request(t, "GET", "/beta/dataClassification/jobs", "")
		w.request(t, "POST", "/beta/dataClassification/jobs/"+id+"/cancel", "")
		w.request(t, "GET", "/beta/dataClassification/jobs/"+id+"/events", "")
		rdb.Del(t.Context(), key)
	}
	if !w.encrypted {
		return
	}
	_, job := w.call(t, "POST", "/classifyText", `{"text":"`+marker+`"}`, "Prefer", "wait=30")
	key := "{s0}:j:00000000-0000-0000-0000-000000000000/" + fmt.Sprint(job["id"])
	sealed, err := rdb.HGet(t.Context(), key, "r").Bytes()
	if err != nil {
		t.Fatal(err)
	}
	sealed[3] ^= 1 // in the name of its key
	if err := rdb.HSet(t.Context(), key, "r", sealed).Err(); err != nil {
		t.Fatal(err)
	}
	if status, answer := w.request(t, "GET", "/beta/dataClassification/jobs/"+fmt.Sprint(job["id"]), ""); status != 500 || !strings.Contains(answer, "keyMissing") {
		t.Errorf("without its key: %d %s", status, answer)
	}
}

// look keeps what the listener for operators serves.
func (w *watchedSystem) look(t *testing.T) {
	t.Helper()
	for _, path := range []string{"/metrics", "/debug/pprof/", "/debug/pprof/goroutine?debug=2", "/debug/pprof/heap?debug=1", "/debug/flight", "/debug/flight/slow"} {
		_, text := look(t, w.debugAt.Addr().String(), path)
		io.WriteString(&w.debugged, text)
	}
}
