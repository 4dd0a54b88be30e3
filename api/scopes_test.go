package api_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/auth"
	"github.com/classifyd/classifyd/jobs"
)

func TestEveryRouteSaysWhichScopesItNeeds(t *testing.T) {
	routes, rows := api.Guarded()
	if diff := cmp.Diff(routes, rows); diff != "" {
		t.Errorf("-routes +table\n%s", diff)
	}
}

// withScopes lets a caller in that has the scopes which stand in Authorization.
func withScopes(o *api.Options) {
	o.Authenticate = func(r *http.Request) (auth.Caller, error) {
		c := auth.Caller{Tenant: "acme"}
		for name := range strings.FieldsSeq(r.Header.Get("Authorization")) {
			s, ok := auth.ParseScope(name)
			if !ok {
				return c, auth.ErrMissing
			}
			c.Scopes = append(c.Scopes, s)
		}
		return c, nil
	}
}

// TestScopeOpensItsRoutesAndNoOther tries every guarded route with each scope.
func TestScopeOpensItsRoutesAndNoOther(t *testing.T) {
	const none = "11111111-1111-1111-1111-111111111111"
	s := start(t, withScopes)
	read, write, submit, types, operate := auth.ReadJobs, auth.WriteJobs, auth.SubmitJobs, auth.WriteTypes, auth.Operate
	for _, tt := range []struct {
		method, path string
		let          []auth.Scope
	}{
		{"GET", "/jobs", []auth.Scope{read, write}},
		{"POST", "/jobs", []auth.Scope{submit, write}},
		{"POST", "/jobs/$ref", []auth.Scope{submit, write}},
		{"GET", "/jobs/$count", []auth.Scope{read, write}},
		{"POST", "/jobs/bulk", []auth.Scope{submit, write}},
		{"HEAD", "/jobs/events", []auth.Scope{read, write}},
		{"GET", "/jobs/" + none, []auth.Scope{read, write}},
		{"HEAD", "/jobs/" + none, []auth.Scope{read, write}},
		{"PATCH", "/jobs/" + none, []auth.Scope{write}},
		{"DELETE", "/jobs/" + none, []auth.Scope{write}},
		{"POST", "/jobs/" + none + "/cancel", []auth.Scope{write}},
		{"POST", "/jobs/" + none + "/microsoft.graph.cancel", []auth.Scope{write}},
		{"GET", "/jobs/" + none + "/events", []auth.Scope{read, write}},
		{"GET", "/classifyTextJobs", []auth.Scope{read, write}},
		{"DELETE", "/classifyFileJobs('" + none + "')", []auth.Scope{write}},
		{"POST", "/classifyText", []auth.Scope{submit, write}},
		{"POST", "/microsoft.graph.classifyText", []auth.Scope{submit, write}},
		{"POST", "/classifyFile", []auth.Scope{submit, write}},
		{"GET", "/sensitiveTypes", []auth.Scope{read, write, submit, types}},
		{"POST", "/sensitiveTypes", []auth.Scope{types}},
		{"POST", "/sensitiveTypes/test", []auth.Scope{types}},
		{"GET", "/sensitiveTypes/" + cardID, []auth.Scope{read, write, submit, types}},
		{"PATCH", "/sensitiveTypes/" + none, []auth.Scope{types}},
		{"DELETE", "/sensitiveTypes/" + none, []auth.Scope{types}},
		{"POST", "/$batch", auth.Scopes},
		{"GET", "/metrics", []auth.Scope{operate}},
		{"GET", "/queues", []auth.Scope{operate}},
		{"PUT", "/queues/low/pause", []auth.Scope{operate}},
		{"DELETE", "/queues/low/pause", []auth.Scope{operate}},
	} {
		for _, scope := range auth.Scopes {
			path := "/beta/dataClassification" + tt.path
			switch tt.path {
			case "/$batch":
				path = "/beta/$batch"
			case "/metrics", "/queues", "/queues/low/pause":
				path = tt.path
			}
			var headers []string
			if strings.HasSuffix(path, "bulk") {
				headers = []string{"Content-Type: application/x-ndjson"}
			}
			body := ""
			if tt.method == "POST" || tt.method == "PATCH" {
				body = "{}"
			}
			a := s.send(newRequest(tt.method, path, body, append(headers, "Authorization: "+string(scope))...))
			if let := a.StatusCode != http.StatusForbidden; let != slices.Contains(tt.let, scope) {
				t.Errorf("%s %s with %s: %d %s", tt.method, tt.path, scope, a.StatusCode, a.body)
			}
			if a.StatusCode != http.StatusForbidden {
				continue
			}
			challenge := a.Header.Get("WWW-Authenticate")
			for _, would := range tt.let {
				if !strings.Contains(challenge, string(would)) || !strings.Contains(challenge, `error="insufficient_scope"`) {
					t.Errorf("%s %s with %s: asks for %s, want %s in it", tt.method, tt.path, scope, challenge, would)
				}
				if tt.method != "HEAD" && (!strings.Contains(a.body, string(would)) || a.problem(t).Code != "forbidden") {
					t.Errorf("%s %s with %s: %s does not name %s", tt.method, tt.path, scope, a.body, would)
				}
			}
		}
	}
	if n, err := s.queue.Count(t.Context(), "acme", jobs.Query{}); err != nil || n != 0 {
		t.Errorf("%d jobs, %v", n, err)
	}
}

func TestRequestOfABatchNeedsItsOwnScope(t *testing.T) {
	s := start(t, withScopes)
	list := s.batch([]string{
		`{"id":"1","method":"POST","url":"/dataClassification/jobs","body":{"type":"a"}}`,
		`{"id":"2","method":"GET","url":"/dataClassification/jobs"}`,
		`{"id":"3","method":"GET","url":"/../metrics"}`,
		`{"id":"4","method":"GET","url":"/dataClassification/jobs","headers":{"Authorization":"Operator DataClassificationJob.Read.All"}}`,
	}, "Authorization: DataClassificationJob.Submit")
	if diff := cmp.Diff([]int{201, 403, 404, 403}, statuses(list)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
