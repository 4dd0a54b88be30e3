package blob

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// Directory keeps blobs in a directory, which is made if it is missing.
func Directory(dir string) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	return &Store{directory(dir)}, nil
}

// A directory is the path of one that has a file for each blob. Each is found
// by its path, so that a file system may be mounted there anew.
type directory string

// file is where a blob lies. What else lies in the file system has no name
// that is one of ours.
func (d directory) file(name string) (string, error) {
	if !ours.MatchString(name) {
		return "", &fs.PathError{Op: "find", Path: name, Err: fs.ErrNotExist}
	}
	return filepath.Join(string(d), name), nil
}

func (d directory) put(ctx context.Context, name string, r io.Reader) (size int64, err error) {
	path, err := d.file(name)
	if err != nil {
		return 0, err
	}
	// Beside the whole file, since elsewhere could be another file system.
	f, err := os.OpenFile(path+"."+strconv.FormatInt(time.Now().UnixNano(), 10)+".tmp", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return 0, err
	}
	size, err = io.Copy(f, r)
	if err == nil {
		err = f.Sync() // a record that survives a crash must find it
	}
	err = errors.Join(err, f.Close())
	if err == nil {
		err = ctx.Err()
	}
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return 0, errors.Join(err, os.Remove(f.Name()))
	}
	return size, nil
}

func (d directory) size(_ context.Context, name string) (int64, error) {
	path, err := d.file(name)
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

func (d directory) read(_ context.Context, name string, off int64, p []byte) error {
	path, err := d.file(name)
	if err != nil {
		return err
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = io.ReadFull(io.NewSectionReader(f, off, int64(len(p))), p)
	return err
}

func (d directory) delete(_ context.Context, name string) error {
	path, err := d.file(name)
	if err != nil {
		return err
	}
	return os.Remove(path)
}

func (d directory) list(ctx context.Context) iter.Seq2[entry, error] {
	return func(yield func(entry, error) bool) {
		files, err := os.ReadDir(string(d))
		if err != nil {
			yield(entry{}, err)
			return
		}
		for _, f := range files {
			if err := ctx.Err(); err != nil {
				yield(entry{}, err)
				return
			}
			info, err := f.Info()
			switch {
			case errors.Is(err, fs.ErrNotExist): // deleted meanwhile
			case err != nil:
				yield(entry{}, err)
				return
			case info.Mode().IsRegular() && !yield(entry{f.Name(), info.ModTime()}, nil):
				return
			}
		}
	}
}
