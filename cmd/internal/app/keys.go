package app

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/tenants"
)

// keys make, list and revoke API keys.
type keys struct {
	New    newKey    `cmd:"" help:"Make a key and print it, which is done once."`
	List   listKeys  `cmd:"" help:"List a tenant's keys, without what is secret."`
	Revoke revokeKey `cmd:"" help:"Revoke a key. Within five seconds no process takes it any more."`
}

// A keyOwner is whose keys a command is about.
type keyOwner struct {
	Tenant string `required:"" help:"Tenant that the keys speak for."`
}

// Validate names the flag that cannot stand.
func (k *keyOwner) Validate() error {
	if !jobs.Tenant(k.Tenant).Valid() {
		return errors.New("--tenant: must be at most 64 letters, digits, dots, dashes and underscores")
	}
	return nil
}

// with opens the store for f.
func (k *keyOwner) with(o *Options, f func(*tenants.Store, jobs.Tenant) error) (err error) {
	s, err := openTenants(o, nil)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	return f(s, jobs.Tenant(k.Tenant))
}

// openTenants opens the store of what tenants own, for a command.
func openTenants(o *Options, keys jobs.Keys) (*tenants.Store, error) {
	if o.Redis == "" {
		return nil, errors.New("--redis: is required, what tenants own is kept there")
	}
	ro, err := redisOptions(o)
	if err != nil {
		return nil, err
	}
	return tenants.Open(tenants.Options{Redis: ro, Keys: keys})
}

type newKey struct {
	keyOwner
	Name    string   `help:"What people call the key. Without it its id."`
	Scopes  []string `required:"" placeholder:"SCOPE,..." help:"What the key may do."`
	Expires lifetime `placeholder:"90d" help:"How long the key is good, in days or as a duration. Without it for ever."`
}

func (k *newKey) Run(ctx context.Context, o *Options, out io.Writer) error {
	scopes, err := parseScopes(k.Scopes)
	if err != nil {
		return fmt.Errorf("--scopes: %w", err)
	}
	made := tenants.Key{Tenant: jobs.Tenant(k.Tenant), Name: k.Name}
	for _, s := range scopes {
		made.Scopes = append(made.Scopes, string(s))
	}
	if k.Expires > 0 {
		made.Expires = time.Now().Add(time.Duration(k.Expires))
	}
	return k.with(o, func(s *tenants.Store, _ jobs.Tenant) error {
		_, whole, err := s.NewKey(ctx, made)
		if err != nil {
			return err
		}
		_, err = fmt.Fprintln(out, whole)
		return err
	})
}

// A lifetime is a number of days, as 90d, or a duration of Go's.
type lifetime time.Duration

// UnmarshalText reads a positive lifetime.
func (l *lifetime) UnmarshalText(b []byte) error {
	d, err := time.ParseDuration(string(b))
	if days, ok := strings.CutSuffix(string(b), "d"); ok {
		var n int
		n, err = strconv.Atoi(days)
		d = time.Duration(n) * 24 * time.Hour
		if n > 36500 {
			err = errors.New("too long")
		}
	}
	if err != nil || d <= 0 {
		return errors.New("must be a time such as 90d or 12h")
	}
	*l = lifetime(d)
	return nil
}

type listKeys struct{ keyOwner }

func (k *listKeys) Run(ctx context.Context, o *Options, out io.Writer) error {
	return k.with(o, func(s *tenants.Store, t jobs.Tenant) error {
		list, err := s.Keys(ctx, t)
		if err != nil {
			return err
		}
		w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(w, "ID\tNAME\tCREATED\tEXPIRES\tSCOPES")
		for _, key := range list {
			expires := "never"
			if !key.Expires.IsZero() {
				expires = key.Expires.Format(time.RFC3339)
			}
			fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\n", key.ID, key.Name, key.Created.Format(time.RFC3339), expires, strings.Join(key.Scopes, ","))
		}
		return w.Flush()
	})
}

type revokeKey struct {
	keyOwner
	ID string `arg:"" help:"The key's id, as list shows it."`
}

func (k *revokeKey) Run(ctx context.Context, o *Options) error {
	return k.with(o, func(s *tenants.Store, t jobs.Tenant) error {
		if err := s.Revoke(ctx, t, k.ID); err != nil {
			return fmt.Errorf("key %s: %w", k.ID, err)
		}
		return nil
	})
}
