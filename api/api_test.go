package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/embedded"
	"github.com/classifyd/classifyd/jobs/jobtest"
	"github.com/classifyd/classifyd/jobs/tenants"
)

// A service is an API over a queue in an embedded Redis, without a worker.
type service struct {
	t     testing.TB
	api   http.Handler
	queue *jobs.Queue
	redis *embedded.Server
	away  atomic.Bool // Redis can no longer be dialed
	log   *bytes.Buffer
	met   *prometheus.Registry
}

func start(t testing.TB, change ...func(*api.Options)) *service {
	t.Helper()
	return startWith(t, jobs.Options{}, change...)
}

func startWith(t testing.TB, qo jobs.Options, change ...func(*api.Options)) *service {
	t.Helper()
	s := &service{t: t, redis: embedded.Start(), log: new(bytes.Buffer), met: prometheus.NewRegistry()}
	t.Cleanup(s.redis.Close)
	qo.Redis = s.redis.Options()
	dial := qo.Redis.Dialer
	qo.Redis.Dialer = func(ctx context.Context, network, addr string) (net.Conn, error) {
		if s.away.Load() {
			return nil, errors.New("away")
		}
		return dial(ctx, network, addr)
	}
	q, err := jobs.Open(t.Context(), qo)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { q.Close() })
	s.queue = q
	own, err := tenants.Open(tenants.Options{Redis: qo.Redis, Hook: qo.Hook, MaxTypes: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { own.Close() })
	o := api.Options{Queue: q, Catalogue: types, Tenants: own, Log: slog.New(slog.NewJSONHandler(s.log, nil)), Metrics: s.met, Gather: s.met, MaxFile: 256 << 10}
	for _, c := range change {
		c(&o)
	}
	s.api = api.New(o)
	return s
}

// work runs h for the jobs of a type until the test ends.
func (s *service) work(jobType string, run func(context.Context, *jobs.Job) (*jobs.Result, error)) {
	jobtest.Work(s.t, s.queue, jobs.Handler{Type: jobType, Run: run})
}

// catalogue is a Catalogue of few types.
type catalogue []wire.SensitiveType

const (
	cardID = "50842eb7-edc8-4019-85dd-5a5c1f2bb085"
	ibanID = "e7dc4711-11b7-4cb0-b88b-2c394a771f0e"
)

var types = catalogue{
	{ID: cardID, Name: "Credit Card Number", PublisherName: "classifyd", State: "enabled", Category: "financial", RecommendedConfidence: 85, ConfidenceLevels: []int{85, 75, 65}},
	{ID: ibanID, Name: "International Banking Account Number (IBAN)", State: "enabled"},
	{ID: "a44669fe-0d48-453d-a9b1-2cc83f2cba77", Name: "U.S. Social Security Number (SSN)", State: "enabled", Category: "identity", Countries: []string{"US"}},
}

func (c catalogue) List() []wire.SensitiveType { return c }

func (c catalogue) Lookup(id string) (wire.SensitiveType, bool) {
	i := slices.IndexFunc(c, func(t wire.SensitiveType) bool { return t.ID == id })
	if i < 0 {
		return wire.SensitiveType{}, false
	}
	return c[i], true
}

// Check takes every type but those with a pattern "bad".
func (c catalogue) Check(t wire.SensitiveType) error {
	for i, p := range t.Patterns {
		if p.Regex == "bad" {
			return &wire.InvalidError{Code: wire.InvalidValue, Target: fmt.Sprintf("patterns[%d].regex", i), Message: "a bad pattern"}
		}
	}
	return nil
}

// Try finds nothing, or takes longer than it may.
func (c catalogue) Try(ctx context.Context, _ wire.SensitiveType, text string) (json.RawMessage, error) {
	if text == "long" {
		<-ctx.Done()
		return nil, ctx.Err()
	}
	return json.RawMessage(`{"classification":[]}`), nil
}

// An answer is a response with its body read.
type answer struct {
	*http.Response
	body string
}

// call sends a request; headers are lines "Name: value". What the service takes
// must be as the OpenAPI document describes it.
func (s *service) call(method, target, body string, headers ...string) answer {
	s.t.Helper()
	r := newRequest(method, target, body, headers...)
	a := s.send(r)
	if a.StatusCode < 300 {
		readContract(s.t).checkRequest(s.t, r, []byte(body))
	}
	return a
}

func newRequest(method, target, body string, headers ...string) *http.Request {
	r := httptest.NewRequest(method, target, strings.NewReader(body))
	if body == "" {
		r = httptest.NewRequest(method, target, nil)
	} else {
		r.Header.Set("Content-Type", "application/json")
	}
	for _, h := range headers {
		name, value, _ := strings.Cut(h, ": ")
		if name == "Content-Type" {
			r.Header.Del(name)
		}
		r.Header.Add(name, value)
	}
	return r
}

// send checks that the answer is one that the OpenAPI document describes.
func (s *service) send(r *http.Request) answer {
	s.t.Helper()
	a := s.serve(r)
	readContract(s.t).checkAnswer(s.t, r, a)
	return a
}

func (s *service) serve(r *http.Request) answer {
	w := httptest.NewRecorder()
	s.api.ServeHTTP(w, r)
	return answer{w.Result(), w.Body.String()}
}

// want checks the status and returns the answer.
func (s *service) want(status int, method, target, body string, headers ...string) answer {
	s.t.Helper()
	a := s.call(method, target, body, headers...)
	if a.StatusCode != status {
		s.t.Fatalf("%s %s: %d %s, want %d", method, target, a.StatusCode, a.body, status)
	}
	return a
}

// job is the job in the answer.
func (a answer) job(t testing.TB) wire.Job {
	t.Helper()
	return decode[wire.Job](t, a)
}

// problem is the error in the answer.
func (a answer) problem(t testing.TB) wire.Error {
	t.Helper()
	return decode[wire.ErrorBody](t, a).Error
}

func decode[T any](t testing.TB, a answer) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatalf("%d %s: %v", a.StatusCode, a.body, err)
	}
	return v
}

// count is how many jobs there are.
func (s *service) count() int64 {
	s.t.Helper()
	n, err := s.queue.Count(s.t.Context(), api.DefaultTenant, jobs.Query{})
	if err != nil {
		s.t.Fatal(err)
	}
	return n
}

const (
	jobsPath = "/beta/dataClassification/jobs"
	textPath = "/beta/dataClassification/classifyText"
	textBody = `{"text":"my card is 4111 1111 1111 1111"}`
	textJob  = `{"type":"classifyText","request":` + textBody + `}`
)
