package api

import (
	"crypto/sha256"
	"fmt"
	"hash"
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
