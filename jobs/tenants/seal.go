package tenants

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs"
)

// asSealed begins a body that is sealed. No definition begins so: they are JSON.
const asSealed = "#"

func about(p place, id string) string {
	return "classifyd " + p.kind + " " + id + " of " + string(p.tenant)
}

// seal is the body of an item as the store has it. Of a key that is a hash, in
// which nothing is to be hidden.
func (s *Store) seal(p place, id string, body []byte) ([]byte, error) {
	if s.opt.keys == nil || p.kind != typesKind {
		return body, nil
	}
	sealed, err := s.opt.keys.Seal(body, about(p, id))
	if err != nil {
		return nil, err
	}
	return append([]byte(asSealed), sealed...), nil
}

// unseal undoes seal. What never was sealed stays as it is.
func (s *Store) unseal(p place, id, body string) (string, error) {
	sealed, ok := strings.CutPrefix(body, asSealed)
	if !ok {
		return body, nil
	}
	if s.opt.keys == nil {
		return "", jobs.ErrNoKey
	}
	plain, err := s.opt.keys.Open([]byte(sealed), about(p, id))
	return string(plain), err
}

// Renew has the primary key encrypt every tenant's types anew, those too that
// are not encrypted yet, and returns how many there were. After that no older
// key is needed for them. It may run beside processes at work; each type gets
// another version.
func (s *Store) Renew(ctx context.Context) (n int, err error) {
	if s.opt.keys == nil {
		return 0, errors.New("tenants: Options.Keys is required to renew")
	}
	each := func(ctx context.Context, c redis.Cmdable) error {
		found := c.Scan(ctx, 0, place{"*", typesKind}.key(), 1000).Iterator()
		for found.Next(ctx) {
			t, _ := strings.CutPrefix(found.Val(), "classifyd:{t/")
			t, _, _ = strings.Cut(t, "}")
			renewed, err := s.renew(ctx, jobs.Tenant(t))
			n += renewed
			if err != nil {
				return fmt.Errorf("types of %s: %w", t, err)
			}
		}
		return jobs.StoreError(found.Err())
	}
	if cluster, ok := s.rdb.(*redis.ClusterClient); ok {
		// One after the other, by way of this one goroutine.
		turn := make(chan struct{}, 1)
		err := cluster.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error {
			turn <- struct{}{}
			defer func() { <-turn }()
			return each(ctx, c)
		})
		return n, err
	}
	err = each(ctx, s.rdb)
	return n, err
}

func (s *Store) renew(ctx context.Context, t jobs.Tenant) (n int, err error) {
	types, err := s.Latest(ctx, t)
	if err != nil {
		return 0, err
	}
	for _, own := range types.All {
		switch _, err := s.Put(ctx, t, own, own.Version); {
		case errors.Is(err, ErrChanged), errors.Is(err, ErrNotFound):
			// By a process that has the primary key too.
		case err != nil:
			return n, err
		}
		n++
	}
	return n, nil
}
