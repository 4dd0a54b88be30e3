package api_test

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

const eventsPath = jobsPath + "/events"

// An event is one of a stream; a heartbeat has neither name nor data.
type event struct{ id, name, data string }

// events reads a stream.
type events struct {
	t    *testing.T
	resp *http.Response
	in   *bufio.Reader
}

// listen opens a stream over a connection; headers are lines.
func listen(t *testing.T, conn net.Conn, path string, headers ...string) *events {
	t.Helper()
	io.WriteString(conn, "GET "+path+" HTTP/1.1\r\nHost: x\r\nAccept: text/event-stream\r\n"+strings.Join(append(headers, "", ""), "\r\n"))
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	return &events{t, resp, bufio.NewReader(resp.Body)}
}

// next returns the next event, or io.EOF at the stream's end.
func (s *events) next() (e event, err error) {
	s.t.Helper()
	for {
		line, err := s.in.ReadString('\n')
		if err != nil {
			return e, err
		}
		name, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), ":")
		value = strings.TrimPrefix(value, " ")
		switch {
		case line == "\n":
			return e, nil
		case name == "id":
			e.id = value
		case name == "event":
			e.name = value
		case name == "data":
			e.data = value
		case name != "":
			s.t.Errorf("line %q in a stream", line)
		}
	}
}

// want checks the next event that is no heartbeat and returns its id and job.
func (s *events) want(name, status string) (string, wire.Job) {
	s.t.Helper()
	for {
		e, err := s.next()
		if err != nil {
			s.t.Fatalf("%v, want %s %s", err, name, status)
		}
		if e.data == "" {
			continue
		}
		var j wire.Job
		if err := json.Unmarshal([]byte(e.data), &j); err != nil {
			s.t.Fatal(err)
		}
		if e.name != name || j.Status != status {
			s.t.Fatalf("got %+v, want %q %s", e, name, status)
		}
		return e.id, j
	}
}

func (s *events) wantEnd() {
	s.t.Helper()
	if e, err := s.next(); err != io.EOF {
		s.t.Errorf("got %+v, %v, want the end", e, err)
	}
}

func TestJobStreamsItsChangesUntilItsEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		connect := serve(t, s.api)
		j := s.want(201, "POST", jobsPath, textJob).job(t)
		ev := listen(t, connect(), jobsPath+"('"+j.ID+"')/events")
		if got := ev.resp.Header.Get("Content-Type"); got != "text/event-stream" {
			t.Errorf("Content-Type is %q", got)
		}
		if id, _ := ev.want("", "notStarted"); id != "1" {
			t.Errorf("the first id is %q", id)
		}
		before := time.Now()
		for range 6 {
			if e, err := ev.next(); e != (event{}) || err != nil {
				t.Fatalf("got %+v, %v, want a heartbeat", e, err)
			}
		}
		if took := time.Since(before); took != 90*time.Second {
			t.Errorf("six heartbeats in %v", took)
		}
		s.work(wire.ClassifyText, func(context.Context, *jobs.Job) (*jobs.Result, error) {
			time.Sleep(20 * time.Second)
			return &jobs.Result{JSON: json.RawMessage(`{"classification":[]}`)}, nil
		})
		running, _ := ev.want("", "running")
		last, ended := ev.want("", "succeeded")
		if string(ended.Result) != `{"classification":[]}` {
			t.Errorf("the result is %s", ended.Result)
		}
		ev.wantEnd()

		again := listen(t, connect(), jobsPath+"/"+j.ID+"/events", "Last-Event-ID: "+running)
		if id, _ := again.want("", "succeeded"); id != last {
			t.Errorf("resumed at %q, want %q", id, last)
		}
		again.wantEnd()
		if over := listen(t, connect(), jobsPath+"/"+j.ID+"/events", "Last-Event-ID: "+last); over.resp.StatusCode != 204 {
			t.Errorf("after the last event: %s", over.resp.Status)
		}
	})
}

func TestJobStreamResumesWithWhatIsNewer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		connect := serve(t, s.api)
		j := s.want(201, "POST", jobsPath, textJob).job(t)
		ev := listen(t, connect(), jobsPath+"/"+j.ID+"/events", "Last-Event-ID: 1")
		if e, err := ev.next(); e != (event{}) || err != nil {
			t.Errorf("got %+v, %v though nothing is newer", e, err)
		}
		s.want(204, "DELETE", jobsPath+"/"+j.ID, "")
		if e, err := ev.next(); err != nil || e.name != "deleted" || e.data != `{"id":"`+j.ID+`","@removed":{"reason":"deleted"}}` {
			t.Errorf("got %+v, %v, want that the job was deleted", e, err)
		}
		ev.wantEnd()
	})
}

func TestTenantStreamsItsJobsAndResumes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t, withTenants)
		connect := serve(t, s.api)
		post := func(tenant string) string {
			return s.want(201, "POST", jobsPath, textJob, "Authorization: "+tenant).job(t).ID
		}
		post("acme")
		ev := listen(t, connect(), eventsPath, "Authorization: acme")
		ev.want("reset", "")
		post("duff")
		first := post("acme")
		place, j := ev.want("", "notStarted")
		if j.ID != first || j.TenantID != "acme" {
			t.Errorf("got job %s of %s", j.ID, j.TenantID)
		}
		second := post("acme")
		s.want(200, "POST", jobsPath+"/"+second+"/cancel", "", "Authorization: acme")
		s.want(204, "DELETE", jobsPath+"/"+first, "", "Authorization: acme")
		for _, ev := range []*events{ev, listen(t, connect(), eventsPath, "Authorization: acme", "Last-Event-ID: "+place)} {
			ev.want("", "notStarted")
			if _, j := ev.want("", "canceled"); j.ID != second {
				t.Errorf("got job %s", j.ID)
			}
			if _, j := ev.want("deleted", ""); j.ID != first {
				t.Errorf("got job %s", j.ID)
			}
		}
		listen(t, connect(), eventsPath, "Authorization: acme", "Last-Event-ID: nonsense").want("reset", "")
	})
}

func TestStreamsAreRefusedBeforeTheyBegin(t *testing.T) {
	s := start(t, withTenants)
	acme := "Authorization: acme"
	j := s.want(201, "POST", jobsPath, textJob, acme).job(t)
	s.want(401, "GET", eventsPath, "")
	s.want(404, "GET", jobsPath+"/"+j.ID+"/events", "", "Authorization: duff")
	s.want(404, "GET", jobsPath+"/"+anID+"/events", "", acme)
	s.want(404, "GET", "/beta/dataClassification/classifyTextJobs/x/events", "", acme)
	s.want(405, "POST", eventsPath, "{}", acme)
	s.want(406, "GET", eventsPath, "", acme, "Accept: image/png")
	for _, path := range []string{eventsPath, jobsPath + "/" + j.ID + "/events"} {
		if a := s.want(200, "HEAD", path, "", acme); a.body != "" || a.Header.Get("Content-Type") != "text/event-stream" {
			t.Errorf("HEAD %s: %q %v", path, a.body, a.Header)
		}
	}
	s.away.Store(true)
	s.redis.Close()
	for _, path := range []string{eventsPath, jobsPath + "/" + j.ID + "/events"} {
		if a := s.want(503, "GET", path, "", acme); a.Header.Get("Retry-After") == "" {
			t.Errorf("GET %s: %v", path, a.Header)
		}
	}
}

func TestSlowReaderOfAStreamIsLetGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		connect := serve(t, s.api)
		slow, fast := listen(t, connect(), eventsPath), listen(t, connect(), eventsPath)
		slow.want("reset", "")
		fast.want("reset", "")
		for range 100 {
			s.want(201, "POST", jobsPath, textJob)
			fast.want("", "notStarted")
			time.Sleep(100 * time.Millisecond)
		}
		time.Sleep(20 * time.Second)
		synctest.Wait()
		var streams int
		for _, line := range s.lines() {
			if line["route"] == "jobs.events" {
				streams++
			}
		}
		if streams != 1 {
			t.Errorf("%d streams have ended, want that of the slow reader", streams)
		}
		s.want(201, "POST", jobsPath, textJob)
		fast.want("", "notStarted")
	})
}

func TestStreamsEndWhenTheServerStops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		ctx, stop := context.WithCancel(t.Context())
		connect := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			// As a server's BaseContext ends every request.
			ending, cancel := context.WithCancel(r.Context())
			defer cancel()
			defer context.AfterFunc(ctx, cancel)()
			s.api.ServeHTTP(w, r.WithContext(ending))
		}))
		j := s.want(201, "POST", jobsPath, textJob).job(t)
		one, all := listen(t, connect(), jobsPath+"/"+j.ID+"/events"), listen(t, connect(), eventsPath)
		one.want("", "notStarted")
		all.want("reset", "")
		time.Sleep(14 * time.Second) // longer than an event may take
		stop()
		one.wantEnd()
		all.wantEnd()
	})
}

// A quiet connection sends one request and takes whatever comes.
type quiet struct {
	net.Conn // an end of a pipe that nobody else has; for what is not overridden

	mu     sync.Mutex // guards all below
	unread string
	taken  int
	closed chan struct{}
}

func (c *quiet) Read(p []byte) (int, error) {
	c.mu.Lock()
	n := copy(p, c.unread)
	c.unread = c.unread[n:]
	c.mu.Unlock()
	if n > 0 {
		return n, nil
	}
	<-c.closed
	return 0, io.EOF
}

func (c *quiet) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.taken += strings.Count(string(p), "data:")
	return len(p), nil
}

func (c *quiet) SetDeadline(time.Time) error      { return nil }
func (c *quiet) SetReadDeadline(time.Time) error  { return nil }
func (c *quiet) SetWriteDeadline(time.Time) error { return nil }

// events is how many came.
func (c *quiet) events() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.taken
}

// streams is how many streams a test opens: the race detector knows 8128
// goroutines at most.
func streams() int {
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			if s.Key == "-race" && s.Value == "true" {
				return 2000
			}
		}
	}
	return 5000
}

func TestFiveThousandStreamsAreCheapAndAllHear(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		l := jobtest.NewPipes()
		srv := api.NewServer(s.api, api.ServerOptions{})
		serving := make(chan struct{})
		go func() { srv.Serve(l); close(serving) }()
		j := s.want(201, "POST", jobsPath, textJob).job(t)

		n := streams()
		goroutines, heap := usage()
		all := make([]*quiet, n)
		for i := range all {
			path := eventsPath
			if i%2 == 1 {
				path = jobsPath + "/" + j.ID + "/events"
			}
			all[i] = &quiet{unread: "GET " + path + " HTTP/1.1\r\nHost: x\r\n\r\n", closed: make(chan struct{})}
			all[i].Conn, _ = net.Pipe()
			if err := l.Connect(t.Context(), all[i]); err != nil {
				t.Fatal(err)
			}
		}
		synctest.Wait()
		g, h := usage()
		t.Logf("%d streams: %.1f goroutines and %d bytes each", n, float64(g-goroutines)/float64(n), (h-heap)/n)
		if per := (h - heap) / n; per > 64<<10 {
			t.Errorf("%d bytes a stream", per)
		}
		s.want(200, "POST", jobsPath+"/"+j.ID+"/cancel", "")
		synctest.Wait()
		for i, c := range all {
			if got := c.events(); got != 2 {
				t.Fatalf("stream %d heard %d events, want 2", i, got)
			}
		}
		for _, c := range all {
			close(c.closed)
		}
		l.Close()
		<-serving
		srv.Close()
	})
}

func usage() (goroutines, heap int) {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return runtime.NumGoroutine(), int(m.HeapInuse + m.StackInuse)
}

func TestEventIDIsTheVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		j := s.want(201, "POST", jobsPath, textJob).job(t)
		s.want(200, "POST", jobsPath+"/"+j.ID+"/cancel", "")
		ev := listen(t, serve(t, s.api)(), jobsPath+"/"+j.ID+"/events")
		id, got := ev.want("", "canceled")
		got.Context = ""
		want := s.want(200, "GET", jobsPath+"/"+j.ID, "").job(t)
		want.Context = ""
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("(-read +streamed):\n%s", diff)
		}
		if v, err := strconv.Atoi(id); err != nil || !strings.HasSuffix(want.ETag, "."+strconv.Itoa(v)+`"`) {
			t.Errorf("id %q, ETag %s", id, want.ETag)
		}
	})
}
