package api

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/classifyd/classifyd/api/wire"
)

// batchBodies is how many bodies of the longest kind fit into one batch.
const batchBodies = 4

type batchKey struct{}

// batch runs up to 20 requests, each through the same door as one that comes
// alone, and all at once where none has to wait for another.
func (a *api) batch(w http.ResponseWriter, r *http.Request) error {
	body, err := a.readJSON(w, r, batchBodies*a.maxFileBody())
	if err != nil {
		return err
	}
	items, err := wire.ParseBatch(body)
	if err != nil {
		return err
	}
	// All waits of a batch together take no longer than one alone may.
	ctx := context.WithValue(r.Context(), batchKey{}, time.Now().Add(maxWait))
	out := wire.Batch{Responses: make([]wire.BatchResponse, len(items))}
	done := make([]chan struct{}, len(items))
	for i := range done {
		done[i] = make(chan struct{})
	}
	var held atomic.Bool
	var wg sync.WaitGroup
	for i := range items {
		wg.Go(func() {
			defer close(done[i])
			for _, n := range items[i].After {
				<-done[n] // no circle of them, ParseBatch says
				if out.Responses[n].Status >= 400 {
					out.Responses[i] = a.refuseItem(r, items[i].ID, &problem{status: http.StatusFailedDependency, code: "failedDependency",
						target: "dependsOn", message: "a request that this one depends on did not succeed"})
					return
				}
			}
			out.Responses[i] = a.runItem(ctx, r, i, &items[i], &held)
		})
	}
	wg.Wait()
	callOf(r).held = held.Load()
	a.write(w, r, http.StatusOK, plainJSON, out)
	return nil
}

// runItem answers the i-th request of the batch r, and notes in held if that
// asked to be held back.
func (a *api) runItem(ctx context.Context, r *http.Request, i int, item *wire.BatchRequest, held *atomic.Bool) (out wire.BatchResponse) {
	defer func() {
		if recover() != nil {
			// A handler broke its answer off. Alone that would end the connection.
			out = a.refuseItem(r, item.ID, &problem{status: http.StatusInternalServerError, code: "panic", message: unexpected})
		}
	}()
	u, err := url.Parse("/" + strings.TrimLeft(item.URL, "/"))
	if err != nil {
		return a.refuseItem(r, item.ID, &problem{status: http.StatusBadRequest, code: wire.InvalidValue, target: "url", message: "url must be a relative URL"})
	}
	if !strings.HasPrefix(u.Path, "/beta/") && !strings.HasPrefix(u.Path, "/v1.0/") {
		u = &url.URL{Path: callOf(r).version + u.Path, RawPath: callOf(r).version + u.EscapedPath(), RawQuery: u.RawQuery}
	}
	req := r.Clone(ctx)
	req.Method, req.URL, req.RequestURI = item.Method, u, u.RequestURI()
	req.Header = itemHeader(r, i, item)
	req.Body, req.ContentLength = http.NoBody, int64(len(item.Body))
	if len(item.Body) > 0 {
		req.Body = io.NopCloser(bytes.NewReader(item.Body))
	}
	req.TransferEncoding, req.Trailer = nil, nil
	rec := &memory{header: http.Header{}}
	a.door.ServeHTTP(rec, req)
	if parsePrefer(req.Header).wait > 0 {
		held.Store(true)
	}
	return rec.response(item.ID)
}

// ofBatch are headers that speak of the batch itself or of its connection, not
// of who sends it.
var ofBatch = []string{"Accept", "Accept-Encoding", "Client-Request-Id", "Connection", "Content-Encoding", "Content-Length", "Content-Type",
	"Expect", "Idempotency-Key", "If-Match", "If-None-Match", "Keep-Alive", "Last-Event-Id", "Prefer", "Range", "Repeatability-First-Sent",
	"Repeatability-Request-Id", "Te", "Trailer", "Transfer-Encoding", "Upgrade"}

// itemHeader is the header of the i-th request. What the batch says of its
// sender holds for each request and cannot be said otherwise there.
func itemHeader(r *http.Request, i int, item *wire.BatchRequest) http.Header {
	h := http.Header{}
	for name, value := range item.Headers {
		h.Set(name, value)
	}
	for _, name := range []string{"Accept-Encoding", "Connection", "Content-Length", "Transfer-Encoding", "Upgrade"} {
		h.Del(name)
	}
	if item.JSON && h.Get("Content-Type") == "" {
		h.Set("Content-Type", plainJSON)
	}
	for name, values := range r.Header {
		if !slices.Contains(ofBatch, name) {
			h[name] = values
		}
	}
	// What names the whole batch names its requests by their numbers, so that
	// one that is sent again makes no job twice.
	number := "." + strconv.Itoa(i)
	if c := callOf(r); c.client != "" && h.Get("client-request-id") == "" {
		h.Set("client-request-id", c.client+number)
	}
	if key := r.Header.Get("Idempotency-Key"); key != "" && h.Get("Idempotency-Key") == "" {
		h.Set("Idempotency-Key", key+number)
	}
	return h
}

func (a *api) refuseItem(r *http.Request, id string, p *problem) wire.BatchResponse {
	body, err := json.Marshal(errorBody(callOf(r), p))
	if err != nil {
		panic(err) // strings always encode
	}
	return wire.BatchResponse{ID: id, Status: p.status, Headers: map[string]string{"Content-Type": plainJSON}, Body: body}
}

// memory keeps an answer.
type memory struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (m *memory) Header() http.Header { return m.header }

func (m *memory) WriteHeader(status int) {
	if m.status == 0 {
		m.status = status
	}
}

func (m *memory) Write(p []byte) (int, error) {
	m.WriteHeader(http.StatusOK)
	return m.body.Write(p)
}

func (m *memory) response(id string) wire.BatchResponse {
	out := wire.BatchResponse{ID: id, Status: m.status, Headers: map[string]string{}}
	for _, name := range slices.Sorted(maps.Keys(m.header)) {
		if name != "Content-Length" && name != "Vary" {
			out.Headers[name] = strings.Join(m.header[name], ", ")
		}
	}
	data := m.body.Bytes()
	media, _, _ := strings.Cut(m.header.Get("Content-Type"), ";")
	switch {
	case len(data) == 0:
	case media == plainJSON:
		out.Body = bytes.TrimSpace(data)
	case strings.HasPrefix(media, "text/"):
		out.Body, _ = json.Marshal(string(data)) // strings always encode
	default:
		out.Body, _ = json.Marshal(base64.StdEncoding.EncodeToString(data))
	}
	return out
}
