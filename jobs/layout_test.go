package jobs_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

func TestShardsSpreadOverTheSlotsEvenly(t *testing.T) {
	if got := jobs.Tags(1); !slices.Equal(got, []string{"{s0}"}) {
		t.Errorf("the only shard is %q", got)
	}
	for _, n := range []int{2, 3, 6, 8, 64, 1000} {
		tags := jobs.Tags(n)
		parts := map[int]string{}
		for _, tag := range tags {
			parts[jobs.HashSlot(tag)*n/16384] = tag
		}
		if len(tags) != n || len(parts) != n {
			t.Errorf("%d shards have %d tags in %d of as many parts of the slots", n, len(tags), len(parts))
		}
	}
}

// The specification of Redis Cluster gives 12739 as the CRC16 of 123456789;
// the others are what a redis-server answers.
func TestHashSlotIsRedisClusters(t *testing.T) {
	for tag, want := range map[string]int{"{123456789}": 12739, "{foo}": 12182} {
		if got := jobs.HashSlot(tag); got != want {
			t.Errorf("slot of %s = %d, want %d", tag, got, want)
		}
	}
}

func TestLayoutIsWhatTheFirstProcessWrote(t *testing.T) {
	for _, tt := range []struct {
		name   string
		layout []any
		shards int
		want   string // tag of the first job's shard, or an error
	}{
		{"from before shards were spread", []any{"shards", 3, "salt", "00"}, 3, "{s0} {s1} {s2}"},
		{"chosen otherwise", []any{"shards", 2, "salt", "00", "tags", "s70 s8"}, 2, "{s70} {s8}"},
		{"of another number", []any{"shards", 2, "salt", "00", "tags", "s70 s8"}, 3, "spread over 2 shards, not 3"},
		{"with a tag too few", []any{"shards", 2, "salt", "00", "tags", "s70"}, 2, "1 tags for 2 shards"},
		{"with a tag twice", []any{"shards", 2, "salt", "00", "tags", "s7 s7"}, 2, `tags "s7 s7" cannot be read`},
		{"with a foreign tag", []any{"shards", 1, "salt", "00", "tags", "x"}, 1, `tags "x" cannot be read`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			jobtest.Bubble(t, func(t *testing.T) {
				s := jobtest.Start(t, jobtest.Options{Processes: -1})
				s.Redis.Del(t.Context(), "classifyd:layout")
				s.Redis.HSet(t.Context(), "classifyd:layout", tt.layout...)
				q, err := jobs.Open(t.Context(), jobs.Options{Redis: s.Server, Shards: tt.shards})
				if err != nil {
					if !strings.Contains(err.Error(), tt.want) {
						t.Errorf("Open = %v, want %q", err, tt.want)
					}
					return
				}
				defer q.Close()
				seen := map[string]bool{}
				for i := range 50 {
					sub := jobtest.Text(jobs.Tenant(fmt.Sprint("t", i)))
					if _, _, err := q.Submit(t.Context(), sub); err != nil {
						t.Fatal(err)
					}
				}
				for _, key := range s.Keys() {
					if tag, _, ok := strings.Cut(key, ":j:"); ok {
						seen[tag] = true
					}
				}
				for tag := range strings.FieldsSeq(tt.want) {
					if !seen[tag] {
						t.Errorf("no job lies in %s", tag)
					}
				}
			})
		})
	}
}

func TestMoreShardsThanSlotsAreRefused(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s := jobtest.Start(t, jobtest.Options{Processes: -1})
		if _, err := jobs.Open(t.Context(), jobs.Options{Redis: s.Server, Shards: 16385}); err == nil || !strings.Contains(err.Error(), "at most 16384") {
			t.Errorf("Open = %v", err)
		}
	})
}
