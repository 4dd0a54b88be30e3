package api

import (
	"bufio"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/classifyd/classifyd/api/wire"
)

// The longest bodies in JSON: a text whose every other character is escaped
// fits, or a file in base64 some of whose characters are, and the rest of the
// body besides.
func (a *api) maxTextBody() int64 { return 3*int64(a.most.Text) + bodyRest }
func (a *api) maxFileBody() int64 { return max(2*int64(a.most.File)+bodyRest, a.maxTextBody()) }

const bodyRest = 64 << 10

// readJSON returns a body of JSON, unpacked.
func (a *api) readJSON(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if err := wantMedia(r.Header, plainJSON); err != nil {
		return nil, err
	}
	return a.read(w, r, limit)
}

// read returns the request's body, unpacked. The limit holds for what was sent
// and for what comes out of it, so that a small bomb stays small.
func (a *api) read(w http.ResponseWriter, r *http.Request, limit int64) ([]byte, error) {
	if r.ContentLength > limit {
		return nil, tooLong(limit)
	}
	sent := http.MaxBytesReader(w, r.Body, limit)
	body, err := unpack(r.Header, sent)
	if err != nil {
		return nil, unreadable(err, limit)
	}
	if body != sent {
		body = http.MaxBytesReader(w, body, limit)
	}
	data, err := readAll(body, r.ContentLength)
	if err != nil {
		return nil, unreadable(err, limit)
	}
	return data, nil
}

// presize is up to which length a body gets all its memory before it has come.
const presize = 64 << 10

// readAll is io.ReadAll with room for as many bytes as r is to have, less than
// 0 if that is not known.
func readAll(r io.Reader, length int64) ([]byte, error) {
	if length <= 0 || length > presize {
		return io.ReadAll(r)
	}
	buf := bytes.NewBuffer(make([]byte, 0, length+bytes.MinRead))
	_, err := buf.ReadFrom(r)
	return buf.Bytes(), err
}

const (
	uploadIdle = 30 * time.Second // for the client to send more of a file
	uploadMost = 30 * time.Minute // for all of it; a blob without a job lives longer
)

// An upload is a body that is not held in memory, unpacked. The client has its
// own time for each piece, whatever the server's for a request.
type upload struct {
	io.Reader
	w   http.ResponseWriter
	end time.Time
}

// upload opens the body of r. The limit holds as in read.
func (a *api) upload(w http.ResponseWriter, r *http.Request, limit int64) (*upload, error) {
	if r.ContentLength > limit {
		return nil, tooLong(limit)
	}
	u := &upload{w: w, end: time.Now().Add(uploadMost)}
	body, err := unpack(r.Header, http.MaxBytesReader(w, &patient{r.Body, u}, limit))
	if err != nil {
		return nil, unreadable(err, limit)
	}
	u.Reader = http.MaxBytesReader(w, body, limit)
	return u, nil
}

// done gives the answer the time that it would have had without the upload.
func (u *upload) done() {
	outlast(u.w)
	_ = http.NewResponseController(u.w).SetWriteDeadline(time.Now().Add(answerTime))
}

// patient is a body that may take its time.
type patient struct {
	io.ReadCloser
	upload *upload
}

func (p *patient) Read(b []byte) (int, error) {
	till := time.Now().Add(uploadIdle)
	if till.After(p.upload.end) {
		till = p.upload.end
	}
	_ = http.NewResponseController(p.upload.w).SetReadDeadline(till) // a batch has none
	return p.ReadCloser.Read(b)
}

// unpack is body as it was before the client packed it.
func unpack(h http.Header, body io.ReadCloser) (io.ReadCloser, error) {
	switch enc := strings.ToLower(strings.TrimSpace(h.Get("Content-Encoding"))); enc {
	case "", "identity":
		return body, nil
	case "gzip", "x-gzip":
		return unzip(body)
	}
	return nil, &problem{status: http.StatusUnsupportedMediaType, target: "Content-Encoding", code: "unsupportedEncoding", message: "bodies may be plain or gzip"}
}

// unzip reads a body that says it is gzip. Graph's SDK for Go keeps saying so
// when it sends a body again, but then sends it plain: no JSON and no text in
// UTF-8 begins as gzip does, so that the two cannot be mistaken.
func unzip(body io.Reader) (io.ReadCloser, error) {
	b := bufio.NewReader(body)
	if head, err := b.Peek(2); err == nil && string(head) != "\x1f\x8b" {
		return io.NopCloser(b), nil
	}
	return gzip.NewReader(b)
}

// wantMedia refuses a body that says it is something else. One that says
// nothing is taken for what is wanted.
func wantMedia(h http.Header, want string) error {
	ct := h.Get("Content-Type")
	if ct == "" || ct == want {
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
