package tenants

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/classifyd/classifyd/jobs"
)

// A Key is an API key: it speaks for a tenant, within some scopes and until it
// expires. Its secret is told once, by NewKey; the store has only a hash.
type Key struct {
	ID      string
	Tenant  jobs.Tenant
	Name    string // for people, differs between a tenant's keys
	Scopes  []string
	Created time.Time
	Expires time.Time // zero: never
}

// ErrNoKey: what was presented is no key, or one that was revoked.
var ErrNoKey = errors.New("no such key")

// KeyPrefix begins every key, so that keys are found where they should not be.
// The whole is "classifyd~TENANT~ID~SECRET", of characters that RFC 6750 allows
// in a bearer token; no tenant's name has a tilde.
const KeyPrefix = "classifyd~"

// The secret has 130 random bits. That many need no slow hash: there is no
// trying them out.
const (
	keyIDLength  = 12
	secretLength = 26
)

// keyBody is what the store has of a key.
type keyBody struct {
	Hash    []byte    `json:"hash"` // SHA-256 of the whole key
	Name    string    `json:"name"`
	Scopes  []string  `json:"scopes"`
	Expires time.Time `json:"expires,omitzero"`
}

// NewKey makes a key and returns it with what its owner presents, which cannot
// be had again. Without a name it is called by its ID. Errors are ErrNamed and
// ErrFull.
func (s *Store) NewKey(ctx context.Context, k Key) (_ *Key, whole string, err error) {
	k.ID = strings.ToLower(rand.Text()[:keyIDLength])
	if k.Name == "" {
		k.Name = k.ID
	}
	whole = KeyPrefix + string(k.Tenant) + "~" + k.ID + "~" + rand.Text()
	hash := sha256.Sum256([]byte(whole))
	body, err := json.Marshal(keyBody{Hash: hash[:], Name: k.Name, Scopes: k.Scopes, Expires: k.Expires.UTC()})
	if err != nil {
		return nil, "", err
	}
	put, err := s.put(ctx, place{k.Tenant, keysKind}, Item{ID: k.ID, Name: k.Name, Body: body}, New, s.opt.maxKeys)
	if err != nil {
		return nil, "", err
	}
	k.Created = put.Modified
	return &k, whole, nil
}

// Keys are the tenant's keys now, by name, expired ones too.
func (s *Store) Keys(ctx context.Context, t jobs.Tenant) ([]Key, error) {
	shelf, err := s.latest(ctx, place{t, keysKind})
	if err != nil {
		return nil, err
	}
	keys := make([]Key, len(shelf.All))
	for i := range shelf.All {
		k, _, err := readKey(t, &shelf.All[i])
		if err != nil {
			return nil, err
		}
		keys[i] = *k
	}
	return keys, nil
}

// Revoke deletes a key. Within a second or so no process takes it any more. The
// error is ErrNotFound.
func (s *Store) Revoke(ctx context.Context, t jobs.Tenant, id string) error {
	return s.take(ctx, place{t, keysKind}, id, Any)
}

// Key is the key that somebody presents, also when it has expired, or ErrNoKey.
// How long that takes does not tell how much of a secret was right.
func (s *Store) Key(ctx context.Context, whole string) (*Key, error) {
	t, id, ok := splitKey(whole)
	if !ok {
		return nil, ErrNoKey
	}
	shelf, err := s.recent(ctx, place{t, keysKind})
	if err != nil {
		return nil, err
	}
	item, ok := shelf.Lookup(id)
	if !ok {
		return nil, ErrNoKey
	}
	k, stored, err := readKey(t, item)
	if err != nil {
		return nil, err
	}
	hash := sha256.Sum256([]byte(whole))
	if subtle.ConstantTimeCompare(hash[:], stored) != 1 {
		return nil, ErrNoKey
	}
	return k, nil
}

// splitKey takes apart what looks like a key.
func splitKey(whole string) (t jobs.Tenant, id string, ok bool) {
	rest, ok := strings.CutPrefix(whole, KeyPrefix)
	parts := strings.Split(rest, "~")
	if !ok || len(parts) != 3 || len(parts[1]) != keyIDLength || len(parts[2]) != secretLength {
		return "", "", false
	}
	t = jobs.Tenant(parts[0])
	return t, parts[1], t.Valid()
}

func readKey(t jobs.Tenant, item *Item) (_ *Key, hash []byte, err error) {
	var b keyBody
	if err := json.Unmarshal(item.Body, &b); err != nil || len(b.Hash) != sha256.Size {
		return nil, nil, fmt.Errorf("key %s of %s is damaged", item.ID, t)
	}
	return &Key{ID: item.ID, Tenant: t, Name: b.Name, Scopes: b.Scopes, Created: item.Modified, Expires: b.Expires}, b.Hash, nil
}
