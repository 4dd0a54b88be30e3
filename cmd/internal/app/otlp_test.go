package app

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// collecting is a collector that gives one answer after the other, and how often
// it was asked.
func collecting(t *testing.T, headers string, answers ...http.Response) (c *collector, asked *int) {
	t.Helper()
	c, err := openCollector(&url.URL{Scheme: "http", User: url.UserPassword("user", "marzipan"), Host: "collector:4318", Path: "/base"}, headers)
	if err != nil {
		t.Fatal(err)
	}
	asked = new(int)
	c.http.Transport = roundTrip(func(r *http.Request) (*http.Response, error) {
		body, err := io.ReadAll(r.Body)
		var got tracepb.TracesData
		if err != nil || proto.Unmarshal(body, &got) != nil || len(got.ResourceSpans) != 1 || r.URL.Path != "/base/v1/traces" {
			t.Errorf("sent %d bytes to %s, %v", len(body), r.URL.Path, err)
		}
		for name, want := range map[string]string{"Content-Type": "application/x-protobuf", "X-Key": "a b", "Authorization": "Basic dXNlcjptYXJ6aXBhbg=="} {
			if got := r.Header.Get(name); got != want {
				t.Errorf("%s is %q, want %q", name, got, want)
			}
		}
		resp := answers[*asked]
		*asked++
		if resp.StatusCode == 0 {
			return nil, errors.New("no such host")
		}
		resp.Body = io.NopCloser(strings.NewReader("secret words"))
		return &resp, nil
	})
	return c, asked
}

func TestSpansAreSentUntilTheyAreTakenOrRefused(t *testing.T) {
	again := http.Response{StatusCode: 503, Status: "503 Service Unavailable"}
	away := http.Response{}
	taken := http.Response{StatusCode: 200, Status: "200 OK"}
	for _, tt := range []struct {
		name        string
		answers     []http.Response
		least, most time.Duration
		want        string
	}{
		{"taken", []http.Response{taken}, 0, 0, ""},
		{"refused", []http.Response{{StatusCode: 400, Status: "400 Bad Request"}}, 0, 0, "the collector answered 400 Bad Request"},
		{"busy, then taken", []http.Response{again, taken}, 2 * time.Second, 5 * time.Second, ""},
		{"away, then taken", []http.Response{away, away, taken}, 7 * time.Second, 15 * time.Second, ""},
		{"told when", []http.Response{{StatusCode: 429, Header: http.Header{"Retry-After": {"20"}}}, taken}, 20 * time.Second, 20 * time.Second, ""},
		{"busy for too long", []http.Response{again, again, again, again, again, again, again, again}, time.Minute, time.Minute, "the collector answered 503 Service Unavailable"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
				defer cancel()
				c, asked := collecting(t, "x-key=a%20b", tt.answers...)
				start := time.Now()
				err := c.UploadTraces(ctx, []*tracepb.ResourceSpans{{SchemaUrl: "x"}})
				got := ""
				if err != nil {
					got = err.Error()
				}
				if d := cmp.Diff(tt.want, got); d != "" {
					t.Error(d)
				}
				if took := time.Since(start); took < tt.least || took > tt.most {
					t.Errorf("it took %s, want %s to %s", took, tt.least, tt.most)
				}
				if tt.want == "" && *asked != len(tt.answers) {
					t.Errorf("sent %d times, want %d", *asked, len(tt.answers))
				}
			})
		})
	}
}

func TestHeadersForTheCollectorThatCannotBeReadAreRefused(t *testing.T) {
	for _, headers := range []string{"marzipan", "=marzipan", "k=%marzipan"} {
		if _, err := openCollector(&url.URL{}, headers); err == nil || strings.Contains(err.Error(), "marzipan") {
			t.Errorf("%q: %v", headers, err)
		}
	}
}
