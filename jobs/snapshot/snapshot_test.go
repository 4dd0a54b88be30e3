package snapshot_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/classifyd/classifyd/jobs/jobtest"
	"github.com/classifyd/classifyd/jobs/snapshot"
)

// read takes a snapshot of a system whose one job, acme's, waits or has ended.
func read(t *testing.T, s *jobtest.System) *snapshot.Snapshot {
	t.Helper()
	now, err := snapshot.Read(t.Context(), s.Redis)
	if err != nil {
		t.Fatal(err)
	}
	return now
}

func TestSnapshotOfASoundQueueHasNothingToSay(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s := jobtest.Start(t, jobtest.Options{})
		j := s.Submit(jobtest.Text("acme"))
		s.Wait(j)
		time.Sleep(time.Second) // asynq acknowledges a little later
		now := read(t, s)
		if c := append(now.Contradictions(jobtest.Secret), now.Leftovers()...); len(c) > 0 {
			t.Errorf("found %q", c)
		}
		if now.Count("acme", "succeeded") != 1 || now.Count("acme", "running") != 0 || now.Count("umbra", "succeeded") != 0 || !now.Ended() || now.Active() != 0 {
			t.Errorf("got %+v", now.Records)
		}
		for _, r := range now.Records {
			if r.Tenant != "acme" || r.ID != string(j.ID) || r.Type != jobtest.TypeText || r.Starts != 1 || r.Content || r.Created != j.Created.UnixMicro() {
				t.Errorf("got %+v", r)
			}
		}
	})
}

func TestSnapshotNamesWhatDoesNotFit(t *testing.T) {
	for _, tt := range []struct{ name, command, want string }{
		{"an index entry is gone", "del {s0}:i:acme:notStarted/normal:classifyText", "lacks"},
		{"an index entry is too much", "zadd {s0}:i:acme:failed:classifyText 1 x", "no record asks for"},
		{"a lease is left", "zadd {s0}:lease 1 NAME:1", "no record asks for"},
		{"a tenant is gone", "del {s0}:tenants", "is gone"},
		{"a tenant is too much", "sadd {s0}:tenants umbra", "want"},
		{"bytes are too much", "hset {s0}:bytes acme 5", "which no record asks for"},
		{"bytes are too few", "hset {s0}:j:NAME b 5", "{s0}:bytes has 0 of acme, want 5"},
		{"content is gone", "hdel {s0}:j:NAME c", "content there: false"},
		{"content is elsewhere", "hset {s0}:j:NAME r " + jobtest.Secret, "submitted content is in field r"},
		{"a record is not to be read", "hset {s0}:j:NAME s odd", "cannot be read"},
		{"a key of nobody", "set x 1", "belongs to nobody"},
		{"a task in no list", "del asynq:{s0}normal}:pending", "in no list"},
		{"events for ever", "xadd {s0}:e:acme * n x", "stays for"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			jobtest.Bubble(t, func(t *testing.T) {
				s := jobtest.Start(t, jobtest.Options{Processes: -1})
				j := s.Submit(jobtest.Text("acme"))
				var args []any
				for word := range strings.FieldsSeq(strings.ReplaceAll(tt.command, "NAME", "acme/"+string(j.ID))) {
					args = append(args, word)
				}
				if err := s.Redis.Do(t.Context(), args...).Err(); err != nil {
					t.Fatal(err)
				}
				now := read(t, s)
				found := append(now.Contradictions(jobtest.Secret), now.Leftovers()...)
				if !slices.ContainsFunc(found, func(c string) bool { return strings.Contains(c, tt.want) }) {
					t.Errorf("found %q, want one with %q", found, tt.want)
				}
			})
		})
	}
}
