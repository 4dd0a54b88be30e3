// Package sealed encrypts blobs, each with a key of its own, such that they are
// written in one go, whatever their length, and read in any order.
//
// The format is STREAM by Hoang, Reyhanitabar, Rogaway and Vizár ("Online
// Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance", 2015), in
// the form that age has given it (https://c2sp.org/age), with AES-256-GCM as
// its cipher: segments of 64 KiB with 16 bytes of authentication behind each,
// whose nonces count up from 0 in 11 bytes, with a last byte that is 1 for the
// final segment and 0 before. Only a blob of no bytes has a segment of none. A
// reader must know the length, so that what was cut off shows at once.
package sealed

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"sync"
)

const (
	// KeySize is the length of a key in bytes. It must seal one blob only.
	KeySize = 32

	segment  = 64 << 10
	overhead = 16
)

// ErrDamaged: a blob is not what was sealed with that key.
var ErrDamaged = errors.New("blob is damaged")

// NewKey is a key for one blob.
func NewKey() []byte {
	key := make([]byte, KeySize)
	rand.Read(key) // never fails
	return key
}

// Size is how long a blob of so many bytes becomes.
func Size(plain int64) int64 {
	return plain + max(1, (plain+segment-1)/segment)*overhead
}

func newCipher(key []byte) (cipher.AEAD, error) {
	if len(key) != KeySize {
		return nil, ErrDamaged // a longer or shorter key would mean another cipher
	}
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, err
	}
	return cipher.NewGCM(block)
}

// nonce is that of a segment.
func nonce(i int64, final bool) []byte {
	n := make([]byte, 12)
	binary.BigEndian.PutUint64(n[3:11], uint64(i))
	if final {
		n[11] = 1
	}
	return n
}

// Seal encrypts what the Sealer reads from r, whose errors it returns as they are.
func Seal(r io.Reader, key []byte) (*Sealer, error) {
	c, err := newCipher(key)
	if err != nil {
		return nil, err
	}
	return &Sealer{r: r, c: c, buf: make([]byte, 0, segment), ahead: make([]byte, 0, segment), space: make([]byte, 0, segment+overhead)}, nil
}

// A Sealer reads as a sealed blob.
type Sealer struct {
	r io.Reader
	c cipher.AEAD

	next  int64  // segment
	buf   []byte // it, in clear
	ahead []byte // the one behind it, if begun
	begun bool
	ended bool
	size  int64

	space []byte // of the sealed segment
	out   []byte // what of it is still to be read
}

// Size is how many bytes were read and sealed.
func (s *Sealer) Size() int64 { return s.size }

// Read is that of io.Reader.
func (s *Sealer) Read(p []byte) (int, error) {
	for len(s.out) == 0 {
		if s.ended {
			return 0, io.EOF
		}
		if err := s.advance(); err != nil {
			return 0, err
		}
	}
	n := copy(p, s.out)
	s.out = s.out[n:]
	return n, nil
}

// advance seals one more segment. Whether that is the final one shows in the
// next one, which is thus read before.
func (s *Sealer) advance() error {
	if !s.begun {
		s.begun = true
		if err := s.fill(); err != nil {
			return err
		}
	}
	s.buf, s.ahead = s.ahead, s.buf
	final := len(s.buf) < segment
	if !final {
		if err := s.fill(); err != nil {
			return err
		}
		final = len(s.ahead) == 0
	}
	s.ended = final
	s.out = s.c.Seal(s.space[:0], nonce(s.next, final), s.buf, nil)
	s.size += int64(len(s.buf))
	s.next++
	return nil
}

// fill reads ahead, a whole segment or what there is.
func (s *Sealer) fill() error {
	n, err := io.ReadFull(s.r, s.ahead[:segment])
	s.ahead = s.ahead[:n]
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		return nil
	}
	return err
}

// A Blob is a sealed one that is being read. It may be read from many
// goroutines.
type Blob struct {
	r    io.ReaderAt
	c    cipher.AEAD
	size int64

	mu    sync.Mutex // guards all below
	at    int64      // index of the segment that is held, -1 for none
	plain []byte
	raw   []byte
}

// Open opens the blob in r that was sealed from size bytes.
func Open(r io.ReaderAt, size int64, key []byte) (*Blob, error) {
	c, err := newCipher(key)
	if err != nil {
		return nil, err
	}
	return &Blob{r: r, c: c, size: size, at: -1}, nil
}

// Size is the length of what was sealed.
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
		if err := b.load(at / segment); err != nil {
			return n, err
		}
		n += copy(p[n:], b.plain[at%segment:])
	}
	return n, nil
}

// load holds a segment. The caller holds b.mu.
func (b *Blob) load(i int64) error {
	if b.at == i {
		return nil
	}
	b.at = -1
	length := min(segment, b.size-i*segment)
	if b.raw == nil {
		b.raw = make([]byte, segment+overhead)
		b.plain = make([]byte, 0, segment)
	}
	raw := b.raw[:length+overhead]
	if n, err := b.r.ReadAt(raw, i*(segment+overhead)); err != nil && (err != io.EOF || n < len(raw)) {
		if err == io.EOF {
			return ErrDamaged
		}
		return err
	}
	plain, err := b.c.Open(b.plain[:0], nonce(i, (i+1)*segment >= b.size), raw, nil)
	if err != nil {
		return ErrDamaged
	}
	b.at, b.plain = i, plain
	return nil
}
