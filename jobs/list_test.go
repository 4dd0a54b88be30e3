package jobs_test

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// picks says by hand what a Box says to Redis.
func picks(b jobs.Box, j *jobs.Job) bool {
	return (len(b.States) == 0 || slices.Contains(b.States, j.State)) &&
		(len(b.Types) == 0 || slices.Contains(b.Types, j.Type)) &&
		(len(b.Types) > 0 || !slices.Contains(b.Except, j.Type)) &&
		!j.Created.Before(b.From) && (b.To.IsZero() || j.Created.Before(b.To))
}

func list(t *testing.T, q *jobs.Queue, query jobs.Query) (all []*jobs.Job) {
	t.Helper()
	for j, err := range q.List(t.Context(), "acme", query) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, j)
	}
	return all
}

func ids(all []*jobs.Job) (ids []jobs.ID) {
	for _, j := range all {
		ids = append(ids, j.ID)
	}
	return ids
}

func TestListAndCountPickWhatIsInTheBoxes(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		// Each moment has several jobs, so that ids decide their order.
		for i := range 24 {
			if i%4 == 0 {
				time.Sleep(time.Second)
			}
			j := s.Submit(jobs.Submission{Tenant: "acme", Type: []string{"a", "b", "c"}[i%3], Priority: []jobs.Priority{jobs.Low, jobs.High}[i%2]})
			if i%5 == 0 {
				s.Cancel(j)
			}
		}
		s.Submit(jobtest.Text("duff"))
		all := list(t, s.Queue, jobs.Query{})
		middle := all[len(all)/2].Created
		for _, boxes := range [][]jobs.Box{
			nil,
			{{Types: []string{"a"}}},
			{{Types: []string{"a", "nobody's"}}},
			{{Except: []string{"a", "nobody's"}}},
			{{States: []jobs.State{jobs.Canceled}, Except: []string{"b"}}},
			{{From: middle}},
			{{To: middle}},
			{{From: middle.Add(-time.Nanosecond), To: middle.Add(time.Nanosecond)}},
			{{From: middle.Add(time.Nanosecond)}},
			{{To: middle, Types: []string{"a"}}, {From: middle, Types: []string{"b"}}},
			{{States: []jobs.State{jobs.NotStarted}, From: middle}, {States: []jobs.State{jobs.Canceled}, To: middle}, {States: []jobs.State{jobs.Canceled}, From: middle, Except: []string{"c"}}},
			{{States: []jobs.State{jobs.Running}}},
		} {
			for _, oldest := range []bool{false, true} {
				var want []*jobs.Job
				for _, j := range all {
					if len(boxes) == 0 || slices.ContainsFunc(boxes, func(b jobs.Box) bool { return picks(b, j) }) {
						want = append(want, j)
					}
				}
				if oldest {
					slices.Reverse(want)
				}
				for _, page := range []int{2, 50} {
					got := list(t, s.Queue, jobs.Query{Boxes: boxes, Oldest: oldest, Page: page})
					if diff := cmp.Diff(ids(want), ids(got)); diff != "" {
						t.Errorf("%+v, oldest first %t, pages of %d: -want +got\n%s", boxes, oldest, page, diff)
					}
				}
				n, err := s.Queue.Count(t.Context(), "acme", jobs.Query{Boxes: boxes, Oldest: oldest, After: all[3].Cursor()})
				if err != nil || n != int64(len(want)) {
					t.Errorf("%+v: Count = %d, %v, want %d", boxes, n, err, len(want))
				}
			}
		}
	})
}

// TestListHasWhatStaysWhileOthersComeAndGo reads a listing page by page, and
// between the pages jobs come, move from one box to the other, and go.
func TestListHasWhatStaysWhileOthersComeAndGo(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		for _, oldest := range []bool{false, true} {
			s := jobtest.Start(t, o)
			o.Jobs.Redis = nil
			var stays, moves, goes []jobs.ID
			for i := range 30 {
				j := s.Submit(jobs.Submission{Tenant: "acme", Type: "a"})
				switch i % 3 {
				case 0:
					stays = append(stays, j.ID)
				case 1:
					moves = append(moves, j.ID)
				case 2:
					goes = append(goes, j.ID)
				}
			}
			seen := map[jobs.ID]int{}
			n := 0
			query := jobs.Query{Oldest: oldest, Page: 4, Boxes: []jobs.Box{{States: []jobs.State{jobs.NotStarted}}, {States: []jobs.State{jobs.Canceled}}}}
			for j, err := range s.Queue.List(t.Context(), "acme", query) {
				if err != nil {
					t.Fatal(err)
				}
				seen[j.ID]++
				if n++; n%2 == 0 && len(moves) > 0 && len(goes) > 0 && n < 100 {
					if _, err := s.Queue.Cancel(t.Context(), "acme", moves[n%len(moves)], ""); err != nil {
						t.Fatal(err)
					}
					if err := s.Queue.Forget(t.Context(), "acme", goes[0], ""); err != nil {
						t.Fatal(err)
					}
					goes = goes[1:]
					time.Sleep(time.Millisecond)
					s.Submit(jobs.Submission{Tenant: "acme", Type: "a"})
				}
			}
			for _, id := range slices.Concat(stays, moves) {
				if seen[id] != 1 {
					t.Errorf("oldest first %t: a job that stayed was listed %d times", oldest, seen[id])
				}
			}
			for id, n := range seen {
				if n > 1 {
					t.Errorf("oldest first %t: %s was listed %d times", oldest, id, n)
				}
			}
		}
	})
}
