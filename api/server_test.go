package api_test

import (
	"bufio"
	"io"
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

// serve runs the API on a server and returns a way to connect to it.
func serve(t *testing.T, h http.Handler) func() net.Conn {
	t.Helper()
	return serveWith(t, h, api.ServerOptions{})
}

func serveWith(t *testing.T, h http.Handler, opt api.ServerOptions) func() net.Conn {
	t.Helper()
	dial := jobtest.Serve(t, api.NewServer(h, opt))
	return func() net.Conn {
		t.Helper()
		client, err := dial(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { client.Close() })
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
			{"GET " + jobsPath + " HTTP/1.1\r\nHost: x\r\n\r\n", 200, "GET"},
			{"POST " + jobsPath + " HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nc\r\n{\"type\":\"a\"}\r\n0\r\n\r\n", 201, "POST"},
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

func TestTargetThatIsNoneIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		conn := serve(t, start(t).api)()
		io.WriteString(conn, "GET /%zz HTTP/1.1\r\nHost: x\r\n\r\n")
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || resp.StatusCode != 400 {
			t.Errorf("got %v, %v", resp, err)
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

// tick is such that no limit ends with one.
const tick = 900 * time.Millisecond

// trickle sends a piece of a request every tick, the last one again and again,
// and returns how long the server put up with it.
func trickle(conn net.Conn, pieces ...string) time.Duration {
	start := time.Now()
	gone := make(chan struct{})
	go func() { io.Copy(io.Discard, conn); close(gone) }()
	for i := 0; ; i++ {
		select {
		case <-gone:
			return time.Since(start)
		case <-time.After(tick):
			if piece := pieces[min(i, len(pieces)-1)]; piece != "" {
				io.WriteString(conn, piece)
			}
		}
	}
}

func TestSlowClientsAreCutOffWhenTheOptionsSay(t *testing.T) {
	const whole = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
	const body = "POST " + jobsPath + " HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n"
	short := api.ServerOptions{HeaderTime: 7 * time.Second, RequestTime: 11 * time.Second, IdleTime: 13 * time.Second}
	for _, tt := range []struct {
		name       string
		pieces     []string
		by, byThem time.Duration // by default, and by the options
	}{
		{"nothing at all", []string{""}, 5 * time.Second, 7 * time.Second},
		{"a header byte by byte", []string{"GET /livez HTTP/1.1\r\n", "X"}, 5 * time.Second, 7 * time.Second},
		{"headers without an end", []string{"GET /livez HTTP/1.1\r\nHost: x\r\n", "X-A: b\r\n"}, 5 * time.Second, 7 * time.Second},
		{"a body byte by byte", []string{body, "{"}, 30 * time.Second, 11 * time.Second},
		{"chunks of a byte", []string{strings.Replace(body, "Content-Length: 100000", "Transfer-Encoding: chunked", 1), "1\r\n{\r\n"}, 30 * time.Second, 11 * time.Second},
		{"no second request", []string{whole, ""}, 2*time.Minute + tick, 13*time.Second + tick},
		{"a slow second request", []string{whole, "GET /livez HTTP/1.1\r\n", "X"}, 5*time.Second + 2*tick, 7*time.Second + 2*tick},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				if took := trickle(serve(t, start(t).api)(), tt.pieces...); took != tt.by {
					t.Errorf("cut off after %v by default, want %v", took, tt.by)
				}
			})
			synctest.Test(t, func(t *testing.T) {
				if took := trickle(serveWith(t, start(t).api, short)(), tt.pieces...); took != tt.byThem {
					t.Errorf("cut off after %v by the options, want %v", took, tt.byThem)
				}
			})
		})
	}
}

func TestManySlowClientsDoNotKeepOthersOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		connect := serve(t, start(t).api)
		for range 500 {
			io.WriteString(connect(), "POST "+jobsPath+" HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n{")
		}
		conn := connect()
		io.WriteString(conn, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
		before := time.Now()
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil || resp.StatusCode != 200 || time.Since(before) != 0 {
			t.Errorf("got %v, %v after %v", resp, err, time.Since(before))
		}
	})
}

func TestHeaderMayHaveSoManyBytesAndNoMore(t *testing.T) {
	const most, slack = 8 << 10, 4 << 10 // the latter of net/http
	for _, tt := range []struct{ size, want int }{{most, 200}, {most + slack - 100, 200}, {most + slack + 100, 431}} {
		synctest.Test(t, func(t *testing.T) {
			conn := serveWith(t, start(t).api, api.ServerOptions{MaxHeader: most})()
			go io.WriteString(conn, "GET /livez HTTP/1.1\r\nHost: x\r\nX-A: "+strings.Repeat("a", tt.size-len("GET /livez HTTP/1.1\r\nHost: x\r\nX-A: \r\n\r\n"))+"\r\n\r\n")
			resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
			if err != nil || resp.StatusCode != tt.want {
				t.Errorf("%d bytes: %v, %v; want %d", tt.size, resp, err, tt.want)
			}
			io.Copy(io.Discard, conn)
		})
	}
}
