package jobs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http/httptest"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/iotest"
	"time"

	"github.com/johannesboyne/gofakes3"
	"github.com/johannesboyne/gofakes3/backend/s3mem"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/blob"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

const (
	inline  = 1000
	blobAge = 10 * time.Second
)

var errPlace = fmt.Errorf("%w: as the test wanted", blob.ErrAway)

// brittle are blobs some of whose operations fail.
type brittle struct {
	*blob.Store
	put, open, delete atomic.Bool
}

func (b *brittle) Put(ctx context.Context, name string, r io.Reader) (int64, error) {
	if b.put.Load() {
		return 0, errPlace
	}
	return b.Store.Put(ctx, name, r)
}

func (b *brittle) Open(ctx context.Context, name string) (*blob.Blob, error) {
	if b.open.Load() {
		return nil, errPlace
	}
	return b.Store.Open(ctx, name)
}

func (b *brittle) Delete(ctx context.Context, name string) error {
	if b.delete.Load() {
		return errPlace
	}
	return b.Store.Delete(ctx, name)
}

func (b *brittle) names(t *testing.T) (names []string) {
	t.Helper()
	for name, err := range b.List(t.Context(), time.Now().Add(time.Hour)) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// withBlobs is a system whose blobs are in memory.
func withBlobs(t *testing.T, o jobtest.Options) (*jobtest.System, *brittle) {
	t.Helper()
	b := &brittle{Store: blob.Memory()}
	o.Jobs.Blobs, o.Jobs.Inline, o.Jobs.BlobAge = b, inline, blobAge
	return jobtest.Start(t, o), b
}

// big is a request of n bytes.
func big(n int) jobs.Submission {
	sub := jobtest.Text("acme")
	sub.Request = json.RawMessage(`{"text":"` + strings.Repeat("x", n-11) + `"}`)
	return sub
}

// file is a submission with a file.
func file(t *testing.T, s *jobtest.System, content []byte) jobs.Submission {
	t.Helper()
	c, err := s.Queue.Put(t.Context(), bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	sub := jobtest.Text("acme")
	sub.Content = c
	return sub
}

// mirror is a handler whose result says what it was given: the request, or the file.
func mirror() jobs.Handler {
	return jobs.Handler{Type: jobtest.TypeText, Run: func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
		if j.Content == nil {
			return &jobs.Result{JSON: j.Request}, nil
		}
		data, err := io.ReadAll(io.NewSectionReader(j.Content, 0, j.Content.Size()))
		if err != nil {
			return nil, errors.New("the file is damaged")
		}
		out, err := json.Marshal(string(data))
		return &jobs.Result{JSON: out}, err
	}}
}

// settled lets what was left behind be swept, and checks that nothing is.
func settled(s *jobtest.System) {
	time.Sleep(2 * blobAge)
	s.CheckEnded()
	s.CheckBlobs()
}

func TestContentAndResultsComeBackFromRecordAndBlob(t *testing.T) {
	for _, size := range []int{600, inline - 1, inline, inline + 1, 3 << 20} {
		t.Run(fmt.Sprint(size), func(t *testing.T) {
			jobtest.Bubble(t, func(t *testing.T) {
				s, blobs := withBlobs(t, jobtest.Options{Handlers: []jobs.Handler{mirror()}, Processes: -1})
				content := bytes.Repeat([]byte("ä\x00%"), size)[:size]
				asked, filed := s.Submit(big(size)), s.Submit(file(t, s, content))
				want := 0
				if size > inline {
					want = 2
				}
				if n := len(blobs.names(t)); n != want {
					t.Errorf("%d blobs wait, want %d", n, want)
				}
				s.CheckPromises()
				s.Process()
				if got := s.Wait(asked); string(got.Result) != string(big(size).Request) {
					t.Errorf("the request came back as %d bytes in state %s, want %d", len(got.Result), got.State, size)
				}
				out, err := json.Marshal(string(content))
				if got := s.Wait(filed); err != nil || string(got.Result) != string(out) {
					t.Errorf("the file came back as %d bytes in state %s, want %d", len(got.Result), got.State, len(out))
				}
				settled(s)
				s.Forget(asked)
				s.Forget(filed)
				settled(s)
				if left := blobs.names(t); len(left) > 0 {
					t.Errorf("left: %q", left)
				}
			})
		})
	}
}

func TestContentTravelsThroughEveryPlace(t *testing.T) {
	for _, place := range []struct {
		name string
		open func(*testing.T) *blob.Store
	}{
		{"directory", func(t *testing.T) *blob.Store { return openPlace(t, "file://"+filepath.ToSlash(t.TempDir())) }},
		{"s3", func(t *testing.T) *blob.Store {
			t.Setenv("AWS_ACCESS_KEY_ID", "test")
			t.Setenv("AWS_SECRET_ACCESS_KEY", "test")
			backend := s3mem.New()
			if err := backend.CreateBucket("blobs"); err != nil {
				t.Fatal(err)
			}
			server := httptest.NewServer(gofakes3.New(backend).Server())
			t.Cleanup(server.Close)
			return openPlace(t, "s3://blobs?region=us-east-1&use_path_style=true&endpoint="+server.URL)
		}},
	} {
		t.Run(place.name, func(t *testing.T) {
			store := place.open(t)
			s := jobtest.Start(t, jobtest.Options{Handlers: []jobs.Handler{mirror()}, Jobs: jobs.Options{Blobs: store, Inline: inline}})
			asked, filed := s.Submit(big(2*inline)), s.Submit(file(t, s, bytes.Repeat([]byte{'a'}, 2*inline)))
			if got := s.Wait(asked); string(got.Result) != string(big(2*inline).Request) {
				t.Errorf("the request came back as %d bytes in state %s", len(got.Result), got.State)
			}
			if got := s.Wait(filed); len(got.Result) != 2*inline+2 {
				t.Errorf("the file came back as %d bytes in state %s", len(got.Result), got.State)
			}
			s.Forget(asked)
			s.Forget(filed)
			if _, err := s.Queue.Sweep(t.Context()); err != nil {
				t.Error(err)
			}
			s.CheckBlobs()
		})
	}
}

func openPlace(t *testing.T, url string) *blob.Store {
	t.Helper()
	s, err := blob.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestBlobsEndWithTheirJob(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s, blobs := withBlobs(t, jobtest.Options{Processes: -1, Jobs: jobs.Options{Retention: time.Hour, MaxWait: time.Minute}})
		maintain(t, s)
		canceled, forgotten := s.Submit(file(t, s, make([]byte, inline+1))), s.Submit(big(inline+1))
		expired := s.Submit(big(inline + 2))
		s.Cancel(canceled)
		s.Forget(forgotten)
		time.Sleep(3 * time.Second)
		if n := len(blobs.names(t)); n != 1 {
			t.Errorf("%d blobs after cancel and forget, want that of the third job", n)
		}
		time.Sleep(time.Minute)
		if got := s.Get(expired); got.State != jobs.Failed || len(blobs.names(t)) > 0 {
			t.Errorf("job is %s with blobs %q", got.State, blobs.names(t))
		}
		s.CheckBlobs()
	})
}

// maintain has a process sweep that works on nothing of ours.
func maintain(t *testing.T, s *jobtest.System) {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Queue.Maintain(ctx) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
	})
}

func TestResultsInBlobsGoWithTheirRetention(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s, blobs := withBlobs(t, jobtest.Options{Handlers: []jobs.Handler{mirror()}, Jobs: jobs.Options{Retention: 40 * time.Second}})
		j := s.Submit(big(2 * inline))
		s.Wait(j)
		time.Sleep(35 * time.Second)
		if got := s.Get(j); len(got.Result) != 2*inline || len(blobs.names(t)) != 1 {
			t.Errorf("result of %d bytes, blobs %q", len(got.Result), blobs.names(t))
		}
		time.Sleep(10 * time.Second)
		if left := blobs.names(t); len(left) > 0 {
			t.Errorf("left: %q", left)
		}
	})
}

func TestTheSameFileSentTwiceIsOneJobAndOneBlob(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s, blobs := withBlobs(t, jobtest.Options{Processes: -1})
		for _, size := range []int{10, inline + 1} {
			before := len(blobs.names(t))
			content := bytes.Repeat([]byte{'a'}, size)
			sub := file(t, s, content)
			sub.Key = fmt.Sprint("key ", size)
			first := s.Submit(sub)
			sub.Content = file(t, s, content).Content
			if again, created, err := s.TrySubmit(sub); err != nil || created || again.ID != first.ID {
				t.Errorf("%d bytes again: %v, created %v, %v", size, again, created, err)
			}
			content[size-1] = 'b'
			sub.Content = file(t, s, content).Content
			if _, _, err := s.TrySubmit(sub); !errors.Is(err, jobs.ErrConflict) {
				t.Errorf("%d other bytes: %v, want a conflict", size, err)
			}
			want := before
			if size > inline {
				want++
			}
			if n := len(blobs.names(t)); n != want {
				t.Errorf("%d blobs after %d bytes, want %d", n, size, want)
			}
		}
		s.CheckBlobs()
	})
}

func TestRefusedSubmissionsLeaveNoBlob(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s, blobs := withBlobs(t, jobtest.Options{Processes: -1, Jobs: jobs.Options{MaxWaiting: 1}})
		s.Submit(jobtest.Text("acme"))
		invalid := file(t, s, make([]byte, inline+1))
		invalid.Type = ""
		for _, sub := range []jobs.Submission{invalid, file(t, s, make([]byte, inline+1)), big(inline + 1)} {
			if _, _, err := s.TrySubmit(sub); err == nil {
				t.Error("submission was taken")
			}
		}
		unused, err := s.Queue.Put(t.Context(), bytes.NewReader(make([]byte, inline+1)))
		if err != nil {
			t.Fatal(err)
		}
		s.Queue.Discard(t.Context(), unused)
		s.Queue.Discard(t.Context(), nil)
		broken := io.MultiReader(bytes.NewReader(make([]byte, inline+1)), iotest.ErrReader(errPlace))
		if _, err := s.Queue.Put(t.Context(), broken); err == nil {
			t.Error("a broken file was taken")
		}
		if left := blobs.names(t); len(left) > 0 {
			t.Errorf("left: %q", left)
		}
	})
}

func TestLargeContentWithoutAPlaceIsRefused(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s := jobtest.Start(t, jobtest.Options{Jobs: jobs.Options{Inline: inline}, Handlers: []jobs.Handler{{
			Type: jobtest.TypeText,
			Run: func(context.Context, *jobs.Job) (*jobs.Result, error) {
				return &jobs.Result{JSON: big(5 * inline).Request}, nil
			}}}})
		if _, err := s.Queue.Put(t.Context(), bytes.NewReader(make([]byte, inline+1))); !errors.Is(err, jobs.ErrNoBlobs) {
			t.Errorf("put: %v", err)
		}
		if _, _, err := s.TrySubmit(big(inline + 1)); !errors.Is(err, jobs.ErrNoBlobs) {
			t.Errorf("submit: %v", err)
		}
		if got := s.Wait(s.Submit(big(inline))); len(got.Result) != 5*inline {
			t.Errorf("a large result has %d bytes in state %s", len(got.Result), got.State)
		}
		s.CheckEnded()
	})
}

func TestPlaceThatIsAwayIsTriedAgain(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s, blobs := withBlobs(t, jobtest.Options{Handlers: []jobs.Handler{mirror()}})
		blobs.put.Store(true)
		if _, err := s.Queue.Put(t.Context(), bytes.NewReader(make([]byte, inline+1))); !errors.Is(err, jobs.ErrUnavailable) {
			t.Errorf("put: %v", err)
		}
		if _, _, err := s.TrySubmit(big(inline + 1)); !errors.Is(err, jobs.ErrUnavailable) {
			t.Errorf("submit: %v", err)
		}
		blobs.put.Store(false)
		for _, sub := range []jobs.Submission{big(inline + 1), file(t, s, make([]byte, inline+1))} {
			blobs.open.Store(true)
			blobs.delete.Store(true)
			j := s.Submit(sub)
			time.Sleep(time.Second)
			blobs.open.Store(false)
			if got := s.Wait(j); got.State != jobs.Succeeded || got.Attempts != 2 {
				t.Errorf("job is %s after %d attempts: %v", got.State, got.Attempts, got.Error)
			}
			blobs.delete.Store(false)
		}
		// A result that cannot be kept is an attempt that failed.
		j := s.Submit(big(inline + 1))
		blobs.put.Store(true)
		time.Sleep(time.Second)
		blobs.put.Store(false)
		if got := s.Wait(j); got.State != jobs.Succeeded {
			t.Errorf("job is %s: %v", got.State, got.Error)
		}
		settled(s)
	})
}

func TestLostBlobFailsTheJobForGood(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s, blobs := withBlobs(t, jobtest.Options{Handlers: []jobs.Handler{mirror()}, Processes: -1})
		list := []*jobs.Job{s.Submit(big(inline + 1)), s.Submit(file(t, s, make([]byte, inline+1)))}
		for _, name := range blobs.names(t) {
			if err := blobs.Delete(t.Context(), name); err != nil {
				t.Fatal(err)
			}
		}
		s.Process()
		for _, j := range list {
			if got := s.Wait(j); got.State != jobs.Failed || got.Attempts != 1 || got.Error.Code != jobs.InternalError {
				t.Errorf("job is %s after %d attempts: %v", got.State, got.Attempts, got.Error)
			}
		}
		settled(s)
	})
}

func TestBlobOfALostSubmissionIsSwept(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		faults := &jobtest.Faults{}
		s, blobs := withBlobs(t, jobtest.Options{Handlers: []jobs.Handler{mirror()}, Faults: faults})
		if got := s.Wait(s.Submit(big(2 * inline))); got.State != jobs.Succeeded {
			t.Fatalf("job is %s", got.State)
		}
		time.Sleep(3 * time.Second) // in which the request's is deleted
		sub := file(t, s, make([]byte, inline+1))
		faults.Away(true)
		if _, _, err := s.TrySubmit(sub); !errors.Is(err, jobs.ErrUnavailable) {
			t.Errorf("submit: %v", err)
		}
		if n := len(blobs.names(t)); n != 2 {
			t.Errorf("%d blobs, want the result's and the one that nobody knows of", n)
		}
		faults.Away(false)
		settled(s)
		if n := len(blobs.names(t)); n != 1 {
			t.Errorf("%d blobs, want the result's", n)
		}
	})
}

func TestWorkerThatIsKilledLeavesNoBlob(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s, blobs := withBlobs(t, jobtest.Options{Processes: -1})
		var victim atomic.Pointer[jobtest.Process]
		victim.Store(s.Process(jobs.Handler{Type: jobtest.TypeText, Run: func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
			victim.Load().Link.Cut() // its result is put, but never settled
			return &jobs.Result{JSON: j.Request}, nil
		}}))
		j := s.Submit(big(2 * inline))
		time.Sleep(time.Second)
		victim.Load().Kill()
		if n := len(blobs.names(t)); n != 2 {
			t.Errorf("%d blobs, want the request's and the lost result's", n)
		}
		s.Process(mirror())
		if got := s.Wait(j); got.State != jobs.Succeeded || len(got.Result) != 2*inline {
			t.Errorf("job is %s with a result of %d bytes", got.State, len(got.Result))
		}
		settled(s)
	})
}

func TestEveryFaultOnTheWayLeavesNoBlob(t *testing.T) {
	for _, when := range []jobtest.When{jobtest.Before, jobtest.After} {
		for n := 1; n <= 8; n++ {
			t.Run(fmt.Sprint(when, n), func(t *testing.T) {
				jobtest.Bubble(t, func(t *testing.T) {
					faults := &jobtest.Faults{}
					s, _ := withBlobs(t, jobtest.Options{Handlers: []jobs.Handler{mirror()}, Faults: faults})
					sub := file(t, s, make([]byte, 2*inline))
					sub.Key = "key"
					faults.FailAt(n, when)
					if _, _, err := s.TrySubmit(sub); err != nil {
						sub.Content = file(t, s, make([]byte, 2*inline)).Content
						if _, _, err := s.TrySubmit(sub); err != nil {
							t.Fatal(err)
						}
					}
					time.Sleep(20 * time.Second) // for a lease to end
					settled(s)
				})
			})
		}
	}
}
