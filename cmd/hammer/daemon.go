package main

import (
	"net/http"
	"os"
	"strings"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/cmd/hammer/crowd"
	"github.com/classifyd/classifyd/cmd/internal/app"
	"github.com/classifyd/classifyd/jobs"
)

// daemonCommand, as the first argument, makes this program the daemon that
// check starts, so that it needs no other binary.
const daemonCommand = "classifyd"

// daemon is classifyd but for who its callers are: whoever shows the name of a
// tenant as a token is that tenant.
func daemon(args []string) int {
	return app.Main(args, func(o *app.Options) { o.Authenticate = trust })
}

func trust(r *http.Request) (api.Caller, error) {
	name, ok := strings.CutPrefix(r.Header.Get("Authorization"), "Bearer ")
	if t := jobs.Tenant(name); ok && t.Valid() {
		return api.Caller{Tenant: t}, nil
	}
	return api.Caller{}, api.ErrUnauthenticated
}

// tenants are those that the clients of our own daemons call as.
var tenants = []crowd.Tenant{{Name: "acme", Token: "acme"}, {Name: "umbra", Token: "umbra"}, {Name: "zeta", Token: "zeta"}}

// daemonArgs run this program as the daemon.
func daemonArgs() ([]string, error) {
	self, err := os.Executable()
	return []string{self, daemonCommand}, err
}
