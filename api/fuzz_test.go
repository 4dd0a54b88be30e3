package api_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/api"
)

var digits = regexp.MustCompile(`^\d+$`)

// FuzzHandler sends arbitrary requests. Whatever they are, the answer is no
// 5xx, is JSON unless it is a count, a document, a stream or has no body, is
// Graph's error where it is no success, and is in the OpenAPI document.
func FuzzHandler(f *testing.F) {
	for _, rf := range refusals {
		if len(rf.body) > 1<<10 {
			continue
		}
		method, target, _ := strings.Cut(rf.request, " ")
		path, query, _ := strings.Cut(target, "?")
		f.Add(method, path, query, strings.Join(rf.headers, "\n"), []byte(rf.body))
	}
	f.Add("POST", jobsPath, "", "Prefer: return=minimal, wait=x\nIdempotency-Key: k", []byte(textJob))
	f.Add("GET", jobsPath+"/$count", "$filter=type in ('a','b')", "Accept-Encoding: gzip", []byte{})
	f.Add("GET", jobsPath+"('"+anID+"')", "", `If-None-Match: W/"1.1", *`, []byte{})
	f.Add("POST", batchPath, "", "", []byte(requests(`{"id":"1","method":"POST","url":"/dataClassification/jobs","body":`+textJob+`}`, `{"id":"2",`+aGet+`,"dependsOn":["1"]}`)))
	f.Add("POST", bulkPath, "", "Content-Type: application/x-ndjson", []byte(textJob+"\n{}\n\n"))
	f.Add("HEAD", eventsPath, "", "Last-Event-ID: 1-1", []byte{})
	f.Add("GET", jobsPath, "$filter=not (priority eq 'high' or startswith(type,'a'))&$select=id,status&$orderby=creationDateTime desc&$skip=1", "Accept: application/json;odata.metadata=full;q=0.5, */*;q=0.1", []byte{})
	f.Add("GET", jobsPath, "filter=creationDateTime gt 2026-01-31T12:00:00+01:00&count=true&top=1", "Prefer: odata.maxpagesize=2", []byte{})
	f.Add("GET", "/beta/dataClassification/sensitiveTypes", "$select=name,*", "Accept: application/json;odata.metadata=none", []byte{})
	f.Add("POST", "/beta/dataClassification/sensitiveTypes", "", "", []byte(badge))
	f.Add("PATCH", "/beta/dataClassification/sensitiveTypes/"+badgeID, "", `If-Match: W/"1"`, []byte(`{"name":"x","patterns":[{"keywords":["ab"],"validators":[{"kind":"checksum","weights":[1,-2]}]}]}`))
	f.Add("POST", "/beta/dataClassification/sensitiveTypes/test", "", "", []byte(`{"text":"x","sensitiveType":`+badge+`}`))
	f.Add("POST", filePath, "", "Content-Type: text/plain\nPrefer: respond-async, return=representation", []byte("hello"))
	f.Add("POST", filePath, "", octets+"\nContent-Encoding: gzip", []byte(pack("hello")))
	multi, multiType := form("file=hello", "sensitiveTypes=["+`"`+cardID+`"]`)
	f.Add("POST", fileJobs, "", multiType, []byte(multi))
	f.Add("OPTIONS", jobsPath, "", "Origin: https://app.example\nAccess-Control-Request-Method: POST", []byte{})
	f.Add("OPTIONS", "*", "", "Accept: text/html", []byte{})

	s := start(f, func(o *api.Options) { o.Origins = []string{"https://app.example"} })
	f.Fuzz(func(t *testing.T, method, path, query, headers string, body []byte) {
		r, ok := request(method, path, query, headers, body)
		if !ok {
			return // no server would pass it on
		}
		a := s.serve(r)
		if a.StatusCode >= 500 {
			t.Fatalf("%d %s", a.StatusCode, a.body)
		}
		if len(a.Header.Get("request-id")) != 36 {
			t.Errorf("request-id is %q", a.Header.Get("request-id"))
		}
		readContract(t).checkAnswer(t, r, a)
		switch {
		case a.StatusCode == http.StatusNoContent || a.StatusCode == http.StatusNotModified:
			if a.body != "" {
				t.Errorf("%d with a body", a.StatusCode)
			}
		case a.Header.Get("Content-Encoding") == "gzip":
		case strings.HasPrefix(r.URL.Path, "/assets/"), r.URL.Path == "/": // the page for people
		case a.Header.Get("Content-Type") == "application/yaml", a.Header.Get("Content-Type") == "application/xml":
		case a.Header.Get("Content-Type") == "text/plain":
			if !digits.MatchString(a.body) {
				t.Errorf("a count is %q", a.body)
			}
		case a.Header.Get("Content-Type") == "application/x-ndjson":
			a.results(t)
		case a.Header.Get("Content-Type") == "text/event-stream":
		case !json.Valid([]byte(a.body)):
			t.Errorf("%d is not JSON: %q", a.StatusCode, a.body)
		case a.StatusCode >= 400:
			checkProblem(t, "error", a, a.problem(t))
		}
	})
}

// request makes of foreign strings what net/http's server would make of them.
func request(method, path, query, headers string, body []byte) (*http.Request, bool) {
	u := &url.URL{RawQuery: query}
	if p, err := url.PathUnescape(path); err == nil {
		u.Path, u.RawPath = p, path
	} else {
		u.Path = path
	}
	r, err := http.NewRequest(method, "http://example.com", bytes.NewReader(body))
	if err != nil {
		return nil, false
	}
	r.URL = u
	if method == "GET" && strings.Contains(u.Path, "/events") {
		return nil, false // a stream does not end by itself
	}
	for line := range strings.SplitSeq(headers, "\n") {
		name, value, _ := strings.Cut(line, ": ")
		if strings.EqualFold(name, "Prefer") && strings.Contains(strings.ToLower(value), "wait") {
			continue // waiting is as asked, but slow
		}
		if name != "" {
			r.Header.Add(name, value)
		}
	}
	return r, true
}
