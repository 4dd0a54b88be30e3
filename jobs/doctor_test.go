package jobs_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// breakages are what hands, evictions, lost replicas and asynq's own tools can
// leave: commands, separated by ";", in which WAITS and ENDED are records, ID the
// id of the former and TASK its delivery.
var breakages = []struct {
	name, commands string
	want           map[string]int
}{
	{"nothing", "", map[string]int{}},
	{"record without a task", "del QUEUE:t:TASK", map[string]int{"undelivered": 1}},
	{"task without a record", "hset QUEUE:t:acme/ghost:5 msg x state pending", map[string]int{"tasks": 1}},
	{"task in no list", "del QUEUE:pending", map[string]int{"tasks": 1, "undelivered": 1}},
	{"task taken and forgotten", "lmove QUEUE:pending QUEUE:active right left", map[string]int{"strays": 1}},
	{"task archived", "del QUEUE:pending; zadd QUEUE:archived 1 TASK; hset QUEUE:t:TASK state archived", map[string]int{"tasks": 1, "undelivered": 1}},
	{"task to be retried by asynq", "del QUEUE:pending; zadd QUEUE:retry 1 TASK; hset QUEUE:t:TASK state retry", map[string]int{"tasks": 1, "undelivered": 1}},
	{"task scheduled", "del QUEUE:pending; zadd QUEUE:scheduled 1 TASK; hset QUEUE:t:TASK state scheduled", map[string]int{"tasks": 1, "undelivered": 1}},
	{"task completed", "del QUEUE:pending; zadd QUEUE:completed 1 TASK; hset QUEUE:t:TASK state completed", map[string]int{"tasks": 1, "undelivered": 1}},
	{"archive of what is gone", "zadd QUEUE:archived 1 acme/ghost:5", map[string]int{"tasks": 1}},
	{"index entry missing", "zrem {s0}:i:acme:notStarted/normal:classifyText ID", map[string]int{"missing": 1}},
	{"index entry in a second set", "zadd {s0}:i:acme:failed:classifyText 1 ID", map[string]int{"stale": 1}},
	{"index entry at a wrong time", "zadd {s0}:i:acme:notStarted/normal:classifyText 5 ID", map[string]int{"stale": 1}},
	{"index entry without a record", "zadd {s0}:i:acme:succeeded:classifyText 5 ghost", map[string]int{"stale": 1}},
	{"index of a tenant that has nothing", "zadd {s0}:i:duff:running:odd 5 ghost; sadd {s0}:types:duff odd; sadd {s0}:tenants duff", map[string]int{"stale": 3}},
	{"lease without a run", "zadd {s0}:lease 9000000000000000 acme/ghost:5", map[string]int{"stale": 1}},
	{"lease of a waiting job", "zadd {s0}:lease 9000000000000000 TASK", map[string]int{"stale": 1}},
	{"count of a run that is none", "sadd {s0}:runs:acme ghost:5", map[string]int{"stale": 1}},
	{"due without a record", "zadd {s0}:due 9000000000000000 acme/ghost", map[string]int{"stale": 1}},
	{"retention without a record", "zadd {s0}:ended 9000000000000000 acme/ghost", map[string]int{"stale": 1}},
	{"retention of a waiting job", "zadd {s0}:ended 9000000000000000 WAITS", map[string]int{"stale": 1}},
	{"retention missing", "zrem {s0}:ended ENDED", map[string]int{"missing": 1}},
	{"types gone", "del {s0}:types:acme", map[string]int{"missing": 1}},
	{"type of no job", "sadd {s0}:types:acme ghost", map[string]int{"stale": 1}},
	{"tenants gone", "del {s0}:tenants", map[string]int{"missing": 1}},
	{"tenant of no job", "sadd {s0}:tenants ghost", map[string]int{"stale": 1}},
	{"content of an ended job", "hset {s0}:j:ENDED c old", map[string]int{"content": 1}},
	{"bytes of a job that holds none", "hset {s0}:bytes acme 5", map[string]int{"stale": 1}},
	{"bytes of a tenant that has nothing", "hset {s0}:bytes ghost 5", map[string]int{"stale": 1}},
	{"bytes that are no number", "hset {s0}:bytes acme odd", map[string]int{"stale": 1}},
	{"no bytes", "hset {s0}:bytes acme 0", map[string]int{"stale": 1}},
	{"bytes counted wrong", "hset {s0}:j:WAITS b 5; hset {s0}:bytes acme 7", map[string]int{"stale": 1}},
	{"bytes not counted", "hset {s0}:j:WAITS b 5", map[string]int{"missing": 1}},
	{"bytes of an ended job", "hset {s0}:j:ENDED b 5", map[string]int{"content": 1}},
	{"queue that asynq's tools do not see", "srem asynq:queues s0}low", map[string]int{"queues": 1}},
	{"due time missing", "eval DELAY 1 {s0}:j:WAITS; del QUEUE:t:TASK QUEUE:pending", map[string]int{"missing": 1}},
	{"sorted sets gone", "del {s0}:ended {s0}:i:acme:notStarted/normal:classifyText {s0}:i:acme:canceled:classifyText", map[string]int{"missing": 3}},
}

// delay makes a waiting record one that waits for a time that nothing remembers.
const delay = `local s = redis.call("HGET", KEYS[1], "s")
redis.call("HSET", KEYS[1], "s", (string.gsub(s, "^w (.*) 0 0 0 (%d+) %-$", "d %1 0 0 5 %2 -")))`

// breakDown does to a queue of one waiting and one ended job what commands say.
func breakDown(t *testing.T, s *jobtest.System, commands string) (waits *jobs.Job) {
	t.Helper()
	ended := s.Submit(jobtest.Text("acme"))
	s.Cancel(ended)
	s.Queue.Count(t.Context(), "acme", jobs.Query{})
	if err := s.Redis.Del(t.Context(), "asynq:{s0}normal}:pending").Err(); err != nil { // the canceled job's task, which workers drop
		t.Fatal(err)
	}
	for _, key := range s.Keys() {
		if strings.Contains(key, ":t:") {
			s.Redis.Del(t.Context(), key)
		}
	}
	waits = s.Submit(jobtest.Text("acme"))
	task := ""
	for _, key := range s.Keys() {
		if _, id, ok := strings.Cut(key, ":t:"); ok {
			task = id
		}
	}
	words := strings.NewReplacer("QUEUE", "asynq:{s0}normal}", "WAITS", "acme/"+string(waits.ID), "ENDED", "acme/"+string(ended.ID),
		"TASK", task, "ID", string(waits.ID))
	for command := range strings.SplitSeq(commands, ";") {
		var args []any
		for word := range strings.FieldsSeq(command) {
			if word = words.Replace(word); word == "DELAY" {
				word = delay
			}
			args = append(args, word)
		}
		if len(args) == 0 {
			continue
		}
		if err := s.Redis.Do(t.Context(), args...).Err(); err != nil && err.Error() != "redis: nil" {
			t.Fatalf("%v: %v", args, err)
		}
	}
	return waits
}

func examine(t *testing.T, s *jobtest.System, dry bool) jobs.Examination {
	t.Helper()
	e, err := s.Queue.Doctor(t.Context(), dry, func(int, int) {})
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestDoctorMendsWhateverIsBroken(t *testing.T) {
	run := func(t *testing.T, s *jobtest.System, commands string, want map[string]int) {
		j := breakDown(t, s, commands)
		before := s.Keys()
		dry := examine(t, s, true)
		if diff := cmp.Diff(before, s.Keys()); diff != "" {
			t.Errorf("a look changed keys (-before +after):\n%s", diff)
		}
		if dry.Sound() != (len(want) == 0 || want["strays"] > 0) { // a stray takes a second look
			t.Errorf("a look says sound: %v, %v", dry.Sound(), dry.Found.Counts())
		}
		e := examine(t, s, false)
		if diff := cmp.Diff(want, e.Found.Counts()); diff != "" || !e.Sound() {
			t.Errorf("found (-want +got):\n%s remains %v", diff, e.Remain.Counts())
		}
		s.CheckPromises()
		s.Process()
		if got := s.Wait(j); got.State != jobs.Succeeded {
			t.Errorf("the job ended %s", got.State)
		}
		s.CheckEnded()
	}
	server := jobtest.Redis(t)
	for _, tt := range breakages {
		t.Run(tt.name, func(t *testing.T) {
			jobtest.Bubble(t, func(t *testing.T) {
				run(t, jobtest.Start(t, jobtest.Options{Processes: -1}), tt.commands, tt.want)
			})
		})
		if tt.want["strays"] > 0 {
			continue // takes seconds, and there is nothing that a real Redis does otherwise
		}
		t.Run(tt.name+", real", func(t *testing.T) {
			server.Clear()
			run(t, jobtest.Start(t, jobtest.Options{Processes: -1, Jobs: jobs.Options{Redis: server.Options()}}), tt.commands, tt.want)
		})
	}
}

func TestSweepMendsWhateverIsBroken(t *testing.T) {
	for _, tt := range breakages {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			jobtest.Bubble(t, func(t *testing.T) {
				s := jobtest.Start(t, jobtest.Options{Processes: -1})
				j := breakDown(t, s, tt.commands)
				s.Process()
				// Most is mended in seconds, but what asynq may still acknowledge
				// has its time for that.
				var left map[string]int
				for range 30 {
					time.Sleep(3 * time.Second)
					if left = examine(t, s, true).Found.Counts(); len(left) == 0 && s.Get(j).Done() {
						break
					}
				}
				if len(left) > 0 {
					t.Errorf("there still are %v", left)
				}
				s.CheckPromises()
				if got := s.Get(j); got.State != jobs.Succeeded {
					t.Errorf("the job is %s", got.State)
				}
				s.CheckEnded()
			})
		})
	}
}

func TestDoctorTellsWhatItCannotMend(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s := jobtest.Start(t, jobtest.Options{Processes: -1})
		if err := s.Redis.HSet(t.Context(), "{s0}:j:acme/odd", "s", "odd").Err(); err != nil {
			t.Fatal(err)
		}
		e := examine(t, s, false)
		if diff := cmp.Diff(map[string]int{"broken": 1}, e.Remain.Counts()); diff != "" || e.Sound() {
			t.Errorf("remains (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"{s0}:j:acme/odd"}, e.Unreadable); diff != "" {
			t.Errorf("unreadable (-want +got):\n%s", diff)
		}
		for i := range 100 {
			s.Redis.Set(t.Context(), fmt.Sprint("{s0}:j:acme/odd-", i), "x", 0)
		}
		if e := examine(t, s, true); e.Found.Broken != 101 || len(e.Unreadable) != 100 {
			t.Errorf("%d of %d records that cannot be read are named, want 100 of 101", len(e.Unreadable), e.Found.Broken)
		}
	})
}

func TestDoctorFindsNothingWrongInAQueueAtWork(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Processes = 2
		o.Handlers = after(300 * time.Millisecond)
		o.Jobs.TenantBytes = plenty
		s := jobtest.Start(t, o)
		for range 60 {
			s.Submit(jobtest.Text("acme"))
		}
		for range 5 {
			if e := examine(t, s, false); !e.Sound() || len(e.Found.Counts()) > 0 {
				t.Errorf("found %v", e.Found.Counts())
			}
			time.Sleep(200 * time.Millisecond)
		}
		time.Sleep(10 * time.Second)
		s.CheckEnded()
	})
}
