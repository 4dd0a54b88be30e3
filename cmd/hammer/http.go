package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"time"

	"github.com/alecthomas/kong"
	"github.com/gorilla/mux"
	"github.com/hibiken/asynq"

	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/cmd/internal/app"
)

const jobsPath = "/beta/dataClassification/jobs"

// posted is the body of a create call with a text of 200 bytes.
var posted = []byte(`{"type":"classifyText","request":` + string(content) + `}`)

// postContest compares an accepted job of ours with what HTTP and JSON alone
// cost: a handler that reads the same body and answers from memory.
func postContest() contest {
	return contest{
		name: "post", quick: 3, long: 2,
		rows: []row{
			{Name: "POST /jobs to 201, 64 connections", Unit: "jobs/s", Goal: 0.6, Against: "mux handler"},
			{Name: "POST /jobs to 201, beside a bare enqueue", Unit: "jobs/s", Detail: true},
			{Name: "POST, CPU of server and client", Unit: "µs/job", Lower: true, Detail: true, Against: "mux handler"},
			{Name: "POST, CPU of Redis, beside a bare enqueue", Unit: "µs/job", Lower: true, Detail: true},
		},
		ours: func(ctx context.Context, a *arena) ([]float64, error) {
			addr, stop, err := a.serve(ctx)
			if err != nil {
				return nil, err
			}
			defer stop()
			u, err := a.post(ctx, "http://"+addr+jobsPath)
			return []float64{u.perSecond, u.perSecond, u.cpu, u.redis}, err
		},
		bare: func(ctx context.Context, a *arena) ([]float64, error) {
			r := mux.NewRouter()
			r.HandleFunc(jobsPath, answerCreated).Methods(http.MethodPost)
			addr, stop, err := listen(r)
			if err != nil {
				return nil, err
			}
			defer stop()
			u, err := a.post(ctx, "http://"+addr+jobsPath)
			if err != nil {
				return nil, err
			}
			c := asynq.NewClient(a.redis.asynqOptions())
			defer c.Close()
			e, err := a.submit(ctx, func(ctx context.Context, _ int) error {
				_, err := c.EnqueueContext(ctx, asynq.NewTask(jobType, content))
				return err
			})
			if err != nil {
				return nil, err
			}
			return []float64{u.perSecond, e[0], u.cpu, e[2]}, nil
		},
	}
}

// answerCreated is what the API would be without a queue: it parses the body
// and answers as the API does, with a job as long as the API's.
func answerCreated(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	var req struct {
		Type    string `json:"type"`
		Request struct {
			Text string `json:"text"`
		} `json:"request"`
	}
	if err != nil || json.Unmarshal(body, &req) != nil || req.Request.Text == "" {
		http.Error(w, "bad request", http.StatusBadRequest)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(createdJob)))
	h.Set("Location", "http://127.0.0.1:8080"+jobsPath+"/01a209fa-e4e6-71cf-a20e-15d586e1e5f4")
	w.WriteHeader(http.StatusCreated)
	_, _ = w.Write(createdJob) // the client notices
}

// createdJob is an answer to a create call.
var createdJob = []byte(`{"@odata.context":"http://127.0.0.1:8080/beta/$metadata#dataClassification/jobs/$entity",` +
	`"@odata.type":"#microsoft.graph.jobResponseBase","@odata.etag":"W/\"705487ddf355.1\"","id":"01a209fa-e4e6-71cf-a20e-15d586e1e5f4",` +
	`"type":"classifyText","status":"notStarted","tenantId":"00000000-0000-0000-0000-000000000000",` +
	`"creationDateTime":"2026-11-23T19:56:07.272085Z","priority":"normal","progress":0,"attempts":0}` + "\n")

// post measures create calls to url.
func (a *arena) post(ctx context.Context, url string) (usage, error) {
	c := newCaller()
	defer c.close()
	one := func(ctx context.Context, _ int) error { return c.post(ctx, url, posted) }
	return a.requests(ctx, a.pick(60_000, 10_000), one)
}

// requests measures n calls of one, after connections and scripts are there.
func (a *arena) requests(ctx context.Context, n int, one func(context.Context, int) error) (usage, error) {
	if err := each(ctx, 2000, one); err != nil {
		return usage{}, err
	}
	m, err := a.meter(ctx)
	if err != nil {
		return usage{}, err
	}
	if err := each(ctx, n, one); err != nil {
		return usage{}, err
	}
	return m.stop(ctx, n)
}

// daemonOptions are the daemon's options as its flags would have them, for Redis at
// addr. Its log costs what it costs, but goes nowhere.
func daemonOptions(addr string, flags ...string) (app.Options, error) {
	var o app.Options
	k, err := kong.New(&o, app.Flags()...)
	if err != nil {
		return o, err
	}
	_, err = k.Parse(append([]string{"--redis", "redis://" + addr, "--listen", "127.0.0.1:0"}, flags...))
	o.Log = slog.New(slog.NewTextHandler(io.Discard, nil))
	o.Out = io.Discard
	return o, err
}

// serve starts an API of ours, as the daemon runs it.
func (a *arena) serve(ctx context.Context) (addr string, stop func(), err error) {
	o, err := daemonOptions(a.redis.Addr, "--role", "api", "--share", "1000000")
	if err != nil {
		return "", nil, err
	}
	s, err := app.New(ctx, o)
	if err != nil {
		return "", nil, err
	}
	s.Start()
	return s.Addr(), func() { _ = s.Stop() }, nil // what it answered by then is what counts
}

// listen serves h on a free port.
func listen(h http.Handler) (addr string, stop func(), err error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", nil, err
	}
	s := &http.Server{Handler: h, ReadHeaderTimeout: 5 * time.Second}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = s.Serve(l) // until it is closed
	}()
	return l.Addr().String(), func() {
		_ = s.Close()
		<-done
	}, nil
}

// A caller is an HTTP client that keeps its connections.
type caller struct{ client http.Client }

func newCaller() *caller {
	return &caller{http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: callers, MaxConnsPerHost: callers, DisableCompression: true}}}
}

func (c *caller) close() { c.client.CloseIdleConnections() }

func (c *caller) post(ctx context.Context, url string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	req.Header.Set("Content-Type", "application/json")
	return c.want(req, http.StatusCreated)
}

// want sends req, reads all of the answer and reports any status but the one
// that is wanted.
func (c *caller) want(req *http.Request, status int) error {
	res, err := c.client.Do(req)
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, res.Body)
	err = errors.Join(err, res.Body.Close())
	if err == nil && res.StatusCode != status {
		err = fmt.Errorf("%s %s: %s", req.Method, req.URL.Path, res.Status)
	}
	return err
}

// get is a GET of url, under the condition that the client does not know etag.
func (c *caller) get(ctx context.Context, url, etag string, status int) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return err
	}
	if etag != "" {
		req.Header.Set("If-None-Match", etag)
	}
	return c.want(req, status)
}

// fetch returns the job at url and its answer as it came.
func (c *caller) fetch(ctx context.Context, url string) (j wire.Job, body []byte, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return j, nil, err
	}
	res, err := c.client.Do(req)
	if err != nil {
		return j, nil, err
	}
	defer res.Body.Close()
	if body, err = io.ReadAll(res.Body); err != nil {
		return j, nil, err
	}
	if res.StatusCode != http.StatusOK {
		return j, nil, fmt.Errorf("GET of a job: %s", res.Status)
	}
	return j, body, json.Unmarshal(body, &j)
}
