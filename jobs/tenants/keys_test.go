package tenants_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs/tenants"
)

func TestKeyIsKnownUntilItIsRevoked(t *testing.T) {
	everywhere(t, func(t *testing.T, o tenants.Options) {
		one, other := open(t, o), open(t, o)
		expires := time.Date(2040, 1, 2, 3, 4, 5, 0, time.UTC)
		made, whole, err := one.NewKey(t.Context(), tenants.Key{Tenant: "acme", Name: "Ada's", Scopes: []string{"a", "b"}, Expires: expires})
		if err != nil {
			t.Fatal(err)
		}
		want := &tenants.Key{ID: made.ID, Tenant: "acme", Name: "Ada's", Scopes: []string{"a", "b"}, Created: made.Created, Expires: expires}
		for _, s := range []*tenants.Store{one, other} {
			got, err := s.Key(t.Context(), whole)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		}
		if list, err := other.Keys(t.Context(), "acme"); err != nil || len(list) != 1 || !cmp.Equal(&list[0], want) {
			t.Errorf("Keys = %v, %v", list, err)
		}
		if err := one.Revoke(t.Context(), "duff", made.ID); !errors.Is(err, tenants.ErrNotFound) {
			t.Errorf("another tenant revokes the key: %v", err)
		}
		if err := one.Revoke(t.Context(), "acme", made.ID); err != nil {
			t.Fatal(err)
		}
		if _, err := one.Key(t.Context(), whole); !errors.Is(err, tenants.ErrNoKey) {
			t.Errorf("the process that revoked the key still takes it: %v", err)
		}
		began := time.Now()
		for {
			if _, err := other.Key(t.Context(), whole); errors.Is(err, tenants.ErrNoKey) {
				break
			}
			if time.Since(began) > 5*time.Second {
				t.Fatal("5 s after its revocation another process takes the key")
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
}

func TestStoreHasNoSecret(t *testing.T) {
	everywhere(t, func(t *testing.T, o tenants.Options) {
		s := open(t, o)
		_, whole, err := s.NewKey(t.Context(), tenants.Key{Tenant: "acme"})
		if err != nil {
			t.Fatal(err)
		}
		secret := whole[strings.LastIndex(whole, "~")+1:]
		rdb := redis.NewUniversalClient(o.Redis)
		defer rdb.Close()
		all, err := rdb.HGetAll(t.Context(), "classifyd:{t/acme}:keys").Result()
		if err != nil || len(all) == 0 {
			t.Fatalf("the shelf is %v, %v", all, err)
		}
		for field, value := range all {
			if strings.Contains(field+value, secret) {
				t.Errorf("%s has the secret", field)
			}
		}
	})
}

func TestWhatIsNotWholeIsNoKey(t *testing.T) {
	everywhere(t, func(t *testing.T, o tenants.Options) {
		o.MaxKeys = 1
		s := open(t, o)
		_, whole, err := s.NewKey(t.Context(), tenants.Key{Tenant: "acme"})
		if err != nil {
			t.Fatal(err)
		}
		for n := range len(whole) {
			if _, err := s.Key(t.Context(), whole[:n]); !errors.Is(err, tenants.ErrNoKey) {
				t.Errorf("the first %d bytes of a key: %v", n, err)
			}
			changed := []byte(whole)
			changed[n] ^= 1
			if _, err := s.Key(t.Context(), string(changed)); !errors.Is(err, tenants.ErrNoKey) {
				t.Errorf("a key with another byte %d: %v", n, err)
			}
		}
		for _, wrong := range []string{whole + "A", " " + whole, strings.ToLower(whole), strings.Replace(whole, "acme", "duff", 1), whole + whole} {
			if _, err := s.Key(t.Context(), wrong); !errors.Is(err, tenants.ErrNoKey) {
				t.Errorf("%q: %v", wrong, err)
			}
		}
		if _, _, err := s.NewKey(t.Context(), tenants.Key{Tenant: "acme", Name: "second"}); !errors.Is(err, tenants.ErrFull) {
			t.Errorf("one key more than there may be: %v", err)
		}
	})
}
