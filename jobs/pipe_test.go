package jobs_test

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// pipelines is a hook that sees every pipeline before it is sent.
type pipelines func(ctx context.Context, cmds []redis.Cmder) error

func (see pipelines) DialHook(next redis.DialHook) redis.DialHook { return next }

func (see pipelines) ProcessHook(next redis.ProcessHook) redis.ProcessHook { return next }

func (see pipelines) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if err := see(ctx, cmds); err != nil {
			for _, c := range cmds {
				c.SetErr(err)
			}
			return err
		}
		return next(ctx, cmds)
	}
}

func TestPipelineIsBoundedByBytes(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		var mu sync.Mutex // guards most and sent
		most, sent := 0, 0
		s := jobtest.Start(t, jobtest.Options{Processes: -1, Jobs: jobs.Options{Inline: 2 << 20, Hook: pipelines(func(_ context.Context, cmds []redis.Cmder) error {
			size := 0
			for _, c := range cmds {
				for _, a := range c.Args() {
					if b, ok := a.([]byte); ok {
						size += len(b)
					}
				}
			}
			mu.Lock()
			defer mu.Unlock()
			if size > 0 {
				most = max(most, size)
				sent++
			}
			return nil
		})}})
		sub := jobtest.Text("acme")
		noise := make([]byte, 1<<20) // does not pack into less
		for i := range noise {
			noise[i] = byte(rand.Uint32())
		}
		sub.Request = json.RawMessage(`{"file":"` + base64.StdEncoding.EncodeToString(noise) + `"}`)
		var submitting sync.WaitGroup
		for range 20 {
			submitting.Go(func() {
				if _, _, err := s.TrySubmit(sub); err != nil {
					t.Errorf("Submit: %v", err)
				}
			})
		}
		submitting.Wait()
		mu.Lock()
		defer mu.Unlock()
		if most > 4<<20 || sent < 7 {
			t.Errorf("20 files of a MiB went in %d pipelines, the largest of %d bytes", sent, most)
		}
	})
}

func TestShardsThatHangDoNotEndTheLeasesOfOthers(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		var on atomic.Bool
		var tag atomic.Value // of the one shard that does not hang
		s := jobtest.Start(t, jobtest.Options{
			Handlers: after(time.Minute),
			Jobs: jobs.Options{Shards: 8, Hook: pipelines(func(ctx context.Context, cmds []redis.Cmder) error {
				if !on.Load() || slices.ContainsFunc(cmds[0].Args(), func(a any) bool {
					key, ok := a.(*string)
					return ok && strings.HasPrefix(*key, tag.Load().(string))
				}) {
					return nil
				}
				<-ctx.Done()
				return ctx.Err()
			})},
		})
		j := s.Submit(jobtest.Text("acme"))
		mine, _, _ := strings.Cut(recordKey(t, s, j), ":")
		tag.Store(mine)
		time.Sleep(time.Second)
		on.Store(true)
		for range 40 {
			time.Sleep(time.Second)
			for _, run := range s.Redis.ZRangeWithScores(t.Context(), mine+":lease", 0, -1).Val() {
				if left := time.Until(time.UnixMicro(int64(run.Score))); left <= 0 {
					t.Fatalf("a lease is over for %v", -left)
				}
			}
		}
		on.Store(false)
		if got := s.Wait(j); got.State != jobs.Succeeded || got.Attempts != 1 {
			t.Errorf("job ended %s after %d attempts", got.State, got.Attempts)
		}
	})
}

func TestRealRedisWithoutRoomForAClientIsUnavailable(t *testing.T) {
	real(t, func(t *testing.T, r *jobtest.Server, o jobtest.Options) {
		o.Processes = -1
		s := jobtest.Start(t, o)
		if err := s.Redis.ConfigSet(t.Context(), "maxclients", "1").Err(); err != nil {
			t.Fatal(err)
		}
		o.Jobs.Redis = r.Options()
		if _, err := jobs.Open(t.Context(), o.Jobs); !errors.Is(err, jobs.ErrUnavailable) {
			t.Errorf("Open = %v, want ErrUnavailable", err)
		}
		if err := s.Redis.ConfigSet(t.Context(), "maxclients", "1000").Err(); err != nil {
			t.Fatal(err)
		}
		q, err := jobs.Open(t.Context(), o.Jobs)
		if err != nil {
			t.Fatal(err)
		}
		if err := q.Close(); err != nil {
			t.Error(err)
		}
	})
}
