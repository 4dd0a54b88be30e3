package jobs

import (
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
)

// Submit records sub and queues it. Called again under the same name it
// returns the first job, and created is false. Once it returns nil the job
// will reach a final state, even if this process stops right away.
//
// It returns an *InvalidError, a *BusyError, ErrConflict when the name stands
// for another request, ErrNoBlobs, or ErrUnavailable. It takes over
// sub.Content: unless the job is new, the content is deleted, or when that is
// not known, left for Maintain to find.
func (q *Queue) Submit(ctx context.Context, sub Submission) (j *Job, created bool, err error) {
	defer func() { q.met.submitted(created, err) }()
	ctx, span := q.submitSpan(ctx, &sub)
	defer func() { endSubmit(span, j, created, err) }()
	if err := sub.validate(); err != nil {
		q.Discard(ctx, sub.Content)
		return nil, false, err
	}
	if sub.Priority == "" {
		sub.Priority = Normal
	}
	id, named, fps := q.identify(&sub)
	var kept fields
	unknown := false // whether the record names what is kept
	defer func() {
		if !created && !unknown {
			q.discard(ctx, kept.request, kept.file)
		}
	}()
	kept.file = sub.Content.blob()
	for range 3 {
		content, err := q.prepare(ctx, &sub, &kept, id)
		if err != nil {
			return nil, false, err
		}
		j, what, err := q.submit(ctx, &sub, &content, id, fps)
		_, busy := errors.AsType[*BusyError](err)
		unknown = err != nil && !busy
		switch {
		case err != nil:
			return nil, false, err
		case what == "created":
			return j, true, nil
		case !named && !sub.Resent:
			// A client-request-id that came before names nothing by itself.
			id, fps = newID(), noFingerprint
		case what == "clash":
			return nil, false, ErrConflict
		default:
			if j, err = q.Get(ctx, sub.Tenant, id); err == nil {
				return j, false, nil
			}
			if !errors.Is(err, ErrNotFound) {
				return nil, false, err
			}
			// It was deleted between the two calls: its name is free again.
		}
	}
	return nil, false, &BusyError{Reason: "a job of this name is deleted and created all the time", RetryAfter: time.Second}
}

// identify says under which id sub is stored, whether its producer chose that
// name, and what tells a repeat from a clash.
func (q *Queue) identify(sub *Submission) (id ID, named bool, fps fingerprints) {
	if sub.ID != "" {
		return sub.ID, true, q.fingerprints(sub)
	}
	if sub.Key != "" {
		return derivedID(sub.Tenant, "key", sub.Key), true, q.fingerprints(sub)
	}
	if sub.ClientRequestID != "" {
		fps := q.fingerprints(sub)
		return derivedID(sub.Tenant, "client-request-id", sub.ClientRequestID, fps.first), false, fps
	}
	return newID(), false, noFingerprint
}

// Fingerprints stand for what a submission asks. The record keeps one of them;
// another submission is a repeat if the record has any of its own.
type fingerprints struct {
	all   string // with spaces between them
	keep  string
	first string // which stays the same for as long as the first key does
}

// noFingerprint is that of a submission that nothing is a repeat of.
var noFingerprint = fingerprints{"-", "-", "-"}

// fingerprints without keys are the one that the salt makes, which is in the
// store. With keys the one that is kept tells nothing to who has the store; a
// job that was submitted before there were any still has the other.
func (q *Queue) fingerprints(sub *Submission) fingerprints {
	fp := q.fingerprint(sub)
	if q.opt.Keys == nil {
		return fingerprints{fp, fp, fp}
	}
	marks, primary := q.opt.Keys.Marks([]byte(fp))
	return fingerprints{strings.Join(append(marks, fp), " "), primary, marks[0]}
}

// newID returns an id that sorts by time: a UUID of version 7, RFC 9562.
func newID() ID { return ID(uuid.Must(uuid.NewV7()).String()) }

// idSpace is the UUID namespace of derived ids.
var idSpace = uuid.MustParse("7ab1a9a5-1a3c-4a0e-9d5c-0d3b6f5c2f11")

// derivedID maps what a producer calls a job to an id: a UUID of version 5.
func derivedID(t Tenant, parts ...string) ID {
	var s strings.Builder
	s.WriteString(strconv.Quote(string(t)))
	for _, p := range parts {
		s.WriteString(strconv.Quote(p))
	}
	return ID(uuid.NewSHA1(idSpace, []byte(s.String())).String())
}

// fingerprint stands for what is asked, and tells nothing about it to who
// does not hold the salt.
func (q *Queue) fingerprint(sub *Submission) string {
	h := hmac.New(sha256.New, q.salt)
	for _, part := range []string{string(sub.Tenant), sub.Type, string(sub.Priority)} {
		io.WriteString(h, strconv.Quote(part))
	}
	if sub.Content != nil {
		h.Write(sub.Content.sum[:])
	}
	h.Write(sub.Request)
	return base64.RawURLEncoding.EncodeToString(h.Sum(nil)[:12])
}

// A submission rides in the context of an asynq enqueue, which the enqueuer
// turns into the submit script.
type submission struct {
	sub   *Submission
	kept  *stored
	name  name
	id    ID
	first string // fence
	lane  lane
	via   string // the lane's letter
	fps   fingerprints
	meta  string // as encodeMeta has it
	wait  time.Duration

	// What became of it: created, with the time in µs and how many wait in the
	// same set of the index, repeat or clash.
	what, created, waiting string
}

func (s *submission) enqueue(ctx context.Context, q *Queue, task asynqTask) error {
	sh := q.shard(s.name)
	v, err := q.pipes[sh].eval(ctx, submitScript,
		[]string{sh.record(s.name), sh.indexSet(s.sub.Tenant, "notStarted/"+string(s.lane), s.sub.Type), task.key, task.pending},
		&s.first, &s.meta, s.kept.c, &s.fps.all,
		task.msg, task.id, task.since, micros(s.wait), &s.via, (*string)(&s.id), &s.sub.Type, (*string)(&s.sub.Tenant),
		&s.kept.request, s.kept.f, &s.kept.file, s.kept.bytes)
	if err != nil {
		return err
	}
	reply, _ := v.(string)
	if s.what, reply, _ = strings.Cut(reply, " "); s.what == "" {
		return fmt.Errorf("submit %s: unexpected reply %v", s.name, v)
	}
	s.created, s.waiting, _ = strings.Cut(reply, " ")
	return nil
}

// prepare brings sub's content into the form in which the record of the job id
// holds it, if there is room for that.
func (q *Queue) prepare(ctx context.Context, sub *Submission, kept *fields, id ID) (stored, error) {
	if err := q.admit.allow(ctx, sub.Tenant); err != nil {
		return stored{}, err
	}
	if err := q.keep(ctx, sub, kept); err != nil {
		return stored{}, err
	}
	n := nameOf(sub.Tenant, id)
	content, err := q.store(kept, n)
	if err != nil {
		return stored{}, fmt.Errorf("submit %s: %w", n, err)
	}
	return content, q.admit.allowBytes(ctx, sub.Tenant, content.bytes)
}

func (q *Queue) submit(ctx context.Context, sub *Submission, content *stored, id ID, fps fingerprints) (*Job, string, error) {
	n := nameOf(sub.Tenant, id)
	s := &submission{sub: sub, kept: content, name: n, id: id, fps: fps, wait: q.opt.MaxWait, first: newFence(),
		lane: q.shares.lane(sub.Tenant, sub.Priority)}
	s.via = s.lane.letter()
	s.meta = encodeMeta(sub, s.first, s.lane, fps.keep)
	if err := q.enqueue(ctx, s, run{n, s.first}, s.lane); err != nil {
		return nil, "", fmt.Errorf("submit %s: %w", n, err)
	}
	if s.what != "created" {
		return nil, s.what, nil
	}
	if waiting, err := strconv.Atoi(s.waiting); err == nil && waiting > 0 {
		q.shares.note(sub.Tenant, s.lane, sub.Type, waiting)
		q.admit.waits(sub.Tenant, waiting)
	}
	j, err := s.job()
	return j, "created", err
}

// job is what decode would make of the record that submit.lua has written.
func (s *submission) job() (*Job, error) {
	created, err := strconv.ParseInt(s.created, 10, 64)
	first, bad := strconv.ParseInt(s.first, 10, 64)
	if err = errors.Join(err, bad); err != nil {
		return nil, fmt.Errorf("submit %s: %w", s.name, err)
	}
	return &Job{Tenant: s.sub.Tenant, ID: s.id, Type: s.sub.Type, Priority: s.sub.Priority, State: NotStarted, User: s.sub.User,
		Created: time.UnixMicro(created).UTC(), ClientRequestID: s.sub.ClientRequestID, Trace: s.sub.Trace, version: 1, firstFence: first}, nil
}

// newFence returns a random 48-bit number. Two jobs that have the same id one
// after the other thus never share a fence.
func newFence() string { return strconv.FormatUint(rand.Uint64N(1<<48-1)+1, 10) }
