package jobs_test

import (
	"encoding/json"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

const someID jobs.ID = "0198c0de-0000-7000-8000-000000000001"

func TestSecondSubmissionUnderAName(t *testing.T) {
	other := json.RawMessage(`{"text":"other"}`)
	for _, tt := range []struct {
		name          string
		first, second func(*jobs.Submission)
		same          bool
		err           error
	}{
		{"same id, same request", func(s *jobs.Submission) { s.ID = someID }, func(s *jobs.Submission) { s.ID = someID }, true, nil},
		{"same id, other request", func(s *jobs.Submission) { s.ID = someID }, func(s *jobs.Submission) { s.ID, s.Request = someID, other }, false, jobs.ErrConflict},
		{"same id, other type", func(s *jobs.Submission) { s.ID = someID }, func(s *jobs.Submission) { s.ID, s.Type = someID, "x" }, false, jobs.ErrConflict},
		{"same id, other priority", func(s *jobs.Submission) { s.ID = someID }, func(s *jobs.Submission) { s.ID, s.Priority = someID, jobs.High }, false, jobs.ErrConflict},
		{"same id, priority named", func(s *jobs.Submission) { s.ID = someID }, func(s *jobs.Submission) { s.ID, s.Priority = someID, jobs.Normal }, true, nil},
		{"same id, other tenant", func(s *jobs.Submission) { s.ID = someID }, func(s *jobs.Submission) { s.ID, s.Tenant = someID, "duff" }, false, nil},
		{"same key, same request", func(s *jobs.Submission) { s.Key = "k" }, func(s *jobs.Submission) { s.Key = "k" }, true, nil},
		{"same key, other request", func(s *jobs.Submission) { s.Key = "k" }, func(s *jobs.Submission) { s.Key, s.Request = "k", other }, false, jobs.ErrConflict},
		{"same key, other tenant", func(s *jobs.Submission) { s.Key = "k" }, func(s *jobs.Submission) { s.Key, s.Tenant = "k", "duff" }, false, nil},
		{"same key, with an id", func(s *jobs.Submission) { s.Key = "k" }, func(s *jobs.Submission) { s.Key, s.ID = "k", someID }, false, nil},
		{"no name", func(*jobs.Submission) {}, func(*jobs.Submission) {}, false, nil},
		{"client-request-id alone", func(s *jobs.Submission) { s.ClientRequestID = "r" }, func(s *jobs.Submission) { s.ClientRequestID = "r" }, false, nil},
		{"client-request-id resent", func(s *jobs.Submission) { s.ClientRequestID = "r" }, func(s *jobs.Submission) { s.ClientRequestID, s.Resent = "r", true }, true, nil},
		{"client-request-id resent, other request", func(s *jobs.Submission) { s.ClientRequestID = "r" },
			func(s *jobs.Submission) { s.ClientRequestID, s.Resent, s.Request = "r", true, other }, false, nil},
		{"resent what never came", func(*jobs.Submission) {}, func(s *jobs.Submission) { s.ClientRequestID, s.Resent = "r", true }, false, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			each(t, func(t *testing.T, o jobtest.Options) {
				o.Processes = -1
				s := jobtest.Start(t, o)
				first, second := jobtest.Text("acme"), jobtest.Text("acme")
				tt.first(&first)
				tt.second(&second)
				one := s.Submit(first)
				for _, state := range []jobs.State{jobs.NotStarted, jobs.Canceled} {
					two, created, err := s.TrySubmit(second)
					switch {
					case tt.err != nil:
						if !errors.Is(err, tt.err) {
							t.Errorf("second Submit = %v, %v, want %v", two, err, tt.err)
						}
					case err != nil:
						t.Errorf("second Submit = %v", err)
					case tt.same:
						if created || two.ID != one.ID || two.State != state {
							t.Errorf("second Submit = created %v, %s job %s, want %s job %s", created, two.State, two.ID, state, one.ID)
						}
					case state == jobs.NotStarted:
						if !created || two.Tenant == one.Tenant && two.ID == one.ID {
							t.Errorf("second Submit = created %v, job %s, want another", created, two.ID)
						}
					}
					s.CheckPromises()
					if state == jobs.NotStarted {
						s.Cancel(one)
					}
				}
			})
		})
	}
}

func TestManySubmissionsUnderOneKeyAtOnceMakeOneJob(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = 2
		s := jobtest.Start(t, o)
		sub := jobtest.Text("acme")
		sub.Key = "k"
		var mu sync.Mutex // guards ids, news
		ids, news := map[jobs.ID]bool{}, 0
		var wg sync.WaitGroup
		for range 50 {
			wg.Go(func() {
				j, created, err := s.TrySubmit(sub)
				mu.Lock()
				defer mu.Unlock()
				if err != nil {
					t.Errorf("Submit = %v", err)
					return
				}
				ids[j.ID] = true
				if created {
					news++
				}
			})
		}
		wg.Wait()
		if len(ids) != 1 || news != 1 {
			t.Errorf("%d jobs, %d of them new", len(ids), news)
		}
		time.Sleep(time.Second)
		s.CheckEnded()
	})
}

func TestTenantsDoNotSeeEachOther(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		sub := jobtest.Text("acme")
		sub.ID = someID
		mine := s.Submit(sub)
		// One name begins with the other, and both would match a pattern.
		for _, stranger := range []jobs.Tenant{"duff", "acm", "acme.", "a..e"} {
			if _, err := s.Queue.Get(t.Context(), stranger, mine.ID); !errors.Is(err, jobs.ErrNotFound) {
				t.Errorf("%s: Get = %v", stranger, err)
			}
			if _, err := s.Queue.Wait(t.Context(), stranger, mine.ID, ""); !errors.Is(err, jobs.ErrNotFound) {
				t.Errorf("%s: Wait = %v", stranger, err)
			}
			if _, err := s.Queue.Cancel(t.Context(), stranger, mine.ID, ""); !errors.Is(err, jobs.ErrNotFound) {
				t.Errorf("%s: Cancel = %v", stranger, err)
			}
			if err := s.Queue.Forget(t.Context(), stranger, mine.ID, ""); !errors.Is(err, jobs.ErrNotFound) {
				t.Errorf("%s: Forget = %v", stranger, err)
			}
			for j, err := range s.Queue.List(t.Context(), stranger, jobs.Query{}) {
				t.Errorf("%s: List yields %v, %v", stranger, j, err)
			}
			if n, err := s.Queue.Count(t.Context(), stranger, jobs.Query{}); n != 0 || err != nil {
				t.Errorf("%s: Count = %d, %v", stranger, n, err)
			}
		}
		sub.Tenant = "duff"
		theirs := s.Submit(sub)
		s.Cancel(theirs)
		if got := s.Get(mine); got.State != jobs.NotStarted {
			t.Errorf("another tenant's cancel made the job %s", got.State)
		}
		s.Forget(theirs)
		s.Process()
		if got := s.Wait(mine); got.State != jobs.Succeeded {
			t.Errorf("job ended %s", got.State)
		}
		s.CheckEnded()
	})
}

func TestSubmissionThatIsWrongChangesNothing(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		before := len(s.Keys())
		for target, change := range map[string]func(*jobs.Submission){
			"tenantId": func(s *jobs.Submission) { s.Tenant = "a/b" },
			"type":     func(s *jobs.Submission) { s.Type = "a\nb" },
			"priority": func(s *jobs.Submission) { s.Priority = "again" },
			"id":       func(s *jobs.Submission) { s.ID = "1" },
		} {
			sub := jobtest.Text("acme")
			change(&sub)
			_, _, err := s.TrySubmit(sub)
			if inv, ok := errors.AsType[*jobs.InvalidError](err); !ok || inv.Target != target {
				t.Errorf("Submit with a wrong %s = %v", target, err)
			}
		}
		if after := len(s.Keys()); after != before {
			t.Errorf("%d keys became %d", before, after)
		}
	})
}
