package app

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"
	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/api/auth"
	"github.com/classifyd/classifyd/api/dashboard"
	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/worker"
)

// Options says what a process does, as its flags do. Each flag has an
// environment twin: CLASSIFYD_MAX_TEXT for --max-text.
type Options struct {
	Role   string `default:"all" enum:"api,worker,all" help:"What this process does: ${enum}."`
	Listen string `default:"127.0.0.1:8080" help:"Address of the API."`

	DebugListen string        `placeholder:"ADDR" help:"Address for operators, which serves /metrics and /debug to whoever reaches it. Without it the API serves /metrics."`
	SlowRun     time.Duration `default:"0s" help:"A run that takes longer leaves the runtime trace of the seconds before at /debug/flight/slow of --debug-listen; 0s is never."`

	OTLPEndpoint Endpoint `name:"otlp-endpoint" env:"CLASSIFYD_OTLP_ENDPOINT" placeholder:"URL" help:"Where to send traces, as OTLP over HTTP, such as http://collector:4318."`
	OTLPShare    float64  `name:"otlp-share" env:"CLASSIFYD_OTLP_SHARE" default:"1" help:"Share of requests, from 0 to 1, whose trace is sent. Where the caller's traceparent says so, that counts."`

	TLSCert string `name:"tls-cert" placeholder:"PATH" help:"PEM file with the certificate of the API, and those between it and its root. With it the API speaks HTTPS, over HTTP/1.1 and HTTP/2."`
	TLSKey  string `name:"tls-key" placeholder:"PATH" help:"PEM file with the key of --tls-cert."`

	OIDCIssuer      string        `name:"oidc-issuer" env:"CLASSIFYD_OIDC_ISSUER" placeholder:"URL" help:"Take access tokens of this OpenID Connect issuer."`
	OIDCAudience    string        `name:"oidc-audience" env:"CLASSIFYD_OIDC_AUDIENCE" placeholder:"AUDIENCE" help:"What access tokens must have among their audiences."`
	OIDCAlgorithm   []string      `name:"oidc-algorithm" env:"CLASSIFYD_OIDC_ALGORITHM" default:"RS256" help:"Algorithm that access tokens may be signed with: an RS, PS, ES or EdDSA of RFC 7518. Repeatable."`
	OIDCLeeway      time.Duration `name:"oidc-leeway" env:"CLASSIFYD_OIDC_LEEWAY" default:"30s" help:"How far the issuer's clock may be from ours."`
	OIDCTenantClaim string        `name:"oidc-tenant-claim" env:"CLASSIFYD_OIDC_TENANT_CLAIM" default:"tid" placeholder:"CLAIM" help:"Claim of an access token that names its tenant (default: ${default})."`
	OIDCRefresh     time.Duration `name:"oidc-refresh" env:"CLASSIFYD_OIDC_REFRESH" default:"15m" help:"Age at which the issuer's keys are read again."`
	APIKeys         bool          `name:"api-keys" env:"CLASSIFYD_API_KEYS" help:"Take API keys, which classifyd key makes."`
	ClientCA        string        `name:"client-ca" env:"CLASSIFYD_CLIENT_CA" placeholder:"PATH" help:"PEM file with the certificates of those who vouch for --client-cert."`
	ClientCert      []ClientCert  `name:"client-cert" env:"CLASSIFYD_CLIENT_CERT" sep:" " placeholder:"NAME=TENANT:SCOPE,..." help:"Take the TLS certificate of a client in this DNS name, URI, mail address or, if it has none, common name, for a tenant. Repeatable; in the environment separated by spaces."`
	TenantRate      int           `default:"1000" placeholder:"N" help:"Requests a second of one tenant, where callers say who they are; 0 is any number. Default: 1000."`
	CallerRate      int           `default:"500" placeholder:"N" help:"Requests a second of one user, key or certificate, likewise. Default: 500."`
	Audit           string        `placeholder:"file:PATH|stdout|redis" help:"Where lines of JSON go that tell who did what: the end of a file, standard output, or the last million in the Redis stream classifyd:audit."`
	Insecure        bool          `help:"Listen on other addresses than loopback although everyone who reaches them may do everything."`

	HeaderTime     time.Duration `default:"5s" help:"How long a client may take for the header of a request."`
	RequestTime    time.Duration `default:"30s" help:"How long a client may take for a whole request or, where that is a file, for each piece of it."`
	IdleTime       time.Duration `default:"2m" help:"How long a connection without a request is kept."`
	MaxHeader      int           `default:"65536" help:"Bytes that the header of a request may have."`
	MaxConnections int           `default:"10000" placeholder:"N" help:"Connections to the API at a time, beyond which further ones wait; 0 is any number. Default: 10000."`

	H2C bool `name:"h2c" env:"CLASSIFYD_H2C" help:"Speak HTTP/2 without TLS too, to clients that know it beforehand."`

	Redis             string `placeholder:"URL" help:"Redis to keep jobs in, as redis://[user[:password]@]host[:port][/db], redis-sentinel://[user[:password]@]host[:port][,host...][/db]?master=NAME or redis-cluster://[user[:password]@]host[:port][,host...]; with rediss, rediss-sentinel or rediss-cluster for TLS. With auto a redis-server that is installed here is started for this process alone and keeps what it has in --data. Without it Redis is embedded and forgets everything on exit."`
	Data              string `placeholder:"PATH" help:"Directory for what a Redis of --redis auto keeps, and for content and results above --inline without --blob."`
	RedisPasswordFile string `placeholder:"PATH" help:"File with the password for Redis. On the command line everybody on the machine reads it; the environment is the other place for it."`
	RedisCA           string `name:"redis-ca" env:"CLASSIFYD_REDIS_CA" placeholder:"PATH" help:"PEM file with the authorities whose certificates Redis may have. Default: the system's."`
	RedisCert         string `placeholder:"PATH" help:"PEM file with the certificate to show to Redis."`
	RedisKey          string `placeholder:"PATH" help:"PEM file with the key of --redis-cert."`
	RedisServerName   string `placeholder:"NAME" help:"Name that the certificates of Redis must have. Default: that of each server."`

	SentinelUser         string `placeholder:"NAME" help:"User for the Sentinels themselves."`
	SentinelPasswordFile string `placeholder:"PATH" help:"File with the password for the Sentinels themselves."`

	RedisChecks  string        `default:"refuse" enum:"refuse,warn,off" help:"What to do, at the start and in /readyz, with a Redis in which jobs are not safe, since it evicts keys, keeps nothing across a restart, is a replica or older than 6.2: ${enum}."`
	WaitReplicas int           `default:"0" help:"Replicas that must have a job before its creation is answered, and its end or cancel. Without any, a failover may lose the latest."`
	WaitTimeout  time.Duration `default:"1s" help:"How long --wait-replicas waits, less than 2s, before the call is answered with 503."`

	Shards int `default:"1" help:"Number of shards that jobs are spread over; fixed once Redis holds jobs."`

	Concurrency int                      `default:"16" help:"Jobs that this process runs at a time."`
	Handler     []Remote                 `sep:" " placeholder:"TYPE=URL" help:"Serve the job type TYPE by posting its jobs to URL. Repeatable; in the environment separated by spaces."`
	Limit       time.Duration            `default:"5m" help:"Longest run of a job."`
	TypeLimit   map[string]time.Duration `mapsep:"," placeholder:"TYPE=DURATION" help:"Longest run of a job of one type. Repeatable."`
	Grace       time.Duration            `default:"20s" help:"How long running jobs may go on once this process is told to stop; the rest is handed back."`

	MemoryLimit Size `default:"0" placeholder:"BYTES" help:"Bytes of memory that the collector keeps this process below as long as it can. When a quarter more is in use all the same the process ends at once, as if it had been killed, for whoever supervises it to start it again. 0 is what GOMEMLIMIT says, without that end."`

	MaxAttempts   int           `default:"3" help:"Attempts before a job fails."`
	MaxWait       time.Duration `default:"0s" help:"How long a job may wait for its first start before it expires; 0s is for ever."`
	Retention     time.Duration `default:"24h" help:"How long ended jobs and their results are kept."`
	MaxWaiting    int           `default:"1000000" help:"Jobs that may wait before new ones are refused."`
	TenantWaiting int           `default:"100000" help:"Jobs of one tenant that may wait for their start before its new ones are refused; 0 is any number."`
	TenantBytes   Size          `default:"0" help:"Bytes that the content of one tenant's jobs that have not ended may take, in Redis and in --blob, before its new ones are refused; one that is larger by itself always is. 0 is any number. Give all processes that serve the API the same."`
	TenantRunning int           `default:"0" placeholder:"N" help:"Jobs of one tenant that run at a time, in all processes together; its others are held back and those of others go on. 0 is any number. Give all workers the same; it is split among --shards, each part rounded up."`
	Share         int           `default:"100" help:"Jobs of one tenant that may wait before its new ones stand back behind those of others."`
	MaxText       Size          `default:"1MiB" help:"Bytes of text that a job may have."`

	MaxFile Size `default:"64MiB" help:"Bytes that a file may have, up to 1 GiB; in JSON never more than 16 MiB. Above --inline it needs --blob, or the embedded Redis."`

	Blob    string        `placeholder:"URL" help:"Place for content and results above --inline: file:///path of a directory that all processes see, or s3://bucket?region=R, which takes endpoint, use_path_style and prefix too. With an embedded Redis and without --blob it is a temporary directory; otherwise such content is refused."`
	Inline  Size          `default:"256KiB" help:"Bytes of content that Redis holds, up to 16 MiB; what is larger goes to --blob."`
	BlobAge time.Duration `default:"1h" help:"Age at which a blob that no job names is deleted, at least 35m."`

	EncryptionKeys string `placeholder:"PATH" help:"Key ring with which content and results are encrypted in Redis and in --blob; what was there before is read as it is. All processes need the same one. Its file must be its owner's alone, and may be replaced while it is in use. See classifyd keyring."`

	MaskMatches []string `placeholder:"all|TENANT,..." help:"Tenants, or all, whose results have only the last four characters of what matched, and of the evidence, and nothing of what is shorter than eight. It takes effect on the workers, with runs that begin then."`

	MaxTypes       int           `default:"500" help:"Sensitive types of its own that a tenant may have."`
	ExtractBytes   Size          `default:"2GiB" help:"Bytes that a file may have once all that is packed in it is unpacked, and likewise its text."`
	ExtractRatio   int64         `default:"100" placeholder:"N" help:"How many times its own size a file may expand to, above 1 MiB."`
	ExtractDepth   int           `default:"10" placeholder:"N" help:"How deep files may lie in a file."`
	ExtractMembers int           `default:"1000" placeholder:"N" help:"Files that may lie in a file, at all depths."`
	ExtractTime    time.Duration `default:"10m" help:"How long a file may take to be read and scanned, within --limit."`
	PDFs           int           `name:"pdfs" default:"2" placeholder:"N" help:"PDF files that are read at a time; each may take up to 256 MiB."`
	OCR            Endpoint      `name:"ocr" env:"CLASSIFYD_OCR" placeholder:"URL" help:"Have pictures, and scans in PDF files, read by posting them to URL, which answers with their text. Without it they are of an unsupported type."`
	TempDir        string        `placeholder:"PATH" help:"Directory for members of files that are too large for the memory, while they are read. Default: the system's."`
	CacheDir       string        `placeholder:"PATH" help:"Directory that keeps the compiled PDF engine, which makes the first PDF of a process seconds faster."`

	MaxMatches      int `default:"500" help:"Matches of one sensitive type that a result has. They are counted beyond that."`
	MaxExplanations int `default:"1000" help:"Explanations that a result has, where its request asks for them."`

	CORSOrigin     []string `name:"cors-origin" placeholder:"ORIGIN" help:"Origin of web pages that may call the API, such as https://app.example, or * for all. Repeatable."`
	NoPage         bool     `help:"Do not serve the page for people at /."`
	PageIssuer     Endpoint `placeholder:"URL" help:"OpenID Connect issuer at which the page at / signs people in. Its token endpoint must be on the same origin and answer other origins. Default: --oidc-issuer."`
	PageClientID   string   `name:"page-client-id" env:"CLASSIFYD_PAGE_CLIENT_ID" placeholder:"ID" help:"Id of the page at --page-issuer, where it is a public client with PKCE. With it people sign in at the page with their account."`
	PageScope      string   `default:"openid" help:"Scopes that the page asks for at --page-issuer, separated by spaces."`
	TrustForwarded bool     `help:"Build links from X-Forwarded-Proto and X-Forwarded-Host, which a proxy before this process must then set."`

	LogFormat string     `default:"text" enum:"text,json" help:"Form of the log on standard error: ${enum}."`
	LogLevel  slog.Level `default:"info" help:"Least level that is logged: debug, info, warn or error."`

	// Authenticate, if set, says who calls the API.
	Authenticate auth.Authenticator `kong:"-"`

	// Log replaces the log on standard error, Listener the one at Listen and
	// Out standard output, where Start says how to use what it has started.
	Log      *slog.Logger `kong:"-"`
	Listener net.Listener `kong:"-"`
	Out      io.Writer    `kong:"-"`
}

// What --redis-checks can be.
const (
	checksRefuse = "refuse"
	checksWarn   = "warn"
	checksOff    = "off"
)

// Flags are what kong needs to know about Options beyond its tags.
func Flags() []kong.Option {
	return []kong.Option{
		kong.Name("classifyd"),
		kong.Description("Finds sensitive information in texts, as asynchronous jobs behind Microsoft Graph's dataClassification API. \"classifyd key --help\" tells how to make API keys."),
		kong.DefaultEnvars("CLASSIFYD"),
	}
}

// Remote is a job type and the HTTP endpoint of the classifier that serves it.
type Remote struct {
	Type     string
	Endpoint *url.URL
}

// UnmarshalText reads TYPE=URL. The URL may hold a password and is not repeated
// in an error.
func (r *Remote) UnmarshalText(b []byte) error {
	typ, endpoint, _ := strings.Cut(string(b), "=")
	var e Endpoint
	if typ == "" || e.UnmarshalText([]byte(endpoint)) != nil {
		return errors.New("must be TYPE=URL with an http or https URL")
	}
	*r = Remote{Type: typ, Endpoint: e.URL}
	return nil
}

// Endpoint is where a handler answers, nil for none.
type Endpoint struct{ URL *url.URL }

// UnmarshalText reads a URL, which may hold a password as that of a Remote.
func (e *Endpoint) UnmarshalText(b []byte) error {
	u, err := url.Parse(string(b))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return errors.New("must be an http or https URL")
	}
	e.URL = u
	return nil
}

// signIn is how people sign in at the page.
func (o *Options) signIn() dashboard.SignIn {
	if o.PageClientID == "" {
		return dashboard.SignIn{}
	}
	issuer := o.OIDCIssuer
	if o.PageIssuer.URL != nil {
		issuer = o.PageIssuer.URL.String()
	}
	return dashboard.SignIn{Issuer: issuer, ClientID: o.PageClientID, Scope: o.PageScope}
}

// Validate names the flag that cannot stand.
func (o *Options) Validate() error {
	if err := o.validateCallers(); err != nil {
		return err
	}
	if o.Redis == "" && o.serves() != o.works() {
		return fmt.Errorf("--role %s: needs --redis, since an embedded Redis is out of reach of other processes", o.Role)
	}
	if o.PageIssuer.URL != nil && o.PageClientID == "" {
		return errors.New("--page-issuer: needs --page-client-id")
	}
	if o.PageClientID != "" && o.PageIssuer.URL == nil && o.OIDCIssuer == "" {
		return errors.New("--page-client-id: needs --oidc-issuer or --page-issuer")
	}
	if o.Redis == "" && o.RedisPasswordFile != "" {
		return errors.New("--redis-password-file: needs --redis")
	}
	if o.Redis == "" && o.WaitReplicas > 0 {
		return errors.New("--wait-replicas: needs --redis, since an embedded Redis has none")
	}
	if err := o.validatePrivate(); err != nil {
		return err
	}
	if o.Redis != "" && o.Redis != privateRedisURL {
		if _, err := redisOptions(o); err != nil {
			return err
		}
	}
	for _, n := range []struct {
		flag  string
		value int
	}{
		{"shards", o.Shards},
		{"concurrency", o.Concurrency},
		{"max-attempts", o.MaxAttempts},
		{"max-waiting", o.MaxWaiting},
		{"share", o.Share},
		{"max-text", int(o.MaxText)},
		{"max-types", o.MaxTypes},
		{"max-header", o.MaxHeader},
		{"max-matches", o.MaxMatches},
		{"max-explanations", o.MaxExplanations},
		{"extract-bytes", int(o.ExtractBytes)},
		{"extract-ratio", int(o.ExtractRatio)},
		{"extract-depth", o.ExtractDepth},
		{"extract-members", o.ExtractMembers},
		{"pdfs", o.PDFs},
	} {
		if n.value < 1 {
			return fmt.Errorf("--%s: must be at least 1", n.flag)
		}
	}
	for _, d := range []struct {
		flag  string
		value time.Duration
	}{
		{"limit", o.Limit},
		{"grace", o.Grace},
		{"retention", o.Retention},
		{"extract-time", o.ExtractTime},
		{"oidc-refresh", o.OIDCRefresh},
		{"header-time", o.HeaderTime},
		{"request-time", o.RequestTime},
		{"idle-time", o.IdleTime},
	} {
		if d.value <= 0 {
			return fmt.Errorf("--%s: must be positive", d.flag)
		}
	}
	if o.MemoryLimit != 0 && o.MemoryLimit < leastMemory {
		return fmt.Errorf("--memory-limit: must be at least %d, or 0", leastMemory)
	}
	if o.MaxFile < 1 || o.MaxFile > mostFile {
		return fmt.Errorf("--max-file: must be from 1 to %d", mostFile)
	}
	if o.Inline < 1 || o.Inline > mostInline {
		return fmt.Errorf("--inline: must be from 1 to %d", mostInline)
	}
	if o.BlobAge < leastBlobAge {
		return fmt.Errorf("--blob-age: must be at least %s, since a file may take almost as long to arrive", leastBlobAge)
	}
	if (o.TLSCert == "") != (o.TLSKey == "") {
		return errors.New("--tls-cert and --tls-key: need each other")
	}
	if o.H2C && o.TLSCert != "" {
		return errors.New("--h2c: is for an API without --tls-cert, with which HTTP/2 is spoken anyway")
	}
	for _, origin := range o.CORSOrigin {
		if u, err := url.Parse(origin); origin != "*" && (err != nil || u.Host == "" || u.Scheme+"://"+u.Host != origin) {
			return fmt.Errorf("--cors-origin %s: must be a scheme and a host, such as https://app.example, or *", origin)
		}
	}
	if o.SlowRun < 0 {
		return errors.New("--slow-run: must not be negative")
	}
	if o.SlowRun > 0 && o.DebugListen == "" {
		return errors.New("--slow-run: needs --debug-listen, which shows what it keeps")
	}
	if !(o.OTLPShare >= 0 && o.OTLPShare <= 1) {
		return errors.New("--otlp-share: must be from 0 to 1")
	}
	for _, n := range []struct {
		flag  string
		value int64
	}{
		{"tenant-waiting", int64(o.TenantWaiting)},
		{"tenant-running", int64(o.TenantRunning)},
		{"max-connections", int64(o.MaxConnections)},
	} {
		if n.value < 0 {
			return fmt.Errorf("--%s: must not be negative", n.flag)
		}
	}
	if o.WaitReplicas < 0 {
		return errors.New("--wait-replicas: must not be negative")
	}
	if o.WaitTimeout <= 0 || o.WaitTimeout >= 2*time.Second {
		return errors.New("--wait-timeout: must be positive and less than 2s")
	}
	if o.MaxWait < 0 {
		return errors.New("--max-wait: must not be negative")
	}
	for _, t := range o.MaskMatches {
		if !jobs.Tenant(t).Valid() {
			return errors.New("--mask-matches: must be all, or tenants of at most 64 letters, digits, dots, dashes and underscores")
		}
	}
	served := []string{worker.ClassifyText, worker.ClassifyFile}
	for _, r := range o.Handler {
		// The API reads the types it knows in any case.
		if slices.ContainsFunc(served, func(s string) bool { return strings.EqualFold(s, r.Type) }) {
			return fmt.Errorf("--handler %s: the type has a handler already", r.Type)
		}
		served = append(served, r.Type)
	}
	for typ, limit := range o.TypeLimit {
		if !slices.Contains(served, typ) {
			return fmt.Errorf("--type-limit %s: no handler serves the type", typ)
		}
		if limit <= 0 {
			return fmt.Errorf("--type-limit %s: must be positive", typ)
		}
	}
	return nil
}

// validatePrivate checks what goes with --redis auto, and what cannot: there is
// nobody else's Redis to reach.
func (o *Options) validatePrivate() error {
	if o.Redis != privateRedisURL {
		if o.Data != "" {
			return errors.New("--data: needs --redis auto")
		}
		return nil
	}
	if o.Data == "" {
		return errors.New("--redis auto: needs --data, where it keeps jobs")
	}
	if o.serves() != o.works() {
		return fmt.Errorf("--role %s: needs --redis with a URL, since that of auto is out of reach of other processes", o.Role)
	}
	for _, f := range []struct {
		flag string
		set  bool
	}{
		{"redis-password-file", o.RedisPasswordFile != ""},
		{"redis-ca", o.RedisCA != ""},
		{"redis-cert", o.RedisCert != ""},
		{"redis-key", o.RedisKey != ""},
		{"redis-server-name", o.RedisServerName != ""},
		{"sentinel-user", o.SentinelUser != ""},
		{"sentinel-password-file", o.SentinelPasswordFile != ""},
		{"wait-replicas", o.WaitReplicas > 0},
	} {
		if f.set {
			return fmt.Errorf("--%s: needs --redis with a URL", f.flag)
		}
	}
	return nil
}

// serves and works tell what the role asks for.
func (o *Options) serves() bool { return o.Role != "worker" }
func (o *Options) works() bool  { return o.Role != "api" }

const (
	mostFile     = 1 << 30
	mostInline   = 16 << 20
	leastBlobAge = 35 * time.Minute
)

// queueOptions is what o means to package jobs. A method of Options would make
// whoever imports this package compile parts of the Redis client.
func queueOptions(o *Options, ro *redis.UniversalOptions, log *slog.Logger) jobs.Options {
	return jobs.Options{
		Redis:         ro,
		Log:           log,
		Shards:        o.Shards,
		WaitReplicas:  o.WaitReplicas,
		WaitTimeout:   o.WaitTimeout,
		Concurrency:   o.Concurrency,
		MaxAttempts:   o.MaxAttempts,
		Limit:         o.Limit,
		Grace:         o.Grace,
		Retention:     o.Retention,
		MaxWait:       o.MaxWait,
		MaxWaiting:    o.MaxWaiting,
		TenantWaiting: o.TenantWaiting,
		TenantBytes:   int64(o.TenantBytes),
		TenantRunning: o.TenantRunning,
		Share:         o.Share,
		Inline:        int(o.Inline),
		BlobAge:       o.BlobAge,
	}
}

func (o *Options) logger(w io.Writer) *slog.Logger {
	if o.Log != nil {
		return o.Log
	}
	h := &slog.HandlerOptions{Level: o.LogLevel}
	if o.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, h))
	}
	return slog.New(slog.NewTextHandler(w, h))
}
