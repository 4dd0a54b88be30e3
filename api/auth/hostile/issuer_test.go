package hostile

import (
	"context"
	"crypto/rand"
	"crypto/rsa"
	"encoding/json"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/go-jose/go-jose/v4"
	"github.com/go-jose/go-jose/v4/jwt"
	"github.com/zitadel/oidc/v3/example/server/exampleop"
	"github.com/zitadel/oidc/v3/example/server/storage"
	"github.com/zitadel/oidc/v3/pkg/oidc"
	"github.com/zitadel/oidc/v3/pkg/op"
)

const (
	audience = "api://classifyd"
	tenant   = "acme"
)

// An issuer is zitadel's OpenID Connect provider, whose keys the test rotates.
type issuer struct {
	*storage.Storage
	url     string
	away    atomic.Bool
	fetches atomic.Int32 // of its keys

	mu     sync.Mutex // guards all below
	keys   []key      // the first one signs
	claims map[string]any
}

type key struct {
	id      string
	private *rsa.PrivateKey
}

func (k key) ID() string                                  { return k.id }
func (k key) SignatureAlgorithm() jose.SignatureAlgorithm { return jose.RS256 }
func (k key) Algorithm() jose.SignatureAlgorithm          { return jose.RS256 }
func (k key) Use() string                                 { return "sig" }
func (k key) Key() any                                    { return k.private }

// public is a key as the issuer publishes it.
type public struct{ key }

func (p public) Key() any { return &p.private.PublicKey }

func newKey(t testing.TB, id string) key {
	t.Helper()
	private, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return key{id, private}
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	i := &issuer{keys: []key{newKey(t, "first")}, claims: map[string]any{
		"tid": tenant, "oid": "ada", "scp": "DataClassificationJob.ReadWrite.All SensitiveType.ReadWrite.All",
	}}
	var handler http.Handler
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if i.away.Load() {
			panic(http.ErrAbortHandler)
		}
		if r.URL.Path == "/keys" {
			i.fetches.Add(1)
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	i.url = server.URL
	i.Storage = storage.NewStorage(storage.NewUserStore(i.url))
	handler = exampleop.SetupServer(i.url, i, slog.New(slog.DiscardHandler), false)
	return i
}

func (i *issuer) SigningKey(context.Context) (op.SigningKey, error) { return i.signing(), nil }

func (i *issuer) signing() key {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.keys[0]
}

func (i *issuer) KeySet(context.Context) ([]op.Key, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	var set []op.Key
	for _, k := range i.keys {
		set = append(set, public{k})
	}
	return set, nil
}

// rotate has the issuer sign with the first of keys and publish all of them.
func (i *issuer) rotate(keys ...key) {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.keys = keys
}

func (i *issuer) ClientCredentials(ctx context.Context, id, secret string) (op.Client, error) {
	c, err := i.Storage.ClientCredentials(ctx, id, secret)
	return service{c}, err
}

// A service gets access tokens that are JWTs.
type service struct{ op.Client }

func (service) AccessTokenType() op.AccessTokenType { return op.AccessTokenTypeJWT }

func (i *issuer) ClientCredentialsTokenRequest(_ context.Context, id string, scopes []string) (op.TokenRequest, error) {
	return &oidc.JWTTokenRequest{Subject: id, Audience: []string{audience}, Scopes: scopes}, nil
}

func (i *issuer) GetPrivateClaimsFromScopes(context.Context, string, string, []string) (map[string]any, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	return maps.Clone(i.claims), nil
}

// token is what the issuer gives a service.
func (i *issuer) token(t testing.TB) string {
	t.Helper()
	form := url.Values{"grant_type": {"client_credentials"}, "scope": {"openid"}}
	req, err := http.NewRequestWithContext(t.Context(), "POST", i.url+"/oauth/token", strings.NewReader(form.Encode()))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	req.SetBasicAuth("sid1", "verysecret")
	resp, body := answerTo(t, http.DefaultClient.Do, req)
	var answer struct {
		Token string `json:"access_token"`
	}
	if err := json.Unmarshal(body, &answer); err != nil || answer.Token == "" {
		t.Fatalf("no token in %d %s: %v", resp.StatusCode, body, err)
	}
	return answer.Token
}

// good are the claims of a token that lets a caller in.
func (i *issuer) good() map[string]any {
	now := time.Now()
	return map[string]any{
		"iss": i.url, "aud": audience, "sub": "sid1", "oid": "ada", "tid": tenant,
		"iat": now.Unix(), "nbf": now.Unix(), "exp": now.Add(time.Hour).Unix(),
		"scp": "DataClassificationJob.ReadWrite.All",
	}
}

// with are the good claims with one changed, or left out where value is nil.
func (i *issuer) with(name string, value any) map[string]any {
	claims := i.good()
	if value == nil {
		delete(claims, name)
	} else {
		claims[name] = value
	}
	return claims
}

// sign makes a token as an attacker or a faulty issuer would.
func sign(t testing.TB, alg jose.SignatureAlgorithm, k any, header map[jose.HeaderKey]any, claims any) string {
	t.Helper()
	o := &jose.SignerOptions{}
	for name, value := range header {
		o.WithHeader(name, value)
	}
	signer, err := jose.NewSigner(jose.SigningKey{Algorithm: alg, Key: k}, o)
	if err != nil {
		t.Fatal(err)
	}
	token, err := jwt.Signed(signer).Claims(claims).Serialize()
	if err != nil {
		t.Fatal(err)
	}
	return token
}
