package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/client"
	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/embedded"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

func TestMain(m *testing.M) { jobtest.Main(m) }

// pipes is a listener whose connections are pipes in memory.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	c, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (p pipes) Close() error   { return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// reach serves h in memory and returns a client of it.
func reach(t *testing.T, h http.Handler, change ...func(*client.Options)) *client.Client {
	t.Helper()
	l := make(pipes)
	srv := &http.Server{Handler: h}
	done := make(chan error)
	go func() { done <- srv.Serve(l) }()
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		near, far := net.Pipe()
		select {
		case l <- far:
			return near, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		close(l)
		if err := <-done; !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		srv.Close()
	})
	o := client.Options{URL: "http://service.test/beta/", HTTP: &http.Client{Transport: transport}}
	for _, c := range change {
		c(&o)
	}
	c, err := client.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// A service is an API over a queue in an embedded Redis.
type service struct {
	http.Handler
	t     *testing.T
	queue *jobs.Queue
	calls atomic.Int64

	// fault, when set, comes before the API: with the number of the request,
	// from 1, it may answer itself or do something else with next.
	fault func(n int64, w http.ResponseWriter, r *http.Request, next http.Handler)
}

func start(t *testing.T) *service { return startWith(t, jobs.Options{}) }

func startWith(t *testing.T, o jobs.Options) *service {
	t.Helper()
	redis := embedded.Start()
	t.Cleanup(redis.Close)
	o.Redis = redis.Options()
	q, err := jobs.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { q.Close() })
	s := &service{t: t, queue: q, Handler: api.New(api.Options{Queue: q, TrustForwarded: true})}
	return s
}

func (s *service) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	n := s.calls.Add(1)
	if s.fault == nil {
		s.Handler.ServeHTTP(w, r)
		return
	}
	s.fault(n, w, r, s.Handler)
}

// work runs jobs, each for a while, until the test ends.
func (s *service) work(d time.Duration) {
	ctx, cancel := context.WithCancel(context.WithoutCancel(s.t.Context()))
	done := make(chan error)
	run := func(ctx context.Context, _ *jobs.Job) (*jobs.Result, error) {
		select {
		case <-time.After(d):
			return &jobs.Result{JSON: json.RawMessage(`{"classification":[]}`)}, nil
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
	go func() { done <- s.queue.Work(ctx, []jobs.Handler{{Type: wire.ClassifyText, Run: run}}) }()
	s.t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			s.t.Errorf("work: %v", err)
		}
	})
}

func (s *service) count() int64 {
	s.t.Helper()
	n, err := s.queue.Count(s.t.Context(), api.DefaultTenant, jobs.Query{})
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

var text = client.Submission{Request: wire.TextRequest{Text: "my card is 4111 1111 1111 1111"}}

func refuse(status int, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
	}
}

// lose lets next do its work and breaks the connection instead of answering.
func lose(next http.Handler, r *http.Request) {
	next.ServeHTTP(httptest.NewRecorder(), r)
	panic(http.ErrAbortHandler)
}

func TestSubmissionMakesOneJobWhateverIsLost(t *testing.T) {
	const lost, unavailable, throttled, noGateway = "lost", "503", "429", "502"
	for _, faults := range [][]string{
		{},
		{lost},
		{unavailable, lost, throttled},
		{lost, lost, lost, noGateway},
	} {
		t.Run(strings.Join(faults, ","), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := start(t)
				s.fault = func(n int64, w http.ResponseWriter, r *http.Request, next http.Handler) {
					if n > int64(len(faults)) {
						next.ServeHTTP(w, r)
						return
					}
					switch faults[n-1] {
					case lost:
						lose(next, r)
					case unavailable:
						refuse(503)(w, r)
					case throttled:
						refuse(429)(w, r)
					case noGateway:
						refuse(502)(w, r)
					}
				}
				j, err := reach(t, s).Submit(t.Context(), text)
				if err != nil {
					t.Fatal(err)
				}
				if j.Type != "classifyText" || j.Status != "notStarted" || s.count() != 1 {
					t.Errorf("%d jobs, got %+v", s.count(), j)
				}
			})
		})
	}
}

func TestProducersGetThroughThoughTheQueueIsFullNowAndThen(t *testing.T) {
	for name, o := range map[string]jobs.Options{
		"the tenant's part of it": {TenantWaiting: 4, Concurrency: 4}, "all of it": {MaxWaiting: 4, Concurrency: 4},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := startWith(t, o)
				s.work(500 * time.Millisecond)
				c := reach(t, s)
				var wg sync.WaitGroup
				for range 16 {
					wg.Go(func() {
						if _, err := c.Submit(t.Context(), text); err != nil {
							t.Error(err)
						}
					})
				}
				wg.Wait()
				if n, err := s.queue.Count(t.Context(), api.DefaultTenant, jobs.Query{}); n != 16 || err != nil {
					t.Errorf("16 submissions made %d jobs, %v", n, err)
				}
				if s.calls.Load() == 16 {
					t.Error("nobody was ever refused")
				}
			})
		})
	}
}

func TestSameNameIsTheSameJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		c := reach(t, s)
		for _, sub := range []client.Submission{
			{Key: "invoice 17", Request: text.Request},
			{ID: "324d1724-1724-324d-2417-4d3224174d32", Type: "invoice", Priority: "high", Request: map[string]int{"number": 17}},
		} {
			first, err := c.Submit(t.Context(), sub)
			if err != nil {
				t.Fatal(err)
			}
			again, err := c.Submit(t.Context(), sub)
			if err != nil || again.ID != first.ID || sub.ID != "" && first.ID != sub.ID {
				t.Errorf("%+v: got %+v then %+v, %v", sub, first, again, err)
			}
			sub.Priority = "low"
			if _, err = c.Submit(t.Context(), sub); !is(err, 409, "idReused") {
				t.Errorf("%+v: got %v", sub, err)
			}
		}
	})
}

// is reports whether err is the service's with this status and code.
func is(err error, status int, code string) bool {
	e, ok := errors.AsType[*client.Error](err)
	return ok && e.Status == status && e.Code == code
}

func TestRetryAfterIsKeptTo(t *testing.T) {
	for _, tt := range []struct {
		name  string
		value func() string
	}{
		{"seconds", func() string { return "7" }},
		{"a date", func() string { return time.Now().Add(7 * time.Second).UTC().Format(http.TimeFormat) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := start(t)
				s.fault = func(n int64, w http.ResponseWriter, r *http.Request, next http.Handler) {
					if n == 1 {
						next = refuse(503, "Retry-After", tt.value())
					}
					next.ServeHTTP(w, r)
				}
				before := time.Now()
				if _, err := reach(t, s).Submit(t.Context(), text); err != nil {
					t.Fatal(err)
				}
				if took := time.Since(before); took != 7*time.Second {
					t.Errorf("sent again after %v", took)
				}
			})
		})
	}
}

func TestAttemptsEndWithTheError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, tt := range []struct {
			status, attempts int
			want             int64
		}{{503, 0, 5}, {503, 2, 2}, {429, 3, 3}, {500, 0, 1}, {400, 0, 1}, {302, 0, 1}} {
			var calls atomic.Int64
			h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				calls.Add(1)
				refuse(tt.status)(w, r)
			})
			c := reach(t, h, func(o *client.Options) { o.Attempts = tt.attempts })
			if _, err := c.Get(t.Context(), "x"); tt.status != 302 && !is(err, tt.status, "") || err == nil {
				t.Errorf("%d: got %v", tt.status, err)
			}
			if calls.Load() != tt.want {
				t.Errorf("%d: %d calls, want %d", tt.status, calls.Load(), tt.want)
			}
		}
	})
}

func TestContextEndsACallAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := reach(t, refuse(503, "Retry-After", "60"))
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		before := time.Now()
		if _, err := c.Submit(ctx, text); !is(err, 503, "") {
			t.Errorf("got %v, want the last answer", err)
		}
		if took := time.Since(before); took != 0 {
			t.Errorf("waited %v for a time that was not to come", took)
		}

		s := start(t)
		c = reach(t, s)
		j, err := c.Submit(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		before = time.Now()
		if _, err := c.Wait(ctx, j.ID); !errors.Is(err, context.DeadlineExceeded) || time.Since(before) != 5*time.Second {
			t.Errorf("after %v: got %v", time.Since(before), err)
		}
	})
}

func TestErrorSaysWhatWentWrong(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := reach(t, start(t))
		_, err := c.Get(t.Context(), "nobody/../x?y")
		if !is(err, 404, "jobNotFound") || err.Error() != "404 jobNotFound: there is no such job" {
			t.Errorf("got %v", err)
		}
		_, err = c.Submit(t.Context(), client.Submission{Request: wire.TextRequest{}})
		if e, _ := errors.AsType[*client.Error](err); e == nil || e.Code != "missingProperty" || e.Target != "request.text" || len(e.RequestID) != 36 {
			t.Errorf("got %+v", e)
		}
		_, err = c.Submit(t.Context(), client.Submission{Request: func() {}})
		if err == nil {
			t.Error("a func was submitted")
		}
		proxy := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "<html>hello") })
		if _, err = reach(t, proxy).Get(t.Context(), "x"); err == nil || strings.Contains(err.Error(), "<") {
			t.Errorf("got %v", err)
		}
	})
}

func TestWaitReturnsTheJobAtItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		s.work(95 * time.Second)
		c := reach(t, s)
		j, err := c.Submit(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		j, err = c.Wait(t.Context(), j.ID)
		if err != nil || j.Status != "succeeded" || string(j.Result) != `{"classification":[]}` || !client.Ended(j) {
			t.Errorf("got %+v, %v", j, err)
		}
		if n := s.calls.Load(); n > 6 {
			t.Errorf("took %d calls", n)
		}
	})
}

func TestCanceledJobStaysCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		c := reach(t, s)
		j, err := c.Submit(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		s.fault = func(n int64, w http.ResponseWriter, r *http.Request, next http.Handler) {
			if n%2 == 0 {
				lose(next, r)
			}
			next.ServeHTTP(w, r)
		}
		for range 2 {
			if j, err = c.Cancel(t.Context(), j.ID); err != nil || j.Status != "canceled" {
				t.Fatalf("got %+v, %v", j, err)
			}
		}
		if err := c.Delete(t.Context(), j.ID); err != nil {
			t.Errorf("delete whose answer was lost: %v", err)
		}
		if err := c.Delete(t.Context(), j.ID); err != nil && !is(err, 404, "jobNotFound") || s.count() != 0 {
			t.Errorf("got %v", err)
		}
	})
}

func TestDeletingTwiceIsNotFound(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := reach(t, start(t))
		j, err := c.Submit(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		if err := c.Delete(t.Context(), j.ID); err != nil {
			t.Error(err)
		}
		if err := c.Delete(t.Context(), j.ID); !is(err, 404, "jobNotFound") {
			t.Errorf("got %v", err)
		}
	})
}

func TestJobsComePageByPage(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		// What the service says of its own address is of no use to the client.
		s.fault = func(_ int64, w http.ResponseWriter, r *http.Request, next http.Handler) {
			r.Header.Set("X-Forwarded-Host", "elsewhere.test")
			next.ServeHTTP(w, r)
		}
		c := reach(t, s)
		var ids []string
		for i := range 7 {
			j, err := c.Submit(t.Context(), client.Submission{Type: []string{"a", "b"}[i%2]})
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, j.ID)
			time.Sleep(time.Millisecond) // of the bubble, so that there is an order
		}
		for _, tt := range []struct {
			query client.Query
			stop  int // after so many
			want  []string
			calls int64
		}{
			{client.Query{}, 99, []string{ids[6], ids[5], ids[4], ids[3], ids[2], ids[1], ids[0]}, 1},
			{client.Query{OrderBy: "creationDateTime asc", PageSize: 3}, 99, ids, 3},
			{client.Query{PageSize: 3}, 2, []string{ids[6], ids[5]}, 1},
			{client.Query{Filter: "type eq 'b'", PageSize: 2}, 99, []string{ids[5], ids[3], ids[1]}, 2},
		} {
			before := s.calls.Load()
			var got []string
			for j, err := range c.Jobs(t.Context(), tt.query) {
				if err != nil {
					t.Fatal(err)
				}
				if got = append(got, j.ID); len(got) == tt.stop {
					break
				}
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("%+v: -want +got\n%s", tt.query, diff)
			}
			if calls := s.calls.Load() - before; calls != tt.calls {
				t.Errorf("%+v: %d calls, want %d", tt.query, calls, tt.calls)
			}
		}
		for j, err := range c.Jobs(t.Context(), client.Query{Filter: "size gt 5"}) {
			if j != nil || !is(err, 400, "invalidFilter") {
				t.Errorf("got %v, %v", j, err)
			}
		}
	})
}

func TestTokenGoesWithEachRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var got []string
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			got = append(got, r.Header.Get("Authorization"))
			if len(got) == 1 {
				refuse(503)(w, r)
				return
			}
			fmt.Fprint(w, `{"id":"x"}`)
		})
		n := 0
		c := reach(t, h, func(o *client.Options) {
			o.Token = func(context.Context) (string, error) {
				if n++; n > 2 {
					return "", errors.New("no more")
				}
				return fmt.Sprint("t", n), nil
			}
		})
		if _, err := c.Get(t.Context(), "x"); err != nil {
			t.Fatal(err)
		}
		if _, err := c.Get(t.Context(), "x"); err == nil || !strings.Contains(err.Error(), "no more") {
			t.Errorf("got %v", err)
		}
		if diff := cmp.Diff([]string{"Bearer t1", "Bearer t2"}, got); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}

func TestAddressMustBeThatOfAService(t *testing.T) {
	for _, u := range []string{"", "localhost:8080", "/beta", "ftp://x", "http://", "http://x/?a=b", "http://user:secret@x/%zz"} {
		if _, err := client.New(client.Options{URL: u}); err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: got %v", u, err)
		}
	}
}

// Who imports the client gets net/http and package wire, and no Redis.
func TestClientNeedsNothingButTheStandardLibrary(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", "-f", "{{if not .Standard}}{{.ImportPath}}{{end}}", ".").Output()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"github.com/classifyd/classifyd/api/wire", "github.com/classifyd/classifyd/api/client"}
	if diff := cmp.Diff(want, strings.Fields(string(out))); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
