package api

import (
	"context"
	"errors"
	"net/http"

	"github.com/gorilla/mux"

	"github.com/classifyd/classifyd/jobs"
)

// live says that the process serves at all.
func (a *api) live(w http.ResponseWriter, r *http.Request) error {
	a.write(w, r, http.StatusOK, plainJSON, map[string]string{"status": "live"})
	return nil
}

// queues says what there is to do, of all tenants, and which workers do it.
func (a *api) queues(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := a.within(r)
	defer cancel()
	overview, err := a.queue.Overview(ctx)
	if err != nil {
		return err
	}
	a.write(w, r, http.StatusOK, plainJSON, overview)
	return nil
}

// turn pauses or resumes the lane in the path. There is a method for each, and
// none that a browser sends for a page of anybody's without asking first: a
// service that lets in whoever is on its machine lets in their browser as well.
func (a *api) turn(change func(context.Context, jobs.Priority) (bool, error)) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		ctx, cancel := a.within(r)
		defer cancel()
		lane := jobs.Priority(mux.Vars(r)["lane"])
		_, err := change(ctx, lane)
		if _, invalid := errors.AsType[*jobs.InvalidError](err); !invalid {
			callOf(r).target = string(lane) // a lane, and nothing that somebody made up
		}
		if err != nil {
			return err
		}
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
}

// ready says whether jobs can be posted and read, and why not.
func (a *api) ready(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := a.within(r)
	defer cancel()
	if err := a.isReady(ctx); err != nil {
		p := explain(err)
		if reason := jobs.Reason(err); reason != "" {
			p.message = reason
		}
		return p
	}
	a.write(w, r, http.StatusOK, plainJSON, map[string]string{"status": "ready"})
	return nil
}
