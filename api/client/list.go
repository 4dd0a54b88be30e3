package client

import (
	"context"
	"iter"
	"net/http"
	"net/url"
	"strconv"

	"github.com/classifyd/classifyd/api/wire"
)

// A Query says which jobs to list. The zero value lists all, newest first.
type Query struct {
	Filter   string // in OData: status eq 'failed'
	OrderBy  string // in OData: creationDateTime asc
	PageSize int    // jobs per request; 0 leaves it to the service
}

// Jobs lists jobs, without their results, page by page as the loop goes on. An
// error ends the listing. A job that is there all the while comes exactly once.
func (c *Client) Jobs(ctx context.Context, q Query) iter.Seq2[*wire.Job, error] {
	return func(yield func(*wire.Job, error) bool) {
		query := q.values().Encode()
		for {
			var page wire.Collection[*wire.Job]
			if _, err := c.do(ctx, call{method: http.MethodGet, path: "/jobs?" + query}, &page); err != nil {
				yield(nil, err)
				return
			}
			for _, j := range page.Value {
				if !yield(j, nil) {
					return
				}
			}
			if page.NextLink == "" {
				return
			}
			// Only its query: the rest is this service under a name that may not
			// reach it from here, and a token must go nowhere else.
			next, err := url.Parse(page.NextLink)
			if err != nil {
				yield(nil, errNotJSON)
				return
			}
			query = next.RawQuery
		}
	}
}

func (q Query) values() url.Values {
	v := url.Values{}
	if q.Filter != "" {
		v.Set("$filter", q.Filter)
	}
	if q.OrderBy != "" {
		v.Set("$orderby", q.OrderBy)
	}
	if q.PageSize > 0 {
		v.Set("$top", strconv.Itoa(q.PageSize))
	}
	return v
}
