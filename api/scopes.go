package api

import (
	"net/http"
	"strings"

	"github.com/classifyd/classifyd/api/auth"
)

var (
	readers    = []auth.Scope{auth.ReadJobs, auth.WriteJobs}
	submitters = []auth.Scope{auth.SubmitJobs, auth.WriteJobs}
	writers    = []auth.Scope{auth.WriteJobs}
	curators   = []auth.Scope{auth.WriteTypes}
	operators  = []auth.Scope{auth.Operate}
	producers  = []auth.Scope{auth.ReadJobs, auth.WriteJobs, auth.SubmitJobs, auth.WriteTypes}
)

// scopes says who may do what: by route and method, the scopes of which a
// caller must have one. What is not in it nobody may do. The collections of one
// type of jobs are like the one of all.
var scopes = map[string]map[string][]auth.Scope{
	"jobs":            {"GET": readers, "POST": submitters},
	"jobs.ref":        {"POST": submitters},
	"jobs.count":      {"GET": readers},
	"jobs.bulk":       {"POST": submitters},
	"jobs.events":     {"GET": readers},
	"jobs.job":        {"GET": readers, "PATCH": writers, "DELETE": writers},
	"jobs.job.events": {"GET": readers},
	"jobs.cancel":     {"POST": writers},

	"classifyText": {"POST": submitters},
	"classifyFile": {"POST": submitters},

	"sensitiveTypes":      {"GET": producers, "POST": curators},
	"sensitiveTypes.test": {"POST": curators},
	"sensitiveType":       {"GET": producers, "PATCH": curators, "DELETE": curators},

	"batch":   {"POST": auth.Scopes}, // each of its requests comes through the door by itself
	"metrics": {"GET": operators},
	"queues":  {"GET": operators},

	"queues.pause": {"PUT": operators, "DELETE": operators},
}

// needs are the scopes of which one lets a caller use a method of a route.
func needs(route, method string) []auth.Scope {
	return scopes[plainRoute(route)][method]
}

// lacking tells a caller which scopes it would need one of.
func lacking(needed []auth.Scope) error {
	names := make([]string, len(needed))
	for i, s := range needed {
		names[i] = string(s)
	}
	return &problem{status: http.StatusForbidden, code: "missingScope", message: "this needs one of the scopes " + strings.Join(names, ", "),
		challenge: challenge + `, error="insufficient_scope", scope="` + strings.Join(names, " ") + `"`}
}
