package app

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// listening runs a system on a real listener.
func listening(t *testing.T, args ...string) *system {
	t.Helper()
	o := mustFlags(t, append(args, "--listen", "127.0.0.1:0")...)
	s := &system{client: &http.Client{}}
	o.Out, o.Log = &s.said, slog.New(slog.NewTextHandler(t.Output(), nil))
	var err error
	if s.App, err = New(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	s.Start()
	t.Cleanup(func() {
		if err := s.Stop(); err != nil {
			t.Errorf("stop: %v", err)
		}
	})
	return s
}

// certificate writes a certificate for 127.0.0.1 and its key into files, and
// returns who trusts it.
func certificate(t *testing.T) (certFile, keyFile string, trust *x509.CertPool) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1),
		Subject:      pkix.Name{CommonName: "classifyd"},
		NotBefore:    time.Now().Add(-time.Hour),
		NotAfter:     time.Now().Add(time.Hour),
		IPAddresses:  []net.IP{net.IPv4(127, 0, 0, 1)},
		IsCA:         true,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	pkcs8, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	certFile, keyFile = filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	certPEM := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
	for file, data := range map[string][]byte{
		certFile: certPEM,
		keyFile:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: pkcs8}),
	} {
		if err := os.WriteFile(file, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	trust = x509.NewCertPool()
	trust.AppendCertsFromPEM(certPEM)
	return certFile, keyFile, trust
}

func TestAPISpeaksTheVersionsOfHTTPThatItWasToldTo(t *testing.T) {
	cert, key, trust := certificate(t)
	var plain, both, unencrypted http.Protocols
	plain.SetHTTP1(true)
	both.SetHTTP1(true)
	both.SetHTTP2(true)
	unencrypted.SetUnencryptedHTTP2(true)
	for _, tt := range []struct {
		name, args, scheme string
		client             http.Protocols
		want               string
	}{
		{"plain", "", "http", plain, "HTTP/1.1"},
		{"TLS", "--tls-cert " + cert + " --tls-key " + key, "https", both, "HTTP/2.0"},
		{"TLS for an old client", "--tls-cert " + cert + " --tls-key " + key, "https", plain, "HTTP/1.1"},
		{"h2c", "--h2c", "http", unencrypted, "HTTP/2.0"},
		{"h2c for an old client", "--h2c", "http", plain, "HTTP/1.1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := listening(t, strings.Fields(tt.args)...)
			tr := &http.Transport{Protocols: &tt.client, TLSClientConfig: &tls.Config{RootCAs: trust}}
			defer tr.CloseIdleConnections()
			base := tt.scheme + "://" + s.Addr()
			if !strings.Contains(s.said.String(), "listens on "+base) {
				t.Errorf("start says %q, want %s in it", s.said.String(), base)
			}
			req, err := http.NewRequestWithContext(t.Context(), "POST", base+"/beta/dataClassification/classifyText", strings.NewReader(`{"text":"Visa 4539 5787 6362 1486"}`))
			if err != nil {
				t.Fatal(err)
			}
			req.Header.Set("Content-Type", "application/json")
			req.Header.Set("Prefer", "wait=30")
			resp, body := answerTo(t, tr.RoundTrip, req)
			if resp.StatusCode != 200 || resp.Proto != tt.want || !strings.Contains(string(body), `"4539 5787 6362 1486"`) {
				t.Errorf("got %s %d %s, want %s 200 with the card", resp.Proto, resp.StatusCode, body, tt.want)
			}
			if got := resp.Header.Get("Location"); !strings.HasPrefix(got, base+"/beta/dataClassification/jobs/") {
				t.Errorf("Location is %s, want %s/...", got, base)
			}
		})
	}
}

func TestCertificateThatCannotBeReadIsNamed(t *testing.T) {
	_, err := New(t.Context(), mustFlags(t, "--listen", "127.0.0.1:0", "--tls-cert", "/nowhere/cert.pem", "--tls-key", "/nowhere/key.pem"))
	if err == nil || !strings.HasPrefix(err.Error(), "--tls-cert and --tls-key: ") {
		t.Errorf("error = %v, want one about --tls-cert", err)
	}
}

func TestFileIsClassified(t *testing.T) {
	s := listening(t, "--cors-origin", "https://app.example")
	req, err := http.NewRequestWithContext(t.Context(), "POST", "http://"+s.Addr()+"/beta/dataClassification/classifyFile",
		strings.NewReader(strings.Repeat("nothing to see here\r\n", 50_000)+"Visa 4539 5787 6362 1486")) // 1 MiB
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "text/plain")
	req.Header.Set("Prefer", "wait=60")
	req.Header.Set("Origin", "https://app.example")
	resp, body := answerTo(t, s.client.Do, req)
	if resp.StatusCode != 200 || !strings.Contains(string(body), `"offset":1050005,"length":19`) {
		t.Errorf("got %d %.2000s, want 200 with the card at its place", resp.StatusCode, body)
	}
	if got := resp.Header.Get("Access-Control-Allow-Origin"); got != "https://app.example" {
		t.Errorf("Access-Control-Allow-Origin is %q", got)
	}
}

func TestConnectionsBeyondTheMostWaitForTheirTurn(t *testing.T) {
	s := listening(t, "--max-connections", "2")
	ask := func(conn net.Conn) (int, error) {
		io.WriteString(conn, "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
		resp, err := http.ReadResponse(bufio.NewReader(conn), nil)
		if err != nil {
			return 0, err
		}
		return resp.StatusCode, nil
	}
	var conns []net.Conn
	for range 3 {
		conn, err := net.Dial("tcp", s.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		conns = append(conns, conn)
	}
	for _, conn := range conns[:2] {
		if status, err := ask(conn); status != 200 {
			t.Fatalf("got %d, %v", status, err)
		}
	}
	answered := make(chan int)
	go func() {
		status, _ := ask(conns[2])
		answered <- status
	}()
	if status, err := ask(conns[1]); status != 200 {
		t.Errorf("got %d, %v", status, err)
	}
	select {
	case <-answered:
		t.Error("a third connection was served beside two")
	default:
	}
	conns[0].Close()
	if status := <-answered; status != 200 {
		t.Errorf("the third got %d once there was room", status)
	}
}

func TestOldTLSIsRefused(t *testing.T) {
	cert, key, trust := certificate(t)
	s := listening(t, "--tls-cert", cert, "--tls-key", key)
	for _, tt := range []struct {
		version uint16
		let     bool
	}{{tls.VersionTLS10, false}, {tls.VersionTLS11, false}, {tls.VersionTLS12, true}, {tls.VersionTLS13, true}} {
		tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust, MinVersion: tls.VersionTLS10, MaxVersion: tt.version}}
		resp, err := (&http.Client{Transport: tr}).Get("https://" + s.Addr() + "/livez")
		if (err == nil) != tt.let {
			t.Errorf("%s: %v", tls.VersionName(tt.version), err)
		}
		if err == nil {
			if got := resp.Header.Get("Strict-Transport-Security"); got != "max-age=31536000" {
				t.Errorf("Strict-Transport-Security is %q", got)
			}
			resp.Body.Close()
		}
		tr.CloseIdleConnections()
	}
}
