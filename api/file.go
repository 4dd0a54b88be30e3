package api

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/classifyd/classifyd/api/wire"
)

// fileOr reads a file that comes as the body itself or in a form, and leaves
// JSON, also where nothing says what the body is, to json.
func (a *api) fileOr(json reader) reader {
	return func(w http.ResponseWriter, r *http.Request) (*wire.JobRequest, error) {
		given := r.Header.Get("Content-Type")
		media, params, err := mime.ParseMediaType(given)
		switch {
		case given == "" || media == "application/json":
			return json(w, r)
		case media == "multipart/form-data" && params["boundary"] != "":
			return a.readForm(w, r, params["boundary"])
		case err != nil || strings.HasPrefix(media, "multipart/") || media == "application/x-www-form-urlencoded":
			// The last is what some clients call any body unless told otherwise.
			return nil, &problem{status: http.StatusUnsupportedMediaType, target: "Content-Type", code: "unsupportedContentType",
				message: "the body must be application/json, multipart/form-data with a boundary, or a file with its own content type"}
		}
		file, err := a.read(w, r, int64(a.most.File))
		if p, ok := errors.AsType[*problem](err); ok && p.code == wire.ContentTooLarge {
			return nil, wire.FileTooLarge(a.most.File)
		}
		if err != nil {
			return nil, err
		}
		return wire.NewFile(file, "", a.most.File)
	}
}

// readForm reads a form with the part file and, if the client wants, one with
// sensitive types: Graph's documents call it sensitiveTypes, its model
// sensitiveTypeIds.
func (a *api) readForm(w http.ResponseWriter, r *http.Request, boundary string) (*wire.JobRequest, error) {
	limit := int64(a.most.File) + 2*bodyRest
	body, err := a.read(w, r, limit)
	if err != nil {
		return nil, err
	}
	// To the package a form that ends within a part's header is one that ends
	// there. It could be the part that narrows the search.
	if !bytes.Contains(body, []byte("--"+boundary+"--")) {
		return nil, badRequest(wire.MalformedBody, "", "the form ends too early")
	}
	form := multipart.NewReader(bytes.NewReader(body), boundary)
	var file, ids []byte
	hasFile, idsName := false, ""
	for {
		part, err := form.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, unreadable(err, limit)
		}
		name := part.FormName()
		switch enc := strings.ToLower(part.Header.Get("Content-Transfer-Encoding")); enc {
		case "", "binary", "8bit", "7bit":
		default:
			return nil, badRequest(wire.InvalidValue, "Content-Transfer-Encoding", "the parts of a form must be sent as they are: binary, 8bit or 7bit")
		}
		switch {
		case name == "file" && !hasFile:
			hasFile = true
			if file, err = io.ReadAll(io.LimitReader(part, int64(a.most.File)+1)); err == nil && len(file) > a.most.File {
				return nil, wire.FileTooLarge(a.most.File)
			}
		case (name == "sensitiveTypes" || name == "sensitiveTypeIds") && idsName == "":
			idsName = name
			ids, err = io.ReadAll(part)
		case name == "file" || name == "sensitiveTypes" || name == "sensitiveTypeIds":
			return nil, badRequest(wire.InvalidValue, name, "the form must have one part file and at most one of sensitiveTypes or sensitiveTypeIds")
		default:
			return nil, badRequest(wire.UnknownProperty, clip(name), fmt.Sprintf("part %q is not taken here: a form has file, and sensitiveTypes or sensitiveTypeIds", clip(name)))
		}
		if err != nil {
			return nil, unreadable(err, limit)
		}
	}
	return wire.NewFile(file, string(ids), a.most.File)
}

// clip keeps a name that a client made up from filling the answer.
func clip(s string) string {
	if len(s) > 64 {
		s = s[:64] + "..."
	}
	return strings.ToValidUTF8(s, "?")
}
