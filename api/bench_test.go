package api_test

import (
	"net/http"
	"strings"
	"testing"
)

// BenchmarkAnswer is the cost of the API itself: no path here reaches Redis.
func BenchmarkAnswer(b *testing.B) {
	s := start(b)
	for _, bb := range []struct{ name, method, path, body string }{
		{"first-route", "POST", "/beta/dataClassification/jobs", `{}`},
		{"last-route", "GET", "/dataClassification/sensitiveTypes('" + cardID + "')", ""},
		{"bad-text", "POST", textPath, `{"text":"my card is 4111 1111 1111 1111","sensitiveTypeIds":["` + cardID + `"],"language":"de"}`},
		{"nowhere", "GET", "/nowhere", ""},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.serve(newRequest(bb.method, bb.path, bb.body))
				s.log.Reset()
			}
		})
	}
}

// BenchmarkJob is a job's way through API and queue, with an embedded Redis.
func BenchmarkJob(b *testing.B) {
	s := start(b)
	res := s.want(http.StatusCreated, "POST", jobsPath, textJob)
	created := res.Header.Get("Location")
	at := strings.Index(created, jobsPath)
	for _, bb := range []struct{ name, method, path, body string }{
		{"post", "POST", jobsPath, textJob},
		{"get", "GET", created[at:], ""},
	} {
		b.Run(bb.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				s.serve(newRequest(bb.method, bb.path, bb.body))
				s.log.Reset()
			}
		})
	}
}
