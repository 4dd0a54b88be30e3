package jobs_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/blob"
	"github.com/classifyd/classifyd/jobs/jobtest"
	"github.com/classifyd/classifyd/jobs/keyring"
)

// A ring is a file of keys, and they as a process last read them.
type ring struct {
	t    testing.TB
	path string
	read atomic.Pointer[keyring.Ring]
}

func newRing(t testing.TB) *ring {
	t.Helper()
	r := &ring{t: t, path: filepath.Join(t.TempDir(), "ring")}
	if _, err := keyring.Create(r.path); err != nil {
		t.Fatal(err)
	}
	r.again()
	return r
}

// again reads the file again, as a process does when it was replaced.
func (r *ring) again() {
	r.t.Helper()
	now, err := keyring.Read(r.path)
	if err != nil {
		r.t.Fatal(err)
	}
	r.read.Store(now)
}

// promoted adds a key and makes it the primary one.
func (r *ring) promoted() {
	r.t.Helper()
	id, err := keyring.Add(r.path)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := keyring.Promote(r.path, id); err != nil {
		r.t.Fatal(err)
	}
	r.again()
}

// alone removes all keys but the primary one.
func (r *ring) alone() {
	r.t.Helper()
	list, err := keyring.List(r.path)
	if err != nil {
		r.t.Fatal(err)
	}
	for _, k := range list {
		if k.Primary {
			continue
		}
		if err := keyring.Remove(r.path, k.ID); err != nil {
			r.t.Fatal(err)
		}
	}
	r.again()
}

func (r *ring) Seal(plain []byte, about string) ([]byte, error) {
	return r.read.Load().Seal(plain, about)
}
func (r *ring) Open(sealed []byte, about string) ([]byte, error) {
	return r.read.Load().Open(sealed, about)
}
func (r *ring) Marks(b []byte) ([]string, string) { return r.read.Load().Marks(b) }

// kinds are a submission for each form in which a record holds content, and the
// length of each's result is on both sides of what a record holds.
func kinds(t *testing.T, s *jobtest.System) map[string]jobs.Submission {
	marked := func(n int) []byte {
		return bytes.Repeat([]byte(jobtest.Secret+" "), n/15+1)[:n]
	}
	return map[string]jobs.Submission{
		"a request in the record":  jobtest.Text("acme"),
		"a packed request":         {Tenant: "acme", Type: jobtest.TypeText, Request: fmt.Appendf(nil, `{"text":%q}`, marked(inline-100))},
		"a request in a blob":      {Tenant: "acme", Type: jobtest.TypeText, Request: fmt.Appendf(nil, `{"text":%q}`, marked(inline+100))},
		"a file in the record":     file(t, s, marked(inline/2)),
		"an empty file":            file(t, s, nil),
		"a file in a blob":         file(t, s, marked(inline+1)),
		"a file of some segments":  file(t, s, marked(200<<10)),
		"a file of whole segments": file(t, s, marked(128<<10)),
	}
}

// told is a handler that fails for tenant "fail" with the secret in its message.
func told() jobs.Handler {
	h := mirror()
	run := h.Run
	h.Run = func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
		if j.Tenant == "fail" {
			return &jobs.Result{JSON: j.Request}, jobs.Permanent(&jobs.Error{Code: jobs.HandlerFailed, Message: "a classifier said " + jobtest.Secret})
		}
		return run(ctx, j)
	}
	return h
}

func TestStoreAndBlobsNeverHaveContentOfAnEncryptedQueue(t *testing.T) {
	for _, encrypted := range []bool{true, false} {
		t.Run(fmt.Sprint(encrypted), func(t *testing.T) {
			server := jobtest.Redis(t)
			blobs := &keeping{Store: blob.Memory()}
			o := jobs.Options{Redis: server.Options(), Blobs: blobs, Inline: inline}
			if encrypted {
				o.Keys = newRing(t)
			}
			s := jobtest.Start(t, jobtest.Options{Jobs: o, Handlers: []jobs.Handler{told()}, Processes: -1})
			var list []*jobs.Job
			for _, sub := range kinds(t, s) {
				list = append(list, s.Submit(sub))
			}
			list = append(list, s.Submit(jobtest.Text("fail")))
			s.Process()
			for _, j := range list {
				if got := s.Wait(j); got.State != jobs.Succeeded && got.Tenant != "fail" {
					t.Errorf("job is %s: %v", got.State, got.Error)
				}
			}
			redis, places := server.Written(), blobs.written()
			if len(redis) < 5<<10 || len(places) < 600<<10 {
				t.Errorf("only %d and %d bytes were written", len(redis), len(places))
			}
			for where, all := range map[string]string{"Redis": redis, "a blob": places} {
				if has := strings.Contains(all, jobtest.Secret); has == encrypted {
					t.Errorf("the secret is in %s: %v", where, has)
				}
			}
		})
	}
}

// keeping are blobs of which everything stays that was ever put.
type keeping struct {
	*blob.Store

	mu  sync.Mutex // guards all below
	all bytes.Buffer
}

func (k *keeping) Put(ctx context.Context, name string, r io.Reader) (int64, error) {
	b, err := io.ReadAll(r)
	if err != nil {
		return 0, err
	}
	k.mu.Lock()
	k.all.Write(b)
	k.mu.Unlock()
	return k.Store.Put(ctx, name, bytes.NewReader(b))
}

func (k *keeping) written() string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.all.String()
}

// fields are a record's fields.
func fields(t *testing.T, s *jobtest.System, j *jobs.Job) map[string]string {
	t.Helper()
	f, err := s.Redis.HGetAll(t.Context(), "{s0}:j:"+string(j.Tenant)+"/"+string(j.ID)).Result()
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func setField(t *testing.T, s *jobtest.System, j *jobs.Job, field, value string) {
	t.Helper()
	if err := s.Redis.HSet(t.Context(), "{s0}:j:"+string(j.Tenant)+"/"+string(j.ID), field, value).Err(); err != nil {
		t.Fatal(err)
	}
}

func TestValueMovedToAnotherJobDoesNotOpen(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s, _ := withBlobs(t, jobtest.Options{Jobs: jobs.Options{Keys: newRing(t)}, Handlers: []jobs.Handler{told()}, Processes: -1})
		for _, field := range []string{"c", "C", "f", "F"} {
			sub := func() jobs.Submission {
				switch field {
				case "C":
					return big(inline + 1)
				case "f":
					return file(t, s, []byte("x"))
				case "F":
					return file(t, s, make([]byte, inline+1))
				}
				return jobtest.Text("acme")
			}
			one, other := s.Submit(sub()), s.Submit(sub())
			stranger := sub()
			stranger.Tenant, stranger.ID = "umbra", one.ID
			third := s.Submit(stranger)
			setField(t, s, other, field, fields(t, s, one)[field])
			setField(t, s, third, field, fields(t, s, one)[field])
			p := s.Process()
			for j, want := range map[*jobs.Job]jobs.State{one: jobs.Succeeded, other: jobs.Failed, third: jobs.Failed} {
				got := s.Wait(j)
				if got.State != want || got.Attempts != 1 || want == jobs.Failed && got.Error.Message != "the submitted content is damaged" {
					t.Errorf("%s: job is %s after %d attempts: %v", field, got.State, got.Attempts, got.Error)
				}
			}
			p.Stop()
		}
		// What is of one field does not open as another.
		s.Process()
		j := s.Submit(jobtest.Text("acme"))
		s.Wait(j)
		k := s.Submit(jobtest.Text("acme"))
		s.Wait(k)
		setField(t, s, k, "r", fields(t, s, j)["r"])
		if _, err := s.Queue.Get(t.Context(), k.Tenant, k.ID); !errors.Is(err, jobs.ErrDamaged) {
			t.Errorf("a result of another job: %v", err)
		}
	})
}

func TestDamagedResultIsToldAsSuch(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s, _ := withBlobs(t, jobtest.Options{Jobs: jobs.Options{Keys: newRing(t)}, Handlers: []jobs.Handler{told()}})
		for _, n := range []int{inline / 2, inline + 1} {
			j := s.Submit(big(n))
			s.Wait(j)
			field := "r"
			if n > inline {
				field = "R"
			}
			whole := fields(t, s, j)[field]
			for i := len(whole) - 1; i > 40; i -= 7 {
				for _, bad := range []string{whole[:i], whole[:i] + string(whole[i]^1) + whole[i+1:]} {
					setField(t, s, j, field, bad)
					if _, err := s.Queue.Get(t.Context(), j.Tenant, j.ID); !errors.Is(err, jobs.ErrDamaged) && !errors.Is(err, jobs.ErrNoKey) {
						t.Fatalf("%s with %d of %d bytes: %v", field, i, len(whole), err)
					}
				}
			}
			setField(t, s, j, field, whole)
			if got := s.Get(j); len(got.Result) != n {
				t.Errorf("the whole result has %d bytes, want %d", len(got.Result), n)
			}
		}
	})
}

func TestKeysAreReplacedWhileJobsLive(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		keys := newRing(t)
		s, _ := withBlobs(t, jobtest.Options{Jobs: jobs.Options{Keys: keys, MaxAttempts: 2}, Handlers: []jobs.Handler{told()}, Processes: -1})
		named := jobtest.Text("acme")
		named.Key = "key"
		waiting := []*jobs.Job{s.Submit(named), s.Submit(big(inline + 1)), s.Submit(file(t, s, make([]byte, inline+1)))}
		keys.promoted()
		if again, created, err := s.TrySubmit(named); err != nil || created || again.ID != waiting[0].ID {
			t.Errorf("the same request under another key: created %v, %v", created, err)
		}
		p := s.Process()
		failed := s.Submit(jobtest.Text("fail"))
		for _, j := range waiting {
			if got := s.Wait(j); got.State != jobs.Succeeded {
				t.Errorf("job of the first key is %s: %v", got.State, got.Error)
			}
		}
		if got := s.Wait(failed); got.Error.Message != "a classifier said "+jobtest.Secret {
			t.Errorf("error is %v", got.Error)
		}
		p.Stop()

		var lost []*jobs.Job
		for _, sub := range []jobs.Submission{jobtest.Text("acme"), big(inline + 1), file(t, s, []byte("x")), file(t, s, make([]byte, inline+1))} {
			lost = append(lost, s.Submit(sub))
		}
		keys.promoted()
		keys.alone() // too early
		s.Process()
		for _, j := range lost {
			if got := s.Wait(j); got.State != jobs.Failed || got.Error.Code != jobs.KeyMissing || got.Attempts != 2 {
				t.Errorf("job without a key is %s after %d attempts: %v", got.State, got.Attempts, got.Error)
			}
		}
		for _, j := range waiting {
			if _, err := s.Queue.Get(t.Context(), j.Tenant, j.ID); !errors.Is(err, jobs.ErrNoKey) {
				t.Errorf("result without a key: %v", err)
			}
		}
		// A listing goes on, and so do jobs.
		for j, err := range s.Queue.List(t.Context(), "fail", jobs.Query{}) {
			if err != nil || j.Error.Code != jobs.KeyMissing || j.Error.At.IsZero() {
				t.Errorf("listed %+v, %v", j, err)
			}
		}
		named.Key = "another key"
		if got := s.Wait(s.Submit(named)); got.State != jobs.Succeeded {
			t.Errorf("a new job is %s: %v", got.State, got.Error)
		}
	})
}

func TestKeyThatComesLaterIsWaitedFor(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		keys := newRing(t)
		behind := &ring{t: t, path: keys.path}
		behind.again()
		s, _ := withBlobs(t, jobtest.Options{Jobs: jobs.Options{Keys: behind}, Handlers: []jobs.Handler{told()}})
		keys.promoted()
		o := jobs.Options{Redis: s.Server, Keys: keys}
		q, err := jobs.Open(t.Context(), o)
		if err != nil {
			t.Fatal(err)
		}
		defer q.Close()
		j, _, err := q.Submit(t.Context(), jobtest.Text("acme"))
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(5 * time.Second)
		behind.again()
		if got := s.Wait(j); got.State != jobs.Succeeded || got.Attempts != 2 {
			t.Errorf("job is %s after %d attempts: %v", got.State, got.Attempts, got.Error)
		}
	})
}

func TestJobsFromBeforeTheEncryptionAreServed(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s, blobs := withBlobs(t, jobtest.Options{Processes: -1})
		var ended, waiting []*jobs.Job
		plain := s.Process(told())
		fail := jobtest.Text("fail")
		fail.Key = "a key"
		for _, sub := range []jobs.Submission{jobtest.Text("acme"), big(inline + 1), fail} {
			j := s.Submit(sub)
			s.Wait(j)
			ended = append(ended, j)
		}
		plain.Stop()
		for _, sub := range []jobs.Submission{jobtest.Text("acme"), big(inline + 1), file(t, s, []byte("x")), file(t, s, make([]byte, inline+1))} {
			waiting = append(waiting, s.Submit(sub))
		}
		later := jobtest.Start(t, jobtest.Options{Jobs: jobs.Options{Redis: s.Server, Keys: newRing(t), Blobs: blobs, Inline: inline}, Handlers: []jobs.Handler{told()}})
		for _, j := range ended {
			if got := later.Get(j); got.Result == nil {
				t.Errorf("the result of %s is gone: %v", j.ID, got.Error)
			}
		}
		for _, j := range waiting {
			if got := later.Wait(j); got.State != jobs.Succeeded {
				t.Errorf("job is %s: %v", got.State, got.Error)
			}
		}
		if again, created, err := later.TrySubmit(fail); err != nil || created || again.ID != ended[2].ID {
			t.Errorf("a request from before: created %v, %v", created, err)
		}
		// Without keys what was encrypted meanwhile is not to be read, and said to be so.
		if _, err := s.Queue.Get(t.Context(), waiting[0].Tenant, waiting[0].ID); !errors.Is(err, jobs.ErrNoKey) {
			t.Errorf("read without keys: %v", err)
		}
	})
}

func TestStoreDoesNotTellWhichContentAFingerprintIsOf(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		sub := jobtest.Text("acme")
		sub.Key = "key"
		plain := jobtest.Start(t, jobtest.Options{Processes: -1})
		j := plain.Submit(sub)
		before := strings.Fields(fields(t, plain, j)["m"])[3]
		encrypted := jobtest.Start(t, jobtest.Options{Processes: -1, Jobs: jobs.Options{Redis: plain.Server, Keys: newRing(t)}})
		sub.Key, sub.ID = "", "7b0f0f4e-54ae-4b6e-9c8e-0d6b3c1d9a01"
		after := strings.Fields(fields(t, encrypted, encrypted.Submit(sub))["m"])[3]
		if before == after || len(before) != len(after) {
			t.Errorf("fingerprints %s and %s", before, after)
		}
	})
}
