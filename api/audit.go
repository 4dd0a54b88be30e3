package api

import (
	"cmp"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/classifyd/classifyd/api/audit"
)

// actions are what some methods of a route do. Others have the verb's own.
var actions = map[string]string{
	"POST jobs.cancel": "cancel", "POST sensitiveTypes.test": "test", "POST batch": "batch",
	"PUT queues.pause": "pause", "DELETE queues.pause": "resume",
}

// verbs are what methods do.
var verbs = map[string]string{
	"GET": "read", "HEAD": "read", "POST": "create", "PATCH": "change", "DELETE": "delete",
}

// auditCall tells of a request that has been answered. It is told of one that
// was refused too, since somebody tried.
func (a *api) auditCall(r *http.Request, c *call, status int) {
	if a.audit == nil || c.open || r.Method == http.MethodOptions {
		return
	}
	code := ""
	if c.problem != nil {
		code = c.problem.code
	}
	a.auditOf(r, c, c.target, status, code)
}

// auditOf tells what a request did to target.
func (a *api) auditOf(r *http.Request, c *call, target string, status int, code string) {
	if a.audit == nil {
		return
	}
	err := a.audit.Write(audit.Entry{
		Time:    time.Now().UTC(),
		Request: c.id,
		Tenant:  string(c.Tenant),
		User:    c.User,
		By:      c.By,
		From:    a.from(r),
		Action:  cmp.Or(actions[r.Method+" "+plainRoute(c.route)], verbs[r.Method], "none"),
		Route:   cmp.Or(c.route, "none"),
		Target:  target,
		Status:  status,
		Code:    code,
	})
	if err != nil {
		a.met.unaudited.Inc()
		a.log.Error("audit entry lost", "request", c.id, "error", err)
	}
}

// from is the address of the client, as far as it can be known.
func (a *api) from(r *http.Request) string {
	if a.trustForwarded {
		if ip := net.ParseIP(first(r.Header.Get("X-Forwarded-For"))); ip != nil {
			return ip.String()
		}
	}
	host, _, err := net.SplitHostPort(r.RemoteAddr)
	if err != nil {
		return r.RemoteAddr
	}
	return host
}

// plainRoute is the name of a route in the collection of all jobs.
func plainRoute(name string) string {
	for _, typed := range []string{"classifyTextJobs", "classifyFileJobs"} {
		if rest, ok := strings.CutPrefix(name, typed); ok {
			return "jobs" + rest
		}
	}
	return name
}
