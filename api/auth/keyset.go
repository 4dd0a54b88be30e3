package auth

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/go-jose/go-jose/v4"
)

// A keySet is the public keys of an issuer (OpenID Connect Discovery 1.0 and
// RFC 7517). They are read when they are first needed, again once they are old,
// so that a key that was withdrawn does not count for ever, and when a token
// names a key that is not among them, so that a new one counts at once. While
// the issuer is away the keys last read stay.
type keySet struct {
	issuer         string
	client         *http.Client
	log            *slog.Logger
	refresh, retry time.Duration

	mu    sync.Mutex // guards all below
	keys  *jose.JSONWebKeySet
	read  time.Time     // when keys came
	tried time.Time     // when they were last asked for
	ended chan struct{} // closed when the fetch on its way ends, nil without one
	err   error         // of the latest fetch
}

// find is the key with an id, for an algorithm. It is an *InvalidError where
// the issuer has none, and ErrUnavailable where the issuer cannot be asked.
func (s *keySet) find(ctx context.Context, id, alg string) (*jose.JSONWebKey, error) {
	s.mu.Lock()
	age := time.Since(s.read)
	key := pick(s.keys, id, alg)
	var wait chan struct{}
	if key == nil || age >= s.refresh {
		wait = s.fetch()
	}
	s.mu.Unlock()
	if key != nil && age < 2*s.refresh {
		return key, nil // old keys do while new ones are on their way, unless nobody came for long
	}
	if wait != nil {
		select {
		case <-wait:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch key := pick(s.keys, id, alg); {
	case key != nil:
		return key, nil
	case s.err != nil:
		return nil, ErrUnavailable
	}
	return nil, invalid("the token is signed with a key that its issuer does not publish")
}

// fetch has the keys read, unless that was just tried, and returns what is
// closed at its end, nil if there is nothing to wait for. s.mu is held.
func (s *keySet) fetch() chan struct{} {
	if s.ended != nil || time.Since(s.tried) < s.retry {
		return s.ended
	}
	s.tried = time.Now()
	ended := make(chan struct{})
	s.ended = ended
	// Of nobody's request, since others wait for it too; the client's time-out ends it.
	go func() {
		keys, err := s.load(context.Background())
		s.mu.Lock()
		defer s.mu.Unlock()
		s.ended, s.err = nil, err
		if err != nil {
			s.log.Warn("the issuer's keys cannot be read", "issuer", s.issuer, "error", err)
		} else {
			s.keys, s.read = keys, time.Now()
		}
		close(ended)
	}()
	return ended
}

// load reads the issuer's configuration and then its keys.
func (s *keySet) load(ctx context.Context) (*jose.JSONWebKeySet, error) {
	var config struct {
		Issuer string `json:"issuer"`
		Keys   string `json:"jwks_uri"`
	}
	if err := s.get(ctx, strings.TrimSuffix(s.issuer, "/")+"/.well-known/openid-configuration", &config); err != nil {
		return nil, err
	}
	if config.Issuer != s.issuer {
		return nil, errors.New("its configuration is that of another issuer")
	}
	if u, err := url.Parse(config.Keys); err != nil || strings.HasPrefix(s.issuer, "https:") && u.Scheme != "https" {
		return nil, errors.New("its keys are not under https")
	}
	var keys jose.JSONWebKeySet
	if err := s.get(ctx, config.Keys, &keys); err != nil {
		return nil, err
	}
	return &keys, nil
}

// maxDocument is how long what an issuer publishes may be.
const maxDocument = 1 << 20

func (s *keySet) get(ctx context.Context, address string, v any) error {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	resp, err := s.client.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return fmt.Errorf("get %s: %s", address, resp.Status)
	}
	if err := json.NewDecoder(io.LimitReader(resp.Body, maxDocument)).Decode(v); err != nil {
		return fmt.Errorf("get %s: %w", address, err)
	}
	return nil
}

// pick is the key with an id that may sign with an algorithm. An issuer with a
// single key may leave the id out.
func pick(keys *jose.JSONWebKeySet, id, alg string) *jose.JSONWebKey {
	if keys == nil {
		return nil
	}
	var found *jose.JSONWebKey
	for n := range keys.Keys {
		k := &keys.Keys[n]
		if !k.Valid() || !k.IsPublic() || k.KeyID != id && id != "" || k.Use != "" && k.Use != "sig" || k.Algorithm != "" && k.Algorithm != alg {
			continue
		}
		if found != nil {
			return nil // nothing says which
		}
		found = k
	}
	return found
}
