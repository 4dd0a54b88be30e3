package api_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/auth"
	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
)

const batchPath = "/beta/$batch"

func requests(items ...string) string { return `{"requests":[` + strings.Join(items, ",") + `]}` }

// batch sends items and returns the answers, which are in the items' order.
func (s *service) batch(items []string, headers ...string) []wire.BatchResponse {
	s.t.Helper()
	list := decode[wire.Batch](s.t, s.want(200, "POST", batchPath, requests(items...), headers...)).Responses
	if len(list) != len(items) {
		s.t.Fatalf("%d responses to %d requests", len(list), len(items))
	}
	return list
}

func statuses(list []wire.BatchResponse) (codes []int) {
	for _, r := range list {
		codes = append(codes, r.Status)
	}
	return codes
}

func body[T any](t *testing.T, r wire.BatchResponse) (v T) {
	t.Helper()
	if err := json.Unmarshal(r.Body, &v); err != nil {
		t.Fatalf("%d %s: %v", r.Status, r.Body, err)
	}
	return v
}

func TestBatchTakesTheRequestsOfEveryClient(t *testing.T) {
	s := start(t)
	packed := base64.StdEncoding.EncodeToString([]byte(textJob))
	list := s.batch([]string{
		`{"id":"1","method":"POST","url":"/beta/dataClassification/jobs","headers":{"content-type":"application/json"},"body":` + textJob + `}`,
		`{"id":"2","method":"POST","url":"/dataClassification/jobs","body":"` + packed + `"}`,
		`{"id":"3","method":"post","url":"dataClassification/jobs","body":` + textJob + `}`,
		`{"id":"4","method":"POST","url":"/v1.0/dataClassification/jobs","body":"` + strings.TrimRight(packed, "=") + `","headers":null,"dependsOn":null}`,
		`{"id":"five","method":"GET","url":"/dataClassification/jobs/$count?$filter=status eq 'notStarted'","dependsOn":["1","2","3","4"]}`,
		`{"id":"6","method":"GET","url":"/dataClassification/jobs('` + anID + `')"}`,
		`{"id":"7","method":"GET","url":"/dataClassification/sensitiveTypes/` + cardID + `","headers":{"Accept":"application/json","Accept-Encoding":"gzip"}}`,
		`{"id":"8","method":"POST","url":"/dataClassification/classifyText","headers":{"Prefer":"return=minimal"},"body":` + textBody + `,"dependsOn":["FIVE"]}`,
		`{"id":"9","method":"GET","url":"/dataClassification/nowhere?%zz"}`,
		`{"id":"10","method":"GET","url":"/%zz"}`,
		`{"id":"11","method":"GET","url":"https://graph.microsoft.com/beta/dataClassification/jobs"}`,
	})
	if diff := cmp.Diff([]int{201, 201, 201, 201, 200, 404, 200, 204, 404, 400, 404}, statuses(list)); diff != "" {
		t.Fatalf("(-want +got):\n%s", diff)
	}
	for i, version := range []string{"/beta", "/beta", "/beta", "/v1.0"} {
		j := body[wire.Job](t, list[i])
		if got, want := list[i].Headers["Location"], "http://example.com"+version+"/dataClassification/jobs/"+j.ID; got != want {
			t.Errorf("Location is %q, want %q", got, want)
		}
		if list[i].Headers["Retry-After"] == "" || list[i].Headers["Etag"] == "" || !strings.HasPrefix(list[i].Headers["Content-Type"], "application/json") {
			t.Errorf("headers are %v", list[i].Headers)
		}
	}
	if got := body[string](t, list[4]); got != "4" || list[4].ID != "five" {
		t.Errorf("the count is %q", got)
	}
	if got := body[wire.ErrorBody](t, list[5]).Error; got.InnerError.Code != "jobNotFound" || got.InnerError.RequestID != list[5].Headers["Request-Id"] {
		t.Errorf("got %+v", got)
	}
	if list[7].Body != nil || list[7].Headers["Preference-Applied"] != "return=minimal" {
		t.Errorf("minimal answer: %+v", list[7])
	}
}

func TestRequestOfABatchWaitsForThoseItDependsOn(t *testing.T) {
	s := start(t)
	job := func(id string) string { return `"url":"/dataClassification/jobs/` + id + `"` }
	list := s.batch([]string{
		`{"id":"gone","method":"GET",` + job(anID) + `,"dependsOn":["delete"]}`,
		`{"id":"after that","method":"GET","url":"/dataClassification/jobs","dependsOn":["gone"]}`,
		`{"id":"delete","method":"DELETE",` + job(anID) + `,"dependsOn":["Cancel"]}`,
		`{"id":"cancel","method":"POST","url":"/dataClassification/jobs/` + anID + `/cancel","dependsOn":["create","create"]}`,
		`{"id":"create","method":"POST","url":"/dataClassification/jobs","body":{"type":"a","id":"` + anID + `"}}`,
		`{"id":"and so on","method":"GET","url":"/dataClassification/jobs","dependsOn":["create","after that"]}`,
	})
	if diff := cmp.Diff([]int{404, 424, 204, 200, 201, 424}, statuses(list)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if e := body[wire.ErrorBody](t, list[1]).Error; e.Code != "failedDependency" || e.Target != "dependsOn" {
		t.Errorf("got %+v", e)
	}
}

func TestRequestsOfABatchRunAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		s.work("a", func(context.Context, *jobs.Job) (*jobs.Result, error) {
			time.Sleep(20 * time.Second)
			return &jobs.Result{JSON: json.RawMessage(`{}`)}, nil
		})
		var items []string
		for i := range 10 {
			items = append(items, fmt.Sprintf(`{"id":"%d","method":"POST","url":"/dataClassification/jobs","headers":{"Prefer":"wait=30"},"body":{"type":"a"}}`, i))
		}
		before := time.Now()
		list := s.batch(items)
		if took := time.Since(before); took > 21*time.Second {
			t.Errorf("ten waits of 20 s took %v", took)
		}
		for _, r := range list {
			if body[wire.Job](t, r).Status != "succeeded" {
				t.Errorf("got %s", r.Body)
			}
		}
	})
}

func TestBatchWaitsNoLongerThanALoneRequest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		var items []string
		for i := range 5 {
			item := fmt.Sprintf(`{"id":"%d","method":"POST","url":"/dataClassification/jobs","headers":{"Prefer":"wait=25"},"body":{"type":"a"}`, i)
			if i > 0 {
				item += fmt.Sprintf(`,"dependsOn":["%d"]`, i-1)
			}
			items = append(items, item+"}")
		}
		before := time.Now()
		list := s.batch(items)
		if took := time.Since(before); took > 61*time.Second {
			t.Errorf("took %v", took)
		}
		if diff := cmp.Diff([]int{201, 201, 201, 201, 201}, statuses(list)); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
	})
}

func TestRequestOfABatchPassesTheSameDoorAsALoneOne(t *testing.T) {
	var asked atomic.Int32
	s := startWith(t, jobs.Options{MaxWaiting: 1}, func(o *api.Options) {
		o.Authenticate = func(r *http.Request) (auth.Caller, error) {
			asked.Add(1)
			return byHeader(r)
		}
	})
	post := `"method":"POST","url":"/dataClassification/jobs","body":{"type":"a"}`
	list := s.batch([]string{
		`{"id":"1",` + post + `,"headers":{"Authorization":"duff"}}`,
		`{"id":"2",` + post + `,"dependsOn":["1"]}`,
		`{"id":"3","method":"GET","url":"/dataClassification/jobs/$count","dependsOn":["1"]}`,
	}, "Authorization: acme")
	if diff := cmp.Diff([]int{201, 503, 200}, statuses(list)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := body[wire.Job](t, list[0]).TenantID; got != "acme" {
		t.Errorf("the job is of %s, though acme sent the batch", got)
	}
	if list[1].Headers["Retry-After"] == "" {
		t.Errorf("headers are %v", list[1].Headers)
	}
	if n := asked.Load(); n != 4 {
		t.Errorf("asked who calls %d times", n)
	}
	var routes []string
	for _, line := range s.lines() {
		routes = append(routes, fmt.Sprint(line["route"], " ", line["status"], " ", line["tenant"]))
	}
	slices.Sort(routes)
	if diff := cmp.Diff([]string{"batch 200 acme", "jobs 201 acme", "jobs 503 acme", "jobs.count 200 acme"}, routes); diff != "" {
		t.Errorf("log (-want +got):\n%s", diff)
	}
	s.want(401, "POST", batchPath, requests(`{"id":"1",`+post+`}`))
}

func TestBatchSentAgainMakesNoJobTwice(t *testing.T) {
	s := start(t)
	post := `"method":"POST","url":"/dataClassification/jobs","body":{"type":"a"}`
	items := []string{`{"id":"1",` + post + `}`, `{"id":"2",` + post + `}`}
	for _, headers := range [][]string{{"client-request-id: " + anID, "Retry-Attempt: 1"}, {"Idempotency-Key: k"}} {
		before := s.count()
		first, again := s.batch(items, headers...), s.batch(items, headers...)
		for i := range first {
			a, b := body[wire.Job](t, first[i]), body[wire.Job](t, again[i])
			if first[i].Status != 201 || again[i].Status != 200 || a.ID != b.ID {
				t.Errorf("%v: %d %s then %d %s", headers, first[i].Status, a.ID, again[i].Status, b.ID)
			}
		}
		if n := s.count() - before; n != 2 {
			t.Errorf("%v: made %d jobs", headers, n)
		}
	}
}

func TestBatchTakesNeitherBatchesNorStreams(t *testing.T) {
	s := start(t)
	list := s.batch([]string{
		`{"id":"1","method":"POST","url":"/$batch","body":{"requests":[]}}`,
		`{"id":"2","method":"POST","url":"/beta/%24batch","body":{"requests":[]}}`,
		`{"id":"3","method":"GET","url":"/dataClassification/jobs/events"}`,
		`{"id":"4","method":"GET","url":"/dataClassification/jobs('` + anID + `')/events"}`,
		`{"id":"5","method":"POST","url":"/dataClassification/jobs/bulk","headers":{"Content-Type":"application/x-ndjson"},"body":"e30="}`,
	})
	for _, r := range list {
		if e := body[wire.ErrorBody](t, r).Error; r.Status != 400 || e.InnerError.Code != "notInBatch" {
			t.Errorf("request %s: %d %s", r.ID, r.Status, r.Body)
		}
	}
}

func TestBatchIsServedUnderEachVersion(t *testing.T) {
	s := start(t)
	for _, version := range []string{"/beta", "/v1.0", ""} {
		a := s.want(200, "POST", version+"/%24batch", requests(`{"id":"1","method":"POST","url":"/dataClassification/jobs","body":{"type":"a"}}`))
		r := decode[wire.Batch](t, a).Responses[0]
		if want := "http://example.com" + version + "/dataClassification/jobs/"; r.Status != 201 || !strings.HasPrefix(r.Headers["Location"], want) {
			t.Errorf("under %q: %d, Location %q", version, r.Status, r.Headers["Location"])
		}
	}
}

const (
	postBatch = "POST " + batchPath
	aGet      = `"method":"GET","url":"/dataClassification/jobs"`
)

var badBatches = []refusal{
	{name: "batch without a body", request: postBatch, status: 400, code: "malformedBody"},
	{name: "batch without requests", request: postBatch, body: `{}`, status: 400, target: "requests", code: "missingProperty"},
	{name: "batch of none", request: postBatch, body: requests(), status: 400, target: "requests", code: "missingProperty"},
	{name: "batch of null", request: postBatch, body: `{"requests":null}`, status: 400, target: "requests", code: "missingProperty"},
	{name: "batch of an object", request: postBatch, body: `{"requests":{}}`, status: 400, target: "requests", code: "invalidValue"},
	{name: "batch of strings", request: postBatch, body: requests(`"GET /"`), status: 400, target: "requests[0]", code: "invalidValue"},
	{name: "batch of 21", request: postBatch, body: requests(slices.Repeat([]string{`{"id":"1",` + aGet + `}`}, 21)...), status: 400, target: "requests", code: "invalidValue"},
	{name: "batch as text", request: postBatch, body: requests(`{"id":"1",` + aGet + `}`), headers: []string{"Content-Type: text/plain"}, status: 415, target: "Content-Type", code: "unsupportedContentType"},
	{name: "batch that is too long", request: postBatch, body: requests(`{"id":"1",` + aGet + `,"x":"` + strings.Repeat("x", 13<<20) + `"}`), status: 413, code: "contentTooLarge"},
	{name: "GET of a batch", request: "GET " + batchPath, status: 405, code: "unsupportedMethod"},
	{name: "id twice in a batch", request: postBatch, body: requests(`{"id":"a",`+aGet+`}`, `{"id":"A",`+aGet+`}`), status: 400, target: "requests[1].id", code: "invalidValue"},
	{name: "request without an id", request: postBatch, body: requests(`{` + aGet + `}`), status: 400, target: "requests[0].id", code: "missingProperty"},
	{name: "request with a number for its id", request: postBatch, body: requests(`{"id":1,` + aGet + `}`), status: 400, target: "requests[0].id", code: "invalidValue"},
	{name: "request with an empty id", request: postBatch, body: requests(`{"id":"",` + aGet + `}`), status: 400, target: "requests[0].id", code: "missingProperty"},
	{name: "request without a method", request: postBatch, body: requests(`{"id":"1","url":"/"}`), status: 400, target: "requests[0].method", code: "missingProperty"},
	{name: "request with two methods", request: postBatch, body: requests(`{"id":"1","method":"GET POST","url":"/"}`), status: 400, target: "requests[0].method", code: "invalidValue"},
	{name: "request without a url", request: postBatch, body: requests(`{"id":"1","method":"GET"}`), status: 400, target: "requests[0].url", code: "missingProperty"},
	{name: "request with a list for its headers", request: postBatch, body: requests(`{"id":"1",` + aGet + `,"headers":[]}`), status: 400, target: "requests[0].headers", code: "invalidValue"},
	{name: "request with a number in its headers", request: postBatch, body: requests(`{"id":"1",` + aGet + `,"headers":{"a":1}}`), status: 400, target: "requests[0].headers.a", code: "invalidValue"},
	{name: "request with a bad header name", request: postBatch, body: requests(`{"id":"1",` + aGet + `,"headers":{"a b":"1"}}`), status: 400, target: "requests[0].headers.a b", code: "invalidValue"},
	{name: "request with two lines in a header", request: postBatch, body: requests(`{"id":"1",` + aGet + `,"headers":{"a":"1\r\nb: 2"}}`), status: 400, target: "requests[0].headers.a", code: "invalidValue"},
	{name: "request with a body that is not base64", request: postBatch, body: requests(`{"id":"1",` + aGet + `,"body":"{}"}`), status: 400, target: "requests[0].body", code: "invalidValue"},
	{name: "dependsOn that is a string", request: postBatch, body: requests(`{"id":"1",` + aGet + `,"dependsOn":"1"}`), status: 400, target: "requests[0].dependsOn", code: "invalidValue"},
	{name: "dependsOn a number", request: postBatch, body: requests(`{"id":"1",` + aGet + `,"dependsOn":["2",1]}`), status: 400, target: "requests[0].dependsOn[1]", code: "invalidValue"},
	{name: "dependsOn nobody", request: postBatch, body: requests(`{"id":"1",` + aGet + `,"dependsOn":["2"]}`), status: 400, target: "requests[0].dependsOn[0]", code: "invalidValue"},
	{name: "dependsOn itself", request: postBatch, body: requests(`{"id":"1",` + aGet + `,"dependsOn":["1"]}`), status: 400, target: "requests[0].dependsOn", code: "invalidValue"},
	{name: "dependsOn in a circle", request: postBatch, body: requests(`{"id":"1",`+aGet+`,"dependsOn":["2"]}`, `{"id":"2",`+aGet+`,"dependsOn":["3"]}`, `{"id":"3",`+aGet+`,"dependsOn":["2"]}`), status: 400, target: "requests[1].dependsOn", code: "invalidValue"},
}

var badStreams = []refusal{
	{name: "bulk as JSON", request: "POST " + bulkPath, body: `{"type":"a"}`, status: 415, target: "Content-Type", code: "unsupportedContentType"},
	{name: "bulk with an unknown packing", request: "POST " + bulkPath, body: `{"type":"a"}`, headers: []string{"Content-Type: application/x-ndjson", "Content-Encoding: br"}, status: 415, target: "Content-Encoding", code: "unsupportedEncoding"},
	{name: "bulk for a client that takes only pictures", request: "POST " + bulkPath, body: `{"type":"a"}`, headers: []string{"Content-Type: application/x-ndjson", "Accept: image/*"}, status: 406, target: "Accept", code: "unsupportedAccept"},
	{name: "GET of bulk", request: "GET " + bulkPath, status: 405, code: "unsupportedMethod"},
	{name: "POST to the events", request: "POST " + eventsPath, body: `{}`, status: 405, code: "unsupportedMethod"},
	{name: "events for a client that takes only HTML", request: "GET " + eventsPath, headers: []string{"Accept: text/html"}, status: 406, target: "Accept", code: "unsupportedAccept"},
	{name: "events of nobody", request: "GET " + jobsPath + "/" + anID + "/events", status: 404, code: "jobNotFound"},
	{name: "events of no id", request: "GET " + jobsPath + "/1/events", status: 404, code: "jobNotFound"},
	{name: "DELETE of a job's events", request: "DELETE " + jobsPath + "/" + anID + "/events", status: 405, code: "unsupportedMethod"},
}
