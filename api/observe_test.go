package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/auth"
	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
)

// byHeader takes the tenant's name from Authorization.
func byHeader(r *http.Request) (auth.Caller, error) {
	t := jobs.Tenant(r.Header.Get("Authorization"))
	switch {
	case t == "odd":
		return auth.Caller{}, errOdd
	case !t.Valid():
		return auth.Caller{}, auth.ErrMissing
	}
	return auth.Caller{Tenant: t, User: "user-" + string(t), Scopes: auth.Scopes}, nil
}

func withTenants(o *api.Options) { o.Authenticate = byHeader }

// lines are the log's lines.
func (s *service) lines() (lines []map[string]any) {
	s.t.Helper()
	for line := range strings.Lines(s.log.String()) {
		var m map[string]any
		if err := json.Unmarshal([]byte(line), &m); err != nil {
			s.t.Fatal(err)
		}
		lines = append(lines, m)
	}
	return lines
}

func TestRequestLeavesOneLineInTheLog(t *testing.T) {
	s := start(t)
	for _, tt := range []struct {
		method, path, body string
		want               map[string]any
	}{
		{"POST", jobsPath, textJob, map[string]any{"route": "jobs", "status": 201.0, "level": "INFO"}},
		{"GET", jobsPath + "/4111111111111111", "", map[string]any{"route": "jobs.job", "status": 404.0, "code": "jobNotFound"}},
		{"GET", "/secret-4111111111111111", "", map[string]any{"route": "none", "status": 404.0, "code": "unknownPath"}},
		{"PUT", jobsPath, "{}", map[string]any{"route": "jobs", "status": 405.0}},
		{"POST", textPath, `{"text":"x","4111111111111111":1}`, map[string]any{"route": "classifyText", "status": 400.0, "code": "unknownProperty"}},
	} {
		s.log.Reset()
		a := s.call(tt.method, tt.path, tt.body, "client-request-id: mine")
		lines := s.lines()
		if len(lines) != 1 {
			t.Errorf("%s %s: %d lines", tt.method, tt.path, len(lines))
			continue
		}
		tt.want["method"], tt.want["request"], tt.want["client"] = tt.method, a.Header.Get("request-id"), "mine"
		for k, want := range tt.want {
			if got := lines[0][k]; got != want {
				t.Errorf("%s %s: %s is %v, want %v", tt.method, tt.path, k, got, want)
			}
		}
		if strings.Contains(strings.ReplaceAll(s.log.String(), " ", ""), "41111111") {
			t.Errorf("%s %s: the log quotes the request: %s", tt.method, tt.path, s.log)
		}
	}
}

func TestPanicIsA500ThatTellsNothing(t *testing.T) {
	s := start(t, func(o *api.Options) {
		o.Authenticate = func(*http.Request) (auth.Caller, error) { panic("secret-value") }
	})
	a := s.want(500, "POST", jobsPath, textJob)
	p := a.problem(t)
	if p.Code != "internalServerError" || p.InnerError.RequestID != a.Header.Get("request-id") {
		t.Errorf("got %+v", p)
	}
	if all := a.body + s.log.String(); strings.Contains(all, "secret") {
		t.Errorf("the panic's value got out: %s", all)
	}
	lines := s.lines()
	if len(lines) != 2 || lines[0]["type"] != "string" || !strings.Contains(lines[0]["stack"].(string), "observe_test.go") || lines[1]["status"] != 500.0 {
		t.Errorf("logged %v", lines)
	}
}

func TestClientThatLeavesIsNoFaultOfTheService(t *testing.T) {
	s := start(t)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	s.send(httptest.NewRequestWithContext(ctx, "GET", jobsPath, nil))
	if lines := s.lines(); len(lines) != 1 || lines[0]["status"] != 499.0 || lines[0]["level"] != "INFO" {
		t.Errorf("logged %v", lines)
	}
}

func TestClientOfAServiceThatStopsIsToldToTryAgain(t *testing.T) {
	s := start(t)
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(api.ErrStopping)
	for _, r := range []*http.Request{
		httptest.NewRequestWithContext(ctx, "GET", jobsPath, nil),
		httptest.NewRequestWithContext(ctx, "POST", textPath, strings.NewReader(textBody)),
	} {
		a := s.send(r)
		if p := a.problem(t); a.StatusCode != 503 || p.InnerError.Code != "stopping" || a.Header.Get("Retry-After") != "1" {
			t.Errorf("%s: got %d %s", r.Method, a.StatusCode, a.body)
		}
	}
}

func TestUnexpectedErrorStaysInside(t *testing.T) {
	s := start(t, withTenants)
	a := s.want(500, "GET", jobsPath, "", "Authorization: odd")
	if strings.Contains(a.body, "fire") || !strings.Contains(s.log.String(), "disk on fire") {
		t.Errorf("answered %s, logged %s", a.body, s.log)
	}
}

func TestClientRequestIDMustBeFitToRepeat(t *testing.T) {
	s := start(t)
	for _, tt := range []struct {
		id string
		ok bool
	}{{"9f2c1e5a-0000-4000-8000-000000000001", true}, {"{9f2c}", true}, {"a b", false}, {`"><script>`, false}, {strings.Repeat("x", 129), false}} {
		a := s.call("GET", "/nowhere", "", "client-request-id: "+tt.id)
		want := ""
		if tt.ok {
			want = tt.id
		}
		if got := a.Header.Get("client-request-id"); got != want {
			t.Errorf("%s: repeated as %q", tt.id, got)
		}
		if got := a.problem(t).InnerError.ClientRequestID; got != want {
			t.Errorf("%s: repeated in the body as %q", tt.id, got)
		}
	}
}

func TestLargeAnswerIsPackedWhenAskedFor(t *testing.T) {
	s := start(t)
	for range 20 {
		s.want(201, "POST", jobsPath, `{"type":"a"}`)
	}
	plain := s.want(200, "GET", jobsPath, "")
	for _, tt := range []struct {
		accept string
		packed bool
	}{{"gzip", true}, {"br, gzip;q=0.5", true}, {"gzip;q=0", false}, {"identity", false}, {"", false}} {
		a := s.want(200, "GET", jobsPath, "", "Accept-Encoding: "+tt.accept)
		if got := a.Header.Get("Content-Encoding") == "gzip"; got != tt.packed {
			t.Errorf("%q: packed %t", tt.accept, got)
		}
		if a.Header.Get("Vary") != "Accept-Encoding" {
			t.Errorf("%q: Vary is %q", tt.accept, a.Header.Get("Vary"))
		}
		if !tt.packed {
			continue
		}
		z, err := gzip.NewReader(bytes.NewReader([]byte(a.body)))
		if err != nil {
			t.Fatal(err)
		}
		if data, err := io.ReadAll(z); err != nil || string(data) != plain.body {
			t.Errorf("%q: unpacked to something else: %v", tt.accept, err)
		}
	}
	if a := s.want(200, "GET", "/livez", "", "Accept-Encoding: gzip"); a.Header.Get("Content-Encoding") != "" {
		t.Error("a small answer is packed")
	}
}

func TestCatalogueListsAndFindsTypes(t *testing.T) {
	s := start(t)
	const path = "/beta/dataClassification/sensitiveTypes"
	var names []string
	pages := 0
	for next := path + "?$top=2&$count=true"; next != ""; pages++ {
		page := decode[wire.Collection[wire.SensitiveType]](t, s.want(200, "GET", next, ""))
		for _, st := range page.Value {
			names = append(names, st.Name)
		}
		if page.Count == nil || *page.Count != 3 {
			t.Errorf("page %d: count is %v", pages, page.Count)
		}
		next = page.NextLink
	}
	if len(names) != 3 || pages != 2 {
		t.Errorf("got %q on %d pages", names, pages)
	}
	for _, key := range []string{"/" + strings.ToUpper(cardID), "('" + cardID + "')"} {
		if st := decode[wire.SensitiveType](t, s.want(200, "GET", path+key, "")); st.Name != "Credit Card Number" || st.ConfidenceLevels[0] != 85 {
			t.Errorf("%s: got %+v", key, st)
		}
	}
	s.want(404, "GET", path+"/324d1724-1724-324d-2417-4d3224174d32", "")
}

func TestOptionsAndHeadFollowTheTable(t *testing.T) {
	s := start(t)
	if a := s.want(204, "OPTIONS", jobsPath, ""); a.Header.Get("Allow") != "GET, HEAD, OPTIONS, POST" {
		t.Errorf("Allow is %q", a.Header.Get("Allow"))
	}
	s.want(200, "HEAD", jobsPath, "")
}

func TestAnswersAllowBrowsersNothing(t *testing.T) {
	s := start(t, withTenants, func(o *api.Options) { o.TrustForwarded = true })
	for _, path := range []string{"/livez", "/openapi.yaml", "/nowhere", jobsPath} {
		for proto, secure := range map[string]bool{"https": true, "http": false} {
			a := s.call("GET", path, "", "X-Forwarded-Proto: "+proto)
			for name, want := range map[string]string{
				"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer", "Cache-Control": "no-store",
			} {
				if got := a.Header.Get(name); got != want {
					t.Errorf("%s: %s is %q, want %q", path, name, got, want)
				}
			}
			if got := a.Header.Get("Strict-Transport-Security") != ""; got != secure {
				t.Errorf("%s over %s: HSTS is %v", path, proto, got)
			}
		}
	}
}
