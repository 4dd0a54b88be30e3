package api_test

import (
	"context"
	"errors"
	"net"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/limit"
	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// limited gives each caller two requests a second and the tenant three.
func limited(s **service, away *bool) func(*api.Options) {
	return func(o *api.Options) {
		ro := *(*s).redis.Options()
		dial := ro.Dialer
		ro.Dialer = func(ctx context.Context, network, addr string) (net.Conn, error) {
			if *away {
				return nil, errors.New("away")
			}
			return dial(ctx, network, addr)
		}
		l, err := limit.Open(limit.Options{Redis: &ro, Caller: 2, Tenant: 3})
		if err != nil {
			(*s).t.Fatal(err)
		}
		(*s).t.Cleanup(func() { l.Close() })
		o.Limit = l
	}
}

func TestCallerBeyondItsLimitIsToldWhenToComeBack(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		var away bool
		s := start(t)
		s = start(t, withTenants, limited(&s, &away))
		as := "Authorization: acme"
		a := s.want(200, "GET", jobsPath, "", as)
		told(t, a, `"caller";r=1;t=1, "tenant";r=2;t=1`, `"caller";q=2;w=1, "tenant";q=3;w=1`)
		s.want(404, "GET", "/nowhere", "", as)
		a = s.want(429, "GET", jobsPath, "", as)
		if a.Header.Get("Retry-After") != "1" || a.problem(t).Code != "tooManyRequests" || !strings.HasPrefix(a.Header.Get("RateLimit"), `"caller";r=0`) {
			t.Errorf("got %v %s", a.Header, a.body)
		}
		s.want(200, "GET", jobsPath, "", "Authorization: duff")
		s.want(200, "GET", "/livez", "")
		s.want(401, "GET", jobsPath, "")
	})
}

// told fails the test unless a tells of limits as RateLimit and RateLimit-Policy.
func told(t *testing.T, a answer, left, policy string) {
	t.Helper()
	if got := a.Header.Get("RateLimit"); got != left {
		t.Errorf("RateLimit is %s, want %s", got, left)
	}
	if got := a.Header.Get("RateLimit-Policy"); got != policy {
		t.Errorf("RateLimit-Policy is %s, want %s", got, policy)
	}
}

func TestQuotaOfQueuedJobsStandsBehindThoseOfRequests(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		var away bool
		s := start(t)
		s = startWith(t, jobs.Options{TenantWaiting: 1}, withTenants, limited(&s, &away))
		as := "Authorization: acme"
		told(t, s.want(201, "POST", jobsPath, textJob, as), `"caller";r=1;t=1, "tenant";r=2;t=1`, `"caller";q=2;w=1, "tenant";q=3;w=1`)
		a := s.want(429, "POST", jobsPath, textJob, as)
		told(t, a, `"caller";r=0;t=1, "tenant";r=1;t=1, "queued-jobs";r=0;t=`+a.Header.Get("Retry-After"), `"caller";q=2;w=1, "tenant";q=3;w=1, "queued-jobs";q=1`)
		told(t, s.want(429, "POST", jobsPath, textJob, as), `"caller";r=0;t=1`, `"caller";q=2;w=1`)
	})
}

func TestReadsGoOnWhenNothingCanBeCounted(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		away := true
		s := start(t)
		s = start(t, withTenants, limited(&s, &away))
		as := "Authorization: acme"
		s.want(200, "GET", jobsPath, "", as)
		s.want(503, "POST", jobsPath, textJob, as)
		if a := s.want(200, "GET", "/metrics", "", as); !strings.Contains(a.body, "classifyd_http_uncounted_total 3\n") {
			t.Errorf("metrics are\n%s", a.body)
		}
	})
}
