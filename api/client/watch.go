package client

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"io"
	"iter"
	"net/http"
	"strings"
	"time"

	"github.com/classifyd/classifyd/api/wire"
)

// wait asks the service to hold an answer back for so many seconds.
const wait = "wait=30"

// Watch yields a job as it is and then each time it has changed, until it has
// ended, that one with its result. What changes quickly may be seen once.
//
// It follows the service's events. Where there are none, it asks again and
// again with a request that the service holds back until there is news.
func (c *Client) Watch(ctx context.Context, id string) iter.Seq2[*wire.Job, error] {
	return func(yield func(*wire.Job, error) bool) {
		w := watcher{Client: c, id: id, yield: yield}
		for !w.over {
			err := w.follow(ctx)
			if noEvents(err) {
				err = w.poll(ctx)
			}
			if err != nil && !w.over {
				w.over = true
				yield(nil, err)
			}
		}
	}
}

// A watcher is one watch.
type watcher struct {
	*Client
	id    string
	yield func(*wire.Job, error) bool
	over  bool   // the job has ended, or nobody wants to know
	etag  string // of the job as it was last yielded
	event string // id of the last event
	alive bool   // the present stream has sent something
}

// noEvents reports whether err is that of a service, or of something before
// it, that has no events.
func noEvents(err error) bool {
	e, ok := errors.AsType[*Error](err)
	if !ok {
		return false
	}
	switch e.Status {
	case http.StatusNotFound:
		return e.Code != "jobNotFound"
	case http.StatusMethodNotAllowed, http.StatusNotAcceptable, http.StatusNotImplemented:
		return true
	}
	return false
}

// see passes a job on unless it was seen before.
func (w *watcher) see(j *wire.Job) {
	if j.ETag != "" && j.ETag == w.etag {
		return
	}
	w.etag = j.ETag
	w.over = !w.yield(j, nil) || Ended(j)
}

// poll asks until the job has ended.
func (w *watcher) poll(ctx context.Context) error {
	for !w.over {
		header := map[string]string{"Prefer": wait}
		if w.etag != "" {
			header["If-None-Match"] = w.etag
		}
		var j wire.Job
		resp, err := w.do(ctx, call{method: http.MethodGet, path: jobPath(w.id), header: header}, &j)
		if err != nil {
			return err
		}
		if resp.StatusCode == http.StatusOK {
			w.see(&j)
		}
		if !w.over {
			if err := w.rest(ctx, resp); err != nil {
				return err
			}
		}
	}
	return nil
}

// rest keeps a loop from spinning where the service, or a proxy before it, did
// not hold its answer back.
func (c *Client) rest(ctx context.Context, resp *http.Response) error {
	if resp.Header.Get("Preference-Applied") != "" {
		return nil
	}
	if !pause(ctx, max(retryAfter(resp), time.Second)) {
		<-ctx.Done() // at its deadline
		return context.Cause(ctx)
	}
	return nil
}

// follow reads events until the job has ended. A stream that breaks off is
// taken up again where it was, as often in a row as a call is sent. One that
// gave a sign of life does not count.
func (w *watcher) follow(ctx context.Context) error {
	for attempt := 1; ; attempt++ {
		w.alive = false
		resp, err := w.stream(ctx)
		if w.over {
			return nil
		}
		if w.alive {
			attempt = 1
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil && (attempt >= w.attempts || !worthRetrying(err)) {
			return err
		}
		if !pause(ctx, max(backoff(resp, attempt), firstBackoff)) {
			<-ctx.Done()
			return context.Cause(ctx)
		}
	}
}

var errDeleted = &Error{Status: http.StatusNotFound, Code: "jobNotFound", Message: "the job was deleted"}

// stream reads one stream of events, as the HTML standard has them, section 9.2.
func (w *watcher) stream(ctx context.Context) (*http.Response, error) {
	header := map[string]string{"Accept": "text/event-stream"}
	if w.event != "" {
		header["Last-Event-ID"] = w.event
	}
	resp, err := w.open(ctx, call{method: http.MethodGet, path: jobPath(w.id) + "/events", header: header})
	if err != nil {
		return resp, err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNoContent { // the last event was the job's end
		return resp, w.end(ctx)
	}
	lines := bufio.NewReader(resp.Body)
	for !w.over {
		e, err := readEvent(lines)
		if err != nil {
			return resp, err
		}
		w.alive = true
		if e.name == "deleted" {
			return resp, errDeleted
		}
		var j wire.Job
		if e.name != "" || e.data == "" {
			continue
		}
		if err := json.Unmarshal([]byte(e.data), &j); err != nil {
			return resp, errNotJSON
		}
		if Ended(&j) {
			return resp, w.end(ctx)
		}
		w.event = e.id
		w.see(&j)
	}
	return resp, nil
}

// end gets the job that has ended, now with its result.
func (w *watcher) end(ctx context.Context) error {
	j, err := w.Get(ctx, w.id)
	if err == nil {
		w.see(j)
		w.over = true
	}
	return err
}

// An event is one server-sent event; name is "" for a message.
type event struct{ id, name, data string }

func readEvent(r *bufio.Reader) (e event, err error) {
	for {
		line, err := r.ReadString('\n')
		if err == io.EOF {
			err = io.ErrUnexpectedEOF
		}
		if err != nil {
			return e, err
		}
		line = strings.TrimRight(line, "\r\n")
		field, value, _ := strings.Cut(line, ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "":
			return e, nil
		case field == "id":
			e.id = value
		case field == "event":
			e.name = value
		case field == "data" && e.data != "":
			e.data += "\n" + value
		case field == "data":
			e.data = value
		}
	}
}
