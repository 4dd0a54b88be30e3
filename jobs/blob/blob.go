// Package blob keeps content that is too large for a record of package jobs: in
// a directory, which all processes must see, or in an S3 bucket.
//
// A blob is written once, whole or not at all, read in any order, and deleted.
// Its name is a UUID, and other files in the same place are left alone. What a
// process that died has left of an unfinished one is listed as a blob too, so
// that whoever deletes what is old and belongs to nobody gets rid of it.
package blob

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"time"

	"github.com/google/uuid"
	"gocloud.dev/blob"
	"gocloud.dev/blob/fileblob"
	"gocloud.dev/blob/memblob"
	"gocloud.dev/blob/s3blob"
	"gocloud.dev/gcerrors"
)

// What callers branch on.
var (
	// ErrNotFound: there is no such blob.
	ErrNotFound = errors.New("no such blob")

	// ErrAway: the place cannot be reached, or is full.
	ErrAway = errors.New("the place for blobs does not answer")
)

// A Store is one place for blobs. Its methods may be called from many
// goroutines.
type Store struct{ bucket *blob.Bucket }

// Open opens the place that a URL names and looks whether it can be reached:
//
//	file:///var/lib/classifyd/blobs
//	s3://bucket?region=eu-central-1&endpoint=https://s3.internal&use_path_style=true&prefix=classifyd/
//
// A directory is made if it is missing. S3's credentials come from where the
// AWS tools look for them, never from the URL; package gocloud.dev/blob/s3blob
// lists what a query may hold.
func Open(ctx context.Context, rawURL string) (*Store, error) {
	u, err := url.Parse(rawURL)
	switch {
	case err != nil:
		return nil, errNoPlace
	case u.User != nil:
		return nil, errors.New("the URL must not hold credentials") // and errors below may repeat it
	}
	switch u.Scheme {
	case "file":
		if u.Host != "" || u.Path == "" || u.RawQuery != "" {
			return nil, errors.New("a directory is named as file:///path, without a host or a query")
		}
		return Directory(filepath.FromSlash(u.Path))
	case "s3":
		return openS3(ctx, u)
	}
	return nil, errNoPlace
}

var errNoPlace = errors.New("must be file:///path or s3://bucket")

// Directory keeps blobs in a directory, which is made if it is missing.
func Directory(dir string) (*Store, error) {
	b, err := fileblob.OpenBucket(dir, &fileblob.Options{
		CreateDir:   true,
		DirFileMode: 0o700,
		NoTempDir:   true, // which could be another file system
		Metadata:    fileblob.MetadataDontWrite,
	})
	if err != nil {
		return nil, err
	}
	return &Store{b}, nil
}

// Memory keeps blobs in the memory of this process, for tests.
func Memory() *Store { return &Store{memblob.OpenBucket(nil)} }

func openS3(ctx context.Context, u *url.URL) (*Store, error) {
	q := u.Query()
	prefix := q.Get("prefix")
	q.Del("prefix")
	plain := *u
	plain.RawQuery = q.Encode()
	b, err := new(s3blob.URLOpener).OpenBucketURL(ctx, &plain)
	if err != nil {
		return nil, err
	}
	if prefix != "" {
		b = blob.PrefixedBucket(b, prefix)
	}
	switch ok, err := b.IsAccessible(ctx); {
	case err != nil:
		return nil, errors.Join(err, b.Close())
	case !ok:
		return nil, errors.Join(errors.New("there is no such bucket"), b.Close())
	}
	return &Store{b}, nil
}

// Close ends the use of the place. What is in it stays.
func (s *Store) Close() error { return s.bucket.Close() }

// NewName is the name for a new blob.
func NewName() string { return uuid.Must(uuid.NewV7()).String() }

// unfinished is what fileblob appends to a name until the file is whole.
const unfinished = `(\.[0-9]+\.tmp)?`

var ours = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}` + unfinished + `$`)

const (
	// S3 takes at most 10,000 parts, of at least 5 MiB. A blob on its way
	// there takes about three times this much memory.
	partSize    = 5 << 20
	partsAtOnce = 2
)

// Put writes all of r and returns its length. If r or the place fails, nothing
// is left behind, or later what List finds; an error of r is returned as it is.
func (s *Store) Put(ctx context.Context, name string, r io.Reader) (size int64, err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	var file *os.File // when the place is a directory
	w, err := s.bucket.NewWriter(ctx, name, &blob.WriterOptions{
		ContentType:    "application/octet-stream",
		BufferSize:     partSize,
		MaxConcurrency: partsAtOnce,
		BeforeWrite:    func(as func(any) bool) error { as(&file); return nil },
	})
	if err != nil {
		return 0, explain("put", err)
	}
	source := &reader{r: r}
	size, err = io.Copy(w, source)
	if err == nil && file != nil {
		err = file.Sync() // a record that survives a crash must find it
	}
	if err != nil {
		cancel() // or Close would keep what there is of it
	}
	if closed := w.Close(); err == nil {
		err = closed
	}
	switch {
	case source.err != nil:
		return 0, source.err
	case err != nil:
		return 0, explain("put", err)
	}
	return size, nil
}

// A reader remembers why reading ended too early.
type reader struct {
	r   io.Reader
	err error
}

func (s *reader) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// Open finds a blob. Reads end when ctx does.
func (s *Store) Open(ctx context.Context, name string) (*Blob, error) {
	a, err := s.bucket.Attributes(ctx, name)
	if err != nil {
		return nil, explain("open", err)
	}
	return &Blob{bucket: s.bucket, ctx: ctx, name: name, size: a.Size}, nil
}

// Delete deletes a blob. That it is not there is no error.
func (s *Store) Delete(ctx context.Context, name string) error {
	if err := explain("delete", s.bucket.Delete(ctx, name)); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return nil
}

// List yields the names of the blobs that were written before a time, by the
// clock of the place.
func (s *Store) List(ctx context.Context, before time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for it := s.bucket.List(nil); ; {
			o, err := it.Next(ctx)
			if err == io.EOF {
				return
			}
			if err != nil {
				yield("", explain("list", err))
				return
			}
			if !o.IsDir && ours.MatchString(o.Key) && o.ModTime.Before(before) && !yield(o.Key, nil) {
				return
			}
		}
	}
}

func explain(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case what != "put" && gcerrors.Code(err) == gcerrors.NotFound:
		return fmt.Errorf("%s blob: %w", what, ErrNotFound)
	}
	return fmt.Errorf("%s blob: %w: %w", what, ErrAway, err)
}
