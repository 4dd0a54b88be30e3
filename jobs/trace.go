package jobs

import (
	"context"
	"errors"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/propagation"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"
)

const tracerName = "github.com/classifyd/classifyd/jobs"

// A span names the job, its type as metrics do, and what became of it: no
// tenant, and nothing of its content.

// submitSpan begins the span of a submission and has the record carry it on to
// the worker. Where nothing is collected, the producer's own trace goes on.
func (q *Queue) submitSpan(ctx context.Context, sub *Submission) (context.Context, trace.Span) {
	if !q.tracing {
		if sc := trace.SpanContextFromContext(ctx); sc.IsValid() {
			sub.Trace = traceparent(sc)
		}
		return ctx, noop.Span{} // to describe one that goes nowhere costs, too
	}
	if !trace.SpanContextFromContext(ctx).IsValid() {
		ctx = trace.ContextWithRemoteSpanContext(ctx, traced(sub.Trace))
	}
	ctx, span := q.tracer.Start(ctx, "submit", trace.WithSpanKind(trace.SpanKindProducer),
		trace.WithAttributes(attribute.String("classifyd.job.type", q.metricType(sub.Type))))
	if sc := span.SpanContext(); sc.IsValid() {
		sub.Trace = traceparent(sc)
	}
	return ctx, span
}

func endSubmit(span trace.Span, j *Job, created bool, err error) {
	if j != nil && span.IsRecording() {
		span.SetAttributes(attribute.String("classifyd.job.id", string(j.ID)), attribute.Bool("classifyd.job.created", created))
	}
	if errors.Is(err, ErrUnavailable) {
		// Others are the caller's; their words may be the caller's too.
		span.SetStatus(codes.Error, "unavailable")
	}
	span.End()
}

// runSpan begins the span of a run, in the trace that its job came with.
func (q *Queue) runSpan(ctx context.Context, j *Job, jobType string) (context.Context, trace.Span) {
	if j.Trace == "" && !q.tracing {
		return ctx, noop.Span{}
	}
	return q.tracer.Start(trace.ContextWithRemoteSpanContext(ctx, traced(j.Trace)), "run "+jobType,
		trace.WithSpanKind(trace.SpanKindConsumer), trace.WithAttributes(
			attribute.String("classifyd.job.id", string(j.ID)),
			attribute.Int("classifyd.job.attempt", j.Attempts)))
}

func endRun(span trace.Span, state string) {
	if span.IsRecording() {
		span.SetAttributes(attribute.String("classifyd.run.outcome", state))
	}
	if state == string(Failed) || state == "retry" {
		span.SetStatus(codes.Error, state)
	}
	span.End()
}

// traced reads a W3C Trace Context traceparent; what is none is no trace.
func traced(parent string) trace.SpanContext {
	if parent == "" {
		return trace.SpanContext{}
	}
	ctx := propagation.TraceContext{}.Extract(context.Background(), propagation.MapCarrier{"traceparent": parent})
	return trace.SpanContextFromContext(ctx)
}

// traceparent is sc as a record keeps it.
func traceparent(sc trace.SpanContext) string {
	c := propagation.MapCarrier{}
	propagation.TraceContext{}.Inject(trace.ContextWithSpanContext(context.Background(), sc), c)
	return c["traceparent"]
}
