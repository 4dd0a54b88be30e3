package api

import (
	"net/http"

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
