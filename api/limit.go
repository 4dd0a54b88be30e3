package api

import (
	"fmt"
	"math"
	"net/http"
	"strings"
	"time"

	"github.com/classifyd/classifyd/api/limit"
	"github.com/classifyd/classifyd/jobs"
)

// limited refuses a caller beyond its limits. Within them it goes on, and is told how much is left in the
// fields of draft-ietf-httpapi-ratelimit-headers-10. While nothing can be
// counted, reads go on too: the store that cannot count will hardly answer
// them, but what needs no store is still served.
func (a *api) limited(w http.ResponseWriter, r *http.Request) error {
	c := callOf(r)
	who := c.By
	if who == "" {
		who = "user " + c.User
	}
	quotas, err := a.limit.Take(r.Context(), c.Tenant, who)
	if err != nil {
		a.met.uncounted.Inc()
		if r.Method == http.MethodGet || r.Method == http.MethodHead || r.Method == http.MethodOptions {
			return nil
		}
		return err
	}
	if len(quotas) == 0 {
		return nil
	}
	var left, policy []string
	for _, q := range quotas {
		left = append(left, fmt.Sprintf("%q;r=%d;t=%d", q.Name, q.Left, seconds(max(q.Reset, q.Wait))))
		policy = append(policy, fmt.Sprintf("%q;q=%d;w=1", q.Name, q.Rate))
	}
	w.Header().Set("RateLimit", strings.Join(left, ", "))
	w.Header().Set("RateLimit-Policy", strings.Join(policy, ", "))
	if last := quotas[len(quotas)-1]; last.Wait > 0 {
		return tooMany(last)
	}
	return nil
}

// queued tells of the quota that refused a job, behind those of requests a
// second. It has no window: what leaves the queue makes room.
func queued(h http.Header, q *jobs.Quota, again time.Duration) {
	policy := fmt.Sprintf("\"queued-%s\";q=%d", q.Of, q.Most)
	if q.Of == "bytes" {
		policy += `;qu="content-bytes"`
	}
	extend(h, "RateLimit", fmt.Sprintf("\"queued-%s\";r=%d;t=%d", q.Of, q.Left, seconds(again)))
	extend(h, "RateLimit-Policy", policy)
}

// extend adds an item to a field that is a list.
func extend(h http.Header, name, item string) {
	if items := h.Get(name); items != "" {
		item = items + ", " + item
	}
	h.Set(name, item)
}

func tooMany(q limit.Quota) error {
	return &problem{status: http.StatusTooManyRequests, code: "tooManyRequests", retry: q.Wait,
		message: fmt.Sprintf("this %s may send %d requests a second", q.Name, q.Rate)}
}

// seconds is d in whole seconds, begun ones too.
func seconds(d time.Duration) int { return int(math.Ceil(d.Seconds())) }
