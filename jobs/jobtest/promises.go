package jobtest

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/snapshot"
)

// A promise is what a producer was told of a job.
type promise struct {
	mayBeGone bool   // a forget was asked for
	ended     string // the final state that was told, if any
	version   int64  // with it
}

// promiseKey tells a job from another that has its id later.
func promiseKey(j *jobs.Job) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(j.ETag(), `W/"`), ".")
	n, _ := strconv.ParseInt(first, 16, 64)
	return fmt.Sprintf("%s/%s %d", j.Tenant, j.ID, n)
}

// remember takes down what j promises.
func (s *System) remember(j *jobs.Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := promiseKey(j)
	p := s.accepted[key]
	if p == nil {
		p = &promise{}
		s.accepted[key] = p
	}
	if !j.Done() {
		return
	}
	if p.ended == "" {
		p.ended, p.version = string(j.State), j.Version()
	}
	if p.ended != string(j.State) || p.version != j.Version() {
		s.t.Errorf("job %s ended as %s at version %d and is now %s at %d", j.ID, p.ended, p.version, j.State, j.Version())
	}
}

func (s *System) snapshot() *snapshot.Snapshot {
	s.t.Helper()
	now, err := snapshot.Read(s.t.Context(), s.Redis)
	if err != nil {
		s.t.Fatal(err)
	}
	return now
}

// Keys are all keys in Redis, sorted.
func (s *System) Keys() []string {
	s.t.Helper()
	return s.snapshot().Keys()
}

// CheckPromises reads all of Redis at one moment and fails the test where it
// differs from what the queue promises: every accepted job has its record; an
// ended one is as it ever was and has no content; each record is listed once
// and where it belongs, as are its lease, its due time and its retention; and
// events stay for a while only.
func (s *System) CheckPromises() {
	s.t.Helper()
	s.check(s.snapshot())
}

func (s *System) check(now *snapshot.Snapshot) {
	s.t.Helper()
	for _, c := range now.Contradictions(Secret) {
		s.t.Error(c)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	here := map[string]snapshot.Record{}
	for _, r := range now.Records {
		this := fmt.Sprintf("%s %d", r.Name, r.First)
		here[this] = r
		if old, ok := s.records[this]; ok {
			if old.Done() && old.Whole != r.Whole {
				s.t.Errorf("job %s had ended and changed:\n%q\n%q", r.Name, old.Whole, r.Whole)
			}
			if r.Version < old.Version || r.Fence < old.Fence || r.Starts < old.Starts {
				s.t.Errorf("job %s went back:\n%q\n%q", r.Name, old.Whole, r.Whole)
			}
		}
		s.records[this] = r
		if p := s.accepted[this]; p != nil && p.ended != "" {
			if r.Status() != p.ended || r.Version != p.version {
				s.t.Errorf("job %s was told to be %s at version %d, and is %s at %d", r.Name, p.ended, p.version, r.Status(), r.Version)
			}
		}
	}
	keep := cmp.Or(s.opt.Jobs.Retention, 24*time.Hour)
	for this, p := range s.accepted {
		if _, ok := here[this]; ok || p.mayBeGone {
			continue
		}
		old, known := s.records[this]
		if known && now.Now-old.Created >= keep.Microseconds() || !known && p.ended != "" {
			continue // its retention may be over
		}
		s.t.Errorf("job %s was accepted and has no record", this)
	}
}

// checkCounts compares what Count says with a recount. While the queue is at
// work the two may be of different moments, and are not compared.
func (s *System) checkCounts(now *snapshot.Snapshot) {
	s.t.Helper()
	type count struct {
		tenant, state string
		n             int64
	}
	var wrong []count
	for _, t := range now.Tenants() {
		for _, state := range jobs.States {
			n, err := s.calm.Count(s.t.Context(), jobs.Tenant(t), jobs.Query{Boxes: []jobs.Box{{States: []jobs.State{state}}}})
			if err != nil {
				s.t.Fatal(err)
			}
			if n != now.Count(t, string(state)) {
				wrong = append(wrong, count{t, string(state), n})
			}
		}
	}
	if len(wrong) > 0 && now.Same(s.snapshot()) {
		for _, c := range wrong {
			s.t.Errorf("tenant %s has %d jobs %s, the count is %d", c.tenant, now.Count(c.tenant, c.state), c.state, c.n)
		}
	}
}

// CheckEnded checks all promises, that every accepted job has ended or was
// forgotten, and that counts tell what is there.
func (s *System) CheckEnded() {
	s.t.Helper()
	now := s.snapshot()
	s.check(now)
	s.checkCounts(now)
	s.mu.Lock()
	defer s.mu.Unlock()
	for this, r := range s.records {
		if p := s.accepted[this]; !r.Done() && (p == nil || !p.mayBeGone) {
			s.t.Errorf("job %s has not ended: %q", this, r.Whole)
		}
	}
}

// CheckBlobs fails the test unless the place for blobs has those that records
// name and no others. That takes a quiet system, and the time in which what
// was left behind is swept.
func (s *System) CheckBlobs() {
	s.t.Helper()
	named := map[string]string{}
	now := s.snapshot()
	s.check(now)
	for _, r := range now.Records {
		for _, blob := range r.Blobs {
			named[blob] = r.Name
		}
	}
	for blob, err := range s.opt.Jobs.Blobs.List(s.t.Context(), time.Now().Add(24*time.Hour)) {
		if err != nil {
			s.t.Fatal(err)
		}
		if named[blob] == "" {
			s.t.Errorf("blob %s belongs to no job", blob)
		}
		delete(named, blob)
	}
	for blob, job := range named {
		s.t.Errorf("blob %s of job %s is missing", blob, job)
	}
}
