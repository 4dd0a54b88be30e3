// Package hostile sends an API what must not get in. Its issuer is zitadel's
// OpenID Connect provider, which it keeps out of our module. It is tests alone.
package hostile

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/auth"
	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/embedded"
	"github.com/classifyd/classifyd/jobs/tenants"
)

const path = "/beta/dataClassification/jobs"

// An entrance is an API that takes tokens of an issuer and API keys.
type entrance struct {
	t      *testing.T
	url    string
	queue  *jobs.Queue
	keys   *tenants.Store
	issuer *issuer
}

func open(t *testing.T, change ...func(*auth.IssuerOptions)) *entrance {
	t.Helper()
	e := &entrance{t: t, issuer: newIssuer(t)}
	server := embedded.Start()
	t.Cleanup(server.Close)
	var err error
	if e.queue, err = jobs.Open(t.Context(), jobs.Options{Redis: server.Options()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.queue.Close() })
	if e.keys, err = tenants.Open(tenants.Options{Redis: server.Options()}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.keys.Close() })
	o := auth.IssuerOptions{URL: e.issuer.url, Audience: audience, Leeway: 30 * time.Second, Retry: time.Nanosecond}
	for _, c := range change {
		c(&o)
	}
	tokens, err := auth.NewIssuer(o)
	if err != nil {
		t.Fatal(err)
	}
	s := httptest.NewServer(api.New(api.Options{Queue: e.queue, Tenants: e.keys, Authenticate: auth.New(auth.Options{Tokens: tokens, Keys: e.keys})}))
	t.Cleanup(s.Close)
	e.url = s.URL
	return e
}

// An answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

// answerTo sends a request by do and returns its answer, whose body is read.
func answerTo(t testing.TB, do func(*http.Request) (*http.Response, error), req *http.Request) (*http.Response, []byte) {
	t.Helper()
	resp, err := do(req)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: %v", req.Method, req.URL, err)
	}
	return resp, body
}

// send sends a request whose path goes out as it is, with headers as they are.
func (e *entrance) send(method, rawPath, body string, header http.Header) answer {
	e.t.Helper()
	req, err := http.NewRequestWithContext(e.t.Context(), method, e.url, strings.NewReader(body))
	if err != nil {
		e.t.Fatal(err)
	}
	req.URL.Opaque = rawPath
	req.Header = header.Clone()
	if req.Header == nil {
		req.Header = http.Header{}
	}
	if body != "" && req.Header.Get("Content-Type") == "" {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, b := answerTo(e.t, http.DefaultTransport.RoundTrip, req)
	return answer{resp.StatusCode, resp.Header, string(b)}
}

func bearer(token string) http.Header { return http.Header{"Authorization": {"Bearer " + token}} }

// get asks for the jobs with a token.
func (e *entrance) get(token string) answer {
	e.t.Helper()
	return e.send("GET", path, "", bearer(token))
}

func TestTokenOfTheIssuerLetsItsTenantIn(t *testing.T) {
	e := open(t)
	a := e.send("POST", path, `{"type":"a"}`, bearer(e.issuer.token(t)))
	var job struct{ TenantID, UserID string }
	if err := json.Unmarshal([]byte(a.body), &job); err != nil || a.status != 201 || job.TenantID != tenant || job.UserID != "ada" {
		t.Errorf("got %d %s, %v; want a job of ada of acme", a.status, a.body, err)
	}
	if a := e.get(sign(t, jose.RS256, e.issuer.signing().private, map[jose.HeaderKey]any{"kid": "first"}, e.issuer.good())); a.status != 200 {
		t.Errorf("the good claims of the table below: %d %s", a.status, a.body)
	}
	roles := e.issuer.with("scp", nil)
	roles["roles"] = []string{"DataClassificationJob.Read.All"}
	if a := e.get(sign(t, jose.RS256, e.issuer.signing().private, map[jose.HeaderKey]any{"kid": "first"}, roles)); a.status != 200 {
		t.Errorf("a role instead of a scope: %d %s", a.status, a.body)
	}
}

// A hostile request must not get in.
type hostile struct {
	name, method, path, body string
	header                   http.Header
}

// tokens are tokens that must not count.
func (e *entrance) tokens() (list []hostile) {
	t, i := e.t, e.issuer
	add := func(name, token string) {
		list = append(list, hostile{name: name, header: bearer(token)})
	}
	first := map[jose.HeaderKey]any{"kid": "first"}
	real := i.signing().private
	signed := func(claims any) string { return sign(t, jose.RS256, real, first, claims) }
	good := i.token(t)
	parts := strings.Split(good, ".")
	b64 := base64.RawURLEncoding.EncodeToString

	for name, claims := range map[string]map[string]any{
		"expired":                  i.with("exp", time.Now().Add(-time.Minute).Unix()),
		"expired long ago":         i.with("exp", 1),
		"expired before the epoch": i.with("exp", -1),
		"no expiry":                i.with("exp", nil),
		"expiry is text":           i.with("exp", "tomorrow"),
		"not yet valid":            i.with("nbf", time.Now().Add(time.Minute).Unix()),
		"issued in the future":     i.with("iat", time.Now().Add(time.Hour).Unix()),
		"another audience":         i.with("aud", "api://other"),
		"audience with a suffix":   i.with("aud", audience+"/"),
		"audience in capitals":     i.with("aud", strings.ToUpper(audience)),
		"other audiences":          i.with("aud", []string{"a", "b"}),
		"no audience":              i.with("aud", nil),
		"empty audience":           i.with("aud", ""),
		"audience is a number":     i.with("aud", 1),
		"another issuer":           i.with("iss", "https://evil.example"),
		"issuer with a slash":      i.with("iss", i.url+"/"),
		"issuer with a suffix":     i.with("iss", i.url+".evil.example"),
		"issuer in a list":         i.with("iss", []string{i.url}),
		"no issuer":                i.with("iss", nil),
		"empty issuer":             i.with("iss", ""),
		"no tenant":                i.with("tid", nil),
		"empty tenant":             i.with("tid", ""),
		"tenant is a number":       i.with("tid", 7),
		"tenant is a list":         i.with("tid", []string{tenant}),
		"tenant with a slash":      i.with("tid", "acme/../duff"),
		"tenant closes a hash tag": i.with("tid", "acme}"),
		"tenant with a glob":       i.with("tid", "*"),
		"tenant with a line":       i.with("tid", "acme\n"),
		"tenant with a null":       i.with("tid", "acme\x00"),
		"tenant too long":          i.with("tid", strings.Repeat("a", 65)),
		"user too long":            i.with("oid", strings.Repeat("a", 256)),
	} {
		add(name, signed(claims))
	}
	nobody := i.with("oid", nil)
	delete(nobody, "sub")
	add("no user", signed(nobody))

	// Signed by somebody else, or by nobody.
	other := newKey(t, "first").private
	add("another's key under the same id", sign(t, jose.RS256, other, first, i.good()))
	add("another's key under its own id", sign(t, jose.RS256, other, map[jose.HeaderKey]any{"kid": "other"}, i.good()))
	add("another's key without an id", sign(t, jose.RS256, other, nil, i.good()))
	der, err := x509.MarshalPKIXPublicKey(&real.PublicKey)
	if err != nil {
		t.Fatal(err)
	}
	modulus := real.N.Bytes()
	for name, secret := range map[string][]byte{
		"PEM": pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}), "DER": der, "modulus": modulus,
		"PKCS 1": x509.MarshalPKCS1PublicKey(&real.PublicKey), "PKCS 1 PEM": pem.EncodeToMemory(&pem.Block{Type: "RSA PUBLIC KEY", Bytes: x509.MarshalPKCS1PublicKey(&real.PublicKey)}),
	} {
		for _, alg := range []jose.SignatureAlgorithm{jose.HS256, jose.HS384, jose.HS512} {
			add(fmt.Sprintf("%s with the public key as %s", alg, name), sign(t, alg, secret, first, i.good()))
		}
	}
	for _, alg := range []jose.SignatureAlgorithm{jose.RS384, jose.RS512, jose.PS256, jose.PS512} {
		add(string(alg)+" with the issuer's own key", sign(t, alg, real, first, i.good()))
	}
	curve, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	add("ES256", sign(t, jose.ES256, curve, first, i.good()))
	add("key in the header", sign(t, jose.RS256, other, map[jose.HeaderKey]any{"jwk": jose.JSONWebKey{Key: &other.PublicKey}}, i.good()))
	add("key in the header under a known id", sign(t, jose.RS256, other, map[jose.HeaderKey]any{"kid": "first", "jwk": jose.JSONWebKey{Key: &other.PublicKey}}, i.good()))
	add("keys at an address", sign(t, jose.RS256, other, map[jose.HeaderKey]any{"kid": "other", "jku": "https://evil.example/keys"}, i.good()))
	add("certificates at an address", sign(t, jose.RS256, other, map[jose.HeaderKey]any{"kid": "other", "x5u": "https://evil.example/cert"}, i.good()))
	add("critical header that nobody knows", sign(t, jose.RS256, real, map[jose.HeaderKey]any{"kid": "first", "crit": []string{"mine"}, "mine": true}, i.good()))
	for _, kid := range []string{"../../first", "/dev/null", "first\x00", "FIRST", " first", "first' OR '1'='1", "https://evil.example/key", "file:///etc/passwd", "|id", strings.Repeat("k", 4000)} {
		add("key id "+kid[:min(20, len(kid))], sign(t, jose.RS256, other, map[jose.HeaderKey]any{"kid": kid}, i.good()))
	}
	claims, err := json.Marshal(i.good())
	if err != nil {
		t.Fatal(err)
	}
	for _, alg := range []string{"none", "None", "NONE", "nOnE", "", "HS256", "RS256"} {
		header := b64(fmt.Appendf(nil, `{"alg":%q,"typ":"JWT","kid":"first"}`, alg))
		add("unsigned as "+alg, header+"."+b64(claims)+".")
		add("signed with nothing as "+alg, header+"."+b64(claims)+"."+b64([]byte("x")))
	}
	add("no algorithm", b64([]byte(`{"kid":"first"}`))+"."+b64(claims)+"."+parts[2])
	add("two algorithms", b64([]byte(`{"alg":"RS256","alg":"none","kid":"first"}`))+"."+b64(claims)+".")

	// Not what the issuer wrote.
	add("other claims under a good signature", parts[0]+"."+b64(claims)+"."+parts[2])
	add("another header under a good signature", b64([]byte(`{"alg":"RS256","kid":"first","x":1}`))+"."+parts[1]+"."+parts[2])
	add("no signature", parts[0]+"."+parts[1]+".")
	add("no signature and no dot", parts[0]+"."+parts[1])
	add("signature cut short", good[:len(good)-8])
	add("last byte changed", good[:len(good)-4]+"AAAA")
	add("a fourth part", good+"."+parts[2])
	add("five parts, as if encrypted", strings.Join(append(parts, "a", "b"), "."))
	add("padded", good+"==")
	add("standard base64", strings.NewReplacer("-", "+", "_", "/").Replace(parts[0])+"."+parts[1]+"."+parts[2]+"+/")
	add("JSON serialization", fmt.Sprintf(`{"payload":%q,"signatures":[{"protected":%q,"signature":%q}]}`, parts[1], parts[0], parts[2]))
	add("too long", signed(i.with("groups", strings.Repeat("g", 20<<10))))
	add("long nonsense", strings.Repeat("a.", 8000))
	add("empty", "")
	add("dots", "..")
	add("a word", "null")
	return list
}

// keyTricks are API keys that must not count.
func (e *entrance) keyTricks() (list []hostile) {
	t := e.t
	add := func(name, whole string) { list = append(list, hostile{name: name, header: bearer(whole)}) }
	issue := func(k tenants.Key) (*tenants.Key, string) {
		k.Tenant, k.Scopes = tenant, []string{string(auth.WriteJobs)}
		made, whole, err := e.keys.NewKey(t.Context(), k)
		if err != nil {
			t.Fatal(err)
		}
		return made, whole
	}
	revoked, wasGood := issue(tenants.Key{})
	if a := e.get(wasGood); a.status != 200 {
		t.Fatalf("a good key: %d %s", a.status, a.body)
	}
	if err := e.keys.Revoke(t.Context(), tenant, revoked.ID); err != nil {
		t.Fatal(err)
	}
	add("revoked key", wasGood)
	_, expired := issue(tenants.Key{Expires: time.Now().Add(-time.Second)})
	add("expired key", expired)
	_, good := issue(tenants.Key{})
	for _, n := range []int{1, 10, 26, 27} {
		add(fmt.Sprintf("key without its last %d bytes", n), good[:len(good)-n])
	}
	add("key twice", good+good)
	add("key in small letters", strings.ToLower(good))
	add("key with more", good+"A")
	add("key of another tenant", strings.Replace(good, "~acme~", "~duff~", 1))
	add("key of a tenant that is a path", strings.Replace(good, "~acme~", "~../acme~", 1))
	add("key with a glob", "classifyd~acme~*~"+strings.Repeat("A", 26))
	add("key whose id is a field of the shelf", "classifyd~acme~rev~"+strings.Repeat("A", 26))
	add("key of nobody", "classifyd~nobody~aaaaaaaaaaaa~"+strings.Repeat("A", 26))
	add("hash instead of the key", "classifyd~acme~"+revoked.ID+"~"+strings.Repeat("0", 64))
	list = append(list,
		hostile{name: "key as a password", header: http.Header{"Authorization": {"Basic " + base64.StdEncoding.EncodeToString([]byte("key:"+good))}}},
		hostile{name: "key in another header", header: http.Header{"X-Api-Key": {good}}},
		hostile{name: "key in the query", path: path + "?access_token=" + good},
		hostile{name: "key in a cookie", header: http.Header{"Cookie": {"access_token=" + good}}},
	)
	return list
}

// tricks come without proof or with one where none belongs.
func (e *entrance) tricks() (list []hostile) {
	good := e.issuer.token(e.t)
	for name, h := range map[string]http.Header{
		"nothing":                       nil,
		"scheme alone":                  {"Authorization": {"Bearer"}},
		"no scheme":                     {"Authorization": {good}},
		"another scheme":                {"Authorization": {"Basic " + good}},
		"scheme with a tab":             {"Authorization": {"Bearer\t" + good}},
		"two spaces":                    {"Authorization": {"Bearer  " + good}},
		"two tokens in one header":      {"Authorization": {"Bearer " + good + ", Bearer " + good}},
		"two headers":                   {"Authorization": {"Bearer " + good, "Bearer " + good}},
		"a wrong header before":         {"Authorization": {"Bearer x", "Bearer " + good}},
		"token in a proxy's header":     {"Proxy-Authorization": {"Bearer " + good}},
		"token in a forwarded header":   {"X-Forwarded-Authorization": {"Bearer " + good}},
		"user by a header":              {"X-Remote-User": {"ada"}, "X-Forwarded-User": {"ada"}, "X-Ms-Client-Principal-Id": {"ada"}},
		"tenant by a header":            {"X-Tenant-Id": {tenant}, "Tenant": {tenant}},
		"certificate by a header":       {"X-Forwarded-Client-Cert": {"Subject=\"CN=ada\""}, "X-Client-Cert": {"ada"}},
		"loopback by a header":          {"X-Forwarded-For": {"127.0.0.1"}, "X-Real-Ip": {"127.0.0.1"}, "Forwarded": {"for=127.0.0.1"}},
		"another path by a header":      {"X-Original-Url": {"/livez"}, "X-Rewrite-Url": {"/livez"}},
		"another method by a header":    {"X-Http-Method-Override": {"OPTIONS"}, "X-Http-Method": {"OPTIONS"}},
		"token in a cookie":             {"Cookie": {"Authorization=Bearer " + good}},
		"origin of a browser's request": {"Origin": {"https://evil.example"}, "Access-Control-Request-Method": {"GET"}},
	} {
		list = append(list, hostile{name: name, header: h})
	}
	list = append(list,
		hostile{name: "token in the query", path: path + "?access_token=" + good},
		hostile{name: "token in a form", method: "POST", body: "access_token=" + good, header: http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}},
		hostile{name: "batch without proof", method: "POST", path: "/beta/$batch",
			body: `{"requests":[{"id":"1","method":"GET","url":"/dataClassification/jobs","headers":{"Authorization":"Bearer ` + good + `"}}]}`},
		hostile{name: "bulk without proof", method: "POST", path: path + "/bulk", body: `{"type":"a"}`, header: http.Header{"Content-Type": {"application/x-ndjson"}}},
		hostile{name: "method of one's own", method: "LIVEZ"},
		hostile{name: "lower-case method", method: "get"},
	)
	for _, p := range []string{
		"//beta/dataClassification/jobs", "/beta//dataClassification//jobs", "/beta/dataClassification/jobs/", "/livez/../beta/dataClassification/jobs",
		"/livez/..%2fbeta/dataClassification/jobs", "/%2e%2e/beta/dataClassification/jobs", "/livez/%2e%2e/beta/dataClassification/jobs",
		"/livez;/../beta/dataClassification/jobs", "/beta/dataClassification/jobs;livez", "/beta/dataClassification/jobs;/livez", "/beta/dataClassification;a=b/jobs",
		"/beta%2fdataClassification%2fjobs", "/beta/dataClassification%2Fjobs", "/%62eta/dataClassification/jobs", "/beta/dataClassification/%6aobs",
		"/beta/dataClassification/jobs%00", "/beta/dataClassification/jobs%3f/livez", "/beta/dataClassification/jobs%23", "/beta/dataClassification/jobs/%2e",
		"/beta/dataClassification/jobs/..%5c..%5clivez", "/beta/./dataClassification/jobs", "/beta/dataClassification/jobs%20", "/BETA/DataClassification/Jobs",
		"/beta/dataClassification/jobs('..%2f..%2flivez')", "/beta/dataClassification/jobs%2f$count", "/livez/jobs", "/livez/", "/openapi.yaml/../metrics", "/metrics", "//metrics",
		"/beta/$metadata/../dataClassification/jobs", "/beta/$metadata/jobs", "/beta/%24batch", "/dataClassification/jobs", "/v1.0/dataClassification/jobs",
		"/beta/dataClassification/microsoft.graph.jobs", "/microsoft.graph.livez/../metrics", "/.%2e/beta/dataClassification/jobs", "/beta/dataClassification/jobs?/livez", "/beta/dataClassification/jobs/../../../livez",
	} {
		list = append(list, hostile{name: "path " + p, path: p})
	}
	return list
}

func TestNoHostileRequestGetsIn(t *testing.T) {
	e := open(t)
	// Something to be stolen.
	if a := e.send("POST", path, `{"type":"planted"}`, bearer(e.issuer.token(t))); a.status != 201 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	list := append(append(e.tokens(), e.keyTricks()...), e.tricks()...)
	if len(list) < 100 {
		t.Errorf("only %d requests", len(list))
	}
	for _, h := range list {
		a := e.send(or(h.method, "GET"), or(h.path, path), h.body, h.header)
		if a.status != http.StatusUnauthorized || strings.Contains(a.body, "planted") {
			t.Errorf("%s: got in with %d %s", h.name, a.status, a.body)
			continue
		}
		if !strings.HasPrefix(a.header.Get("WWW-Authenticate"), "Bearer realm=") || !strings.Contains(a.body, `"code":"unauthorized"`) {
			t.Errorf("%s: %v %s is no challenge", h.name, a.header, a.body)
		}
	}
	t.Logf("%d hostile requests", len(list))
	if n, err := e.queue.Count(t.Context(), tenant, jobs.Query{}); err != nil || n != 1 {
		t.Errorf("there are %d jobs, %v", n, err)
	}
}

func or(s, otherwise string) string {
	if s == "" {
		return otherwise
	}
	return s
}

// TestTokenWithoutAScopeMayNothing is about callers who are known, but that is all.
func TestTokenWithoutAScopeMayNothing(t *testing.T) {
	e := open(t)
	for name, scp := range map[string]any{
		"none": nil, "empty": "", "another application's": "User.Read", "in small letters": "dataclassificationjob.read.all", "with a prefix": "x/DataClassificationJob.Read.All",
		"joined by commas": "DataClassificationJob.Read.All,Operator", "a number": 1, "an object": map[string]any{"DataClassificationJob.Read.All": true},
	} {
		token := sign(t, jose.RS256, e.issuer.signing().private, map[jose.HeaderKey]any{"kid": "first"}, e.issuer.with("scp", scp))
		if a := e.get(token); a.status != http.StatusForbidden || !strings.Contains(a.header.Get("WWW-Authenticate"), `scope="DataClassificationJob.Read.All DataClassificationJob.ReadWrite.All"`) {
			t.Errorf("%s: %d %v %s, want 403 with the scopes", name, a.status, a.header, a.body)
		}
	}
}

func TestClocksMayDifferByTheLeeway(t *testing.T) {
	e := open(t)
	now := time.Now()
	for _, tt := range []struct {
		name  string
		claim string
		off   time.Duration
		want  int
	}{
		{"expired within", "exp", -20 * time.Second, 200},
		{"expired beyond", "exp", -40 * time.Second, 401},
		{"valid soon within", "nbf", 20 * time.Second, 200},
		{"valid soon beyond", "nbf", 40 * time.Second, 401},
		{"issued soon within", "iat", 20 * time.Second, 200},
		{"issued soon beyond", "iat", 40 * time.Second, 401},
	} {
		token := sign(t, jose.RS256, e.issuer.signing().private, map[jose.HeaderKey]any{"kid": "first"}, e.issuer.with(tt.claim, now.Add(tt.off).Unix()))
		if a := e.get(token); a.status != tt.want {
			t.Errorf("%s: %d %s, want %d", tt.name, a.status, a.body, tt.want)
		}
	}
}

func TestNewKeyOfTheIssuerCountsAtOnce(t *testing.T) {
	e := open(t)
	before := e.issuer.token(t)
	if a := e.get(before); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	old := e.issuer.signing()
	e.issuer.rotate(newKey(t, "second"), old)
	for name, token := range map[string]string{"new": e.issuer.token(t), "old": before} {
		if a := e.get(token); a.status != 200 {
			t.Errorf("%s key: %d %s", name, a.status, a.body)
		}
	}
}

func TestWithdrawnKeyOfTheIssuerCountsNoMore(t *testing.T) {
	e := open(t, func(o *auth.IssuerOptions) { o.Refresh = time.Nanosecond })
	before := e.issuer.token(t)
	if a := e.get(before); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	e.issuer.rotate(newKey(t, "second"))
	if a := e.get(before); a.status != 401 {
		t.Errorf("a token signed with a withdrawn key: %d %s", a.status, a.body)
	}
}

func TestKnownKeysSurviveAnOutageOfTheIssuer(t *testing.T) {
	e := open(t, func(o *auth.IssuerOptions) { o.Refresh = time.Nanosecond })
	e.issuer.away.Store(true)
	e.issuer.away.Store(false)
	token := e.issuer.token(t)
	e.issuer.away.Store(true)
	if a := e.get(token); a.status != 503 || a.header.Get("Retry-After") == "" || !strings.Contains(a.body, "issuerUnavailable") {
		t.Errorf("before the issuer was ever seen: %d %v %s, want 503", a.status, a.header, a.body)
	}
	e.issuer.away.Store(false)
	if a := e.get(token); a.status != 200 {
		t.Errorf("the issuer is back: %d %s", a.status, a.body)
	}
	e.issuer.away.Store(true)
	if a := e.get(token); a.status != 200 {
		t.Errorf("the issuer is away, but its keys are known: %d %s", a.status, a.body)
	}
	forged := sign(t, jose.RS256, newKey(t, "other").private, map[jose.HeaderKey]any{"kid": "other"}, e.issuer.good())
	if a := e.get(forged); a.status != 503 {
		t.Errorf("a key that nobody can ask about now: %d %s, want 503", a.status, a.body)
	}
}

func TestUnknownKeysDoNotFloodTheIssuer(t *testing.T) {
	e := open(t, func(o *auth.IssuerOptions) { o.Retry = time.Hour })
	other := newKey(t, "other").private
	for n := range 100 {
		if a := e.get(sign(t, jose.RS256, other, map[jose.HeaderKey]any{"kid": fmt.Sprint(n)}, e.issuer.good())); a.status != 401 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	if n := e.issuer.fetches.Load(); n != 1 {
		t.Errorf("its keys were read %d times", n)
	}
}
