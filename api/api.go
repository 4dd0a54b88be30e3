// Package api is the HTTP face of the service: Microsoft Graph's beta
// dataClassification jobs, over jobs.Queue.
//
// A request walks through one door: it gets an id, is authenticated, routed
// and given a deadline; a handler reads it, calls the queue once and writes
// the answer. Whatever goes wrong becomes an error that one table turns into
// Graph's error body, also where no route matches and where a handler panics.
// One line in the log tells of each request, never of what was submitted.
//
// Bad input is a 4xx that names the property and changes nothing. When Redis is
// away or full the answer is a quick 503 with Retry-After.
package api

import (
	"cmp"
	"context"
	"encoding/json"
	"log/slog"
	"net/http"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"
	"go.opentelemetry.io/otel/trace/noop"

	"github.com/classifyd/classifyd/api/audit"
	"github.com/classifyd/classifyd/api/auth"
	"github.com/classifyd/classifyd/api/dashboard"
	"github.com/classifyd/classifyd/api/limit"
	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/tenants"
)

// Options say what an API serves. Queue is required; the zero value of
// everything else works.
type Options struct {
	Queue     *jobs.Queue
	Catalogue Catalogue      // none: a service without sensitive types
	Tenants   *tenants.Store // of their own sensitive types; none: nobody has any, and none can be made
	Log       *slog.Logger   // none: silent

	// Metrics, if set, takes the metrics of this one API. Gather, if set, is
	// what /metrics tells; without it there is no such path.
	Metrics prometheus.Registerer
	Gather  prometheus.Gatherer

	// Traces, if set, takes a span for each request.
	Traces trace.TracerProvider

	// Ready says why no jobs should be posted now, for /readyz. None: it asks
	// whether the store answers.
	Ready func(context.Context) error

	// Authenticate says who calls. None: everyone is DefaultTenant and may do
	// everything.
	Authenticate auth.Authenticator

	// Limit, if set, says how many requests the callers may send that
	// Authenticate lets in.
	Limit *limit.Limiter

	// Audit, if set, is told who did what.
	Audit *audit.Log

	MaxText        int           // bytes of text in a job, 1 MiB
	MaxFile        int64         // bytes of a file in a job, 64 MiB; in JSON 16 MiB at most
	MaxLooks       int           // jobs that one page of a listing looks at whose $filter no index serves, 10,000
	Deadline       time.Duration // for an answer from the queue, 2 s; waiting as asked comes on top
	TrustForwarded bool          // build links from X-Forwarded-Proto and X-Forwarded-Host
	Origins        []string      // of web pages that may call, as browsers send them; "*" is all
	NoPage         bool          // leave out the page for people at /

	SignIn dashboard.SignIn // how people sign in at the page, besides API keys
}

const (
	defaultMaxText  = 1 << 20
	defaultMaxFile  = 64 << 20
	maxJSONFile     = 16 << 20 // it is held in memory, twice
	defaultMaxLooks = 10_000
	defaultDeadline = 2 * time.Second
)

// A Catalogue knows the sensitive types that the workers look for for everyone,
// and what they make of a definition of others.
type Catalogue interface {
	// List returns all built-in types, always in the same order.
	List() []wire.SensitiveType

	// Lookup finds the built-in type with a GUID in lower case.
	Lookup(id string) (wire.SensitiveType, bool)

	// Check says what of a tenant's own type cannot stand, in a
	// *wire.InvalidError.
	Check(wire.SensitiveType) error

	// Try is what a type that Check takes alone finds in a text, as JSON.
	Try(context.Context, wire.SensitiveType, string) (json.RawMessage, error)
}

// DefaultTenant owns every job while authentication is off.
const DefaultTenant jobs.Tenant = "00000000-0000-0000-0000-000000000000"

type api struct {
	queue          *jobs.Queue
	isReady        func(context.Context) error
	catalogue      Catalogue
	tenants        *tenants.Store // nil: nobody has types of their own
	log            *slog.Logger
	met            *metrics
	tracer         trace.Tracer
	tracing        bool                // spans go somewhere
	gather         prometheus.Gatherer // nil without /metrics
	authenticate   auth.Authenticator  // nil while authentication is off
	limit          *limit.Limiter      // nil without limits
	audit          *audit.Log          // nil when nobody wants to know
	most           wire.Limits
	maxFile        int64
	maxLooks       int
	deadline       time.Duration
	trustForwarded bool
	origins        []string
	parts          map[string]dashboard.File // of the page for people; nil without one
	policy         string                    // Content-Security-Policy of the page
	door           http.Handler              // through which every request comes, also those of a batch
}

// New returns the API's handler. It is ready at once and holds nothing that
// needs closing.
func New(o Options) http.Handler {
	a := &api{
		queue:          o.Queue,
		catalogue:      o.Catalogue,
		tenants:        o.Tenants,
		log:            cmp.Or(o.Log, slog.New(slog.DiscardHandler)),
		met:            newMetrics(o.Metrics),
		authenticate:   o.Authenticate,
		most:           wire.Limits{Text: cmp.Or(o.MaxText, defaultMaxText)},
		maxFile:        cmp.Or(o.MaxFile, defaultMaxFile),
		maxLooks:       cmp.Or(o.MaxLooks, defaultMaxLooks),
		deadline:       cmp.Or(o.Deadline, defaultDeadline),
		trustForwarded: o.TrustForwarded,
		origins:        o.Origins,
		gather:         o.Gather,
		limit:          o.Limit,
		audit:          o.Audit,
	}
	a.tracing = o.Traces != nil
	a.most.File = int(min(a.maxFile, maxJSONFile))
	if o.Traces == nil {
		o.Traces = noop.NewTracerProvider()
	}
	a.tracer = o.Traces.Tracer("github.com/classifyd/classifyd/api")
	if a.catalogue == nil {
		a.catalogue = noTypes{}
	}
	if !o.NoPage {
		a.parts = dashboard.Files(o.SignIn)
		a.policy = o.SignIn.Policy()
	}
	if a.isReady = o.Ready; a.isReady == nil {
		a.isReady = a.queue.Ping
	}
	a.door = a.observe(a.share(canonical(a.router())))
	return a.door
}

type noTypes struct{}

func (noTypes) List() []wire.SensitiveType                   { return nil }
func (noTypes) Lookup(string) (_ wire.SensitiveType, _ bool) { return }
func (noTypes) Check(wire.SensitiveType) error               { return errNoOwnTypes }
func (noTypes) Try(context.Context, wire.SensitiveType, string) (json.RawMessage, error) {
	return nil, errNoOwnTypes
}
