package app

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/classifyd/classifyd/jobs/jobtest"
)

// runRing runs a command of classifyd keyring on a ring and returns what it printed.
func runRing(t *testing.T, path string, args ...string) string {
	t.Helper()
	out, err := tryRing(t, path, args...)
	if err != nil {
		t.Fatalf("keyring %v: %v", args, err)
	}
	return out
}

func tryRing(t *testing.T, path string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	err, wrong := do(t.Context(), &out, append(append([]string{"keyring"}, args...), "--encryption-keys", path))
	if wrong != nil {
		err = wrong
	}
	return strings.TrimSpace(out.String()), err
}

func TestKeyringIsMadeAndChanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ring")
	first := runRing(t, path, "new")
	second := runRing(t, path, "add")
	list := func(primary, other string) string {
		return fmt.Sprintf("%s  encrypts, opens\n%s  opens", primary, other)
	}
	if got, want := runRing(t, path, "list"), "ID        DOES\n"+list(first, second); got != want {
		t.Errorf("list\n%s\nwant\n%s", got, want)
	}
	runRing(t, path, "promote", second)
	if got := runRing(t, path, "list"); !strings.Contains(got, second+"  encrypts") {
		t.Errorf("list after promote\n%s", got)
	}
	runRing(t, path, "remove", first)
	if got := runRing(t, path, "list"); strings.Contains(got, first) {
		t.Errorf("list after remove\n%s", got)
	}
	for _, tt := range []struct{ path, args, want string }{
		{path, "new", "exists"},
		{path, "remove " + second, "primary key cannot be removed"},
		{path, "remove " + first, "no such key"},
		{path, "promote " + first, "no such key"},
		{path, "promote x", "eight hexadecimal digits"},
		{path + "-none", "list", "no such file"},
		{path + "-none", "add", "no such file"},
		{"", "new", "--encryption-keys: is required"},
	} {
		if _, err := tryRing(t, tt.path, strings.Fields(tt.args)...); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("keyring %s: %v, want %q", tt.args, err, tt.want)
		}
	}
}

func TestKeyRingThatOthersMayReadIsRefused(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ring")
	runRing(t, path, "new")
	for _, tt := range []struct {
		mode os.FileMode
		ok   bool
	}{{0o644, false}, {0o640, false}, {0o600, true}} {
		if err := os.Chmod(path, tt.mode); err != nil {
			t.Fatal(err)
		}
		o := mustFlags(t, "--encryption-keys", path)
		o.Listener, o.Out = jobtest.NewPipes(), new(bytes.Buffer)
		a, err := New(t.Context(), o)
		if err == nil {
			a.Stop()
		}
		if (err == nil) != tt.ok || !tt.ok && !strings.HasPrefix(err.Error(), "--encryption-keys: ") {
			t.Errorf("mode %o: %v", tt.mode, err)
		}
	}
}

const (
	cardText = `{"text":"Visa card 4539 5787 6362 1486, thank you"}`
	cardIs   = "4539 5787 6362 1486"
)

// TestEncryptedServiceDoesAllThatOneInClearDoes also looks for the card in all
// that Redis and the place for blobs were given.
func TestEncryptedServiceDoesAllThatOneInClearDoes(t *testing.T) {
	server := jobtest.Redis(t)
	path, places := filepath.Join(t.TempDir(), "ring"), filepath.Join(t.TempDir(), "places")
	runRing(t, path, "new")
	s := start(t, "--redis", "redis://"+server.Options().Addrs[0], "--encryption-keys", path, "--blob", "file://"+places, "--inline", "2000")
	type call struct{ method, path, body string }
	large := fmt.Sprintf(`{"text":"%sVisa card %s"}`, strings.Repeat("nothing to see here. ", 300), cardIs)
	many := fmt.Sprintf(`{"text":"%s"}`, strings.Repeat("Visa card "+cardIs+" ", 40))
	for _, c := range []call{
		{"POST", "/classifyText", cardText},
		{"POST", "/classifyText", large},
		{"POST", "/classifyText", many}, // whose result is a blob
		{"POST", "/jobs", `{"type":"classifyText","request":` + cardText + `}`},
	} {
		status, job := s.call(t, c.method, c.path, c.body, "Prefer", "wait=30")
		if status/100 != 2 || job["status"] != "succeeded" || !strings.Contains(fmt.Sprint(job["result"]), cardIs) {
			t.Errorf("%s %s: %d %.300v", c.method, c.path, status, job)
			continue
		}
		again := "/jobs/" + fmt.Sprint(job["id"])
		if status, job := s.call(t, "GET", again, ""); status != 200 || !strings.Contains(fmt.Sprint(job["result"]), cardIs) {
			t.Errorf("GET %s: %d %.300v", again, status, job)
		}
	}
	// Nobody serves its type, so that it can be cancelled before it starts or ends as failed.
	status, job := s.call(t, "POST", "/jobs", `{"type":"nobody","request":`+cardText+`}`, "Prefer", "wait=30")
	if failure, _ := job["error"].(map[string]any); status/100 != 2 || failure["code"] != "unsupportedJobType" {
		t.Errorf("unserved: %d %v", status, job)
	}
	for _, n := range []int{200, 100_000} {
		j := s.classifyFile(t, []byte(strings.Repeat("x ", n)+"Visa card "+cardIs))
		if len(j.places()) == 0 {
			t.Errorf("a file of %d words: %+v", n, j)
		}
	}
	if status, list := s.call(t, "GET", "/jobs?$filter=status%20eq%20'failed'", ""); status != 200 || len(list["value"].([]any)) != 1 {
		t.Errorf("list: %d %v", status, list)
	}
	if status, own := s.call(t, "POST", "/sensitiveTypes", strings.Replace(badge, "BDG", "nothing to see", 1)); status != 201 {
		t.Errorf("own type: %d %v", status, own)
	}
	runRing(t, path, "add")
	if said := runRing(t, path, "renew", "--redis", "redis://"+server.Options().Addrs[0]); !strings.HasPrefix(said, "1 sensitive types") {
		t.Errorf("renew says %q", said)
	}
	if found := s.finds(t, `{"text":"badge nothing to see-123456"}`); len(found) != 1 {
		t.Errorf("the renewed type finds %q", found)
	}
	if err := s.Stop(); err != nil {
		t.Error(err)
	}
	// What the requests had in blobs is gone by now; the results are there.
	written := server.Written() + readAll(t, places)
	if strings.Contains(written, cardIs) || strings.Contains(written, "nothing to see") || len(written) < 10_000 {
		t.Errorf("content stands in what was written: %d bytes", len(written))
	}
	// Nothing was mended, so that nothing was amiss.
	var out bytes.Buffer
	err, wrong := do(t.Context(), &out, []string{"doctor", "--dry-run", "--redis", "redis://" + server.Options().Addrs[0], "--blob", "file://" + places})
	if err != nil || wrong != nil || !strings.Contains(out.String(), "all is as it should be") {
		t.Errorf("doctor: %v, %v: %s", err, wrong, out.String())
	}
}

// readAll is all that is in a directory.
func readAll(t *testing.T, dir string) (all string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		b, err := os.ReadFile(filepath.Join(dir, e.Name()))
		if err != nil {
			t.Fatal(err)
		}
		all += string(b)
	}
	return all
}

func TestKeyRingIsReplacedWhileTheServiceRuns(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ring")
	first := runRing(t, path, "new")
	synctest.Test(t, func(t *testing.T) {
		s := start(t, "--encryption-keys", path)
		_, job := s.call(t, "POST", "/classifyText", cardText, "Prefer", "wait=30")
		old := "/jobs/" + fmt.Sprint(job["id"])
		second := runRing(t, path, "add")
		runRing(t, path, "promote", second)
		time.Sleep(2 * lookAgain)
		if status, job := s.call(t, "GET", old, ""); status != 200 || job["result"] == nil {
			t.Errorf("what the first key has encrypted: %d %v", status, job)
		}
		_, job = s.call(t, "POST", "/classifyText", cardText, "Prefer", "wait=30")
		young := "/jobs/" + fmt.Sprint(job["id"])

		// Half a file, and one that others may read, change nothing.
		whole, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for _, spoil := range []func() error{
			func() error { return os.WriteFile(path, whole[:len(whole)/2], 0o600) },
			func() error { return os.WriteFile(path, append(whole, ' '), 0o600) },
			func() error { return os.Chmod(path, 0o644) },
		} {
			if err := spoil(); err != nil {
				t.Fatal(err)
			}
			time.Sleep(2 * lookAgain)
			if status, _ := s.call(t, "GET", young, ""); status != 200 {
				t.Errorf("with a spoiled ring: %d", status)
			}
		}
		if err := os.Chmod(path, 0o600); err != nil {
			t.Fatal(err)
		}
		runRing(t, path, "remove", first)
		time.Sleep(2 * lookAgain)
		if status, _ := s.call(t, "GET", young, ""); status != 200 {
			t.Errorf("what the second key has encrypted: %d", status)
		}
		status, answer := s.call(t, "GET", old, "")
		problem, _ := answer["error"].(map[string]any)
		inner, _ := problem["innerError"].(map[string]any)
		if status != 500 || inner["code"] != "keyMissing" {
			t.Errorf("what a removed key has encrypted: %d %v", status, answer)
		}
	})
}

func TestKeyThatAnotherProcessGotSoonerIsLookedFor(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ring")
	runRing(t, path, "new")
	log := jobtest.Log(t)
	one, err := openRings(path, log)
	if err != nil {
		t.Fatal(err)
	}
	runRing(t, path, "promote", runRing(t, path, "add"))
	other, err := openRings(path, log)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := other.Seal([]byte("x"), "y")
	if err != nil {
		t.Fatal(err)
	}
	if plain, err := one.Open(sealed, "y"); err != nil || string(plain) != "x" {
		t.Errorf("opened as %q, %v", plain, err)
	}
}
