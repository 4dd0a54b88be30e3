package api_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/audit"
)

func TestAuditTellsWhoDidWhat(t *testing.T) {
	var told bytes.Buffer
	s := start(t, withTenants, func(o *api.Options) { o.Audit, o.TrustForwarded = audit.New(&told), true })
	as := []string{"Authorization: acme", "X-Forwarded-For: 203.0.113.9, 10.0.0.1"}
	const id = "a1a1a1a1-0000-4000-8000-000000000001"
	job := jobsPath + "/" + id
	s.want(201, "POST", jobsPath, `{"id":"`+id+`","type":"a"}`, as...)
	s.want(200, "GET", job, "", as...)
	s.want(404, "GET", job, "", "Authorization: duff")
	s.want(200, "POST", job+"/cancel", "", as...)
	s.want(204, "DELETE", job, "", as...)
	s.want(401, "GET", jobsPath, "")
	s.want(201, "POST", typesPath, badge, as...)
	s.want(200, "POST", bulkPath, `{"id":"`+id+`","type":"a"}`, append(as, "Content-Type: application/x-ndjson")...)
	s.want(200, "GET", "/livez", "")
	var got []string
	for line := range strings.Lines(told.String()) {
		var e audit.Entry
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatal(err)
		}
		if e.Time.IsZero() || e.Request == "" {
			t.Errorf("no time or request in %s", line)
		}
		got = append(got, fmt.Sprintf("%s %s %s %s %s %d %s from %s", e.Tenant, e.User, e.Action, e.Route, e.Target, e.Status, e.Code, e.From))
	}
	want := []string{
		"acme user-acme create jobs " + id + " 201  from 203.0.113.9",
		"acme user-acme read jobs.job " + id + " 200  from 203.0.113.9",
		"duff user-duff read jobs.job " + id + " 404 jobNotFound from 192.0.2.1",
		"acme user-acme cancel jobs.cancel " + id + " 200  from 203.0.113.9",
		"acme user-acme delete jobs.job " + id + " 204  from 203.0.113.9",
		"  read jobs  401 unauthenticated from 192.0.2.1",
		"acme user-acme create sensitiveTypes " + badgeID + " 201  from 203.0.113.9",
		"acme user-acme create jobs.bulk " + id + " 201  from 203.0.113.9",
		"acme user-acme create jobs.bulk  200  from 203.0.113.9",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

type fullDisk struct{}

func (fullDisk) Write([]byte) (int, error) { return 0, errors.New("no space left") }

func TestLostAuditEntriesAreCounted(t *testing.T) {
	s := start(t, func(o *api.Options) { o.Audit = audit.New(fullDisk{}) })
	s.want(200, "GET", jobsPath, "")
	if a := s.want(200, "GET", "/metrics", ""); !strings.Contains(a.body, "classifyd_http_unaudited_total 1\n") {
		t.Errorf("metrics are\n%s", a.body)
	}
}

// TestSubmittedContentIsToldNowhere sends a marker by every route, in every
// place that a request has, and lets every kind of failure happen.
func TestSubmittedContentIsToldNowhere(t *testing.T) {
	const marker = "marzipan-70581"
	var told bytes.Buffer
	s := start(t, withTenants, func(o *api.Options) { o.Audit, o.MaxText = audit.New(&told), 1000 })
	bodies := []string{
		`{"text":"` + marker + `"}`, `{"type":"classifyText","request":{"text":"` + marker + `"}}`, `{"` + marker + `":1}`, `"` + marker, `{"id":"` + marker + `"}`,
		`{"text":"` + marker + strings.Repeat("x", 1000) + `"}`, `{"file":"` + marker + `"}`, `{"status":"` + marker + `"}`, marker + "\n" + marker,
		`{"type":"` + marker + `"}`, `{"name":"` + marker + `","patterns":[{"regex":"` + marker + `","confidence":65}]}`,
		`{"sensitiveType":{"name":"a","patterns":[{"regex":"bad","confidence":65}]},"text":"` + marker + `"}`,
		`{"requests":[{"id":"1","method":"POST","url":"/dataClassification/jobs","body":{"text":"` + marker + `"}}]}`,
	}
	send := func() {
		for _, route := range []string{
			"POST /jobs", "POST /jobs/$ref", "POST /jobs/bulk", "POST /classifyText", "POST /classifyFile", "POST /classifyTextJobs", "POST /classifyTextJobs/$ref",
			"POST /classifyFileJobs", "POST /classifyFileJobs/$ref", "PATCH /jobs/" + anID, "POST /jobs/" + anID + "/cancel", "DELETE /jobs/" + anID, "POST /sensitiveTypes",
			"POST /sensitiveTypes/test", "PATCH /sensitiveTypes/" + badgeID, "PATCH /sensitiveTypes/" + cardID, "GET /jobs?$filter=type%20eq%20'" + marker + "'", "GET /jobs/" + marker,
			"GET /sensitiveTypes/" + marker, "GET /jobs?" + marker + "=1", "GET /jobs?$skiptoken=" + marker, "GET /" + marker, "HEAD /jobs/" + marker + "/events", "BATCH",
		} {
			method, path, _ := strings.Cut(route, " ")
			target := "/beta/dataClassification" + path
			if route == "BATCH" {
				method, target = "POST", batchPath
			}
			for _, body := range bodies {
				for _, headers := range [][]string{
					{"Authorization: acme"}, {"Authorization: acme", "Content-Type: application/x-ndjson"}, {"Authorization: acme", "Content-Type: text/plain"},
					{"Authorization: acme", "Content-Encoding: gzip"}, {"Authorization: acme", "Content-Encoding: " + marker, "Accept: " + marker, "Prefer: " + marker},
					{"Authorization: acme", "If-Match: " + marker, "Idempotency-Key: " + marker}, {"Authorization: !" + marker}, {"Authorization: odd"},
				} {
					if method != "POST" && method != "PATCH" {
						body = ""
					}
					r := newRequest(method, target, body, headers...)
					s.serve(r)
				}
			}
		}
	}
	send()
	s.away.Store(true)
	s.redis.Close()
	s.serve(newRequest("POST", jobsPath, bodies[1], "Authorization: acme"))
	metrics := s.serve(newRequest("GET", "/metrics", "", "Authorization: acme")).body
	for name, text := range map[string]string{"log": s.log.String(), "audit log": told.String(), "metrics": metrics} {
		if len(text) < 1000 {
			t.Errorf("the %s has only %d bytes", name, len(text))
		}
		if i := strings.Index(text, marker); i >= 0 {
			t.Errorf("the %s has it: %.400s", name, text[max(0, i-200):])
		}
	}
}
