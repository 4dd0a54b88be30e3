package app

import (
	"fmt"
	"net/url"

	"github.com/alecthomas/kong"
)

// checkCommandLine refuses a password on the command line, where everybody on
// the machine reads it for as long as the process runs.
func checkCommandLine(c *kong.Context, o *Options) error {
	for _, p := range c.Path {
		if p.Flag == nil {
			continue
		}
		for _, u := range o.urls(p.Flag.Name) {
			if u == nil {
				continue
			}
			if _, has := u.User.Password(); has {
				return fmt.Errorf("--%s: a password on the command line is read by everybody on this machine: set %s instead%s",
					p.Flag.Name, p.Flag.Envs[0], otherwise[p.Flag.Name])
			}
		}
	}
	return nil
}

// otherwise is where else the password of a flag can be.
var otherwise = map[string]string{"redis": ", or --redis-password-file"}

// urls are those that a flag has set and that may hold a password. A --blob
// that does is refused wherever it comes from.
func (o *Options) urls(flag string) []*url.URL {
	switch flag {
	case "redis":
		_, _, plain := readHosts(o.Redis)
		u, err := url.Parse(plain)
		if err != nil {
			return nil // Validate has refused it
		}
		return []*url.URL{u}
	case "handler":
		var all []*url.URL
		for _, r := range o.Handler {
			all = append(all, r.Endpoint)
		}
		return all
	case "ocr":
		return []*url.URL{o.OCR.URL}
	case "otlp-endpoint":
		return []*url.URL{o.OTLPEndpoint.URL}
	case "page-issuer":
		return []*url.URL{o.PageIssuer.URL}
	case "oidc-issuer":
		u, err := url.Parse(o.OIDCIssuer)
		if err != nil {
			return nil // opening it fails
		}
		return []*url.URL{u}
	}
	return nil
}
