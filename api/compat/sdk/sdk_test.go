// Package sdk points the core of Microsoft's SDK of Graph for Go at a service
// whose addresses stand in the environment. It is a module of its own, so that
// the SDK is no dependency of classifyd, and the tests of api/compat run it.
package sdk

import (
	"errors"
	"net/http"
	"os"
	"slices"
	"testing"
	"time"

	"github.com/google/uuid"
	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/authentication"
	"github.com/microsoft/kiota-abstractions-go/serialization"
	kiotajson "github.com/microsoft/kiota-serialization-json-go"
	kiotatext "github.com/microsoft/kiota-serialization-text-go"
	graph "github.com/microsoftgraph/msgraph-sdk-go-core"
)

const (
	jobsPath = "/dataClassification/jobs"
	jobPath  = jobsPath + "/{id}"

	text = "Visa card 4111 1111 1111 1111, expires 12/29"
)

var errorMappings = kiota.ErrorMappings{"4XX": newODataError, "5XX": newODataError}

func TestMain(m *testing.M) {
	kiota.RegisterDefaultSerializer(func() serialization.SerializationWriterFactory { return kiotajson.NewJsonSerializationWriterFactory() })
	kiota.RegisterDefaultDeserializer(func() serialization.ParseNodeFactory { return kiotajson.NewJsonParseNodeFactory() })
	kiota.RegisterDefaultDeserializer(func() serialization.ParseNodeFactory { return kiotatext.NewTextParseNodeFactory() })
	if err := graph.RegisterError(graph.BatchRequestErrorRegistryKey, errorMappings); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// A client is one of the SDK's, for the service whose address an environment
// variable holds.
type client struct {
	*testing.T
	*graph.GraphRequestAdapterBase
}

func connect(t *testing.T, variable string) client {
	t.Helper()
	address := os.Getenv(variable)
	if address == "" {
		if os.Getenv("CI") == "true" {
			t.Fatalf("$%s names no service", variable)
		}
		t.Skipf("$%s names no service: the tests of api/compat start one", variable)
	}
	adapter, err := graph.NewGraphRequestAdapterBase(&authentication.AnonymousAuthenticationProvider{},
		graph.GraphClientOptions{GraphServiceVersion: "beta", GraphServiceLibraryVersion: "0.1.0"})
	if err != nil {
		t.Fatal(err)
	}
	adapter.SetBaseUrl(address + "/beta")
	return client{t, adapter}
}

// request is a call with parameters for its path and query, in pairs.
func (c client) request(method kiota.HttpMethod, path string, params ...string) *kiota.RequestInformation {
	r := kiota.NewRequestInformation()
	r.Method = method
	r.UrlTemplate = "{+baseurl}" + path
	r.PathParameters["baseurl"] = c.GetBaseUrl()
	r.Headers.Add("Accept", "application/json")
	for i := 0; i < len(params); i += 2 {
		r.PathParameters[params[i]] = params[i+1]
		r.QueryParameters[params[i]] = params[i+1]
	}
	return r
}

func (c client) withBody(r *kiota.RequestInformation, body serialization.Parsable) *kiota.RequestInformation {
	c.Helper()
	if err := r.SetContentFromParsable(c.Context(), c, "application/json", body); err != nil {
		c.Fatal(err)
	}
	return r
}

func (c client) try(r *kiota.RequestInformation) (*job, error) {
	answer, err := c.Send(c.Context(), r, newJob, errorMappings)
	j, _ := answer.(*job)
	return j, err
}

func (c client) do(r *kiota.RequestInformation) *job {
	c.Helper()
	j, err := c.try(r)
	if err != nil {
		c.Fatal(err)
	}
	return j
}

func (c client) create(j *job) *job {
	c.Helper()
	return c.do(c.withBody(c.request(kiota.POST, jobsPath), j))
}

func textJob() *job {
	return &job{typ: "classifyText", request: map[string]any{"text": text}}
}

// until polls a job until it has the wanted status.
func (c client) until(id string, wanted ...string) *job {
	c.Helper()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		j := c.do(c.request(kiota.GET, jobPath, "id", id))
		if slices.Contains(wanted, j.status) {
			return j
		}
		if !slices.Contains([]string{"notStarted", "running"}, j.status) {
			c.Fatalf("job is %s, want %v", j.status, wanted)
		}
		<-tick.C
	}
}

func (c client) end(id string) *job {
	c.Helper()
	return c.until(id, "succeeded", "failed", "canceled")
}

func (c client) list(filter string) *page {
	c.Helper()
	r := c.request(kiota.GET, jobsPath+"{?%24filter,%24top,%24count,%24orderby}",
		"%24filter", filter, "%24top", "2", "%24count", "true", "%24orderby", "creationDateTime asc")
	answer, err := c.Send(c.Context(), r, newPage, errorMappings)
	if err != nil {
		c.Fatal(err)
	}
	return answer.(*page)
}

func ids(js []*job) (out []string) {
	for _, j := range js {
		out = append(out, j.id)
	}
	return out
}

func TestCreatedJobIsPolledToItsEnd(t *testing.T) {
	c := connect(t, "SERVICE")
	j := c.end(c.create(textJob()).id)
	if j.status != "succeeded" || !slices.Equal(j.found, []string{"Credit Card Number"}) || j.created.IsZero() {
		t.Errorf("job = %+v, want it succeeded with a credit card number", j)
	}
}

func TestFileIsClassifiedAsItIs(t *testing.T) {
	c := connect(t, "SERVICE")
	r := c.request(kiota.POST, "/dataClassification/classifyFile")
	r.SetStreamContentAndContentType([]byte(text), "application/octet-stream")
	if j := c.end(c.do(r).id); j.status != "succeeded" || !slices.Equal(j.found, []string{"Credit Card Number"}) {
		t.Errorf("job = %+v, want it succeeded with a credit card number", j)
	}
}

func TestListingComesInPages(t *testing.T) {
	c := connect(t, "SERVICE")
	var made, seen []string
	for range 3 {
		made = append(made, c.create(&job{typ: "paged"}).id)
	}
	first := c.list("type eq 'paged'")
	if first.count != 3 || len(first.value) != 2 || first.nextLink == nil {
		t.Errorf("first page has %d of %d jobs, next %v; want 2 of 3 and a link", len(first.value), first.count, first.nextLink)
	}
	pages, err := graph.NewPageIterator[*job](first, c, newPage)
	if err != nil {
		t.Fatal(err)
	}
	if err := pages.Iterate(t.Context(), func(j *job) bool { seen = append(seen, j.id); return true }); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(seen, made) {
		t.Errorf("pages have %v, want %v", seen, made)
	}
}

func TestFilterAndCountAgree(t *testing.T) {
	c := connect(t, "SERVICE")
	var made []string
	for range 2 {
		j := c.create(&job{typ: "counted"})
		made = append(made, c.end(j.id).id)
	}
	const filter = "type eq 'counted' and status eq 'failed'"
	if got := ids(c.list(filter).value); !slices.Equal(got, made) {
		t.Errorf("%s: got %v, want %v", filter, got, made)
	}
	r := c.request(kiota.GET, jobsPath+"/$count{?%24filter}", "%24filter", filter)
	r.Headers.Add("Accept", "text/plain")
	switch n, err := c.SendPrimitive(t.Context(), r, "int64", errorMappings); {
	case err != nil:
		t.Fatal(err)
	case *n.(*int64) != 2:
		t.Errorf("count = %d, want 2", *n.(*int64))
	}
}

func TestFailedJobSaysWhy(t *testing.T) {
	c := connect(t, "SERVICE")
	if j := c.end(c.create(&job{typ: "unheardOf"}).id); j.status != "failed" || j.errorCode != "unsupportedJobType" {
		t.Errorf("job = %+v, want it failed with unsupportedJobType", j)
	}
}

func TestRefusalsAreODataErrors(t *testing.T) {
	c := connect(t, "SERVICE")
	for _, tt := range []struct {
		name         string
		request      *kiota.RequestInformation
		status       int
		code, target string
	}{
		{"missing job", c.request(kiota.GET, jobPath, "id", uuid.NewString()), http.StatusNotFound, "notFound", ""},
		{"odd id", c.request(kiota.GET, jobPath, "id", "a b/c"), http.StatusNotFound, "notFound", ""},
		{"misspelt option", c.withBody(c.request(kiota.POST, jobsPath), &job{typ: "classifyText", request: map[string]any{"texts": ""}}),
			http.StatusBadRequest, "badRequest", "request.texts"},
		{"unknown path", c.request(kiota.GET, "/dataClassification/nothing"), http.StatusNotFound, "notFound", ""},
		{"wrong verb", c.request(kiota.PUT, jobsPath), http.StatusMethodNotAllowed, "methodNotAllowed", ""},
	} {
		_, err := c.try(tt.request)
		e, ok := errors.AsType[*oDataError](err)
		if !ok {
			t.Errorf("%s: %v, want an OData error", tt.name, err)
			continue
		}
		if e.ResponseStatusCode != tt.status || e.code != tt.code || e.target != tt.target || e.Message == "" || uuid.Validate(e.requestID) != nil {
			t.Errorf("%s: %+v, want %d %s at %q with a message and a request id", tt.name, e, tt.status, tt.code, tt.target)
		}
	}
}

func TestRunningJobIsCanceled(t *testing.T) {
	c := connect(t, "SERVICE")
	for _, cancel := range []func(id string) *kiota.RequestInformation{
		func(id string) *kiota.RequestInformation { return c.request(kiota.POST, jobPath+"/cancel", "id", id) },
		func(id string) *kiota.RequestInformation {
			return c.withBody(c.request(kiota.PATCH, jobPath, "id", id), &job{status: "canceled"})
		},
	} {
		id := c.create(&job{typ: "stuck"}).id
		c.until(id, "running")
		if j := c.do(cancel(id)); j.status != "canceled" {
			t.Errorf("cancel answers with %s", j.status)
		}
		if j := c.end(id); j.status != "canceled" {
			t.Errorf("job ended %s", j.status)
		}
	}
}

func TestDeletedJobIsGone(t *testing.T) {
	c := connect(t, "SERVICE")
	id := c.create(&job{typ: "stuck"}).id
	if err := c.SendNoContent(t.Context(), c.request(kiota.DELETE, jobPath, "id", id), errorMappings); err != nil {
		t.Fatal(err)
	}
	_, err := c.try(c.request(kiota.GET, jobPath, "id", id))
	if e, ok := errors.AsType[*oDataError](err); !ok || e.ResponseStatusCode != http.StatusNotFound {
		t.Errorf("get after delete = %v, want 404", err)
	}
}

func TestBatchCreatesAndReads(t *testing.T) {
	c := connect(t, "SERVICE")
	known := c.create(&job{typ: "counted"}).id
	batch := graph.NewBatchRequest(c)
	add := func(r *kiota.RequestInformation) graph.BatchItem {
		item, err := batch.AddBatchRequestStep(*r)
		if err != nil {
			t.Fatal(err)
		}
		return item
	}
	made := add(c.withBody(c.request(kiota.POST, jobsPath), &job{typ: "batched"}))
	read := add(c.request(kiota.GET, jobPath, "id", known))
	listed := add(c.request(kiota.GET, jobsPath+"{?%24filter}", "%24filter", "type eq 'batched'"))
	listed.DependsOnItem(made)
	missing := add(c.request(kiota.GET, jobPath, "id", uuid.NewString()))
	useless := add(c.request(kiota.GET, jobsPath))
	useless.DependsOnItem(missing)

	answers, err := batch.Send(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name   string
		item   graph.BatchItem
		status int32
	}{
		{"create", made, 201}, {"read", read, 200}, {"list", listed, 200}, {"missing", missing, 404}, {"after a failure", useless, 424},
	} {
		if got := answers.GetStatusCodes()[*tt.item.GetId()]; got != tt.status {
			t.Errorf("%s: status %d, want %d", tt.name, got, tt.status)
		}
	}
	j, err := graph.GetBatchResponseById[*job](answers, *made.GetId(), newJob)
	if err != nil {
		t.Fatal(err)
	}
	p, err := graph.GetBatchResponseById[*page](answers, *listed.GetId(), newPage)
	if err != nil {
		t.Fatal(err)
	}
	if got := ids(p.value); !slices.Equal(got, []string{j.id}) {
		t.Errorf("the batch made %s and listed %v", j.id, got)
	}
	_, err = graph.GetBatchResponseById[*job](answers, *missing.GetId(), newJob)
	if e, ok := errors.AsType[*oDataError](err); !ok || e.code != "notFound" {
		t.Errorf("missing: %v, want an OData error", err)
	}
}

func TestFullQueueIsTriedAgain(t *testing.T) {
	if j := connect(t, "FULL").create(textJob()); j.typ != "classifyText" {
		t.Errorf("job = %+v", j)
	}
}

func TestCreateWhoseAnswerWasLostMakesOneJob(t *testing.T) {
	made := connect(t, "FORGETFUL").create(&job{typ: "resent"})
	c := connect(t, "SERVICE")
	if got := ids(c.list("type eq 'resent'").value); !slices.Equal(got, []string{made.id}) {
		t.Errorf("there are jobs %v, want %s alone", got, made.id)
	}
}
