// Package history takes down what clients of the service asked and were told,
// and checks whether the service kept its promises: against what it said
// itself, against what Redis holds at the end, and against what its daemons
// logged.
//
// An answer that did not come, or a 503 or 429, tells nothing: the call may
// have been carried out or not, also later. Everything else is a promise.
package history

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

// A Kind is what a call asked for.
type Kind string

// The kinds of calls.
const (
	Create Kind = "create"
	Get    Kind = "get"
	Cancel Kind = "cancel"
	Delete Kind = "delete"
	List   Kind = "list"
	Count  Kind = "count"
)

// A Call is one call and its answer. A call that made several jobs is several.
type Call struct {
	Kind   Kind
	Tenant string
	Job    string // its id; of a create without one, what it was answered, if it was

	Key    string // of a create: creates with the same key make one job
	Clash  bool   // of a create: asks for something else under an id that was used before
	Other  bool   // the job is another tenant's, and does not exist for this one
	Status string // of a list or count: only jobs in this state, "" for all
	Quiet  bool   // of a list or count: nothing changed meanwhile
	Whole  bool   // of a list: it came to its end

	From, To time.Duration // since the start of the history
	Answer   int           // HTTP status; 0: none came
	Again    bool          // the answer says when to try again
	Code     string        // of the error, if the answer is one
	Seen     []Job
	Count    int64
}

// Unknown reports whether the answer leaves open what became of the call.
func (c *Call) Unknown() bool {
	return c.Answer == 0 || c.Answer == 503 || c.Answer == 429
}

// OK reports whether the call was answered with success.
func (c *Call) OK() bool { return c.Answer >= 200 && c.Answer < 300 }

func (c *Call) String() string {
	return fmt.Sprintf("%s of %s by %s at %.3f s, answered %d %s at %.3f s", c.Kind, c.Job, c.Tenant, c.From.Seconds(), c.Answer, c.Code, c.To.Seconds())
}

// A Job is what an answer said of one.
type Job struct {
	Tenant, ID, Status      string
	ETag                    string
	Attempts                int
	Created, Started, Ended time.Time
	Result                  string // "" where the answer left it out
}

// Done reports whether the job has ended.
func (j *Job) Done() bool {
	return j.Status == "succeeded" || j.Status == "failed" || j.Status == "canceled"
}

// first and version are the two parts of an ETag: which job of this id it is,
// and how often it has changed.
func (j *Job) first() string {
	first, _, _ := strings.Cut(strings.TrimPrefix(j.ETag, `W/"`), ".")
	return first
}

func (j *Job) version() (n int64) {
	_, v, _ := strings.Cut(strings.TrimSuffix(j.ETag, `"`), ".")
	_, _ = fmt.Sscan(v, &n)
	return n
}

// A History is what is taken down. Its methods may be called from many
// goroutines.
type History struct {
	start time.Time

	mu    sync.Mutex // guards calls
	calls []Call
}

// New starts a history now.
func New() *History { return &History{start: time.Now()} }

// Now is the time since the start.
func (h *History) Now() time.Duration { return time.Since(h.start) }

// Began is when the history started.
func (h *History) Began() time.Time { return h.start }

// Add takes a call down.
func (h *History) Add(c Call) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.calls = append(h.calls, c)
}

// Calls are all so far, in the order in which they were answered.
func (h *History) Calls() []Call {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Call(nil), h.calls...)
}
