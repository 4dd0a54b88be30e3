package api_test

import (
	"bytes"
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/audit"
	"github.com/classifyd/classifyd/jobs"
)

func TestOperatorsSeeWhatWaitsAndWhoWorks(t *testing.T) {
	type queues struct {
		Lanes []struct {
			Lane   string
			Depth  int
			Paused bool
		}
		Running int
		Workers []struct {
			Running int
			Types   []string
			Runs    []struct{ ID, Type string }
		}
	}
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		if got := decode[queues](t, s.want(200, "GET", "/queues", "")); len(got.Lanes) != 4 || got.Workers == nil {
			t.Errorf("queues of nothing are %+v", got)
		}
		s.work("slow", func(ctx context.Context, _ *jobs.Job) (*jobs.Result, error) {
			<-ctx.Done()
			return nil, context.Cause(ctx)
		})
		running := s.want(201, "POST", jobsPath, `{"type":"slow"}`).job(t)
		if _, err := s.queue.Pause(t.Context(), jobs.Low); err != nil {
			t.Fatal(err)
		}
		s.want(201, "POST", jobsPath, `{"type":"slow","priority":"low"}`)
		time.Sleep(4 * time.Second) // a heartbeat and more
		got := decode[queues](t, s.want(200, "GET", "/queues", ""))
		if low := got.Lanes[3]; low.Lane != "low" || low.Depth != 1 || !low.Paused {
			t.Errorf("the paused lane is %+v", low)
		}
		if got.Running != 1 || len(got.Workers) != 1 || got.Workers[0].Running != 1 {
			t.Fatalf("queues are %+v, want one job that runs on one worker", got)
		}
		want := []struct{ ID, Type string }{{running.ID, "slow"}}
		if diff := cmp.Diff(want, got.Workers[0].Runs); diff != "" {
			t.Errorf("what the worker runs (-want +got):\n%s", diff)
		}
	})
}

func TestQueuesAreForOperatorsOnceCallersAreKnown(t *testing.T) {
	s := start(t, withScopes)
	s.want(200, "GET", "/queues", "", "Authorization: Operator")
	s.want(403, "GET", "/queues", "", "Authorization: DataClassificationJob.ReadWrite.All")
	s.want(401, "GET", "/queues", "", "Authorization: operator")
}

func TestLanesArePausedAndResumed(t *testing.T) {
	var told bytes.Buffer
	s := start(t, func(o *api.Options) { o.Audit = audit.New(&told) })
	paused := func() (lanes []string) {
		t.Helper()
		o, err := s.queue.Overview(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		for _, l := range o.Lanes {
			if l.Paused {
				lanes = append(lanes, l.Name)
			}
		}
		return lanes
	}
	for _, tt := range []struct {
		method string
		status int
		lane   string
		want   []string
		audit  string
	}{
		{"PUT", 204, "low", []string{"low"}, `"action":"pause","route":"queues.pause","target":"low","status":204}`},
		{"PUT", 204, "low", []string{"low"}, `"action":"pause","route":"queues.pause","target":"low","status":204}`},
		{"PUT", 204, "high", []string{"high", "low"}, `"action":"pause","route":"queues.pause","target":"high","status":204}`},
		{"DELETE", 204, "low", []string{"high"}, `"action":"resume","route":"queues.pause","target":"low","status":204}`},
		{"DELETE", 204, "low", []string{"high"}, `"action":"resume","route":"queues.pause","target":"low","status":204}`},
		{"PUT", 400, "again", []string{"high"}, `"action":"pause","route":"queues.pause","status":400,"code":"invalidValue"}`},
		{"DELETE", 400, "LOW", []string{"high"}, `"action":"resume","route":"queues.pause","status":400,"code":"invalidValue"}`},
		{"POST", 405, "low", []string{"high"}, `"action":"create","route":"queues.pause","status":405,"code":"unsupportedMethod"}`},
	} {
		told.Reset()
		a := s.want(tt.status, tt.method, "/queues/"+tt.lane+"/pause", "")
		if tt.status == 400 && a.problem(t).Target != "lane" {
			t.Errorf("%s %s: %s", tt.method, tt.lane, a.body)
		}
		if diff := cmp.Diff(tt.want, paused()); diff != "" {
			t.Errorf("%s %s: lanes that are paused (-want +got):\n%s", tt.method, tt.lane, diff)
		}
		if !strings.HasSuffix(told.String(), tt.audit+"\n") {
			t.Errorf("%s %s: the audit log has %s, want %s", tt.method, tt.lane, told.String(), tt.audit)
		}
	}
}

// TestNoPageOfAnotherOriginPausesALane takes what a browser sends without asking
// (Fetch, "CORS-safelisted method"), and then the question.
func TestNoPageOfAnotherOriginPausesALane(t *testing.T) {
	s := start(t)
	for _, method := range []string{"GET", "HEAD", "POST"} {
		s.want(405, method, "/queues/low/pause", "", "Origin: https://evil.example")
	}
	a := s.want(204, "OPTIONS", "/queues/low/pause", "", "Origin: https://evil.example", "Access-Control-Request-Method: PUT")
	if got := a.Header.Get("Access-Control-Allow-Origin"); got != "" {
		t.Errorf("a page of %s may", got)
	}
}

func TestLaneIsNotPausedWhileRedisIsAway(t *testing.T) {
	s := start(t)
	s.away.Store(true)
	s.redis.Close()
	s.want(503, "PUT", "/queues/low/pause", "")
}
