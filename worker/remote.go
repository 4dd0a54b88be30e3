package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/classifyd/classifyd/jobs"
)

const (
	maxResult     = 1 << 20       // bytes of a remote result
	maxEnvelope   = 64 << 10      // bytes of what may surround it
	maxMessage    = 1024          // characters of a remote error's message
	maxInnerCode  = 64            // characters of a remote error's code
	maxRetryAfter = 1 * time.Hour // the longest wait that a remote handler may ask for
)

// Remote serves typ by the classifier behind endpoint. Each attempt posts
//
//	{"id", "type", "tenantId", "attempt", "request"}
//
// with the header Idempotency-Key: <id>:<attempt>, and takes {"result": ...},
// at most 1 MiB and passed on as it is, or {"error": {"code", "message"}}, both
// of which reach the client that submitted the job.
//
// An answer of 5xx, 408 or 429, none in time and a broken connection are worth
// another attempt, not before a Retry-After of at most an hour. Every other
// error is final; so is a redirect, which is never followed, because the content
// is meant for endpoint alone. All end as handlerFailed, with the classifier's
// own code as inner code.
func Remote(typ string, endpoint *url.URL, transport http.RoundTripper) jobs.Handler {
	r := &remote{
		endpoint: endpoint.String(),
		client:   directClient(transport),
	}
	return jobs.Handler{Type: typ, Run: r.run}
}

// directClient follows no redirect: content is meant for the endpoint alone.
func directClient(transport http.RoundTripper) *http.Client {
	return &http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// worthAnother reports whether a handler that answered with the status may
// answer otherwise later.
func worthAnother(status int) bool {
	return status >= 500 || status == http.StatusTooManyRequests || status == http.StatusRequestTimeout
}

type remote struct {
	endpoint string
	client   *http.Client
}

type remoteCall struct {
	ID       jobs.ID         `json:"id"`
	Type     string          `json:"type"`
	TenantID jobs.Tenant     `json:"tenantId"`
	Attempt  int             `json:"attempt"`
	Request  json.RawMessage `json:"request,omitempty"`
}

type remoteAnswer struct {
	Result json.RawMessage `json:"result"`
	Error  *remoteError    `json:"error"`
}

type remoteError struct {
	Code    string `json:"code"`
	Message string `json:"message"`
}

func (r *remote) run(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
	body, err := json.Marshal(remoteCall{j.ID, j.Type, j.Tenant, j.Attempts, j.Request})
	if err != nil {
		return nil, invalidContent("request", "the request is not JSON")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.endpoint, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Accept", "application/json")
	req.Header.Set("User-Agent", "classifyd")
	req.Header.Set("Idempotency-Key", fmt.Sprintf("%s:%d", j.ID, j.Attempts))

	// Errors of the transport name the endpoint, which is the operator's
	// business and not the client's.
	resp, err := r.client.Do(req)
	if err != nil {
		return nil, interrupted(ctx, "the handler could not be reached")
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxResult+maxEnvelope+1))
	if err != nil {
		return nil, interrupted(ctx, "the handler's answer broke off")
	}
	return readAnswer(resp, b)
}

// interrupted tells a run that was stopped from a handler that did not answer.
func interrupted(ctx context.Context, message string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return &jobs.Error{Code: jobs.HandlerFailed, Message: message}
}

func readAnswer(resp *http.Response, b []byte) (*jobs.Result, error) {
	var answer remoteAnswer
	malformed := json.Unmarshal(b, &answer) != nil

	failure := &jobs.Error{
		Code:    jobs.HandlerFailed,
		Message: fmt.Sprintf("the handler answered with status %d", resp.StatusCode),
	}
	if e := answer.Error; !malformed && e != nil {
		failure.InnerCode = printable(e.Code, maxInnerCode)
		if m := printable(e.Message, maxMessage); m != "" {
			failure.Message = m
		}
	}
	switch s := resp.StatusCode; {
	case worthAnother(s):
		failure.RetryAfter = retryAfter(resp.Header.Get("Retry-After"), time.Now())
		return nil, failure
	case s < 200 || s > 299:
		return nil, jobs.Permanent(failure)
	case answer.Error != nil && !malformed:
		return nil, jobs.Permanent(failure)
	case len(b) > maxResult+maxEnvelope, len(answer.Result) > maxResult:
		failure.Message = "the handler's result is larger than 1 MiB"
		return nil, jobs.Permanent(failure)
	case malformed:
		failure.Message = "the handler's answer is not the JSON that was agreed on"
		return nil, jobs.Permanent(failure)
	case len(answer.Result) == 0, string(answer.Result) == "null":
		failure.Message = "the handler's answer has neither a result nor an error"
		return nil, jobs.Permanent(failure)
	}
	return &jobs.Result{JSON: answer.Result}, nil
}

// retryAfter reads seconds or an HTTP date; anything else asks for no wait.
func retryAfter(s string, now time.Time) time.Duration {
	if n, err := strconv.ParseUint(s, 10, 63); err == nil {
		return time.Duration(min(n, uint64(maxRetryAfter/time.Second))) * time.Second
	}
	at, err := http.ParseTime(s)
	if err != nil {
		return 0
	}
	return min(max(at.Sub(now), 0), maxRetryAfter)
}

// printable makes foreign text fit to be shown: at most n characters, none of
// them a control character.
func printable(s string, n int) string {
	s = strings.Map(func(r rune) rune {
		if !strconv.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	if r := []rune(s); len(r) > n {
		return string(r[:n])
	}
	return s
}
