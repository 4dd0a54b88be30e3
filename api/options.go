package api

import (
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

const (
	defaultTop = 50
	maxTop     = 1000
	maxSkip    = 10_000
)

// options are a listing's query options.
type options struct {
	top    int
	skip   int
	count  bool
	filter string
	oldest bool
	token  string // $skiptoken
}

// readOptions reads those query options that a path takes. Names compare in
// any case and the $ can be left out, as on Graph's beta.
func readOptions(r *http.Request, known ...string) (options, error) {
	o := options{top: defaultTop}
	values, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil {
		return o, badRequest("invalidOption", "query", "the query is not well-formed")
	}
	seen := map[string]bool{}
	for _, given := range slices.Sorted(maps.Keys(values)) {
		name := "$" + strings.ToLower(strings.TrimPrefix(given, "$"))
		value := values[given][0]
		switch {
		case !slices.Contains(known, name):
			return o, badRequest("unknownOption", clip(given), fmt.Sprintf("query option %q is not known here, only %s", clip(given), strings.Join(known, ", ")))
		case seen[name] || len(values[given]) > 1:
			return o, badRequest("invalidOption", name, name+" must be given once")
		}
		seen[name] = true
		switch name {
		case "$top":
			o.top, err = number(name, value, maxTop)
		case "$skip":
			o.skip, err = number(name, value, maxSkip)
		case "$count":
			if o.count = strings.EqualFold(value, "true"); !o.count && !strings.EqualFold(value, "false") {
				err = badRequest("invalidOption", name, "$count must be true or false")
			}
		case "$filter":
			o.filter = value
		case "$orderby":
			o.oldest, err = order(value)
		case "$skiptoken":
			if o.token = value; value == "" {
				err = errToken
			}
		}
		if err != nil {
			return o, err
		}
	}
	return o, nil
}

func clip(s string) string {
	if len(s) > 64 {
		return strings.ToValidUTF8(s[:64], "") + "..."
	}
	return strings.ToValidUTF8(s, "?")
}

func number(name, value string, most int) (int, error) {
	n, err := strconv.ParseUint(value, 10, 31)
	if err != nil || int(n) > most {
		return 0, badRequest("invalidOption", name, fmt.Sprintf("%s must be a whole number from 0 to %d", name, most))
	}
	return int(n), nil
}

// order reads the one order that the indexes have, either way round.
func order(value string) (oldest bool, err error) {
	words := strings.Fields(strings.ToLower(value))
	switch {
	case len(words) == 0 || words[0] != "creationdatetime" || len(words) > 2:
	case len(words) == 1 || words[1] == "asc":
		return true, nil
	case words[1] == "desc":
		return false, nil
	}
	return false, badRequest("invalidOption", "$orderby", "$orderby must be creationDateTime, asc or desc: no other order has an index")
}

// pageSize is $top, or less if the client prefers smaller pages.
func (o options) pageSize(w http.ResponseWriter, r *http.Request) int {
	if n := callOf(r).prefer.pageSize; n > 0 && n < o.top {
		applied(w, "odata.maxpagesize="+strconv.Itoa(n))
		return n
	}
	return o.top
}

// nextLink is the request's own address with another place to go on from.
func (c *api) nextLink(r *http.Request, option, value string) string {
	q := r.URL.Query()
	for name := range q {
		switch strings.ToLower(strings.TrimPrefix(name, "$")) {
		case "skip", "skiptoken":
			delete(q, name)
		}
	}
	q.Set(option, value)
	// A $ need not be escaped, and Graph does not.
	return c.origin(r) + r.URL.EscapedPath() + "?" + strings.ReplaceAll(q.Encode(), "%24", "$")
}
