package jobs_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus"

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
				// Each job moves from one box to the other while the listing goes on.
				boxes := []jobs.Box{{States: []jobs.State{jobs.NotStarted}}, {States: []jobs.State{jobs.Running, jobs.Succeeded}}}
				for j, err := range s.Queue.List(t.Context(), "acme", jobs.Query{Boxes: boxes, Oldest: oldest, Page: 7}) {
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
			name string
			box  jobs.Box
			want int
		}{
			{"all", jobs.Box{}, 12},
			{"state", jobs.Box{States: []jobs.State{jobs.Canceled}}, 4},
			{"states", jobs.Box{States: []jobs.State{jobs.Canceled, jobs.NotStarted}}, 12},
			{"none", jobs.Box{States: []jobs.State{jobs.Succeeded}}, 0},
			{"type", jobs.Box{Types: []string{"b"}}, 4},
			{"type and state", jobs.Box{Types: []string{"a"}, States: []jobs.State{jobs.Canceled}}, 2},
			{"unknown type", jobs.Box{Types: []string{"x"}}, 0},
			{"from", jobs.Box{From: list[3].Created}, 9},
			{"just after", jobs.Box{From: list[3].Created.Add(1)}, 8},
			{"to", jobs.Box{To: list[3].Created}, 3},
			{"to just after", jobs.Box{To: list[3].Created.Add(1)}, 4},
			{"from and to", jobs.Box{From: list[2].Created, To: list[5].Created}, 3},
		} {
			n, err := s.Queue.Count(t.Context(), "acme", jobs.Query{Boxes: []jobs.Box{tt.box}})
			if err != nil || n != int64(tt.want) {
				t.Errorf("%s: Count = %d, %v, want %d", tt.name, n, err, tt.want)
			}
			for _, page := range []int{1, 5, 12, 50} {
				got := 0
				for _, err := range s.Queue.List(t.Context(), "acme", jobs.Query{Boxes: []jobs.Box{tt.box}, Page: page}) {
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

// picks says by hand what a Box says to Redis.
func picks(b jobs.Box, j *jobs.Job) bool {
	return (len(b.States) == 0 || slices.Contains(b.States, j.State)) &&
		(len(b.Types) == 0 || slices.Contains(b.Types, j.Type)) &&
		(len(b.Types) > 0 || !slices.Contains(b.Except, j.Type)) &&
		!j.Created.Before(b.From) && (b.To.IsZero() || j.Created.Before(b.To))
}

func listing(t *testing.T, q *jobs.Queue, query jobs.Query) (all []*jobs.Job) {
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
		all := listing(t, s.Queue, jobs.Query{})
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
					got := listing(t, s.Queue, jobs.Query{Boxes: boxes, Oldest: oldest, Page: page})
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

func TestListingPassesOverDamagedRecords(t *testing.T) {
	run := func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		metrics := prometheus.NewRegistry()
		q, err := jobs.Open(t.Context(), jobs.Options{Redis: s.Server, Shards: o.Jobs.Shards, Log: jobtest.Log(t), Metrics: metrics})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { q.Close() })
		damages := []struct {
			commands string
			err      error // of Get
		}{
			{"hset KEY s odd", jobs.ErrDamaged},
			{"hset KEY m odd", jobs.ErrDamaged},
			{"hdel KEY m", jobs.ErrDamaged},
			{"hdel KEY s", jobs.ErrNotFound},
			{"del KEY; set KEY odd", nil}, // Redis' own
			{"del KEY", jobs.ErrNotFound},
		}
		var whole []jobs.ID
		for range 3 { // side by side, and at both ends
			for _, damage := range damages {
				j := s.Submit(jobtest.Text("acme"))
				var record string
				for _, key := range s.Keys() {
					if strings.HasSuffix(key, "}:j:acme/"+string(j.ID)) {
						record = key
					}
				}
				for command := range strings.SplitSeq(damage.commands, "; ") {
					var args []any
					for word := range strings.FieldsSeq(strings.ReplaceAll(command, "KEY", record)) {
						args = append(args, word)
					}
					if err := s.Redis.Do(t.Context(), args...).Err(); err != nil {
						t.Fatal(err)
					}
				}
				if _, err := s.Queue.Get(t.Context(), "acme", j.ID); err == nil || damage.err != nil && !errors.Is(err, damage.err) {
					t.Errorf("%s: Get = %v, want %v", damage.commands, err, damage.err)
				}
			}
			for range 2 {
				whole = append(whole, s.Submit(jobtest.Text("acme")).ID)
			}
		}
		passed := 0
		for _, page := range []int{1, 2, 5, 50} {
			for _, oldest := range []bool{true, false} {
				var got []jobs.ID
				for j, err := range q.List(t.Context(), "acme", jobs.Query{Page: page, Oldest: oldest}) {
					if err != nil {
						t.Fatalf("pages of %d: %v", page, err)
					}
					got = append(got, j.ID)
				}
				passed += 3 * (len(damages) - 1)
				if !oldest {
					slices.Reverse(got)
				}
				if diff := cmp.Diff(whole, got); diff != "" {
					t.Errorf("pages of %d (-want +got):\n%s", page, diff)
				}
			}
		}
		if o.Jobs.Shards <= 1 { // pages of several shards overlap
			tells(t, metrics, fmt.Sprint("classifyd_list_unreadable_total ", passed))
		}
	}
	each(t, run)
	t.Run("real", func(t *testing.T) { run(t, jobtest.Options{Jobs: jobs.Options{Redis: jobtest.Redis(t).Options()}}) })
}
