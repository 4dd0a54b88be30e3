package api_test

import (
	"context"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
	"github.com/classifyd/classifyd/jobs/tenants"
)

// What names things of the tenant acme, which duff will try.
type belongings struct{ id, etag, typeID, typeETag, token, event string }

const ownType = `{"id":"8e4a0b76-5a1f-4d59-9c1b-0f6e1f9a7a21","name":"Badge","patterns":[{"regex":"B-\\d{6}","confidence":65}]}`

// own has a tenant make two jobs and a type of its own.
func own(s *service, tenant string) (b belongings) {
	s.t.Helper()
	as := "Authorization: " + tenant
	for _, id := range []string{"a1a1a1a1-0000-4000-8000-000000000001", "a1a1a1a1-0000-4000-8000-000000000002"} {
		a := s.want(201, "POST", jobsPath, `{"id":"`+id+`","type":"classifyText","request":`+textBody+`}`, as)
		b.id, b.etag = id, a.Header.Get("ETag")
	}
	s.want(201, "POST", jobsPath, textJob, as, "Idempotency-Key: mine")
	s.want(201, "POST", jobsPath, textJob, as, "client-request-id: "+anID, "Retry-Attempt: 1")
	a := s.want(201, "POST", typesPath, ownType, as)
	b.typeID, b.typeETag = "8e4a0b76-5a1f-4d59-9c1b-0f6e1f9a7a21", a.Header.Get("ETag")
	page := s.want(200, "GET", jobsPath+"?$top=1", "", as).body
	b.token = regexp.MustCompile(`skiptoken=([^"&]+)`).FindStringSubmatch(page)[1]
	stream := s.follow(jobsPath+"/events", as)
	b.event = regexp.MustCompile(`(?m)^id: (.+)$`).FindStringSubmatch(stream.body)[1]
	return b
}

// streamed is how long a stream is read: not until a moment at which the service
// does something by itself.
const streamed = 2500 * time.Millisecond

// follow reads a stream for a while.
func (s *service) follow(target string, headers ...string) answer {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(s.t.Context(), streamed)
	defer cancel()
	return s.serve(newRequest("GET", target, "", headers...).WithContext(ctx))
}

// empty takes all that a tenant has.
func empty(s *service, own *tenants.Store, tenant jobs.Tenant) {
	s.t.Helper()
	for j, err := range s.queue.List(s.t.Context(), tenant, jobs.Query{}) {
		if err != nil {
			s.t.Fatal(err)
		}
		if err := s.queue.Forget(s.t.Context(), tenant, j.ID, ""); err != nil {
			s.t.Fatal(err)
		}
	}
	types, err := own.Latest(s.t.Context(), tenant)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, t := range types.All {
		if err := own.Drop(s.t.Context(), tenant, t.ID, tenants.Any); err != nil {
			s.t.Fatal(err)
		}
	}
}

// probes are what duff tries with what names things of acme.
func (b belongings) probes() (list []*http.Request) {
	add := func(method, target, body string, headers ...string) {
		list = append(list, newRequest(method, target, body, append(headers, "Authorization: duff")...))
	}
	for _, collection := range []string{"jobs", "classifyTextJobs", "classifyFileJobs"} {
		all := "/beta/dataClassification/" + collection
		one := all + "/" + b.id
		for _, headers := range [][]string{nil, {"If-Match: " + b.etag}, {"If-None-Match: " + b.etag}, {"If-Match: *"}, {"Prefer: wait=5"}, {"Prefer: wait=5", "If-None-Match: " + b.etag}} {
			add("GET", one, "", headers...)
			add("HEAD", one, "", headers...)
			add("PATCH", one, `{"status":"canceled"}`, headers...)
			add("DELETE", one, "", headers...)
			add("POST", one+"/cancel", "", headers...)
		}
		add("GET", all+"('"+b.id+"')", "")
		add("GET", one+"?$select=status", "")
		add("GET", one+"/events", "")
		add("GET", one+"/events", "", "Last-Event-ID: 1")
		for _, query := range []string{"", "?$top=1", "?$skiptoken=" + b.token, "?$top=1&$skiptoken=" + b.token, "?$count=true", "?$filter=id%20eq%20'" + b.id + "'", "?$filter=status%20eq%20'notStarted'", "?$skip=1", "?$orderby=creationDateTime%20asc"} {
			add("GET", all+query, "")
		}
		add("GET", all+"/$count", "")
		add("GET", all+"/$count?$filter=status%20eq%20'notStarted'", "")
	}
	given := `{"id":"` + b.id + `","type":"classifyText","request":{"text":"another"}}`
	add("POST", jobsPath, given)
	add("POST", jobsPath+"/$ref", given)
	add("POST", "/beta/dataClassification/classifyTextJobs", `{"id":"`+b.id+`","request":`+textBody+`}`)
	add("POST", "/beta/dataClassification/classifyTextJobs/$ref", textBody)
	add("POST", "/beta/dataClassification/classifyFileJobs", `{"file":"eA=="}`, "Idempotency-Key: mine")
	add("POST", "/beta/dataClassification/classifyFileJobs/$ref", `{"file":"eA=="}`, "Idempotency-Key: mine")
	add("POST", jobsPath, textJob, "Idempotency-Key: mine")
	add("POST", jobsPath, `{"type":"other"}`, "Idempotency-Key: mine")
	add("POST", jobsPath, textJob, "Repeatability-Request-ID: mine")
	add("POST", jobsPath, textJob, "client-request-id: "+anID, "Retry-Attempt: 1")
	add("POST", "/beta/dataClassification/classifyText", textBody, "Idempotency-Key: mine")
	add("POST", "/beta/dataClassification/classifyFile", `{"file":"eA=="}`, "Idempotency-Key: mine")
	add("POST", "/beta/dataClassification/classifyText", `{"text":"x","sensitiveTypeIds":["`+b.typeID+`"]}`)
	add("POST", bulkPath, given+"\n", "Content-Type: application/x-ndjson")
	add("GET", jobsPath+"/events", "", "Last-Event-ID: "+b.event)
	add("GET", jobsPath+"/events", "")
	add("GET", typesPath, "")
	add("GET", typesPath+"?$count=true&$top=1", "")
	for _, headers := range [][]string{nil, {"If-Match: " + b.typeETag}} {
		add("GET", typesPath+"/"+b.typeID, "", headers...)
		add("PATCH", typesPath+"/"+b.typeID, `{"description":"mine now"}`, headers...)
		add("DELETE", typesPath+"/"+b.typeID, "", headers...)
	}
	add("POST", typesPath, ownType)
	add("POST", typesPath+"/test", `{"sensitiveType":{"name":"Badge","patterns":[{"regex":"B","confidence":65}]},"text":"B"}`)
	add("PUT", "/queues/low/pause", "")
	add("DELETE", "/queues/low/pause", "")
	add("POST", batchPath, requests(
		`{"id":"1","method":"GET","url":"/dataClassification/jobs/`+b.id+`"}`,
		`{"id":"2","method":"DELETE","url":"/dataClassification/jobs/`+b.id+`","headers":{"If-Match":`+fmt.Sprintf("%q", b.etag)+`},"dependsOn":["1"]}`,
		`{"id":"3","method":"GET","url":"/dataClassification/jobs/`+b.id+`","headers":{"Authorization":"acme"}}`))
	return list
}

// vary is what differs between two answers that tell the same. A time may have
// fewer digits, and its answer be shorter.
var vary = regexp.MustCompile(`W/\\*"[0-9a-f.]+\\*"|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\d{4}-\d\d-\d\dT[0-9:.]+Z?|id: \S+|Content-Length: \d+`)

// TestTenantGetsWhatItWouldIfAnotherWereNotThere has a tenant try all that
// names something of another's, with and without that being there. Answers and
// Redis commands must be the same.
func TestTenantGetsWhatItWouldIfAnotherWereNotThere(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		var commands jobtest.Commands
		var store *tenants.Store
		s := startWith(t, jobs.Options{Hook: &commands}, withTenants, func(o *api.Options) { store = o.Tenants })
		acme := own(s, "acme")
		// sweep is what duff gets for each of its probes, which leave nothing behind.
		sweep := func() (got []string) {
			for _, r := range acme.probes() {
				empty(s, store, "duff")
				commands.Take()
				if strings.HasSuffix(r.URL.Path, "events") && r.Method == "GET" {
					ctx, cancel := context.WithTimeout(t.Context(), streamed)
					defer cancel()
					r = r.WithContext(ctx)
				}
				began := time.Now()
				a := s.serve(r)
				took := time.Since(began).Round(time.Second)
				// How full all is a process asks now and then, not for one request.
				sent := slices.DeleteFunc(commands.Take(), func(name string) bool { return name == "info" || name == "llen" || name == "zcard" })
				slices.Sort(sent) // the requests of a batch and the lines of a bulk call run at once
				if strings.HasSuffix(r.URL.Path, "events") {
					sent = slices.Compact(sent) // a stream reads again once its subscription stands, sooner or later
				}
				var header strings.Builder
				a.Header.Write(&header)
				tell := fmt.Sprintf("%s %s %v\n%d after %v\n%s%s\n%v", r.Method, r.URL, r.Header["If-Match"], a.StatusCode, took, header.String(), a.body, sent)
				got = append(got, vary.ReplaceAllString(tell, "*"))
			}
			return got
		}
		sweep() // after which Redis has every script
		before := tell(t, s, "acme")
		s.log.Reset()
		with := sweep()
		if diff := cmp.Diff(before, tell(t, s, "acme")); diff != "" {
			t.Errorf("another tenant changed what acme has (-before +after):\n%s", diff)
		}
		swept := map[string]bool{}
		for _, line := range s.lines() {
			if line["tenant"] == "duff" {
				swept[fmt.Sprint(line["method"], " ", line["route"])] = true
			}
		}
		empty(s, store, "acme")
		without := sweep()
		for i := range with {
			if diff := cmp.Diff(without[i], with[i]); diff != "" {
				t.Errorf("-without +with what is another tenant's:\n%s", diff)
			}
		}
		t.Logf("%d probes", len(with))
		guarded, _ := api.Guarded()
		for _, route := range guarded {
			if !swept[route] && route != "GET metrics" && route != "GET queues" { // which tell nothing by tenant
				t.Errorf("%s was not tried", route)
			}
		}
	})
}

// tell is all that a tenant has, versions included.
func tell(t *testing.T, s *service, tenant string) string {
	t.Helper()
	as := "Authorization: " + tenant
	all := s.want(200, "GET", jobsPath, "", as).body + s.want(200, "GET", typesPath+"?$select=id,name,description", "", as).body
	return all
}
