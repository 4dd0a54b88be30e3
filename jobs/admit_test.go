package jobs_test

import (
	"errors"
	"testing"
	"time"

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
