package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/classifyd/classifyd/api/auth"
	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/tenants"
)

// ErrStopping: the service is told to stop. As the cause with which a server's
// base context ends, it tells its requests so from clients that went away.
var ErrStopping = errors.New("service is stopping")

const unexpected = "something unexpected went wrong in the service"

// answers says what each error that callers branch on becomes.
var answers = []struct {
	err error
	problem
}{
	// Before what else it may have broken.
	{ErrStopping, problem{status: http.StatusServiceUnavailable, code: "stopping", message: "the service is stopping: try again, under the same id or key if a job was posted", retry: time.Second}},
	{jobs.ErrNotFound, problem{status: http.StatusNotFound, code: "jobNotFound", message: "there is no such job"}},
	{jobs.ErrConflict, problem{status: http.StatusConflict, code: "idReused", message: "this id or key was used for another request"}},
	{jobs.ErrNoBlobs, problem{status: http.StatusRequestEntityTooLarge, code: wire.ContentTooLarge, message: "content of this size needs a place of its own: the service must be started with --blob"}},
	{jobs.ErrEnded, problem{status: http.StatusConflict, code: "jobEnded", message: "the job ended before it could be canceled"}},
	{jobs.ErrChanged, problem{status: http.StatusPreconditionFailed, code: "jobChanged", target: "If-Match", message: "the job has changed since that ETag"}},
	{jobs.ErrUnavailable, problem{status: http.StatusServiceUnavailable, code: "storeUnavailable", message: "the store does not answer: try again, under the same id or key if a job was posted", retry: storeRetry}},
	{context.DeadlineExceeded, problem{status: http.StatusServiceUnavailable, code: "storeUnavailable", message: "the store does not answer in time: try again, under the same id or key if a job was posted", retry: storeRetry}},
	{jobs.ErrNoKey, problem{status: http.StatusInternalServerError, code: "keyMissing", message: "what is stored is encrypted with a key that the service does not have: its operator may still have it"}},
	{jobs.ErrDamaged, problem{status: http.StatusInternalServerError, code: "storeDamaged", message: "what is stored is damaged"}},
	{tenants.ErrNotFound, problem{status: http.StatusNotFound, code: "unknownSensitiveType", message: "there is no such sensitive type"}},
	{tenants.ErrChanged, problem{status: http.StatusPreconditionFailed, code: "typeChanged", target: "If-Match", message: "the type has changed since that ETag"}},
	{tenants.ErrTaken, problem{status: http.StatusConflict, code: "typeExists", target: "id", message: "another sensitive type has this id"}},
	{tenants.ErrNamed, problem{status: http.StatusConflict, code: "nameTaken", target: "name", message: "another sensitive type has this name"}},
	{tenants.ErrFull, problem{status: http.StatusConflict, code: "tooManyTypes", message: "there are as many sensitive types of your own as there may be: delete one first"}},
	{tenants.ErrLarge, problem{status: http.StatusConflict, code: "tooManyTypes", message: "your own sensitive types are as large together as they may be: delete one first"}},
	{auth.ErrMissing, problem{status: http.StatusUnauthorized, code: "unauthenticated", message: "the request must say who sends it", challenge: challenge}},
	{auth.ErrUnavailable, problem{status: http.StatusServiceUnavailable, code: "issuerUnavailable", message: "tokens cannot be checked now, since their issuer does not answer: try again", retry: storeRetry}},
}

const (
	storeRetry = 2 * time.Second

	// statusClientClosed is nginx's number for an answer that nobody hears. It
	// is for the log.
	statusClientClosed = 499
)

// A problem is an answer that is not a success.
type problem struct {
	status  int
	code    string // innerError.code
	target  string
	message string        // a full thought in the caller's terms
	retry   time.Duration // Retry-After, 0 for none
	cause   error         // for the log, never for the caller

	challenge string      // WWW-Authenticate, as of RFC 6750
	quota     *jobs.Quota // that is used up; not of requests a second
}

// challenge is what a caller is asked for that said nothing.
const challenge = `Bearer realm="classifyd"`

func (p *problem) Error() string { return p.message }

// explain turns any error into the answer to it.
func explain(err error) *problem {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if e, ok := errors.AsType[*wire.InvalidError](err); ok {
		p := &problem{status: http.StatusBadRequest, code: e.Code, target: e.Target, message: e.Message}
		if e.Code == wire.ContentTooLarge {
			p.status = http.StatusRequestEntityTooLarge
		}
		return p
	}
	if e, ok := errors.AsType[*jobs.InvalidError](err); ok {
		return &problem{status: http.StatusBadRequest, code: wire.InvalidValue, target: e.Target, message: e.Message}
	}
	if e, ok := errors.AsType[*auth.InvalidError](err); ok {
		return &problem{status: http.StatusUnauthorized, code: "invalidCredentials", message: e.Message,
			challenge: challenge + `, error="invalid_token", error_description="` + e.Message + `"`}
	}
	if e, ok := errors.AsType[*jobs.BusyError](err); ok {
		retry := max(e.RetryAfter, time.Second)
		if e.Tenant != nil {
			return &problem{status: http.StatusTooManyRequests, code: "tooManyJobs", message: e.Reason, retry: retry, cause: err, quota: e.Tenant}
		}
		return &problem{status: http.StatusServiceUnavailable, code: "busy", message: e.Reason, retry: retry, cause: err}
	}
	if e, ok := errors.AsType[*jobs.UnfitError](err); ok {
		return &problem{status: http.StatusServiceUnavailable, code: "storeUnfit", message: e.Error(), retry: storeRetry, cause: err}
	}
	for _, a := range answers {
		if errors.Is(err, a.err) {
			p := a.problem
			p.cause = err
			return &p
		}
	}
	return &problem{status: http.StatusInternalServerError, code: "unexpected", message: unexpected, cause: err}
}

// fail answers with err in Graph's error body.
func (a *api) fail(w http.ResponseWriter, r *http.Request, err error) {
	c := callOf(r)
	p := explain(err)
	switch cause := context.Cause(r.Context()); {
	case p.status < 500 || cause == nil:
	case errors.Is(cause, ErrStopping):
		p = explain(fmt.Errorf("%w: %w", cause, err))
	default:
		// What broke did so because the client went away: no fault of ours.
		p = &problem{status: statusClientClosed, code: "clientClosed", message: "the client went away"}
	}
	c.problem = p
	h := w.Header()
	if p.retry > 0 {
		h.Set("Retry-After", strconv.Itoa(seconds(p.retry)))
	}
	if p.quota != nil {
		queued(h, p.quota, p.retry)
	}
	if p.challenge != "" {
		h.Set("WWW-Authenticate", p.challenge)
	}
	a.write(w, r, p.status, plainJSON, errorBody(c, p))
}

func errorBody(c *call, p *problem) wire.ErrorBody {
	return wire.ErrorBody{Error: wire.Error{
		Code:    reason(p.status),
		Message: p.message,
		Target:  p.target,
		InnerError: wire.InnerError{
			Code:            p.code,
			Date:            time.Now().UTC().Format("2006-01-02T15:04:05"),
			RequestID:       c.id,
			ClientRequestID: c.client,
		},
	}}
}

// reason is a status' phrase in camel case: badRequest.
func reason(status int) string {
	phrase := strings.ReplaceAll(http.StatusText(status), " ", "")
	if phrase == "" {
		return "clientClosedRequest"
	}
	return strings.ToLower(phrase[:1]) + phrase[1:]
}

// errNoPath: what is asked for is not there for anybody.
var errNoPath = &problem{status: http.StatusNotFound, code: "unknownPath", message: "there is nothing at this path"}

func badRequest(code, target, message string) error {
	return &problem{status: http.StatusBadRequest, code: code, target: target, message: message}
}
