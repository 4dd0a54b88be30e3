package worker_test

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/embedded"
	"github.com/classifyd/classifyd/jobs/jobtest"
	"github.com/classifyd/classifyd/worker"
)

func TestMain(m *testing.M) { jobtest.Main(m) }

// work has h do one job, from a queue of its own, and returns how that ended.
// It belongs into a bubble.
func work(t *testing.T, h jobs.Handler, request string) *jobs.Job {
	t.Helper()
	s := embedded.Start()
	defer s.Close()
	q, err := jobs.Open(t.Context(), jobs.Options{Redis: s.Options()})
	if err != nil {
		t.Fatal(err)
	}
	defer q.Close()
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 2)
	go func() { ended <- q.Work(ctx, []jobs.Handler{h}) }()
	go func() { ended <- q.Maintain(ctx) }()
	defer func() {
		stop()
		for range 2 {
			if err := <-ended; err != nil {
				t.Error(err)
			}
		}
	}()

	j, _, err := q.Submit(t.Context(), jobs.Submission{Tenant: "acme", Type: h.Type, Request: json.RawMessage(request)})
	if err == nil {
		j, err = q.Wait(t.Context(), j.Tenant, j.ID, "")
	}
	if err != nil {
		t.Fatal(err)
	}
	return j
}

// classifier answers in place of a customer's.
type classifier func(*http.Request) (status int, retryAfter, body string)

func (c classifier) RoundTrip(r *http.Request) (*http.Response, error) {
	io.Copy(io.Discard, r.Body)
	r.Body.Close()
	status, retryAfter, body := c(r)
	return &http.Response{
		StatusCode: status,
		Header:     http.Header{"Retry-After": {retryAfter}},
		Body:       io.NopCloser(strings.NewReader(body)),
		Request:    r,
	}, nil
}

func TestFinalErrorsCostOneAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		j := work(t, worker.Classifier(worker.Only(engine(t)), worker.Most{}), `{"typo":1}`)
		if j.State != jobs.Failed || j.Attempts != 1 || j.Error == nil || j.Error.Code != jobs.InvalidContent {
			t.Errorf("job is %s after %d attempts with %v, want failed after 1 with invalidContent", j.State, j.Attempts, j.Error)
		}
	})
}

func TestBusyHandlerIsAskedAgainWhenItSaid(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var keys []string
		var asked []time.Time
		busy := classifier(func(r *http.Request) (int, string, string) {
			keys, asked = append(keys, r.Header.Get("Idempotency-Key")), append(asked, time.Now())
			if len(asked) == 1 {
				return http.StatusServiceUnavailable, "90", ""
			}
			return http.StatusOK, "", `{"result":{"kind":"small"}}`
		})
		j := work(t, worker.Remote("invoice", &url.URL{Scheme: "http", Host: "invoices.example"}, busy), `{}`)
		if j.State != jobs.Succeeded || j.Attempts != 2 || string(j.Result) != `{"kind":"small"}` {
			t.Fatalf("job is %s after %d attempts with %s, want succeeded after 2", j.State, j.Attempts, j.Result)
		}
		if waited := asked[1].Sub(asked[0]); waited < 90*time.Second || waited > 100*time.Second {
			t.Errorf("asked again after %v, want the 90 s that it said", waited)
		}
		if want := string(j.ID) + ":1," + string(j.ID) + ":2"; strings.Join(keys, ",") != want {
			t.Errorf("keys = %q, want %s", keys, want)
		}
	})
}
