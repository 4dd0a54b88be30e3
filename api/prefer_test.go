package api_test

import (
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/wire"
)

func TestAnswerTellsWhichPreferencesItFollows(t *testing.T) {
	s := start(t)
	for _, tt := range []struct {
		method, path, body, prefer string
		status                     int
		want                       string
	}{
		{"POST", textPath, textBody, "respond-async", 202, "respond-async"},
		{"POST", textPath, textBody, "Respond-Async, return=representation", 202, "return=representation, respond-async"},
		{"POST", textPath, textBody, "return=minimal, respond-async", 204, "return=minimal"},
		{"POST", textPath, textBody, "return=representation, return=minimal", 202, "return=representation"},
		{"POST", textPath, textBody, `return="minimal"; x=y`, 204, "return=minimal"},
		{"POST", textPath, textBody, "return=nothing, handling=strict, ,=", 202, ""},
		{"POST", jobsPath, textJob, "respond-async", 201, ""},
		{"GET", jobsPath, "", "odata.maxpagesize=1, respond-async", 200, "odata.maxpagesize=1"},
		{"GET", jobsPath, "", "maxpagesize=100", 200, ""},
		{"GET", jobsPath, "", "odata.maxpagesize=-1", 200, ""},
	} {
		if got := s.want(tt.status, tt.method, tt.path, tt.body, "Prefer: "+tt.prefer).Header.Get("Preference-Applied"); got != tt.want {
			t.Errorf("%s %s, %s: applied %q, want %q", tt.method, tt.path, tt.prefer, got, tt.want)
		}
	}
}

func TestReadCanBeMeantForOneVersion(t *testing.T) {
	s := start(t)
	a := s.want(201, "POST", jobsPath, textJob)
	where, etag := a.Header.Get("Location"), a.Header.Get("ETag")
	s.want(200, "GET", where, "", "If-Match: "+etag)
	s.want(200, "GET", where, "", "If-Match: *")
	s.want(412, "GET", where, "", `If-Match: W/"1.1"`)
	s.want(400, "GET", where, "", `If-Match: 1`)
	s.want(304, "HEAD", where, "", "If-None-Match: "+etag)
	s.want(200, "POST", where+"/cancel", "", "If-Match: "+etag)
	s.want(412, "GET", where, "", "If-Match: "+etag, "If-None-Match: *")
}

// TestAnswersOnARealListener looks at what net/http makes of them.
func TestAnswersOnARealListener(t *testing.T) {
	s := start(t)
	srv := httptest.NewServer(s.api)
	defer srv.Close()
	client := &http.Client{Transport: &http.Transport{DisableCompression: true}}
	defer client.CloseIdleConnections()
	s.submit(30, "a")
	id := s.submit(1, "a")[0]
	for _, tt := range []struct {
		name, method, path, headers string
		status                      int
		body                        string // its beginning
	}{
		{"page", "GET", jobsPath, "", 200, `{"@odata.context":"` + srv.URL + `/beta/$metadata#dataClassification/jobs"`},
		{"packed page", "GET", jobsPath, "Accept-Encoding: gzip", 200, "\x1f\x8b"},
		{"page packed anyhow", "GET", jobsPath, "Accept-Encoding: br, *;q=0.1", 200, "\x1f\x8b"},
		{"page not to be packed", "GET", jobsPath, "Accept-Encoding: gzip;q=0, *", 200, `{"@odata`},
		{"head of a page", "HEAD", jobsPath, "", 200, ""},
		{"head of a packed page", "HEAD", jobsPath, "Accept-Encoding: gzip", 200, ""},
		{"head of a job", "HEAD", jobsPath + "/" + id, "", 200, ""},
		{"head of a count", "HEAD", jobsPath + "/$count", "", 200, ""},
		{"head of nothing", "HEAD", "/nowhere", "", 404, ""},
		{"job as it is known", "GET", jobsPath + "('" + id + "')", "If-None-Match: *", 304, ""},
		{"options", "OPTIONS", jobsPath, "", 204, ""},
		{"options of an action", "OPTIONS", filePath, "", 204, ""},
		{"options of nothing", "OPTIONS", "/nowhere", "", 404, "{"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), tt.method, srv.URL+tt.path, nil)
		if err != nil {
			t.Fatal(err)
		}
		if name, value, ok := strings.Cut(tt.headers, ": "); ok {
			req.Header.Set(name, value)
		}
		resp, err := client.Do(req)
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		body, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil {
			t.Fatalf("%s: %v", tt.name, err)
		}
		if resp.StatusCode != tt.status || !strings.HasPrefix(string(body), tt.body) || tt.body == "" && len(body) > 0 {
			t.Errorf("%s: %d %.100q, want %d %q", tt.name, resp.StatusCode, body, tt.status, tt.body)
		}
		if tt.method == "HEAD" && resp.ContentLength <= 0 {
			t.Errorf("%s: tells a length of %d", tt.name, resp.ContentLength)
		}
		if packed := strings.HasPrefix(tt.body, "\x1f"); packed && resp.Header.Get("Content-Encoding") != "gzip" {
			t.Errorf("%s: Content-Encoding is %q", tt.name, resp.Header.Get("Content-Encoding"))
		} else if packed {
			z, err := gzip.NewReader(strings.NewReader(string(body)))
			if err != nil {
				t.Fatal(err)
			}
			var page wire.Collection[wire.Job]
			if err := json.NewDecoder(z).Decode(&page); err != nil || len(page.Value) != 31 {
				t.Errorf("%s: %d jobs, %v", tt.name, len(page.Value), err)
			}
		}
	}
}

func TestPagesOfKnownOriginsMayCall(t *testing.T) {
	const app = "https://app.example"
	one := start(t, withTenants, func(o *api.Options) { o.Origins = []string{app, "http://localhost:3000"} })
	all := start(t, func(o *api.Options) { o.Origins = []string{"*"} })
	none := start(t)

	a := one.want(204, "OPTIONS", jobsPath+"/"+anID, "", "Origin: "+app, "Access-Control-Request-Method: PATCH", "Access-Control-Request-Headers: authorization,prefer")
	for name, want := range map[string]string{
		"Access-Control-Allow-Origin":      app,
		"Access-Control-Allow-Methods":     "DELETE, GET, HEAD, PATCH, POST, PUT",
		"Access-Control-Allow-Headers":     "authorization,prefer",
		"Access-Control-Max-Age":           "7200",
		"Access-Control-Allow-Credentials": "",
	} {
		if got := a.Header.Get(name); got != want {
			t.Errorf("preflight: %s is %q, want %q", name, got, want)
		}
	}
	for _, tt := range []struct {
		name    string
		service *service
		status  int
		headers []string
		want    string
	}{
		{"known", one, 200, []string{"Origin: " + app, "Authorization: own"}, app},
		{"second known", one, 200, []string{"Origin: http://localhost:3000", "Authorization: own"}, "http://localhost:3000"},
		{"known, but who calls is not", one, 401, []string{"Origin: " + app}, app},
		{"unknown", one, 200, []string{"Origin: https://evil.example", "Authorization: own"}, ""},
		{"unknown below a known one", one, 200, []string{"Origin: " + app + ".evil.example", "Authorization: own"}, ""},
		{"no page", one, 200, []string{"Authorization: own"}, ""},
		{"any", all, 200, []string{"Origin: null"}, "*"},
		{"not offered", none, 200, []string{"Origin: " + app}, ""},
	} {
		a := tt.service.want(tt.status, "GET", jobsPath, "", tt.headers...)
		if got := a.Header.Get("Access-Control-Allow-Origin"); got != tt.want {
			t.Errorf("%s: Access-Control-Allow-Origin is %q, want %q", tt.name, got, tt.want)
		}
		if got := a.Header.Get("Access-Control-Expose-Headers"); strings.Contains(got, "Location") != (tt.want != "") {
			t.Errorf("%s: Access-Control-Expose-Headers is %q", tt.name, got)
		}
		if varies := strings.Contains(strings.Join(a.Header.Values("Vary"), ", "), "Origin"); varies != (tt.service == one) {
			t.Errorf("%s: Vary is %q", tt.name, a.Header.Values("Vary"))
		}
	}
	one.want(401, "OPTIONS", jobsPath, "", "Origin: https://evil.example", "Access-Control-Request-Method: POST")
	if a := all.want(404, "GET", "/nowhere", "", "Origin: "+app); a.Header.Get("Access-Control-Allow-Origin") != "*" {
		t.Error("a page cannot read an error")
	}
}
