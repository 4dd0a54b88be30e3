package app

import (
	"context"
	"errors"
	"os"

	"github.com/classifyd/classifyd/jobs/blob"
)

// openBlobs opens the place that o asks for, and returns what ends its use. An
// embedded Redis forgets its jobs on exit, so that a directory that is gone
// then does for it; for any other without --blob there is no place.
func openBlobs(ctx context.Context, o *Options) (*blob.Store, func() error, error) {
	if o.Blob != "" {
		s, err := blob.Open(ctx, o.Blob)
		if err != nil {
			return nil, nil, err
		}
		return s, s.Close, nil
	}
	if o.Redis != "" {
		return nil, nil, nil
	}
	dir, err := os.MkdirTemp("", "classifyd-blobs-")
	if err != nil {
		return nil, nil, err
	}
	s, err := blob.Directory(dir)
	if err != nil {
		return nil, nil, errors.Join(err, os.RemoveAll(dir))
	}
	return s, func() error { return errors.Join(s.Close(), os.RemoveAll(dir)) }, nil
}
