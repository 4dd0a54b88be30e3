package api

import (
	"net/http"
	"strconv"

	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
)

func (c collection) list(w http.ResponseWriter, r *http.Request) error {
	o, err := readOptions(r, "$top", "$skip", "$skiptoken", "$count", "$filter", "$orderby")
	if err != nil {
		return err
	}
	query, none, err := c.query(r, o)
	if err != nil {
		return err
	}
	ctx, cancel := c.within(r)
	defer cancel()
	page := wire.Collection[wire.Job]{Context: c.context(r, c.name), Value: []wire.Job{}}
	if o.count {
		var n int64
		if !none {
			if n, err = c.queue.Count(ctx, callOf(r).Tenant, query); err != nil {
				return err
			}
		}
		page.Count = &n
	}
	if size := o.pageSize(w, r); size > 0 && !none {
		// One more than the page shows whether there is another.
		query.Page = min(o.skip+size+1, maxTop+1)
		var last *jobs.Job
		seen := 0
		for j, err := range c.queue.List(ctx, callOf(r).Tenant, query) {
			if err != nil {
				return err
			}
			if seen++; seen <= o.skip {
				continue
			}
			if len(page.Value) == size {
				page.NextLink = c.nextLink(r, "$skiptoken", c.token(r, o, last.Cursor()))
				break
			}
			page.Value = append(page.Value, wireJob(j))
			last = j
		}
	}
	c.write(w, r, http.StatusOK, odata, page)
	return nil
}

func (c collection) count(w http.ResponseWriter, r *http.Request) error {
	o, err := readOptions(r, "$filter")
	if err != nil {
		return err
	}
	query, none, err := c.query(r, o)
	if err != nil {
		return err
	}
	ctx, cancel := c.within(r)
	defer cancel()
	var n int64
	if !none {
		if n, err = c.queue.Count(ctx, callOf(r).Tenant, query); err != nil {
			return err
		}
	}
	c.send(w, r, http.StatusOK, plain, strconv.AppendInt(nil, n, 10))
	return nil
}

// query is what the options ask the queue for; none says that no job can match.
func (c collection) query(r *http.Request, o options) (query jobs.Query, none bool, err error) {
	s, err := parseFilter(o.filter)
	if err != nil {
		return query, false, err
	}
	if c.jobType != "" {
		s = s.and(withTypes([]string{c.jobType}))
	}
	if s.empty() {
		none = true
	} else if err := s.apply(&query); err != nil {
		return query, false, err
	}
	query.Oldest = o.oldest
	if o.token != "" {
		if query.After, err = c.cursor(r, o); err != nil {
			return query, false, err
		}
	}
	return query, none, nil
}
