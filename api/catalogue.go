package api

import (
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"github.com/gorilla/mux"

	"github.com/classifyd/classifyd/api/wire"
)

func (a *api) listTypes(w http.ResponseWriter, r *http.Request) error {
	o, err := readOptions(r, "$top", "$skip", "$count")
	if err != nil {
		return err
	}
	all := a.catalogue.List()
	page := wire.Collection[wire.SensitiveType]{Context: a.context(r, "sensitiveTypes"), Value: []wire.SensitiveType{}}
	if o.count {
		page.Count = new(int64(len(all)))
	}
	rest := all[min(o.skip, len(all)):]
	size := min(o.pageSize(w, r), len(rest))
	page.Value = append(page.Value, rest[:size]...)
	if 0 < size && size < len(rest) {
		page.NextLink = a.nextLink(r, "$skip", strconv.Itoa(o.skip+size))
	}
	a.write(w, r, http.StatusOK, odata, page)
	return nil
}

func (a *api) getType(w http.ResponseWriter, r *http.Request) error {
	id, _ := url.PathUnescape(mux.Vars(r)["id"]) // what cannot be unescaped is found nowhere
	t, ok := a.catalogue.Lookup(strings.ToLower(id))
	if !ok {
		return &problem{status: http.StatusNotFound, code: "unknownSensitiveType", message: "there is no such sensitive type"}
	}
	t.Context = a.context(r, "sensitiveTypes") + "/$entity"
	a.write(w, r, http.StatusOK, odata, t)
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
