package api_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/dashboard"
)

// asset finds the parts that a page asks for.
var asset = regexp.MustCompile(`(?:src|href)="\.(/assets/[^"]+)"`)

func TestPageIsServedWithAllItsParts(t *testing.T) {
	s := start(t, withTenants) // and to all: it holds nothing
	page := s.want(200, "GET", "/", "", "Accept: text/html,application/xhtml+xml,*/*;q=0.8")
	if got := page.Header.Get("Cache-Control"); got != "no-cache" {
		t.Errorf("Cache-Control of the page is %q", got)
	}
	policy := page.Header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self';", "style-src 'self';", "connect-src 'self';", "frame-ancestors 'none'"} {
		if !strings.Contains(policy, want) {
			t.Errorf("the policy %q lacks %s", policy, want)
		}
	}
	media := map[string]string{"js": "text/javascript; charset=utf-8", "css": "text/css; charset=utf-8", "svg": "image/svg+xml"}
	for _, m := range asset.FindAllStringSubmatch(page.body, -1) {
		part := s.want(200, "GET", m[1], "", "Accept: text/css,*/*;q=0.1", "Accept-Encoding: gzip")
		kind := m[1][strings.LastIndex(m[1], ".")+1:]
		if got := part.Header.Get("Content-Type"); got != media[kind] {
			t.Errorf("%s is %s", m[1], got)
		}
		if got := part.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
			t.Errorf("Cache-Control of %s is %q", m[1], got)
		}
		delete(media, kind)
		again := s.want(304, "GET", m[1], "", "If-None-Match: "+part.Header.Get("ETag"))
		if again.body != "" || again.Header.Get("ETag") != part.Header.Get("ETag") {
			t.Errorf("%s again: %q with ETag %s", m[1], again.body, again.Header.Get("ETag"))
		}
	}
	if len(media) > 0 {
		t.Errorf("the page asks for none of %v", media)
	}
	s.want(304, "GET", "/", "", "If-None-Match: "+page.Header.Get("ETag"))
	s.want(200, "HEAD", "/", "")
	s.want(406, "GET", "/", "", "Accept: text/plain")
	s.want(405, "POST", "/", "{}")
	for _, path := range []string{"/assets/none.js", "/assets/", "/assets/..%2Findex.html", "/index.html"} {
		s.want(404, "GET", path, "", "Authorization: acme")
	}
}

func TestPageMayCallItsIssuer(t *testing.T) {
	s := start(t, func(o *api.Options) { o.SignIn = dashboard.SignIn{Issuer: "https://login.example", ClientID: "page"} })
	page := s.want(200, "GET", "/", "")
	if got := page.Header.Get("Content-Security-Policy"); !strings.Contains(got, "connect-src 'self' https://login.example;") {
		t.Errorf("the policy is %q", got)
	}
	if !strings.Contains(page.body, "https://login.example") {
		t.Errorf("the page does not know its issuer:\n%s", page.body)
	}
}

func TestPageCanBeLeftOut(t *testing.T) {
	s := start(t, func(o *api.Options) { o.NoPage = true })
	s.want(404, "GET", "/", "")
	s.want(200, "GET", "/livez", "")
}
