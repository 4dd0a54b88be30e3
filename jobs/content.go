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
	size int64
	sum  [sha256.Size]byte // for the fingerprint of a submission
	data []byte
	name string // of the blob, "" when data is all there is

	open func() (*blob.Blob, error) // nil before the job runs

	mu  sync.Mutex // guards all below
	err error      // why the blob could not be read
}

// NewContent is a file in memory. The bytes must not change afterwards.
func NewContent(data []byte) *Content {
	return &Content{size: int64(len(data)), sum: sha256.Sum256(data), data: data}
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

// ref is how a record names c's blob, "" when it has none.
func (c *Content) ref() string {
	if c == nil || c.name == "" {
		return ""
	}
	return reference(c.name, c.size)
}

func reference(name string, size int64) string { return name + " " + strconv.FormatInt(size, 10) }

func parseReference(ref string) (name string, size int64, err error) {
	name, digits, _ := strings.Cut(ref, " ")
	if size, err = strconv.ParseInt(digits, 10, 64); err != nil {
		return "", 0, errors.New("a record names a blob in a form that this version does not know")
	}
	return name, size, nil
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
	c.name, c.size, err = q.put(ctx, io.TeeReader(io.MultiReader(bytes.NewReader(head), r), h))
	h.Sum(c.sum[:0])
	return c, err
}

// Discard deletes a file that there will be no job for; nil is none.
func (q *Queue) Discard(ctx context.Context, c *Content) { q.discard(ctx, c.ref()) }

func (q *Queue) put(ctx context.Context, r io.Reader) (name string, size int64, err error) {
	name = blob.NewName()
	size, err = q.blobs.Put(ctx, name, r)
	if err != nil {
		return "", 0, blobError(err)
	}
	q.met.blobs.WithLabelValues("put").Inc()
	return name, size, nil
}

// blobError tells a place that is away as a store that is.
func blobError(err error) error {
	if errors.Is(err, blob.ErrAway) {
		return &storeDown{err}
	}
	return err
}

const (
	blobTime  = 30 * time.Second // to put a result or to delete a blob
	blobRetry = 2 * time.Second  // until a run for which a blob could not be read or put is tried again
)

// discard deletes blobs that no record names. What it cannot delete is swept
// in time.
func (q *Queue) discard(ctx context.Context, refs ...string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), q.opt.Deadline)
	defer cancel()
	for _, ref := range refs {
		if name, _, err := parseReference(ref); err == nil && q.blobs.Delete(ctx, name) == nil {
			q.met.blobs.WithLabelValues("deleted").Inc()
		}
	}
}

// fields are what a record holds of a submission's content.
type fields struct {
	c       []byte // the request, packed; empty when it is a blob
	f       []byte // the file, packed
	request string // the request's blob
	file    string // the file's
}

// keep brings sub's content into the form in which a record holds it, once.
func (q *Queue) keep(ctx context.Context, sub *Submission, kept *fields) error {
	if kept.c != nil || kept.request != "" {
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
	name, size, err := q.put(ctx, bytes.NewReader(sub.Request))
	if err != nil {
		return fmt.Errorf("submit: %w", err)
	}
	kept.request = reference(name, size)
	return nil
}

// keepResult brings a result into the form in which a record holds it: packed,
// or the name of its blob.
func (q *Queue) keepResult(r *Result) (packed []byte, ref string, err error) {
	switch {
	case r == nil:
		return nil, "", nil
	case len(r.JSON) <= q.opt.Inline || q.opt.Blobs == nil:
		return q.packer.pack(r.JSON), "", nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), blobTime)
	defer cancel()
	name, size, err := q.put(ctx, bytes.NewReader(r.JSON))
	if err != nil {
		return nil, "", err
	}
	return nil, reference(name, size), nil
}

// content is the file of a job, from field f or F of its record. Without
// either the job has none.
func (q *Queue) content(ctx context.Context, packed, ref string) (*Content, error) {
	switch {
	case ref != "":
		name, size, err := parseReference(ref)
		c := &Content{name: name, size: size}
		c.open = opener(func() (*blob.Blob, error) { return q.open(ctx, ref) })
		return c, err
	case packed != "":
		data, err := q.packer.unpack(packed)
		return &Content{data: data, size: int64(len(data))}, err
	}
	return nil, nil
}

// opener opens a blob when it is first asked for, and again when that failed.
func opener(open func() (*blob.Blob, error)) func() (*blob.Blob, error) {
	var mu sync.Mutex // guards b
	var b *blob.Blob
	return func() (_ *blob.Blob, err error) {
		mu.Lock()
		defer mu.Unlock()
		if b == nil {
			b, err = open()
		}
		return b, err
	}
}

// open finds the blob that ref names. One of another length is not it.
func (q *Queue) open(ctx context.Context, ref string) (*blob.Blob, error) {
	name, size, err := parseReference(ref)
	if err != nil {
		return nil, err
	}
	b, err := q.blobs.Open(ctx, name)
	if err == nil && b.Size() != size {
		return nil, fmt.Errorf("%w of that length", blob.ErrNotFound)
	}
	return b, blobError(err)
}

// load reads all of the blob that ref names.
func (q *Queue) load(ctx context.Context, ref string) ([]byte, error) {
	b, err := q.open(ctx, ref)
	if err != nil {
		return nil, err
	}
	data := make([]byte, b.Size())
	if _, err := b.ReadAt(data, 0); err != nil && err != io.EOF {
		return nil, blobError(err)
	}
	return data, nil
}

// unread is what a run fails with whose content could not be read.
func unread(err error) error {
	if errors.Is(err, blob.ErrNotFound) {
		return Permanent(&Error{Code: InternalError, Message: "the submitted content is lost"})
	}
	return &Error{Code: InternalError, Message: "the submitted content could not be read", RetryAfter: blobRetry}
}
