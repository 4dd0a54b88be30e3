package jobs_test

import (
	"errors"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// kept are the keys that stay when all jobs are gone: the layout, what the
// living processes keep fresh, and asynq's counters.
var kept = regexp.MustCompile(`^(classifyd:layout|\{s\d\}:(sweep|sweeper|serves|workers|about)|asynq:(queues|servers|workers)(:.*)?|asynq:\{s\d\}[a-z]+\}:processed(:[-\d]+)?)$`)

// ours are the keys that belong to jobs.
func ours(keys []string) []string { return slices.DeleteFunc(keys, kept.MatchString) }

func TestEndedJobIsReadableUntilItsRetentionIsOver(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Jobs.Retention = 20 * time.Second
		s := jobtest.Start(t, o)
		j := s.Wait(s.Submit(jobtest.Text("acme")))
		time.Sleep(19 * time.Second)
		if got := s.Get(j); string(got.Result) == "" {
			t.Error("the result is gone before its time")
		}
		s.CheckPromises()
		time.Sleep(4 * time.Second)
		if _, err := s.Queue.Get(t.Context(), j.Tenant, j.ID); !errors.Is(err, jobs.ErrNotFound) {
			t.Errorf("Get after retention = %v", err)
		}
		s.CheckPromises()
	})
}

func TestNoKeyOfAJobIsLeftAfterRetention(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Jobs.Retention = 20 * time.Second
		o.Jobs.MaxWait = time.Hour
		o.Jobs.TenantBytes = plenty
		o.Processes = 2
		s := jobtest.Start(t, o)
		for i := range 50 {
			sub := jobtest.Text([]jobs.Tenant{"acme", "duff", "hooli"}[i%3])
			sub.Priority = []jobs.Priority{jobs.Low, jobs.Normal, jobs.High}[i%3]
			if i%10 == 0 {
				sub.Type = "nobody serves this"
			}
			j := s.Submit(sub)
			if i%7 == 0 {
				_, _ = s.TryCancel(j)
			}
		}
		s.CheckPromises()
		time.Sleep(10 * time.Second)
		s.CheckEnded()
		time.Sleep(30 * time.Second)
		s.CheckPromises()
		if left := ours(s.Keys()); len(left) > 0 {
			t.Errorf("keys are left: %q", left)
		}
		for _, p := range s.Processes() {
			p.Stop()
		}
		time.Sleep(2 * time.Minute)
		// asynq counts by day for 90 days; the layout stays for the next jobs.
		for _, key := range s.Keys() {
			if key != "classifyd:layout" && !strings.HasPrefix(key, "asynq:") {
				t.Errorf("%s is left though no process lives", key)
			}
		}
	})
}
