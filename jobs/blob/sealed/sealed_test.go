package sealed_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"testing"
	"testing/iotest"

	"github.com/classifyd/classifyd/jobs/blob/sealed"
)

const segment = 64 << 10

func seal(t testing.TB, plain, key []byte) []byte {
	t.Helper()
	s, err := sealed.Seal(iotest.HalfReader(bytes.NewReader(plain)), key)
	if err != nil {
		t.Fatal(err)
	}
	b, err := io.ReadAll(s)
	if err != nil || s.Size() != int64(len(plain)) {
		t.Fatalf("sealed %d of %d bytes: %v", s.Size(), len(plain), err)
	}
	return b
}

func open(t testing.TB, b []byte, size int, key []byte) *sealed.Blob {
	t.Helper()
	blob, err := sealed.Open(bytes.NewReader(b), int64(size), key)
	if err != nil {
		t.Fatal(err)
	}
	return blob
}

// noise is n bytes that are the same each time.
func noise(n int) []byte {
	b := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(b)
	return b
}

func TestWhatWasSealedIsReadInAnyOrder(t *testing.T) {
	for _, size := range []int{0, 1, segment - 1, segment, segment + 1, 3 * segment, 3*segment + 7} {
		plain, key := noise(size), sealed.NewKey()
		b := seal(t, plain, key)
		if int64(len(b)) != sealed.Size(int64(size)) {
			t.Errorf("%d bytes became %d, Size says %d", size, len(b), sealed.Size(int64(size)))
		}
		if size >= 16 && bytes.Contains(b, plain[:16]) {
			t.Errorf("%d bytes stand there as they are", size)
		}
		if err := iotest.TestReader(io.NewSectionReader(open(t, b, size, key), 0, int64(size)), plain); err != nil {
			t.Errorf("%d bytes: %v", size, err)
		}
		blob := open(t, b, size, key)
		for range 50 {
			off := rand.Int64N(int64(size) + 1)
			p := make([]byte, rand.IntN(size+1))
			n, err := blob.ReadAt(p, off)
			want := plain[off:min(len(plain), int(off)+len(p))]
			if !bytes.Equal(p[:n], want) || err != nil && (err != io.EOF || n == len(p)) {
				t.Fatalf("%d of %d bytes at %d: %d bytes, %v", len(p), size, off, n, err)
			}
		}
		if _, err := blob.ReadAt(make([]byte, 1), int64(size)); err != io.EOF {
			t.Errorf("behind the end: %v", err)
		}
	}
}

func TestWhatWasChangedIsDamaged(t *testing.T) {
	plain, key := noise(2*segment+10), sealed.NewKey()
	b := seal(t, plain, key)
	const whole = segment + 16
	flip := func(i int) []byte { c := bytes.Clone(b); c[i] ^= 1; return c }
	for _, tt := range []struct {
		name string
		b    []byte
		size int
		key  []byte
	}{
		{"a bit in the first segment", flip(0), len(plain), key},
		{"a bit in the last tag", flip(len(b) - 1), len(plain), key},
		{"cut off in the last segment", b[:len(b)-1], len(plain), key},
		{"cut off between segments", b[:2*whole], len(plain), key},
		{"cut off between segments, and said to be so long", b[:2*whole], 2 * segment, key},
		{"longer than it is", append(bytes.Clone(b), 0), len(plain) + 1, key},
		{"segments swapped", append(append(bytes.Clone(b[whole:2*whole]), b[:whole]...), b[2*whole:]...), len(plain), key},
		{"sealed with another key", b, len(plain), sealed.NewKey()},
	} {
		_, err := io.ReadAll(io.NewSectionReader(open(t, tt.b, tt.size, tt.key), 0, int64(tt.size)))
		if !errors.Is(err, sealed.ErrDamaged) {
			t.Errorf("%s: %v, want damage", tt.name, err)
		}
	}
	for _, key := range [][]byte{nil, key[:16], append(bytes.Clone(key), 0)} {
		if _, err := sealed.Seal(bytes.NewReader(plain), key); err == nil {
			t.Errorf("sealed with a key of %d bytes", len(key))
		}
		if _, err := sealed.Open(bytes.NewReader(b), int64(len(plain)), key); err == nil {
			t.Errorf("opened with a key of %d bytes", len(key))
		}
	}
}

var errSource = errors.New("source broke")

func TestErrorsOfReadersPassAsTheyAre(t *testing.T) {
	s, err := sealed.Seal(io.MultiReader(bytes.NewReader(noise(segment)), iotest.ErrReader(errSource)), sealed.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.ReadAll(s); err != errSource {
		t.Errorf("sealing: %v", err)
	}
	b, err := sealed.Open(broken{}, 10, sealed.NewKey())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := b.ReadAt(make([]byte, 1), 0); err != errSource {
		t.Errorf("opening: %v", err)
	}
	if _, err := b.ReadAt(make([]byte, 1), -1); err == nil {
		t.Error("read before the start")
	}
}

type broken struct{}

func (broken) ReadAt([]byte, int64) (int, error) { return 0, errSource }

// FuzzOpen has foreign bytes read as a blob: they are damaged, or what was sealed.
func FuzzOpen(f *testing.F) {
	key := bytes.Repeat([]byte{7}, sealed.KeySize)
	for _, n := range []int{1, 100} {
		f.Add(seal(f, noise(n), key), n)
	}
	f.Add([]byte{}, 0)
	f.Fuzz(func(t *testing.T, b []byte, size int) {
		if size < 0 || size > 1<<20 {
			return
		}
		got, err := io.ReadAll(io.NewSectionReader(open(t, b, size, key), 0, int64(size)))
		switch {
		case err != nil && !errors.Is(err, sealed.ErrDamaged):
			t.Errorf("reading: %v", err)
		case err == nil && !bytes.Equal(got, noise(size)[:len(got)]):
			t.Errorf("%d bytes opened that were never sealed", size)
		}
	})
}

func BenchmarkSeal(b *testing.B) {
	for _, size := range []int{256 << 10, 16 << 20} {
		b.Run(fmt.Sprintf("%dKiB", size>>10), func(b *testing.B) {
			plain, key := make([]byte, size), sealed.NewKey()
			b.SetBytes(int64(size))
			for b.Loop() {
				s, err := sealed.Seal(bytes.NewReader(plain), key)
				if err != nil {
					b.Fatal(err)
				}
				if _, err := io.Copy(io.Discard, s); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkOpen(b *testing.B) {
	const size = 16 << 20
	key := sealed.NewKey()
	s := seal(b, make([]byte, size), key)
	b.SetBytes(size)
	for b.Loop() {
		blob := open(b, s, size, key)
		if _, err := io.Copy(io.Discard, io.NewSectionReader(blob, 0, size)); err != nil {
			b.Fatal(err)
		}
	}
}
