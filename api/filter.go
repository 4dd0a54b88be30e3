package api

import (
	"cmp"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"hash"
	"iter"
	"net/http"
	"slices"

	"github.com/classifyd/classifyd/api/odata"
	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
)

// jobSchema is what a query can say about jobs.
var jobSchema = odata.Schema{
	{Name: "id", Kind: odata.String, Fold: true},
	{Name: "type", Kind: odata.String, Values: []string{wire.ClassifyText, wire.ClassifyFile}, Open: true},
	{Name: "status", Kind: odata.String, Values: words(jobs.States...)},
	{Name: "priority", Kind: odata.String, Values: words(jobs.Low, jobs.Normal, jobs.High)},
	{Name: "creationDateTime", Kind: odata.Time, Sortable: true},
	{Name: "startDateTime", Kind: odata.Time, Nullable: true},
	{Name: "endDateTime", Kind: odata.Time, Nullable: true},
	{Name: "tenantId"},
	{Name: "userId"},
	{Name: "error"},
	{Name: "result"},
	{Name: "progress"},
	{Name: "attempts"},
}

func words[S ~string](values ...S) []string {
	out := make([]string, len(values))
	for i, v := range values {
		out[i] = string(v)
	}
	return out
}

// value is what j has for a property that a filter can name.
func value(j *jobs.Job) func(property string) odata.Value {
	return func(property string) odata.Value {
		switch property {
		case "id":
			return odata.OfString(string(j.ID))
		case "type":
			return odata.OfString(j.Type)
		case "status":
			return odata.OfString(string(j.State))
		case "priority":
			return odata.OfString(string(j.Priority))
		case "creationDateTime":
			return odata.OfTime(j.Created)
		case "startDateTime":
			return odata.OfTime(j.Started)
		case "endDateTime":
			return odata.OfTime(j.Ended)
		}
		return odata.Value{}
	}
}

// A search is what a listing asks the queue for.
type search struct {
	jobs.Query
	match odata.Expr // what the index cannot tell and each job must be asked; nil: nothing
	none  bool       // no job can match
	ids   []string   // the only jobs that can match, if that is known
}

// search turns the options into what the queue's index can do, and what is
// left to do.
func (c collection) search(r *http.Request, o *odata.Query) (s search, err error) {
	region := odata.Cover(o.Filter, "status", "type", "creationDateTime")
	for _, b := range region.Boxes {
		types := b.Set("type")
		if c.jobType != "" && !types.Has(c.jobType) {
			continue
		}
		created := b.Range("creationDateTime")
		box := jobs.Box{From: created.From, To: created.To}
		switch {
		case c.jobType != "":
			box.Types = []string{c.jobType}
		case types.Except:
			box.Except = types.Values
		default:
			box.Types = types.Values
		}
		if states := b.Set("status"); !states.All() {
			for _, v := range states.Values {
				box.States = append(box.States, jobs.State(v))
			}
		}
		s.Boxes = append(s.Boxes, box)
	}
	s.none = len(s.Boxes) == 0
	if !region.Exact {
		s.match = o.Filter
		s.ids = named(o.Filter)
	}
	s.Oldest = slices.Contains(o.OrderBy, odata.Order{Property: "creationDateTime"})
	if o.SkipToken != "" {
		at, err := odata.DecodeToken(o.SkipToken, c.binding(r, o))
		if err != nil {
			return s, badRequest("invalidToken", string(odata.SkipToken), "$skiptoken is not one that this listing has given out: start it again")
		}
		s.After = jobs.Cursor{Created: at.Created, ID: jobs.ID(at.ID)}
	}
	return s, nil
}

// named are the ids that a filter names, if only jobs with such can match and
// they are few enough to be looked up one by one; otherwise nil.
func named(filter odata.Expr) []string {
	ids := []string{}
	for _, b := range odata.Cover(filter, "id").Boxes {
		set := b.Set("id")
		if set.Except {
			return nil
		}
		ids = append(ids, set.Values...)
	}
	if len(ids) > odata.MaxIn {
		return nil
	}
	return ids
}

// jobs yields the jobs that can match s, in its order.
func (c collection) jobs(ctx context.Context, t jobs.Tenant, s search) iter.Seq2[*jobs.Job, error] {
	if s.ids == nil {
		return c.queue.List(ctx, t, s.Query)
	}
	return func(yield func(*jobs.Job, error) bool) {
		var found []*jobs.Job
		for _, v := range s.ids {
			id, err := jobs.ParseID(v)
			if err != nil {
				continue // names no job
			}
			j, err := c.queue.Get(ctx, t, id)
			switch {
			case errors.Is(err, jobs.ErrNotFound):
			case err != nil:
				yield(nil, err)
				return
			case (c.jobType == "" || j.Type == c.jobType) && s.before(s.After, j.Cursor()):
				j.Result = nil // as in any listing
				found = append(found, j)
			}
		}
		slices.SortFunc(found, func(a, b *jobs.Job) int {
			if s.before(a.Cursor(), b.Cursor()) {
				return -1
			}
			return 1
		})
		for _, j := range found {
			if !yield(j, nil) {
				return
			}
		}
	}
}

// before reports whether a comes before b in the order of s. The zero Cursor
// comes before all.
func (s search) before(a, b jobs.Cursor) bool {
	if a == (jobs.Cursor{}) {
		return true
	}
	order := cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	return order != 0 && (order < 0) == s.Oldest
}

// token is the place behind a job in this listing. It is no secret: the sum in
// it shows mistakes, and who forges one moves in their own jobs only.
func (c collection) token(r *http.Request, o *odata.Query, at jobs.Cursor) string {
	return odata.Token{Created: at.Created, ID: string(at.ID)}.Encode(c.binding(r, o))
}

// binding is what a token holds for: one tenant, one collection, one question.
func (c collection) binding(r *http.Request, o *odata.Query) hash.Hash {
	h := sha256.New()
	fmt.Fprintf(h, "%s %q %s", c.name, callOf(r).Tenant, o.Binding())
	return h
}
