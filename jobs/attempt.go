package jobs

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"math/rand/v2"
	"runtime/debug"
	"strings"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
)

// An attempt is one run of a job in this process.
type attempt struct {
	w       *worker
	run     run
	task    string    // asynq's id of the delivery
	taken   time.Time // when it was started
	job     *Job
	handler Handler

	requestAt  string // the blob of the request, "" when that came with the claim
	unreadable error  // why what came with the claim could not be read

	activity string // its trace, for the log and an error's activityId

	ctx      context.Context
	cancel   context.CancelCauseFunc
	progress atomic.Int64
}

type attemptKey struct{}

// Progress tells how much of the job that ctx belongs to is done, in percent.
// It travels with the next heartbeat. Outside a run it does nothing.
func Progress(ctx context.Context, percent int) {
	if a, ok := ctx.Value(attemptKey{}).(*attempt); ok {
		a.progress.Store(int64(min(max(percent, 0), 100)))
	}
}

type outcome struct {
	result *Result
	err    error
}

// do runs the handler and settles the record. It returns when the record is
// settled, which is before the handler returned if that ignores its context;
// the slot stays taken until it has.
func (a *attempt) do() {
	started := time.Now()
	q := a.w.q
	traced, span := q.runSpan(a.ctx, a.job, a.w.metricType(a.job.Type))
	ctx, stop := context.WithTimeoutCause(context.WithValue(traced, attemptKey{}, a), a.handler.Limit, ErrTimeout)
	defer stop()
	done := make(chan outcome, 1)
	go func() {
		defer a.w.gate.release()
		done <- a.handle(ctx)
	}()

	var out outcome
	select {
	case out = <-done:
	case <-ctx.Done():
		select {
		case out = <-done:
		case <-time.After(q.opt.Patience):
			q.log.Error("handler ignores its context, its slot is lost until it returns",
				"job", a.run.name, "type", a.job.Type, "cause", context.Cause(ctx))
			out.err = context.Cause(ctx)
			q.met.stuck.Inc()
			go func() { <-done; q.met.stuck.Dec() }() // ends with the handler
		}
	}
	// A handler that was told to stop mostly returns just that.
	if cause := context.Cause(ctx); out.err != nil && cause != nil {
		out.err = cause
	}
	state := a.settle(out)
	a.w.finished(a)
	a.cancel(nil)
	took := time.Since(started)
	endRun(span, state)
	q.met.ended(a.w.metricType(a.job.Type), state, a.job, took, span.SpanContext())
	q.log.Info("run ended", "job", a.run.name, "type", a.job.Type, "attempt", a.job.Attempts, "state", state, "activity", a.activity, "took", took)
}

// handle calls the handler. A panic is an attempt that failed; its value can
// hold content and goes nowhere.
func (a *attempt) handle(ctx context.Context) (out outcome) {
	defer func() {
		if v := recover(); v != nil {
			a.w.q.log.Error("handler panicked", "job", a.run.name, "type", a.job.Type,
				"panic", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
			out = outcome{err: &Error{Code: HandlerFailed, Message: "the handler panicked"}}
		}
	}()
	if a.unreadable != nil {
		a.w.q.log.Warn("content not read", "job", a.run.name, "error", a.unreadable)
		return outcome{err: unread(a.unreadable)}
	}
	if a.requestAt != "" {
		var err error
		if a.job.Request, err = a.w.q.load(ctx, a.run.name, aRequest, a.requestAt); err != nil {
			a.w.q.log.Warn("request not read", "job", a.run.name, "error", err)
			return outcome{err: unread(err)}
		}
	}
	r, err := a.handler.Run(ctx, a.job)
	if failure := a.job.Content.failure(); failure != nil {
		// Whatever the handler made of it: what it was given was not the file.
		a.w.q.log.Warn("content not read", "job", a.run.name, "error", failure)
		return outcome{err: unread(failure)}
	}
	return outcome{r, err}
}

// settle brings what came out of the run into the record and says what that
// was. Until Redis has answered it tries again: the lease may run out
// meanwhile, then the fence decides.
func (a *attempt) settle(out outcome) (state string) {
	q := a.w.q
	switch {
	case errors.Is(out.err, ErrCanceled), errors.Is(out.err, ErrLost):
		return "gone" // the record went on without us
	case errors.Is(out.err, ErrStopping):
		return a.again("handback", 0, "")
	}
	if out.err == nil {
		result, ref, at, err := q.keepResult(a.run.name, out.result)
		if err == nil {
			return a.end(Succeeded, result, ref, at, "")
		}
		q.log.Warn("result not kept", "job", a.run.name, "error", err)
		out = outcome{err: &Error{Code: InternalError, Message: "the result could not be stored", RetryAfter: blobRetry}}
	}
	e, final := explain(out.err)
	e.ActivityID = a.activity
	failure, err := q.sealLine(encodeError(&e), a.run.name, anError)
	if err != nil {
		q.log.Error("error not kept", "job", a.run.name, "error", err)
		failure = encodeError(&Error{Code: InternalError, Message: "what went wrong could not be stored", ActivityID: a.activity})
	}
	if !final && a.job.tries+1 < q.opt.MaxAttempts {
		return a.again("retry", backoff(&e, a.job.tries), failure)
	}
	result, ref, at, err := q.keepResult(a.run.name, out.result)
	if err != nil {
		q.log.Warn("partial result not kept", "job", a.run.name, "error", err)
	}
	return a.end(Failed, result, ref, at, failure)
}

// end settles the record as succeeded or failed, with what keepResult gave.
func (a *attempt) end(as State, result []byte, ref string, at blobAt, failure string) string {
	q := a.w.q
	v := a.persist(settleScript, string(as[:1]), result, failure, micros(q.opt.Retention), ref)
	if v == int64(0) {
		q.discard(context.Background(), at)
	}
	if v != int64(1) {
		return "gone"
	}
	signal(q.dead)
	return string(as)
}

// again has the record wait for its next delivery, and sees to that one if it
// is due at once.
func (a *attempt) again(why string, wait time.Duration, failure string) string {
	q := a.w.q
	v := a.persist(againScript, why, micros(wait), failure, maxLost, micros(q.opt.Retention))
	fence, ok := v.(string)
	if !ok || fence == "" {
		return "gone"
	}
	if wait == 0 {
		ctx, cancel := context.WithTimeout(context.Background(), q.opt.Deadline)
		defer cancel()
		_, _ = q.deliver(ctx, run{a.run.name, fence}) // if not now, then with the next sweep
		return why
	}
	time.AfterFunc(wait, func() { signal(q.nudge) })
	return why
}

// persist runs a script on the record, with our fence first, until Redis has
// answered. A mistake of ours in a script is logged and given up: the lease
// then ends by itself.
func (a *attempt) persist(s *script, args ...any) any {
	v, err := a.w.insist(s, a.run.name, append([]any{a.run.fence}, args...)...)
	if err != nil {
		a.w.q.log.Error("run not settled", "job", a.run.name, "error", err)
	}
	return v
}

// insist runs a script on a record until Redis has answered, or Work waits no
// longer. Replicas that do not hear of it are waited for no longer than a lease:
// should they never, another run will end the job.
func (w *worker) insist(s *script, n name, args ...any) (any, error) {
	start := time.Now()
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		v, err := w.q.eval(context.Background(), s, n, args...)
		if !errors.Is(err, ErrUnavailable) || errors.Is(err, errTooFew) && time.Since(start) > lease {
			return v, err
		}
		select {
		case <-time.After(pause + rand.N(pause)):
		case <-w.over:
			return nil, err
		}
	}
}

// explain turns a handler's error into what the client is told. An error that
// is not an *Error may hold content, so that nothing of it is passed on.
func explain(err error) (e Error, final bool) {
	_, final = errors.AsType[*permanentError](err)
	if errors.Is(err, ErrTimeout) {
		return Error{Code: TimedOut, Message: "the job took longer than its time limit"}, true
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return *e, final
	}
	if errors.Is(err, ErrNoKey) {
		return Error{Code: KeyMissing, Message: "what the job needs is encrypted with a key that the worker does not have", RetryAfter: keyRetry}, final
	}
	return Error{Code: HandlerFailed, Message: "the handler failed"}, final
}

// activityOf is the trace that a job came with, W3C Trace Context's trace-id,
// or a new one.
func activityOf(traceparent string) string {
	if f := strings.Split(traceparent, "-"); len(f) >= 4 && len(f[1]) == 32 {
		return f[1]
	}
	id := uuid.New()
	return hex.EncodeToString(id[:])
}
