package api

import (
	"net/http"
	"slices"

	"github.com/gorilla/mux"
	"github.com/prometheus/client_golang/prometheus"

	"github.com/classifyd/classifyd/api/dashboard"
)

// whole is an API with all that one can have.
func whole() *api {
	return &api{gather: prometheus.NewRegistry(), parts: dashboard.Files(dashboard.SignIn{})}
}

// Paths are the router's paths, as it spells them.
func Paths() (paths []string) {
	walk := func(r *mux.Route, _ *mux.Router, _ []*mux.Route) error {
		if path, err := r.GetPathTemplate(); err == nil && r.GetHandler() != nil {
			paths = append(paths, path)
		}
		return nil
	}
	if err := whole().router().Walk(walk); err != nil {
		panic(err)
	}
	return paths
}

// A Router finds the path that serves a request, "" where none does, and what
// stands in its variables.
type Router func(*http.Request) (path string, vars map[string]string)

// NewRouter returns a Router of the API's own paths.
func NewRouter() Router {
	root := whole().router()
	return func(r *http.Request) (path string, vars map[string]string) {
		find := func(_ http.ResponseWriter, r *http.Request) {
			var m mux.RouteMatch
			if root.Match(r, &m) && m.Route != nil {
				path, _ = m.Route.GetPathTemplate()
				vars = m.Vars
			}
		}
		canonical(http.HandlerFunc(find)).ServeHTTP(nil, r)
		return path, vars
	}
}

// Guarded are the methods of the routes that are not open to all, and those of
// the rows in the table of scopes, each as "METHOD route".
func Guarded() (routes, rows []string) {
	a := whole()
	all := slices.Concat(a.services(), a.resources(), []route{{name: "batch", verbs: map[string]handler{"POST": a.batch}}})
	for _, rt := range all {
		for method := range rt.verbs {
			if !rt.open && len(needs(rt.name, method)) > 0 {
				routes = append(routes, method+" "+plainRoute(rt.name))
			} else if !rt.open {
				routes = append(routes, method+" "+rt.name+" has no row")
			}
		}
	}
	for name, verbs := range scopes {
		for method := range verbs {
			rows = append(rows, method+" "+name)
		}
	}
	slices.Sort(routes)
	slices.Sort(rows)
	return slices.Compact(routes), rows
}
