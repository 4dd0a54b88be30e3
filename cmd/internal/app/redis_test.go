package app

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/jobs/jobtest"
)

func TestRedisURLNamesSeveralServers(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(secret, []byte("hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	type reach struct {
		Addrs                        []string
		Master                       string
		User, Password               string
		SentinelUser, SentinelSecret string
		DB                           int
		Cluster, TLS                 bool
		ServerName                   string
	}
	for _, tt := range []struct {
		args string
		want reach
	}{
		{"--redis redis://h", reach{Addrs: []string{"h:6379"}}},
		{"--redis redis://[::1]:7000/2", reach{Addrs: []string{"[::1]:7000"}, DB: 2}},
		{"--redis rediss://h?skip_verify=true", reach{Addrs: []string{"h:6379"}, TLS: true}},
		{"--redis redis-sentinel://a,b:7000,[::1]?master=jobs", reach{Addrs: []string{"a:26379", "b:7000", "[::1]:26379"}, Master: "jobs"}},
		{
			"--redis rediss-sentinel://u:p%40w@a,b/3?master=jobs --redis-server-name redis.example --sentinel-user s --sentinel-password-file " + secret,
			reach{Addrs: []string{"a:26379", "b:26379"}, Master: "jobs", User: "u", Password: "p@w", SentinelUser: "s", SentinelSecret: "hush", DB: 3, TLS: true, ServerName: "redis.example"},
		},
		{"--redis redis-cluster://u@a:7000,b --redis-password-file " + secret, reach{Addrs: []string{"a:7000", "b:6379"}, User: "u", Password: "hush", Cluster: true}},
		{"--redis rediss-cluster://a", reach{Addrs: []string{"a:6379"}, Cluster: true, TLS: true}},
	} {
		o := mustFlags(t, strings.Fields(tt.args)...)
		ro, err := redisOptions(&o)
		if err != nil {
			t.Errorf("%s: %v", tt.args, err)
			continue
		}
		got := reach{ro.Addrs, ro.MasterName, ro.Username, ro.Password, ro.SentinelUsername, ro.SentinelPassword, ro.DB, ro.IsClusterMode, ro.TLSConfig != nil, ""}
		if ro.TLSConfig != nil {
			got.ServerName = ro.TLSConfig.ServerName
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.args, diff)
		}
	}
}

func TestRedisFlagsThatCannotStand(t *testing.T) {
	noPEM := filepath.Join(t.TempDir(), "no.pem")
	if err := os.WriteFile(noPEM, []byte("no certificate"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct{ args, want string }{
		{"--redis redis-sentinel://h", "needs ?master=NAME"},
		{"--redis redis-sentinel://:secret@h:port?master=m", "--redis: must be"},
		{"--redis redis-cluster://:secret@h,i/1", "no databases"},
		{"--redis redis://:secret@h,i", "--redis: must be"},
		{"--redis redis-other://:secret@h", "--redis: must be"},
		{"--redis redis-cluster://h?master=m", "--redis: must be"},
		{"--redis redis://h --sentinel-user u", "need --redis redis-sentinel://"},
		{"--redis redis://h --redis-ca " + noPEM, "need --redis rediss://"},
		{"--redis rediss://h --redis-ca " + noPEM, "--redis-ca: has no certificate"},
		{"--redis rediss://h --redis-ca /nowhere", "--redis-ca: open /nowhere"},
		{"--redis rediss://h --redis-cert c.pem", "need each other"},
		{"--redis rediss://h --redis-cert /nowhere --redis-key /nowhere", "--redis-cert and --redis-key: open /nowhere"},
		{"--redis redis-sentinel://h?master=m --sentinel-password-file /nowhere", "--sentinel-password-file: open /nowhere"},
		{"--wait-replicas 1", "--wait-replicas: needs --redis"},
		{"--wait-replicas=-1", "--wait-replicas: must not be negative"},
		{"--wait-timeout 2s", "--wait-timeout: must be positive and less than 2s"},
		{"--redis redis://h --redis-checks never", "--redis-checks"},
	} {
		_, err := flags(strings.Fields(tt.args)...)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.args, err, tt.want)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: error %q tells the password", tt.args, err)
		}
	}
}

// tlsRedis is a redis-server that speaks TLS alone, to clients that show a
// certificate; the files are what they need.
func tlsRedis(t *testing.T) (addr, cert, key string) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), DNSNames: []string{"redis.example"},
		IsCA: true, BasicConstraintsValid: true}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	secret, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	write := func(name, kind string, b []byte) string {
		path := filepath.Join(t.TempDir(), name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	cert, key = write("cert.pem", "CERTIFICATE", der), write("key.pem", "PRIVATE KEY", secret)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(l.Addr().String())
	l.Close()
	jobtest.Redis(t, "--tls-port", port, "--tls-cert-file", cert, "--tls-key-file", key, "--tls-ca-cert-file", cert,
		"--user", "app", "on", ">hush", "~*", "&*", "+@all", "--user", "default", "off")
	return "127.0.0.1:" + port, cert, key
}

func TestRedisIsReachedOverTLSByAUserWithAPassword(t *testing.T) {
	addr, cert, key := tlsRedis(t)
	secret := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(secret, []byte("hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	args := []string{"--redis", "rediss://app@" + addr, "--redis-password-file", secret, "--redis-ca", cert, "--redis-cert", cert, "--redis-key", key}
	s := start(t, append(args, "--redis-server-name", "redis.example")...)
	if status, _ := s.call(t, "POST", "/classifyText", `{"text":"hello"}`, "Prefer", "wait=30"); status != 200 {
		t.Errorf("answer %d", status)
	}
	o := mustFlags(t, append(args, "--redis-server-name", "other.example")...)
	o.Log = jobtest.Log(t)
	if _, err := New(t.Context(), o); err == nil || !strings.Contains(err.Error(), "certificate is valid for redis.example") {
		t.Errorf("under another name: %v", err)
	}
}

func TestRedisInWhichJobsAreNotSafeIsRefused(t *testing.T) {
	master := jobtest.Redis(t)
	_, port, _ := net.SplitHostPort(master.Options().Addrs[0])
	for _, tt := range []struct {
		name string
		args []string
		want []string // none: fit
	}{
		{"fit", nil, nil},
		{"snapshots alone", []string{"--appendonly", "no", "--save", "3600 1"}, nil},
		{"evicts", []string{"--maxmemory-policy", "allkeys-lru"}, []string{"set maxmemory-policy noeviction, it is allkeys-lru"}},
		{"keeps nothing", []string{"--appendonly", "no"}, []string{"set appendonly yes"}},
		{"both", []string{"--appendonly", "no", "--maxmemory-policy", "volatile-ttl"}, []string{"set maxmemory-policy noeviction, it is volatile-ttl", "set appendonly yes"}},
		{"replica", []string{"--replicaof", "127.0.0.1 " + port}, []string{"READONLY"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			r := jobtest.Redis(t, tt.args...)
			for _, checks := range []string{checksRefuse, checksWarn, checksOff} {
				o := mustFlags(t, "--role", "worker", "--redis", "redis://"+r.Options().Addrs[0], "--redis-checks", checks)
				o.Log = jobtest.Log(t)
				a, err := New(t.Context(), o)
				if a != nil {
					if err := a.Stop(); err != nil {
						t.Error(err)
					}
				}
				refused := len(tt.want) > 0 && (checks == checksRefuse || tt.name == "replica")
				if (err != nil) != refused {
					t.Errorf("--redis-checks %s: %v", checks, err)
				}
				for _, want := range tt.want {
					if refused && !strings.Contains(err.Error(), want) {
						t.Errorf("--redis-checks %s: %v, want %q", checks, err, want)
					}
				}
			}
		})
	}
}

func TestReadyzTellsWhyNot(t *testing.T) {
	r := jobtest.Redis(t)
	s := start(t, "--role", "api", "--redis", "redis://"+r.Options().Addrs[0])
	ready := func() (int, string) {
		t.Helper()
		res, err := s.client.Get("http://" + s.Addr() + "/readyz")
		if err != nil {
			t.Fatal(err)
		}
		defer res.Body.Close()
		var answer struct{ Error struct{ Message string } }
		if err := json.NewDecoder(res.Body).Decode(&answer); err != nil {
			t.Fatal(err)
		}
		return res.StatusCode, answer.Error.Message
	}
	c := r.Client()
	for _, tt := range []struct {
		name string
		do   func() error
		want string
	}{
		{"fit", func() error { return nil }, ""},
		{"evicts", func() error { return c.ConfigSet(t.Context(), "maxmemory-policy", "allkeys-lru").Err() }, "set maxmemory-policy noeviction"},
		{"mended", func() error { return c.ConfigSet(t.Context(), "maxmemory-policy", "noeviction").Err() }, ""},
		{"replica", func() error { return c.ReplicaOf(t.Context(), "127.0.0.1", "1").Err() }, "is a replica"},
		{"asks for a password", func() error {
			return c.Do(t.Context(), "acl", "setuser", "default", "-info", "-ping").Err()
		}, "forbids its user"},
		{"away", func() error { r.Kill(); return nil }, "does not answer"},
	} {
		if err := tt.do(); err != nil {
			t.Fatal(err)
		}
		status, message := ready()
		if ok := tt.want == ""; (status == 200) != ok || !strings.Contains(message, tt.want) {
			t.Errorf("%s: %d %q, want %q", tt.name, status, message, tt.want)
		}
	}
}

func TestRedisConfForProductionIsFit(t *testing.T) {
	conf, err := filepath.Abs("../../../deploy/redis.conf")
	if err != nil {
		t.Fatal(err)
	}
	// What stands on the command line overrides the file.
	r := jobtest.Configured(t, conf, t.TempDir())
	set := r.Client().ConfigGet(t.Context(), "*").Val()
	text, err := os.ReadFile(conf)
	if err != nil {
		t.Fatal(err)
	}
	reasoned := false
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		switch f := strings.Fields(line); {
		case line == "":
			reasoned = false
		case f[0] == "#":
			reasoned = true
		case !reasoned:
			t.Errorf("%q has no reason above it", line)
		case !slices.Contains([]string{"port", "bind", "maxmemory", "client-output-buffer-limit", "save"}, f[0]) && set[f[0]] != strings.Join(f[1:], " ") && !strings.HasSuffix(f[1], "b"):
			t.Errorf("%s is %q, want %q", f[0], set[f[0]], f[1:])
		}
	}
	o := mustFlags(t, "--role", "worker", "--redis", "redis://"+r.Options().Addrs[0])
	o.Log = jobtest.Log(t)
	a, err := New(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	defer a.Stop()
	if doubts, err := a.queue.Fit(t.Context()); err != nil || len(doubts) > 0 {
		t.Errorf("Fit = %q, %v", doubts, err)
	}
}
