package api_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
)

const card = `{"classification":[{"id":"` + cardID + `","displayName":"Credit Card Number","uniqueCount":1,"confidence":85,"recommendedConfidence":85,` +
	`"matches":[{"idMatch":"4111 1111 1111 1111","offset":11,"length":19,"confidence":85,"evidences":[{"match":"card","offset":3,"length":4}]}],` +
	`"classificationMethod":"patternMatch","scope":"fullDocument","sensitiveTypeSource":"outOfBox","classificationAttributes":[{"confidence":85,"count":1}]}]}`

// takes returns a run that takes a while and finds a card.
func takes(d time.Duration) func(context.Context, *jobs.Job) (*jobs.Result, error) {
	return func(ctx context.Context, _ *jobs.Job) (*jobs.Result, error) {
		select {
		case <-time.After(d):
			return &jobs.Result{JSON: json.RawMessage(card)}, nil
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func TestJobIsFoundUnderEveryName(t *testing.T) {
	s := start(t)
	id := s.want(201, "POST", jobsPath, textJob).job(t).ID
	for _, path := range []string{
		"/beta/dataClassification/jobs/" + id,
		"/v1.0/dataClassification/jobs/" + strings.ToUpper(id),
		"/dataClassification/jobs('" + id + "')",
		"/beta/dataClassification/jobs%28%27" + id + "%27%29",
		"/beta/dataClassification/classifyTextJobs/" + id,
		"/beta/dataClassification/jobs/" + strings.ReplaceAll(id, "-", "%2D"),
	} {
		if j := s.want(200, "GET", path, "").job(t); j.ID != id {
			t.Errorf("%s: got %s, want %s", path, j.ID, id)
		}
	}
	other := s.want(201, "POST", jobsPath, `{"type":"invoice"}`).job(t).ID
	for _, path := range []string{
		"/beta/dataClassification/classifyTextJobs/" + other,
		"/beta/dataClassification/jobs/nonsense",
		"/beta/dataClassification/jobs/00000000-0000-0000-0000-000000000001",
		"/beta/dataClassification/jobs('" + id + "",
		"/beta/dataClassification/jobs//" + id,
		"/beta/dataClassification/jobs/../jobs/" + id,
		"/alpha/dataClassification/jobs/" + id,
	} {
		s.want(404, "GET", path, "")
	}
	s.want(404, "DELETE", "/beta/dataClassification/classifyTextJobs/"+other, "")
	s.want(404, "POST", "/beta/dataClassification/classifyTextJobs/"+other+"/cancel", "")
	s.want(200, "GET", jobsPath+"/"+other, "")
}

func TestFinishedJobHasItsResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		s.work("classifyText", takes(2*time.Second))
		a := s.want(201, "POST", jobsPath, textJob, "Prefer: wait=30")
		got := a.job(t)
		want := wire.Job{
			ODataType: "#microsoft.graph.classificationJobResponse", Type: "classifyText", Status: "succeeded",
			TenantID: "00000000-0000-0000-0000-000000000000", Result: json.RawMessage(card), Priority: "normal", Progress: 100, Attempts: 1,
		}
		if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(wire.Job{}, "Context", "ID", "ETag", "Created", "Started", "Ended")); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		if took := got.Ended.Sub(got.Started.Time); took < 2*time.Second {
			t.Errorf("ran %v", took)
		}
		if a.Header.Get("Preference-Applied") != "wait=30" || a.Header.Get("Retry-After") != "" {
			t.Errorf("got %v", a.Header)
		}
		if j := s.want(200, "POST", textPath, textBody, "Prefer: wait=30").job(t); j.Status != "succeeded" || string(j.Result) != card {
			t.Errorf("classifyText: got %+v", j)
		}
		list := decode[wire.Collection[wire.Job]](t, s.want(200, "GET", jobsPath, ""))
		for _, j := range list.Value {
			if j.Result != nil || j.ODataType != wire.ClassificationType {
				t.Errorf("listed as %+v", j)
			}
		}
	})
}

func TestFailedJobSaysWhy(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		s.work("classifyText", func(context.Context, *jobs.Job) (*jobs.Result, error) {
			return nil, jobs.Permanent(&jobs.Error{Code: jobs.InvalidContent, Message: "the text is odd", Target: "request.text"})
		})
		j := s.want(201, "POST", jobsPath, textJob, "Prefer: wait=30", "client-request-id: mine").job(t)
		inner := &wire.ClassificationInnerError{ClientRequestID: "mine"}
		want := &wire.ClassificationError{
			Code: "invalidContent", Message: "the text is odd", Target: "request.text", InnerError: inner,
			Details: []wire.ClassificationErrorBase{{Code: "invalidContent", Message: "the text is odd", Target: "request.text", InnerError: inner}},
		}
		if diff := cmp.Diff(want, j.Error, cmpopts.IgnoreFields(wire.ClassificationInnerError{}, "ErrorDateTime", "ActivityID")); diff != "" || j.Status != "failed" {
			t.Errorf("%s: -want +got\n%s", j.Status, diff)
		}
	})
}

func TestWaitEndsWithTheJobAsItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		s.work("classifyText", takes(4*time.Minute))
		before := time.Now()
		a := s.want(202, "POST", textPath, textBody, "Prefer: wait=7")
		if took := time.Since(before).Round(time.Second); took != 7*time.Second {
			t.Errorf("waited %v", took)
		}
		j := a.job(t)
		before = time.Now()
		a = s.want(200, "GET", a.Header.Get("Location"), "", "Prefer: wait=999")
		if took := time.Since(before).Round(time.Second); took != time.Minute {
			t.Errorf("waited %v, want the most there is", took)
		}
		if got := a.job(t); got.Status != "running" || a.Header.Get("Preference-Applied") != "wait=60" {
			t.Errorf("%s is %s, %v", j.ID, got.Status, a.Header)
		}
	})
}

func TestKnownVersionIsNotSentAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		a := s.want(201, "POST", jobsPath, textJob)
		where, etag := a.Header.Get("Location"), a.Header.Get("ETag")
		for _, known := range []string{etag, strings.TrimPrefix(etag, "W/"), `"x", ` + etag, "*"} {
			if a := s.want(304, "GET", where, "", "If-None-Match: "+known); a.body != "" || a.Header.Get("ETag") != etag {
				t.Errorf("%s: %q, ETag %s", known, a.body, a.Header.Get("ETag"))
			}
		}
		s.want(200, "GET", where, "", `If-None-Match: W/"1.1"`)
		s.want(304, "GET", where, "", "If-None-Match: "+etag, "Prefer: wait=5")

		s.work("classifyText", takes(time.Hour))
		changed := s.want(200, "GET", where, "", "If-None-Match: "+etag, "Prefer: wait=30")
		if j := changed.job(t); j.Status != "running" || j.ETag == etag {
			t.Errorf("woken for %+v", j)
		}
	})
}

func TestCanceledJobIsFinalAtOnce(t *testing.T) {
	s := start(t)
	for _, tt := range []struct{ method, suffix, body string }{
		{"POST", "/cancel", ""},
		{"POST", "/microsoft.graph.cancel", ""},
		{"PATCH", "", `{"status":"canceled"}`},
		{"PATCH", "", `{"@odata.type":"#microsoft.graph.jobResponseBase","status":"Canceled"}`},
	} {
		where := s.want(201, "POST", jobsPath, textJob).Header.Get("Location")
		for range 2 {
			j := s.want(200, tt.method, where+tt.suffix, tt.body).job(t)
			if j.Status != "canceled" || j.Ended.IsZero() {
				t.Errorf("%s %s: got %+v", tt.method, tt.suffix, j)
			}
		}
	}
}

func TestEndedJobCannotBeCanceled(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		s.work("classifyText", takes(0))
		where := s.want(201, "POST", jobsPath, textJob, "Prefer: wait=30").Header.Get("Location")
		for _, method := range []string{"POST", "PATCH"} {
			target, body := where, `{"status":"canceled"}`
			if method == "POST" {
				target, body = where+"/cancel", ""
			}
			p := s.want(409, method, target, body).problem(t)
			if p.InnerError.Code != "jobEnded" || !strings.Contains(p.Message, "succeeded") {
				t.Errorf("%s: got %+v", method, p)
			}
		}
	})
}

func TestDeletedJobIsGone(t *testing.T) {
	s := start(t)
	where := s.want(201, "POST", jobsPath, textJob).Header.Get("Location")
	if a := s.want(204, "DELETE", where, ""); a.body != "" {
		t.Errorf("answered %q", a.body)
	}
	s.want(404, "DELETE", where, "")
	s.want(404, "GET", where, "")
	s.want(404, "POST", where+"/cancel", "")
}

func TestChangeIsForTheVersionNamed(t *testing.T) {
	s := start(t)
	for _, tt := range []struct{ method, suffix, body string }{
		{"DELETE", "", ""},
		{"POST", "/cancel", ""},
		{"PATCH", "", `{"status":"canceled"}`},
	} {
		a := s.want(201, "POST", jobsPath, textJob)
		where := a.Header.Get("Location")
		for _, stale := range []string{`W/"1.1"`, `"abc"`} {
			p := s.want(412, tt.method, where+tt.suffix, tt.body, "If-Match: "+stale).problem(t)
			if p.Code != "preconditionFailed" || p.Target != "If-Match" {
				t.Errorf("%s: got %+v", tt.method, p)
			}
		}
		if j := s.want(200, "GET", where, "").job(t); j.Status != "notStarted" {
			t.Errorf("%s: job is %s", tt.method, j.Status)
		}
		if got := s.call(tt.method, where+tt.suffix, tt.body, "If-Match: "+a.Header.Get("ETag")); got.StatusCode >= 300 {
			t.Errorf("%s: %d %s", tt.method, got.StatusCode, got.body)
		}
	}
}

func TestAnotherTenantsJobDoesNotExist(t *testing.T) {
	s := start(t, withTenants)
	const own, other = "Authorization: own", "Authorization: other"
	where := s.want(201, "POST", jobsPath, textJob, own).Header.Get("Location")
	s.want(404, "GET", where, "", other)
	s.want(404, "DELETE", where, "", other)
	s.want(404, "POST", where+"/cancel", "", other)
	s.want(404, "PATCH", where, `{"status":"canceled"}`, other)
	if got := s.want(200, "GET", jobsPath+"/$count", "", other).body; got != "0" {
		t.Errorf("the other tenant counts %s", got)
	}
	if j := s.want(200, "GET", where, "", own).job(t); j.Status != "notStarted" || j.TenantID != "own" || j.UserID != "user-own" {
		t.Errorf("got %+v", j)
	}
}

func TestUnknownCallerIsAskedToProveItself(t *testing.T) {
	s := start(t, withTenants)
	for _, path := range []string{jobsPath, "/nowhere", jobsPath + "/x"} {
		a := s.want(401, "GET", path, "")
		if a.Header.Get("WWW-Authenticate") == "" || a.problem(t).Code != "unauthorized" {
			t.Errorf("%s: got %s", path, a.body)
		}
	}
	s.want(401, "PUT", jobsPath, "{}")
	s.want(200, "GET", "/livez", "")
	s.want(200, "GET", "/readyz", "")
}

var errOdd = errors.New("disk on fire")
