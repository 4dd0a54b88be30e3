package app

import (
	"bufio"
	"bytes"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
)

// connect connects for at most a minute.
func connect(t *testing.T, addr string) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// exchange sends bytes as they are, and returns the statuses of all answers
// until the service hangs up.
func exchange(t *testing.T, addr, raw string) (statuses []int) {
	t.Helper()
	conn := connect(t, addr)
	defer conn.Close()
	if _, err := io.WriteString(conn, raw); err != nil {
		t.Fatal(err)
	}
	for in := bufio.NewReader(conn); ; {
		resp, err := http.ReadResponse(in, nil)
		if err != nil {
			if err == io.ErrUnexpectedEOF || err == io.EOF || strings.Contains(err.Error(), "reset") {
				return statuses
			}
			t.Fatal(err)
		}
		if _, err := io.Copy(io.Discard, resp.Body); err != nil {
			t.Fatal(err)
		}
		statuses = append(statuses, resp.StatusCode)
	}
}

// Two readers of one connection, such as a proxy and this service, must not see
// different requests in it: what has two readings is refused, or the connection
// ends with its answer. Each of these ends with a request that a proxy may take
// for a body, or for one of its own.
func TestNoRequestIsSmuggledPastAProxy(t *testing.T) {
	s := listening(t)
	const (
		job   = `{"type":"a"}` // 12 bytes
		post  = "POST /beta/dataClassification/jobs HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
		last  = "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
		chunk = "c\r\n" + job + "\r\n0\r\n\r\n"
	)
	for _, tt := range []struct {
		name, raw string
		want      []int
	}{
		{"good, with a length", post + "Content-Length: 12\r\n\r\n" + job + last, []int{201, 200}},
		{"good, in chunks", post + "Transfer-Encoding: chunked\r\n\r\n" + chunk + last, []int{201}},
		{"length and chunks", post + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + last, []int{201}},
		{"chunks and length", post + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n" + chunk + last, []int{201}},
		{"two lengths", post + "Content-Length: 12\r\nContent-Length: 0\r\n\r\n" + job + last, []int{400}},
		{"two lengths in a line", post + "Content-Length: 12, 0\r\n\r\n" + job + last, []int{400}},
		{"signed length", post + "Content-Length: +12\r\n\r\n" + job + last, []int{400}},
		{"negative length", post + "Content-Length: -12\r\n\r\n" + job + last, []int{400}},
		{"length in hex", post + "Content-Length: 0xc\r\n\r\n" + job + last, []int{400}},
		{"length with a blank", post + "Content-Length: 1 2\r\n\r\n" + job + last, []int{400}},
		{"length above all numbers", post + "Content-Length: 18446744073709551628\r\n\r\n" + job + last, []int{400}},
		{"empty length", post + "Content-Length: \r\n\r\n" + job + last, []int{400}},
		{"blank before the colon", post + "Content-Length : 12\r\n\r\n" + job + last, []int{400}},
		{"unknown coding", post + "Transfer-Encoding: xchunked\r\n\r\n" + chunk + last, []int{501}},
		{"coding twice", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n" + chunk + last, []int{501}},
		{"two codings", post + "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n" + chunk + last, []int{501}},
		{"list of codings", post + "Transfer-Encoding: gzip, chunked\r\n\r\n" + chunk + last, []int{501}},
		{"coding in quotes", post + "Transfer-Encoding: \"chunked\"\r\n\r\n" + chunk + last, []int{501}},
		{"coding after a vertical tab", post + "Transfer-Encoding: \x0bchunked\r\n\r\n" + chunk + last, []int{400}},
		{"blank before the coding's colon", post + "Transfer-Encoding : chunked\r\n\r\n" + chunk + last, []int{400}},
		{"folded coding", post + "Transfer-Encoding:\r\n chunked\r\n\r\n" + chunk + last, []int{201}},
		{"folded header", post + "X-A: b\r\n Content-Length: 12\r\n\r\n" + job + last, []int{400, 400}},
		{"folded first header", "GET /livez HTTP/1.1\r\n Host: x\r\n\r\n" + last, []int{400}},
		{"coding of HTTP/1.0", strings.Replace(post, "1.1", "1.0", 1) + "Transfer-Encoding: chunked\r\n\r\n" + chunk + last, []int{400}},
		{"null in a header", post + "X-A: \x00\r\nContent-Length: 12\r\n\r\n" + job + last, []int{400}},
		{"carriage return in a header", post + "X-A: b\rTransfer-Encoding: chunked\r\nContent-Length: 12\r\n\r\n" + job + last, []int{400}},
		{"header without a colon", post + "X-A\r\nContent-Length: 12\r\n\r\n" + job + last, []int{400}},
		{"header without a name", post + ": b\r\nContent-Length: 12\r\n\r\n" + job + last, []int{400}},
		{"chunk of a size in many forms", post + "Transfer-Encoding: chunked\r\n\r\n0xc\r\n" + job + "\r\n0\r\n\r\n" + last, []int{400}},
		{"chunk of a negative size", post + "Transfer-Encoding: chunked\r\n\r\n-1\r\n" + job + "\r\n0\r\n\r\n" + last, []int{400}},
		{"chunk of a size above all numbers", post + "Transfer-Encoding: chunked\r\n\r\n1000000000000000c\r\n" + job + "\r\n0\r\n\r\n" + last, []int{400}},
		{"chunk with an extension", post + "Transfer-Encoding: chunked\r\n\r\nc;a=\"b\"\r\n" + job + "\r\n0\r\n\r\n" + last, []int{201}},
		{"chunk with a line end in its extension", post + "Transfer-Encoding: chunked\r\n\r\nc;a\n\r\n" + job + "\r\n0\r\n\r\n" + last, []int{400}},
		{"chunk with very long extensions", post + "Transfer-Encoding: chunked\r\n\r\n1;" + strings.Repeat("a", 40<<10) + "\r\n{\r\n0\r\n\r\n" + last, []int{400}},
		{"chunk that is longer than it says", post + "Transfer-Encoding: chunked\r\n\r\n2\r\n" + job + "\r\n0\r\n\r\n" + last, []int{400}},
		{"chunk that ends without a line's end", post + "Transfer-Encoding: chunked\r\n\r\nc\r\n" + job + "0\r\n\r\n" + last, []int{400}},
		{"bare line ends between headers", strings.ReplaceAll(post, "\r\n", "\n") + "Content-Length: 12\n\n" + job + last, []int{201, 200}},
		{"bare line ends in chunks", post + "Transfer-Encoding: chunked\r\n\r\nc\n" + job + "\n0\n\n" + last, []int{400}},
		{"two hosts", "GET /livez HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n" + last, []int{400}},
		{"no host", "GET /livez HTTP/1.1\r\n\r\n" + last, []int{400}},
		{"host that is none", "GET /livez HTTP/1.1\r\nHost: x y\r\n\r\n" + last, []int{400}},
		{"blank in the target", "GET /livez HTTP/1.1 HTTP/1.1\r\nHost: x\r\n\r\n" + last, []int{400}},
		{"another protocol", "GET /livez HTTP/3.0\r\nHost: x\r\n\r\n" + last, []int{505}},
		{"protocol in small letters", "GET /livez http/1.1\r\nHost: x\r\n\r\n" + last, []int{400}},
		{"method that is none", "GE(T /livez HTTP/1.1\r\nHost: x\r\n\r\n" + last, []int{400}},
		{"tunnel", "CONNECT /livez HTTP/1.1\r\nHost: x\r\n\r\n" + last, []int{405, 200}},
		{"upgrade to HTTP/2", "GET /livez HTTP/1.1\r\nHost: x\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n" + last, []int{200, 200}},
		{"preface of HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + last, []int{404}},
		{"body of a GET", "GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nGET /" + last, []int{200, 200}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := exchange(t, s.Addr(), tt.raw); !slices.Equal(got, tt.want) {
				t.Errorf("answers are %v, want %v", got, tt.want)
			}
		})
	}
}

func TestTargetGoesBeforeTheHostHeader(t *testing.T) {
	s := listening(t)
	conn, err := net.Dial("tcp", s.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	io.WriteString(conn, "POST http://one.example/beta/dataClassification/jobs HTTP/1.1\r\nHost: other.example\r\nContent-Type: application/json\r\nContent-Length: 12\r\n\r\n{\"type\":\"a\"}")
	resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	// As RFC 9112, section 3.2.2, has it.
	if at := resp.Header.Get("Location"); resp.StatusCode != 201 || !strings.HasPrefix(at, "http://one.example/") {
		t.Errorf("got %d with Location %s", resp.StatusCode, at)
	}
}

// What a proxy would turn into headers of HTTP/1.1 that say something else.
func TestHTTP2CarriesNothingThatHTTP1ReadsOtherwise(t *testing.T) {
	s := listening(t, "--h2c")
	for _, tt := range []struct {
		name    string
		headers []string // name, value
		body    string
		want    string // status, or how the stream ends
	}{
		{"good", []string{"content-length", "12"}, `{"type":"a"}`, "201"},
		{"a coding", []string{"transfer-encoding", "chunked"}, `{"type":"a"}`, "400"},
		{"a connection's header", []string{"connection", "keep-alive"}, `{"type":"a"}`, "400"},
		{"an upgrade", []string{"upgrade", "h2c"}, `{"type":"a"}`, "400"},
		{"a longer body than its length", []string{"content-length", "2"}, `{"type":"a"}`, "PROTOCOL_ERROR"},
		{"a shorter body than its length", []string{"content-length", "30"}, `{"type":"a"}`, "400"},
		{"a line's end in a value", []string{"x-a", "b\r\ntransfer-encoding: chunked"}, `{"type":"a"}`, "PROTOCOL_ERROR"},
		{"a line's end in a name", []string{"x-a\r\nhost", "b"}, `{"type":"a"}`, "PROTOCOL_ERROR"},
		{"a colon in a name", []string{"x-a: b", "c"}, `{"type":"a"}`, "PROTOCOL_ERROR"},
		{"a capital in a name", []string{"Transfer-Encoding", "chunked"}, `{"type":"a"}`, "PROTOCOL_ERROR"},
		{"a null in a value", []string{"x-a", "\x00"}, `{"type":"a"}`, "PROTOCOL_ERROR"},
		{"two paths", []string{":path", "/livez"}, `{"type":"a"}`, "PROTOCOL_ERROR"},
		{"an unknown pseudo header", []string{":host", "y"}, `{"type":"a"}`, "PROTOCOL_ERROR"},
		{"a pseudo header after others", []string{"x-a", "b", ":method", "GET"}, `{"type":"a"}`, "PROTOCOL_ERROR"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := overHTTP2(t, s.Addr(), tt.headers, tt.body); got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}

// overHTTP2 posts a job over HTTP/2 with some more headers, and returns the status
// of the answer, or with which error the stream or the connection ends.
func overHTTP2(t *testing.T, addr string, headers []string, body string) string {
	t.Helper()
	conn := connect(t, addr)
	defer conn.Close()
	io.WriteString(conn, http2.ClientPreface)
	f := http2.NewFramer(conn, conn)
	f.ReadMetaHeaders = hpack.NewDecoder(4096, nil)
	if err := f.WriteSettings(); err != nil {
		t.Fatal(err)
	}
	var block bytes.Buffer
	enc := hpack.NewEncoder(&block)
	all := append([]string{":method", "POST", ":scheme", "http", ":authority", "x", ":path", "/beta/dataClassification/jobs", "content-type", "application/json"}, headers...)
	if strings.HasPrefix(headers[0], ":") {
		all = append(headers, all...)
	}
	for pair := range slices.Chunk(all, 2) {
		if err := enc.WriteField(hpack.HeaderField{Name: pair[0], Value: pair[1]}); err != nil {
			t.Fatal(err)
		}
	}
	if err := f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true}); err != nil {
		t.Fatal(err)
	}
	if err := f.WriteData(1, true, []byte(body)); err != nil {
		t.Fatal(err)
	}
	for {
		frame, err := f.ReadFrame()
		if err != nil {
			return err.Error()
		}
		switch frame := frame.(type) {
		case *http2.MetaHeadersFrame:
			return frame.PseudoValue("status")
		case *http2.RSTStreamFrame:
			return frame.ErrCode.String()
		case *http2.GoAwayFrame:
			return frame.ErrCode.String()
		}
	}
}
