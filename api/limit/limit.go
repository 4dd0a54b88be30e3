// Package limit decides whether a caller may send one more request now, and if
// not, when. A tenant and each of its callers have so many a second, in all
// processes together, by the generic cell rate algorithm (ATM Forum, Traffic
// Management 4.1, section 4.4.2). Both are asked in one call to Redis, and a
// limit that does not exist asks nothing.
//
// Its state is one Redis key a tenant and one a caller, "rate:classifyd:...",
// that expire by themselves within seconds.
package limit

import (
	"cmp"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs"
)

// Options say how much is allowed. Redis is required.
type Options struct {
	// Redis says how to reach the store. The Limiter opens a client of its own.
	Redis *redis.UniversalOptions

	// Hook, if set, sees every command that the Limiter sends.
	Hook redis.Hook

	Tenant   int           // requests a second of a tenant, 0: any number
	Caller   int           // requests a second of one user, key or certificate, 0: any number
	Deadline time.Duration // for one decision, default 250 ms
}

// A Limiter counts the requests of all callers.
type Limiter struct {
	opt Options
	rdb redis.UniversalClient
}

//go:embed take.lua
var takeSource string

var takeScript = redis.NewScript(takeSource)

// Open returns a Limiter. It does not connect before it is used.
func Open(o Options) (*Limiter, error) {
	if o.Redis == nil {
		return nil, errors.New("limit: Options.Redis is required")
	}
	if o.Tenant < 0 || o.Caller < 0 || o.Deadline < 0 {
		return nil, errors.New("limit: Options.Tenant, Caller and Deadline must not be negative")
	}
	o.Deadline = cmp.Or(o.Deadline, 250*time.Millisecond)
	ro := *o.Redis
	ro.ContextTimeoutEnabled = true
	rdb := redis.NewUniversalClient(&ro)
	if o.Hook != nil {
		rdb.AddHook(o.Hook)
	}
	return &Limiter{opt: o, rdb: rdb}, nil
}

// Close ends the Limiter's connections.
func (l *Limiter) Close() error { return l.rdb.Close() }

// A Quota is what one limit says after a request.
type Quota struct {
	Name  string // "caller" or "tenant"
	Rate  int    // requests a second
	Left  int    // that could follow at once
	Reset time.Duration
	Wait  time.Duration // until there is room for a request that was refused, else 0
}

// Take counts a request and returns what each limit says of it. If one refuses
// it, that is the last, and none is charged. The error is jobs.ErrUnavailable.
func (l *Limiter) Take(ctx context.Context, t jobs.Tenant, caller string) ([]Quota, error) {
	base := "rate:classifyd:{t/" + string(t) + "}"
	var quotas []Quota
	var keys []string
	var rates []any
	for _, q := range []struct {
		name, key string
		rate      int
	}{
		{"caller", base + ":" + caller, l.opt.Caller},
		{"tenant", base, l.opt.Tenant},
	} {
		if q.rate > 0 {
			quotas = append(quotas, Quota{Name: q.name, Rate: q.rate})
			keys, rates = append(keys, q.key), append(rates, q.rate)
		}
	}
	if len(keys) == 0 {
		return nil, nil
	}
	ctx, cancel := context.WithTimeout(ctx, l.opt.Deadline)
	defer cancel()
	said, err := takeScript.Run(ctx, l.rdb, keys, rates...).Slice()
	if err != nil {
		return nil, jobs.StoreError(err)
	}
	for i := range said {
		f, _ := said[i].([]any)
		if len(f) != 3 || i == len(quotas) {
			return nil, fmt.Errorf("limit: unexpected reply %v", said)
		}
		left, _ := f[0].(int64)
		quotas[i].Left, quotas[i].Reset, quotas[i].Wait = int(left), micros(f[1]), micros(f[2])
	}
	return quotas[:len(said)], nil
}

func micros(v any) time.Duration {
	n, _ := v.(int64)
	return time.Duration(n) * time.Microsecond
}
