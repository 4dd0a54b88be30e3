package api

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/classifyd/classifyd/api/odata"
)

const (
	defaultTop = 50
	maxTop     = 1000
	maxSkip    = 10_000
)

// readOptions reads those query options that a path takes.
func readOptions(r *http.Request, schema odata.Schema, known ...odata.Option) (*odata.Query, error) {
	o, err := odata.Parse(r.URL.RawQuery, schema, known...)
	if e, ok := errors.AsType[*odata.Error](err); ok {
		code := "invalidOption"
		switch {
		case !slices.Contains(known, odata.Option(e.Option)):
			code = "unknownOption"
		case e.Option == string(odata.Filter):
			code = "invalidFilter"
		}
		return nil, badRequest(code, e.Option, e.Error())
	}
	if err != nil {
		return nil, err
	}
	if o.Top == nil {
		o.Top = new(defaultTop)
	}
	for _, n := range []struct {
		option      odata.Option
		value, most int
	}{{odata.Top, *o.Top, maxTop}, {odata.Skip, o.Skip, maxSkip}} {
		if n.value > n.most {
			return nil, badRequest("invalidOption", string(n.option), fmt.Sprintf("%s: the value must be at most %d", n.option, n.most))
		}
	}
	return o, nil
}

// pageSize is $top, or less if the client prefers smaller pages.
func pageSize(w http.ResponseWriter, r *http.Request, o *odata.Query) int {
	if n := callOf(r).prefer.pageSize; n > 0 && n < *o.Top {
		applied(w, "odata.maxpagesize="+strconv.Itoa(n))
		return n
	}
	return *o.Top
}

// nextLink is the request's own address with another place to go on from:
// behind token, if there is one, and then skip further.
func (a *api) nextLink(r *http.Request, token string, skip int) string {
	q := r.URL.Query()
	for name := range q {
		switch strings.ToLower(strings.TrimPrefix(name, "$")) {
		case "skip", "skiptoken":
			delete(q, name)
		}
	}
	if token != "" {
		q.Set("$skiptoken", token)
	}
	if skip > 0 {
		q.Set("$skip", strconv.Itoa(skip))
	}
	// A $ need not be escaped, and Graph does not.
	return a.origin(r) + r.URL.EscapedPath() + "?" + strings.ReplaceAll(q.Encode(), "%24", "$")
}
