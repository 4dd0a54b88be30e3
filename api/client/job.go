package client

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"

	"github.com/classifyd/classifyd/api/wire"
)

// A Submission asks for one job.
type Submission struct {
	Type     string // none: classifyText
	Priority string // low, normal or high; none: normal

	// Request is what the job is about and becomes JSON: a wire.TextRequest for
	// classifyText.
	Request any

	// ID, a GUID, or else Key names the job: submitted again under the same
	// name it is the same job. None: the job gets a name of its own.
	ID  string
	Key string
}

// Submit queues a job and returns it as it is then. Under an ID or Key that was
// used for another job, the error's code is idReused.
func (c *Client) Submit(ctx context.Context, s Submission) (*wire.Job, error) {
	b, err := json.Marshal(struct {
		ID       string `json:"id,omitzero"`
		Type     string `json:"type"`
		Priority string `json:"priority,omitzero"`
		Request  any    `json:"request,omitzero"`
	}{s.ID, cmp.Or(s.Type, wire.ClassifyText), s.Priority, s.Request})
	if err != nil {
		return nil, fmt.Errorf("submission: %w", err)
	}
	return c.job(ctx, call{
		method: http.MethodPost,
		path:   "/jobs",
		header: key(s.Key),
		body:   inJSON(b),
	})
}

// key is what makes a submission safe to send again.
func key(given string) map[string]string {
	return map[string]string{"Idempotency-Key": cmp.Or(given, rand.Text())}
}

// Get returns a job, with its result when it has one.
func (c *Client) Get(ctx context.Context, id string) (*wire.Job, error) {
	return c.job(ctx, call{method: http.MethodGet, path: jobPath(id)})
}

// Wait returns a job once it has ended, however that was.
func (c *Client) Wait(ctx context.Context, id string) (*wire.Job, error) {
	for {
		var j wire.Job
		resp, err := c.do(ctx, call{method: http.MethodGet, path: jobPath(id), header: map[string]string{"Prefer": wait}}, &j)
		if err != nil {
			return nil, err
		}
		if Ended(&j) {
			return &j, nil
		}
		if err := c.rest(ctx, resp); err != nil {
			return nil, err
		}
	}
}

// Ended reports whether a job has ended, so that it will not change again.
func Ended(j *wire.Job) bool {
	return j.Status == "succeeded" || j.Status == "failed" || j.Status == "canceled"
}

// Cancel ends a job at once and for good, and returns it. A job that ended
// otherwise before is an error with the code jobEnded.
func (c *Client) Cancel(ctx context.Context, id string) (*wire.Job, error) {
	return c.job(ctx, call{method: http.MethodPost, path: jobPath(id) + "/cancel"})
}

// Delete forgets a job and its result; one that runs is canceled.
func (c *Client) Delete(ctx context.Context, id string) error {
	_, err := c.do(ctx, call{method: http.MethodDelete, path: jobPath(id)}, nil)
	return err
}

func (c *Client) job(ctx context.Context, cl call) (*wire.Job, error) {
	var j wire.Job
	if _, err := c.do(ctx, cl, &j); err != nil {
		return nil, err
	}
	return &j, nil
}

func jobPath(id string) string { return "/jobs/" + url.PathEscape(id) }
