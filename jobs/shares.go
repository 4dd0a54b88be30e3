package jobs

import (
	"maps"
	"sync"
	"time"
)

const shareMemory = 5 * time.Second // how long a count from Redis is believed

// shares knows roughly how many jobs a tenant has waiting in a lane, from what
// the submit script tells of them, and sends a tenant that has more than its
// share there to the low lane. So however much one tenant queues, another's
// jobs find at most its share before them.
type shares struct {
	limit int

	mu    sync.Mutex                   // guards all below
	seen  map[waiters]map[string]count // by job type
	swept time.Time
}

// waiters are a tenant's jobs in a lane.
type waiters struct {
	tenant Tenant
	lane   lane
}

type count struct {
	n  int
	at time.Time
}

func (c count) believed() bool { return time.Since(c.at) < shareMemory }

func newShares(limit int) *shares {
	return &shares{limit: limit, seen: map[waiters]map[string]count{}, swept: time.Now()}
}

// lane picks the lane for one more job of t.
func (s *shares) lane(t Tenant, p Priority) lane {
	l := lane(p)
	if l == laneLow {
		return l
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	total := 0
	for _, c := range s.seen[waiters{t, l}] {
		if c.believed() {
			total += c.n
		}
	}
	if total >= s.limit {
		return laneLow
	}
	return l
}

// note takes down that t has n jobs of a type waiting in l.
func (s *shares) note(t Tenant, l lane, jobType string, n int) {
	if l == laneLow {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if time.Since(s.swept) > shareMemory {
		s.swept = time.Now()
		for w, types := range s.seen {
			maps.DeleteFunc(types, func(_ string, c count) bool { return !c.believed() })
			if len(types) == 0 {
				delete(s.seen, w)
			}
		}
	}
	w := waiters{t, l}
	if s.seen[w] == nil {
		s.seen[w] = map[string]count{}
	}
	s.seen[w][jobType] = count{n, time.Now()}
}
