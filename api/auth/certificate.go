package auth

import (
	"crypto/tls"
	"crypto/x509"
	"slices"
	"time"

	"github.com/classifyd/classifyd/jobs"
)

// A Certificate says for whom clients speak that have a certificate in a name:
// one of its DNS names, URIs or mail addresses or, if it has none of these, its
// common name.
type Certificate struct {
	Name   string
	Tenant jobs.Tenant
	Scopes []Scope
}

// byCertificate is the caller with the certificate that a client proved to
// have. Of several names the first in the table counts.
func byCertificate(table []Certificate, c *tls.ConnectionState) (Caller, error) {
	if len(table) == 0 || c == nil || len(c.VerifiedChains) == 0 {
		return Caller{}, ErrMissing
	}
	leaf := c.VerifiedChains[0][0]
	// It was good when the connection began, which can be long ago.
	if time.Now().After(leaf.NotAfter) {
		return Caller{}, invalid("the client's certificate has expired")
	}
	names := certificateNames(leaf)
	for _, t := range table {
		if slices.Contains(names, t.Name) {
			return Caller{Tenant: t.Tenant, By: "certificate " + t.Name, Scopes: t.Scopes}, nil
		}
	}
	return Caller{}, invalid("the client's certificate is of nobody known")
}

func certificateNames(c *x509.Certificate) []string {
	names := slices.Concat(c.DNSNames, c.EmailAddresses)
	for _, u := range c.URIs {
		names = append(names, u.String())
	}
	if len(names) == 0 && c.Subject.CommonName != "" {
		names = []string{c.Subject.CommonName}
	}
	return names
}
