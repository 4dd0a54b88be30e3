// Package client speaks to a classifyd service over HTTP.
//
// Whatever it sends can be sent twice, and is, when no answer comes, or one
// that asks for patience (429, 502, 503, 504): a submission carries its id or an
// idempotency key, so that it makes one job however often it arrives. A
// Retry-After is kept to, and a context ends everything at once.
//
// An answer that is not a success is an *Error.
package client

import (
	"cmp"
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
)

// Options say which service a Client speaks to. URL is required; the zero value
// of everything else works.
type Options struct {
	// URL is where dataClassification lies, with the version if any:
	// http://127.0.0.1:8080/beta.
	URL string

	// HTTP sends requests. None: http.DefaultClient. A Timeout in it must
	// leave time for Wait and Watch, which hold a request for half a minute
	// and longer; contexts do without one.
	HTTP *http.Client

	// Token returns what each request proves its sender with. None: nothing.
	Token func(context.Context) (string, error)

	// Attempts is how often a call is sent before its error counts, 5.
	Attempts int
}

const defaultAttempts = 5

// A Client speaks to one service. Any number of goroutines can use it.
type Client struct {
	base     string // without a slash at the end
	http     *http.Client
	token    func(context.Context) (string, error)
	attempts int
}

// New returns a client of the service at o.URL, without looking whether there
// is one.
func New(o Options) (*Client, error) {
	u, err := url.Parse(o.URL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("URL must be that of a service, for example http://127.0.0.1:8080/beta") // it may hold a password
	}
	return &Client{
		base:     strings.TrimRight(u.String(), "/") + "/dataClassification",
		http:     cmp.Or(o.HTTP, http.DefaultClient),
		token:    o.Token,
		attempts: max(cmp.Or(o.Attempts, defaultAttempts), 1),
	}, nil
}
