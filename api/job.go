package api

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"

	"github.com/gorilla/mux"

	"github.com/classifyd/classifyd/api/odata"
	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
)

// A collection serves all jobs of the caller, or those of one type.
type collection struct {
	*api
	name    string
	jobType string // "" for all
	parse   parser // reads the JSON that is posted
	files   bool   // takes files by themselves too
}

func (c collection) get(w http.ResponseWriter, r *http.Request) error {
	o, err := readOptions(r, jobSchema, odata.Select)
	if err != nil {
		return err
	}
	ctx, cancel := c.within(r)
	defer cancel()
	id, err := c.find(ctx, r)
	if err != nil {
		return err
	}
	call := callOf(r)
	j, err := c.queue.Get(ctx, call.Tenant, id)
	if err != nil {
		return err
	}
	if c.jobType != "" && j.Type != c.jobType {
		return jobs.ErrNotFound
	}
	match, err := ifMatch(r.Header)
	if err != nil {
		return err
	}
	if match != "" && match != "*" && match != j.ETag() {
		return jobs.ErrChanged
	}
	known := r.Header.Values("If-None-Match")
	if wait := call.prefer.wait; wait > 0 {
		outlast(w)
		call.held = true
		if j, err = c.wait(r, j, known); err != nil {
			return err
		}
		applied(w, call.prefer.waited())
	}
	if names(known, j.ETag()) {
		w.Header().Set("ETag", j.ETag())
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	c.writeJob(w, r, c.name, http.StatusOK, j, o.Select...)
	return nil
}

// wait holds a read back until the job has ended, or until it is no longer as
// the client knows it.
func (c collection) wait(r *http.Request, j *jobs.Job, known []string) (*jobs.Job, error) {
	if j.Done() || len(known) > 0 && !names(known, j.ETag()) {
		return j, nil
	}
	until := ""
	if len(known) > 0 {
		until = j.ETag()
	}
	ctx, cancel := context.WithTimeout(r.Context(), callOf(r).prefer.wait)
	defer cancel()
	return c.queue.Wait(ctx, j.Tenant, j.ID, until)
}

func (c collection) patch(w http.ResponseWriter, r *http.Request) error {
	body, err := c.readJSON(w, r, bodyRest)
	if err != nil {
		return err
	}
	if _, err := wire.ParseStatus(body); err != nil {
		return err
	}
	return c.cancel(w, r)
}

func (c collection) cancel(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := c.within(r)
	defer cancel()
	id, err := c.find(ctx, r)
	if err != nil {
		return err
	}
	match, err := ifMatch(r.Header)
	if err != nil {
		return err
	}
	j, err := c.queue.Cancel(ctx, callOf(r).Tenant, id, match)
	if errors.Is(err, jobs.ErrEnded) && j != nil {
		return &problem{status: http.StatusConflict, code: "jobEnded", target: "status", message: "the job cannot be canceled: it has " + string(j.State)}
	}
	if err != nil {
		return err
	}
	c.writeJob(w, r, c.name, http.StatusOK, j)
	return nil
}

func (c collection) delete(w http.ResponseWriter, r *http.Request) error {
	ctx, cancel := c.within(r)
	defer cancel()
	id, err := c.find(ctx, r)
	if err != nil {
		return err
	}
	match, err := ifMatch(r.Header)
	if err != nil {
		return err
	}
	if err := c.queue.Forget(ctx, callOf(r).Tenant, id, match); err != nil {
		return err
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// find is the id in the path. What is not a GUID names no job, and neither
// does, in a collection of one type, a job of another.
func (c collection) find(ctx context.Context, r *http.Request) (jobs.ID, error) {
	raw, err := url.PathUnescape(mux.Vars(r)["id"])
	if err != nil {
		return "", jobs.ErrNotFound
	}
	id, err := jobs.ParseID(raw)
	if err != nil {
		return "", jobs.ErrNotFound
	}
	callOf(r).target = string(id)
	if c.jobType == "" || r.Method == http.MethodGet || r.Method == http.MethodHead {
		return id, nil // get looks at the type of what it reads anyway
	}
	j, err := c.queue.Get(ctx, callOf(r).Tenant, id)
	if err == nil && j.Type != c.jobType {
		err = jobs.ErrNotFound
	}
	return id, err
}

// ifMatch is the one version that a change is meant for, "" for any.
func ifMatch(h http.Header) (string, error) {
	tags := h.Values("If-Match")
	if len(tags) == 0 {
		return "", nil
	}
	tag := strings.TrimSpace(tags[0])
	if tag == "*" {
		return tag, nil
	}
	if len(tags) > 1 || strings.Count(tag, `"`) != 2 || !strings.HasSuffix(tag, `"`) {
		return "", badRequest(wire.InvalidValue, "If-Match", "If-Match must be * or one ETag")
	}
	return tag, nil
}

// names reports whether the lines of an If-None-Match name etag. They compare
// weakly, as RFC 9110 wants it there.
func names(lines []string, etag string) bool {
	for _, line := range lines {
		for tag := range strings.SplitSeq(line, ",") {
			tag = strings.TrimSpace(tag)
			if tag == "*" || strings.TrimPrefix(tag, "W/") == strings.TrimPrefix(etag, "W/") {
				return true
			}
		}
	}
	return false
}

// writeJob answers with j, or some properties of it, as a member of the named
// collection.
func (a *api) writeJob(w http.ResponseWriter, r *http.Request, name string, status int, j *jobs.Job, selected ...string) {
	h := w.Header()
	body := wireJob(j)
	h.Set("ETag", body.ETag)
	if !j.Done() {
		h.Set("Retry-After", "1")
	}
	body.Context = a.context(r, name, selected...) + "/$entity"
	a.writeEntity(w, r, status, &body, selected, "jobs", string(j.ID))
}

// wireJob is j as clients see it.
func wireJob(j *jobs.Job) wire.Job {
	out := wire.Job{
		ODataType: wire.JobType,
		ETag:      j.ETag(),
		ID:        string(j.ID),
		Type:      j.Type,
		Status:    string(j.State),
		TenantID:  string(j.Tenant),
		UserID:    j.User,
		Created:   wire.Time{Time: j.Created},
		Started:   wire.Time{Time: j.Started},
		Ended:     wire.Time{Time: j.Ended},
		Result:    j.Result,
		Priority:  string(j.Priority),
		Progress:  j.Progress,
		Attempts:  j.Attempts,
	}
	if known := j.Type == wire.ClassifyText || j.Type == wire.ClassifyFile; known && (j.State == jobs.Succeeded || j.Result != nil) {
		out.ODataType = wire.ClassificationType
	}
	if j.State == jobs.Succeeded {
		out.Progress = 100
	}
	if e := j.Error; e != nil {
		out.Error = &wire.ClassificationError{Code: string(e.Code), Message: e.Message, Target: e.Target, InnerError: innerError(j, *e)}
		for _, d := range e.Details {
			out.Error.Details = append(out.Error.Details, wire.ClassificationErrorBase{
				Code: string(d.Code), Message: d.Message, Target: d.Target, InnerError: innerError(j, d),
			})
		}
	}
	return out
}

func innerError(j *jobs.Job, e jobs.Error) *wire.ClassificationInnerError {
	inner := wire.ClassificationInnerError{
		Code:            e.InnerCode,
		ErrorDateTime:   wire.Time{Time: e.At},
		ClientRequestID: j.ClientRequestID,
		ActivityID:      e.ActivityID,
	}
	if inner == (wire.ClassificationInnerError{}) {
		return nil
	}
	return &inner
}
