package api

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

const (
	eventStream = "text/event-stream"

	heartbeatEvery = 15 * time.Second // between two signs of life, below what proxies allow
	eventTime      = 10 * time.Second // for the client to take one event
)

// A stream sends server-sent events, as the HTML standard has them, section
// 9.2. A client that does not take them in time is let go; it comes back with
// the id of the last one that it saw.
type stream struct {
	w    http.ResponseWriter
	rc   *http.ResponseController
	stop context.CancelFunc // ends what the events come from
	open prometheus.Gauge   // counts it

	mu   sync.Mutex // guards all below and the connection, since heartbeats come in between
	beat *time.Timer
	err  error // why nothing more can be sent
}

// openStream begins the answer. The stream needs a close. stop is called when
// the client is gone.
func (a *api) openStream(w http.ResponseWriter, r *http.Request, stop context.CancelFunc) *stream {
	s := &stream{w: w, rc: http.NewResponseController(w), stop: stop, open: a.met.streams}
	s.open.Inc()
	callOf(r).stream = true
	h := w.Header()
	h.Set("Content-Type", eventStream)
	h.Set("X-Accel-Buffering", "no") // nginx would collect events
	outlast(w)
	w.WriteHeader(http.StatusOK)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beat = time.AfterFunc(heartbeatEvery, func() { s.write([]byte(":\n\n")) })
	_ = s.rc.SetWriteDeadline(time.Now().Add(eventTime))
	_ = s.rc.Flush() // if it fails so will the first event
	return s
}

// send sends an event; without a name it is a message, as clients expect by
// default.
func (s *stream) send(id, name string, data any) error {
	var b bytes.Buffer
	if id != "" {
		b.WriteString("id: " + id + "\n")
	}
	if name != "" {
		b.WriteString("event: " + name + "\n")
	}
	b.WriteString("data: ")
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(data); err != nil { // on one line
		panic(err) // only a result that is not JSON can do this, and the queue takes none
	}
	b.WriteByte('\n')
	return s.write(b.Bytes())
}

func (s *stream) write(p []byte) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return s.err
	}
	_ = s.rc.SetWriteDeadline(time.Now().Add(eventTime)) // a writer without deadlines has no slow client
	_, s.err = s.w.Write(p)
	if s.err == nil {
		s.err = s.rc.Flush()
	}
	if s.err != nil {
		s.stop()
	}
	s.beat.Reset(heartbeatEvery)
	return s.err
}

var errStreamOver = errors.New("the stream is over")

// close ends the heartbeats: once it returns none is on its way.
func (s *stream) close() {
	s.open.Dec()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.beat.Stop()
	s.err = errStreamOver
	_ = s.rc.SetWriteDeadline(time.Now().Add(eventTime)) // for the end of the answer
}
