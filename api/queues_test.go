package api_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

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
