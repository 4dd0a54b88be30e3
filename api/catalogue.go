package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"

	"github.com/gorilla/mux"

	"github.com/classifyd/classifyd/api/odata"
	"github.com/classifyd/classifyd/api/wire"
)

// typeSchema is what a query can say about sensitive types.
var typeSchema = odata.Schema{
	{Name: "id"}, {Name: "name"}, {Name: "description"}, {Name: "publisherName"}, {Name: "state"},
	{Name: "classificationMethod"}, {Name: "scope"}, {Name: "sensitiveTypeSource"},
	{Name: "category"}, {Name: "countries"}, {Name: "recommendedConfidence"}, {Name: "confidenceLevels"},
}

func (a *api) listTypes(w http.ResponseWriter, r *http.Request) error {
	o, err := readOptions(r, typeSchema, odata.Top, odata.Skip, odata.Count, odata.Select)
	if err != nil {
		return err
	}
	all := a.catalogue.List()
	page := wire.Collection[any]{Context: a.context(r, "sensitiveTypes", o.Select...), Value: []any{}}
	if o.Count {
		page.Count = new(int64(len(all)))
	}
	rest := all[min(o.Skip, len(all)):]
	size := min(pageSize(w, r, o), len(rest))
	for _, t := range rest[:size] {
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
	id, _ := url.PathUnescape(mux.Vars(r)["id"]) // what cannot be unescaped is found nowhere
	t, ok := a.catalogue.Lookup(strings.ToLower(id))
	if !ok {
		return &problem{status: http.StatusNotFound, code: "unknownSensitiveType", message: "there is no such sensitive type"}
	}
	t.Context = a.context(r, "sensitiveTypes", o.Select...) + "/$entity"
	a.writeEntity(w, r, http.StatusOK, t, a.link(r, "sensitiveTypes", t.ID), o.Select)
	return nil
}

// checkSearch refuses a request that narrows its search to what does not
// exist. Such a job would find nothing and look as if there was nothing.
func (a *api) checkSearch(req *wire.JobRequest) error {
	for i, id := range req.SensitiveTypeIDs {
		if _, ok := a.catalogue.Lookup(id); !ok {
			return absent(req, "sensitiveTypeIds", i, "unknownSensitiveType", "there is no sensitive type "+id)
		}
	}
	if len(req.Countries)+len(req.Categories) == 0 {
		return nil
	}
	countries, categories := map[string]bool{}, map[string]bool{}
	for _, t := range a.catalogue.List() {
		categories[t.Category] = true
		for _, c := range t.Countries {
			countries[c] = true
		}
	}
	for i, c := range req.Countries {
		if !countries[c] {
			return absent(req, "countries", i, "unknownCountry", "no sensitive type belongs to "+c)
		}
	}
	for i, c := range req.Categories {
		if !categories[c] {
			return absent(req, "categories", i, "unknownCategory", "no sensitive type is in the category "+c)
		}
	}
	return nil
}

func absent(req *wire.JobRequest, list string, i int, code, message string) error {
	return badRequest(code, fmt.Sprintf("%s%s[%d]", req.At, list, i), message)
}
