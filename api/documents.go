package api

import (
	_ "embed"
	"net/http"
)

// What the service says of itself. A test compares both with the routes and
// with package wire, so that neither can say what is not so.
var (
	//go:embed openapi.yaml
	openAPI []byte

	//go:embed metadata.xml
	metadata []byte
)

// describe answers with a document that never changes.
func (a *api) describe(mediaType string, document []byte) handler {
	return func(w http.ResponseWriter, r *http.Request) error {
		a.send(w, r, http.StatusOK, mediaType, document)
		return nil
	}
}
