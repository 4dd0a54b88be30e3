package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

func TestFullQueueTakesJobsAsSoonAsItHasRoom(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s := jobtest.Start(t, jobtest.Options{Processes: -1, Jobs: jobs.Options{MaxWaiting: 1}})
		first := s.Submit(jobtest.Text("a"))
		_, _, err := s.TrySubmit(jobtest.Text("a"))
		busy, ok := errors.AsType[*jobs.BusyError](err)
		if !ok {
			t.Fatalf("Submit to a full queue = %v, want a BusyError", err)
		}
		s.Process()
		s.Wait(first)
		time.Sleep(busy.RetryAfter)
		s.Submit(jobtest.Text("a"))
	})
}

func TestTenantWithTooMuchQueuedIsRefusedAlone(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		const most = 40
		o.Processes = -1
		o.Jobs.TenantWaiting = most
		s := jobtest.Start(t, o)
		other := jobtest.Start(t, jobtest.Options{Processes: -1, Jobs: jobs.Options{Redis: s.Server, Shards: o.Jobs.Shards, TenantWaiting: most}})
		for i := range most {
			sub := jobtest.Text("acme")
			sub.Type = fmt.Sprint("type ", i%7)
			sub.Priority = []jobs.Priority{jobs.Low, jobs.Normal, jobs.High}[i%3]
			s.Submit(sub)
		}
		refused := func(s *jobtest.System) time.Duration {
			t.Helper()
			_, _, err := s.TrySubmit(jobtest.Text("acme"))
			busy, ok := errors.AsType[*jobs.BusyError](err)
			if !ok || busy.Tenant == nil {
				t.Fatalf("Submit of job %d = %v, want a BusyError of the tenant", most+1, err)
			}
			if diff := cmp.Diff(&jobs.Quota{Of: "jobs", Most: most}, busy.Tenant); diff != "" {
				t.Errorf("the quota that is used up (-want +got):\n%s", diff)
			}
			return busy.RetryAfter
		}
		again := refused(s)
		other.Submit(jobtest.Text("duff"))
		for i := range 10 { // until it has sent enough to be worth a count
			if _, _, err := other.TrySubmit(jobtest.Text("acme")); err != nil {
				break
			} else if i == 9 {
				t.Error("another process takes what this one refuses")
			}
		}
		refused(other)
		s.Process(append(text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) { return done, nil }), typed(7)...)...)
		time.Sleep(again)
		s.Submit(jobtest.Text("acme"))
	})
}

// typed serves the types "type 0" to "type n-1".
func typed(n int) (list []jobs.Handler) {
	for i := range n {
		list = append(list, jobs.Handler{Type: fmt.Sprint("type ", i), Run: func(context.Context, *jobs.Job) (*jobs.Result, error) {
			return done, nil
		}})
	}
	return list
}

func TestQueueThatIsNearlyFullRefusesAndTellsWhen(t *testing.T) {
	r := jobtest.Redis(t, "--maxmemory-policy", "noeviction")
	s := jobtest.Start(t, jobtest.Options{Processes: -1, Jobs: jobs.Options{Redis: r.Options()}})
	used := func() (n int64) {
		t.Helper()
		info := s.Redis.InfoMap(t.Context(), "memory").Val()["Memory"]
		n, err := strconv.ParseInt(info["used_memory"], 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		return n
	}
	limit := func(n int64) {
		t.Helper()
		if err := s.Redis.ConfigSet(t.Context(), "maxmemory", strconv.FormatInt(n, 10)).Err(); err != nil {
			t.Fatal(err)
		}
	}
	s.Submit(jobtest.Text("acme"))
	limit(used() * 100 / 80)
	var busy *jobs.BusyError
	for end := time.Now().Add(time.Minute); busy == nil; { // the last look counts for a second
		_, _, err := s.TrySubmit(jobtest.Text("acme"))
		busy, _ = errors.AsType[*jobs.BusyError](err)
		if time.Now().After(end) {
			t.Fatal("a Redis that is nearly full takes jobs")
		}
	}
	if busy.Tenant != nil || busy.RetryAfter <= 0 {
		t.Errorf("Submit = %+v", busy)
	}
	limit(used() * 100 / 50)
	for end := time.Now().Add(time.Minute); ; {
		if _, _, err := s.TrySubmit(jobtest.Text("acme")); err == nil {
			break
		}
		if time.Now().After(end) {
			t.Fatal("a Redis with room takes no jobs")
		}
	}
}
