package api

import (
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"

	"github.com/classifyd/classifyd/api/wire"
)

// maxBody is how long a JSON body may be: a text whose every other character
// is escaped fits, and the rest of the body besides.
func (a *api) maxBody() int64 { return 3*int64(a.maxText) + 64<<10 }

// read returns the request's JSON, unpacked. The limit holds for what was sent
// and for what comes out of it, so that a small bomb stays small.
func (a *api) read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	return a.readAtMost(w, r, a.maxBody())
}

func (a *api) readAtMost(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if err := wantJSON(r.Header); err != nil {
		return nil, err
	}
	if r.ContentLength > limit {
		return nil, tooLong(limit)
	}
	body, err := unpack(r.Header, http.MaxBytesReader(w, r.Body, limit))
	if err != nil {
		return nil, unreadable(err, limit)
	}
	data, err := io.ReadAll(io.LimitReader(body, limit+1))
	if err != nil {
		return nil, unreadable(err, limit)
	}
	if int64(len(data)) > limit {
		return nil, tooLong(limit)
	}
	return data, nil
}

// unpack is body as it was before the client packed it.
func unpack(h http.Header, body io.Reader) (io.Reader, error) {
	switch enc := strings.ToLower(strings.TrimSpace(h.Get("Content-Encoding"))); enc {
	case "", "identity":
		return body, nil
	case "gzip", "x-gzip":
		return gzip.NewReader(body)
	}
	return nil, &problem{status: http.StatusUnsupportedMediaType, target: "Content-Encoding", code: "unsupportedEncoding", message: "bodies may be plain or gzip"}
}

func wantJSON(h http.Header) error { return wantMedia(h, "application/json") }

// wantMedia refuses a body that says it is something else. One that says
// nothing is taken for what is wanted.
func wantMedia(h http.Header, want string) error {
	ct := h.Get("Content-Type")
	if ct == "" {
		return nil
	}
	media, params, err := mime.ParseMediaType(ct)
	charset := params["charset"]
	if err != nil || media != want || charset != "" && !strings.EqualFold(charset, "utf-8") {
		return &problem{status: http.StatusUnsupportedMediaType, target: "Content-Type", code: "unsupportedContentType", message: "the body must be " + want + " in UTF-8"}
	}
	return nil
}

func tooLong(limit int64) error {
	return &problem{status: http.StatusRequestEntityTooLarge, code: wire.ContentTooLarge, message: fmt.Sprintf("the body must be at most %d bytes, unpacked", limit)}
}

// unreadable tells a body that is too long or too slow from one that is broken.
func unreadable(err error, limit int64) error {
	if p, ok := errors.AsType[*problem](err); ok {
		return p
	}
	if _, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return tooLong(limit)
	}
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return &problem{status: http.StatusRequestTimeout, code: "bodyTooSlow", message: "the body did not arrive in time"}
	}
	return badRequest(wire.MalformedBody, "", "the body is damaged or ends too early")
}
