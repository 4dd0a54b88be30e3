package jobs

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
)

// A Tenant owns jobs. Its name is 1 to 64 characters of A-Z a-z 0-9 . _ -
type Tenant string

const maxTenant = 64 // characters of its name

// Valid reports whether t can be part of a key.
func (t Tenant) Valid() bool {
	for _, c := range []byte(t) {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z', '0' <= c && c <= '9', c == '.', c == '_', c == '-':
		default:
			return false
		}
	}
	return t != "" && len(t) <= maxTenant
}

// An ID names one job of a tenant: a GUID in lower case.
type ID string

// ParseID reads a GUID in its 36-character form, any case.
func ParseID(s string) (ID, error) {
	if len(s) != 36 {
		return "", &InvalidError{Target: "id", Message: "id must be a GUID"}
	}
	u, err := uuid.Parse(s)
	if err != nil {
		return "", &InvalidError{Target: "id", Message: "id must be a GUID"}
	}
	return ID(u.String()), nil
}

// A State is what a job's status says, in Graph's words for an operation.
type State string

// The states of a job. The last three are final.
const (
	NotStarted State = "notStarted"
	Running    State = "running"
	Succeeded  State = "succeeded"
	Failed     State = "failed"
	Canceled   State = "canceled"
)

// States lists every state in the order in which a job can pass through them.
var States = []State{NotStarted, Running, Succeeded, Failed, Canceled}

// Done reports whether s is final.
func (s State) Done() bool { return s == Succeeded || s == Failed || s == Canceled }

// A Priority is what the producer asked for. It picks the lane that a job
// waits in, unless the tenant has more than its share waiting there.
type Priority string

// The priorities of a job; the zero value counts as Normal.
const (
	Low    Priority = "low"
	Normal Priority = "normal"
	High   Priority = "high"
)

// A Job is one classification job as its record stood at one moment.
type Job struct {
	Tenant   Tenant
	ID       ID
	Type     string
	Priority Priority
	State    State
	User     string // who submitted it, if known

	Created time.Time // by Redis' clock, microseconds
	Started time.Time // first start; zero before
	Ended   time.Time // zero before

	Attempts int // how often it was started
	Progress int // 0 to 100, as its handler last said

	// Request is the submitted content, and Content the file that came with it,
	// if any. Only a Handler sees them; they are deleted when the job ends.
	Request json.RawMessage
	Content *Content

	// Result is what the handler returned, nil in a listing.
	Result json.RawMessage

	// Error says why a failed job failed; nil otherwise.
	Error *Error

	// ClientRequestID is the create call's client-request-id.
	ClientRequestID string

	// Trace is the W3C trace context of the create call.
	Trace string

	version    int64 // rises with every change that a client can see
	firstFence int64
	tries      int // attempts that failed
}

// Done reports whether the job is in a final state.
func (j *Job) Done() bool { return j.State.Done() }

// ETag changes whenever something of the job that a client can see changes,
// and differs between a job and another one created later with its id.
func (j *Job) ETag() string {
	b := append(make([]byte, 0, 32), `W/"`...)
	b = append(strconv.AppendInt(b, j.firstFence, 16), '.')
	return string(append(strconv.AppendInt(b, j.version, 10), '"'))
}

// Version counts the changes of the job that a client can see, from 1.
func (j *Job) Version() int64 { return j.version }

// LogValue leaves the content and the result out.
func (j *Job) LogValue() slog.Value {
	return slog.GroupValue(
		slog.String("tenant", string(j.Tenant)),
		slog.String("id", string(j.ID)),
		slog.String("type", j.Type),
		slog.String("state", string(j.State)),
		slog.Int("attempts", j.Attempts),
	)
}

// A Submission asks for one job.
type Submission struct {
	Tenant   Tenant
	Type     string // 1 to 64 printable characters
	Priority Priority
	User     string

	// Request is the content for the handler, a JSON object in a normal form:
	// two requests count as the same if these bytes are the same. They must
	// not change afterwards, also when Submit was left early.
	Request json.RawMessage

	// Content is a file that Put has taken, nil for none. It is Submit's from
	// then on, and can be submitted once.
	Content *Content

	// ID names the job. Without it Key does, and without both the job gets
	// an id of its own. A second submission under the same name is the same
	// job if it asks for the same, otherwise ErrConflict.
	ID  ID
	Key string

	// ClientRequestID finds the first job again when Resent says that the
	// same client sends the same request once more. Alone it does nothing.
	ClientRequestID string
	Resent          bool

	Trace string // W3C trace context, handed to the worker
}

// A Result is what a Handler makes of a job.
type Result struct {
	JSON json.RawMessage // one JSON value, shown to clients as it is
}

// printable reports whether s is one line of text that a record can hold.
func printable(s string) bool {
	return utf8.ValidString(s) && !strings.ContainsFunc(s, unicode.IsControl)
}

const (
	maxType = 64   // characters of a job type
	maxKey  = 1024 // bytes of an idempotency key
)

// validate checks what the queue itself relies on; what a request of a known
// type must hold is the API's concern.
func (s *Submission) validate() error {
	switch {
	case !s.Tenant.Valid():
		return &InvalidError{Target: "tenantId", Message: "tenant must be 1 to 64 characters of A-Z a-z 0-9 . _ -"}
	case strings.TrimSpace(s.Type) == "":
		return &InvalidError{Target: "type", Message: "type must not be empty"}
	case len([]rune(s.Type)) > maxType:
		return &InvalidError{Target: "type", Message: fmt.Sprintf("type must be at most %d characters", maxType)}
	case !printable(s.Type):
		return &InvalidError{Target: "type", Message: "type must be printable text"}
	case !printable(s.User) || !printable(s.ClientRequestID) || !printable(s.Trace):
		return &InvalidError{Target: "client-request-id", Message: "ids must be printable text"}
	case len(s.Key) > maxKey:
		return &InvalidError{Target: "Idempotency-Key", Message: fmt.Sprintf("key must be at most %d bytes", maxKey)}
	}
	switch s.Priority {
	case "", Low, Normal, High:
	default:
		return &InvalidError{Target: "priority", Message: "priority must be low, normal or high"}
	}
	if s.ID != "" {
		if _, err := ParseID(string(s.ID)); err != nil {
			return err
		}
	}
	return nil
}
