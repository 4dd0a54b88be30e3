package compat

import (
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/classifyd/classifyd/api/daemontest"
)

// A scene is what a client is shown: three addresses of services.
type scene struct {
	service   string // serves the job type stuck, which never ends by itself
	full      string // has no room, until it has refused a create
	forgetful string // is service, but loses the answer to the first create
	refused   atomic.Int32
	resent    atomic.Int32
	packed    atomic.Int32 // lost or resent creates with a gzip body
}

// stage sets up a scene, over TLS if id is not nil.
func stage(t *testing.T, daemon string, id *identity) *scene {
	t.Helper()
	s := &scene{}
	stuck := newClassifier(t)
	s.service = daemontest.Start(t, daemon, append(id.flags(), "--handler", "stuck="+stuck.URL)...)
	s.forgetful = front(t, id, s.service, func(resp *http.Response) error {
		if resp.Request.Method != http.MethodPost {
			return nil
		}
		if resp.Request.Header.Get("Content-Encoding") == "gzip" {
			s.packed.Add(1)
		}
		if resp.Request.Header.Get("Retry-Attempt") != "" {
			s.resent.Add(1)
			return nil
		}
		resp.Body.Close()
		const lost = `{"error":{"code":"gatewayTimeout","message":"no answer in time","innerError":{"date":"2026-11-23T10:00:00"}}}`
		resp.StatusCode, resp.Status = http.StatusGatewayTimeout, ""
		resp.Header = http.Header{"Content-Type": {"application/json"}, "Retry-After": {"1"}}
		resp.Body, resp.ContentLength = io.NopCloser(strings.NewReader(lost)), int64(len(lost))
		return nil
	})

	busy := newClassifier(t)
	full := daemontest.Start(t, daemon, append(id.flags(), "--handler", "stuck="+busy.URL, "--concurrency", "1", "--max-waiting", "1")...)
	fill(t, id.client(), full)
	s.full = front(t, id, full, func(resp *http.Response) error {
		if resp.StatusCode == http.StatusServiceUnavailable {
			s.refused.Add(1)
			busy.release()
		}
		return nil
	})
	return s
}

// played checks that the client met what the scene had for it, and whether it
// packs what it sends.
func (s *scene) played(t *testing.T, packs bool) {
	t.Helper()
	if s.refused.Load() == 0 {
		t.Error("the full queue refused nothing")
	}
	if n := s.resent.Load(); n != 1 {
		t.Errorf("the lost create was sent again %d times with Retry-Attempt, want once", n)
	}
	if n := s.packed.Load(); packs != (n == 2) {
		t.Errorf("%d of 2 creates had a gzip body, want all: %v", n, packs)
	}
}

// front is a proxy before a service, which sees each answer.
func front(t *testing.T, id *identity, service string, see func(*http.Response) error) string {
	t.Helper()
	target, err := url.Parse(service)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewUnstartedServer(&httputil.ReverseProxy{
		Rewrite:        func(r *httputil.ProxyRequest) { r.SetURL(target) },
		Transport:      id.client().Transport,
		ModifyResponse: see,
	})
	if id == nil {
		s.Start()
	} else {
		s.StartTLS()
	}
	t.Cleanup(s.Close)
	return s.URL
}

// An identity is what a test's servers show their clients over TLS: the
// certificate of package httptest, as files. A nil one is that of servers that
// speak plainly.
type identity struct {
	certificate, key string // paths
	trusting         *http.Client
}

func newIdentity(t *testing.T) *identity {
	t.Helper()
	s := httptest.NewTLSServer(nil)
	defer s.Close()
	own := s.TLS.Certificates[0]
	key, err := x509.MarshalPKCS8PrivateKey(own.PrivateKey)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	return &identity{
		certificate: write("certificate.pem", "CERTIFICATE", own.Certificate[0]),
		key:         write("key.pem", "PRIVATE KEY", key),
		trusting:    s.Client(),
	}
}

// flags are a daemon's.
func (id *identity) flags() []string {
	if id == nil {
		return nil
	}
	return []string{"--tls-cert", id.certificate, "--tls-key", id.key}
}

// env is what makes clients in other processes trust the identity.
func (id *identity) env() []string {
	if id == nil {
		return nil
	}
	return []string{"NODE_EXTRA_CA_CERTS=" + id.certificate, "SSL_CERT_FILE=" + id.certificate}
}

// client is one that trusts the identity.
func (id *identity) client() *http.Client {
	if id == nil {
		return http.DefaultClient
	}
	return id.trusting
}

// A classifier is a remote one that holds each job until it is canceled, or
// until the classifier is released.
type classifier struct {
	*httptest.Server
	free chan struct{}
	done atomic.Bool
}

func newClassifier(t *testing.T) *classifier {
	c := &classifier{free: make(chan struct{})}
	c.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		select {
		case <-c.free:
			io.WriteString(w, `{"result":{}}`)
		case <-r.Context().Done():
		}
	}))
	t.Cleanup(func() { c.release(); c.Close() })
	return c
}

func (c *classifier) release() {
	if c.done.CompareAndSwap(false, true) {
		close(c.free)
	}
}

// fill posts jobs to a service that runs one at a time and lets one more wait,
// until both are taken.
func fill(t *testing.T, client *http.Client, service string) {
	t.Helper()
	post := func() int {
		resp, err := client.Post(service+"/beta/dataClassification/jobs", "application/json", strings.NewReader(`{"type":"stuck"}`))
		if err != nil {
			t.Fatal(err)
		}
		defer resp.Body.Close()
		io.Copy(io.Discard, resp.Body)
		return resp.StatusCode
	}
	// The queue counts what waits once a second, so that it takes a while to
	// notice that the first job runs.
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for taken := 0; taken < 2; {
		switch status := post(); status {
		case http.StatusCreated:
			taken++
		case http.StatusServiceUnavailable:
			select {
			case <-tick.C:
			case <-t.Context().Done():
				t.Fatal(t.Context().Err())
			}
		default:
			t.Fatal(fmt.Errorf("filling the queue: status %d", status))
		}
	}
}
