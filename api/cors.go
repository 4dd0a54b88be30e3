package api

import (
	"net/http"
	"slices"
)

// exposed are the answer's headers that a page may read besides those that
// every page may (Fetch, "CORS-safelisted response-header name").
const exposed = "Allow, Content-Encoding, ETag, Location, OData-EntityId, OData-Version, Preference-Applied, " +
	"RateLimit, RateLimit-Policy, Repeatability-Result, Retry-After, WWW-Authenticate, client-request-id, request-id"

// share lets the pages of the origins in Options call the API. They prove who
// they are by a header, not by a cookie, so no credentials are let in.
//
// A browser asks first whether it may, without proof of who asks; so that is
// answered before authentication, and the same for every path.
func (a *api) share(next http.Handler) http.Handler {
	if len(a.origins) == 0 {
		return next
	}
	anyone := slices.Contains(a.origins, "*")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		origin := r.Header.Get("Origin")
		if anyone {
			origin = "*"
		} else {
			h.Add("Vary", "Origin")
			if !slices.Contains(a.origins, origin) {
				next.ServeHTTP(w, r)
				return
			}
		}
		h.Set("Access-Control-Allow-Origin", origin)
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			h.Set("Access-Control-Expose-Headers", exposed)
			next.ServeHTTP(w, r)
			return
		}
		callOf(r).route = "preflight"
		h.Set("Access-Control-Allow-Methods", "DELETE, GET, HEAD, PATCH, POST, PUT")
		// A * would leave out Authorization.
		if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
			h.Set("Access-Control-Allow-Headers", asked)
		}
		h.Set("Access-Control-Max-Age", "7200")
		h.Add("Vary", "Access-Control-Request-Headers")
		w.WriteHeader(http.StatusNoContent)
	})
}
