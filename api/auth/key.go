package auth

import (
	"context"
	"errors"
	"time"

	"github.com/classifyd/classifyd/jobs/tenants"
)

// byKey is the caller that an API key speaks for.
func byKey(ctx context.Context, keys *tenants.Store, whole string) (Caller, error) {
	k, err := keys.Key(ctx, whole)
	switch {
	case errors.Is(err, tenants.ErrNoKey):
		return Caller{}, invalid("there is no such API key")
	case err != nil:
		return Caller{}, err
	case !k.Expires.IsZero() && !time.Now().Before(k.Expires):
		return Caller{}, invalid("the API key has expired")
	}
	return Caller{Tenant: k.Tenant, By: "key " + k.ID, Scopes: known(k.Scopes)}, nil
}
