package auth

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"

	"github.com/classifyd/classifyd/jobs"
)

// Algorithms are those that a token may be signed with: the asymmetric ones of
// RFC 7518 and RFC 8037. A service that verifies must not be able to sign, so
// HMAC is none of them, and "none" is nothing.
var Algorithms = []jose.SignatureAlgorithm{
	jose.RS256, jose.RS384, jose.RS512, jose.PS256, jose.PS384, jose.PS512,
	jose.ES256, jose.ES384, jose.ES512, jose.EdDSA,
}

// IssuerOptions say whose tokens count and for whom. URL and Audience are
// required.
type IssuerOptions struct {
	URL         string        // of the issuer, exactly as its tokens have it in iss
	Audience    string        // what tokens must have in aud
	Algorithms  []string      // of Algorithms; default RS256
	Leeway      time.Duration // by which clocks may differ; none by default
	TenantClaim string        // that names the tenant, default "tid"

	// Refresh is the age at which the issuer's keys are read again, default
	// 15 min. Retry is the least time between two tries, default 10 s: so often,
	// and no oftener, can a token with an unknown key cause one.
	Refresh, Retry time.Duration

	Client *http.Client // to reach the issuer, default one with 5 s for an answer
	Log    *slog.Logger // none: silent
}

// An Issuer takes the access tokens of an OpenID Connect provider, which are
// JWTs as of RFC 9068 or like Entra's.
type Issuer struct {
	opt  IssuerOptions
	algs []jose.SignatureAlgorithm
	keys *keySet
}

// NewIssuer checks o. It does not yet ask the issuer, who may be away.
func NewIssuer(o IssuerOptions) (*Issuer, error) {
	if o.URL == "" || o.Audience == "" {
		return nil, errors.New("auth: IssuerOptions.URL and Audience are required")
	}
	if o.Leeway < 0 || o.Refresh < 0 || o.Retry < 0 {
		return nil, errors.New("auth: IssuerOptions.Leeway, Refresh and Retry must not be negative")
	}
	if len(o.Algorithms) == 0 {
		o.Algorithms = []string{string(jose.RS256)}
	}
	i := &Issuer{opt: o}
	for _, name := range o.Algorithms {
		alg := jose.SignatureAlgorithm(name)
		if !slices.Contains(Algorithms, alg) {
			return nil, fmt.Errorf("auth: algorithm %s is not one of %v", name, Algorithms)
		}
		i.algs = append(i.algs, alg)
	}
	i.opt.TenantClaim = cmp.Or(o.TenantClaim, "tid")
	i.keys = &keySet{
		issuer:  o.URL,
		client:  cmp.Or(o.Client, &http.Client{Timeout: 5 * time.Second, CheckRedirect: stay}),
		log:     cmp.Or(o.Log, slog.New(slog.DiscardHandler)),
		refresh: cmp.Or(o.Refresh, 15*time.Minute),
		retry:   cmp.Or(o.Retry, 10*time.Second),
	}
	return i, nil
}

// stay follows no redirect, which could lead away from https.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// caller is whom a token speaks for.
func (i *Issuer) caller(ctx context.Context, raw string) (Caller, error) {
	token, err := jwt.ParseSigned(raw, i.algs)
	if err != nil || len(token.Headers) != 1 {
		return Caller{}, invalid("the token is not a JWT that is signed as it must be")
	}
	key, err := i.keys.find(ctx, token.Headers[0].KeyID, token.Headers[0].Algorithm)
	if err != nil {
		return Caller{}, err
	}
	var claims jwt.Claims
	var rest map[string]json.RawMessage
	if err := token.Claims(key.Key, &claims, &rest); err != nil {
		return Caller{}, invalid("the token's signature is wrong")
	}
	if err := i.check(&claims); err != nil {
		return Caller{}, err
	}
	return i.read(&claims, rest)
}

// check says what of a token that the issuer did sign does not stand.
func (i *Issuer) check(c *jwt.Claims) error {
	err := c.ValidateWithLeeway(jwt.Expected{Issuer: i.opt.URL, AnyAudience: jwt.Audience{i.opt.Audience}, Time: time.Now()}, i.opt.Leeway)
	switch {
	case c.Expiry == nil:
		return invalid("the token has no expiry")
	case errors.Is(err, jwt.ErrInvalidIssuer):
		return invalid("the token is of another issuer")
	case errors.Is(err, jwt.ErrInvalidAudience):
		return invalid("the token is meant for another audience")
	case errors.Is(err, jwt.ErrExpired):
		return invalid("the token has expired")
	case errors.Is(err, jwt.ErrNotValidYet), errors.Is(err, jwt.ErrIssuedInTheFuture):
		return invalid("the token is not valid yet")
	case err != nil:
		return invalid("the token is not valid")
	}
	return nil
}

// maxUser is how long the id of a user may be: OpenID Connect Core, section 2,
// has 255 characters for sub.
const maxUser = 255

// read takes the caller from a token's claims.
func (i *Issuer) read(c *jwt.Claims, rest map[string]json.RawMessage) (Caller, error) {
	tenant := jobs.Tenant(text(rest[i.opt.TenantClaim]))
	user := cmp.Or(text(rest["oid"]), c.Subject)
	switch {
	case !tenant.Valid():
		return Caller{}, invalid("the token does not name a tenant in the claim " + i.opt.TenantClaim)
	case user == "" || len(user) > maxUser:
		return Caller{}, invalid("the token does not name a user in oid or sub")
	}
	return Caller{Tenant: tenant, User: user, Scopes: known(slices.Concat(words(rest["scp"]), words(rest["roles"])))}, nil
}

// text is a claim that is a string, "" for any other.
func text(claim json.RawMessage) string {
	var s string
	if json.Unmarshal(claim, &s) != nil {
		return ""
	}
	return s
}

// words are a claim that is a list of strings, or one string of them.
func words(claim json.RawMessage) []string {
	var list []string
	if json.Unmarshal(claim, &list) == nil {
		return list
	}
	return strings.Fields(text(claim))
}
