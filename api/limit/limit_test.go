package limit_test

import (
	"context"
	"errors"
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/api/limit"
	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/embedded"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

func TestSoManyASecondAndNoMore(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		server := embedded.Start()
		t.Cleanup(server.Close)
		l, err := limit.Open(limit.Options{Redis: server.Options(), Tenant: 5, Caller: 3})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		take := func(tenant jobs.Tenant, caller string) (refusedBy string) {
			t.Helper()
			quotas, err := l.Take(t.Context(), tenant, caller)
			if err != nil {
				t.Fatal(err)
			}
			if last := quotas[len(quotas)-1]; last.Wait > 0 {
				return last.Name
			}
			return ""
		}
		for i, tt := range []struct {
			tenant       jobs.Tenant
			caller, want string
		}{
			{"acme", "ada", ""}, {"acme", "ada", ""}, {"acme", "ada", ""}, {"acme", "ada", "caller"},
			{"acme", "bob", ""}, {"acme", "bob", ""}, {"acme", "bob", "tenant"},
			{"duff", "ada", ""},
		} {
			if got := take(tt.tenant, tt.caller); got != tt.want {
				t.Errorf("%d: %s of %s is refused by %q, want %q", i, tt.caller, tt.tenant, got, tt.want)
			}
		}
		time.Sleep(time.Second)
		if got := take("acme", "ada"); got != "" {
			t.Errorf("a second later refused by %s", got)
		}
	})
}

func TestLimiterSaysThatRedisIsAway(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		away := &redis.UniversalOptions{Addrs: []string{"127.0.0.1:1"}, Dialer: func(context.Context, string, string) (net.Conn, error) {
			return nil, errors.New("away")
		}}
		l, err := limit.Open(limit.Options{Redis: away, Tenant: 1})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { l.Close() })
		if _, err := l.Take(t.Context(), "acme", "ada"); !errors.Is(err, jobs.ErrUnavailable) {
			t.Errorf("Take = %v, want ErrUnavailable", err)
		}
	})
}
