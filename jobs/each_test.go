package jobs_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

func TestBrokenRecordFailsNoneOfTheSubmissionsBesideIt(t *testing.T) {
	onBoth(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		const broken = 17
		id := func(i int) jobs.ID { return jobs.ID(fmt.Sprintf("0198c0de-0000-7000-8000-%012d", i)) }
		if err := s.Redis.Set(t.Context(), "{s0}:j:acme/"+string(id(broken)), "no record", 0).Err(); err != nil {
			t.Fatal(err)
		}
		for range 2 { // made, then found
			var wg sync.WaitGroup
			for i := range 100 {
				wg.Go(func() {
					sub := jobtest.Text("acme")
					sub.ID = id(i)
					if _, _, err := s.Queue.Submit(t.Context(), sub); (err != nil) != (i == broken) {
						t.Errorf("submission %d: %v", i, err)
					}
				})
			}
			wg.Wait()
			if err := s.Redis.ScriptFlush(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
		}
		page, err := s.Queue.Count(t.Context(), "acme", jobs.Query{})
		if err != nil || page != 99 {
			t.Errorf("%d jobs are listed, %v", page, err)
		}
	})
}

// onBoth runs a test on the embedded Redis and on a real one.
func onBoth(t *testing.T, run func(t *testing.T, o jobtest.Options)) {
	t.Run("embedded", func(t *testing.T) {
		jobtest.Bubble(t, func(t *testing.T) { run(t, jobtest.Options{}) })
	})
	t.Run("real", func(t *testing.T) {
		run(t, jobtest.Options{Jobs: jobs.Options{Redis: jobtest.Redis(t).Options()}})
	})
}

func TestBrokenRecordKeepsNoneOfTheJobsBesideItFromRunning(t *testing.T) {
	onBoth(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		var all []*jobs.Job
		for range 40 {
			all = append(all, s.Submit(jobtest.Text("acme")))
		}
		key := "{s0}:j:acme/" + string(all[7].ID)
		if err := s.Redis.Del(t.Context(), key).Err(); err != nil {
			t.Fatal(err)
		}
		if err := s.Redis.Set(t.Context(), key, "no record", 0).Err(); err != nil {
			t.Fatal(err)
		}
		s.Process()
		for i, j := range all {
			if i == 7 {
				continue
			}
			if j := s.Wait(j); j.State != jobs.Succeeded {
				t.Errorf("job %d is %s", i, j.State)
			}
		}
	})
}
