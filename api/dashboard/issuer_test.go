package dashboard_test

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
)

// An issuer signs everybody in at once, as far as the page gets to see it: the
// code flow of OAuth 2.1 with PKCE, for one client called page.
type issuer struct {
	*httptest.Server
	mu        sync.Mutex // guards challenge
	challenge string     // of the code that was given last
}

func newIssuer(t *testing.T) *issuer {
	s := &issuer{}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, r *http.Request) {
		answerPage(w, http.StatusOK, map[string]string{
			"issuer": s.URL, "authorization_endpoint": s.URL + "/authorize", "token_endpoint": s.URL + "/token",
		})
	})
	mux.HandleFunc("GET /authorize", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		if q.Get("client_id") != "page" || q.Get("response_type") != "code" || q.Get("code_challenge_method") != "S256" || q.Get("scope") != "openid" {
			t.Errorf("the page asks for a code with %v", q)
		}
		s.mu.Lock()
		s.challenge = q.Get("code_challenge")
		s.mu.Unlock()
		http.Redirect(w, r, q.Get("redirect_uri")+"?"+url.Values{"code": {"a code"}, "state": {q.Get("state")}}.Encode(), http.StatusFound)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
		if r.FormValue("code") != "a code" || base64.RawURLEncoding.EncodeToString(sum[:]) != s.challenge {
			answerPage(w, http.StatusBadRequest, map[string]string{"error": "invalid_grant"})
			return
		}
		answerPage(w, http.StatusOK, map[string]string{"access_token": "open sesame", "token_type": "Bearer"})
	})
	s.Server = httptest.NewServer(mux)
	t.Cleanup(s.Close)
	return s
}

// answerPage answers a page of another origin.
func answerPage(w http.ResponseWriter, status int, v map[string]string) {
	w.Header().Set("Access-Control-Allow-Origin", "*")
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	json.NewEncoder(w).Encode(v)
}
