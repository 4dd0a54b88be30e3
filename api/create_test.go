package api_test

import (
	"bytes"
	"compress/gzip"
	"crypto/rand"
	"encoding/base64"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
)

// graphExample is the request that Graph's reference shows for adding a job.
const graphExample = `{
  "@odata.type": "#microsoft.graph.jobResponseBase",
  "type": "Type value",
  "status": "Status value",
  "tenantId": "Tenant Id value",
  "creationDateTime": "2017-01-01T00:01:50.3140554+03:00",
  "startDateTime": "2017-01-01T00:03:15.8315541+03:00",
  "endDateTime": "2017-01-01T00:01:45.7287553+03:00",
  "error": {
    "@odata.type": "microsoft.graph.classificationError",
    "code": "Code value",
    "message": "Message value",
    "target": "Target value",
    "innerError": {
      "@odata.type": "microsoft.graph.classificationInnerError",
      "errorDateTime": "2016-12-31T23:58:13.2283886+03:00",
      "clientRequestId": "Client Request Id value",
      "activityId": "Activity Id value"
    },
    "details": [
      {
        "@odata.type": "microsoft.graph.classifcationErrorBase"
      }
    ]
  }
}`

func TestGraphsExampleIsCreatedAsPrinted(t *testing.T) {
	s := start(t)
	for _, path := range []string{
		"/beta/dataClassification/jobs", "/v1.0/dataClassification/jobs", "/dataClassification/jobs",
		"/beta/dataClassification/jobs/$ref", "/v1.0/dataClassification/jobs/$ref", "/dataClassification/jobs/$ref",
		"/dataClassification/jobs/%24ref",
	} {
		a := s.want(201, "POST", path, graphExample, "Content-type: application/json")
		got := a.job(t)
		want := wire.Job{
			Context:   "http://example.com" + strings.Split(path, "/dataC")[0] + "/$metadata#dataClassification/jobs/$entity",
			ODataType: "#microsoft.graph.jobResponseBase", Type: "Type value", Status: "notStarted",
			TenantID: string(api.DefaultTenant), Priority: "normal",
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(wire.Job{}, "ID", "ETag", "Created")); diff != "" {
			t.Errorf("%s: -want +got\n%s", path, diff)
		}
		where := "http://example.com" + strings.Split(path, "/jobs")[0] + "/jobs/" + got.ID
		if a.Header.Get("Location") != where {
			t.Errorf("%s: Location is %s, want %s", path, a.Header.Get("Location"), where)
		}
		if a.Header.Get("Retry-After") == "" || a.Header.Get("ETag") != got.ETag {
			t.Errorf("%s: Retry-After is %q, ETag %q", path, a.Header.Get("Retry-After"), a.Header.Get("ETag"))
		}
		if strings.Contains(a.body, "null") || strings.Contains(a.body, "Status value") {
			t.Errorf("%s: answered %s", path, a.body)
		}
		s.want(200, "GET", where, "")
	}
}

func TestEveryResponseIsGraphLike(t *testing.T) {
	s := start(t)
	for _, tt := range []struct{ method, path, body, contentType string }{
		{"POST", jobsPath, textJob, "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"},
		{"GET", jobsPath, "", "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"},
		{"GET", jobsPath + "/$count", "", "text/plain"},
		{"GET", "/livez", "", "application/json"},
		{"GET", "/readyz", "", "application/json"},
		{"GET", "/nowhere", "", "application/json"},
	} {
		a := s.call(tt.method, tt.path, tt.body, "client-request-id: 9f2c1e5a-0000-4000-8000-000000000001")
		for name, want := range map[string]string{
			"Content-Type": tt.contentType, "OData-Version": "4.0", "client-request-id": "9f2c1e5a-0000-4000-8000-000000000001",
		} {
			if got := a.Header.Get(name); got != want {
				t.Errorf("%s %s: %s is %q, want %q", tt.method, tt.path, name, got, want)
			}
		}
		if len(a.Header.Get("request-id")) != 36 {
			t.Errorf("%s %s: request-id is %q", tt.method, tt.path, a.Header.Get("request-id"))
		}
	}
}

func TestClassifyTextIsAcceptedUnderBothNames(t *testing.T) {
	s := start(t)
	for _, path := range []string{textPath, "/dataClassification/microsoft.graph.classifyText"} {
		a := s.want(202, "POST", path, `{"text":"x","sensitiveTypeIds":["`+strings.ToUpper(cardID)+`"]}`)
		if j := a.job(t); j.Type != "classifyText" || !strings.HasSuffix(a.Header.Get("Location"), "/jobs/"+j.ID) {
			t.Errorf("%s: job %+v at %s", path, j, a.Header.Get("Location"))
		}
	}
	a := s.want(201, "POST", "/beta/dataClassification/classifyTextJobs", textBody)
	if j := a.job(t); j.Type != "classifyText" || !strings.HasSuffix(a.Header.Get("Location"), "/jobs/"+j.ID) {
		t.Errorf("classifyTextJobs: job %+v at %s", j, a.Header.Get("Location"))
	}
}

func TestSecondCreateFindsTheFirstJob(t *testing.T) {
	for _, tt := range []struct {
		name    string
		path    string
		body    string
		headers []string
		first   int
		second  int
	}{
		{"by id", jobsPath, `{"id":"324d1724-1724-324d-2417-4d3224174d32","type":"a"}`, nil, 201, 200},
		{"by key", jobsPath, `{"type":"a"}`, []string{"Idempotency-Key: k"}, 201, 200},
		{"by key, as an action", textPath, textBody, []string{"Idempotency-Key: k"}, 202, 202},
		{"by repeatability id", jobsPath, `{"type":"a"}`, []string{"Repeatability-Request-ID: r"}, 201, 200},
		{"by an SDK's resend", jobsPath, `{"type":"a"}`, []string{"client-request-id: c", "Retry-Attempt: 1"}, 201, 200},
	} {
		s := start(t)
		first := s.want(tt.first, "POST", tt.path, tt.body, tt.headers...)
		second := s.want(tt.second, "POST", tt.path, tt.body, tt.headers...)
		if a, b := first.job(t), second.job(t); a.ID != b.ID || s.count() != 1 {
			t.Errorf("%s: jobs %s and %s, %d in all", tt.name, a.ID, b.ID, s.count())
		}
		if first.Header.Get("Location") != second.Header.Get("Location") {
			t.Errorf("%s: locations differ", tt.name)
		}
		if got := second.Header.Get("Repeatability-Result"); (got == "accepted") != strings.Contains(tt.name, "repeatability") {
			t.Errorf("%s: Repeatability-Result is %q", tt.name, got)
		}
	}
}

func TestClientRequestIDAloneMakesTwoJobs(t *testing.T) {
	s := start(t)
	for range 2 {
		s.want(201, "POST", jobsPath, `{"type":"a"}`, "client-request-id: c")
	}
	if s.count() != 2 {
		t.Errorf("%d jobs, want 2", s.count())
	}
}

func TestKeyForAnotherRequestIsAConflict(t *testing.T) {
	s := start(t)
	s.want(201, "POST", jobsPath, `{"type":"a"}`, "Idempotency-Key: k")
	a := s.want(409, "POST", jobsPath, `{"type":"b"}`, "Idempotency-Key: k")
	if p := a.problem(t); p.Code != "conflict" || p.InnerError.Code != "idReused" {
		t.Errorf("got %+v", p)
	}
}

func TestMinimalReturnIsNoContent(t *testing.T) {
	s := start(t)
	a := s.want(204, "POST", jobsPath, textJob, "Prefer: return=minimal")
	where := a.Header.Get("Location")
	if a.body != "" || where == "" || a.Header.Get("OData-EntityId") != where || a.Header.Get("Preference-Applied") != "return=minimal" {
		t.Errorf("got %q, %v", a.body, a.Header)
	}
	s.want(200, "GET", where, "")
}

func TestTrueReferenceIsExplained(t *testing.T) {
	s := start(t)
	a := s.want(400, "POST", jobsPath+"/$ref", `{"@odata.id":"https://graph.microsoft.com/beta/dataClassification/jobs/1"}`)
	if p := a.problem(t); p.Target != "@odata.id" || !strings.Contains(p.Message, "post the job itself") {
		t.Errorf("got %+v", p)
	}
}

func TestGzipBodyIsUnpacked(t *testing.T) {
	s := start(t)
	s.want(201, "POST", jobsPath, pack(textJob), "Content-Encoding: gzip")
	s.want(201, "POST", jobsPath, textJob, "Content-Encoding: gzip") // as Graph's SDK for Go sends it the second time
}

func TestSmallBombStaysSmall(t *testing.T) {
	s := start(t)
	bomb := pack(`{"text":"` + strings.Repeat("x", 8<<20) + `"}`)
	a := s.want(413, "POST", textPath, bomb, "Content-Encoding: gzip")
	if p := a.problem(t); p.InnerError.Code != "contentTooLarge" || s.count() != 0 {
		t.Errorf("got %+v from %d bytes", p, len(bomb))
	}
}

func pack(s string) string {
	var buf bytes.Buffer
	z := gzip.NewWriter(&buf)
	z.Write([]byte(s))
	z.Close()
	return buf.String()
}

func TestForeignTenantIsForbiddenOnceCallersAreKnown(t *testing.T) {
	const own, other = "11111111-1111-1111-1111-111111111111", "22222222-2222-2222-2222-222222222222"
	s := start(t, func(o *api.Options) {
		o.Authenticate = byHeader
	})
	for _, tt := range []struct {
		tenant string
		status int
	}{{own, 201}, {other, 403}, {"Tenant Id value", 201}, {"", 201}} {
		a := s.want(tt.status, "POST", jobsPath, `{"type":"a","tenantId":"`+tt.tenant+`"}`, "Authorization: "+own)
		if tt.status == 403 && a.problem(t).Target != "tenantId" {
			t.Errorf("got %s", a.body)
		}
	}
	if n := s.count(); n != 0 {
		t.Errorf("the default tenant has %d jobs", n)
	}
}

func TestLinksFollowTheProxyWhenItIsTrusted(t *testing.T) {
	for _, trust := range []bool{false, true} {
		s := start(t, func(o *api.Options) { o.TrustForwarded = trust })
		a := s.want(201, "POST", jobsPath, textJob, "X-Forwarded-Proto: https", "X-Forwarded-Host: classify.example.org, inner")
		want := "http://example.com/beta/"
		if trust {
			want = "https://classify.example.org/beta/"
		}
		if got := a.Header.Get("Location"); !strings.HasPrefix(got, want) {
			t.Errorf("trusted %t: Location is %s", trust, got)
		}
	}
}

func TestStoreAwayIsAQuick503(t *testing.T) {
	s := start(t, func(o *api.Options) { o.Deadline = 50 * time.Millisecond })
	s.away.Store(true)
	s.redis.Close()
	for _, tt := range []struct{ method, path, body string }{
		{"POST", jobsPath, textJob},
		{"POST", textPath, textBody},
		{"GET", jobsPath, ""},
		{"GET", jobsPath + "/$count", ""},
		{"GET", jobsPath + "/324d1724-1724-324d-2417-4d3224174d32", ""},
		{"DELETE", jobsPath + "/324d1724-1724-324d-2417-4d3224174d32", ""},
		{"GET", "/readyz", ""},
	} {
		a := s.want(503, tt.method, tt.path, tt.body)
		if p := a.problem(t); p.Code != "serviceUnavailable" || a.Header.Get("Retry-After") != "2" {
			t.Errorf("%s %s: %+v, Retry-After %q", tt.method, tt.path, p, a.Header.Get("Retry-After"))
		}
	}
	s.want(200, "GET", "/livez", "")
	if strings.Contains(s.log.String(), "4111") {
		t.Error("the log quotes content")
	}
}

func TestFullQueueIsA503(t *testing.T) {
	s := startWith(t, jobs.Options{MaxWaiting: 1})
	s.want(201, "POST", jobsPath, `{"type":"a"}`)
	a := s.want(503, "POST", jobsPath, `{"type":"a"}`)
	if p := a.problem(t); p.InnerError.Code != "busy" || a.Header.Get("Retry-After") == "" || s.count() != 1 {
		t.Errorf("got %+v, Retry-After %q, %d jobs", p, a.Header.Get("Retry-After"), s.count())
	}
}

func TestTenantWithTooMuchQueuedGetsA429(t *testing.T) {
	s := startWith(t, jobs.Options{TenantWaiting: 2}, func(o *api.Options) { o.Authenticate = byHeader })
	acme, duff := "Authorization: acme", "Authorization: duff"
	for range 2 {
		s.want(201, "POST", jobsPath, `{"type":"a"}`, acme)
	}
	for path, body := range map[string]string{
		jobsPath: `{"type":"a"}`, textPath: `{"text":"x"}`, "/beta/dataClassification/classifyFile": `{"file":"eA=="}`,
		"/beta/dataClassification/classifyTextJobs": `{"text":"x"}`, "/beta/dataClassification/classifyFileJobs": `{"file":"eA=="}`,
	} {
		a := s.want(429, "POST", path, body, acme)
		if p := a.problem(t); p.Code != "tooManyRequests" || p.InnerError.Code != "tooManyJobs" || a.Header.Get("Retry-After") == "" {
			t.Errorf("%s: got %+v, Retry-After %q", path, p, a.Header.Get("Retry-After"))
		}
		told(t, a, `"queued-jobs";r=0;t=`+a.Header.Get("Retry-After"), `"queued-jobs";q=2`)
	}
	s.want(201, "POST", jobsPath, `{"type":"a"}`, duff)

	lines := strings.Split(strings.TrimSpace(s.want(200, "POST", jobsPath+"/bulk", "{\"type\":\"a\"}\n{\"type\":\"\"}\n{\"type\":\"a\"}\n",
		acme, "Content-Type: application/x-ndjson").body), "\n")
	for i, want := range []string{`"status":429`, `"status":400`, `"status":429`} {
		if len(lines) != 3 || !strings.Contains(lines[i], want) {
			t.Fatalf("bulk answers %q, want %s in line %d", lines, want, i)
		}
	}
	post := `"method":"POST","url":"/dataClassification/jobs","body":{"type":"a"}`
	list := s.batch([]string{`{"id":"1",` + post + `}`, `{"id":"2",` + post + `,"dependsOn":["1"]}`}, acme)
	if diff := cmp.Diff([]int{429, 424}, statuses(list)); diff != "" || list[0].Headers["Retry-After"] == "" {
		t.Errorf("batch (-want +got):\n%s headers %v", diff, list[0].Headers)
	}
	if n, err := s.queue.Count(t.Context(), "acme", jobs.Query{}); n != 2 || err != nil {
		t.Errorf("acme has %d jobs, %v", n, err)
	}
}

func TestTenantWithTooManyBytesQueuedGetsA429(t *testing.T) {
	s := startWith(t, jobs.Options{TenantBytes: 64}, func(o *api.Options) { o.Authenticate = byHeader })
	body := `{"file":"` + base64.StdEncoding.EncodeToString([]byte(rand.Text()+rand.Text())) + `"}` // 52 bytes, and four for the rest
	acme, file := "Authorization: acme", "/beta/dataClassification/classifyFile"
	s.want(202, "POST", file, body, acme)
	a := s.want(429, "POST", file, body, acme)
	if p := a.problem(t); p.Code != "tooManyRequests" || p.InnerError.Code != "tooManyJobs" || a.Header.Get("Retry-After") == "" {
		t.Errorf("got %+v, Retry-After %q", p, a.Header.Get("Retry-After"))
	}
	told(t, a, `"queued-bytes";r=8;t=`+a.Header.Get("Retry-After"), `"queued-bytes";q=64;qu="content-bytes"`)
	s.want(202, "POST", file, body, "Authorization: duff")
	if n, err := s.queue.Count(t.Context(), "acme", jobs.Query{}); n != 1 || err != nil {
		t.Errorf("acme has %d jobs, %v", n, err)
	}
}

func TestBodyWithoutALengthIsLimitedToo(t *testing.T) {
	s := start(t)
	r := httptest.NewRequest("POST", textPath, strings.NewReader(`{"text":"`+strings.Repeat("x", 8<<20)+`"}`))
	r.ContentLength = -1
	if a := s.send(r); a.StatusCode != 413 {
		t.Errorf("got %d %s", a.StatusCode, a.body)
	}
}
