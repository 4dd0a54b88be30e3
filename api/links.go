package api

import (
	"net/http"
	"regexp"
	"strings"
)

// host is what X-Forwarded-Host may say: a name or an address, and a port.
var host = regexp.MustCompile(`^[A-Za-z0-9._~:\[\]-]+$`)

// origin is the address that the client used, as far as it can be known.
func (a *api) origin(r *http.Request) string {
	scheme, name := "http", r.Host
	if a.secure(r) {
		scheme = "https"
	}
	if a.trustForwarded {
		if n := first(r.Header.Get("X-Forwarded-Host")); host.MatchString(n) {
			name = n
		}
	}
	return scheme + "://" + name
}

// secure reports whether the client used TLS, as far as it can be known.
func (a *api) secure(r *http.Request) bool {
	if a.trustForwarded {
		// Of several proxies the first one saw the client.
		switch p := first(r.Header.Get("X-Forwarded-Proto")); {
		case strings.EqualFold(p, "https"):
			return true
		case strings.EqualFold(p, "http"):
			return false
		}
	}
	return r.TLS != nil
}

func first(list string) string {
	item, _, _ := strings.Cut(list, ",")
	return strings.TrimSpace(item)
}

// link is the absolute address of a resource, under the version that the
// client speaks.
func (a *api) link(r *http.Request, path ...string) string {
	return a.origin(r) + callOf(r).version + service + "/" + strings.Join(path, "/")
}

// context is the @odata.context of a collection, of which some properties or
// all are told.
func (a *api) context(r *http.Request, name string, selected ...string) string {
	if len(selected) > 0 {
		name += "(" + strings.Join(selected, ",") + ")"
	}
	return a.origin(r) + callOf(r).version + "/$metadata#dataClassification/" + name
}
