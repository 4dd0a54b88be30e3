package api

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"regexp"
	"runtime/debug"
	"time"

	"github.com/google/uuid"
	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/classifyd/classifyd/api/auth"
)

// A call is what is known of a request while it is served.
type call struct {
	auth.Caller
	id      string // request-id
	client  string // client-request-id, "" when there is none fit to repeat
	route   string
	version string   // what stood before dataClassification in the path
	prefer  prefer   // what the client would like
	problem *problem // what went wrong
	stream  bool     // its answer is a stream
	open    bool     // its route is open to all
	target  string   // the id of what it is about
	held    bool     // its answer was held back as asked
	span    trace.SpanContext
	until   time.Time // of a batch's requests: until when they may wait

	metadata string // how much OData control information the client wants
}

// batched reports whether the request is part of a batch.
func (c *call) batched() bool { return !c.until.IsZero() }

type callKey struct{}

func callOf(r *http.Request) *call { return r.Context().Value(callKey{}).(*call) }

// clientID is what a client-request-id has to be so that it is repeated in a
// header and kept with a job. It is a GUID where Graph's own clients send it.
var clientID = regexp.MustCompile(`^[A-Za-z0-9._:{}-]{1,128}$`)

// Headers of every call, spelt as net/http keeps them: it would allocate to
// bring another spelling into this one.
const (
	requestID       = "Request-Id"
	clientRequestID = "Client-Request-Id"
	odataVersion    = "Odata-Version"
	traceParent     = "Traceparent"
)

// common are the headers of every answer. Their values are shared by all, so
// that each costs no allocation: what is put in their place is another slice.
var common = [...]struct {
	name  string
	value [1]string
}{
	{odataVersion, [1]string{"4.0"}},
	{"Cache-Control", [1]string{"no-store"}}, // results quote what is sensitive
	{"X-Content-Type-Options", [1]string{"nosniff"}},
	{"Content-Security-Policy", [1]string{"default-src 'none'; frame-ancestors 'none'"}}, // no answer is a page
	{"Referrer-Policy", [1]string{"no-referrer"}},
}

// observe gives each request its id and its line in the log, and survives a
// handler's panic. It stands before the router, so that nothing escapes it.
func (a *api) observe(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		c := &call{Caller: auth.Caller{Tenant: DefaultTenant}, id: uuid.NewString()}
		if id := r.Header.Get(clientRequestID); id != "" && clientID.MatchString(id) {
			c.client = id
		}
		c.until, _ = r.Context().Value(batchKey{}).(time.Time)
		ctx, span := a.begin(r)
		c.span = span.SpanContext()
		r = r.WithContext(context.WithValue(ctx, callKey{}, c))

		h := w.Header()
		h.Set(requestID, c.id)
		if c.client != "" {
			h.Set(clientRequestID, c.client)
		}
		for i := range common {
			h[common[i].name] = common[i].value[:1:1]
		}
		if a.secure(r) {
			h.Set("Strict-Transport-Security", "max-age=31536000")
		}

		if len(r.TransferEncoding) > 0 && r.ProtoMajor == 1 {
			// There may have been a Content-Length too, which net/http does not tell. A
			// proxy that went by it takes the rest for another request, so that RFC
			// 9112, section 6.1, demands an end.
			h.Set("Connection", "close")
		}

		rec := &recorder{ResponseWriter: w}
		defer func() {
			took := time.Since(start)
			a.met.answered(r.Method, c, rec.status, took)
			a.logCall(r, c, rec, took)
			end(span, r.Method, c, rec.status)
			a.auditCall(r, c, rec.status)
		}()
		defer a.recover(rec, r)
		next.ServeHTTP(rec, r)
	})
}

// begin starts the span of a request in its producer's trace, or in that of
// the batch that it is part of.
func (a *api) begin(r *http.Request) (context.Context, trace.Span) {
	ctx := r.Context()
	if !a.tracing && r.Header[traceParent] == nil {
		return ctx, noop.Span{}
	}
	if !trace.SpanContextFromContext(ctx).IsValid() {
		ctx = propagation.TraceContext{}.Extract(ctx, propagation.HeaderCarrier(r.Header))
	}
	return a.tracer.Start(ctx, "request", trace.WithSpanKind(trace.SpanKindServer))
}

// end names a span as metrics name the request, since paths are the client's.
func end(span trace.Span, method string, c *call, status int) {
	if span.IsRecording() {
		method, route := labels(method, c)
		span.SetName(method + " " + route)
		span.SetAttributes(attribute.String("http.request.method", method), attribute.String("http.route", route),
			attribute.Int("http.response.status_code", status), attribute.String("classifyd.request.id", c.id))
		if status >= 500 {
			span.SetStatus(codes.Error, http.StatusText(status))
		}
	}
	span.End()
}

// recover answers for a handler that panicked. The panic's value may quote
// content, so only its type is told.
func (a *api) recover(w *recorder, r *http.Request) {
	v := recover()
	if v == nil {
		return
	}
	if v == http.ErrAbortHandler {
		panic(v)
	}
	a.log.Error("handler panicked", "request", callOf(r).id, "type", fmt.Sprintf("%T", v), "stack", string(debug.Stack()))
	if w.status == 0 {
		a.fail(w, r, &problem{status: http.StatusInternalServerError, code: "panic", message: unexpected})
	}
}

func (a *api) logCall(r *http.Request, c *call, w *recorder, took time.Duration) {
	attrs := []slog.Attr{
		slog.String("method", r.Method),
		slog.String("route", c.route),
		slog.Int("status", w.status),
		slog.Int64("bytes", w.bytes),
		slog.Duration("took", took),
		slog.String("request", c.id),
		slog.String("tenant", string(c.Tenant)),
	}
	if c.client != "" {
		attrs = append(attrs, slog.String("client", c.client))
	}
	level := slog.LevelInfo
	if p := c.problem; p != nil {
		attrs = append(attrs, slog.String("code", p.code))
		if p.status >= 500 {
			level = slog.LevelError
			if p.status == http.StatusServiceUnavailable {
				level = slog.LevelWarn // full or without its store, as the caller was told
			}
			if p.cause != nil {
				attrs = append(attrs, slog.String("error", p.cause.Error()))
			}
		}
	}
	a.log.LogAttrs(r.Context(), level, "request", attrs...)
}

// A recorder notes what was answered.
type recorder struct {
	http.ResponseWriter
	status int // 0 until the answer began
	bytes  int64
}

func (w *recorder) WriteHeader(status int) {
	if w.status == 0 {
		w.status = status
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *recorder) Write(p []byte) (int, error) {
	if w.status == 0 {
		w.status = http.StatusOK
	}
	n, err := w.ResponseWriter.Write(p)
	w.bytes += int64(n)
	return n, err
}

// Unwrap lets http.ResponseController reach the connection.
func (w *recorder) Unwrap() http.ResponseWriter { return w.ResponseWriter }
