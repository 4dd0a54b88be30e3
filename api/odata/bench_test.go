package odata

import (
	"crypto/hmac"
	"crypto/sha256"
	"fmt"
	"strings"
	"testing"
	"time"
)

// filters are what the benchmarks read: one comparison, what a dashboard asks,
// and much work for the length: unlike boxes, as many as fit.
var filters = []struct{ name, text string }{
	{"one", "status eq 'failed'"},
	{"page", "status in ('failed','canceled') and type eq 'classifyText' and creationDateTime ge 2026-01-31T00:00:00Z and creationDateTime lt 2026-02-01T00:00:00Z"},
	{"worst", worst()},
}

func worst() string {
	var terms []string
	for i := range 40 {
		terms = append(terms, fmt.Sprintf("(type ne 't%d' or status eq 'failed' or creationDateTime lt %s)", i, noon.AddDate(0, 0, i).Format(time.RFC3339)))
	}
	return strings.Join(terms, " and ")
}

func BenchmarkParseFilter(b *testing.B) {
	for _, f := range filters {
		b.Run(f.name, func(b *testing.B) {
			b.SetBytes(int64(len(f.text)))
			b.ReportAllocs()
			for b.Loop() {
				if _, err := ParseFilter(f.text, jobs); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCover(b *testing.B) {
	for _, f := range filters {
		b.Run(f.name, func(b *testing.B) {
			e, err := ParseFilter(f.text, jobs)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				Cover(e, indexed...)
			}
		})
	}
}

func BenchmarkMatch(b *testing.B) {
	i := item{"status": OfString("failed"), "type": OfString("classifyText"), "creationDateTime": OfTime(noon)}
	for _, f := range filters {
		b.Run(f.name, func(b *testing.B) {
			e, err := ParseFilter(f.text, jobs)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				Match(e, i.get)
			}
		})
	}
}

func BenchmarkDecodeToken(b *testing.B) {
	token := Token{noon, "0f8fad5b-d9cb-469f-a165-70867728950e"}.Encode(hmac.New(sha256.New, nil))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := DecodeToken(token, hmac.New(sha256.New, nil)); err != nil {
			b.Fatal(err)
		}
	}
}
