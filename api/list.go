package api

import (
	"context"
	"net/http"
	"strconv"
	"time"

	"github.com/classifyd/classifyd/api/odata"
	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
)

func (c collection) list(w http.ResponseWriter, r *http.Request) error {
	o, err := readOptions(r, jobSchema, odata.Top, odata.Skip, odata.SkipToken, odata.Count, odata.Filter, odata.OrderBy, odata.Select)
	if err != nil {
		return err
	}
	s, err := c.search(r, o)
	if err != nil {
		return err
	}
	ctx, cancel := c.within(r)
	defer cancel()
	page := wire.Collection[any]{Context: c.context(r, c.name, o.Select...), Value: []any{}}
	if o.Count {
		n, err := c.total(ctx, r, s)
		if err != nil {
			return err
		}
		page.Count = &n
	}
	found, next, err := c.page(ctx, r, s, o.Skip, pageSize(w, r, o))
	if err != nil {
		return err
	}
	for _, j := range found {
		page.Value = append(page.Value, view(r, wireJob(j), c.link(r, "jobs", string(j.ID)), o.Select))
	}
	if next != nil {
		page.NextLink = c.nextLink(r, c.token(r, o, next.at), next.skip)
	}
	c.writePage(w, r, page)
	return nil
}

// A place is where a listing goes on: behind a job, and then skip further.
type place struct {
	at   jobs.Cursor
	skip int
}

// page reads up to size of the jobs that s asks for, and says where to go on if
// there may be more. Of jobs that must be asked one by one it looks at no more
// than maxLooks, and for no longer than half the time that the queue has, so
// that such a page can be short.
func (c collection) page(ctx context.Context, r *http.Request, s search, skip, size int) (found []*jobs.Job, next *place, err error) {
	if s.none || size == 0 {
		return nil, nil, nil
	}
	// One more than the page shows whether there is another.
	s.Page = min(skip+size+1, maxTop+1)
	if s.match != nil {
		s.Page = 200
	}
	looks, enough := 0, time.Now().Add(c.deadline/2)
	var last *jobs.Job // that was looked at and told or passed over
	for j, err := range c.jobs(ctx, callOf(r).Tenant, s) {
		if err != nil {
			return nil, nil, err
		}
		if s.match != nil {
			if looks++; looks > c.maxLooks || looks > 1 && time.Now().After(enough) {
				return found, &place{last.Cursor(), skip}, nil
			}
		}
		switch {
		case s.match != nil && !odata.Match(s.match, value(j)):
		case skip > 0:
			skip--
		case len(found) == size:
			return found, &place{last.Cursor(), 0}, nil
		default:
			found = append(found, j)
		}
		last = j
	}
	return found, nil, nil
}

func (c collection) count(w http.ResponseWriter, r *http.Request) error {
	o, err := readOptions(r, jobSchema, odata.Filter)
	if err != nil {
		return err
	}
	s, err := c.search(r, o)
	if err != nil {
		return err
	}
	ctx, cancel := c.within(r)
	defer cancel()
	n, err := c.total(ctx, r, s)
	if err != nil {
		return err
	}
	c.send(w, r, http.StatusOK, plain, strconv.AppendInt(nil, n, 10))
	return nil
}

// total is how many jobs there are of those that s asks for.
func (c collection) total(ctx context.Context, r *http.Request, s search) (int64, error) {
	switch {
	case s.none:
		return 0, nil
	case s.match != nil:
		return 0, badRequest("uncountable", string(odata.Count), "$count goes only with a $filter that an index serves: on status, type and creationDateTime, compared in few ranges")
	}
	return c.queue.Count(ctx, callOf(r).Tenant, s.Query)
}
