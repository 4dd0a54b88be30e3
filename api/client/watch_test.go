package client_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/api/client"
)

// states are what a watch sees, a job with its result marked.
func states(t *testing.T, c *client.Client, id string) (got []string) {
	t.Helper()
	for j, err := range c.Watch(t.Context(), id) {
		if err != nil {
			got = append(got, err.Error())
			continue
		}
		s := j.Status
		if j.Result != nil {
			s += " with its result"
		}
		got = append(got, s)
	}
	return got
}

func TestWatchSeesEachStateUntilTheEnd(t *testing.T) {
	for _, tt := range []struct {
		name  string
		fault func(n int64, w http.ResponseWriter, r *http.Request, next http.Handler)
	}{
		{"as it is", nil},
		{"without events", func(_ int64, w http.ResponseWriter, r *http.Request, next http.Handler) {
			if strings.HasSuffix(r.URL.Path, "/events") {
				next = refuse(404)
			}
			next.ServeHTTP(w, r)
		}},
		{"through a proxy that takes no wait", func(_ int64, w http.ResponseWriter, r *http.Request, next http.Handler) {
			if strings.HasSuffix(r.URL.Path, "/events") {
				next = refuse(405)
			}
			r.Header.Del("Prefer")
			next.ServeHTTP(w, r)
		}},
		{"over a bad line", func(n int64, w http.ResponseWriter, r *http.Request, next http.Handler) {
			if n%2 == 0 {
				lose(refuse(503), r)
			}
			next.ServeHTTP(w, r)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := start(t)
				c := reach(t, s)
				j, err := c.Submit(t.Context(), text)
				if err != nil {
					t.Fatal(err)
				}
				s.fault = tt.fault
				time.AfterFunc(45*time.Second, func() { s.work(100 * time.Second) })
				got := states(t, c, j.ID)
				if diff := cmp.Diff([]string{"notStarted", "running", "succeeded with its result"}, got); diff != "" {
					t.Errorf("-want +got\n%s", diff)
				}
				if n := s.calls.Load(); n > 160 {
					t.Errorf("took %d calls", n)
				}
				if diff := cmp.Diff([]string{"succeeded with its result"}, states(t, c, j.ID)); diff != "" {
					t.Errorf("afterwards: -want +got\n%s", diff)
				}
			})
		})
	}
}

func TestWatchEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		c := reach(t, s)
		j, err := c.Submit(t.Context(), text)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 100*time.Second)
		defer cancel()
		before := time.Now()
		var last error
		for _, err := range c.Watch(ctx, j.ID) {
			last = err
		}
		if took := time.Since(before); took != 100*time.Second || !errors.Is(last, context.DeadlineExceeded) {
			t.Errorf("after %v: %v", took, last)
		}
		for j, err := range c.Watch(t.Context(), j.ID) {
			if err != nil || j.Status != "notStarted" {
				t.Errorf("got %+v, %v", j, err)
			}
			break
		}
		if got := states(t, c, "324d1724-1724-324d-2417-4d3224174d32"); len(got) != 1 || !strings.Contains(got[0], "jobNotFound") {
			t.Errorf("got %v", got)
		}
	})
}

// A script is a service that has the events of one job, and hangs up after each
// of the streams.
type script struct {
	streams []string
	job     string   // what a read gets
	seen    []string // Last-Event-ID of each stream
}

func (s *script) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !strings.HasSuffix(r.URL.Path, "/events") {
		io.WriteString(w, s.job)
		return
	}
	if r.Header.Get("Accept") != "text/event-stream" || len(s.seen) == len(s.streams) {
		refuse(400)(w, r)
		return
	}
	stream := s.streams[len(s.seen)]
	s.seen = append(s.seen, r.Header.Get("Last-Event-ID"))
	if stream == "over" {
		refuse(204)(w, r)
		return
	}
	w.Header().Set("Content-Type", "text/event-stream")
	io.WriteString(w, stream)
}

func TestStreamIsTakenUpWhereItBroke(t *testing.T) {
	state := func(id int, status string) string {
		return fmt.Sprintf("id: %d\r\ndata: {\"status\":%q,\r\ndata: \"@odata.etag\":\"W/\\\"1.%d\\\"\"}\r\n\r\n", id, status, id)
	}
	const done = `{"status":"succeeded","@odata.etag":"W/\"1.9\"","result":{}}`
	for _, tt := range []struct {
		name    string
		streams []string
		seen    []string
		want    []string
	}{
		{"whole", []string{state(1, "notStarted") + ":\n\n" + state(2, "running") + state(9, "succeeded")}, []string{""}, []string{"notStarted", "running", "succeeded with its result"}},
		{"broken", []string{state(1, "notStarted"), ":\n\n", state(2, "running"), state(9, "succeeded")}, []string{"", "1", "1", "2"}, []string{"notStarted", "running", "succeeded with its result"}},
		{"broken within an event", []string{state(1, "notStarted") + "id: 2\ndata: {", state(2, "running"), "over"}, []string{"", "1", "2"}, []string{"notStarted", "running", "succeeded with its result"}},
		{"told again", []string{state(1, "running"), state(1, "running"), state(9, "succeeded")}, []string{"", "1", "1"}, []string{"running", "succeeded with its result"}},
		{"events of another name", []string{"event: later\ndata: x\n\n" + state(9, "failed")}, []string{""}, []string{"succeeded with its result"}},
		{"deleted", []string{state(1, "running") + "event: deleted\ndata: {}\n\n"}, []string{""}, []string{"running", "404 jobNotFound: the job was deleted"}},
		{"never a word", []string{"", "", "", "", ""}, []string{"", "", "", "", ""}, []string{"unexpected EOF"}},
		{"nonsense", []string{"data: 7\n\n"}, []string{""}, []string{"the answer is not what a classifyd service would send"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &script{streams: tt.streams, job: done}
				got := states(t, reach(t, s), "x")
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("-want +got\n%s", diff)
				}
				if diff := cmp.Diff(tt.seen, s.seen); diff != "" {
					t.Errorf("Last-Event-ID: -want +got\n%s", diff)
				}
			})
		})
	}
}
