package main

import (
	"context"
	"net/http"
	"strconv"
	"sync"

	"github.com/gorilla/mux"

	"github.com/classifyd/classifyd/jobs"
)

// readable is how many ended jobs there are to read.
const readable = 10_000

// getContest compares reading ended jobs, each from its record, with a handler
// that has the same answers in its memory.
func getContest() contest {
	return contest{
		name: "get", long: 2,
		rows: []row{
			{Name: "GET of ended jobs, spread over 10,000, 64 connections", Unit: "1/s", Goal: 0.6, Against: "mux handler"},
			{Name: "GET, CPU of server and client", Unit: "µs", Lower: true, Detail: true, Against: "mux handler"},
			{Name: "304 on an unchanged job, 64 connections", Unit: "1/s", Detail: true, Against: "mux handler"},
		},
		ours: func(ctx context.Context, a *arena) ([]float64, error) {
			addr, stop, err := a.serve(ctx)
			if err != nil {
				return nil, err
			}
			defer stop()
			ids, err := a.ended(ctx, readable)
			if err != nil {
				return nil, err
			}
			c := newCaller()
			defer c.close()
			j, _, err := c.fetch(ctx, "http://"+addr+jobsPath+"/"+ids[0])
			if err != nil {
				return nil, err
			}
			return a.read(ctx, c, addr, ids, j.ETag)
		},
		bare: func(ctx context.Context, a *arena) ([]float64, error) {
			answers, etag, ids, err := a.answers(ctx)
			if err != nil {
				return nil, err
			}
			r := mux.NewRouter()
			r.HandleFunc(jobsPath+"/{id}", func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("If-None-Match") == etag {
					w.WriteHeader(http.StatusNotModified)
					return
				}
				body, ok := answers[mux.Vars(r)["id"]]
				if !ok {
					http.NotFound(w, r)
					return
				}
				h := w.Header()
				h.Set("Content-Type", "application/json")
				h.Set("Content-Length", strconv.Itoa(len(body)))
				_, _ = w.Write(body) // the client notices
			}).Methods(http.MethodGet)
			addr, stop, err := listen(r)
			if err != nil {
				return nil, err
			}
			defer stop()
			c := newCaller()
			defer c.close()
			return a.read(ctx, c, addr, ids, etag)
		},
	}
}

// read measures GETs of all ids in turn, and those of the first where the
// client knows its ETag.
func (a *arena) read(ctx context.Context, c *caller, addr string, ids []string, etag string) ([]float64, error) {
	base := "http://" + addr + jobsPath + "/"
	n := a.pick(40_000, 20_000)
	full, err := a.requests(ctx, n, func(ctx context.Context, i int) error {
		return c.get(ctx, base+ids[i%len(ids)], "", http.StatusOK)
	})
	if err != nil {
		return nil, err
	}
	a.profile = "" // of the full answers alone
	unchanged, err := a.requests(ctx, n/2, func(ctx context.Context, _ int) error {
		return c.get(ctx, base+ids[0], etag, http.StatusNotModified)
	})
	return []float64{full.perSecond, full.cpu, unchanged.perSecond}, err
}

// ended makes n jobs that have ended, of the tenant that everybody is without
// authentication, and returns their ids.
func (a *arena) ended(ctx context.Context, n int) ([]string, error) {
	q, err := jobs.Open(ctx, a.ours(n))
	if err != nil {
		return nil, err
	}
	defer q.Close()
	ids := make([]string, n)
	err = each(ctx, n, func(ctx context.Context, i int) error {
		j, _, err := q.Submit(ctx, jobs.Submission{Tenant: everybody, Type: jobType, Request: content})
		if err == nil {
			ids[i] = string(j.ID)
		}
		return err
	})
	if err != nil {
		return nil, err
	}
	return ids, drainOurs(ctx, q, everybody, n, func() error { return nil })
}

// answers are the API's answers to reading ended jobs, by id.
func (a *arena) answers(ctx context.Context) (answers map[string][]byte, etag string, ids []string, err error) {
	addr, stop, err := a.serve(ctx)
	if err != nil {
		return nil, "", nil, err
	}
	defer stop()
	if ids, err = a.ended(ctx, readable); err != nil {
		return nil, "", nil, err
	}
	c := newCaller()
	defer c.close()
	var mu sync.Mutex // guards the results
	answers = map[string][]byte{}
	err = each(ctx, len(ids), func(ctx context.Context, i int) error {
		j, body, err := c.fetch(ctx, "http://"+addr+jobsPath+"/"+ids[i])
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		answers[ids[i]] = body
		if i == 0 {
			etag = j.ETag
		}
		return nil
	})
	return answers, etag, ids, err
}
