package api

import (
	"context"
	"errors"
	"net/http"
	"strconv"

	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
)

// follow streams the job as it is and after each change, until it has ended.
// An event's id is the job's version.
func (c collection) follow(w http.ResponseWriter, r *http.Request) error {
	within, cancel := c.within(r)
	defer cancel()
	id, err := c.find(within, r)
	if err != nil {
		return err
	}
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	seen := r.Header.Get("Last-Event-ID")
	var s *stream
	for j, err := range c.queue.Watch(ctx, callOf(r).Tenant, id) {
		if err == nil && c.jobType != "" && j.Type != c.jobType {
			err = jobs.ErrNotFound
		}
		if s == nil {
			if err != nil {
				return err
			}
			if j.Done() && seen == version(j) {
				w.WriteHeader(http.StatusNoContent) // by which clients know not to come back
				return nil
			}
			s = c.openStream(w, r, stop)
			defer s.close()
			if r.Method == http.MethodHead {
				return nil
			}
		}
		switch {
		case errors.Is(err, jobs.ErrNotFound):
			s.send("", "deleted", wire.Deleted(string(id)))
		case err != nil:
			callOf(r).problem = explain(err)
		case version(j) != seen:
			s.send(version(j), "", wireJob(j))
		}
		seen = ""
	}
	return nil
}

func version(j *jobs.Job) string { return strconv.FormatInt(j.Version(), 10) }

// events streams every change of state among the caller's jobs. It begins with
// a reset where the client may have missed some, also at the very first, so
// that the client lists the jobs and then knows them all.
func (a *api) events(w http.ResponseWriter, r *http.Request) error {
	// Once the stream has begun it is too late for a 503.
	within, cancel := a.within(r)
	defer cancel()
	if err := a.queue.Ping(within); err != nil {
		return err
	}
	ctx, stop := context.WithCancel(r.Context())
	defer stop()
	s := a.openStream(w, r, stop)
	defer s.close()
	if r.Method == http.MethodHead {
		return nil
	}
	for e, err := range a.queue.Events(ctx, callOf(r).Tenant, r.Header.Get("Last-Event-ID")) {
		switch {
		case err != nil:
			callOf(r).problem = explain(err)
		case e.Reset:
			s.send(e.ID, "reset", struct{}{})
		case e.Deleted:
			s.send(e.ID, "deleted", wire.Deleted(string(e.Job.ID)))
		default:
			s.send(e.ID, "", wireJob(e.Job))
		}
	}
	return nil
}
