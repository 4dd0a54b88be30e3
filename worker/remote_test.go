package worker_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/worker"
)

const jobID = jobs.ID("324d1724-1724-324d-2417-4d3224174d32")

func invoiceJob() *jobs.Job {
	return &jobs.Job{
		Tenant:   "acme",
		ID:       jobID,
		Type:     "invoice",
		Attempts: 2,
		Request:  json.RawMessage(`{"pages":["one","two"]}`),
	}
}

// runRemote runs one attempt against a customer's classifier.
func runRemote(t *testing.T, classifier http.HandlerFunc) (*jobs.Result, error) {
	t.Helper()
	s := httptest.NewServer(classifier)
	t.Cleanup(s.Close)
	return runAt(t, t.Context(), s.URL+"/classify")
}

func runAt(t *testing.T, ctx context.Context, endpoint string) (*jobs.Result, error) {
	t.Helper()
	u, err := url.Parse(endpoint)
	if err != nil {
		t.Fatal(err)
	}
	tr := &http.Transport{}
	t.Cleanup(tr.CloseIdleConnections)
	h := worker.Remote("invoice", u, tr)
	if h.Type != "invoice" {
		t.Errorf("Type = %q, want invoice", h.Type)
	}
	return h.Run(ctx, invoiceJob())
}

// permanent tells what jobs.Permanent has marked from what it has not, by the
// one thing that shows outside of jobs: the marked error is wrapped.
func permanent(err error) bool {
	_, bare := err.(*jobs.Error)
	return !bare
}

func TestRemoteSendsJobWithKeyOfItsAttempt(t *testing.T) {
	type call struct {
		Method, Path, Key, ContentType string
		Body                           map[string]any
	}
	var got call
	_, err := runRemote(t, func(w http.ResponseWriter, r *http.Request) {
		got = call{Method: r.Method, Path: r.URL.Path, Key: r.Header.Get("Idempotency-Key"), ContentType: r.Header.Get("Content-Type")}
		if err := json.NewDecoder(r.Body).Decode(&got.Body); err != nil {
			t.Error(err)
		}
		io.WriteString(w, `{"result":1}`)
	})
	if err != nil {
		t.Fatal(err)
	}
	want := call{
		Method: "POST", Path: "/classify", Key: string(jobID) + ":2", ContentType: "application/json",
		Body: map[string]any{
			"id": string(jobID), "type": "invoice", "tenantId": "acme", "attempt": 2.0,
			"request": map[string]any{"pages": []any{"one", "two"}},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("call (-want +got):\n%s", diff)
	}
}

func TestRemotePassesResultOnAsItIs(t *testing.T) {
	largest := `"` + strings.Repeat("x", 1<<20-2) + `"`
	for _, tt := range []struct{ name, result string }{
		{"object", `{ "total" : 1.50, "lines": [1,  2] }`},
		{"list", `[]`},
		{"number", `12345678901234567890`},
		{"1 MiB", largest},
	} {
		res, err := runRemote(t, func(w http.ResponseWriter, _ *http.Request) {
			io.WriteString(w, `{"result":`+tt.result+`,"took":3}`)
		})
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		if got := string(res.JSON); got != tt.result {
			t.Errorf("%s: result of %d bytes differs from the %d bytes sent", tt.name, len(got), len(tt.result))
		}
	}
}

func TestRemoteErrorsEndOrRetry(t *testing.T) {
	for _, tt := range []struct {
		name       string
		status     int
		retryAfter string
		body       string
		final      bool
		want       jobs.Error
	}{
		{
			name: "refused for good", status: 400, body: `{"error":{"code":"noTotal","message":"no total on the page"}}`, final: true,
			want: jobs.Error{InnerCode: "noTotal", Message: "no total on the page"},
		},
		{
			name: "an error with 200", status: 200, body: `{"error":{"code":"noTotal","message":""}}`, final: true,
			want: jobs.Error{InnerCode: "noTotal", Message: "the handler answered with status 200"},
		},
		{
			name: "page instead of JSON", status: 404, body: `<html>not here</html>`, final: true,
			want: jobs.Error{Message: "the handler answered with status 404"},
		},
		{
			name: "redirect", status: 302, body: `{"result":1}`, final: true,
			want: jobs.Error{Message: "the handler answered with status 302"},
		},
		{
			name: "broken", status: 500, body: `{"error":{"code":"oom","message":"out of memory"}}`,
			want: jobs.Error{InnerCode: "oom", Message: "out of memory"},
		},
		{
			name: "busy for seconds", status: 503, retryAfter: "7",
			want: jobs.Error{Message: "the handler answered with status 503", RetryAfter: 7 * time.Second},
		},
		{
			name: "busy for years", status: 429, retryAfter: "99999999999",
			want: jobs.Error{Message: "the handler answered with status 429", RetryAfter: time.Hour},
		},
		{
			name: "busy until a date that has passed", status: 503, retryAfter: "Mon, 02 Jan 2006 15:04:05 GMT",
			want: jobs.Error{Message: "the handler answered with status 503"},
		},
		{
			name: "busy until a date far away", status: 503, retryAfter: "Fri, 01 Jan 2100 00:00:00 GMT",
			want: jobs.Error{Message: "the handler answered with status 503", RetryAfter: time.Hour},
		},
		{
			name: "gave up waiting for the body", status: 408,
			want: jobs.Error{Message: "the handler answered with status 408"},
		},
		{
			name: "neither", status: 200, body: `{}`, final: true,
			want: jobs.Error{Message: "the handler's answer has neither a result nor an error"},
		},
		{
			name: "null", status: 200, body: `{"result":null}`, final: true,
			want: jobs.Error{Message: "the handler's answer has neither a result nor an error"},
		},
		{
			name: "not JSON", status: 200, body: `{"result":`, final: true,
			want: jobs.Error{Message: "the handler's answer is not the JSON that was agreed on"},
		},
		{
			name: "one byte too large", status: 200, body: `{"result":"` + strings.Repeat("x", 1<<20-1) + `"}`, final: true,
			want: jobs.Error{Message: "the handler's result is larger than 1 MiB"},
		},
		{
			name: "endless", status: 200, body: `{"result":"` + strings.Repeat("x", 2<<20) + `"}`, final: true,
			want: jobs.Error{Message: "the handler's result is larger than 1 MiB"},
		},
		{
			name: "long message with a control character", status: 400, final: true,
			body: `{"error":{"code":"` + strings.Repeat("c", 65) + `","message":"a\u0007` + strings.Repeat("é", 1024) + `"}}`,
			want: jobs.Error{InnerCode: strings.Repeat("c", 64), Message: "a" + strings.Repeat("é", 1023)},
		},
	} {
		res, err := runRemote(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/classify" {
				t.Errorf("%s: request to %s followed a redirect", tt.name, r.URL.Path)
			}
			w.Header().Set("Location", "/elsewhere")
			if tt.retryAfter != "" {
				w.Header().Set("Retry-After", tt.retryAfter)
			}
			w.WriteHeader(tt.status)
			io.WriteString(w, tt.body)
		})
		if res != nil {
			t.Errorf("%s: got a result, want an error", tt.name)
		}
		got, ok := errors.AsType[*jobs.Error](err)
		if !ok {
			t.Errorf("%s: error %v is no *jobs.Error", tt.name, err)
			continue
		}
		tt.want.Code = jobs.HandlerFailed
		if diff := cmp.Diff(tt.want, *got); diff != "" {
			t.Errorf("%s: error (-want +got):\n%s", tt.name, diff)
		}
		if permanent(err) != tt.final {
			t.Errorf("%s: permanent = %t, want %t", tt.name, permanent(err), tt.final)
		}
	}
}

func TestRemoteRetriesBrokenConnections(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	nobody := "http://user:secret@" + l.Addr().String()
	l.Close()

	hangUp := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "100")
		io.WriteString(w, `{"result":`)
	}))
	defer hangUp.Close()

	for _, tt := range []struct{ name, url, want string }{
		{"refused", nobody, "handlerFailed: the handler could not be reached"},
		{"hung up", hangUp.URL, "handlerFailed: the handler's answer broke off"},
	} {
		_, err := runAt(t, t.Context(), tt.url)
		if err == nil || err.Error() != tt.want || permanent(err) {
			t.Errorf("%s: error = %v (permanent: %t), want %q to be retried", tt.name, err, permanent(err), tt.want)
		}
	}
}

func TestRemoteStopsWithItsRun(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	_, err := func() (*jobs.Result, error) {
		s := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			io.Copy(io.Discard, r.Body)
			cancel(jobs.ErrCanceled)
			<-r.Context().Done()
		}))
		defer s.Close()
		return runAt(t, ctx, s.URL)
	}()
	if err != jobs.ErrCanceled {
		t.Errorf("error = %v, want %v", err, jobs.ErrCanceled)
	}
}
