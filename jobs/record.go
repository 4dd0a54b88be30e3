package jobs

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"time"
)

// The layout of a record's fields stands in scripts/record.lua.

// meta is what submit writes once; CREATED goes in front, from Redis' clock.
func encodeMeta(s *Submission, first string, l lane, fingerprint string) string {
	return strings.Join([]string{
		first + " " + l.letter() + " " + fingerprint + " " + string(s.Priority),
		s.Type, s.User, s.ClientRequestID, s.Trace,
	}, "\n")
}

// unreadable: a record is damaged, or of a version that is not known here.
func unreadable(n name) error {
	return fmt.Errorf("record %s: %w: not in a form that this version knows", n, ErrDamaged)
}

func decode(n name, head, meta string) (*Job, error) {
	j := &Job{}
	j.Tenant, j.ID = n.split()
	var h [12]string
	var m, first [5]string
	if !split(h[:], head, " ") || !split(m[:], meta, "\n") || !split(first[:], m[0], " ") {
		return nil, unreadable(n)
	}
	var bad error
	num := func(s string) int64 {
		v, err := strconv.ParseInt(s, 10, 64)
		if err != nil {
			bad = unreadable(n)
		}
		return v
	}
	at := func(s string) time.Time {
		if s == "0" {
			return time.Time{}
		}
		return time.UnixMicro(num(s)).UTC()
	}
	j.version = num(h[3])
	j.Attempts = int(num(h[4]))
	j.tries = int(num(h[5]))
	j.Started, j.Ended = at(h[7]), at(h[8])
	j.Progress = int(num(h[10]))
	switch h[0] {
	case "s":
		j.State = Succeeded
	case "f":
		j.State = Failed
	case "c":
		j.State = Canceled
	default:
		j.State = NotStarted
		if j.Attempts > 0 {
			j.State = Running
		}
	}
	j.Created = at(first[0])
	j.firstFence = num(first[1])
	j.Priority = Priority(first[4])
	j.Type, j.User, j.ClientRequestID, j.Trace = m[1], m[2], m[3], m[4]
	return j, bad
}

// split puts the parts of s into parts, and reports whether there are as many.
func split(parts []string, s, sep string) bool {
	if strings.Count(s, sep) != len(parts)-1 {
		return false
	}
	for i := range parts {
		parts[i], s, _ = strings.Cut(s, sep)
	}
	return true
}

// attemptError is how field e keeps one failed attempt.
type attemptError struct {
	Code       Code   `json:"code"`
	Message    string `json:"message,omitzero"`
	Target     string `json:"target,omitzero"`
	InnerCode  string `json:"innerCode,omitzero"`
	ActivityID string `json:"activityId,omitzero"`
}

func encodeError(e *Error) string {
	b, err := json.Marshal(attemptError{e.Code, e.Message, e.Target, e.InnerCode, e.ActivityID})
	if err != nil {
		panic(err) // strings always encode
	}
	return string(b)
}

// decodeErrors reads field e: a line "µs JSON" for each failed attempt, of which
// the JSON may be sealed.
func (q *Queue) decodeErrors(n name, e string) []Error {
	var list []Error
	for line := range strings.Lines(e) {
		at, body, _ := strings.Cut(line, " ")
		us, err := strconv.ParseInt(at, 10, 64)
		body, failed := q.unsealLine(strings.TrimSuffix(body, "\n"), n, anError)
		if failed != nil && err == nil {
			unreadable := sealedError(failed)
			unreadable.At = time.UnixMicro(us).UTC()
			list = append(list, unreadable)
			continue
		}
		var a attemptError
		if err != nil || json.Unmarshal([]byte(body), &a) != nil {
			continue // a line that another version wrote tells us nothing
		}
		list = append(list, Error{Code: a.Code, Message: a.Message, Target: a.Target, InnerCode: a.InnerCode,
			ActivityID: a.ActivityID, At: time.UnixMicro(us).UTC()})
	}
	return list
}

// jobFrom builds a job from the fields of its record as a script returned
// them: head, meta, result as it was, errors.
func (q *Queue) jobFrom(n name, head, meta, result, failures string) (*Job, error) {
	j, err := decode(n, head, meta)
	if err != nil {
		return nil, err
	}
	if result != "" {
		j.Result = json.RawMessage(result)
	}
	if j.State == Failed {
		j.Error = &Error{Code: InternalError, Message: "the job failed"}
		if list := q.decodeErrors(n, failures); len(list) > 0 {
			last := list[len(list)-1]
			last.Details = list
			j.Error = &last
		}
	}
	return j, nil
}
