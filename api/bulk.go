package api

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/semaphore"

	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
)

const (
	ndjson = "application/x-ndjson"

	bulkAtOnce  = 256             // lines on their way to the store, enough for its batches to fill
	bulkBodies  = 4               // bodies of the longest kind among these
	bulkRunaway = 16              // bodies of the longest kind in one line until the input is given up
	bulkIdle    = time.Minute     // for the client to send more
	bulkTaking  = 2 * time.Minute // for the client to take the answers once the input has ended
	bulkLeaving = 2 * time.Second // the same when the server stops
)

// A bulk is one call of /jobs/bulk. Lines are read and submitted as they come,
// many at once, while the results go out in the lines' order. Results that the
// client does not take yet are held, so that the reading goes on.
type bulk struct {
	*api
	r    *http.Request
	w    http.ResponseWriter
	rc   *http.ResponseController
	ctx  context.Context
	stop context.CancelFunc // when the client is gone

	lines chan *line     // in order; holds all that there can be
	busy  sync.WaitGroup // of lines on their way
	room  *semaphore.Weighted
	away  atomic.Pointer[error] // why the store is taken to be away
}

// A line is one line of input on its way to its result.
type line struct {
	done   chan struct{} // closed once result is set
	result wire.BulkResult
}

// bulk creates a job for each line of the body.
func (a *api) bulk(w http.ResponseWriter, r *http.Request) error {
	if err := wantMedia(r.Header, ndjson); err != nil {
		return err
	}
	b := &bulk{api: a, r: r, w: w, rc: http.NewResponseController(w),
		lines: make(chan *line, wire.MaxLines+1), room: semaphore.NewWeighted(bulkBodies * a.maxFileBody())}
	b.ctx, b.stop = context.WithCancel(r.Context())
	defer b.stop()
	// HTTP/2 is so by itself; where it cannot be had, answers come after the input.
	_ = b.rc.EnableFullDuplex()
	_ = b.rc.SetWriteDeadline(time.Time{}) // until the input ends, answers are for the client to take when it likes
	in, err := unpack(r.Header, io.NopCloser(timedReader{b}))
	if err != nil {
		return unreadable(err, a.maxFileBody())
	}
	release := context.AfterFunc(b.ctx, func() {
		_ = b.rc.SetReadDeadline(time.Unix(1, 0))
		_ = b.rc.SetWriteDeadline(time.Now().Add(bulkLeaving))
	})
	defer release()

	w.Header().Set("Content-Type", ndjson)
	var writer sync.WaitGroup
	writer.Go(b.write)
	b.read(bufio.NewReaderSize(in, 64<<10))
	close(b.lines)
	if b.ctx.Err() == nil {
		_ = b.rc.SetWriteDeadline(time.Now().Add(bulkTaking))
	}
	writer.Wait()
	b.busy.Wait() // when the client did not
	if err := b.away.Load(); err != nil {
		callOf(r).problem = explain(*err) // for the log: the answer itself is a success
	}
	return nil
}

// A timedReader is the body of a bulk call, for each piece of which the client
// has its own time.
type timedReader struct{ *bulk }

func (t timedReader) Read(p []byte) (int, error) {
	till := time.Now().Add(bulkIdle)
	_ = t.rc.SetReadDeadline(till)
	// Only now: the end of ctx sets another deadline, which must stand.
	if err := t.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := t.r.Body.Read(p)
	if errors.Is(err, os.ErrDeadlineExceeded) && !time.Now().Before(till) {
		// The server ends the request's context now, but the client is there.
		err = unreadable(err, 0)
	}
	return n, err
}

// read submits the lines until the input ends or must not go on.
func (b *bulk) read(in *bufio.Reader) {
	limit := b.maxFileBody()
	least := bulkBodies * limit / bulkAtOnce
	for i := 0; b.ctx.Err() == nil; i++ {
		text, err := readLine(in, int(limit))
		_, idle := errors.AsType[*problem](err)
		switch {
		case err == io.EOF || b.ctx.Err() != nil && !idle:
			return
		case errors.Is(err, errLineTooLong):
			b.refuse(i, tooLong(limit))
			if !skipLine(in, int(bulkRunaway*limit)) {
				return
			}
			continue
		case err != nil:
			b.refuse(i, unreadable(err, limit))
			return
		case i == wire.MaxLines:
			b.refuse(i, &problem{status: http.StatusRequestEntityTooLarge, code: "tooManyLines",
				message: fmt.Sprintf("a call must be at most %d lines: send the others in another", wire.MaxLines)})
			return
		}
		l := &line{done: make(chan struct{})}
		b.lines <- l
		weight := max(int64(len(text)), least)
		if err := b.room.Acquire(b.ctx, weight); err != nil {
			l.result = b.refusal(i, err)
			close(l.done)
			return
		}
		b.busy.Go(func() {
			defer close(l.done)
			defer b.room.Release(weight)
			l.result = b.submit(i, text)
		})
	}
}

var errLineTooLong = errors.New("line is too long")

// readLine returns a copy of the next line without its end. The last one may
// have none; after it comes io.EOF. Of a line that breaks off nothing is
// returned.
func readLine(in *bufio.Reader, most int) ([]byte, error) {
	var text []byte
	for {
		part, err := in.ReadSlice('\n')
		if len(text)+len(part) > most+1 {
			if err == nil {
				_ = in.UnreadByte() // for skipLine to find the end
			}
			return nil, errLineTooLong
		}
		text = append(text, part...)
		switch {
		case err == bufio.ErrBufferFull:
		case err == io.EOF && len(text) > 0, err == nil:
			return bytes.TrimSuffix(text, []byte{'\n'}), nil
		default:
			return nil, err
		}
	}
}

// skipLine leaves out the rest of a line of at most so many bytes, and reports
// whether there may be more after it.
func skipLine(in *bufio.Reader, most int) bool {
	for most > 0 {
		part, err := in.ReadSlice('\n')
		most -= len(part)
		if err == nil {
			return true
		}
		if err != bufio.ErrBufferFull {
			return false
		}
	}
	return false
}

// submit does for a line what a call of its own would.
func (b *bulk) submit(i int, text []byte) wire.BulkResult {
	if err := b.away.Load(); err != nil {
		return b.refusal(i, *err)
	}
	req, err := wire.ParseJob(text, b.most)
	if err != nil {
		return b.refusal(i, err)
	}
	sub, err := b.submission(b.r, req)
	if err != nil {
		return b.refusal(i, err)
	}
	// What names the whole call names its lines by their numbers, so that a
	// call that is sent again makes no job twice.
	if sub.Key != "" {
		sub.Key += "." + strconv.Itoa(i)
	}
	if sub.ClientRequestID != "" {
		sub.ClientRequestID += "." + strconv.Itoa(i)
	}
	if err := b.attach(b.ctx, &sub, req); err != nil {
		return b.refusal(i, err)
	}
	ctx, cancel := context.WithTimeout(b.ctx, b.deadline)
	defer cancel()
	j, fresh, err := b.queue.Submit(ctx, sub)
	if err != nil {
		if errors.Is(err, jobs.ErrUnavailable) && b.ctx.Err() == nil {
			// The others need not find out one by one.
			b.away.CompareAndSwap(nil, &err)
		}
		return b.refusal(i, err)
	}
	b.auditOf(b.r, callOf(b.r), string(j.ID), created(fresh, false), "")
	return wire.BulkResult{Index: i, Status: created(fresh, false), ID: string(j.ID)}
}

func (b *bulk) refusal(i int, err error) wire.BulkResult {
	p := explain(err)
	return wire.BulkResult{Index: i, Status: p.status, Error: new(errorBody(callOf(b.r), p).Error)}
}

// refuse answers a line that is not submitted.
func (b *bulk) refuse(i int, err error) {
	l := &line{done: make(chan struct{}), result: b.refusal(i, err)}
	close(l.done)
	b.lines <- l
}

// write sends the results in order, in pieces as large as waiting for the next
// one allows. When the client is gone it ends the reading too.
func (b *bulk) write() {
	out := bufio.NewWriterSize(b.w, 16<<10)
	enc := json.NewEncoder(out)
	enc.SetEscapeHTML(false)
	flush := func() error {
		if out.Buffered() == 0 {
			return nil
		}
		if err := out.Flush(); err != nil {
			return err
		}
		return b.rc.Flush()
	}
	for l := range b.ready(flush) {
		if err := enc.Encode(l.result); err != nil {
			b.stop()
			return
		}
	}
	if flush() != nil {
		b.stop()
	}
}

// ready yields each line once it has its result. Before it has to wait, what
// is written goes out.
func (b *bulk) ready(flush func() error) func(func(*line) bool) {
	return func(yield func(*line) bool) {
		for {
			var l *line
			var more bool
			select {
			case l, more = <-b.lines:
			default:
				if flush() != nil {
					b.stop()
					return
				}
				l, more = <-b.lines
			}
			if !more {
				return
			}
			select {
			case <-l.done:
			default:
				if flush() != nil {
					b.stop()
					return
				}
				<-l.done
			}
			if !yield(l) {
				return
			}
		}
	}
}
