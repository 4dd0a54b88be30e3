package api_test

import "testing"

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
