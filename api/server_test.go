package api_test

import (
	"bufio"
	"errors"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

func TestMain(m *testing.M) { jobtest.Main(m) }

// pipes is a listener whose connections are pipes in memory.
type pipes chan net.Conn

func (p pipes) Accept() (net.Conn, error) {
	c, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (p pipes) Close() error   { return nil }
func (p pipes) Addr() net.Addr { return &net.TCPAddr{} }

// serve runs the API on a server and returns a way to connect to it.
func serve(t *testing.T, h http.Handler) func() net.Conn {
	l := make(pipes)
	srv := api.NewServer("", h, slog.New(slog.DiscardHandler))
	done := make(chan error)
	go func() { done <- srv.Serve(l) }()
	t.Cleanup(func() {
		close(l)
		if err := <-done; !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		srv.Close()
	})
	return func() net.Conn {
		client, server := net.Pipe()
		t.Cleanup(func() { client.Close() })
		l <- server
		return client
	}
}

func TestSlowHeaderEndsTheConnection(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := serve(t, start(t).api)()
		io.WriteString(conn, "GET /livez HTTP/1.1\r\n")
		before := time.Now()
		io.Copy(io.Discard, conn) // until the server closes
		if took := time.Since(before); took != 5*time.Second {
			t.Errorf("closed after %v", took)
		}
	})
}

func TestSlowBodyEndsIn408(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := serve(t, start(t).api)()
		io.WriteString(conn, "POST "+jobsPath+" HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(resp.Body)
		if p := (answer{resp, string(body)}).problem(t); resp.StatusCode != 408 || p.Code != "requestTimeout" {
			t.Errorf("got %d %s", resp.StatusCode, body)
		}
	})
}

// A slow body comes some seconds after its header.
type slow struct{ io.Reader }

func (s slow) Read(p []byte) (int, error) {
	time.Sleep(7 * time.Second)
	return s.Reader.Read(p)
}

func TestTimeForTheQueueStartsAfterTheBody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		if a := s.send(httptest.NewRequest("POST", textPath, slow{strings.NewReader(textBody)})); a.StatusCode != 202 {
			t.Errorf("got %d %s", a.StatusCode, a.body)
		}
	})
}

func TestKeptConnectionServesGoodAndBad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := serve(t, start(t).api)()
		in := bufio.NewReader(conn)
		for _, tt := range []struct {
			request string
			status  int
			method  string
		}{
			{"POST " + jobsPath + " HTTP/1.1\r\nHost: x\r\nContent-Length: 12\r\n\r\n{\"type\":\"a\"}", 201, "POST"},
			{"POST " + jobsPath + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{\"type\":\"a\"}\r\n0\r\n\r\n", 201, "POST"},
			{"GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n", 400, "GET"},
		} {
			io.WriteString(conn, tt.request)
			resp, err := http.ReadResponse(in, &http.Request{Method: tt.method})
			if err != nil {
				t.Fatal(err)
			}
			io.Copy(io.Discard, resp.Body)
			if resp.StatusCode != tt.status {
				t.Errorf("%q: %d, want %d", tt.request, resp.StatusCode, tt.status)
			}
		}
	})
}

func TestWaitOutlastsTheTimeForARequest(t *testing.T) {
	for _, request := range []string{
		"GET " + jobsPath + "/" + anID + " HTTP/1.1\r\nHost: x\r\nPrefer: wait=50\r\n\r\n",
		"POST " + jobsPath + " HTTP/1.1\r\nHost: x\r\nPrefer: wait=50\r\nContent-Length: 12\r\n\r\n{\"type\":\"a\"}",
	} {
		synctest.Test(t, func(t *testing.T) {
			s := start(t)
			s.want(201, "POST", jobsPath, `{"type":"a","id":"`+anID+`"}`)
			conn := serve(t, s.api)()
			before := time.Now()
			io.WriteString(conn, request)
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(before); resp.StatusCode >= 300 || took < 50*time.Second {
				t.Errorf("%.4s: %d after %v", request, resp.StatusCode, took)
			}
		})
	}
}
