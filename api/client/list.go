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
	return pages[*wire.Job](ctx, c, "/jobs", q.values())
}

// pages lists a collection page by page as the loop goes on.
func pages[T any](ctx context.Context, c *Client, path string, q url.Values) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		var none T
		query := q.Encode()
		for {
			var page wire.Collection[T]
			if _, err := c.do(ctx, call{method: http.MethodGet, path: path + "?" + query}, &page); err != nil {
				yield(none, err)
				return
			}
			for _, v := range page.Value {
				if !yield(v, nil) {
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
				yield(none, errNotJSON)
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
