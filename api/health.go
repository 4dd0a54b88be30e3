package api

import "net/http"

// live says that the process serves at all.
func (a *api) live(w http.ResponseWriter, r *http.Request) error {
	a.write(w, r, http.StatusOK, plainJSON, map[string]string{"status": "live"})
	return nil
}

// ready says that jobs can be posted and read.
func (a *api) ready(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := a.within(r)
	defer cancel()
	if err := a.queue.Ping(ctx); err != nil {
		return err
	}
	a.write(w, r, http.StatusOK, plainJSON, map[string]string{"status": "ready"})
	return nil
}
