package tenants_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/embedded"
	"github.com/classifyd/classifyd/jobs/jobtest"
	"github.com/classifyd/classifyd/jobs/tenants"
)

func open(t testing.TB, o tenants.Options) *tenants.Store {
	t.Helper()
	s, err := tenants.Open(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// everywhere runs f in a bubble over the embedded Redis and outside of one over
// a real server.
func everywhere(t *testing.T, f func(t *testing.T, o tenants.Options)) {
	t.Run("embedded", func(t *testing.T) {
		jobtest.Bubble(t, func(t *testing.T) {
			s := embedded.Start()
			t.Cleanup(s.Close)
			f(t, tenants.Options{Redis: s.Options()})
		})
	})
	t.Run("real", func(t *testing.T) { f(t, tenants.Options{Redis: jobtest.Redis(t).Options()}) })
}

func item(id, name, body string) tenants.Type {
	return tenants.Type{ID: id, Name: name, Body: []byte(body)}
}

// have are the tenant's types, as "id name body".
func have(t testing.TB, s *tenants.Store, tenant jobs.Tenant) []string {
	t.Helper()
	types, err := s.Latest(t.Context(), tenant)
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, own := range types.All {
		out = append(out, fmt.Sprintf("%s %s %s", own.ID, own.Name, own.Body))
	}
	return out
}

func TestChangesCompareAndSet(t *testing.T) {
	everywhere(t, func(t *testing.T, o tenants.Options) {
		o.MaxTypes, o.MaxBytes = 2, 20
		s := open(t, o)
		put := func(want error, own tenants.Type, version int64) *tenants.Type {
			t.Helper()
			got, err := s.Put(t.Context(), "acme", own, version)
			if !errors.Is(err, want) {
				t.Fatalf("Put(%s %s, %d) = %v, want %v", own.ID, own.Name, version, err, want)
			}
			return got
		}
		a := put(nil, item("a", "Badge", "one\ntwo"), tenants.New)
		if a.Version <= 0 || a.Modified.IsZero() {
			t.Errorf("version %d of %v", a.Version, a.Modified)
		}
		put(tenants.ErrTaken, item("a", "Other", ""), tenants.New)
		put(tenants.ErrNamed, item("b", " bADGE ", ""), tenants.New)
		put(tenants.ErrNotFound, item("b", "Key", ""), a.Version)
		put(tenants.ErrLarge, item("b", "Key", "123456789012345"), tenants.New)
		b := put(nil, item("b", "Key", "1234567890123"), tenants.New)
		put(tenants.ErrFull, item("c", "Third", ""), tenants.New)
		put(tenants.ErrNamed, item("b", "badge", ""), b.Version)
		put(tenants.ErrLarge, item("b", "Key", "12345678901234"), b.Version)
		again := put(nil, item("a", "Pass", "three"), a.Version)
		if again.Version <= b.Version {
			t.Errorf("version %d after %d", again.Version, b.Version)
		}
		put(tenants.ErrChanged, item("a", "Pass", "late"), a.Version)
		put(nil, item("b", "Badge", "1"), tenants.Any) // the name is free again
		if diff := cmp.Diff([]string{"b badge 1", "a pass three"}, have(t, s, "acme")); diff != "" {
			t.Errorf("types (-want +got):\n%s", diff)
		}
		for _, tt := range []struct {
			id      string
			version int64
			want    error
		}{
			{"a", a.Version, tenants.ErrChanged},
			{"a", again.Version, nil},
			{"a", tenants.Any, tenants.ErrNotFound},
			{"b", tenants.Any, nil},
		} {
			if err := s.Drop(t.Context(), "acme", tt.id, tt.version); !errors.Is(err, tt.want) {
				t.Errorf("Drop(%s, %d) = %v, want %v", tt.id, tt.version, err, tt.want)
			}
		}
		if got := have(t, s, "acme"); len(got) != 0 {
			t.Errorf("still there: %q", got)
		}
		anew := put(nil, item("a", "Badge", "12345678901234567890"), tenants.New)
		if anew.Version <= again.Version {
			t.Errorf("version %d of a new type was had before", anew.Version)
		}
	})
}

func TestTenantsSeeNothingOfEachOther(t *testing.T) {
	everywhere(t, func(t *testing.T, o tenants.Options) {
		s := open(t, o)
		for _, tenant := range []jobs.Tenant{"acme", "acme.b"} {
			if _, err := s.Put(t.Context(), tenant, item("a", "Badge", string(tenant)), tenants.New); err != nil {
				t.Errorf("%s: %v", tenant, err)
			}
		}
		if err := s.Drop(t.Context(), "other", "a", tenants.Any); !errors.Is(err, tenants.ErrNotFound) {
			t.Errorf("another's: %v", err)
		}
		if diff := cmp.Diff([]string{"a badge acme"}, have(t, s, "acme")); diff != "" {
			t.Errorf("types (-want +got):\n%s", diff)
		}
		if got := have(t, s, "other"); len(got) != 0 {
			t.Errorf("other has %q", got)
		}
	})
}

// commands counts what a store sends.
type commands struct {
	mu    sync.Mutex // guards names
	names []string
}

func (c *commands) DialHook(next redis.DialHook) redis.DialHook { return next }
func (c *commands) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.mu.Lock()
		c.names = append(c.names, cmd.Name())
		c.mu.Unlock()
		return next(ctx, cmd)
	}
}
func (c *commands) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (c *commands) take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	names := []string{}
	for _, n := range c.names {
		if n == "hget" || n == "hgetall" {
			names = append(names, n)
		}
	}
	c.names = nil
	return names
}

func TestTenantWithoutTypesCostsOneCommandASecond(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		server := embedded.Start()
		t.Cleanup(server.Close)
		var sent commands
		s := open(t, tenants.Options{Redis: server.Options(), Hook: &sent})
		read := func(times int) {
			for range times {
				if _, err := s.Types(t.Context(), "acme"); err != nil {
					t.Fatal(err)
				}
			}
		}
		read(1)
		synctest.Wait() // the subscription stands
		read(1)
		sent.take()
		read(1000)
		if got := sent.take(); len(got) != 0 {
			t.Errorf("within a second it sent %q", got)
		}
		time.Sleep(time.Second)
		read(1000)
		if diff := cmp.Diff([]string{"hget"}, sent.take()); diff != "" {
			t.Errorf("after a second (-want +got):\n%s", diff)
		}
		if _, err := s.Put(t.Context(), "acme", item("a", "a", "x"), tenants.New); err != nil {
			t.Fatal(err)
		}
		synctest.Wait()
		read(1000)
		time.Sleep(time.Second)
		read(1000)
		if diff := cmp.Diff([]string{"hget", "hgetall", "hget"}, sent.take()); diff != "" {
			t.Errorf("after a change (-want +got):\n%s", diff)
		}
	})
}

func TestChangeReachesOtherProcesses(t *testing.T) {
	for _, tt := range []struct {
		name string
		told bool
		wait time.Duration
	}{
		{"told of", true, 0},
		{"word lost", false, time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			jobtest.Bubble(t, func(t *testing.T) {
				server := embedded.Start()
				t.Cleanup(server.Close)
				writer, reader := open(t, tenants.Options{Redis: server.Options()}), open(t, tenants.Options{Redis: server.Options()})
				see := func() int {
					types, err := reader.Types(t.Context(), "acme")
					if err != nil {
						t.Fatal(err)
					}
					return len(types.All)
				}
				see()
				synctest.Wait()
				see()
				if tt.told {
					_, err := writer.Put(t.Context(), "acme", item("a", "a", "x"), tenants.New)
					if err != nil {
						t.Fatal(err)
					}
				} else {
					// What put leaves, without its message.
					c := redis.NewUniversalClient(server.Options())
					defer c.Close()
					c.HSet(t.Context(), "classifyd:{t/acme}:sensitiveTypes", "rev", "1", "a", "1 1 a\nx")
				}
				synctest.Wait()
				if !tt.told && see() != 0 {
					t.Error("the reader was told")
				}
				time.Sleep(tt.wait)
				if see() != 1 {
					t.Error("the change is not seen")
				}
			})
		})
	}
}

func TestChangeWhoseAnswerIsLostIsMadeOnce(t *testing.T) {
	everywhere(t, func(t *testing.T, o tenants.Options) {
		for _, when := range []jobtest.When{jobtest.Before, jobtest.After} {
			var faults jobtest.Faults
			o.Hook = &faults
			s := open(t, o)
			id := string(when)
			faults.FailAt(1, when)
			_, err := s.Put(t.Context(), "acme", item(id, id, "x"), tenants.New)
			faults.FailAt(0, when)
			if !errors.Is(err, jobs.ErrUnavailable) {
				t.Fatalf("%s: %v, want unavailable", when, err)
			}
			_, err = s.Put(t.Context(), "acme", item(id, id, "x"), tenants.New)
			if want := map[jobtest.When]error{jobtest.After: tenants.ErrTaken}[when]; !errors.Is(err, want) {
				t.Errorf("%s: again %v, want %v", when, err, want)
			}
		}
		if got := have(t, open(t, tenants.Options{Redis: o.Redis}), "acme"); len(got) != 2 {
			t.Errorf("have %q", got)
		}
	})
}

func TestStoreThatIsAwaySaysSo(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		server := embedded.Start()
		t.Cleanup(server.Close)
		var faults jobtest.Faults
		s := open(t, tenants.Options{Redis: server.Options(), Hook: &faults})
		faults.Away(true)
		if _, err := s.Types(t.Context(), "acme"); !errors.Is(err, jobs.ErrUnavailable) {
			t.Errorf("Types = %v", err)
		}
		if err := s.Drop(t.Context(), "acme", "a", tenants.Any); !errors.Is(err, jobs.ErrUnavailable) {
			t.Errorf("Drop = %v", err)
		}
	})
}

func TestChangeWhileASlotMovesIsRefusedAsAWhole(t *testing.T) {
	r := jobtest.StartCluster(t, false)
	s := open(t, tenants.Options{Redis: r.Options()})
	put := func(own tenants.Type) error {
		_, err := s.Put(t.Context(), "acme", own, tenants.Any)
		return err
	}
	for _, own := range []tenants.Type{item("1", "one", "a"), item("2", "two", "b")} {
		if _, err := s.Put(t.Context(), "acme", own, tenants.New); err != nil {
			t.Fatal(err)
		}
	}
	before := have(t, s, "acme")
	r.Move("{t/acme}", func() {
		// One of the shelf's two keys is here, the other there.
		if err := put(item("1", "uno", "c")); !errors.Is(err, jobs.ErrUnavailable) {
			t.Errorf("Put = %v", err)
		}
		if err := s.Drop(t.Context(), "acme", "2", tenants.Any); !errors.Is(err, jobs.ErrUnavailable) {
			t.Errorf("Drop = %v", err)
		}
	})
	if diff := cmp.Diff(before, have(t, s, "acme")); diff != "" {
		t.Errorf("types after the move (-before +after):\n%s", diff)
	}
	if err := put(item("1", "two", "c")); !errors.Is(err, tenants.ErrNamed) {
		t.Errorf("Put with another's name = %v", err)
	}
	if err := put(item("1", "uno", "c")); err != nil {
		t.Errorf("Put = %v", err)
	}
}
