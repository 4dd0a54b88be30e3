package jobs_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// A follower reads a tenant's events in the background.
type follower struct {
	stop context.CancelFunc
	done chan struct{}

	mu   sync.Mutex // guards all below
	seen []string   // "reset", or id and what became of it
	last string     // id of the latest event
	err  error
}

func follow(t *testing.T, q *jobs.Queue, tenant jobs.Tenant, after string) *follower {
	t.Helper()
	ctx, cancel := context.WithCancel(context.WithoutCancel(t.Context()))
	f := &follower{stop: cancel, done: make(chan struct{})}
	go func() {
		defer close(f.done)
		for e, err := range q.Events(ctx, tenant, after) {
			f.take(e, err)
		}
	}()
	t.Cleanup(func() { cancel(); <-f.done })
	synctest.Wait()
	return f
}

func (f *follower) take(e jobs.Event, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	switch {
	case err != nil:
		f.err = err
		return
	case e.Reset:
		f.seen = append(f.seen, "reset")
	case e.Deleted:
		f.seen = append(f.seen, string(e.Job.ID)+" deleted")
	default:
		f.seen = append(f.seen, string(e.Job.ID)+" "+string(e.Job.State))
	}
	f.last = e.ID
}

// take returns what was seen since the last call.
func (f *follower) saw() []string {
	synctest.Wait()
	f.mu.Lock()
	defer f.mu.Unlock()
	seen := f.seen
	f.seen = nil
	return seen
}

// of are the events of one job.
func of(j *jobs.Job, seen []string) (what []string) {
	for _, s := range seen {
		if id, w, ok := strings.Cut(s, " "); ok && id == string(j.ID) {
			what = append(what, w)
		}
	}
	return what
}

func TestEventsTellEachChangeOfStateOnce(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Jobs.Retention = 30 * time.Second
		o.Handlers = text(func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
			for i := range 8 { // progress is no change of state
				jobs.Progress(ctx, 10*i)
				time.Sleep(time.Second)
			}
			if j.Attempts < 2 {
				return nil, &jobs.Error{Code: jobs.ExtractionFailed, Message: "no luck"}
			}
			return done, nil
		})
		s := jobtest.Start(t, o)
		f := follow(t, s.Queue, "acme", "")
		other := follow(t, s.Processes()[0].Queue, "duff", "")
		if diff := cmp.Diff([]string{"reset"}, f.saw()); diff != "" {
			t.Fatalf("before all (-want +got):\n%s", diff)
		}
		good, gone := s.Submit(jobtest.Text("acme")), s.Submit(jobtest.Text("acme"))
		theirs := s.Submit(jobtest.Text("duff"))
		s.Cancel(gone)
		s.Forget(gone)
		s.Wait(good)
		s.Wait(theirs)
		s.CheckPromises()
		time.Sleep(40 * time.Second)
		seen := f.saw()
		if diff := cmp.Diff([]string{"notStarted", "running", "succeeded", "deleted"}, of(good, seen)); diff != "" {
			t.Errorf("a job that is tried twice and then expires (-want +got):\n%s", diff)
		}
		if got := of(gone, seen); !slices.Equal(got, []string{"notStarted", "canceled", "deleted"}) && !slices.Equal(got, []string{"notStarted", "running", "canceled", "deleted"}) {
			t.Errorf("a forgotten job: %q", got)
		}
		if len(of(theirs, seen)) > 0 || len(of(theirs, other.saw())) != 4 {
			t.Errorf("the tenants do not see each their own: %q", seen)
		}
		s.CheckPromises()
	})
}

func TestEventCarriesTheJobAsAListingDoes(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Handlers = text(func(context.Context, *jobs.Job) (*jobs.Result, error) {
			return nil, jobs.Permanent(&jobs.Error{Code: jobs.ExtractionFailed, Message: "no luck"})
		})
		s := jobtest.Start(t, o)
		var events []*jobs.Job
		ctx, cancel := context.WithCancel(t.Context())
		finished := make(chan struct{})
		go func() {
			defer close(finished)
			for e := range s.Queue.Events(ctx, "acme", "") {
				if !e.Reset {
					events = append(events, e.Job)
				}
			}
		}()
		synctest.Wait()
		j := s.Wait(s.Submit(jobtest.Text("acme")))
		synctest.Wait()
		cancel()
		<-finished
		if len(events) != 3 {
			t.Fatalf("%d events", len(events))
		}
		for listed, err := range s.Queue.List(t.Context(), "acme", jobs.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(listed, events[2], cmp.AllowUnexported(jobs.Job{})); diff != "" {
				t.Errorf("event of %s (-listed +event):\n%s", j.ID, diff)
			}
		}
	})
}

func TestEventsGoOnWhereTheyWereLeft(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		f := follow(t, s.Queue, "acme", "")
		s.Submit(jobtest.Text("acme"))
		f.saw()
		f.stop()
		<-f.done
		var want []string
		for range 600 { // more than one read of a shard
			want = append(want, string(s.Submit(jobtest.Text("acme")).ID)+" notStarted")
		}
		time.Sleep(4 * time.Minute)
		g := follow(t, s.Queue, "acme", f.last)
		want = append(want, string(s.Submit(jobtest.Text("acme")).ID)+" notStarted")
		got := g.saw()
		slices.Sort(want)
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		h := follow(t, s.Queue, "acme", g.last)
		if got := h.saw(); len(got) > 0 {
			t.Errorf("after the last event: %q", got)
		}
	})
}

func TestEventsBeginWithAResetWhereTheyAreNoLongerKnown(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		s := jobtest.Start(t, o)
		f := follow(t, s.Queue, "acme", "")
		s.Wait(s.Submit(jobtest.Text("acme")))
		f.saw()
		f.stop()
		<-f.done
		s.Processes()[0].Stop() // to wait with nobody at work is quicker
		time.Sleep(5*time.Minute + time.Second)
		for _, after := range []string{f.last, "", "1-1", "1-1_2-2_3-3", "x", "_", "-", "18446744073709551615-18446744073709551615", strings.Repeat("9", 100) + "-0"} {
			g := follow(t, s.Queue, "acme", after)
			j := s.Submit(jobtest.Text("acme"))
			if got := g.saw(); len(got) < 2 || got[0] != "reset" || got[1] != string(j.ID)+" notStarted" {
				t.Errorf("after %q: %q", after, got)
			}
			g.stop()
			<-g.done
		}
	})
}

func TestSlowReaderOfEventsMissesNothingAndHarmsNobody(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s := jobtest.Start(t, jobtest.Options{Processes: -1})
		fast := follow(t, s.Queue, "acme", "")
		slow := &follower{}
		ctx, cancel := context.WithCancel(t.Context())
		finished := make(chan struct{})
		go func() {
			defer close(finished)
			for e, err := range s.Queue.Events(ctx, "acme", "") {
				slow.take(e, err)
				if len(slow.seen) == 2 {
					time.Sleep(time.Minute)
				}
			}
		}()
		synctest.Wait()
		const n = 2400 // more than is kept for slow readers
		var wg sync.WaitGroup
		for range 24 {
			wg.Go(func() {
				for range n / 24 {
					s.Submit(jobtest.Text("acme"))
				}
			})
		}
		wg.Wait()
		if got := len(fast.saw()); got != n+1 {
			t.Errorf("the fast reader has %d events, want %d", got, n+1)
		}
		time.Sleep(2 * time.Minute)
		if got := len(slow.saw()); got != n+1 {
			t.Errorf("the slow reader has %d events, want %d", got, n+1)
		}
		cancel()
		<-finished
	})
}

func TestEventsSurviveAStoreThatIsAway(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		p := s.Process(jobs.Handler{Type: "other", Run: block})
		f := follow(t, p.Queue, "acme", "")
		f.saw()
		p.Link.Cut()
		j := s.Submit(jobtest.Text("acme"))
		time.Sleep(20 * time.Second)
		if got := f.saw(); len(got) > 0 {
			t.Errorf("without the store: %q", got)
		}
		g := follow(t, p.Queue, "acme", "")
		h := follow(t, p.Queue, "duff", "")
		time.Sleep(10 * time.Second)
		if h.saw(); !errors.Is(h.err, jobs.ErrUnavailable) {
			t.Errorf("following a tenant without the store: %v", h.err)
		}
		if g.saw(); !errors.Is(g.err, jobs.ErrUnavailable) {
			t.Errorf("one more follower without the store: %v", g.err)
		}
		p.Link.Mend()
		time.Sleep(10 * time.Second)
		if got := of(j, f.saw()); len(got) == 0 || got[0] != "notStarted" {
			t.Errorf("once the store is back: %q", got)
		}
	})
}

func TestFollowersOfAProcessShareOneReader(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		count := &jobtest.Faults{}
		s := jobtest.Start(t, jobtest.Options{Processes: -1, Faults: count})
		var all []*follower
		for range 200 {
			all = append(all, follow(t, s.Queue, "acme", ""))
		}
		s.Submit(jobtest.Text("acme"))
		for _, f := range all {
			f.saw()
		}
		count.FailAt(0, jobtest.Before)
		s.Submit(jobtest.Text("acme"))
		for i, f := range all {
			if got := f.saw(); len(got) != 1 {
				t.Fatalf("follower %d saw %q", i, got)
			}
		}
		if sent := count.Sent(); sent > 3 {
			t.Errorf("%d commands for one event and 200 followers", sent)
		}
	})
}

func TestNoKeyOfATenantIsLeftOnceNobodyFollows(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Jobs.Retention = 10 * time.Second
		s := jobtest.Start(t, o)
		f := follow(t, s.Queue, "acme", "")
		for range 10 {
			s.Wait(s.Submit(jobtest.Text("acme")))
		}
		s.CheckPromises()
		time.Sleep(20 * time.Second)
		if seen := f.saw(); len(seen) != 41 {
			t.Errorf("%d events of 10 jobs", len(seen))
		}
		s.CheckPromises()
		if got := ours(s.Keys()); len(got) != o.Jobs.Shards {
			t.Errorf("while someone follows: %q", got)
		}
		f.stop()
		<-f.done
		s.Processes()[0].Stop() // to wait with nobody at work is quicker
		time.Sleep(5*time.Minute + time.Second)
		if left := ours(s.Keys()); len(left) > 0 {
			t.Errorf("keys are left: %q", left)
		}
		s.Process()
		s.Wait(s.Submit(jobtest.Text("acme")))
		for _, key := range s.Keys() {
			if strings.Contains(key, ":e:") {
				t.Errorf("%s is written though nobody follows", key)
			}
		}
	})
}

func TestFollowersComeAndGoWhileJobsChange(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		s := jobtest.Start(t, o)
		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() {
				after := ""
				for range 8 {
					ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i+1)*200*time.Millisecond)
					for e, err := range s.Queue.Events(ctx, jobs.Tenant(fmt.Sprintf("t%d", i%3)), after) {
						if err != nil {
							t.Error(err)
							break
						}
						if e.Reset && after != "" {
							t.Error("a reset though the events were read all the time")
						}
						after = e.ID
					}
					cancel()
				}
			})
		}
		for i := range 60 {
			s.Submit(jobtest.Text(jobs.Tenant(fmt.Sprintf("t%d", i%3))))
			time.Sleep(50 * time.Millisecond)
		}
		wg.Wait()
		s.CheckPromises()
	})
}
