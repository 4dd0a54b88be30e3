package keyring_test

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/keyring"
)

// ring is a new ring's file and its one key.
func ring(t testing.TB) (path string, first keyring.ID) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "ring")
	first, err := keyring.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, first
}

func read(t testing.TB, path string) *keyring.Ring {
	t.Helper()
	r, err := keyring.Read(path)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func seal(t testing.TB, r *keyring.Ring, plain, about string) []byte {
	t.Helper()
	b, err := r.Seal([]byte(plain), about)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// opens says what a ring makes of sealed bytes.
func opens(r *keyring.Ring, sealed []byte, about string) string {
	plain, err := r.Open(sealed, about)
	if err != nil {
		return "error: " + err.Error()
	}
	return string(plain)
}

func TestOnlyWhatIsSaidToBeTheSameOpens(t *testing.T) {
	path, _ := ring(t)
	r := read(t, path)
	b := seal(t, r, "a card", "acme/1")
	if got := opens(r, b, "acme/1"); got != "a card" {
		t.Errorf("opened as %s", got)
	}
	if bytes.Contains(b, []byte("card")) || bytes.Equal(b, seal(t, r, "a card", "acme/1")) {
		t.Error("sealed bytes tell what they are")
	}
	if _, err := r.Open(b, "acme/2"); !errors.Is(err, jobs.ErrDamaged) {
		t.Errorf("in another's place: %v", err)
	}
	for i := range b {
		c := bytes.Clone(b)
		c[i] ^= 0x10
		if _, err := r.Open(c, "acme/1"); err == nil {
			t.Errorf("opened with byte %d changed", i)
		}
		if _, err := r.Open(b[:i], "acme/1"); err == nil {
			t.Errorf("opened the first %d bytes", i)
		}
	}
}

func TestKeysAreReplacedWithoutAGap(t *testing.T) {
	path, first := ring(t)
	before := read(t, path)
	old := seal(t, before, "old", "x")
	second, err := keyring.Add(path)
	if err != nil {
		t.Fatal(err)
	}
	between := read(t, path)
	if got := opens(before, seal(t, between, "between", "x"), "x"); got != "between" {
		t.Errorf("a key that was only added seals: %s", got)
	}
	if err := keyring.Promote(path, second); err != nil {
		t.Fatal(err)
	}
	after := read(t, path)
	if got := opens(between, seal(t, after, "new", "x"), "x"); got != "new" {
		t.Errorf("a process that has the key already reads %s", got)
	}
	if _, err := before.Open(seal(t, after, "new", "x"), "x"); !errors.Is(err, jobs.ErrNoKey) {
		t.Errorf("one that does not: %v", err)
	}
	if got := opens(after, old, "x"); got != "old" {
		t.Errorf("what the old key sealed is %s", got)
	}
	if err := keyring.Remove(path, second); err == nil {
		t.Error("the primary key was removed")
	}
	if err := keyring.Remove(path, first); err != nil {
		t.Fatal(err)
	}
	if _, err := read(t, path).Open(old, "x"); !errors.Is(err, jobs.ErrNoKey) {
		t.Errorf("what a removed key sealed: %v", err)
	}
	list, err := keyring.List(path)
	if want := []keyring.Key{{ID: second, Primary: true}}; err != nil || !slices.Equal(list, want) {
		t.Errorf("the ring has %v, want %v: %v", list, want, err)
	}
}

func TestMarksOutliveTheKeyThatIsPrimary(t *testing.T) {
	path, _ := ring(t)
	_, before := read(t, path).Marks([]byte("x"))
	second, err := keyring.Add(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := keyring.Promote(path, second); err != nil {
		t.Fatal(err)
	}
	all, after := read(t, path).Marks([]byte("x"))
	if len(all) != 2 || all[0] != before || all[1] != after || before == after {
		t.Errorf("marks %q, primary %s, before %s", all, after, before)
	}
	if _, other := read(t, path).Marks([]byte("y")); other == after {
		t.Error("two things have one mark")
	}
}

func TestRingMustBeWholeAndItsOwnersAlone(t *testing.T) {
	path, id := ring(t)
	for mode, ok := range map[os.FileMode]bool{0o600: true, 0o400: true, 0o640: false, 0o604: false, 0o620: false, 0o666: false} {
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if _, err := keyring.Read(path); (err == nil) != ok {
			t.Errorf("mode %o: %v", mode, err)
		}
	}
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := keyring.Create(path); !errors.Is(err, os.ErrExist) {
		t.Errorf("made over another ring: %v", err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("made with mode %v, %v", info.Mode(), err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	key := string(whole[bytes.Index(whole, []byte(`"value"`))+9:][:40])
	for _, bad := range []string{"", "{}", "null", `{"primaryKeyId":1}`, string(whole[:len(whole)/2]), strings.Replace(string(whole), "XAesGcmKey", "AesGcmKey", 1),
		strings.Replace(string(whole), "TINK", "RAW", 1), strings.Replace(string(whole), "ENABLED", "DISABLED", 1)} {
		if err := os.WriteFile(path, []byte(bad), 0o600); err != nil {
			t.Fatal(err)
		}
		_, err := keyring.Read(path)
		if err == nil {
			t.Errorf("read %.60q", bad)
		} else if strings.Contains(err.Error(), key) {
			t.Errorf("the error shows the key: %v", err)
		}
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if s := fmt.Sprint(read(t, path)); strings.Contains(s, key[:20]) || !strings.Contains(s, id.String()) {
		t.Errorf("printed as %s", s)
	}
	for _, change := range []func() error{
		func() error { return keyring.Promote(path, id+1) },
		func() error { return keyring.Remove(path, id+1) },
		func() error { _, err := keyring.Add(path + ".none"); return err },
	} {
		if change() == nil {
			t.Error("changed what is not there")
		}
	}
	if left, err := filepath.Glob(path + "*"); err != nil || len(left) != 1 {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestIDsAreReadAsTheyAreWritten(t *testing.T) {
	if id, err := keyring.ParseID(keyring.ID(0xbeef).String()); err != nil || id != 0xbeef {
		t.Errorf("read %v, %v", id, err)
	}
	for _, bad := range []string{"", "beef", "0x00beef", "000000000", "-0000001"} {
		if id, err := keyring.ParseID(bad); err == nil {
			t.Errorf("read %q as %v", bad, id)
		}
	}
}

// FuzzOpen has foreign bytes opened: none opens that was not sealed, and none panics.
func FuzzOpen(f *testing.F) {
	path, _ := ring(f)
	r := read(f, path)
	whole := seal(f, r, "a card", "x")
	f.Add(whole)
	f.Add(whole[:5])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		plain, err := r.Open(b, "x")
		if err == nil && (string(plain) != "a card" || !bytes.Equal(b, whole)) {
			t.Errorf("%x opened", b)
		}
		if err != nil && !errors.Is(err, jobs.ErrDamaged) && !errors.Is(err, jobs.ErrNoKey) {
			t.Errorf("%x: %v", b, err)
		}
	})
}

func BenchmarkSealAndOpen(b *testing.B) {
	path, _ := ring(b)
	r := read(b, path)
	for _, size := range []int{100, 1 << 10, 64 << 10, 256 << 10} {
		b.Run(fmt.Sprint(size), func(b *testing.B) {
			plain := make([]byte, size)
			b.SetBytes(int64(size))
			b.ReportAllocs()
			for b.Loop() {
				sealed, err := r.Seal(plain, "acme/1")
				if err != nil {
					b.Fatal(err)
				}
				if _, err := r.Open(sealed, "acme/1"); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
