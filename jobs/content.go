package jobs

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/classifyd/classifyd/jobs/blob"
	"github.com/classifyd/classifyd/jobs/blob/sealed"
)

// Blobs are a place for what is too large for a record. A *blob.Store is one.
type Blobs interface {
	Put(ctx context.Context, name string, r io.Reader) (int64, error)
	Open(ctx context.Context, name string) (*blob.Blob, error)
	Delete(ctx context.Context, name string) error
	List(ctx context.Context, before time.Time) iter.Seq2[string, error]
}

// noBlobs is the lack of such a place.
type noBlobs struct{}

func (noBlobs) Put(context.Context, string, io.Reader) (int64, error) { return 0, ErrNoBlobs }
func (noBlobs) Open(context.Context, string) (*blob.Blob, error)      { return nil, ErrNoBlobs }
func (noBlobs) Delete(context.Context, string) error                  { return ErrNoBlobs }
func (noBlobs) List(context.Context, time.Time) iter.Seq2[string, error] {
	return func(func(string, error) bool) {}
}

// A Content is a file that belongs to a job, in memory or in a blob. It may be
// read from many goroutines.
type Content struct {
	blobAt                   // of the blob; without a name data is all there is
	sum    [sha256.Size]byte // for the fingerprint of a submission
	data   []byte

	open func() (io.ReaderAt, error) // nil before the job runs

	mu  sync.Mutex // guards all below
	err error      // why the blob could not be read
}

// NewContent is a file in memory. The bytes must not change afterwards.
func NewContent(data []byte) *Content {
	return &Content{blobAt: blobAt{size: int64(len(data))}, sum: sha256.Sum256(data), data: data}
}

// Size is the length in bytes.
func (c *Content) Size() int64 { return c.size }

// ReadAt is that of io.ReaderAt. Within a run it ends with the run's context. A
// run that was not given what it asked for here fails, whatever its handler
// returns.
func (c *Content) ReadAt(p []byte, off int64) (int, error) {
	if c.name == "" {
		return bytes.NewReader(c.data).ReadAt(p, off)
	}
	if c.open == nil {
		return 0, errors.New("the content of a submission is for its job to read")
	}
	b, err := c.open()
	n := 0
	if err == nil {
		n, err = b.ReadAt(p, off)
	}
	err = blobError(err)
	if err != nil && err != io.EOF && off >= 0 {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.err = err
	}
	return n, err
}

// failure is why the blob could not be read, if it could not.
func (c *Content) failure() error {
	if c == nil {
		return nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.err
}

// blob is where c's blob is, nowhere when it has none.
func (c *Content) blob() blobAt {
	if c == nil {
		return blobAt{}
	}
	return c.blobAt
}

// A blobAt is where a blob is.
type blobAt struct {
	name string // "" for no blob
	size int64  // of what is in it
	key  []byte // that it is sealed with, of package sealed; nil when it is as it is
}

// length is how long the blob itself is.
func (p blobAt) length() int64 {
	switch {
	case p.name == "":
		return 0
	case p.key == nil:
		return p.size
	}
	return sealed.Size(p.size)
}

// refer is how n's record names the blob at p: NAME SIZE, and for a sealed one
// its key, which is sealed itself.
func (q *Queue) refer(p blobAt, n name, what string) (string, error) {
	if p.name == "" {
		return "", nil
	}
	ref := p.name + " " + strconv.FormatInt(p.size, 10)
	if p.key == nil {
		return ref, nil
	}
	key, err := q.sealLine(string(p.key), n, what)
	return ref + " " + key, err
}

func parseReference(ref string) (p blobAt, sealedKey string, err error) {
	var digits string
	p.name, digits, _ = strings.Cut(ref, " ")
	digits, sealedKey, _ = strings.Cut(digits, " ")
	if p.size, err = strconv.ParseInt(digits, 10, 64); err != nil {
		return blobAt{}, "", errors.New("a record names a blob in a form that this version does not know")
	}
	return p, sealedKey, nil
}

// find is the place that n's record names.
func (q *Queue) find(ref string, n name, what string) (blobAt, error) {
	p, sealedKey, err := parseReference(ref)
	if err == nil && sealedKey != "" {
		var key string
		key, err = q.unsealLine(sealedKey, n, what)
		p.key = []byte(key)
	}
	return p, err
}

// Put takes a file for a submission: what is above Options.Inline goes from r
// to a blob without being held. An error of r is returned as it is, others are
// ErrNoBlobs and ErrUnavailable. Nothing is kept then.
//
// The content is for Submit, or else for Discard.
func (q *Queue) Put(ctx context.Context, r io.Reader) (*Content, error) {
	head, err := io.ReadAll(io.LimitReader(r, int64(q.opt.Inline)+1))
	if err != nil {
		return nil, err
	}
	if len(head) <= q.opt.Inline {
		return NewContent(head), nil
	}
	h := sha256.New()
	c := &Content{}
	c.blobAt, err = q.put(ctx, io.TeeReader(io.MultiReader(bytes.NewReader(head), r), h))
	h.Sum(c.sum[:0])
	return c, err
}

// Discard deletes a file that there will be no job for; nil is none.
func (q *Queue) Discard(ctx context.Context, c *Content) { q.discard(ctx, c.blob()) }

func (q *Queue) put(ctx context.Context, r io.Reader) (p blobAt, err error) {
	p.name = blob.NewName()
	if q.opt.Keys == nil {
		p.size, err = q.blobs.Put(ctx, p.name, r)
	} else {
		p.key = sealed.NewKey()
		p.size, err = q.putSealed(ctx, p.name, r, p.key)
	}
	if err != nil {
		return blobAt{}, blobError(err)
	}
	q.met.blobs.WithLabelValues("put").Inc()
	return p, nil
}

func (q *Queue) putSealed(ctx context.Context, name string, r io.Reader, key []byte) (int64, error) {
	s, err := sealed.Seal(r, key)
	if err != nil {
		return 0, err
	}
	_, err = q.blobs.Put(ctx, name, s)
	return s.Size(), err
}

// blobError tells a place that is away as a store that is.
func blobError(err error) error {
	switch {
	case errors.Is(err, blob.ErrAway):
		return &storeDown{err}
	case errors.Is(err, sealed.ErrDamaged):
		return ErrDamaged
	}
	return err
}

const (
	blobTime  = 30 * time.Second // to put a result or to delete a blob
	blobRetry = 2 * time.Second  // until a run for which a blob could not be read or put is tried again
	keyRetry  = 10 * time.Second // until one whose key is not there yet is
)

// discard deletes blobs that no record names. What it cannot delete is swept
// in time.
func (q *Queue) discard(ctx context.Context, places ...blobAt) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), q.opt.Deadline)
	defer cancel()
	for _, p := range places {
		if p.name != "" && q.blobs.Delete(ctx, p.name) == nil {
			q.met.blobs.WithLabelValues("deleted").Inc()
		}
	}
}

// fields are what a record is to hold of a submission's content.
type fields struct {
	c       []byte // the request, packed; empty when it is a blob
	f       []byte // the file, packed
	request blobAt // the request's blob
	file    blobAt // the file's
}

// keep brings sub's content into the form in which a record holds it, once, but
// for the seal, which is of the job that it becomes.
func (q *Queue) keep(ctx context.Context, sub *Submission, kept *fields) (err error) {
	if kept.c != nil || kept.request.name != "" {
		return nil
	}
	if sub.Content != nil && sub.Content.name == "" {
		kept.f = q.packer.pack(sub.Content.data)
		if len(kept.f) == 0 {
			kept.f = []byte{asItIs} // an empty file is one
		}
	}
	if len(sub.Request) <= q.opt.Inline {
		kept.c = q.packer.pack(sub.Request)
		return nil
	}
	if kept.request, err = q.put(ctx, bytes.NewReader(sub.Request)); err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	return nil
}

// stored is what the submit script takes of a submission's content.
type stored struct {
	c, f          []byte
	request, file string
	bytes         int64 // of all of it, blobs too; 0 where those of a tenant are not limited
}

// store seals what was kept for the job n.
func (q *Queue) store(kept *fields, n name) (s stored, err error) {
	var errs [4]error
	s.c, errs[0] = q.seal(kept.c, n, aRequest)
	s.f, errs[1] = q.seal(kept.f, n, aFile)
	s.request, errs[2] = q.refer(kept.request, n, aRequest)
	s.file, errs[3] = q.refer(kept.file, n, aFile)
	if q.opt.TenantBytes > 0 {
		s.bytes = int64(len(s.c)+len(s.f)) + kept.request.length() + kept.file.length()
	}
	return s, errors.Join(errs[:]...)
}

// keepResult brings a result of n into the form in which its record holds it:
// packed, or the name of its blob, which is at p.
func (q *Queue) keepResult(n name, r *Result) (packed []byte, ref string, p blobAt, err error) {
	switch {
	case r == nil:
		return nil, "", blobAt{}, nil
	case len(r.JSON) <= q.opt.Inline || q.opt.Blobs == nil:
		packed, err = q.seal(q.packer.pack(r.JSON), n, aResult)
		return packed, "", blobAt{}, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), blobTime)
	defer cancel()
	if p, err = q.put(ctx, bytes.NewReader(r.JSON)); err != nil {
		return nil, "", blobAt{}, err
	}
	ref, err = q.refer(p, n, aResult)
	return nil, ref, p, err
}

// content is the file of the job n, from field f or F of its record. Without
// either the job has none.
func (q *Queue) content(ctx context.Context, n name, packed, ref string) (*Content, error) {
	switch {
	case ref != "":
		p, _, err := parseReference(ref)
		c := &Content{blobAt: p}
		c.open = opener(func() (io.ReaderAt, error) { return q.open(ctx, n, aFile, ref) })
		return c, err
	case packed != "":
		data, err := q.read(packed, n, aFile)
		return &Content{data: data, blobAt: blobAt{size: int64(len(data))}}, err
	}
	return nil, nil
}

// opener opens a blob when it is first asked for, and again when that failed.
func opener(open func() (io.ReaderAt, error)) func() (io.ReaderAt, error) {
	var mu sync.Mutex // guards b
	var b io.ReaderAt
	return func() (_ io.ReaderAt, err error) {
		mu.Lock()
		defer mu.Unlock()
		if b == nil {
			b, err = open()
		}
		return b, err
	}
}

// open finds the blob that n's record names. One of another length is not it.
func (q *Queue) open(ctx context.Context, n name, what, ref string) (io.ReaderAt, error) {
	p, err := q.find(ref, n, what)
	if err != nil {
		return nil, err
	}
	b, err := q.blobs.Open(ctx, p.name)
	if err != nil {
		return nil, blobError(err)
	}
	if b.Size() != p.length() {
		return nil, fmt.Errorf("%w of that length", blob.ErrNotFound)
	}
	if p.key == nil {
		return b, nil
	}
	return sealed.Open(b, p.size, p.key)
}

// load reads all of the blob that n's record names.
func (q *Queue) load(ctx context.Context, n name, what, ref string) ([]byte, error) {
	p, _, err := parseReference(ref)
	if err != nil {
		return nil, err
	}
	b, err := q.open(ctx, n, what, ref)
	if err != nil {
		return nil, err
	}
	data := make([]byte, p.size)
	if _, err := b.ReadAt(data, 0); err != nil && err != io.EOF {
		return nil, blobError(err)
	}
	return data, nil
}

// unread is what a run fails with whose content could not be read.
func unread(err error) error {
	switch {
	case errors.Is(err, blob.ErrNotFound):
		return Permanent(&Error{Code: InternalError, Message: "the submitted content is lost"})
	case errors.Is(err, ErrDamaged):
		return Permanent(&Error{Code: InternalError, Message: "the submitted content is damaged"})
	case errors.Is(err, ErrNoKey):
		return &Error{Code: KeyMissing, Message: "the submitted content is encrypted with a key that the worker does not have", RetryAfter: keyRetry}
	}
	return &Error{Code: InternalError, Message: "the submitted content could not be read", RetryAfter: blobRetry}
}
