package app

import (
	"context"
	"errors"
	"os"
	"path/filepath"

	"github.com/classifyd/classifyd/jobs/blob"
)

// openBlobs opens the place that o asks for, and returns what is to be done with
// it at the end, if anything is. An embedded Redis forgets its jobs on exit, so
// that a directory that is gone then does for it, and one of --redis auto has its
// directory; for any other without --blob there is no place.
func openBlobs(ctx context.Context, o *Options) (*blob.Store, func() error, error) {
	switch {
	case o.Blob != "":
		s, err := blob.Open(ctx, o.Blob)
		return s, nil, err
	case o.Redis == privateRedisURL:
		s, err := blob.Directory(filepath.Join(o.Data, "blobs"))
		return s, nil, err
	case o.Redis != "":
		return nil, nil, nil
	}
	dir, err := os.MkdirTemp("", "classifyd-blobs-")
	if err != nil {
		return nil, nil, err
	}
	remove := func() error { return os.RemoveAll(dir) }
	s, err := blob.Directory(dir)
	if err != nil {
		return nil, nil, errors.Join(err, remove())
	}
	return s, remove, nil
}
