package worker_test

import (
	"context"
	"encoding/json"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/embedded"
	"github.com/classifyd/classifyd/jobs/jobtest"
	"github.com/classifyd/classifyd/jobs/tenants"
	"github.com/classifyd/classifyd/worker"
	"github.com/classifyd/classifyd/worker/classify"
)

const badgeType = "8e4a0b76-5a1f-4d59-9c1b-0f6e1f9a7a21"

func badge(regex string) tenants.Type {
	body, _ := json.Marshal(map[string]any{"id": badgeType, "name": "Badge",
		"patterns": []any{map[string]any{"regex": regex, "confidence": 75, "confidenceWithEvidence": 75}}})
	return tenants.Type{ID: badgeType, Name: "Badge", Body: body}
}

// A fleet is a tenant's store and the engines of a worker.
type fleet struct {
	store   *tenants.Store
	engines worker.Engines
	faults  *jobtest.Faults
}

func newFleet(t *testing.T) *fleet {
	t.Helper()
	server := embedded.Start()
	t.Cleanup(server.Close)
	f := &fleet{faults: new(jobtest.Faults)}
	open := func(o tenants.Options) *tenants.Store {
		o.Redis = server.Options()
		s, err := tenants.Open(o)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { s.Close() })
		return s
	}
	f.store = open(tenants.Options{})
	mine := open(tenants.Options{Hook: f.faults})
	bare, err := classify.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	f.engines = worker.OwnTypes(bare, mine, slog.New(slog.DiscardHandler))
	return f
}

func (f *fleet) put(t *testing.T, own tenants.Type, version int64) *tenants.Type {
	t.Helper()
	put, err := f.store.Put(t.Context(), "acme", own, version)
	if err != nil {
		t.Fatal(err)
	}
	return put
}

// finds are what a tenant's engine finds in a text.
func finds(t *testing.T, e *classify.Engine, text string) []string {
	t.Helper()
	res, err := e.Scan(t.Context(), text, classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, f := range res.Findings {
		for _, m := range f.Matches {
			out = append(out, m.Text)
		}
	}
	return out
}

func (f *fleet) engine(t *testing.T, tenant jobs.Tenant, named ...string) *classify.Engine {
	t.Helper()
	e, err := f.engines(t.Context(), tenant, named)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestRunKeepsTheTypesItStartedWith(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		f := newFleet(t)
		first := f.put(t, badge(`A\d`), tenants.New)
		running := f.engine(t, "acme")
		if f.engine(t, "acme") != running {
			t.Error("the engine is made twice")
		}
		second := f.put(t, badge(`B\d`), first.Version)
		time.Sleep(2 * time.Second)
		if diff := cmp.Diff([]string{"A1"}, finds(t, running, "A1 B2")); diff != "" {
			t.Errorf("running (-want +got):\n%s", diff)
		}
		if diff := cmp.Diff([]string{"B2"}, finds(t, f.engine(t, "acme"), "A1 B2")); diff != "" {
			t.Errorf("started later (-want +got):\n%s", diff)
		}
		if got := finds(t, f.engine(t, "other"), "A1 B2"); len(got) != 0 {
			t.Errorf("another tenant finds %q", got)
		}
		if err := f.store.Drop(t.Context(), "acme", badgeType, second.Version); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Second)
		if got := finds(t, f.engine(t, "acme"), "A1 B2"); len(got) != 0 {
			t.Errorf("without types it finds %q", got)
		}
	})
}

func TestTypeThatIsNamedIsLookedFor(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		f := newFleet(t)
		f.engine(t, "acme")
		synctest.Wait()
		f.engine(t, "acme")
		// Of this change the worker is not told.
		f.faults.Away(true)
		f.put(t, badge(`A\d`), tenants.New)
		f.faults.Away(false)
		if diff := cmp.Diff([]string{"A1"}, finds(t, f.engine(t, "acme", strings.ToUpper(badgeType)), "A1")); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}

func TestRunWaitsForAStoreThatIsAway(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		f := newFleet(t)
		f.put(t, badge(`A\d`), tenants.New)
		f.faults.Away(true)
		time.AfterFunc(20*time.Second, func() { f.faults.Away(false) })
		if diff := cmp.Diff([]string{"A1"}, finds(t, f.engine(t, "acme"), "A1")); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
		f.faults.Away(true)
		time.Sleep(2 * time.Second)
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, jobs.ErrTimeout)
		defer cancel()
		if _, err := f.engines(ctx, "acme", nil); err != jobs.ErrTimeout {
			t.Errorf("error = %v, want the cause", err)
		}
	})
}

func TestDefinitionOfANewerVersionIsLeftOut(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		f := newFleet(t)
		f.put(t, badge(`A\d`), tenants.New)
		f.put(t, tenants.Type{ID: "11111111-2222-3333-4444-555555555555", Name: "new", Body: []byte(`{"patterns":[{"smell":"of roses"}]}`)}, tenants.New)
		if diff := cmp.Diff([]string{"A1"}, finds(t, f.engine(t, "acme"), "A1")); diff != "" {
			t.Errorf("-want +got\n%s", diff)
		}
	})
}
