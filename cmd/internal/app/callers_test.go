package app

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"log/slog"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs/jobtest"
)

func TestOthersReachNoServiceThatLetsEveryoneIn(t *testing.T) {
	for _, tt := range []struct {
		args string
		ok   bool
	}{
		{"--listen :0", false},
		{"--listen 0.0.0.0:0", false},
		{"--listen [::]:0", false},
		{"--listen 127.0.0.1:0", true},
		{"--listen localhost:0", true},
		{"--listen :0 --insecure", true},
		{"--listen :0 --api-keys", true},
		{"--listen :0 --oidc-issuer https://127.0.0.1:1 --oidc-audience a", true},
	} {
		o := mustFlags(t, strings.Fields(tt.args)...)
		o.Out, o.Log = new(bytes.Buffer), slog.New(slog.NewTextHandler(t.Output(), nil))
		a, err := New(t.Context(), o)
		if (err == nil) != tt.ok || !tt.ok && !strings.Contains(err.Error(), "--insecure") {
			t.Errorf("%s: error %v", tt.args, err)
		}
		if err == nil {
			a.Stop()
		}
	}
}

// keys runs a command of classifyd key.
func runKeys(t *testing.T, args ...string) string {
	t.Helper()
	var out bytes.Buffer
	err, wrong := do(t.Context(), &out, append([]string{"key"}, args...))
	if err != nil || wrong != nil {
		t.Fatalf("key %v: %v, %v", args, err, wrong)
	}
	return strings.TrimSpace(out.String())
}

// status is what a service answers to a read of jobs with a token.
func (s *system) status(t *testing.T, token string) (int, http.Header) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), "GET", "http://"+s.Addr()+"/beta/dataClassification/jobs", nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := s.client.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode, resp.Header
}

func TestRevokedKeyIsRefusedByEveryProcessWithinFiveSeconds(t *testing.T) {
	url := "redis://" + jobtest.Redis(t).Options().Addrs[0]
	owner := []string{"--redis", url, "--tenant", "acme"}
	trail := filepath.Join(t.TempDir(), "audit")
	one := listening(t, "--redis", url, "--api-keys", "--audit", "file:"+trail)
	other := listening(t, "--redis", url, "--api-keys", "--audit", "redis")
	key := runKeys(t, append([]string{"new", "--scopes", "DataClassificationJob.Read.All", "--expires", "1d", "--name", "reader"}, owner...)...)
	for _, s := range []*system{one, other} {
		if status, header := s.status(t, key); status != 200 || header.Get("RateLimit") == "" {
			t.Errorf("with a key: %d %v", status, header)
		}
		if status, _ := s.status(t, ""); status != 401 {
			t.Errorf("without: %d", status)
		}
	}
	list := runKeys(t, append([]string{"list"}, owner...)...)
	if !strings.Contains(list, "reader") || strings.Contains(list, key[strings.LastIndex(key, "~")+1:]) {
		t.Errorf("the list is %s", list)
	}
	runKeys(t, append([]string{"revoke", strings.Split(key, "~")[2]}, owner...)...)
	revoked := time.Now()
	for _, s := range []*system{one, other} {
		for {
			if status, _ := s.status(t, key); status == 401 {
				break
			}
			if time.Since(revoked) > 5*time.Second {
				t.Fatal("the revoked key still gets in")
			}
			time.Sleep(10 * time.Millisecond)
		}
	}
	lines, err := os.ReadFile(trail)
	if err != nil || !strings.Contains(string(lines), `"by":"key `) || strings.Contains(string(lines), key) {
		t.Errorf("the audit file is %s, %v", lines, err)
	}
	rdb := redis.NewClient(&redis.Options{Addr: strings.TrimPrefix(url, "redis://")})
	defer rdb.Close()
	entries, err := rdb.XRange(context.Background(), auditStream, "-", "+").Result()
	if err != nil || len(entries) < 2 || !json.Valid([]byte(entries[0].Values["entry"].(string))) {
		t.Errorf("the audit stream is %v, %v", entries, err)
	}
}

func TestKeyCommandsRefuseWhatCannotStand(t *testing.T) {
	for args, want := range map[string]string{
		"new --redis redis://h --tenant a/b --scopes Operator":               "--tenant",
		"new --redis http://h --tenant a --scopes Operator":                  "--redis",
		"new --redis redis://h --tenant a":                                   "--scopes",
		"new --redis redis://h --tenant a --scopes Nothing":                  `"Nothing" is no scope`,
		"new --redis redis://h --tenant a --scopes Operator --expires 0d":    "--expires",
		"new --redis redis://h --tenant a --scopes Operator --expires never": "--expires",
		"new --tenant a --scopes Operator":                                   "--redis",
		"revoke --redis redis://h --tenant a":                                "<id>",
	} {
		err, wrong := do(t.Context(), new(bytes.Buffer), append([]string{"key"}, strings.Fields(args)...))
		if got := cmpErr(err, wrong); !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %s", args, got, want)
		}
	}
}

func cmpErr(errs ...error) string {
	for _, err := range errs {
		if err != nil {
			return err.Error()
		}
	}
	return ""
}

func TestCertificateOfAClientSpeaksForItsTenant(t *testing.T) {
	cert, key, trust := certificate(t)
	clientCert, clientKey, _ := certificate(t)
	s := listening(t, "--tls-cert", cert, "--tls-key", key, "--client-ca", clientCert, "--client-cert", "classifyd=acme:DataClassificationJob.Read.All")
	pair, err := tls.LoadX509KeyPair(clientCert, clientKey)
	if err != nil {
		t.Fatal(err)
	}
	strangerCert, strangerKey, _ := certificate(t)
	stranger, err := tls.LoadX509KeyPair(strangerCert, strangerKey)
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		name  string
		certs []tls.Certificate
		want  int
	}{{"known", []tls.Certificate{pair}, 200}, {"none", nil, 401}, {"a stranger's", []tls.Certificate{stranger}, 0}} {
		tr := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: trust, Certificates: tt.certs, GetClientCertificate: func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
			if len(tt.certs) == 0 {
				return new(tls.Certificate), nil
			}
			return &tt.certs[0], nil
		}}}
		resp, err := (&http.Client{Transport: tr}).Get("https://" + s.Addr() + "/beta/dataClassification/jobs")
		status := 0
		if err == nil {
			status = resp.StatusCode
			if resp.Header.Get("Strict-Transport-Security") == "" {
				t.Errorf("%s: no HSTS in %v", tt.name, resp.Header)
			}
			resp.Body.Close()
		}
		tr.CloseIdleConnections()
		if status != tt.want {
			t.Errorf("%s: %d, %v; want %d", tt.name, status, err, tt.want)
		}
	}
}

func TestReplacedCertificateIsServedAndABrokenOneIsNot(t *testing.T) {
	cert, key, _ := certificate(t)
	next, nextKey, _ := certificate(t)
	p, err := keyPair(cert, key, slog.New(slog.DiscardHandler))
	if err != nil {
		t.Fatal(err)
	}
	serial := func() string {
		p.looked = time.Time{}
		return string(p.get().Certificate[0])
	}
	first := serial()
	put := func(from, to string, n int) {
		b, err := os.ReadFile(from)
		if err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(to, b[:len(b)-n], 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put(next, cert, 0) // whose key is not there yet
	if serial() != first {
		t.Error("a certificate without its key is served")
	}
	put(nextKey, key, 20)
	if serial() != first {
		t.Error("a certificate with half its key is served")
	}
	put(nextKey, key, 0)
	if serial() == first {
		t.Error("the new certificate is not served")
	}
}
