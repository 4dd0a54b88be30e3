// Package auth finds out who sent a request: from an OpenID Connect access
// token, an API key, or a TLS client certificate. What is none of these, or a
// damaged, expired or foreign one, is nobody.
//
// It trusts nothing in a request that is not proved: algorithms, issuer and
// audience are its own to say, a token's key is looked up by its id among those
// that the issuer publishes and nowhere else, and no header but Authorization
// is read. What it says of a refusal quotes nothing of what was presented.
package auth

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/tenants"
)

// A Caller is who sent a request.
type Caller struct {
	Tenant jobs.Tenant
	User   string // "" when only the tenant is known
	By     string // what it proved itself with, "" for a token: "key ID" or "certificate NAME"
	Scopes []Scope
}

// May reports whether the caller has one of the scopes.
func (c *Caller) May(scopes ...Scope) bool {
	return slices.ContainsFunc(c.Scopes, func(has Scope) bool { return slices.Contains(scopes, has) })
}

// ErrMissing: the request does not say who sends it.
var ErrMissing = errors.New("caller does not say who it is")

// ErrUnavailable: nobody can be told from anybody now, since the issuer's keys
// cannot be had.
var ErrUnavailable = errors.New("the issuer's keys are out of reach")

// An InvalidError says why what was presented proves nothing.
type InvalidError struct {
	Message string // a full thought in the caller's terms, without a quotation
}

func (e *InvalidError) Error() string { return e.Message }

func invalid(message string) error { return &InvalidError{message} }

// An Authenticator says who sent a request, or why that cannot be said:
// ErrMissing, ErrUnavailable, an *InvalidError, or an error of the key store.
type Authenticator func(*http.Request) (Caller, error)

// Options say what counts as proof. What is nil or empty counts not.
type Options struct {
	Tokens       *Issuer
	Keys         *tenants.Store
	Certificates []Certificate // of clients, which TLS has verified
}

// maxCredentials is how long a token or key may be. Entra's with 200 groups
// have 7 KB.
const maxCredentials = 16 << 10

// New returns an Authenticator. With an Authorization header that alone counts;
// without one, the client's certificate.
func New(o Options) Authenticator {
	return func(r *http.Request) (Caller, error) {
		lines := r.Header.Values("Authorization")
		switch {
		case len(lines) == 0:
			return byCertificate(o.Certificates, r.TLS)
		case len(lines) > 1:
			// Two readers could take two of them for the one that counts.
			return Caller{}, invalid("there must be one Authorization header")
		}
		scheme, credentials, _ := strings.Cut(lines[0], " ")
		switch {
		case !strings.EqualFold(scheme, "Bearer"):
			return Caller{}, invalid("Authorization must be of the scheme Bearer")
		case len(credentials) > maxCredentials:
			return Caller{}, invalid("the token is too long")
		case o.Keys != nil && strings.HasPrefix(credentials, tenants.KeyPrefix):
			return byKey(r.Context(), o.Keys, credentials)
		case o.Tokens != nil:
			return o.Tokens.caller(r.Context(), credentials)
		}
		return Caller{}, invalid("this service does not take such a token")
	}
}
