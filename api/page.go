package api

import (
	"net/http"

	"github.com/gorilla/mux"
)

// html is the media type of the page for people.
const html = "text/html"

// pageRoutes serve the page for people and its parts. It is open to all, since
// it holds nothing: what it shows it asks of the API.
func (a *api) pageRoutes() []route {
	return []route{
		{name: "page", path: "/", open: true, media: html, lone: true, verbs: map[string]handler{"GET": a.page}},
		{name: "page.asset", path: "/assets/{name}", open: true, media: "*/*", lone: true, verbs: map[string]handler{"GET": a.pageAsset}},
	}
}

func (a *api) page(w http.ResponseWriter, r *http.Request) error {
	h := w.Header()
	h.Set("Content-Security-Policy", a.policy)
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Referrer-Policy", "no-referrer")
	return a.sendPart(w, r, "index.html")
}

func (a *api) pageAsset(w http.ResponseWriter, r *http.Request) error {
	return a.sendPart(w, r, "assets/"+mux.Vars(r)["name"])
}

// sendPart answers with one of the page's files. Browsers ask for the page each
// time and keep the rest, whose names change with their content.
func (a *api) sendPart(w http.ResponseWriter, r *http.Request, name string) error {
	f, ok := a.parts[name]
	if !ok {
		return errNoPath
	}
	h := w.Header()
	h.Set("ETag", f.ETag)
	h.Set("Cache-Control", "no-cache")
	if f.Hashed {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	if names(r.Header.Values("If-None-Match"), f.ETag) {
		h.Add("Vary", "Accept-Encoding")
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	a.send(w, r, http.StatusOK, f.Media, f.Data)
	return nil
}
