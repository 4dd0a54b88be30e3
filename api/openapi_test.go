package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/api"
)

//go:embed openapi.yaml
var document []byte

// A contract is the OpenAPI document, ready to judge what goes over the wire.
type contract struct {
	doc   *openapi3.T
	find  api.Router
	paths map[string]*openapi3.PathItem // by the whole path, version included

	// nowhere is what any path answers to a method that it does not have, or
	// where there is no path.
	nowhere *openapi3.Operation
}

var theContract = sync.OnceValues(loadContract)

func loadContract() (*contract, error) {
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		return nil, err
	}
	c := &contract{doc: doc, find: api.NewRouter(), paths: map[string]*openapi3.PathItem{}}
	for path, item := range doc.Paths.Map() {
		servers := doc.Servers
		if len(item.Servers) > 0 {
			servers = item.Servers
		}
		for _, s := range servers {
			c.paths[strings.TrimSuffix(s.URL, "/")+path] = item
		}
	}
	answers := doc.Components.Responses
	c.nowhere = &openapi3.Operation{Responses: openapi3.NewResponses(
		openapi3.WithStatus(401, answers["unauthorized"]),
		openapi3.WithStatus(429, answers["tooManyRequests"]),
		openapi3.WithStatus(404, answers["notFound"]),
		openapi3.WithStatus(405, answers["methodNotAllowed"]),
	)}
	// For clients an answer may get new properties, here each must be described.
	for name, s := range doc.Components.Schemas {
		if len(s.Value.Properties) > 0 && s.Value.AdditionalProperties.Has == nil && !strings.HasSuffix(name, "Request") {
			s.Value.AdditionalProperties.Has = new(false)
		}
	}
	return c, nil
}

func readContract(t testing.TB) *contract {
	t.Helper()
	c, err := theContract()
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// exchange is what the validator wants to know of a request.
func (c *contract) exchange(r *http.Request) *openapi3filter.RequestValidationInput {
	method := r.Method
	if method == http.MethodHead {
		method = http.MethodGet
	}
	path, vars := c.find(r)
	op := c.nowhere
	item := c.paths[path]
	if item != nil && item.GetOperation(method) != nil {
		op = item.GetOperation(method)
	}
	return &openapi3filter.RequestValidationInput{
		Request:    r,
		PathParams: vars,
		Route:      &routers.Route{Spec: c.doc, PathItem: item, Method: method, Operation: op},
		Options: &openapi3filter.Options{
			IncludeResponseStatus: true,
			AuthenticationFunc:    openapi3filter.NoopAuthenticationFunc,
		},
	}
}

// checkAnswer fails the test when the document does not have a as an answer to r.
func (c *contract) checkAnswer(t testing.TB, r *http.Request, a answer) {
	t.Helper()
	switch {
	case r.Context().Err() != nil: // nobody hears the answer
		return
	case r.Method == http.MethodOptions:
		preflight := a.Header.Get("Access-Control-Allow-Methods") != ""
		if a.StatusCode == http.StatusNoContent && a.Header.Get("Allow") == "" && !preflight {
			t.Errorf("OPTIONS %s: no Allow", r.URL)
		}
		return
	}
	in := c.exchange(r)
	header, body := a.Header, a.body
	if header.Get("Content-Encoding") == "gzip" {
		header, body = header.Clone(), unpack(t, body)
		header.Del("Content-Encoding")
	}
	if media := header.Get("Content-Type"); a.StatusCode == http.StatusOK && (media == "application/x-ndjson" || media == "text/event-stream") {
		in.Options.ExcludeResponseBody = true
		c.checkLines(t, in.Route.Operation, media, body)
	}
	if media, _, _ := strings.Cut(header.Get("Content-Type"), ";"); slices.Contains(pageMedia, media) && a.StatusCode == http.StatusOK {
		in.Options.ExcludeResponseBody = true // of which the document says no more than its type
		if in.Route.Operation.Responses.Status(a.StatusCode).Value.Content.Get(media) == nil {
			t.Errorf("the OpenAPI document has no %s here", media)
		}
	}
	err := openapi3filter.ValidateResponse(context.WithoutCancel(r.Context()), &openapi3filter.ResponseValidationInput{
		RequestValidationInput: in,
		Status:                 a.StatusCode,
		Header:                 header,
		Body:                   io.NopCloser(strings.NewReader(body)),
		Options:                in.Options,
	})
	if err != nil {
		t.Errorf("%s %.200s: the OpenAPI document has no such answer: %d %.500s: %v", r.Method, r.URL, a.StatusCode, a.body, err)
	}
	known := in.Route.Operation.Responses.Status(a.StatusCode)
	if known == nil {
		return
	}
	for name := range header {
		if !described(known.Value.Headers, name) {
			t.Errorf("%s %.200s: the OpenAPI document has no header %s at %d", r.Method, r.URL, name, a.StatusCode)
		}
	}
}

// pageMedia are the types of the files of the page for people.
var pageMedia = []string{"text/html", "text/css", "text/javascript", "image/svg+xml"}

// checkLines does the same for an answer of many parts, each a line.
func (c *contract) checkLines(t testing.TB, op *openapi3.Operation, media, body string) {
	t.Helper()
	known := op.Responses.Status(http.StatusOK)
	if known == nil || known.Value.Content.Get(media) == nil {
		t.Errorf("the OpenAPI document has no %s here", media)
		return
	}
	schema := known.Value.Content.Get(media).Schema.Value
	for line := range strings.Lines(body) {
		if media == "text/event-stream" {
			var data bool
			if line, data = strings.CutPrefix(line, "data: "); !data {
				continue
			}
		}
		var v any
		if err := json.Unmarshal([]byte(line), &v); err != nil {
			t.Errorf("%.300q: %v", line, err)
			continue
		}
		if err := schema.VisitJSON(v, openapi3.EnableJSONSchema2020(), openapi3.VisitAsResponse()); err != nil {
			t.Errorf("the OpenAPI document has no such line: %.300s: %v", line, err)
		}
	}
}

// described reports whether a header is in the document, or one of those that
// HTTP has everywhere.
func described(known openapi3.Headers, name string) bool {
	for k := range known {
		if strings.EqualFold(k, name) {
			return true
		}
	}
	return slices.Contains([]string{"Access-Control-Allow-Origin", "Access-Control-Expose-Headers", "Cache-Control", "Content-Security-Policy", "Ratelimit", "Ratelimit-Policy", "Referrer-Policy", "Strict-Transport-Security", "Content-Encoding", "Content-Length", "Content-Type", "Vary", "X-Content-Type-Options"}, name)
}

// checkRequest fails the test when a request that the service has taken is
// none that the document describes.
func (c *contract) checkRequest(t testing.TB, r *http.Request, body []byte) {
	t.Helper()
	if r.Method == http.MethodOptions {
		return
	}
	r = r.Clone(context.WithoutCancel(r.Context()))
	lines := r.Header.Get("Content-Type") == "application/x-ndjson" // each stands alone
	if r.Header.Get("Content-Encoding") != "" && !lines {
		// The service takes a plain body with this header, too.
		if bytes.HasPrefix(body, []byte("\x1f\x8b")) {
			body = []byte(unpack(t, string(body)))
		}
		r.Header.Del("Content-Encoding")
	}
	if r.Header.Get("Content-Type") == "" {
		r.Header.Set("Content-Type", "application/json")
	}
	r.Body = io.NopCloser(bytes.NewReader(body))
	r.ContentLength = int64(len(body))
	in := c.exchange(r)
	in.Options.ExcludeRequestBody = lines
	if err := openapi3filter.ValidateRequest(r.Context(), in); err != nil {
		t.Errorf("%s %.200s %.200s: taken, but not as the OpenAPI document has it: %v", r.Method, r.URL, body, err)
	}
}

func unpack(t testing.TB, s string) string {
	t.Helper()
	z, err := gzip.NewReader(strings.NewReader(s))
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(z)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestOpenAPIDocumentIsValid(t *testing.T) {
	doc, err := openapi3.NewLoader().LoadFromData(document)
	if err != nil {
		t.Fatal(err)
	}
	if err := doc.Validate(t.Context(), openapi3.EnableExamplesValidation(), openapi3.EnableSchemaFormatValidation()); err != nil {
		t.Error(err)
	}
	if !doc.IsOpenAPI31OrLater() {
		t.Errorf("the document is OpenAPI %s", doc.OpenAPI)
	}
}

func TestOpenAPIDocumentIsServed(t *testing.T) {
	s := start(t, withTenants)
	a := s.want(200, "GET", "/openapi.yaml", "")
	if a.body != string(document) || a.Header.Get("Content-Type") != "application/yaml" {
		t.Errorf("%s of %d bytes", a.Header.Get("Content-Type"), len(a.body))
	}
	s.want(200, "GET", "/openapi.yaml", "", "Accept: application/yaml", "Accept-Encoding: gzip")
	s.want(406, "GET", "/openapi.yaml", "", "Accept: text/html")
}

func TestOpenAPIHasEveryRouteAndNoOther(t *testing.T) {
	s := start(t)
	served := map[string][]string{}
	for _, path := range api.Paths() {
		target := strings.ReplaceAll(path, "{id}", anID)
		allow := s.want(204, "OPTIONS", target, "").Header.Get("Allow")
		for method := range strings.SplitSeq(allow, ", ") {
			if method != http.MethodHead && method != http.MethodOptions {
				served[path] = append(served[path], method)
			}
		}
	}
	documented := map[string][]string{}
	for path, item := range readContract(t).paths {
		for method := range item.Operations() {
			documented[path] = append(documented[path], method)
		}
		slices.Sort(documented[path])
	}
	if diff := cmp.Diff(served, documented); diff != "" {
		t.Errorf("-served +documented\n%s", diff)
	}
}

func TestOpenAPIUsesAllItsParts(t *testing.T) {
	for _, kind := range []struct {
		name  string
		parts []string
	}{
		{"parameters", partNames(readContract(t).doc.Components.Parameters)},
		{"headers", partNames(readContract(t).doc.Components.Headers)},
		{"requestBodies", partNames(readContract(t).doc.Components.RequestBodies)},
		{"responses", partNames(readContract(t).doc.Components.Responses)},
		{"schemas", partNames(readContract(t).doc.Components.Schemas)},
		{"examples", partNames(readContract(t).doc.Components.Examples)},
	} {
		for _, part := range kind.parts {
			ref := `"#/components/` + kind.name + "/" + part + `"`
			if !bytes.Contains(document, []byte(ref)) && part != "methodNotAllowed" {
				t.Errorf("nothing refers to %s", ref)
			}
		}
	}
}

func partNames[M ~map[string]V, V any](m M) []string {
	var out []string
	for name := range m {
		out = append(out, name)
	}
	slices.Sort(out)
	return out
}

// failures counts what a check complains about.
type failures struct {
	testing.TB
	n int
}

func (f *failures) Helper()               {}
func (f *failures) Errorf(string, ...any) { f.n++ }

func TestDifferenceFromTheDocumentIsNoticed(t *testing.T) {
	c := readContract(t)
	header := func(extra ...string) http.Header {
		h := http.Header{"Content-Type": {"application/json"}, "Request-Id": {anID}, "Odata-Version": {"4.0"}, "Etag": {`W/"1.1"`}}
		for _, name := range extra {
			h.Set(name, "x")
		}
		return h
	}
	const job = `{"@odata.type":"#microsoft.graph.jobResponseBase","id":"` + anID + `","type":"a","status":"running","progress":0,"attempts":1`
	for _, tt := range []struct {
		name   string
		status int
		header http.Header
		body   string
		ok     bool
	}{
		{"as described", 200, header(), job + `}`, true},
		{"another status", 201, header(), job + `}`, false},
		{"another header", 200, header("X-New"), job + `}`, false},
		{"no header", 200, http.Header{"Content-Type": {"application/json"}}, job + `}`, false},
		{"another media type", 200, http.Header{"Content-Type": {"text/html"}, "Request-Id": {anID}, "Odata-Version": {"4.0"}, "Etag": {`W/"1.1"`}}, job + `}`, false},
		{"another property", 200, header(), job + `,"new":1}`, false},
		{"another type", 200, header(), job + `,"tenantId":1}`, false},
		{"null", 200, header(), job + `,"error":null}`, false},
		{"another property below", 200, header(), job + `,"error":{"code":"expired","message":"","new":1}}`, false},
		{"another error code", 200, header(), job + `,"error":{"code":"new","message":""}}`, false},
		{"some properties", 200, header(), `{"id":"` + anID + `"}`, true},
		{"full metadata", 200, header(), job + `,"@odata.id":"http://x/y","endDateTime@odata.type":"#DateTimeOffset"}`, true},
		{"a result of another type's", 200, header(), job + `,"result":[1]}`, true},
		{"a result that is none", 200, header(), strings.Replace(job, `"a"`, `"classifyText"`, 1) + `,"result":{}}`, false},
	} {
		var notes failures
		r, err := http.NewRequest("GET", jobsPath+"/"+anID, nil)
		if err != nil {
			t.Fatal(err)
		}
		c.checkAnswer(&notes, r, answer{&http.Response{StatusCode: tt.status, Header: tt.header}, tt.body})
		if ok := notes.n == 0; ok != tt.ok {
			t.Errorf("%s: ok is %t, want %t", tt.name, ok, tt.ok)
		}
	}
	for _, tt := range []struct {
		name, media, body string
		ok                bool
	}{
		{"job", "text/event-stream", "id: 1\ndata: " + job + "}\n\n", true},
		{"deleted", "text/event-stream", "event: deleted\ndata: {\"id\":\"" + anID + "\",\"@removed\":{\"reason\":\"deleted\"}}\n\n", true},
		{"another property", "text/event-stream", "data: " + job + ",\"new\":1}\n\n", false},
		{"lines", "application/x-ndjson", job + "}\n", false},
	} {
		var notes failures
		r, err := http.NewRequest("GET", jobsPath+"/"+anID+"/events", nil)
		if err != nil {
			t.Fatal(err)
		}
		h := header()
		h.Del("ETag")
		h.Set("Content-Type", tt.media)
		c.checkAnswer(&notes, r, answer{&http.Response{StatusCode: 200, Header: h}, tt.body})
		if ok := notes.n == 0; ok != tt.ok {
			t.Errorf("%s: ok is %t, want %t", tt.name, ok, tt.ok)
		}
	}
	for _, tt := range []struct {
		name, path, body string
		ok               bool
	}{
		{"as described", jobsPath, textJob, true},
		{"misspelt option", jobsPath, `{"type":"classifyText","request":{"text":"x","txt":1}}`, false},
		{"annotation", textPath, `{"text":"x","@odata.type":"#microsoft.graph.textClassificationRequest"}`, true},
		{"no type", jobsPath, `{}`, false},
		{"null", jobsPath, `{"type":"a","request":null,"priority":null}`, true},
		{"text among the jobs of texts", "/beta/dataClassification/classifyTextJobs", textBody, true},
		{"job among the jobs of texts", "/beta/dataClassification/classifyTextJobs", `{"request":` + textBody + `}`, true},
		{"bad job among the jobs of texts", "/beta/dataClassification/classifyTextJobs", `{"request":{}}`, false},
	} {
		var notes failures
		r, err := http.NewRequest("POST", tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		c.checkRequest(&notes, r, []byte(tt.body))
		if ok := notes.n == 0; ok != tt.ok {
			t.Errorf("%s: ok is %t, want %t", tt.name, ok, tt.ok)
		}
	}
}
