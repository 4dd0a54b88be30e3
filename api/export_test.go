package api

import (
	"net/http"

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
