package api

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/gorilla/mux"

	"github.com/classifyd/classifyd/api/odata"
	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
)

// typeSchema is what a query can say about sensitive types.
var typeSchema = odata.Schema{
	{Name: "id"}, {Name: "name"}, {Name: "description"}, {Name: "publisherName"}, {Name: "state"},
	{Name: "classificationMethod"}, {Name: "scope"}, {Name: "sensitiveTypeSource"},
	{Name: "category"}, {Name: "countries"}, {Name: "recommendedConfidence"}, {Name: "confidenceLevels"},
	{Name: "lastModifiedDateTime"}, {Name: "patterns"}, {Name: "evidence"}, {Name: "proximity"},
}

func (a *api) listTypes(w http.ResponseWriter, r *http.Request) error {
	o, err := readOptions(r, typeSchema, odata.Top, odata.Skip, odata.Count, odata.Select)
	if err != nil {
		return err
	}
	own, err := a.ownTypes(r)
	if err != nil {
		return err
	}
	all := slices.Concat(a.catalogue.List(), own)
	page := wire.Collection[any]{Context: a.context(r, "sensitiveTypes", o.Select...), Value: []any{}}
	if o.Count {
		page.Count = new(int64(len(all)))
	}
	rest := all[min(o.Skip, len(all)):]
	size := min(pageSize(w, r, o), len(rest))
	for _, t := range rest[:size] {
		if !slices.Contains(o.Select, "patterns") {
			t.Patterns = nil // a dictionary is for those who ask for it
		}
		page.Value = append(page.Value, view(r, t, a.link(r, "sensitiveTypes", t.ID), o.Select))
	}
	if 0 < size && size < len(rest) {
		page.NextLink = a.nextLink(r, "", o.Skip+size)
	}
	a.writePage(w, r, page)
	return nil
}

func (a *api) getType(w http.ResponseWriter, r *http.Request) error {
	o, err := readOptions(r, typeSchema, odata.Select)
	if err != nil {
		return err
	}
	t, err := a.findType(r)
	if err != nil {
		return err
	}
	a.writeType(w, r, http.StatusOK, t, o.Select)
	return nil
}

// findType is the type that the path names, a built-in one or the tenant's own.
func (a *api) findType(r *http.Request) (wire.SensitiveType, error) {
	id := typeID(r)
	if t, ok := a.catalogue.Lookup(id); ok {
		return t, nil
	}
	t, err := a.ownType(r, id)
	if err != nil {
		return wire.SensitiveType{}, err
	}
	return *t, nil
}

// typeID is the id in the path. What cannot be unescaped is found nowhere.
func typeID(r *http.Request) string {
	raw, _ := url.PathUnescape(mux.Vars(r)["id"])
	id := strings.ToLower(raw)
	if guid, err := jobs.ParseID(id); err == nil {
		callOf(r).target = string(guid)
	}
	return id
}

// writeType answers with t.
func (a *api) writeType(w http.ResponseWriter, r *http.Request, status int, t wire.SensitiveType, selected []string) {
	if t.ETag != "" {
		w.Header().Set("ETag", t.ETag)
	}
	t.Context = a.context(r, "sensitiveTypes", selected...) + "/$entity"
	a.writeEntity(w, r, status, t, selected, "sensitiveTypes", t.ID)
}

// checkSearch refuses a request that narrows its search to what does not
// exist. Such a job would find nothing and look as if there was nothing. The
// tenant's own types are looked at only where the built-in ones do not suffice.
func (a *api) checkSearch(r *http.Request, req *wire.JobRequest) error {
	own := sync.OnceValues(func() ([]wire.SensitiveType, error) { return a.ownTypes(r) })
	for i, id := range req.SensitiveTypeIDs {
		if _, ok := a.catalogue.Lookup(id); ok {
			continue
		}
		types, err := own()
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(types, func(t wire.SensitiveType) bool { return t.ID == id }) {
			return absent(req, "sensitiveTypeIds", i, "unknownSensitiveType", "there is no sensitive type "+id)
		}
	}
	if len(req.Countries)+len(req.Categories) == 0 {
		return nil
	}
	countries, categories := map[string]bool{}, map[string]bool{}
	add := func(types []wire.SensitiveType) {
		for _, t := range types {
			categories[t.Category] = true
			for _, c := range t.Countries {
				countries[c] = true
			}
		}
	}
	add(a.catalogue.List())
	without := func(there map[string]bool, wanted []string) int {
		return slices.IndexFunc(wanted, func(w string) bool { return !there[w] })
	}
	if without(countries, req.Countries) >= 0 || without(categories, req.Categories) >= 0 {
		types, err := own()
		if err != nil {
			return err
		}
		add(types)
	}
	if i := without(countries, req.Countries); i >= 0 {
		return absent(req, "countries", i, "unknownCountry", "no sensitive type belongs to "+req.Countries[i])
	}
	if i := without(categories, req.Categories); i >= 0 {
		return absent(req, "categories", i, "unknownCategory", "no sensitive type is in the category "+req.Categories[i])
	}
	return nil
}

func absent(req *wire.JobRequest, list string, i int, code, message string) error {
	return badRequest(code, fmt.Sprintf("%s%s[%d]", req.At, list, i), message)
}
