package blob

import (
	"bytes"
	"context"
	"io"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"sync"
	"time"
)

// Memory keeps blobs in the memory of this process, for tests.
func Memory() *Store { return &Store{&memory{blobs: map[string]remembered{}}} }

type memory struct {
	mu    sync.Mutex // guards blobs
	blobs map[string]remembered
}

type remembered struct {
	data    []byte
	written time.Time
}

func (m *memory) put(ctx context.Context, name string, r io.Reader) (int64, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	m.blobs[name] = remembered{data, time.Now()}
	return int64(len(data)), nil
}

func (m *memory) find(name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	b, ok := m.blobs[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return b.data, nil
}

func (m *memory) size(_ context.Context, name string) (int64, error) {
	data, err := m.find(name)
	return int64(len(data)), err
}

func (m *memory) read(_ context.Context, name string, off int64, p []byte) error {
	data, err := m.find(name)
	if err != nil {
		return err
	}
	_, err = io.ReadFull(io.NewSectionReader(bytes.NewReader(data), off, int64(len(p))), p)
	return err
}

func (m *memory) delete(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.blobs, name)
	return nil
}

func (m *memory) list(context.Context) iter.Seq2[entry, error] {
	m.mu.Lock()
	blobs := maps.Clone(m.blobs)
	m.mu.Unlock()
	return func(yield func(entry, error) bool) {
		for _, name := range slices.Sorted(maps.Keys(blobs)) {
			if !yield(entry{name, blobs[name].written}, nil) {
				return
			}
		}
	}
}
