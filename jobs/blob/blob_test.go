package blob

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"io"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/iotest"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"
)

// places are one store of each kind.
var places = []struct {
	name string
	open func(*testing.T) *Store
}{
	{"directory", func(t *testing.T) *Store { return open(t, "file://"+filepath.ToSlash(t.TempDir())+"/new/blobs") }},
	{"memory", func(t *testing.T) *Store { return Memory() }},
	{"s3", openS3Test},
}

func open(t *testing.T, url string) *Store {
	t.Helper()
	s, err := Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func openS3Test(t *testing.T) *Store {
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	backend := s3mem.New()
	if err := backend.CreateBucket("blobs"); err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(gofakes3.New(backend).Server())
	t.Cleanup(server.Close)
	return open(t, "s3://blobs?region=us-east-1&use_path_style=true&prefix=here/&endpoint="+server.URL)
}

func everywhere(t *testing.T, f func(*testing.T, *Store)) {
	for _, p := range places {
		t.Run(p.name, func(t *testing.T) { f(t, p.open(t)) })
	}
}

func random(n int) []byte {
	b := make([]byte, n)
	r := rand.NewChaCha8([32]byte{7})
	_, _ = r.Read(b)
	return b
}

func list(t *testing.T, s *Store, before time.Time) (names []string) {
	t.Helper()
	for name, err := range s.List(t.Context(), before) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

func TestWhatWasPutIsReadInAnyOrderUntilItIsDeleted(t *testing.T) {
	everywhere(t, func(t *testing.T, s *Store) {
		ctx := t.Context()
		for _, size := range []int{0, 1, 1000, pieceSize - 1, pieceSize, pieceSize + 1, partSize + 3} {
			want := random(size)
			name := NewName()
			if n, err := s.Put(ctx, name, bytes.NewReader(want)); n != int64(size) || err != nil {
				t.Fatalf("put %d bytes: %d, %v", size, n, err)
			}
			b, err := s.Open(ctx, name)
			if err != nil || b.Size() != int64(size) {
				t.Fatalf("open: %v, %v", b, err)
			}
			if size <= 1000 { // it reads byte by byte, several times over
				if err := iotest.TestReader(io.NewSectionReader(b, 0, b.Size()), want); err != nil {
					t.Errorf("%d bytes: %v", size, err)
				}
			}
			var wg sync.WaitGroup
			for range 4 {
				wg.Go(func() {
					for range 5 {
						at := rand.IntN(size + 1)
						p := make([]byte, rand.IntN(pieceSize))
						n, err := b.ReadAt(p, int64(at))
						if most := min(len(p), size-at); n != most || !bytes.Equal(p[:n], want[at:at+n]) || (err == nil) != (n == len(p)) {
							t.Errorf("%d of %d bytes at %d: %d, %v", len(p), size, at, n, err)
						}
					}
				})
			}
			wg.Wait()
			for range 2 {
				if err := s.Delete(ctx, name); err != nil {
					t.Error(err)
				}
			}
			if _, err := s.Open(ctx, name); !errors.Is(err, ErrNotFound) {
				t.Errorf("open after delete: %v", err)
			}
		}
		if names := list(t, s, time.Now().Add(time.Hour)); len(names) > 0 {
			t.Errorf("left: %q", names)
		}
	})
}

var errBroken = errors.New("the client went away")

func TestPutThatFailsLeavesNothing(t *testing.T) {
	everywhere(t, func(t *testing.T, s *Store) {
		for _, size := range []int{0, 100, partSize + 1} {
			r := io.MultiReader(bytes.NewReader(random(size)), iotest.ErrReader(errBroken))
			if _, err := s.Put(t.Context(), NewName(), r); err != errBroken {
				t.Errorf("after %d bytes: %v, want the reader's error", size, err)
			}
		}
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := s.Put(ctx, NewName(), bytes.NewReader(random(10))); err == nil {
			t.Error("put with a canceled context")
		}
		if names := list(t, s, time.Now().Add(time.Hour)); len(names) > 0 {
			t.Errorf("left: %q", names)
		}
	})
}

func TestListYieldsWhatIsOlder(t *testing.T) {
	everywhere(t, func(t *testing.T, s *Store) {
		var want []string
		for range 5 {
			name := NewName()
			if _, err := s.Put(t.Context(), name, bytes.NewReader([]byte("x"))); err != nil {
				t.Fatal(err)
			}
			want = append(want, name)
		}
		slices.Sort(want)
		if got := list(t, s, time.Now().Add(time.Minute)); !slices.Equal(got, want) {
			t.Errorf("before the next minute: %q, want %q", got, want)
		}
		if got := list(t, s, time.Now().Add(-time.Minute)); len(got) > 0 {
			t.Errorf("before the last minute: %q", got)
		}
	})
}

func TestReadEndsWithItsContext(t *testing.T) {
	everywhere(t, func(t *testing.T, s *Store) {
		name := NewName()
		if _, err := s.Put(t.Context(), name, bytes.NewReader(random(2*pieceSize))); err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		b, err := s.Open(ctx, name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := b.ReadAt(make([]byte, 1), 0); err != nil {
			t.Fatal(err)
		}
		cancel(errBroken)
		if _, err := b.ReadAt(make([]byte, 1), 0); err != errBroken {
			t.Errorf("read after the end: %v", err)
		}
	})
}

func TestOtherFilesAreLeftAlone(t *testing.T) {
	dir := t.TempDir()
	s := open(t, "file://"+filepath.ToSlash(dir))
	stray := NewName() + ".18d9a9b4e4c80000.tmp"
	for _, name := range []string{"notes.txt", "0190163d.tmp", stray, NewName() + ".bak"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("x"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if got := list(t, s, time.Now().Add(time.Minute)); !slices.Equal(got, []string{stray}) {
		t.Errorf("listed %q, want what a process that died has left: %q", got, stray)
	}
	if err := s.Delete(t.Context(), stray); err != nil {
		t.Error(err)
	}
	if _, err := os.Stat(filepath.Join(dir, stray)); !os.IsNotExist(err) {
		t.Errorf("after delete: %v", err)
	}
}

func TestFilesOfADirectoryAreForTheirOwnerAlone(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "blobs")
	s := open(t, "file://"+filepath.ToSlash(dir))
	name := NewName()
	if _, err := s.Put(t.Context(), name, strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	for path, want := range map[string]os.FileMode{dir: 0o700, filepath.Join(dir, name): 0o600} {
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != want {
			t.Errorf("%s: mode %v, %v, want %v", path, info.Mode(), err, want)
		}
	}
}

func TestNameThatIsNoneOfOursLeadsNowhere(t *testing.T) {
	dir := t.TempDir()
	s := open(t, "file://"+filepath.ToSlash(dir)+"/blobs")
	outside := filepath.Join(dir, "notes.txt")
	if err := os.WriteFile(outside, []byte("x"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Open(t.Context(), "../notes.txt"); !errors.Is(err, ErrNotFound) {
		t.Errorf("open: %v", err)
	}
	if _, err := s.Put(t.Context(), "../notes.txt", bytes.NewReader([]byte("y"))); err == nil {
		t.Error("put did not fail")
	}
	_ = s.Delete(t.Context(), "../notes.txt")
	if data, err := os.ReadFile(outside); string(data) != "x" {
		t.Errorf("the file outside is %q, %v", data, err)
	}
}

func TestPlacesThatCannotBeOpened(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "test")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
	server := httptest.NewServer(gofakes3.New(s3mem.New()).Server())
	defer server.Close()
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	for _, url := range []string{
		"", "blobs", "gs://bucket", "file://host/dir", "file://", "file:///dir?create_dir=1", "file://" + file, "%",
		"s3://none?region=us-east-1&use_path_style=true&endpoint=" + server.URL,
		"s3://none?color=green", "s3://none?use_path_style=perhaps", "s3://none?ssetype=rot13", "s3://none?endpoint=ftp://host", "s3://user:word@blobs?region=us-east-1",
	} {
		if _, err := Open(t.Context(), url); err == nil {
			t.Errorf("Open(%q) did not fail", url)
		}
	}
}

func TestPutHoldsLittleOfAStream(t *testing.T) {
	const size, bound = 96 << 20, 40 << 20
	s := open(t, "file://"+filepath.ToSlash(t.TempDir()))
	var most uint64
	r := &watched{n: size, each: func() {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		most = max(most, m.HeapAlloc)
	}}
	h := sha256.New()
	if n, err := s.Put(t.Context(), NewName(), io.TeeReader(r, h)); n != size || err != nil {
		t.Fatalf("put: %d, %v", n, err)
	}
	if most > bound {
		t.Errorf("the heap grew to %d bytes", most)
	}
}

// watched is n bytes; each is called after every MiB.
type watched struct {
	n, read int
	each    func()
}

func (w *watched) Read(p []byte) (int, error) {
	if w.n == 0 {
		return 0, io.EOF
	}
	n := min(len(p), w.n)
	w.n -= n
	if w.read += n; w.read >= 1<<20 {
		w.read = 0
		w.each()
	}
	return n, nil
}
