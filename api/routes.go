package api

import (
	"cmp"
	"context"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/gorilla/mux"

	"github.com/classifyd/classifyd/api/wire"
)

// A handler answers a request or returns why it cannot.
type handler func(http.ResponseWriter, *http.Request) error

// A route is one path with what each method does there.
type route struct {
	name    string // in the log
	path    string
	verbs   map[string]handler
	open    bool   // to callers who are not authenticated
	media   string // the media type of its answers, where that is not JSON
	lone    bool   // cannot be part of a batch
	version string // what stands before dataClassification: /beta, /v1.0 or nothing
}

// services are the routes at the root.
func (a *api) services() []route {
	routes := []route{
		{name: "livez", path: "/livez", open: true, verbs: map[string]handler{"GET": a.live}},
		{name: "readyz", path: "/readyz", open: true, verbs: map[string]handler{"GET": a.ready}},
		{name: "openapi", path: "/openapi.yaml", open: true, media: yaml, verbs: map[string]handler{"GET": a.describe(yaml, openAPI)}},
		{name: "queues", path: "/queues", verbs: map[string]handler{"GET": a.queues}},
		{name: "queues.pause", path: "/queues/{lane}/pause", verbs: map[string]handler{"PUT": a.turn(a.queue.Pause), "DELETE": a.turn(a.queue.Resume)}},
	}
	if a.gather != nil {
		routes = append(routes, route{name: "metrics", path: "/metrics", media: plain, verbs: map[string]handler{"GET": a.exposition}})
	}
	if a.parts != nil {
		routes = append(routes, a.pageRoutes()...)
	}
	for _, version := range versions {
		routes = append(routes, route{name: "metadata", path: version + "/$metadata", open: true, media: xml, verbs: map[string]handler{"GET": a.describe(xml, metadata)}})
	}
	return routes
}

// resources are the routes below dataClassification.
func (a *api) resources() []route {
	jobs := collection{api: a, name: "jobs", parse: wire.ParseJob}
	texts := collection{api: a, name: "classifyTextJobs", jobType: wire.ClassifyText, parse: wire.ParseTextJob}
	files := collection{api: a, name: "classifyFileJobs", jobType: wire.ClassifyFile, parse: wire.ParseFileJob, files: true}
	return slices.Concat(
		// Before the job that would have this for its id.
		[]route{
			{name: "jobs.events", path: "/jobs/events", media: eventStream, lone: true, verbs: map[string]handler{"GET": a.events}},
			{name: "jobs.bulk", path: "/jobs/bulk", media: ndjson, lone: true, verbs: map[string]handler{"POST": a.bulk}},
		},
		jobs.routes(),
		texts.routes(),
		files.routes(),
		[]route{
			{name: "classifyText", path: "/classifyText", verbs: map[string]handler{"POST": a.classifyText}},
			{name: "classifyFile", path: "/classifyFile", verbs: map[string]handler{"POST": a.classifyFile}},
			{name: "sensitiveTypes", path: "/sensitiveTypes", verbs: map[string]handler{"GET": a.listTypes, "POST": a.createType}},
			{name: "sensitiveTypes.test", path: "/sensitiveTypes/test", verbs: map[string]handler{"POST": a.testType}}, // before the type
			{name: "sensitiveType", path: "/sensitiveTypes/{id}", verbs: map[string]handler{"GET": a.getType, "PATCH": a.changeType, "DELETE": a.deleteType}},
		},
	)
}

func (c collection) routes() []route {
	base := "/" + c.name
	return []route{
		{name: c.name, path: base, verbs: map[string]handler{"GET": c.list, "POST": c.create}},
		{name: c.name + ".ref", path: base + "/$ref", verbs: map[string]handler{"POST": c.createReference}},
		{name: c.name + ".count", path: base + "/$count", media: plain, verbs: map[string]handler{"GET": c.count}},
		{name: c.name + ".job", path: base + "/{id}", verbs: map[string]handler{"GET": c.get, "PATCH": c.patch, "DELETE": c.delete}},
		{name: c.name + ".job.events", path: base + "/{id}/events", media: eventStream, lone: true, verbs: map[string]handler{"GET": c.follow}},
		{name: c.name + ".cancel", path: base + "/{id}/cancel", verbs: map[string]handler{"POST": c.cancel}},
	}
}

// router serves every route under each of Graph's versions and without one.
// The router finds the path and the route the method, because mux can neither
// say which methods a path has nor run anything where a method does not match.
func (a *api) router() *mux.Router {
	root := mux.NewRouter().SkipClean(true).UseEncodedPath()
	root.NotFoundHandler = a.serve(route{name: "none"})
	for _, version := range versions {
		sub := root.PathPrefix(version + service).Subrouter()
		for _, rt := range a.resources() {
			rt.version = version
			sub.Handle(rt.path, a.serve(rt)).Name(version + rt.name)
		}
		batch := route{name: "batch", path: version + "/$batch", version: version, lone: true, verbs: map[string]handler{"POST": a.batch}}
		root.Handle(batch.path, a.serve(batch)).Name(version + batch.name)
	}
	// Routes are tried one by one, and these are asked for least.
	for _, rt := range a.services() {
		root.Handle(rt.path, a.serve(rt)).Name(rt.name)
	}
	return root
}

// service is what all resources hang from, under any of the versions.
const service = "/dataClassification"

var versions = []string{"/beta", "/v1.0", ""}

// serve lets a request in and hands it to the method's handler.
func (a *api) serve(rt route) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := callOf(r)
		c.route, c.version, c.open = rt.name, rt.version, rt.open
		if err := a.enter(w, r, rt); err != nil {
			a.fail(w, r, err)
		}
	})
}

func (a *api) enter(w http.ResponseWriter, r *http.Request, rt route) error {
	c := callOf(r)
	known := a.authenticate != nil && !rt.open
	if known {
		var err error
		if c.Caller, err = a.authenticate(r); err != nil {
			return err
		}
		if a.limit != nil {
			if err := a.limited(w, r); err != nil {
				return err
			}
		}
	}
	if rt.verbs == nil {
		return errNoPath
	}
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	handle, ok := rt.verbs[method]
	switch {
	case r.Method == http.MethodOptions:
		w.Header().Set("Allow", rt.allow())
		w.WriteHeader(http.StatusNoContent)
		return nil
	case !ok:
		w.Header().Set("Allow", rt.allow())
		return &problem{status: http.StatusMethodNotAllowed, code: "unsupportedMethod", message: "this path takes " + rt.allow()}
	case known && !c.May(needs(rt.name, method)...):
		return lacking(needs(rt.name, method))
	case c.batched() && rt.lone:
		return badRequest("notInBatch", "url", "neither a batch nor a stream can be part of a batch")
	}
	if c.metadata, ok = negotiate(r.Header, rt.media); !ok {
		return &problem{status: http.StatusNotAcceptable, target: "Accept", code: "unsupportedAccept",
			message: "answers are " + cmp.Or(rt.media, plainJSON) + ", those of OData with odata.metadata none, minimal or full"}
	}
	c.prefer = parsePrefer(r.Header)
	if c.batched() {
		c.prefer.wait = min(c.prefer.wait, max(0, time.Until(c.until).Truncate(time.Second)))
	}
	return handle(w, r)
}

// within is how long the queue may take over one request. It starts after the
// body is read, for which the client has its own time, and ends before a wait.
func (a *api) within(r *http.Request) (context.Context, context.CancelFunc) {
	return context.WithTimeout(r.Context(), a.deadline)
}

// allow lists the methods of a path.
func (rt route) allow() string {
	methods := slices.Collect(maps.Keys(rt.verbs))
	if rt.verbs[http.MethodGet] != nil {
		methods = append(methods, http.MethodHead)
	}
	return strings.Join(slices.Sorted(slices.Values(append(methods, http.MethodOptions))), ", ")
}

var (
	keyForm   = regexp.MustCompile(`/(\w+)\('([^'/$]+)'\)`)
	unescaper = strings.NewReplacer("%24", "$", "%27", "'", "%28", "(", "%29", ")")
)

// canonical brings OData's many spellings of one path into the one that the
// routes know: /jobs('x') and /jobs/x, microsoft.graph.cancel and cancel, and
// characters that some clients escape and others do not.
func canonical(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.RawPath == "" && !strings.ContainsAny(r.URL.Path, "%$'()") && !strings.Contains(r.URL.Path, "/microsoft.graph.") {
			next.ServeHTTP(w, r) // as nearly all are spelt
			return
		}
		u := *r.URL
		raw := unescaper.Replace(u.EscapedPath())
		raw = strings.ReplaceAll(raw, "/microsoft.graph.", "/")
		raw = keyForm.ReplaceAllString(raw, "/$1/$2")
		path, err := url.PathUnescape(raw)
		if err != nil {
			path, raw = u.Path, u.RawPath
		}
		u.Path, u.RawPath = path, raw
		r = r.WithContext(r.Context()) // a copy: the server keeps its own
		r.URL = &u
		next.ServeHTTP(w, r)
	})
}
