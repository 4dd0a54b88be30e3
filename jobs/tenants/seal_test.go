package tenants_test

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/keyring"
	"github.com/classifyd/classifyd/jobs/tenants"
)

func TestDefinitionsAreEncryptedAndRenewed(t *testing.T) {
	path := filepath.Join(t.TempDir(), "ring")
	if _, err := keyring.Create(path); err != nil {
		t.Fatal(err)
	}
	ring := func() *keyring.Ring {
		r, err := keyring.Read(path)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	everywhere(t, func(t *testing.T, o tenants.Options) {
		rdb := redis.NewUniversalClient(o.Redis)
		defer rdb.Close()
		stored := func(tenant string) map[string]string {
			all, err := rdb.HGetAll(t.Context(), "classifyd:{t/"+tenant+"}:sensitiveTypes").Result()
			if err != nil {
				t.Fatal(err)
			}
			return all
		}
		put := func(s *tenants.Store, tenant jobs.Tenant, id, body string) {
			t.Helper()
			if _, err := s.Put(t.Context(), tenant, item(id, "Type "+id, body), tenants.New); err != nil {
				t.Fatal(err)
			}
		}
		const words = "marzipan\nnougat"
		plain := open(t, o)
		put(plain, "acme", "a", `{"words":"`+words+`"}`)
		o.Keys = ring()
		s := open(t, o)
		put(s, "acme", "b", words)
		put(s, "umbra", "a", words)
		for tenant, want := range map[jobs.Tenant][]string{"acme": {`a type a {"words":"` + words + `"}`, "b type b " + words}, "umbra": {"a type a " + words}} {
			if diff := cmp.Diff(want, have(t, s, tenant)); diff != "" {
				t.Errorf("%s -want +got\n%s", tenant, diff)
			}
		}
		if strings.Contains(stored("acme")["b"], "nougat") || !strings.Contains(stored("acme")["a"], "nougat") {
			t.Error("encrypted is not what was put by who has keys, or more than that")
		}
		if _, err := plain.Latest(t.Context(), "umbra"); !errors.Is(err, jobs.ErrNoKey) {
			t.Errorf("without keys: %v", err)
		}
		if _, err := plain.Renew(t.Context()); err == nil {
			t.Error("renewed without keys")
		}

		first, err := keyring.List(path)
		if err != nil {
			t.Fatal(err)
		}
		second, err := keyring.Add(path)
		if err != nil {
			t.Fatal(err)
		}
		if err := keyring.Promote(path, second); err != nil {
			t.Fatal(err)
		}
		o.Keys = ring()
		if n, err := open(t, o).Renew(t.Context()); n != 3 || err != nil {
			t.Errorf("renewed %d types, %v", n, err)
		}
		if all := fmt.Sprint(stored("acme"), stored("umbra")); strings.Contains(all, "nougat") {
			t.Error("a type is still in clear")
		}
		for _, k := range first {
			if err := keyring.Remove(path, k.ID); err != nil {
				t.Fatal(err)
			}
		}
		o.Keys = ring()
		last := open(t, o)
		if got := have(t, last, "acme"); len(got) != 2 {
			t.Errorf("after the removal of the old key: %q", got)
		}

		// What is of another tenant does not open.
		if err := rdb.HSet(t.Context(), "classifyd:{t/umbra}:sensitiveTypes", "a", stored("acme")["a"], "rev", "77").Err(); err != nil {
			t.Fatal(err)
		}
		if _, err := last.Latest(t.Context(), "umbra"); !errors.Is(err, jobs.ErrDamaged) {
			t.Errorf("a type of another tenant: %v", err)
		}
	})
}
