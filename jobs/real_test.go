package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// real runs f against a real redis-server for every layout that matters.
func real(t *testing.T, f func(t *testing.T, r *jobtest.Server, o jobtest.Options)) {
	for _, shards := range []int{1, 3} {
		t.Run(fmt.Sprintf("shards=%d", shards), func(t *testing.T) {
			t.Parallel()
			r := jobtest.Redis(t)
			f(t, r, jobtest.Options{Jobs: jobs.Options{Redis: r.Options(), Shards: shards}})
		})
	}
}

// stores runs f against one server, one with a Sentinel, and a Cluster.
func stores(t *testing.T, f func(t *testing.T, o jobtest.Options)) {
	real(t, func(t *testing.T, _ *jobtest.Server, o jobtest.Options) { f(t, o) })
	t.Run("sentinel", func(t *testing.T) {
		t.Parallel()
		f(t, jobtest.Options{Jobs: jobs.Options{Redis: jobtest.StartSentinel(t).Options(), WaitReplicas: 1}})
	})
	t.Run("cluster", func(t *testing.T) {
		t.Parallel()
		f(t, jobtest.Options{Jobs: jobs.Options{Redis: jobtest.StartCluster(t, false).Options(), Shards: 6}})
	})
}

func TestRealRedisRunsEveryKindOfJob(t *testing.T) {
	stores(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = 2
		o.Handlers = text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
			switch {
			case j.Tenant == "again" && j.Attempts == 1:
				return nil, &jobs.Error{Code: jobs.InternalError}
			case j.Tenant == "never":
				return nil, jobs.Permanent(&jobs.Error{Code: jobs.InvalidContent, Message: "no"})
			case j.Tenant == "long":
				return block(ctx, j)
			}
			return done, nil
		})
		s := jobtest.Start(t, o)
		want := map[jobs.Tenant]jobs.State{"once": jobs.Succeeded, "again": jobs.Succeeded, "never": jobs.Failed, "long": jobs.Canceled}
		var list []*jobs.Job
		for tenant := range want {
			for range 20 {
				list = append(list, s.Submit(jobtest.Text(tenant)))
			}
		}
		s.CheckPromises()
		for _, j := range list {
			if j.Tenant == "long" {
				s.Cancel(j)
			}
		}
		for _, j := range list {
			if got := s.Wait(j); got.State != want[j.Tenant] {
				t.Errorf("job of %s ended %s", j.Tenant, got.State)
			}
		}
		s.CheckEnded()
		for tenant := range want {
			seen := map[jobs.ID]bool{}
			for j, err := range s.Queue.List(t.Context(), tenant, jobs.Query{Page: 7}) {
				if err != nil || seen[j.ID] {
					t.Fatalf("List yields %v, %v", j, err)
				}
				seen[j.ID] = true
			}
			if len(seen) != 20 {
				t.Errorf("%d jobs of %s are listed", len(seen), tenant)
			}
		}
		for _, j := range list {
			s.Forget(j)
		}
		s.CheckPromises()
	})
}

func TestRealRedisMayBeKilledUnderLoad(t *testing.T) {
	real(t, func(t *testing.T, r *jobtest.Server, o jobtest.Options) {
		o.Processes = 2
		s := jobtest.Start(t, o)
		var wg sync.WaitGroup
		var accepted, sent atomic.Int32
		enough := make(chan bool)
		for p := range 4 {
			wg.Go(func() {
				for i := range 150 {
					sub := jobtest.Text("acme")
					sub.Key = fmt.Sprint(p, " ", i)
					for { // until Redis is there again
						_, _, err := s.TrySubmit(sub)
						if err == nil {
							break
						}
						if !errors.Is(err, jobs.ErrUnavailable) {
							t.Errorf("Submit = %v", err)
							return
						}
					}
					accepted.Add(1)
					if sent.Add(1) == 100 {
						close(enough)
					}
				}
			})
		}
		<-enough
		r.Kill()
		r.Restart()
		wg.Wait()
		n := int64(accepted.Load())
		for j, err := range s.Queue.List(t.Context(), "acme", jobs.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			s.Wait(j)
		}
		if got, err := s.Queue.Count(t.Context(), "acme", jobs.Query{Boxes: []jobs.Box{{States: []jobs.State{jobs.Succeeded}}}}); got != n || err != nil {
			t.Errorf("%d jobs were accepted, %d succeeded, %v", n, got, err)
		}
		s.CheckEnded()
	})
}

func TestRealRedisLosesAWorker(t *testing.T) {
	stores(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		o.Jobs.Grace, o.Jobs.Patience = time.Millisecond, time.Second // what the killed process waits for at the end
		s := jobtest.Start(t, o)
		began := make(chan bool, 100)
		killed := s.Process(text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
			began <- true
			return block(ctx, j)
		})...)
		var list []*jobs.Job
		for range 10 {
			list = append(list, s.Submit(jobtest.Text("acme")))
		}
		for range list {
			<-began
		}
		killed.Kill()
		s.Process()
		for _, j := range list {
			if got := s.Wait(j); got.State != jobs.Succeeded || got.Attempts != 2 {
				t.Errorf("job ended %s after %d attempts", got.State, got.Attempts)
			}
		}
		s.CheckEnded()
	})
}

func TestRealRedisThatIsFullStillDrains(t *testing.T) {
	real(t, func(t *testing.T, _ *jobtest.Server, o jobtest.Options) {
		o.Processes = -1
		o.Jobs.Retention = time.Second
		s := jobtest.Start(t, o)
		var list []*jobs.Job
		for range 50 {
			list = append(list, s.Submit(jobtest.Text("acme")))
		}
		if err := s.Redis.ConfigSet(t.Context(), "maxmemory", "1mb").Err(); err != nil {
			t.Fatal(err)
		}
		s.Process(text(func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
			if j.Attempts == 1 {
				return nil, &jobs.Error{Code: jobs.InternalError}
			}
			return done, nil
		})...)
		for _, j := range list {
			// Watch ends with the job, or with its retention.
			for j, err := range s.Queue.Watch(t.Context(), j.Tenant, j.ID) {
				if errors.Is(err, jobs.ErrNotFound) {
					break
				}
				if err != nil || j.Done() && j.State != jobs.Succeeded {
					t.Fatalf("job of a full Redis: %v, %v", j, err)
				}
			}
		}
		if _, _, err := s.TrySubmit(jobtest.Text("acme")); err == nil {
			t.Error("a full Redis took one more job")
		} else if _, ok := errors.AsType[*jobs.BusyError](err); !ok {
			t.Errorf("Submit = %v, want a BusyError", err)
		}
	})
}
