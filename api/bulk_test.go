package api_test

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
)

const bulkPath = "/beta/dataClassification/jobs/bulk"

// results are the lines of an answer.
func (a answer) results(t testing.TB) (list []wire.BulkResult) {
	t.Helper()
	for line := range strings.Lines(a.body) {
		var r wire.BulkResult
		if err := json.Unmarshal([]byte(line), &r); err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		list = append(list, r)
	}
	return list
}

func (s *service) bulk(body string, headers ...string) answer {
	s.t.Helper()
	return s.want(200, "POST", bulkPath, body, append(headers, "Content-Type: application/x-ndjson")...)
}

func TestEachLineOfABulkIsAnsweredByItself(t *testing.T) {
	s := start(t)
	const other = "324d1724-1724-324d-2417-4d3224174d33"
	body := strings.Join([]string{
		textJob,
		`{"type":"a","id":"` + anID + `"}`,
		`{"type":`,
		``,
		`{"type":"classifyText","request":{"text":"x","sensitiveTypeIds":["` + other + `"]}}`,
		"{\"type\":\"b\"}\r",
		`["a"]`,
		`{"type":"c","request":{"x":"` + strings.Repeat("x", 1<<20) + `"}}`,
		`{"type":"d","x":"` + strings.Repeat("x", 4<<20) + `"}`,
		`{"type":"e"}`,
	}, "\n")
	type result struct {
		Status       int
		Target, Code string
		Created      bool
	}
	var got []result
	for i, r := range s.bulk(body).results(t) {
		if r.Index != i {
			t.Errorf("result %d is of line %d", i, r.Index)
		}
		g := result{Status: r.Status, Created: r.ID != ""}
		if r.Error != nil {
			g.Target, g.Code = r.Error.Target, r.Error.InnerError.Code
		}
		got = append(got, g)
	}
	want := []result{
		{Status: 201, Created: true},
		{Status: 201, Created: true},
		{Status: 400, Code: "malformedBody", Target: "type"},
		{Status: 400, Code: "malformedBody"},
		{Status: 400, Code: "unknownSensitiveType", Target: "request.sensitiveTypeIds[0]"},
		{Status: 201, Created: true},
		{Status: 400, Code: "malformedBody"},
		{Status: 413, Code: "contentTooLarge", Target: "request"},
		{Status: 413, Code: "contentTooLarge"},
		{Status: 201, Created: true},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := s.count(); n != 4 {
		t.Errorf("made %d jobs", n)
	}
	again := s.bulk(`{"type":"a","id":"` + anID + `"}` + "\n" + `{"type":"b","id":"` + anID + `"}`).results(t)
	if again[0].Status+again[1].Status != 200+409 || again[0].Status == 200 && again[0].ID != anID {
		t.Errorf("the same id again: %+v", again)
	}
}

func TestBulkTakesTenThousandLinesAndNoMore(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // where a slow machine has no deadlines
		s := start(t)
		// Bad lines between the good ones cost little.
		list := s.bulk(strings.Repeat("{\"type\":\"a\"}\n"+strings.Repeat("{}\n", 99), 101)).results(t)
		if len(list) != 10_001 {
			t.Fatalf("%d results", len(list))
		}
		for i, r := range list[:10_000] {
			if want := map[bool]int{true: 201, false: 400}[i%100 == 0]; r.Index != i || r.Status != want {
				t.Fatalf("line %d: %+v", i, r)
			}
		}
		if r := list[10_000]; r.Status != 413 || r.Error.InnerError.Code != "tooManyLines" {
			t.Errorf("one more line: %+v", r)
		}
		if n := s.count(); n != 100 {
			t.Errorf("made %d jobs", n)
		}
	})
}

func TestBulkSentAgainUnderItsKeyMakesNoJobTwice(t *testing.T) {
	s := start(t)
	body := strings.Repeat(textJob+"\n", 3)
	for _, headers := range [][]string{{"Idempotency-Key: k"}, {"client-request-id: r", "Retry-Attempt: 1"}} {
		before := s.count()
		first := s.bulk(body, headers...).results(t)
		again := s.bulk(body, headers...).results(t)
		for i := range first {
			if first[i].Status != 201 || again[i].Status != 200 || first[i].ID != again[i].ID {
				t.Errorf("%v, line %d: %+v then %+v", headers, i, first[i], again[i])
			}
		}
		if n := s.count() - before; n != 3 {
			t.Errorf("%v: made %d jobs", headers, n)
		}
	}
}

func TestBulkMayBePackedAndMustBeWhole(t *testing.T) {
	s := start(t)
	list := s.bulk(pack("{\"type\":\"a\"}\n{\"type\":\"b\"}"), "Content-Encoding: gzip").results(t)
	if len(list) != 2 || list[1].Status != 201 {
		t.Errorf("packed: %+v", list)
	}
	whole := pack(strings.Repeat("{\"type\":\"a\"}\n", 3) + `{"type":"cut short"}`)
	list = s.bulk(whole[:len(whole)-6], "Content-Encoding: gzip").results(t)
	if n := len(list); n == 0 || list[n-1].Status != 400 || list[n-1].Error.InnerError.Code != "malformedBody" {
		t.Errorf("cut short: %+v", list)
	}
	for j, err := range s.queue.List(t.Context(), api.DefaultTenant, jobs.Query{}) {
		if err != nil || j.Type == "cut short" {
			t.Errorf("what was cut short is a job: %v, %v", j, err)
		}
	}
	// A line without an end is given up some time.
	small := start(t, func(o *api.Options) { o.MaxText = 1 << 10 })
	list = small.bulk(pack(strings.Repeat("x", 8<<20)), "Content-Encoding: gzip").results(t)
	if len(list) != 1 || list[0].Status != 413 {
		t.Errorf("bomb: %d results", len(list))
	}
}

func TestRemainingLinesOfABulkAreRefusedWhenTheStoreIsAway(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		conn := serve(t, s.api)()
		in := bufio.NewReader(conn)
		io.WriteString(conn, "POST "+bulkPath+" HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-ndjson\r\nTransfer-Encoding: chunked\r\n\r\n")
		chunk(conn, textJob+"\n")
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(resp.Body)
		if r := nextResult(t, lines); r.Status != 201 {
			t.Fatalf("before: %+v", r)
		}
		s.away.Store(true)
		s.redis.Close()
		go func() {
			chunk(conn, strings.Repeat(textJob+"\n", 2000))
			chunk(conn, "")
		}()
		before := time.Now()
		for i := range 2000 {
			if r := nextResult(t, lines); r.Index != i+1 || r.Status != 503 || r.Error.InnerError.Code != "storeUnavailable" {
				t.Fatalf("line %d: %+v", i+1, r)
			}
		}
		if took := time.Since(before); took > 20*time.Second {
			t.Errorf("took %v", took)
		}
		if _, err := lines.ReadByte(); err != io.EOF {
			t.Errorf("after the last line: %v", err)
		}
	})
}

func chunk(w io.Writer, data string) {
	fmt.Fprintf(w, "%x\r\n%s\r\n", len(data), data)
}

func nextResult(t *testing.T, lines *bufio.Reader) (r wire.BulkResult) {
	t.Helper()
	line, err := lines.ReadBytes('\n')
	if err == nil {
		err = json.Unmarshal(line, &r)
	}
	if err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	return r
}

func TestBulkAnswersALineBeforeTheNextIsSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		conn := serve(t, s.api)()
		io.WriteString(conn, "POST "+bulkPath+" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
		var lines *bufio.Reader
		for i := range 5 {
			chunk(conn, `{"type":"a"}`)
			chunk(conn, "\n")
			if lines == nil {
				resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
				if err != nil {
					t.Fatal(err)
				}
				lines = bufio.NewReader(resp.Body)
			}
			if r := nextResult(t, lines); r.Index != i || r.Status != 201 {
				t.Errorf("line %d: %+v", i, r)
			}
			time.Sleep(45 * time.Second) // longer than a whole request may take elsewhere
		}
		time.Sleep(16 * time.Second)
		if r := nextResult(t, lines); r.Status != 408 {
			t.Errorf("after a minute of silence: %+v", r)
		}
		if _, err := lines.ReadByte(); err != io.EOF {
			t.Errorf("after the last line: %v", err)
		}
	})
}

func TestBulkReadsItsInputThoughNobodyTakesTheAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		conn := serve(t, s.api)() // a pipe without any room for answers
		io.WriteString(conn, "POST "+bulkPath+" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
		for range 100 {
			chunk(conn, "{\"type\":\"a\"}\n"+strings.Repeat("{}\n", 49))
			time.Sleep(3 * time.Second)
		}
		chunk(conn, "")
		time.Sleep(100 * time.Second)
		if n := s.count(); n != 100 {
			t.Errorf("made %d jobs before the client took an answer", n)
		}
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(resp.Body)
		if n := bytes.Count(body, []byte("\n")); err != nil || n != 5000 {
			t.Errorf("%d answers, %v", n, err)
		}
	})
}

func TestBulkEndsWhenItsClientIsGone(t *testing.T) {
	for _, tt := range []struct {
		name string
		gone func(net.Conn)
	}{
		{"closed", func(c net.Conn) { c.Close() }},
		{"silent", func(net.Conn) { time.Sleep(4 * time.Minute) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := start(t)
				conn := serve(t, s.api)()
				io.WriteString(conn, "POST "+bulkPath+" HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
				chunk(conn, "{\"type\":\"a\"}\n{\"type\":\"b\"}\n{\"type\":\"broken ")
				time.Sleep(time.Second)
				tt.gone(conn)
				time.Sleep(time.Second)
				if n := s.count(); n != 2 {
					t.Errorf("made %d jobs", n)
				}
				synctest.Wait()
				if lines := s.lines(); len(lines) != 1 {
					t.Errorf("the call has not ended: %v", lines)
				}
			})
		})
	}
}

func TestBulkObeysTheLimitsOfALonePost(t *testing.T) {
	s := startWith(t, jobs.Options{MaxWaiting: 2}, withTenants)
	list := s.bulk(strings.Repeat("{\"type\":\"a\"}\n", 4)+`{"type":"a","tenantId":"`+anID+`"}`, "Authorization: acme").results(t)
	count := map[int]int{}
	for _, r := range list {
		count[r.Status]++
	}
	// Lines that come at once may be counted twice, but none gets past the limit.
	if count[201] < 1 || count[201] > 2 || count[201]+count[503] != 4 || count[403] != 1 {
		t.Errorf("of 4 lines, where 2 may wait, and one for another tenant: %v", count)
	}
	s.want(401, "POST", bulkPath, `{"type":"a"}`, "Content-Type: application/x-ndjson")
}

func TestBulkOverHTTP2IsFullDuplexToo(t *testing.T) {
	s := start(t)
	srv := httptest.NewUnstartedServer(s.api)
	srv.EnableHTTP2 = true
	srv.StartTLS()
	defer srv.Close()
	pr, pw := io.Pipe()
	req, _ := http.NewRequest("POST", srv.URL+bulkPath, pr)
	go io.WriteString(pw, "{\"type\":\"a\"}\n")
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.ProtoMajor != 2 {
		t.Fatalf("speaks %s", resp.Proto)
	}
	lines := bufio.NewReader(resp.Body)
	nextResult(t, lines)
	io.WriteString(pw, "{\"type\":\"b\"}\n")
	if r := nextResult(t, lines); r.Index != 1 || r.Status != 201 {
		t.Errorf("second line: %+v", r)
	}
	pw.Close()
	if _, err := lines.ReadByte(); err != io.EOF {
		t.Errorf("after the last line: %v", err)
	}
}
