package jobs_test

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// A load is producers that submit jobs, each under a key of its own and again
// until it is accepted.
type load struct {
	t  *testing.T
	s  *jobtest.System
	wg sync.WaitGroup

	refused atomic.Int32
	latest  atomic.Int64 // when a job was last accepted, ns

	mu       sync.Mutex // guards accepted
	accepted []*jobs.Job
}

// produce starts a load of four producers with n jobs each, that pause a while
// after each; it returns once some are accepted.
func produce(t *testing.T, s *jobtest.System, n int) *load {
	l := &load{t: t, s: s}
	begun := make(chan bool, 4*n)
	for p := range 4 {
		l.wg.Go(func() {
			for i := range n {
				l.submit(fmt.Sprint(p, " ", i))
				begun <- true
				time.Sleep(5 * time.Millisecond)
			}
		})
	}
	for range 2 * n / 10 {
		<-begun
	}
	return l
}

func (l *load) submit(key string) {
	sub := jobtest.Text("acme")
	sub.Key = key
	for {
		j, _, err := l.s.TrySubmit(sub)
		if err == nil {
			l.latest.Store(time.Now().UnixNano())
			l.mu.Lock()
			defer l.mu.Unlock()
			l.accepted = append(l.accepted, j)
			return
		}
		if !errors.Is(err, jobs.ErrUnavailable) {
			l.t.Errorf("Submit = %v", err)
			return
		}
		l.refused.Add(1)
		time.Sleep(20 * time.Millisecond) // a producer's, in real time
	}
}

// since waits until a job was accepted after a moment, and says how long after.
func (l *load) since(t time.Time) time.Duration {
	for l.latest.Load() < t.UnixNano() {
		time.Sleep(10 * time.Millisecond)
	}
	return time.Unix(0, l.latest.Load()).Sub(t).Round(10 * time.Millisecond)
}

// check waits until all have been submitted and have ended, and counts those
// that are lost.
func (l *load) check() (lost int) {
	l.t.Helper()
	l.wg.Wait()
	for _, j := range l.accepted {
		if _, err := l.s.Queue.Get(l.t.Context(), j.Tenant, j.ID); errors.Is(err, jobs.ErrNotFound) {
			lost++
		} else if got := l.s.Wait(j); got.State != jobs.Succeeded {
			l.t.Errorf("job ended %s", got.State)
		}
	}
	l.t.Logf("%d jobs accepted after %d refusals, %d lost", len(l.accepted), l.refused.Load(), lost)
	return lost
}

func TestRealSentinelFailover(t *testing.T) {
	for _, replicas := range []int{0, 1} {
		t.Run(fmt.Sprintf("replicas=%d", replicas), func(t *testing.T) {
			t.Parallel()
			r := jobtest.StartSentinel(t)
			s := jobtest.Start(t, jobtest.Options{Processes: 2, Jobs: jobs.Options{Redis: r.Options(), WaitReplicas: replicas}})
			l := produce(t, s, 250)
			r.Master.Kill()
			r.Promoted()
			promoted := time.Now()
			if replicas > 0 {
				// Nothing is accepted that only one server has.
				r.Return()
			}
			t.Logf("a job is accepted %v after the promotion", l.since(promoted))
			if lost := l.check(); replicas == 0 {
				return // nobody asked the replica
			} else if lost > 0 {
				t.Errorf("%d jobs are lost", lost)
			}
			s.CheckEnded()
		})
	}
}

func TestRealClusterLosesAMaster(t *testing.T) {
	t.Parallel()
	r := jobtest.StartCluster(t, true)
	s := jobtest.Start(t, jobtest.Options{Processes: 2, Jobs: jobs.Options{Redis: r.Options(), Shards: 6, WaitReplicas: 1}})
	l := produce(t, s, 250)
	r.Masters[1].Kill()
	r.Promoted(1)
	promoted := time.Now()
	r.Masters[1].Restart() // as a replica of the one that was promoted
	t.Logf("a job is accepted %v after the promotion", l.since(promoted))
	if lost := l.check(); lost > 0 {
		t.Errorf("%d jobs are lost", lost)
	}
	s.CheckEnded()
}

func TestRealClusterMovesASlot(t *testing.T) {
	t.Parallel()
	r := jobtest.StartCluster(t, false)
	s := jobtest.Start(t, jobtest.Options{Processes: 2, Handlers: after(200 * time.Millisecond), Jobs: jobs.Options{Redis: r.Options(), Shards: 3}})
	l := produce(t, s, 250)
	for _, tag := range jobs.Tags(3) {
		r.Move(tag, func() {
			// Until some have tried it. All producers may by now wait for this
			// slot; the others go on.
			for before := l.refused.Load(); l.refused.Load() < before+10; {
				time.Sleep(10 * time.Millisecond)
			}
			for accepted := false; !accepted; {
				_, _, err := s.TrySubmit(jobtest.Text("acme"))
				accepted = err == nil
			}
		})
	}
	if lost := l.check(); lost > 0 {
		t.Errorf("%d jobs are lost", lost)
	}
	s.CheckEnded()
}
