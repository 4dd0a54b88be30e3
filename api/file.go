package api

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
)

// fileOr reads a file that comes as the body itself or in a form, and leaves
// JSON, also where nothing says what the body is, to json.
func (a *api) fileOr(json reader) reader {
	return func(w http.ResponseWriter, r *http.Request) (*wire.JobRequest, *jobs.Content, error) {
		given := r.Header.Get("Content-Type")
		media, params, err := mime.ParseMediaType(given)
		switch {
		case given == "" || media == "application/json":
			return json(w, r)
		case media == "multipart/form-data" && params["boundary"] != "":
			return a.readForm(w, r, params["boundary"])
		case err != nil || strings.HasPrefix(media, "multipart/") || media == "application/x-www-form-urlencoded":
			// The last is what some clients call any body unless told otherwise.
			return nil, nil, &problem{status: http.StatusUnsupportedMediaType, target: "Content-Type", code: "unsupportedContentType",
				message: "the body must be application/json, multipart/form-data with a boundary, or a file with its own content type"}
		}
		return a.readFile(w, r)
	}
}

// readFile takes a file that is the body.
func (a *api) readFile(w http.ResponseWriter, r *http.Request) (*wire.JobRequest, *jobs.Content, error) {
	body, err := a.upload(w, r, a.maxFile)
	if p, ok := errors.AsType[*problem](err); ok && p.code == wire.ContentTooLarge {
		return nil, nil, wire.FileTooLarge(a.maxFile)
	}
	if err != nil {
		return nil, nil, err
	}
	defer body.done()
	req, err := wire.NewFile("")
	if err != nil {
		return nil, nil, err
	}
	content, err := a.takeFile(r.Context(), body)
	return req, content, err
}

// takeFile puts a file aside for its job. The content is the caller's to
// submit or to discard.
func (a *api) takeFile(ctx context.Context, file io.Reader) (*jobs.Content, error) {
	content, err := a.queue.Put(ctx, file)
	_, long := errors.AsType[*http.MaxBytesError](err)
	switch {
	case errors.Is(err, jobs.ErrNoBlobs):
		p := explain(err)
		p.target = "file"
		return nil, p
	case errors.Is(err, jobs.ErrUnavailable):
		return nil, err
	case long:
		return nil, wire.FileTooLarge(a.maxFile)
	case err != nil:
		return nil, unreadable(err, a.maxFile)
	case content.Size() == 0:
		return nil, wire.EmptyFile()
	}
	return content, nil
}

// readForm takes a form with the part file and, if the client wants, one with
// sensitive types: Graph's documents call it sensitiveTypes, its model
// sensitiveTypeIds.
func (a *api) readForm(w http.ResponseWriter, r *http.Request, boundary string) (_ *wire.JobRequest, content *jobs.Content, err error) {
	limit := a.maxFile + 2*bodyRest
	body, err := a.upload(w, r, limit)
	if err != nil {
		return nil, nil, err
	}
	defer body.done()
	defer func() {
		if err != nil {
			a.queue.Discard(r.Context(), content)
			content = nil
		}
	}()
	end := &watcher{mark: []byte("--" + boundary + "--")}
	form := multipart.NewReader(io.TeeReader(body, end), boundary)
	var ids []byte
	hasFile, idsName := false, ""
	for {
		part, err := form.NextRawPart()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, content, unreadable(err, limit)
		}
		name := part.FormName()
		switch enc := strings.ToLower(part.Header.Get("Content-Transfer-Encoding")); enc {
		case "", "binary", "8bit", "7bit":
		default:
			return nil, content, badRequest(wire.InvalidValue, "Content-Transfer-Encoding", "the parts of a form must be sent as they are: binary, 8bit or 7bit")
		}
		switch {
		case name == "file" && !hasFile:
			hasFile = true
			if content, err = a.takeFile(r.Context(), http.MaxBytesReader(w, part, a.maxFile)); err != nil {
				return nil, content, err
			}
		case (name == "sensitiveTypes" || name == "sensitiveTypeIds") && idsName == "":
			idsName = name
			if ids, err = io.ReadAll(http.MaxBytesReader(w, part, bodyRest)); err != nil {
				return nil, content, unreadable(err, bodyRest)
			}
		case name == "file" || name == "sensitiveTypes" || name == "sensitiveTypeIds":
			return nil, content, badRequest(wire.InvalidValue, name, "the form must have one part file and at most one of sensitiveTypes or sensitiveTypeIds")
		default:
			return nil, content, badRequest(wire.UnknownProperty, clip(name), fmt.Sprintf("part %q is not taken here: a form has file, and sensitiveTypes or sensitiveTypeIds", clip(name)))
		}
	}
	// To the package a form that ends within a part's header is one that ends
	// there. It could be the part that narrows the search.
	if !end.seen {
		return nil, content, badRequest(wire.MalformedBody, "", "the form ends too early")
	}
	if !hasFile {
		return nil, nil, wire.EmptyFile()
	}
	req, err := wire.NewFile(string(ids))
	return req, content, err
}

// A watcher says whether a mark passed, in one piece or in several.
type watcher struct {
	mark, tail []byte
	seen       bool
}

func (s *watcher) Write(p []byte) (int, error) {
	if !s.seen {
		edge := append(s.tail, p[:min(len(p), len(s.mark))]...)
		s.seen = bytes.Contains(edge, s.mark) || bytes.Contains(p, s.mark)
		last := edge
		if len(p) >= len(s.mark) {
			last = p
		}
		s.tail = append([]byte(nil), last[max(0, len(last)-len(s.mark)+1):]...)
	}
	return len(p), nil
}

// clip keeps a name that a client made up from filling the answer.
func clip(s string) string {
	if len(s) > 64 {
		s = s[:64] + "..."
	}
	return strings.ToValidUTF8(s, "?")
}
