package jobs_test

import (
	"context"
	"errors"
	"os"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// toggle pauses or resumes a lane and expects that to be a change, or none.
func toggle(t *testing.T, what func(context.Context, jobs.Priority) (bool, error), p jobs.Priority, want bool) {
	t.Helper()
	if changed, err := what(t.Context(), p); changed != want || err != nil {
		t.Errorf("lane %s: changed %v, %v; want %v", p, changed, err, want)
	}
}

func TestPausedLaneWaitsAndTheOthersGoOn(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		s := jobtest.Start(t, o)
		toggle(t, s.Queue.Pause, jobs.Normal, true)
		toggle(t, s.Queue.Pause, jobs.Normal, false)
		var waiting []*jobs.Job
		for range 10 {
			waiting = append(waiting, s.Submit(jobtest.Text("acme")))
			urgent := jobtest.Text("acme")
			urgent.Priority = jobs.High
			s.Wait(s.Submit(urgent))
		}
		time.Sleep(3 * time.Second) // longer than workers wait before they look by themselves
		for _, j := range waiting {
			if got := s.Get(j); got.State != jobs.NotStarted {
				t.Errorf("a job of the paused lane is %s", got.State)
			}
		}
		toggle(t, s.Queue.Resume, jobs.Normal, true)
		toggle(t, s.Queue.Resume, jobs.Normal, false)
		for _, j := range waiting {
			s.Wait(j)
		}
		s.CheckPromises()
	})
}

func TestResumedLaneIsPickedUpAtOnce(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s := jobtest.Start(t, jobtest.Options{})
		toggle(t, s.Queue.Pause, jobs.Low, true)
		sub := jobtest.Text("acme")
		sub.Priority = jobs.Low
		j := s.Submit(sub)
		time.Sleep(1300 * time.Millisecond) // between two looks
		resumed := time.Now()
		toggle(t, s.Queue.Resume, jobs.Low, true)
		s.Wait(j)
		if took := time.Since(resumed); took > 100*time.Millisecond {
			t.Errorf("the job ended %v after its lane went on", took)
		}
	})
}

func TestJobsOfAPausedLaneCanBeCanceledAndComeAgain(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s := jobtest.Start(t, jobtest.Options{Handlers: text(func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
			if j.Attempts == 1 {
				time.Sleep(time.Second)
				return nil, &jobs.Error{Code: jobs.InternalError, RetryAfter: time.Second}
			}
			return done, nil
		})})
		running := s.Submit(jobtest.Text("acme"))
		time.Sleep(500 * time.Millisecond)
		toggle(t, s.Queue.Pause, jobs.Normal, true)
		if got := s.Cancel(s.Submit(jobtest.Text("acme"))); got.State != jobs.Canceled {
			t.Errorf("the canceled job is %s", got.State)
		}
		if got := s.Wait(running); got.State != jobs.Succeeded || got.Attempts != 2 {
			t.Errorf("the job that ran is %s after %d attempts, want succeeded after 2", got.State, got.Attempts)
		}
		s.CheckPromises()
	})
}

func TestOnlyLanesOfPrioritiesArePaused(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s := jobtest.Start(t, jobtest.Options{})
		for _, p := range []jobs.Priority{"", "again", "urgent"} {
			_, err := s.Queue.Pause(t.Context(), p)
			if inv, ok := errors.AsType[*jobs.InvalidError](err); !ok || inv.Target != "lane" {
				t.Errorf("Pause(%q) = %v, want that the lane is invalid", p, err)
			}
		}
	})
}

func TestOverviewTellsWhatWaitsAndWhoWorks(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		o.Jobs.Concurrency = 3
		o.Handlers = after(time.Minute)
		s := jobtest.Start(t, o)
		overview := func() *jobs.Overview {
			t.Helper()
			got, err := s.Queue.Overview(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			return got
		}
		var all []*jobs.Job
		submit := func(n int, p jobs.Priority) {
			for range n {
				sub := jobtest.Text("acme")
				sub.Priority = p
				all = append(all, s.Submit(sub))
			}
		}
		submit(4, jobs.High)
		time.Sleep(5 * time.Second)
		submit(2, jobs.Low)
		toggle(t, s.Queue.Pause, jobs.Low, true)
		want := &jobs.Overview{
			Lanes: []jobs.Lane{
				{Name: "again"},
				{Name: "high", Depth: 4, Oldest: 5 * time.Second},
				{Name: "normal"},
				{Name: "low", Depth: 2, Oldest: 1, Paused: true},
			},
			Workers: []jobs.Worker{},
		}
		age := cmp.Comparer(func(a, b time.Duration) bool {
			return (a == 0) == (b == 0) && (a-b).Abs() < 3*time.Second
		})
		if diff := cmp.Diff(want, overview(), age); diff != "" {
			t.Errorf("without workers (-want +got):\n%s", diff)
		}

		p := s.Process()
		time.Sleep(4 * time.Second) // a heartbeat and more
		host, err := os.Hostname()
		if err != nil {
			t.Fatal(err)
		}
		want.Lanes[1].Depth, want.Lanes[1].Oldest = 1, 9*time.Second
		want.Lanes[3].Oldest = 4 * time.Second
		want.Running = 3
		want.Workers = []jobs.Worker{{Host: host, PID: os.Getpid(), Types: []string{jobtest.TypeText}, Running: 3, Concurrency: 3}}
		for _, j := range all[:3] {
			want.Workers[0].Runs = append(want.Workers[0].Runs, jobs.Run{ID: j.ID, Type: j.Type})
		}
		anyOrder := cmpopts.SortSlices(func(a, b jobs.Run) bool { return a.ID < b.ID })
		if diff := cmp.Diff(want, overview(), age, anyOrder, cmpopts.IgnoreFields(jobs.Worker{}, "Started"), cmpopts.IgnoreFields(jobs.Run{}, "Started")); diff != "" {
			t.Errorf("with a worker (-want +got):\n%s", diff)
		}

		s.Cancel(all[0])
		p.Kill()
		time.Sleep(11 * time.Second) // longer than a lease
		if got := overview(); len(got.Workers) != 0 {
			t.Errorf("a worker is told of that died: %+v", got.Workers)
		}
	})
}

func TestPauseAndOverviewOnARealRedis(t *testing.T) {
	s := jobtest.Start(t, jobtest.Options{Jobs: jobs.Options{Redis: jobtest.Redis(t).Options()}})
	toggle(t, s.Queue.Pause, jobs.Normal, true)
	j := s.Submit(jobtest.Text("acme"))
	urgent := jobtest.Text("acme")
	urgent.Priority = jobs.High
	s.Wait(s.Submit(urgent))
	got, err := s.Queue.Overview(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if normal := got.Lanes[2]; normal.Depth != 1 || normal.Oldest <= 0 || !normal.Paused || len(got.Workers) != 1 {
		t.Errorf("overview = %+v, want one job in a paused lane and one worker", got)
	}
	toggle(t, s.Queue.Resume, jobs.Normal, true)
	s.Wait(j)
	s.CheckPromises()
}

func TestOverviewPassesOverDeliveriesThatDoNotCount(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s := jobtest.Start(t, jobtest.Options{Processes: -1})
		gone := s.Submit(jobtest.Text("acme"))
		time.Sleep(time.Hour)
		s.Submit(jobtest.Text("acme"))
		s.Cancel(gone)
		time.Sleep(time.Minute)
		got, err := s.Queue.Overview(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if normal := got.Lanes[2]; normal.Depth != 2 || normal.Oldest.Round(time.Second) != time.Minute {
			t.Errorf("lane normal = %+v, want two deliveries of which the one of a minute ago counts", normal)
		}
	})
}
