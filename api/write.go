package api

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"strconv"
	"sync"

	"github.com/classifyd/classifyd/api/wire"
)

// plainJSON is the media type of what is no OData payload.
const plainJSON = "application/json"

// payload is the media type of OData's payloads, as Graph writes it.
func payload(r *http.Request) string {
	return "application/json;odata.metadata=" + callOf(r).metadata + ";odata.streaming=true;IEEE754Compatible=false;charset=utf-8"
}

// The media types of answers that are not JSON.
const (
	plain = "text/plain"
	yaml  = "application/yaml"
	xml   = "application/xml"
)

// rooms are where jobs become JSON. Whoever writes an answer copies it.
var rooms = sync.Pool{New: func() any { return new(make([]byte, 0, 2<<10)) }}

// maxRoom is how large a room is kept: few jobs have a longer result.
const maxRoom = 64 << 10

// minGzip is the length from which packing an answer saves a packet.
const minGzip = 1400

// write answers with v in JSON. It goes out in one piece: nothing can fail
// once the status is sent.
func (a *api) write(w http.ResponseWriter, r *http.Request, status int, mediaType string, v any) {
	if j, ok := v.(*wire.Job); ok {
		room := rooms.Get().(*[]byte)
		defer rooms.Put(room)
		data := append(j.AppendJSON((*room)[:0]), '\n')
		a.send(w, r, status, mediaType, data)
		if cap(data) <= maxRoom {
			*room = data
		}
		return
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		// Only a result that is not JSON can do this, and the queue takes none.
		panic(err)
	}
	a.send(w, r, status, mediaType, buf.Bytes())
}

// writeEntity answers with one resource as the client wants to see it. path is
// where the resource can be read.
func (a *api) writeEntity(w http.ResponseWriter, r *http.Request, status int, resource any, selected []string, path ...string) {
	address := ""
	if callOf(r).metadata == wire.FullMetadata {
		address = a.link(r, path...)
	}
	a.write(w, r, status, payload(r), view(r, resource, address, selected))
}

// view is a resource as the client wants to see it, with full metadata at address.
func view(r *http.Request, resource any, address string, selected []string) any {
	v, err := wire.View{Select: selected, Metadata: callOf(r).metadata}.Of(resource, address)
	if err != nil {
		panic(err) // as in write
	}
	return v
}

// writePage answers with one page of a listing.
func (a *api) writePage(w http.ResponseWriter, r *http.Request, page wire.Collection[any]) {
	if callOf(r).metadata == wire.NoMetadata {
		page.Context = ""
	}
	a.write(w, r, http.StatusOK, payload(r), page)
}

// send answers with data, packed where that helps and the client asks for it.
func (a *api) send(w http.ResponseWriter, r *http.Request, status int, mediaType string, data []byte) {
	h := w.Header()
	h.Set("Content-Type", mediaType)
	h.Add("Vary", "Accept-Encoding")
	if len(data) >= minGzip && quality(r.Header, "Accept-Encoding", "gzip") > 0 {
		var packed bytes.Buffer
		z, _ := gzip.NewWriterLevel(&packed, gzip.BestSpeed) // no error for a level that exists
		z.Write(data)                                        // a buffer takes everything
		z.Close()
		data = packed.Bytes()
		h.Set("Content-Encoding", "gzip")
	}
	h.Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	w.Write(data) // the client may be gone; there is nobody left to tell
}
