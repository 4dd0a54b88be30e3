package app

import (
	"bytes"
	"log/slog"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/api/dashboard"
	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/worker"
	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/extract"
)

// flags reads a command line as the daemon does.
func flags(args ...string) (Options, error) {
	var o Options
	_, err := kong.Must(&o, Flags()...).Parse(args)
	return o, err
}

func mustFlags(t *testing.T, args ...string) Options {
	t.Helper()
	o, err := flags(args...)
	if err != nil {
		t.Fatalf("flags(%q): %v", args, err)
	}
	return o
}

func TestFlagsAndTheirTwinsReachTheQueue(t *testing.T) {
	settings := map[string]string{
		"shards": "4", "concurrency": "5", "max-attempts": "6", "limit": "7s", "grace": "8s", "retention": "9h",
		"max-wait": "10m", "max-waiting": "11", "share": "12", "inline": "13", "blob-age": "40m",
		"wait-replicas": "14", "wait-timeout": "1500ms", "redis": "redis://h", "tenant-waiting": "15", "tenant-bytes": "16KiB",
	}
	want := jobs.Options{
		Shards: 4, Concurrency: 5, MaxAttempts: 6, Limit: 7 * time.Second, Grace: 8 * time.Second, Retention: 9 * time.Hour,
		WaitReplicas: 14, WaitTimeout: 1500 * time.Millisecond,
		MaxWait: 10 * time.Minute, MaxWaiting: 11, Share: 12, Inline: 13, BlobAge: 40 * time.Minute, TenantWaiting: 15,
		TenantBytes: 16 << 10,
	}
	var args []string
	for name, value := range settings {
		args = append(args, "--"+name, value)
	}
	byFlag := mustFlags(t, args...)
	if diff := cmp.Diff(want, queueOptions(&byFlag, nil, nil)); diff != "" {
		t.Errorf("flags (-want +got):\n%s", diff)
	}
	for name, value := range settings {
		t.Setenv("CLASSIFYD_"+strings.ToUpper(strings.ReplaceAll(name, "-", "_")), value)
	}
	byTwin := mustFlags(t)
	if diff := cmp.Diff(want, queueOptions(&byTwin, nil, nil)); diff != "" {
		t.Errorf("environment (-want +got):\n%s", diff)
	}
}

func TestEveryFlagHasAnEnvironmentTwin(t *testing.T) {
	for _, f := range kong.Must(&Options{}, Flags()...).Model.Flags {
		want := "CLASSIFYD_" + strings.ToUpper(strings.ReplaceAll(f.Name, "-", "_"))
		if f.Name != "help" && (len(f.Envs) != 1 || f.Envs[0] != want) {
			t.Errorf("--%s: twins %q, want %s", f.Name, f.Envs, want)
		}
	}
}

func TestFlagsReachTheExtractor(t *testing.T) {
	o := mustFlags(t, "--extract-bytes", "1", "--extract-ratio", "2", "--extract-depth", "3", "--extract-members", "4", "--extract-time", "5s")
	if diff := cmp.Diff(extract.Limits{Bytes: 1, Ratio: 2, Depth: 3, Members: 4, Time: 5 * time.Second}, o.limits()); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
}

func TestSizesHaveUnits(t *testing.T) {
	for _, tt := range []struct {
		text string
		want Size
	}{
		{"0", 0}, {"1", 1}, {"65536", 65536}, {"1b", 1}, {"256KiB", 256 << 10}, {"64MiB", 64 << 20}, {"1GiB", 1 << 30}, {"1gib", 1 << 30}, {"1 GiB", 1 << 30},
		{"1.5KiB", 1536}, {"1kB", 1000}, {"2MB", 2e6}, {"3GB", 3e9}, {"9223372036854775807", 1<<63 - 1}, {"7EiB", 7 << 60},
	} {
		var s Size
		if err := s.UnmarshalText([]byte(tt.text)); err != nil || s != tt.want {
			t.Errorf("%q is %d, %v, want %d", tt.text, s, err, tt.want)
		}
	}
	for _, text := range []string{"", "-1", "+1", "KiB", "1KiBs", "1 2", "1e3", "0x10", "9223372036854775808", "8EiB", "99999999999999999999", "1.2.3"} {
		s := Size(7)
		if err := s.UnmarshalText([]byte(text)); err == nil || s != 7 {
			t.Errorf("%q is %d, %v, want an error", text, s, err)
		}
	}
	o := mustFlags(t, "--max-text", "2kB", "--max-file", "1GiB", "--inline", "16MiB")
	if got, want := []Size{o.MaxText, o.MaxFile, o.Inline, o.ExtractBytes}, []Size{2000, 1 << 30, 16 << 20, 2 << 30}; !slices.Equal(got, want) {
		t.Errorf("flags are %v, want %v", got, want)
	}
}

func TestHandlersGetTheirTypeAndLimit(t *testing.T) {
	engine, err := classify.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("CLASSIFYD_HANDLER", "invoice=http://127.0.0.1:9000/classify?a=b,c;d contract=https://user:secret@contracts.example")
	t.Setenv("CLASSIFYD_TYPE_LIMIT", "classifyText=3s,contract=1h")
	o := mustFlags(t)
	got := map[string]time.Duration{}
	for _, h := range handlers(&o, worker.Only(engine), extractor(&o, nil), nil) {
		got[h.Type] = h.Limit
	}
	want := map[string]time.Duration{"classifyText": 3 * time.Second, "classifyFile": 0, "invoice": 0, "contract": time.Hour}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("limits (-want +got):\n%s", diff)
	}
	if got, want := o.Handler[0].Endpoint.String(), "http://127.0.0.1:9000/classify?a=b,c;d"; got != want {
		t.Errorf("endpoint = %s, want %s", got, want)
	}
}

func TestWrongFlagsAreNamed(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"--role both", `--role must be one of "api","worker","all"`},
		{"--role api", "--role api: needs --redis"},
		{"--role worker", "--role worker: needs --redis"},
		{"--page-issuer http://h", "--page-issuer: needs --page-client-id"},
		{"--page-client-id x", "--page-client-id: needs --oidc-issuer or --page-issuer"},
		{"--page-issuer h", "--page-issuer: must be an http or https URL"},
		{"--redis-password-file x", "--redis-password-file: needs --redis"},
		{"--concurrency 0.5", "--concurrency"},
		{"--concurrency=-1", "--concurrency: must be at least 1"},
		{"--shards 0", "--shards: must be at least 1"},
		{"--share 0", "--share: must be at least 1"},
		{"--max-text 0", "--max-text: must be at least 1"},
		{"--max-types 0", "--max-types: must be at least 1"},
		{"--extract-bytes 0", "--extract-bytes: must be at least 1"},
		{"--extract-ratio 0", "--extract-ratio: must be at least 1"},
		{"--extract-depth 0", "--extract-depth: must be at least 1"},
		{"--extract-members=-1", "--extract-members: must be at least 1"},
		{"--extract-time 0", "--extract-time: must be positive"},
		{"--pdfs 0", "--pdfs: must be at least 1"},
		{"--ocr ftp://user:secret@h", "--ocr: must be an http or https URL"},
		{"--max-matches 0", "--max-matches: must be at least 1"},
		{"--max-explanations 0", "--max-explanations: must be at least 1"},
		{"--max-waiting 0", "--max-waiting: must be at least 1"},
		{"--max-attempts 0", "--max-attempts: must be at least 1"},
		{"--limit 0", "--limit: must be positive"},
		{"--retention 0", "--retention: must be positive"},
		{"--grace=-1s", "--grace: must be positive"},
		{"--memory-limit=-1", "must be a number of bytes, such as 65536, 64KiB or 1GiB"},
		{"--memory-limit 67108863", "--memory-limit: must be at least 67108864, or 0"},
		{"--max-file 0", "--max-file: must be from 1 to 1073741824"},
		{"--max-file 1073741825", "--max-file: must be from 1 to 1073741824"},
		{"--max-file 1.1GiB", "--max-file: must be from 1 to 1073741824"},
		{"--max-file lots", "--max-file: must be a number of bytes, such as 65536, 64KiB or 1GiB"},
		{"--inline 0", "--inline: must be from 1 to 16777216"},
		{"--inline 16777217", "--inline: must be from 1 to 16777216"},
		{"--blob-age 34m", "--blob-age: must be at least 35m0s, since a file may take almost as long to arrive"},
		{"--tls-cert c.pem", "--tls-cert and --tls-key: need each other"},
		{"--tls-key k.pem", "--tls-cert and --tls-key: need each other"},
		{"--tls-cert c.pem --tls-key k.pem --h2c", "--h2c: is for an API without --tls-cert"},
		{"--cors-origin https://app.example/page", "--cors-origin https://app.example/page: must be a scheme and a host"},
		{"--cors-origin app.example", "--cors-origin app.example: must be a scheme and a host"},
		{"--cors-origin null", "--cors-origin null: must be a scheme and a host"},
		{"--oidc-issuer https://i.example", "--oidc-issuer and --oidc-audience: need each other"},
		{"--oidc-audience a", "--oidc-issuer and --oidc-audience: need each other"},
		{"--oidc-issuer http://i.example --oidc-audience a", "--oidc-issuer: must be an https URL"},
		{"--oidc-issuer https://i.example --oidc-audience a --oidc-algorithm HS256", "--oidc-algorithm HS256: must be one of"},
		{"--oidc-issuer https://i.example --oidc-audience a --oidc-leeway=-1s", "--oidc-leeway: must not be negative"},
		{"--oidc-refresh 0s", "--oidc-refresh: must be positive"},
		{"--client-ca ca.pem", "--client-ca and --client-cert: need each other"},
		{"--client-cert a=acme:Operator", "--client-ca and --client-cert: need each other"},
		{"--client-ca ca.pem --client-cert a=acme:Operator", "--client-ca: needs --tls-cert"},
		{"--client-cert a=acme:Operate", `"Operate" is no scope`},
		{"--client-cert a=acme", `"" is no scope`},
		{"--client-cert =acme:Operator", "must be NAME=TENANT:SCOPE"},
		{"--client-cert a=ac/me:Operator", "must be NAME=TENANT:SCOPE"},
		{"--tenant-rate=-1", "--tenant-rate: must not be negative"},
		{"--caller-rate=-1", "--caller-rate: must not be negative"},
		{"--audit file:", "--audit: must be file:PATH, stdout or redis"},
		{"--audit syslog", "--audit: must be file:PATH, stdout or redis"},
		{"--max-wait=-1s", "--max-wait: must not be negative"},
		{"--handler invoice", "--handler: must be TYPE=URL with an http or https URL"},
		{"--handler invoice=ftp://h", "--handler: must be TYPE=URL with an http or https URL"},
		{"--handler =http://h", "--handler: must be TYPE=URL with an http or https URL"},
		{"--handler invoice=http://u:secret@h:port", "--handler: must be TYPE=URL with an http or https URL"},
		{"--handler ClassifyText=http://h", "--handler ClassifyText: the type has a handler already"},
		{"--handler classifyfile=http://h", "--handler classifyfile: the type has a handler already"},
		{"--handler a=http://h --handler A=http://i", "--handler A: the type has a handler already"},
		{"--type-limit invoice=1s", "--type-limit invoice: no handler serves the type"},
		{"--type-limit classifyText=0s", "--type-limit classifyText: must be positive"},
		{"--mask-matches acme,um/bra", "--mask-matches: must be all, or tenants"},
		{"--log-format xml", `--log-format must be one of "text","json"`},
		{"--log-level loud", "--log-level"},
		{"--redis http://h", "--redis: must be redis://"},
		{"--redis redis://:secret@h:port", "--redis: must be redis://"},
		{"--redis redis://:sec#ret@h", "--redis: must be redis://"},
		{"--redis redis://:secret@h/nodb", "--redis: must be redis://"},
		{"--redis redis://:secret%zz@h", "--redis: must be redis://"},
		{"--redis redis://:secret@h?secret=1", "--redis: must be redis://"},
		{"--redis redis://h?max_retries=7", "--redis: max_retries cannot be chosen"},
		{"--redis redis://h --redis-password-file /nowhere/secret-file", "--redis-password-file: open /nowhere/secret-file"},
	} {
		_, err := flags(strings.Fields(tt.args)...)
		if err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: error %v, want %q", tt.args, err, tt.want)
		} else if strings.Contains(strings.ReplaceAll(err.Error(), "secret-file", ""), "sec") {
			t.Errorf("%s: error %q tells the password", tt.args, err)
		}
	}
}

func TestRedisOptionsComeFromURLAndFile(t *testing.T) {
	file := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(file, []byte(" from file \n"), 0o600); err != nil {
		t.Fatal(err)
	}
	type reach struct {
		Addr, Username, Password string
		DB, PoolSize             int
		TLS                      bool
		ReadTimeout              time.Duration
	}
	for _, tt := range []struct {
		name string
		args []string
		want reach
	}{
		{"plain", []string{"--redis", "redis://r.example"}, reach{Addr: "r.example:6379", PoolSize: 96, ReadTimeout: 3 * time.Second}},
		{
			"everything in the URL",
			[]string{"--redis", "rediss://app:" + url.QueryEscape("p#s/w@d") + "@r.example:6380/3?read_timeout=9s&pool_size=7"},
			reach{Addr: "r.example:6380", Username: "app", Password: "p#s/w@d", DB: 3, PoolSize: 7, TLS: true, ReadTimeout: 9 * time.Second},
		},
		{
			"password from a file",
			[]string{"--redis", "redis://app@r.example", "--redis-password-file", file},
			reach{Addr: "r.example:6379", Username: "app", Password: " from file ", PoolSize: 96, ReadTimeout: 3 * time.Second},
		},
	} {
		o := mustFlags(t, tt.args...)
		ro, err := redisOptions(&o)
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
			continue
		}
		got := reach{ro.Addrs[0], ro.Username, ro.Password, ro.DB, ro.PoolSize, ro.TLSConfig != nil, ro.ReadTimeout}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
		if !ro.ContextTimeoutEnabled {
			t.Errorf("%s: a caller's deadline does not hold for Redis", tt.name)
		}
		if _, ok := redis.NewUniversalClient(ro).(*redis.Client); !ok {
			t.Errorf("%s: not a client of a single Redis", tt.name)
		}
	}
}

func TestLogHasFormatAndLevel(t *testing.T) {
	when := regexp.MustCompile(`time=\S+ |"time":"[^"]+",`)
	for _, tt := range []struct{ args, want string }{
		{"", "level=INFO msg=told job=1\n"},
		{"--log-level debug", "level=DEBUG msg=whispered job=1\nlevel=INFO msg=told job=1\n"},
		{"--log-level warn", ""},
		{"--log-format json", `{"level":"INFO","msg":"told","job":1}` + "\n"},
	} {
		o := mustFlags(t, strings.Fields(tt.args)...)
		var buf bytes.Buffer
		log := o.logger(&buf)
		log.Debug("whispered", "job", 1)
		log.Info("told", "job", 1)
		if got := when.ReplaceAllString(buf.String(), ""); got != tt.want {
			t.Errorf("%q: log %q, want %q", tt.args, got, tt.want)
		}
	}
	mine := slog.New(slog.DiscardHandler)
	if o := (Options{Log: mine}); o.logger(nil) != mine {
		t.Error("Options.Log is not the log")
	}
}

func TestFlagsReachThePage(t *testing.T) {
	const issuer, other = "https://login.example/acme/v2.0", "https://people.example"
	for _, tt := range []struct {
		args string
		want dashboard.SignIn
	}{
		{"", dashboard.SignIn{}},
		{"--oidc-issuer " + issuer + " --oidc-audience jobs", dashboard.SignIn{}},
		{"--page-client-id page --page-issuer " + issuer, dashboard.SignIn{Issuer: issuer, ClientID: "page", Scope: "openid"}},
		{"--page-client-id page --oidc-issuer " + issuer + " --oidc-audience jobs", dashboard.SignIn{Issuer: issuer, ClientID: "page", Scope: "openid"}},
		{"--page-client-id page --oidc-issuer " + issuer + " --oidc-audience jobs --page-issuer " + other, dashboard.SignIn{Issuer: other, ClientID: "page", Scope: "openid"}},
	} {
		o := mustFlags(t, strings.Fields(tt.args)...)
		if diff := cmp.Diff(tt.want, o.signIn()); diff != "" {
			t.Errorf("%s: sign-in (-want +got):\n%s", tt.args, diff)
		}
	}
}
