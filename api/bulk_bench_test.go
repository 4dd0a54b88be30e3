package api_test

import (
	"bufio"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// BenchmarkCreate is one job created over one connection and a Redis of the
// benchmark's own, alone; and ten thousand of them in a bulk call.
func BenchmarkCreate(b *testing.B) {
	q, err := jobs.Open(b.Context(), jobs.Options{Redis: jobtest.Redis(b).Options(), MaxWaiting: 1 << 30})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { q.Close() })
	srv := httptest.NewServer(api.New(api.Options{Queue: q}))
	b.Cleanup(srv.Close)
	send := func(b *testing.B, path, media string, body io.Reader) *http.Response {
		resp, err := srv.Client().Post(srv.URL+path, media, body)
		if err != nil {
			b.Fatal(err)
		}
		return resp
	}
	b.Run("alone", func(b *testing.B) {
		for b.Loop() {
			resp := send(b, jobsPath, "application/json", strings.NewReader(textJob))
			io.Copy(io.Discard, resp.Body)
			resp.Body.Close()
			if resp.StatusCode != http.StatusCreated {
				b.Fatal(resp.Status)
			}
		}
		b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "jobs/s")
	})
	b.Run("bulk", func(b *testing.B) {
		for b.Loop() {
			bulkCall(b, send, wire.MaxLines)
		}
		b.ReportMetric(float64(b.N)*wire.MaxLines/b.Elapsed().Seconds(), "jobs/s")
	})
}

func bulkCall(b *testing.B, send func(*testing.B, string, string, io.Reader) *http.Response, lines int) {
	pr, pw := io.Pipe()
	go func() {
		w := bufio.NewWriterSize(pw, 16<<10)
		for range lines {
			fmt.Fprintln(w, textJob)
		}
		w.Flush()
		pw.Close()
	}()
	resp := send(b, bulkPath, "application/x-ndjson", pr)
	defer resp.Body.Close()
	got := 0
	for in := bufio.NewScanner(resp.Body); in.Scan(); got++ {
		if !strings.Contains(in.Text(), `"status":201`) {
			b.Fatal(in.Text())
		}
	}
	if got != lines {
		b.Fatalf("%d results of %d lines", got, lines)
	}
}
