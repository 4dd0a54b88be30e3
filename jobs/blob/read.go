package blob

import (
	"context"
	"errors"
	"io"
	"sync"
)

const (
	pieceSize = 1 << 20 // of one read from the place
	maxPieces = 4       // that a Blob holds
)

// A Blob is one blob that is being read. Its ReadAt may be called from many
// goroutines. It holds 4 MiB at most: what is read lies in pieces of 1 MiB, so
// that neither a scan nor the hopping about of an archive asks the place for
// each few bytes.
type Blob struct {
	place place
	ctx   context.Context // io.ReaderAt has no place for one
	name  string
	size  int64

	mu     sync.Mutex // guards all below
	pieces []piece    // the one used last comes first
}

type piece struct {
	at   int64
	data []byte
}

// Size is the length in bytes.
func (b *Blob) Size() int64 { return b.size }

// ReadAt is that of io.ReaderAt.
func (b *Blob) ReadAt(p []byte, off int64) (n int, err error) {
	if off < 0 {
		return 0, errors.New("read before the start of a blob")
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	for n < len(p) {
		at := off + int64(n)
		if at >= b.size {
			return n, io.EOF
		}
		piece, err := b.piece(at - at%pieceSize)
		if err != nil {
			return n, err
		}
		n += copy(p[n:], piece[at%pieceSize:])
	}
	return n, nil
}

// piece is what begins at a multiple of pieceSize. The caller holds b.mu.
func (b *Blob) piece(at int64) ([]byte, error) {
	if err := b.ctx.Err(); err != nil {
		return nil, context.Cause(b.ctx)
	}
	for i, p := range b.pieces {
		if p.at == at {
			copy(b.pieces[1:i+1], b.pieces[:i])
			b.pieces[0] = p
			return p.data, nil
		}
	}
	size := min(pieceSize, b.size-at)
	var data []byte
	if len(b.pieces) == maxPieces {
		data = b.pieces[maxPieces-1].data[:0]
		b.pieces = b.pieces[:maxPieces-1]
	}
	if int64(cap(data)) < size {
		data = make([]byte, size)
	}
	data = data[:size]
	if err := b.place.read(b.ctx, b.name, at, data); err != nil {
		return nil, explain("read", err)
	}
	b.pieces = append([]piece{{at, data}}, b.pieces...)
	return data, nil
}
