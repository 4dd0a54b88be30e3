package jobs_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

func TestJobsOfADeadWorkerRunAgainWithinSeconds(t *testing.T) {
	for _, waiting := range []int{0, 300} {
		t.Run(fmt.Sprintf("waiting=%d", waiting), func(t *testing.T) {
			each(t, func(t *testing.T, o jobtest.Options) {
				o.Jobs.Concurrency = 2
				o.Processes = -1
				s := jobtest.Start(t, o)
				killed := s.Process(text(block)...)
				j, k := s.Submit(jobtest.Text("acme")), s.Submit(jobtest.Text("duff"))
				time.Sleep(time.Second)
				for range waiting {
					s.Submit(jobtest.Text("hooli"))
				}
				var mu sync.Mutex // guards again
				again := map[jobs.ID]time.Time{}
				s.Process(text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
					mu.Lock()
					again[j.ID] = time.Now()
					mu.Unlock()
					if j.Tenant == "hooli" {
						time.Sleep(time.Second)
					}
					return done, nil
				})...)
				time.Sleep(time.Second)
				dead := time.Now()
				killed.Kill()
				time.Sleep(15 * time.Second)
				s.CheckPromises()
				mu.Lock()
				defer mu.Unlock()
				for _, j := range []*jobs.Job{j, k} {
					got := s.Get(j)
					if got.State != jobs.Succeeded || got.Attempts != 2 {
						t.Errorf("15 s after the worker's death its job is %s after %d attempts", got.State, got.Attempts)
					}
					t.Logf("started again after %v", again[j.ID].Sub(dead))
				}
			})
		})
	}
}

func TestDeathOfAWorkerCostsNoRetry(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		killed := s.Process(text(block)...)
		j := s.Submit(jobtest.Text("acme"))
		time.Sleep(time.Second)
		killed.Kill()
		s.Process(text(func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
			if j.Attempts < 4 {
				return nil, &jobs.Error{Code: jobs.InternalError}
			}
			return done, nil
		})...)
		// The lost start is the first; two failures and a success follow.
		if got := s.Wait(j); got.State != jobs.Succeeded || got.Attempts != 4 {
			t.Errorf("job ended %s after %d attempts", got.State, got.Attempts)
		}
		s.CheckEnded()
	})
}

func TestJobThatKillsItsWorkersEndsWorkerLost(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		var starts atomic.Int32
		j := s.Submit(jobtest.Text("acme"))
		for range 4 {
			self := make(chan *jobtest.Process, 1)
			self <- s.Process(text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
				starts.Add(1)
				(<-self).Kill()
				return block(ctx, j)
			})...)
			time.Sleep(16 * time.Second)
			s.CheckPromises()
		}
		got := s.Wait(j)
		if got.State != jobs.Failed || got.Error.Code != jobs.WorkerLost || starts.Load() != 3 || len(got.Error.Details) != 3 {
			t.Errorf("job ended %s %v after %d starts", got.State, got.Error, starts.Load())
		}
		s.CheckEnded()
	})
}

func TestJobThatKillsItsWorkersTakesNoneOfItsNeighboursWithIt(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		const neighbours = 15
		o.Processes = -1
		o.Jobs.Concurrency = neighbours + 1
		o.Jobs.Grace, o.Jobs.Patience = time.Millisecond, time.Millisecond
		s := jobtest.Start(t, o)
		poison := s.Submit(jobtest.Text("poison"))
		var innocent []*jobs.Job
		for range neighbours {
			innocent = append(innocent, s.Submit(jobtest.Text("acme")))
		}
		deaths, alone := 0, 0
		for !s.Get(poison).Done() && deaths < 10 {
			var mu sync.Mutex // guards running and self
			running := 0
			dead := make(chan struct{})
			var self *jobtest.Process
			mu.Lock()
			self = s.Process(text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
				mu.Lock()
				running++
				mu.Unlock()
				defer func() { mu.Lock(); running--; mu.Unlock() }()
				select {
				case <-time.After(time.Second): // for the others to start
				case <-ctx.Done():
					return nil, context.Cause(ctx)
				}
				if j.Tenant != "poison" {
					select {
					case <-time.After(5 * time.Second):
						return done, nil
					case <-ctx.Done():
						return nil, context.Cause(ctx)
					}
				}
				mu.Lock()
				if running == 1 {
					alone++
				}
				mu.Unlock()
				self.Kill()
				close(dead)
				return block(ctx, j)
			})...)
			mu.Unlock()
			select {
			case <-dead:
				deaths++
			case <-time.After(2 * time.Minute):
			}
			s.CheckPromises()
		}
		if got := s.Get(poison); got.State != jobs.Failed || got.Error.Code != jobs.WorkerLost || deaths != 3 || alone != 1 {
			t.Errorf("the job is %s %v after %d deaths, %d of them with nothing beside it", got.State, got.Error, deaths, alone)
		}
		s.Process()
		for _, j := range innocent {
			if got := s.Wait(j); got.State != jobs.Succeeded || got.Attempts > 3 {
				t.Errorf("a neighbour ended %s %v after %d attempts", got.State, got.Error, got.Attempts)
			}
		}
		s.CheckEnded()
	})
}

func TestResultOfAWorkerThatWasPausedTooLongIsRefused(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		var causes atomic.Value
		paused := s.Process(text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
			time.Sleep(20 * time.Second)
			causes.Store(fmt.Sprint(context.Cause(ctx)))
			return &jobs.Result{JSON: []byte(`"late"`)}, nil
		})...)
		j := s.Submit(jobtest.Text("acme"))
		time.Sleep(time.Second)
		paused.Link.Hold()
		s.Process(text(func(context.Context, *jobs.Job) (*jobs.Result, error) {
			time.Sleep(30 * time.Second)
			return &jobs.Result{JSON: []byte(`"in time"`)}, nil
		})...)
		time.Sleep(25 * time.Second)
		if got := s.Get(j); got.State != jobs.Running || got.Attempts != 2 {
			t.Errorf("job of the paused worker is %s after %d attempts", got.State, got.Attempts)
		}
		paused.Link.Release()
		time.Sleep(time.Second)
		if got := s.Get(j); got.State != jobs.Running {
			t.Errorf("the late result made the job %s", got.State)
		}
		s.CheckPromises()
		if got := s.Wait(j); string(got.Result) != `"in time"` {
			t.Errorf("result = %s", got.Result)
		}
		s.CheckEnded()
	})
}

func TestWorkerThatComesBackLearnsThatItsRunIsLost(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		cause := make(chan error, 1)
		paused := s.Process(text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
			_, err := block(ctx, j)
			cause <- err
			return nil, err
		})...)
		j := s.Submit(jobtest.Text("acme"))
		time.Sleep(time.Second)
		paused.Link.Hold()
		s.Process(after(time.Minute)...)
		time.Sleep(20 * time.Second)
		paused.Link.Release()
		time.Sleep(5 * time.Second)
		select {
		case err := <-cause:
			if err != jobs.ErrLost {
				t.Errorf("the run was ended by %v", err)
			}
		default:
			t.Error("the run goes on though another worker has the job")
		}
		s.Wait(j)
		s.CheckEnded()
	})
}

func TestRunsGoOnWhenRedisWasAway(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Faults = new(jobtest.Faults)
		o.Processes = 2
		o.Handlers = after(20 * time.Second)
		s := jobtest.Start(t, o)
		j := s.Submit(jobtest.Text("acme"))
		time.Sleep(time.Second)
		o.Faults.Away(true)
		time.Sleep(15 * time.Second)
		o.Faults.Away(false)
		if got := s.Wait(j); got.State != jobs.Succeeded || got.Attempts != 1 {
			t.Errorf("job ended %s after %d attempts, want its first run to go on", got.State, got.Attempts)
		}
		s.CheckEnded()
	})
}

func TestEveryJobEndsThoughRedisIsAwayAgainAndAgain(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Faults = new(jobtest.Faults)
		o.Processes = 2
		o.Handlers = after(300 * time.Millisecond)
		s := jobtest.Start(t, o)
		for i := range 60 {
			_, _, _ = s.TrySubmit(jobtest.Text("acme"))
			time.Sleep(100 * time.Millisecond)
			o.Faults.Away(i%4 == 3)
			s.CheckPromises()
		}
		o.Faults.Away(false)
		time.Sleep(30 * time.Second)
		s.CheckEnded()
	})
}

// A failover to a replica that never heard of a start leaves two workers with
// the same job, of which neither knows about the other.
func TestStartThatAFailoverLostSettlesNothing(t *testing.T) {
	s := jobtest.Start(t, jobtest.Options{Processes: -1, Jobs: jobs.Options{Redis: jobtest.Redis(t).Options()}})
	says := func(result string, started, release chan bool) []jobs.Handler {
		return text(func(context.Context, *jobs.Job) (*jobs.Result, error) {
			close(started)
			<-release
			return &jobs.Result{JSON: []byte(`"` + result + `"`)}, nil
		})
	}
	early, late := make(chan bool), make(chan bool)
	earlyOn, lateOn := make(chan bool), make(chan bool)
	j := s.Submit(jobtest.Text("acme"))
	replica := map[string]string{}
	for _, key := range s.Keys() {
		replica[key] = s.Redis.Dump(t.Context(), key).Val()
	}
	first := s.Process(says("early", early, earlyOn)...)
	<-early
	first.Link.Hold()
	s.Redis.FlushAll(t.Context())
	for key, value := range replica {
		if err := s.Redis.RestoreReplace(t.Context(), key, 0, value).Err(); err != nil {
			t.Fatal(err)
		}
	}
	s.Process(says("late", late, lateOn)...)
	<-late
	close(earlyOn)
	first.Link.Release()
	first.Stop() // by then it has tried to settle
	if got := s.Get(j); got.State != jobs.Running {
		t.Errorf("the lost start made the job %s", got.State)
	}
	close(lateOn)
	if got := s.Wait(j); string(got.Result) != `"late"` || got.Attempts != 1 {
		t.Errorf("result = %s after %d attempts", got.Result, got.Attempts)
	}
	s.CheckEnded()
}
