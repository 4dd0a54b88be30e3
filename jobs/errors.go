package jobs

import (
	"errors"
	"time"
)

// What callers branch on.
var (
	// ErrNotFound: the tenant has no such job. Another tenant's job is not found either.
	ErrNotFound = errors.New("no such job")

	// ErrConflict: the id or key names a job that was submitted with another request.
	ErrConflict = errors.New("id or key was used for another request")

	// ErrEnded: the job ended otherwise before it could be canceled.
	ErrEnded = errors.New("job has already ended")

	// ErrChanged: the job is no longer at the version that the caller named.
	ErrChanged = errors.New("job has changed")

	// ErrUnavailable: Redis did not answer, or not in time. What was asked may
	// have been done all the same; asking again under the same id or key finds it.
	ErrUnavailable = errors.New("store unavailable")

	// ErrNoBlobs: the content is too large for a record, and there is no other
	// place for it.
	ErrNoBlobs = errors.New("no place for content of this size")

	// ErrNoKey: what is stored is encrypted with a key that this process does
	// not have. ErrDamaged: it is not what was stored, or not in its place.
	ErrNoKey   = errors.New("no key for what is stored")
	ErrDamaged = errors.New("what is stored is damaged")

	// ErrStopping is the cause of a run's canceled context when the process
	// stops, ErrLost when the job was taken back because Redis had not heard of
	// the run for too long, ErrCanceled when a client canceled it.
	ErrStopping = errors.New("worker is stopping")
	ErrLost     = errors.New("job was taken over")
	ErrCanceled = errors.New("job was canceled")

	// ErrTimeout is the cause of a run's canceled context when its time is up.
	ErrTimeout = errors.New("time limit exceeded")
)

// An InvalidError says what is wrong with a submission.
type InvalidError struct {
	Target  string // the property
	Message string // a full thought in the caller's terms
}

func (e *InvalidError) Error() string { return e.Message }

// A BusyError refuses a submission because the queue or Redis is full, or
// because its tenant has too much in the queue.
type BusyError struct {
	Reason     string        // a full thought in the caller's terms
	RetryAfter time.Duration // when to try again
	Tenant     *Quota        // what of its tenant is used up, so that others' submissions are taken; nil for all
}

func (e *BusyError) Error() string { return e.Reason }

// A Quota is how much a tenant may have queued.
type Quota struct {
	Of         string // "jobs" that wait for their first start, or "bytes" of what jobs hold that have not ended
	Most, Left int64
}

// A Code names one reason for a job to fail, in contract with clients.
type Code string

// The closed list of reasons.
const (
	UnsupportedJobType   Code = "unsupportedJobType"   // no live worker serves the type
	InvalidContent       Code = "invalidContent"       // the content is not what the type needs
	UnsupportedFileType  Code = "unsupportedFileType"  // no text can be had from such a file
	ContentTooLarge      Code = "contentTooLarge"      // a size, depth or ratio limit was passed
	PasswordProtected    Code = "passwordProtected"    // the file is encrypted
	ExtractionFailed     Code = "extractionFailed"     // the file is damaged
	UnknownSensitiveType Code = "unknownSensitiveType" // an asked-for sensitive type does not exist
	TimedOut             Code = "timeout"              // the time limit passed
	WorkerLost           Code = "workerLost"           // its workers died or hung, time after time
	HandlerFailed        Code = "handlerFailed"        // the handler failed or panicked
	Expired              Code = "expired"              // not started in time
	KeyMissing           Code = "keyMissing"           // the content is encrypted with a key that no worker had
	InternalError        Code = "internalError"        // anything else
)

// Codes lists every Code, for documents and checks.
var Codes = []Code{
	UnsupportedJobType, InvalidContent, UnsupportedFileType, ContentTooLarge, PasswordProtected, ExtractionFailed,
	UnknownSensitiveType, TimedOut, WorkerLost, HandlerFailed, Expired, KeyMissing, InternalError,
}

// An Error is why an attempt, and in the end the job, failed. A Handler
// returns one to choose the code; any other error becomes handlerFailed with
// a message that tells nothing, since it may hold content.
type Error struct {
	Code       Code
	Message    string // for the client: a full thought, never content
	Target     string
	InnerCode  string // a remote handler's own code
	ActivityID string // the trace of the attempt
	At         time.Time

	// Details has one entry for each failed attempt, oldest first.
	Details []Error

	// RetryAfter, when set, is the shortest wait before the next attempt.
	RetryAfter time.Duration
}

func (e *Error) Error() string { return string(e.Code) + ": " + e.Message }

// Permanent marks err as one that another attempt cannot mend.
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &permanentError{err}
}

type permanentError struct{ err error }

func (e *permanentError) Error() string { return e.err.Error() }
func (e *permanentError) Unwrap() error { return e.err }
