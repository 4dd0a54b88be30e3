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
	"io/fs"
	"iter"
	"net/url"
	"path/filepath"
	"regexp"
	"time"

	"github.com/google/uuid"
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
type Store struct{ place place }

// A place keeps blobs under their names. That there is none of a name is
// fs.ErrNotExist.
type place interface {
	// put keeps all of r, or nothing if r, ctx or the place fails.
	put(ctx context.Context, name string, r io.Reader) (int64, error)

	size(ctx context.Context, name string) (int64, error)

	// read fills p with what begins at off.
	read(ctx context.Context, name string, off int64, p []byte) error

	delete(ctx context.Context, name string) error

	// list is all that there is, in the order of the names, and may hold what
	// is no blob.
	list(ctx context.Context) iter.Seq2[entry, error]
}

type entry struct {
	name    string
	written time.Time
}

// Open opens the place that a URL names and looks whether it can be reached:
//
//	file:///var/lib/classifyd/blobs
//	s3://bucket?region=eu-central-1&endpoint=https://s3.internal&use_path_style=true&prefix=classifyd/
//
// A directory is made if it is missing. S3's credentials come from where the
// AWS tools look for them, never from the URL: the environment, a profile with
// keys, single sign-on or a credential_process, or the role of a pod, a task or
// an instance. The query may hold
//
//	region          otherwise $AWS_REGION, or what the service says
//	endpoint        of a service that is not Amazon's
//	use_path_style  true: the bucket stands in the path, not in the host's name
//	prefix          of the names of all objects
//	profile         in the files of the AWS tools, otherwise $AWS_PROFILE
//	ssetype         AES256 or aws:kms: how the service encrypts what it keeps
//	kmskeyid        with which key, if ssetype is aws:kms
//	accelerate      true: Amazon's Transfer Acceleration
//	dualstack       true: Amazon's endpoints with IPv6
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

// NewName is the name for a new blob.
func NewName() string { return uuid.Must(uuid.NewV7()).String() }

// unfinished is what a directory appends to a name until the file is whole.
const unfinished = `(\.[0-9a-f]+\.tmp)?`

var ours = regexp.MustCompile(`^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}` + unfinished + `$`)

// Put writes all of r and returns its length. If r or the place fails, nothing
// is left behind, or later what List finds; an error of r is returned as it is.
func (s *Store) Put(ctx context.Context, name string, r io.Reader) (size int64, err error) {
	source := &reader{ctx: ctx, r: r}
	size, err = s.place.put(ctx, name, source)
	switch {
	case source.err != nil:
		return 0, source.err
	case err != nil:
		return 0, explain("put", err)
	}
	return size, nil
}

// A reader ends with ctx, and remembers why else reading ended too early.
type reader struct {
	ctx context.Context
	r   io.Reader
	err error
}

func (s *reader) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// Open finds a blob. Reads end when ctx does.
func (s *Store) Open(ctx context.Context, name string) (*Blob, error) {
	size, err := s.place.size(ctx, name)
	if err != nil {
		return nil, explain("open", err)
	}
	return &Blob{place: s.place, ctx: ctx, name: name, size: size}, nil
}

// Delete deletes a blob. That it is not there is no error.
func (s *Store) Delete(ctx context.Context, name string) error {
	if err := explain("delete", s.place.delete(ctx, name)); err != nil && !errors.Is(err, ErrNotFound) {
		return err
	}
	return nil
}

// List yields the names of the blobs that were written before a time, by the
// clock of the place.
func (s *Store) List(ctx context.Context, before time.Time) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for e, err := range s.place.list(ctx) {
			if err != nil {
				yield("", explain("list", err))
				return
			}
			if ours.MatchString(e.name) && e.written.Before(before) && !yield(e.name, nil) {
				return
			}
		}
	}
}

func explain(what string, err error) error {
	switch {
	case err == nil:
		return nil
	case what != "put" && errors.Is(err, fs.ErrNotExist):
		return fmt.Errorf("%s blob: %w", what, ErrNotFound)
	}
	return fmt.Errorf("%s blob: %w: %w", what, ErrAway, err)
}
