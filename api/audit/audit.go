// Package audit tells who did what, when, from where and with which result: one
// line of JSON for each request that is not open to all, also for one that was
// refused, and for each job that a bulk call makes. Lines are only ever added,
// and hold ids and names alone, never what was submitted or found.
package audit

import (
	"encoding/json"
	"io"
	"sync"
	"time"
)

// An Entry is one line.
type Entry struct {
	Time    time.Time `json:"time"`
	Request string    `json:"request"`          // its id, as in the log and the answer
	Tenant  string    `json:"tenant,omitempty"` // none for a caller who is not known
	User    string    `json:"user,omitempty"`
	By      string    `json:"by,omitempty"` // "key ID" or "certificate NAME"
	From    string    `json:"from"`         // network address
	Action  string    `json:"action"`       // create, read, change, cancel, delete, test, batch, pause or resume
	Route   string    `json:"route"`
	Target  string    `json:"target,omitempty"` // the id of a job or type, or a lane
	Status  int       `json:"status"`           // of the answer, 0 without one
	Code    string    `json:"code,omitempty"`   // why it is none of success
}

// A Log takes entries. It may be used from many goroutines.
type Log struct {
	mu sync.Mutex // guards w
	w  io.Writer
}

// New returns a Log that writes each line to w in one piece.
func New(w io.Writer) *Log { return &Log{w: w} }

// Write adds an entry. The error says that it may be missing.
func (l *Log) Write(e Entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	_, err = l.w.Write(append(line, '\n'))
	return err
}
