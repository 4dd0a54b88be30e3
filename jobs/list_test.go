package jobs_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

func TestListingShowsEachJobOnceWhateverComesAndGoes(t *testing.T) {
	for _, oldest := range []bool{false, true} {
		t.Run(fmt.Sprintf("oldest=%v", oldest), func(t *testing.T) {
			each(t, func(t *testing.T, o jobtest.Options) {
				o.Handlers = after(30 * time.Millisecond)
				o.Jobs.Concurrency = 1
				s := jobtest.Start(t, o)
				var stay []*jobs.Job
				var leave []*jobs.Job
				for i := range 60 { // many within one microsecond of the bubble's clock
					j := s.Submit(jobtest.Text("acme"))
					if i%4 == 0 {
						leave = append(leave, j)
					} else {
						stay = append(stay, j)
					}
				}
				seen := map[jobs.ID]int{}
				var order []*jobs.Job
				for j, err := range s.Queue.List(t.Context(), "acme", jobs.Query{Oldest: oldest, Page: 7}) {
					if err != nil {
						t.Fatal(err)
					}
					seen[j.ID]++
					order = append(order, j)
					if len(leave) > 0 {
						s.Forget(leave[0])
						leave = leave[1:]
						s.Submit(jobtest.Text("acme"))
					}
					time.Sleep(10 * time.Millisecond) // others start and end meanwhile
				}
				for _, j := range stay {
					if seen[j.ID] != 1 {
						t.Errorf("job %s was listed %d times", j.ID, seen[j.ID])
					}
				}
				for id, n := range seen {
					if n > 1 {
						t.Errorf("job %s was listed %d times", id, n)
					}
				}
				if !slices.IsSortedFunc(order, func(a, b *jobs.Job) int {
					if !oldest {
						a, b = b, a
					}
					return a.Created.Compare(b.Created)
				}) {
					t.Error("the listing is out of order")
				}
				s.CheckPromises()
			})
		})
	}
}

func TestListAndCountHeedTheQuery(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		var list []*jobs.Job
		for i := range 12 {
			sub := jobtest.Text("acme")
			sub.Type = []string{"a", "b", "c"}[i%3]
			sub.Priority = []jobs.Priority{jobs.Low, jobs.Normal, jobs.High}[i%3]
			list = append(list, s.Submit(sub))
			time.Sleep(time.Second)
		}
		for _, j := range list[:4] {
			s.Cancel(j)
		}
		for _, tt := range []struct {
			name  string
			query jobs.Query
			want  int
		}{
			{"all", jobs.Query{}, 12},
			{"state", jobs.Query{States: []jobs.State{jobs.Canceled}}, 4},
			{"states", jobs.Query{States: []jobs.State{jobs.Canceled, jobs.NotStarted}}, 12},
			{"none", jobs.Query{States: []jobs.State{jobs.Succeeded}}, 0},
			{"type", jobs.Query{Types: []string{"b"}}, 4},
			{"type and state", jobs.Query{Types: []string{"a"}, States: []jobs.State{jobs.Canceled}}, 2},
			{"unknown type", jobs.Query{Types: []string{"x"}}, 0},
			{"from", jobs.Query{From: list[3].Created}, 9},
			{"just after", jobs.Query{From: list[3].Created.Add(1)}, 8},
			{"to", jobs.Query{To: list[3].Created}, 3},
			{"to just after", jobs.Query{To: list[3].Created.Add(1)}, 4},
			{"from and to", jobs.Query{From: list[2].Created, To: list[5].Created}, 3},
		} {
			n, err := s.Queue.Count(t.Context(), "acme", tt.query)
			if err != nil || n != int64(tt.want) {
				t.Errorf("%s: Count = %d, %v, want %d", tt.name, n, err, tt.want)
			}
			for _, page := range []int{1, 5, 12, 50} {
				tt.query.Page = page
				got := 0
				for _, err := range s.Queue.List(t.Context(), "acme", tt.query) {
					if err != nil {
						t.Fatal(err)
					}
					got++
				}
				if got != tt.want {
					t.Errorf("%s, pages of %d: List yields %d, want %d", tt.name, page, got, tt.want)
				}
			}
		}
		s.CheckPromises()
	})
}
