package api

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"regexp"
	"strconv"
	"strings"

	"github.com/classifyd/classifyd/api/auth"
	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
)

// A reader takes what a create call asks for from its body.
// A file that came by itself is the content, which post submits or discards.
type reader func(http.ResponseWriter, *http.Request) (*wire.JobRequest, *jobs.Content, error)

func (c collection) create(w http.ResponseWriter, r *http.Request) error {
	read := c.json(c.parse, c.maxBody())
	if c.files {
		read = c.fileOr(read)
	}
	return c.post(w, r, read, created)
}

// createReference takes what create does in JSON, but says why it is no
// reference.
func (c collection) createReference(w http.ResponseWriter, r *http.Request) error {
	return c.post(w, r, c.json(func(body []byte, most wire.Limits) (*wire.JobRequest, error) {
		if err := wire.RefuseReference(body); err != nil {
			return nil, err
		}
		return c.parse(body, most)
	}, c.maxBody()), created)
}

// maxBody is how long the JSON of a job in c may be.
func (c collection) maxBody() int64 {
	if c.jobType == wire.ClassifyText {
		return c.maxTextBody()
	}
	return c.maxFileBody()
}

func (a *api) classifyText(w http.ResponseWriter, r *http.Request) error {
	return a.post(w, r, a.json(wire.ParseText, a.maxTextBody()), accepted)
}

func (a *api) classifyFile(w http.ResponseWriter, r *http.Request) error {
	return a.post(w, r, a.fileOr(a.json(wire.ParseFile, a.maxFileBody())), accepted)
}

// json reads a body in JSON of at most limit bytes with parse.
func (a *api) json(parse parser, limit int64) reader {
	return func(w http.ResponseWriter, r *http.Request) (*wire.JobRequest, *jobs.Content, error) {
		body, err := a.readJSON(w, r, limit)
		if err != nil {
			return nil, nil, err
		}
		req, err := parse(body, a.most)
		return req, nil, err
	}
}

// A parser reads the JSON of a create call.
type parser func(body []byte, most wire.Limits) (*wire.JobRequest, error)

// created is the status for a call that makes a resource.
func created(fresh, _ bool) int {
	if fresh {
		return http.StatusCreated
	}
	return http.StatusOK
}

// accepted is the status for a call that starts work.
func accepted(_, done bool) int {
	if done {
		return http.StatusOK
	}
	return http.StatusAccepted
}

// post submits the job in the body and answers with the job.
func (a *api) post(w http.ResponseWriter, r *http.Request, read reader, status func(fresh, done bool) int) error {
	req, content, err := read(w, r)
	if err != nil {
		return err
	}
	sub, err := a.submission(r, req)
	if err != nil {
		a.queue.Discard(r.Context(), content)
		return err
	}
	if content != nil {
		sub.Content = content
	} else if err := a.attach(r.Context(), &sub, req); err != nil {
		return err
	}
	j, fresh, err := a.submit(w, r, sub)
	if err != nil {
		return err
	}
	w.Header().Set("Location", a.link(r, "jobs", string(j.ID)))
	prefer := callOf(r).prefer
	if prefer.returns != "" {
		applied(w, "return="+prefer.returns)
	}
	if prefer.returns == "minimal" {
		w.Header().Set("OData-EntityId", a.link(r, "jobs", string(j.ID)))
		w.Header().Set("ETag", j.ETag())
		w.WriteHeader(http.StatusNoContent)
		return nil
	}
	code := status(fresh, j.Done())
	if prefer.async && code == http.StatusAccepted {
		applied(w, "respond-async")
	}
	a.writeJob(w, r, "jobs", code, j)
	return nil
}

// attach puts the file of a request in JSON aside for sub.
func (a *api) attach(ctx context.Context, sub *jobs.Submission, req *wire.JobRequest) (err error) {
	if req.File != nil {
		sub.Content, err = a.takeFile(ctx, bytes.NewReader(req.File))
	}
	return err
}

// submit queues sub and, when the client would like to wait, waits for its end.
func (a *api) submit(w http.ResponseWriter, r *http.Request, sub jobs.Submission) (j *jobs.Job, fresh bool, err error) {
	ctx, cancel := a.within(r)
	defer cancel()
	j, fresh, err = a.queue.Submit(ctx, sub)
	if err != nil {
		return nil, false, err
	}
	c := callOf(r)
	c.target = string(j.ID)
	if r.Header.Get("Repeatability-Request-ID") != "" {
		w.Header().Set("Repeatability-Result", "accepted")
	}
	if wait := c.prefer.wait; wait > 0 {
		outlast(w)
		c.held = true
		ctx, cancel := context.WithTimeout(r.Context(), wait)
		defer cancel()
		// The job is taken, whatever becomes of the wait.
		if seen, err := a.queue.Wait(ctx, sub.Tenant, j.ID, ""); err == nil {
			j = seen
		}
		applied(w, c.prefer.waited())
	}
	return j, fresh, nil
}

var traceparent = regexp.MustCompile(`^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$`)

// submission is what req and the headers around it ask the queue for.
func (a *api) submission(r *http.Request, req *wire.JobRequest) (jobs.Submission, error) {
	c := callOf(r)
	if err := a.checkTenant(c.Caller, req.TenantID); err != nil {
		return jobs.Submission{}, err
	}
	if err := a.checkSearch(r, req); err != nil {
		return jobs.Submission{}, err
	}
	key, err := idempotencyKey(r.Header)
	if err != nil {
		return jobs.Submission{}, err
	}
	sub := jobs.Submission{
		Tenant:          c.Tenant,
		User:            c.User,
		ID:              jobs.ID(req.ID),
		Key:             key,
		Type:            req.Type,
		Priority:        jobs.Priority(req.Priority),
		Request:         req.Request,
		ClientRequestID: c.client,
	}
	if again := r.Header.Get("Retry-Attempt"); again != "" {
		attempt, err := strconv.Atoi(again)
		sub.Resent = err == nil && attempt >= 1
	}
	if t := r.Header.Get(traceParent); t != "" && traceparent.MatchString(t) {
		sub.Trace = t
	}
	return sub, nil
}

// checkTenant refuses a job that is meant for another tenant. While everyone
// is the same tenant, and when it is not a tenant's name at all, it is ignored.
func (a *api) checkTenant(c auth.Caller, tenantID string) error {
	if a.authenticate == nil || strings.EqualFold(tenantID, string(c.Tenant)) {
		return nil
	}
	if _, err := jobs.ParseID(tenantID); err != nil {
		return nil
	}
	return &problem{status: http.StatusForbidden, code: "foreignTenant", target: "tenantId", message: "tenantId is not the caller's tenant"}
}

const maxKey = 255

// idempotencyKey is the key under which a create call can be sent again.
func idempotencyKey(h http.Header) (string, error) {
	for _, name := range []string{"Idempotency-Key", "Repeatability-Request-ID"} {
		keys := h.Values(name)
		if len(keys) == 0 {
			continue
		}
		if len(keys) > 1 || keys[0] == "" || len(keys[0]) > maxKey || strings.ContainsFunc(keys[0], unprintable) {
			return "", badRequest(wire.InvalidValue, name, fmt.Sprintf("%s must be given once, as 1 to %d printable ASCII characters", name, maxKey))
		}
		return keys[0], nil
	}
	return "", nil
}

func unprintable(r rune) bool { return r < ' ' || r > '~' }
