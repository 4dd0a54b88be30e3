package client_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/client"
	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/embedded"
	"github.com/classifyd/classifyd/jobs/tenants"
)

// lenient is a Catalogue without built-in types that takes every definition.
type lenient struct{}

func (lenient) List() []wire.SensitiveType                   { return nil }
func (lenient) Lookup(string) (_ wire.SensitiveType, _ bool) { return }
func (lenient) Check(wire.SensitiveType) error               { return nil }
func (lenient) Try(_ context.Context, t wire.SensitiveType, text string) (json.RawMessage, error) {
	return json.RawMessage(`{"classification":[]}`), nil
}

func startWithTypes(t *testing.T) *service {
	t.Helper()
	redis := embedded.Start()
	t.Cleanup(redis.Close)
	q, err := jobs.Open(t.Context(), jobs.Options{Redis: redis.Options()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { q.Close() })
	own, err := tenants.Open(tenants.Options{Redis: redis.Options()})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { own.Close() })
	return &service{t: t, queue: q, Handler: api.New(api.Options{Queue: q, Tenants: own, Catalogue: lenient{}})}
}

func TestSensitiveTypeOfOnesOwn(t *testing.T) {
	s := startWithTypes(t)
	// The first answer to each call is lost.
	s.fault = func(n int64, w http.ResponseWriter, r *http.Request, next http.Handler) {
		if n%2 == 1 {
			next.ServeHTTP(discard{}, r)
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusBadGateway)
			return
		}
		next.ServeHTTP(w, r)
	}
	c := reach(t, s)
	badge := wire.SensitiveType{Name: "Badge", Patterns: []wire.SensitiveTypePattern{{Regex: "B", Confidence: 65, WithConfidence: 85}}, Evidence: []string{"badge"}}
	made, err := c.CreateSensitiveType(t.Context(), badge)
	if err != nil {
		t.Fatal(err)
	}
	added := cmpopts.IgnoreFields(wire.SensitiveType{}, "Context", "ETag", "ID", "State", "ClassificationMethod", "Scope", "SensitiveTypeSource", "LastModified", "RecommendedConfidence", "ConfidenceLevels")
	if diff := cmp.Diff(badge, *made, added); diff != "" || made.ID == "" {
		t.Errorf("made (-want +got):\n%s", diff)
	}
	read, err := c.SensitiveType(t.Context(), made.ID)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(made, read); diff != "" {
		t.Errorf("read (-made +got):\n%s", diff)
	}
	var names []string
	for own, err := range c.SensitiveTypes(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, own.Name)
	}
	if diff := cmp.Diff([]string{"Badge"}, names); diff != "" {
		t.Errorf("listed (-want +got):\n%s", diff)
	}
	if result, err := c.TestSensitiveType(t.Context(), badge, "text"); err != nil || string(result) != `{"classification":[]}` {
		t.Errorf("tried: %s, %v", result, err)
	}
	read.Evidence, read.Proximity, read.ETag = nil, 10, ""
	changed, err := c.UpdateSensitiveType(t.Context(), *read)
	if err != nil {
		t.Fatal(err)
	}
	if changed.Evidence != nil || changed.Proximity != 10 || changed.Patterns[0].Regex != "B" {
		t.Errorf("changed %+v", changed)
	}
	_, err = c.UpdateSensitiveType(t.Context(), *made)
	if e, ok := errors.AsType[*client.Error](err); !ok || e.Code != "typeChanged" {
		t.Errorf("a change of an old version: %v", err)
	}
	if err := c.DeleteSensitiveType(t.Context(), made.ID, changed.ETag); err != nil {
		t.Error(err)
	}
}

// discard is where an answer goes that is lost.
type discard struct{}

func (discard) Header() http.Header         { return http.Header{} }
func (discard) Write(b []byte) (int, error) { return len(b), nil }
func (discard) WriteHeader(int)             {}
