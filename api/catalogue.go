package api

import (
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
