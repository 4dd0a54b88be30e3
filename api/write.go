package api

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
)

// odata is the media type of payloads, as Graph writes it.
const odata = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"

// The media types of answers that are not JSON.
const (
	plain = "text/plain"
	yaml  = "application/yaml"
	xml   = "application/xml"
)

// minGzip is the length from which packing an answer saves a packet.
const minGzip = 1400

// write answers with v in JSON. It goes out in one piece: nothing can fail
// once the status is sent.
func (a *api) write(w http.ResponseWriter, r *http.Request, status int, mediaType string, v any) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		// Only a result that is not JSON can do this, and the queue takes none.
		panic(err)
	}
	a.send(w, r, status, mediaType, buf.Bytes())
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

// accepts reports whether the client takes the answers of a route, which are
// of the media type, or JSON if that is empty. Who asks for JSON takes either:
// generated clients ask for it everywhere.
func accepts(h http.Header, media string) bool {
	if len(h.Values("Accept")) == 0 {
		return true
	}
	types := []string{"application/json", "application/*", "*/*"}
	if tree, _, ok := strings.Cut(media, "/"); ok {
		types = append(types, media, tree+"/*")
	}
	for _, t := range types {
		if quality(h, "Accept", t) > 0 {
			return true
		}
	}
	return false
}

// quality is the weight that a header like Accept gives to value, exactly as
// spelled; 0 when it does not name it.
func quality(h http.Header, name, value string) float64 {
	for _, line := range h.Values(name) {
		for item := range strings.SplitSeq(line, ",") {
			token, params, _ := strings.Cut(item, ";")
			if !strings.EqualFold(strings.TrimSpace(token), value) {
				continue
			}
			for p := range strings.SplitSeq(params, ";") {
				if k, v, ok := strings.Cut(p, "="); ok && strings.EqualFold(strings.TrimSpace(k), "q") {
					q, _ := strconv.ParseFloat(strings.TrimSpace(v), 64)
					return q
				}
			}
			return 1
		}
	}
	return 0
}
