package jobs_test

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// A census knows how many jobs of each tenant run, and the most that ever did.
type census struct {
	mu        sync.Mutex // guards all below
	now, most map[jobs.Tenant]int
}

// counted is a handler that takes d, and is counted.
func counted(d time.Duration) (*census, []jobs.Handler) {
	c := &census{now: map[jobs.Tenant]int{}, most: map[jobs.Tenant]int{}}
	return c, text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
		c.add(j.Tenant, 1)
		defer c.add(j.Tenant, -1)
		return after(d)[0].Run(ctx, j)
	})
}

func (c *census) add(t jobs.Tenant, n int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now[t] += n
	c.most[t] = max(c.most[t], c.now[t])
}

func (c *census) peak() map[jobs.Tenant]int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return maps.Clone(c.most)
}

func TestTenantAtItsCapHoldsUpNobodyElse(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		most := map[int]int{1: 4, 3: 6}[o.Jobs.Shards] // two in each of three
		c, handlers := counted(2 * time.Second)
		o.Handlers, o.Processes = handlers, -1
		o.Jobs.Concurrency, o.Jobs.TenantRunning = 10, 4
		s := jobtest.Start(t, o)
		var greedy []*jobs.Job
		for i := range 36 {
			sub := jobtest.Text("greedy")
			sub.Priority = []jobs.Priority{jobs.High, jobs.Normal, jobs.Low}[i%3]
			greedy = append(greedy, s.Submit(sub))
		}
		s.Process()
		s.Process()
		time.Sleep(time.Second)
		start := time.Now()
		var modest []*jobs.Job
		for range 4 {
			sub := jobtest.Text("modest")
			sub.Priority = jobs.Low
			modest = append(modest, s.Submit(sub))
		}
		for _, j := range modest {
			s.Wait(j)
		}
		if took := time.Since(start); took > 4*time.Second { // a run, and the look at a lane that was empty
			t.Errorf("the jobs of another tenant took %v", took)
		}
		s.CheckPromises()
		for _, j := range greedy {
			if got := s.Wait(j); got.State != jobs.Succeeded || got.Attempts != 1 {
				t.Errorf("job ended %s after %d attempts", got.State, got.Attempts)
			}
		}
		// Twice what 4 at a time need, for shards have unequal numbers.
		if took := time.Since(start); took > 36/4*2*time.Second*2 {
			t.Errorf("36 jobs of 2s, 4 at a time, took %v", took)
		}
		if got := c.peak()["greedy"]; got > most || got < most-1 {
			t.Errorf("%d jobs of the tenant ran at a time, want %d", got, most)
		}
		s.CheckEnded()
	})
}

func TestCapHoldsOnARealRedisAsWell(t *testing.T) {
	c, handlers := counted(50 * time.Millisecond)
	s := jobtest.Start(t, jobtest.Options{Handlers: handlers, Jobs: jobs.Options{Redis: jobtest.Redis(t).Options(), TenantRunning: 2}})
	var list []*jobs.Job
	for range 10 {
		list = append(list, s.Submit(jobtest.Text("acme")))
	}
	for _, j := range list {
		s.Wait(j)
	}
	if got := c.peak()["acme"]; got != 2 {
		t.Errorf("%d ran at a time, want 2", got)
	}
	s.CheckEnded()
}

func TestCapOfATenantOutlivesItsWorkers(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes, o.Jobs.Concurrency, o.Jobs.TenantRunning = -1, 8, 2
		o.Handlers = after(time.Second)
		s := jobtest.Start(t, o)
		dying := s.Process(jobs.Handler{Type: jobtest.TypeText, Run: block})
		var list []*jobs.Job
		for range 12 {
			list = append(list, s.Submit(jobtest.Text("acme")))
		}
		time.Sleep(3 * time.Second)
		dying.Kill()
		s.Process()
		s.CheckPromises()
		for _, j := range list {
			if got := s.Wait(j); got.State != jobs.Succeeded {
				t.Errorf("job ended %s", got.State)
			}
		}
		s.CheckEnded()
	})
}

func TestWhatIsHeldGoesOnHoweverItsTurnComes(t *testing.T) {
	for _, tt := range []struct {
		name string
		do   func(s *jobtest.System, running, held *jobs.Job)
		want map[string]jobs.State
	}{
		{"the running one is canceled", func(s *jobtest.System, running, _ *jobs.Job) { s.Cancel(running) },
			map[string]jobs.State{"running": jobs.Canceled, "held": jobs.Succeeded, "last": jobs.Succeeded}},
		{"the held one is canceled", func(s *jobtest.System, _, held *jobs.Job) { s.Cancel(held) },
			map[string]jobs.State{"running": jobs.Succeeded, "held": jobs.Canceled, "last": jobs.Succeeded}},
		{"what counts is lost", func(s *jobtest.System, _, _ *jobs.Job) { s.Redis.Del(context.Background(), "{s0}:runs:acme") },
			map[string]jobs.State{"running": jobs.Succeeded, "held": jobs.Succeeded, "last": jobs.Succeeded}},
		{"what is held is lost", func(s *jobtest.System, _, _ *jobs.Job) {
			s.Redis.Del(context.Background(), "{s0}:held:normal")
		}, map[string]jobs.State{"running": jobs.Succeeded, "held": jobs.Succeeded, "last": jobs.Succeeded}},
		{"more counts than runs", func(s *jobtest.System, _, _ *jobs.Job) {
			s.Redis.SAdd(context.Background(), "{s0}:runs:acme", "ghost:5")
		}, map[string]jobs.State{"running": jobs.Succeeded, "held": jobs.Succeeded, "last": jobs.Succeeded}},
		{"lanes rest for a while", func(s *jobtest.System, running, _ *jobs.Job) {
			if _, err := s.Queue.Pause(context.Background(), jobs.Normal); err != nil {
				panic(err)
			}
			s.Wait(running)
			time.Sleep(5 * time.Second)
			if _, err := s.Queue.Resume(context.Background(), jobs.Normal); err != nil {
				panic(err)
			}
		}, map[string]jobs.State{"running": jobs.Succeeded, "held": jobs.Succeeded, "last": jobs.Succeeded}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			jobtest.Bubble(t, func(t *testing.T) {
				s := jobtest.Start(t, jobtest.Options{Handlers: after(4 * time.Second), Jobs: jobs.Options{TenantRunning: 1}})
				list := map[string]*jobs.Job{}
				for _, name := range []string{"running", "held", "last"} {
					list[name] = s.Submit(jobtest.Text("acme"))
					time.Sleep(time.Second)
				}
				tt.do(s, list["running"], list["held"])
				for name, want := range tt.want {
					if got := s.Wait(list[name]); got.State != want {
						t.Errorf("the %s one ended %s, want %s", name, got.State, want)
					}
				}
				time.Sleep(5 * time.Second) // what is left of canceled ones
				s.CheckEnded()
			})
		})
	}
}

func TestHeldJobsAreTakenWhereCapsWereTakenAway(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s := jobtest.Start(t, jobtest.Options{Processes: -1, Handlers: after(time.Second), Jobs: jobs.Options{TenantRunning: 1}})
		capped := s.Process()
		var list []*jobs.Job
		for range 20 {
			list = append(list, s.Submit(jobtest.Text("acme")))
		}
		time.Sleep(500 * time.Millisecond)
		if o, err := s.Queue.Overview(t.Context()); err != nil || o.Running != 1 || held(o) != 19 {
			t.Errorf("overview is %+v, %v; want one running and 19 held", o, err)
		}
		capped.Stop()
		free, err := jobs.Open(t.Context(), jobs.Options{Redis: s.Server, Concurrency: 30})
		if err != nil {
			t.Fatal(err)
		}
		var work sync.WaitGroup
		ctx, stop := context.WithCancel(t.Context())
		work.Go(func() { _ = free.Work(ctx, after(time.Second)) })
		work.Go(func() { _ = free.Maintain(ctx) })
		for _, j := range list {
			s.Wait(j)
		}
		stop()
		work.Wait()
		free.Close()
		s.CheckEnded()
	})
}

func held(o *jobs.Overview) (n int) {
	for _, l := range o.Lanes {
		n += l.Held
	}
	return n
}

func TestWithoutCapsNothingIsKeptForThem(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s := jobtest.Start(t, jobtest.Options{Handlers: after(time.Second)})
		j := s.Submit(jobtest.Text("acme"))
		time.Sleep(500 * time.Millisecond)
		if keys := s.Keys(); slices.ContainsFunc(keys, func(key string) bool {
			return strings.Contains(key, ":runs:") || strings.Contains(key, ":held:")
		}) {
			t.Error("there is a key for caps in ", fmt.Sprint(keys))
		}
		s.Wait(j)
	})
}
