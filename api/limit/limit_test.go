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

func TestBothLimitsCostOneRoundTripAndNoneCostsNothing(t *testing.T) {
	for _, tt := range []struct {
		tenant, caller, want int
	}{{5, 3, 1}, {5, 0, 1}, {0, 3, 1}, {0, 0, 0}} {
		jobtest.Bubble(t, func(t *testing.T) {
			server := embedded.Start()
			t.Cleanup(server.Close)
			var sent jobtest.Commands
			l, err := limit.Open(limit.Options{Redis: server.Options(), Hook: &sent, Tenant: tt.tenant, Caller: tt.caller})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { l.Close() })
			for range 2 { // the first brings the script
				sent.Take()
				if _, err := l.Take(t.Context(), "acme", "ada"); err != nil {
					t.Fatal(err)
				}
			}
			if got := sent.Take(); len(got) != tt.want {
				t.Errorf("%d a tenant and %d a caller: sent %q, want %d commands", tt.tenant, tt.caller, got, tt.want)
			}
		})
	}
}

func TestRequestThatOneLimitRefusesIsChargedToNone(t *testing.T) {
	for _, tt := range []struct{ tenant, caller int }{{2, 4}, {4, 2}, {3, 3}, {6, 7}} {
		jobtest.Bubble(t, func(t *testing.T) {
			server := embedded.Start()
			t.Cleanup(server.Close)
			l, err := limit.Open(limit.Options{Redis: server.Options(), Tenant: tt.tenant, Caller: tt.caller})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { l.Close() })
			want := min(tt.tenant, tt.caller)
			for range 10 {
				let := 0
				for range want + 3 {
					quotas, err := l.Take(t.Context(), "acme", "ada")
					if err != nil {
						t.Fatal(err)
					}
					if quotas[len(quotas)-1].Wait == 0 {
						let++
						for _, q := range quotas {
							if q.Left != q.Rate-let {
								t.Errorf("%s: %d of %d left after %d", q.Name, q.Left, q.Rate, let)
							}
						}
					}
				}
				if let != want {
					t.Errorf("%+v: %d in one second, want %d", tt, let, want)
				}
				time.Sleep(time.Second)
			}
		})
	}
}

func TestLimitsCountOnARealRedisAsWell(t *testing.T) {
	l, err := limit.Open(limit.Options{Redis: jobtest.Redis(t).Options(), Tenant: 5, Caller: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	quotas, err := l.Take(t.Context(), "acme", "ada")
	if err != nil || len(quotas) != 2 || quotas[0].Left != 2 || quotas[1].Left != 4 || quotas[0].Reset <= 0 || quotas[0].Wait != 0 {
		t.Errorf("got %+v, %v", quotas, err)
	}
}
