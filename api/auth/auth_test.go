package auth_test

import (
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"errors"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/api/auth"
	"github.com/classifyd/classifyd/api/daemontest"
)

// TestHostileRequests runs a module that has an OpenID Connect provider.
func TestHostileRequests(t *testing.T) { daemontest.Module(t, "hostile") }

func TestCertificateSpeaksForItsTenant(t *testing.T) {
	uri, err := url.Parse("spiffe://example.org/scanner")
	if err != nil {
		t.Fatal(err)
	}
	authenticate := auth.New(auth.Options{Certificates: []auth.Certificate{
		{Name: "scanner.example", Tenant: "acme", Scopes: []auth.Scope{auth.SubmitJobs}},
		{Name: uri.String(), Tenant: "duff", Scopes: []auth.Scope{auth.ReadJobs}},
	}})
	later := time.Now().Add(time.Hour)
	acme := auth.Caller{Tenant: "acme", By: "certificate scanner.example", Scopes: []auth.Scope{auth.SubmitJobs}}
	for _, tt := range []struct {
		name string
		leaf x509.Certificate
		want auth.Caller
	}{
		{"DNS name", x509.Certificate{DNSNames: []string{"a", "scanner.example"}, NotAfter: later}, acme},
		{"common name", x509.Certificate{Subject: pkix.Name{CommonName: "scanner.example"}, NotAfter: later}, acme},
		{"URI", x509.Certificate{URIs: []*url.URL{uri}, NotAfter: later}, auth.Caller{Tenant: "duff", By: "certificate " + uri.String(), Scopes: []auth.Scope{auth.ReadJobs}}},
		{"common name beside another DNS name", x509.Certificate{Subject: pkix.Name{CommonName: "scanner.example"}, DNSNames: []string{"a"}, NotAfter: later}, auth.Caller{}},
		{"name below", x509.Certificate{DNSNames: []string{"a.scanner.example"}, NotAfter: later}, auth.Caller{}},
		{"nobody known", x509.Certificate{DNSNames: []string{"a"}, NotAfter: later}, auth.Caller{}},
		{"no name", x509.Certificate{NotAfter: later}, auth.Caller{}},
		{"expired since the connection began", x509.Certificate{DNSNames: []string{"scanner.example"}, NotAfter: time.Now().Add(-time.Second)}, auth.Caller{}},
	} {
		r := httptest.NewRequest("GET", "https://classifyd.example/", nil)
		r.TLS = &tls.ConnectionState{VerifiedChains: [][]*x509.Certificate{{&tt.leaf}}}
		got, err := authenticate(r)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if _, refused := errors.AsType[*auth.InvalidError](err); refused != (tt.want.Tenant == "") {
			t.Errorf("%s: error %v", tt.name, err)
		}
		// One that TLS did not verify is none.
		r.TLS = &tls.ConnectionState{PeerCertificates: []*x509.Certificate{&tt.leaf}}
		if _, err := authenticate(r); !errors.Is(err, auth.ErrMissing) {
			t.Errorf("%s, not verified: %v", tt.name, err)
		}
	}
}

func TestIssuerTakesNoSymmetricAlgorithm(t *testing.T) {
	for _, alg := range []string{"HS256", "none", "", "rs256"} {
		if _, err := auth.NewIssuer(auth.IssuerOptions{URL: "https://issuer.example", Audience: "a", Algorithms: []string{alg}}); err == nil {
			t.Errorf("%q is taken", alg)
		}
	}
}
