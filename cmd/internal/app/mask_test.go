package app

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestMatchesOfTheTenantsThatAskForItAreMasked(t *testing.T) {
	remote := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, `{"result":{"classification":[{"matches":[{"idMatch":"`+cardIs+`","evidences":[{"match":"Visa"}]}]}]}}`)
	}))
	defer remote.Close()
	const nobody = "00000000-0000-0000-0000-000000000000" // whoever does not say who they are
	for _, tt := range []struct {
		tenants string
		masked  bool
	}{{"all", true}, {nobody, true}, {"acme," + nobody, true}, {"acme", false}} {
		t.Run(tt.tenants, func(t *testing.T) {
			s := start(t, "--mask-matches", tt.tenants, "--handler", "remote="+remote.URL)
			if status, own := s.call(t, "POST", "/sensitiveTypes", badge); status != 201 {
				t.Fatalf("own type: %d %v", status, own)
			}
			for _, c := range []struct{ path, body, whole, masked string }{
				{"/classifyText", cardText, cardIs, "***************1486"},
				{"/classifyText", `{"text":"badge BDG-123456"}`, "BDG-123456", "******3456"},
				{"/jobs", `{"type":"remote","request":{}}`, cardIs, "***************1486"},
			} {
				_, job := s.call(t, "POST", c.path, c.body, "Prefer", "wait=30")
				if got := fmt.Sprint(job["result"]); strings.Contains(got, c.whole) == tt.masked || strings.Contains(got, c.masked) != tt.masked ||
					strings.Contains(strings.ToLower(got), "match:visa") == tt.masked && c.whole == cardIs {
					t.Errorf("%s %s: %s", c.path, c.body, got)
				}
			}
			j := s.classifyFile(t, []byte("a Visa card "+cardIs))
			for match := range j.places() {
				if (match == cardIs) == tt.masked {
					t.Errorf("a file has %q", match)
				}
			}
			if len(j.places()) != 1 {
				t.Errorf("a file has %v", j.places())
			}
		})
	}
}
