package jobs_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

const plenty = 1 << 40 // bytes that no test has

// heldBy is what the tenant's jobs are counted to hold.
func heldBy(t *testing.T, s *jobtest.System, tenant jobs.Tenant) (sum int64) {
	t.Helper()
	for _, key := range s.Keys() {
		if !strings.HasSuffix(key, "}:bytes") {
			continue
		}
		n, err := strconv.ParseInt(s.Redis.HGet(t.Context(), key, string(tenant)).Val(), 10, 64)
		if err != nil {
			continue // another tenant's alone
		}
		sum += n
	}
	return sum
}

// bytesOfOne is what one job of jobtest.Text holds.
func bytesOfOne(t *testing.T, o jobtest.Options) int64 {
	t.Helper()
	o.Processes, o.Jobs.TenantBytes = -1, plenty
	s := jobtest.Start(t, o)
	s.Submit(jobtest.Text("acme"))
	n := heldBy(t, s, "acme")
	if n <= 0 {
		t.Fatalf("a job holds %d bytes", n)
	}
	return n
}

// refusedBytes fails the test unless another job of the tenant is refused.
func refusedBytes(t *testing.T, s *jobtest.System, tenant jobs.Tenant) *jobs.BusyError {
	t.Helper()
	_, _, err := s.TrySubmit(jobtest.Text(tenant))
	busy, ok := errors.AsType[*jobs.BusyError](err)
	if !ok || busy.Tenant == nil || busy.RetryAfter <= 0 || !strings.Contains(busy.Reason, "bytes") {
		t.Fatalf("Submit of too many bytes = %v, want a BusyError of the tenant", err)
	}
	return busy
}

func TestTenantMayHaveSoManyBytesQueuedAndNoMore(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		one := bytesOfOne(t, o)
		o.Processes = -1
		for _, tt := range []struct {
			most int64
			fit  int
		}{{5*one - 1, 4}, {5 * one, 5}, {5*one + 1, 5}, {one - 1, 0}} {
			o.Jobs.TenantBytes = tt.most
			s := jobtest.Start(t, o)
			for range tt.fit {
				s.Submit(jobtest.Text("acme"))
			}
			want := &jobs.Quota{Of: "bytes", Most: tt.most, Left: tt.most - int64(tt.fit)*one}
			if diff := cmp.Diff(want, refusedBytes(t, s, "acme").Tenant); diff != "" {
				t.Errorf("the quota that is used up (-want +got):\n%s", diff)
			}
			if tt.fit == 0 {
				continue
			}
			s.Submit(jobtest.Text("duff"))
			other := jobtest.Start(t, jobtest.Options{Processes: -1, Jobs: jobs.Options{Redis: s.Server, Shards: o.Jobs.Shards, TenantBytes: tt.most}})
			refusedBytes(t, other, "acme")
			if got := heldBy(t, s, "acme"); got != int64(tt.fit)*one {
				t.Errorf("%d jobs of %d bytes are counted as %d", tt.fit, one, got)
			}
			s.CheckPromises()
		}
	})
}

func TestBytesAreFreeAgainHoweverTheirJobGoes(t *testing.T) {
	fails := text(func(context.Context, *jobs.Job) (*jobs.Result, error) {
		return nil, jobs.Permanent(errors.New("no"))
	})
	blocks := jobs.Handler{Type: jobtest.TypeText, Run: block}
	for _, tt := range []struct {
		name string
		wait time.Duration
		do   func(s *jobtest.System, j *jobs.Job)
	}{
		{"succeeds", 0, func(s *jobtest.System, j *jobs.Job) { s.Process(); s.Wait(j) }},
		{"fails", 0, func(s *jobtest.System, j *jobs.Job) { s.Process(fails...); s.Wait(j) }},
		{"is canceled", 0, func(s *jobtest.System, j *jobs.Job) { s.Cancel(j) }},
		{"is deleted", 0, func(s *jobtest.System, j *jobs.Job) { s.Forget(j) }},
		{"is canceled while it runs", 0, func(s *jobtest.System, j *jobs.Job) {
			s.Process(blocks)
			time.Sleep(time.Second)
			s.Cancel(j)
		}},
		{"is deleted while it runs", 0, func(s *jobtest.System, j *jobs.Job) {
			s.Process(blocks)
			time.Sleep(time.Second)
			s.Forget(j)
		}},
		{"is deleted after its end", 0, func(s *jobtest.System, j *jobs.Job) { s.Cancel(j); s.Forget(j) }},
		{"expires", 10 * time.Second, func(s *jobtest.System, j *jobs.Job) {
			time.Sleep(11 * time.Second)
			s.Process()
			s.Wait(j)
		}},
		{"survives its worker", 0, func(s *jobtest.System, j *jobs.Job) {
			dying := s.Process(blocks)
			time.Sleep(time.Second)
			dying.Kill()
			refusedBytes(t, s, "acme")
			s.Process()
			s.Wait(j)
		}},
		{"loses all its workers", 0, func(s *jobtest.System, j *jobs.Job) {
			s.Process(jobs.Handler{Type: "another", Run: block}) // maintains
			for range 3 {
				dying := s.Process(blocks)
				time.Sleep(time.Second)
				dying.Kill()
				time.Sleep(15 * time.Second)
			}
			s.Wait(j)
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			each(t, func(t *testing.T, o jobtest.Options) {
				one := bytesOfOne(t, o)
				o.Processes, o.Jobs.TenantBytes, o.Jobs.MaxWait = -1, one, tt.wait
				s := jobtest.Start(t, o)
				j := s.Submit(jobtest.Text("acme"))
				busy := refusedBytes(t, s, "acme")
				tt.do(s, j)
				if got := heldBy(t, s, "acme"); got != 0 {
					t.Errorf("%d bytes are counted still", got)
				}
				s.CheckPromises()
				time.Sleep(busy.RetryAfter)
				s.Submit(jobtest.Text("acme"))
				s.CheckPromises()
			})
		})
	}
}

func TestBytesOfAJobCountOnceHoweverOftenItIsSentOrRun(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		one := bytesOfOne(t, jobtest.Options{})
		var tries atomic.Int64
		s := jobtest.Start(t, jobtest.Options{Jobs: jobs.Options{TenantBytes: plenty}, Handlers: text(
			func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
				if tries.Add(1) == 1 {
					return nil, errors.New("not yet")
				}
				return block(ctx, j)
			})})
		sub := jobtest.Text("acme")
		sub.Key = "once"
		s.Submit(sub)
		if _, created, err := s.TrySubmit(sub); created || err != nil {
			t.Errorf("a repeat is created: %v, %v", created, err)
		}
		time.Sleep(20 * time.Second)
		if got := heldBy(t, s, "acme"); tries.Load() != 2 || got != one {
			t.Errorf("after %d attempts %d bytes are counted, want %d", tries.Load(), got, one)
		}
		s.CheckPromises()
	})
}

func TestBytesAreThoseOfTheRecordAndItsBlobs(t *testing.T) {
	noise := make([]byte, 3*inline) // which no packing makes shorter
	rand.Read(noise)
	long := []byte(`{"text":"` + strings.Repeat("x", 2*inline) + `"}`)
	for _, tt := range []struct {
		name          string
		request, file []byte
		blobs         int
	}{
		{"request", []byte(`{}`), nil, 0},
		{"request and file", []byte(`{}`), noise[:inline/2], 0},
		{"empty file", []byte(`{}`), []byte{}, 0},
		{"large request", long, nil, 1},
		{"large file", []byte(`{}`), noise, 1},
		{"all large", long, noise, 2},
	} {
		for _, encrypted := range []bool{false, true} {
			t.Run(tt.name+map[bool]string{true: ", encrypted"}[encrypted], func(t *testing.T) {
				jobtest.Bubble(t, func(t *testing.T) {
					o := jobtest.Options{Processes: -1, Jobs: jobs.Options{TenantBytes: plenty}}
					if encrypted {
						o.Jobs.Keys = newRing(t)
					}
					s, places := withBlobs(t, o)
					sub := jobtest.Text("acme")
					sub.Request = tt.request
					if tt.file != nil {
						var err error
						if sub.Content, err = s.Queue.Put(t.Context(), bytes.NewReader(tt.file)); err != nil {
							t.Fatal(err)
						}
					}
					j := s.Submit(sub)
					record := "{s0}:j:acme/" + string(j.ID)
					want := int64(0)
					for _, field := range []string{"c", "f"} {
						want += int64(len(s.Redis.HGet(t.Context(), record, field).Val()))
					}
					names := places.names(t)
					for _, name := range names {
						b, err := places.Open(t.Context(), name)
						if err != nil {
							t.Fatal(err)
						}
						want += b.Size()
					}
					if got := heldBy(t, s, "acme"); got != want || len(names) != tt.blobs {
						t.Errorf("%d bytes are counted, stored are %d and %d blobs", got, want, len(names))
					}
					s.Cancel(j)
					s.CheckPromises()
				})
			})
		}
	}
}

func TestContentThatIsRefusedLeavesNoBlob(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s, places := withBlobs(t, jobtest.Options{Processes: -1, Jobs: jobs.Options{TenantBytes: 2 * inline}})
		sub := jobtest.Text("acme")
		sub.Request = []byte(`{"text":"` + strings.Repeat("x", 2*inline) + `"}`)
		var err error
		if sub.Content, err = s.Queue.Put(t.Context(), bytes.NewReader(make([]byte, 2*inline))); err != nil {
			t.Fatal(err)
		}
		_, _, err = s.TrySubmit(sub)
		if busy, ok := errors.AsType[*jobs.BusyError](err); !ok || busy.Tenant == nil {
			t.Errorf("Submit = %v, want a BusyError of the tenant", err)
		}
		if names := places.names(t); len(names) > 0 {
			t.Errorf("%d blobs are left", len(names))
		}
	})
}

func TestBytesCostOneLookAShardAndNothingWithoutALimit(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = -1
		sent := func(limit int64) (all []string) {
			var commands jobtest.Commands
			o.Jobs.Hook, o.Jobs.TenantBytes = &commands, limit
			s := jobtest.Start(t, o)
			sub := jobtest.Text("acme")
			s.Submit(sub) // after which Redis has the script
			time.Sleep(2 * time.Second)
			commands.Take()
			s.Forget(s.Submit(sub))
			time.Sleep(500 * time.Millisecond) // for the looks
			all = commands.Take()
			slices.Sort(all)
			if limit == 0 && slices.ContainsFunc(s.Keys(), func(key string) bool {
				return strings.HasSuffix(key, ":bytes") || strings.Contains(key, ":j:") && s.Redis.HExists(t.Context(), key, "b").Val()
			}) {
				t.Error("bytes are counted without a limit")
			}
			return all
		}
		without, with := sent(0), sent(plenty)
		isLook := func(command string) bool { return command == "hget" }
		if slices.ContainsFunc(without, isLook) {
			t.Errorf("without a limit %q are sent", without)
		}
		rest := slices.DeleteFunc(slices.Clone(with), isLook)
		if diff := cmp.Diff(without, rest); diff != "" || len(with)-len(rest) != o.Jobs.Shards {
			t.Errorf("with a limit %d looks, and commands (-without +with):\n%s", len(with)-len(rest), diff)
		}
	})
}

func TestTenantWithVeryManyJobsIsCountedAgainLater(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s := jobtest.Start(t, jobtest.Options{Processes: -1})
		const fill = `redis.call("SADD", "{s0}:types:acme", "x") redis.call("HSET", "{s0}:bytes", "acme", "5")
for i = 1, 10001 do redis.call("ZADD", "{s0}:i:acme:running:x", i, "id" .. i) end`
		if err := s.Redis.Eval(t.Context(), fill, []string{"{s0}:bytes"}).Err(); err != nil && err.Error() != "redis: nil" {
			t.Fatal(err)
		}
		for _, want := range []int64{0, 1} {
			wrong, err := s.Queue.Eval(t.Context(), jobs.EntriesScript, []string{"{s0}:bytes"}, "bytes", "{s0}:j:", "", "0", "acme")
			if err != nil || wrong != want {
				t.Errorf("entries = %v, %v, want %d", wrong, err, want)
			}
			s.Redis.ZRem(t.Context(), "{s0}:i:acme:running:x", "id1")
		}
	})
}
