package app

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/go-jose/go-jose/v4"

	"github.com/classifyd/classifyd/api/auth"
	"github.com/classifyd/classifyd/jobs"
)

// ClientCert says for whom clients with a certificate in a name speak.
type ClientCert struct{ auth.Certificate }

// UnmarshalText reads NAME=TENANT:SCOPE,SCOPE. A URI among the names may have
// an = itself.
func (c *ClientCert) UnmarshalText(b []byte) error {
	i := strings.LastIndexByte(string(b), '=')
	name, rest := "", ""
	if i > 0 {
		name, rest = string(b[:i]), string(b[i+1:])
	}
	tenant, list, _ := strings.Cut(rest, ":")
	scopes, err := parseScopes(strings.Split(list, ","))
	switch {
	case name == "" || !jobs.Tenant(tenant).Valid():
		return errors.New("must be NAME=TENANT:SCOPE,... with a tenant of at most 64 letters, digits, dots, dashes and underscores")
	case err != nil:
		return err
	}
	c.Certificate = auth.Certificate{Name: name, Tenant: jobs.Tenant(tenant), Scopes: scopes}
	return nil
}

// parseScopes reads the names of scopes, of which there must be one.
func parseScopes(names []string) ([]auth.Scope, error) {
	scopes := make([]auth.Scope, len(names))
	for i, n := range names {
		var ok bool
		if scopes[i], ok = auth.ParseScope(n); !ok {
			return nil, fmt.Errorf("%q is no scope: there are %v", n, auth.Scopes)
		}
	}
	if len(scopes) == 0 {
		return nil, fmt.Errorf("one of the scopes is needed: there are %v", auth.Scopes)
	}
	return scopes, nil
}

// authenticates reports whether callers have to say who they are.
func (o *Options) authenticates() bool {
	return o.Authenticate != nil || o.OIDCIssuer != "" || o.APIKeys || len(o.ClientCert) > 0
}

func (o *Options) validateCallers() error {
	if (o.OIDCIssuer == "") != (o.OIDCAudience == "") {
		return errors.New("--oidc-issuer and --oidc-audience: need each other")
	}
	if o.OIDCIssuer != "" && !strings.HasPrefix(o.OIDCIssuer, "https://") && !o.Insecure && !loopbackURL(o.OIDCIssuer) {
		return errors.New("--oidc-issuer: must be an https URL, since whoever can change the issuer's keys can be anyone")
	}
	for _, alg := range o.OIDCAlgorithm {
		if !slices.Contains(auth.Algorithms, jose.SignatureAlgorithm(alg)) {
			return fmt.Errorf("--oidc-algorithm %s: must be one of %v", alg, auth.Algorithms)
		}
	}
	switch {
	case o.OIDCLeeway < 0:
		return errors.New("--oidc-leeway: must not be negative")
	case o.TenantRate < 0:
		return errors.New("--tenant-rate: must not be negative")
	case o.CallerRate < 0:
		return errors.New("--caller-rate: must not be negative")
	}
	if path, ok := strings.CutPrefix(o.Audit, "file:"); (!ok || path == "") && o.Audit != "" && o.Audit != "stdout" && o.Audit != "redis" {
		return errors.New("--audit: must be file:PATH, stdout or redis")
	}
	if (o.ClientCA == "") != (len(o.ClientCert) == 0) {
		return errors.New("--client-ca and --client-cert: need each other")
	}
	if o.ClientCA != "" && o.TLSCert == "" {
		return errors.New("--client-ca: needs --tls-cert")
	}
	return nil
}

// loopbackURL reports whether a URL is of this machine.
func loopbackURL(address string) bool {
	u, err := url.Parse(address)
	return err == nil && (u.Hostname() == "localhost" || net.ParseIP(u.Hostname()).IsLoopback())
}

// mayListen refuses an address that others can reach who would not have to say
// who they are.
func (o *Options) mayListen(addr *net.TCPAddr) error {
	if o.authenticates() || o.Insecure || addr.IP.IsLoopback() {
		return nil
	}
	return fmt.Errorf("--listen %s: others than this machine can reach it, so that it needs --oidc-issuer, --api-keys or --client-cert, or --insecure to let everyone in", o.Listen)
}

// authenticator is what o asks for, nil for none.
func (a *App) authenticator() (auth.Authenticator, error) {
	o := &a.opts
	if o.Authenticate != nil || !o.authenticates() {
		return o.Authenticate, nil
	}
	var known auth.Options
	if o.OIDCIssuer != "" {
		var err error
		known.Tokens, err = auth.NewIssuer(auth.IssuerOptions{
			URL:         o.OIDCIssuer,
			Audience:    o.OIDCAudience,
			Algorithms:  o.OIDCAlgorithm,
			Leeway:      o.OIDCLeeway,
			TenantClaim: o.OIDCTenantClaim,
			Refresh:     o.OIDCRefresh,
			Log:         a.log,
		})
		if err != nil {
			return nil, err
		}
	}
	if o.APIKeys {
		known.Keys = a.tenants
	}
	for _, c := range o.ClientCert {
		known.Certificates = append(known.Certificates, c.Certificate)
	}
	return auth.New(known), nil
}

// clientCAs are those who vouch for clients.
func clientCAs(file string) (*x509.CertPool, error) {
	pem, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("--client-ca: %w", err)
	}
	pool := x509.NewCertPool()
	if !pool.AppendCertsFromPEM(pem) {
		return nil, errors.New("--client-ca: there is no certificate in the file")
	}
	return pool, nil
}

// withClients has TLS ask clients for a certificate, which they need not have:
// they may have a token instead.
func (o *Options) withClients(c *tls.Config) (err error) {
	if o.ClientCA == "" {
		return nil
	}
	c.ClientAuth = tls.VerifyClientCertIfGiven
	c.ClientCAs, err = clientCAs(o.ClientCA)
	return err
}
