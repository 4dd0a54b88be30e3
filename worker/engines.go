package worker

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/tenants"
	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/classify/own"
)

// Engines says with which engine to scan for a tenant who names these types, or
// none. A run asks once and keeps what it gets, so that it is of one version of
// the tenant's types throughout; another attempt of its job asks again.
type Engines func(ctx context.Context, t jobs.Tenant, named []string) (*classify.Engine, error)

// Only has e scan for every tenant.
func Only(e *classify.Engine) Engines {
	return func(context.Context, jobs.Tenant, []string) (*classify.Engine, error) { return e, nil }
}

// maxEngines is how many tenants' engines a process keeps: a few megabytes each.
const maxEngines = 64

// OwnTypes has e scan, and for a tenant with types of its own an engine that
// looks for these too. It is made when a run of the tenant first needs it after
// a change, and is kept.
func OwnTypes(e *classify.Engine, store *tenants.Store, log *slog.Logger) Engines {
	o := &ownTypes{base: e, store: store, log: log, made: map[jobs.Tenant]*made{}}
	return o.engine
}

type ownTypes struct {
	base  *classify.Engine
	store *tenants.Store
	log   *slog.Logger

	mu   sync.Mutex // guards all below
	made map[jobs.Tenant]*made
}

// A made engine is that of a tenant's types at one revision.
type made struct {
	mu       sync.Mutex // guards all below, and makes one of many runs make it
	engine   *classify.Engine
	revision int64
}

func (o *ownTypes) engine(ctx context.Context, t jobs.Tenant, named []string) (*classify.Engine, error) {
	types, err := insist(ctx, t, o.store.Types)
	if err == nil && slices.ContainsFunc(named, func(id string) bool { return !o.has(types, id) }) {
		// The API knew it, so that word of the change is still under way.
		types, err = insist(ctx, t, o.store.Latest)
	}
	if err != nil {
		return nil, err
	}
	if len(types.All) == 0 {
		return o.base, nil
	}
	m := o.place(t)
	m.mu.Lock()
	defer m.mu.Unlock()
	// A run that asked earlier may come later; what it gets is newer.
	if m.engine == nil || m.revision < types.Revision {
		e, err := o.compile(t, types)
		if err != nil {
			return nil, err
		}
		m.engine, m.revision = e, types.Revision
	}
	return m.engine, nil
}

func (o *ownTypes) has(types *tenants.Types, id string) bool {
	id = strings.ToLower(id)
	if _, ok := o.base.Lookup(id); ok {
		return true
	}
	_, ok := types.Lookup(id)
	return ok
}

// insist waits for a store that is away, as settling the job would have to.
func insist(ctx context.Context, t jobs.Tenant, read func(context.Context, jobs.Tenant) (*tenants.Types, error)) (*tenants.Types, error) {
	for pause := 50 * time.Millisecond; ; pause = min(2*pause, 2*time.Second) {
		types, err := read(ctx, t)
		if !errors.Is(err, jobs.ErrUnavailable) {
			return types, err
		}
		select {
		case <-time.After(pause):
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

func (o *ownTypes) place(t jobs.Tenant) *made {
	o.mu.Lock()
	defer o.mu.Unlock()
	m := o.made[t]
	if m == nil {
		if len(o.made) >= maxEngines {
			for other := range o.made { // any of them: it is made again in milliseconds
				delete(o.made, other)
				break
			}
		}
		m = &made{}
		o.made[t] = m
	}
	return m
}

// compile leaves out a definition that this version does not understand, which
// a newer API has let through, rather than failing all of the tenant's jobs. A
// job that names it fails with unknownSensitiveType.
func (o *ownTypes) compile(t jobs.Tenant, types *tenants.Types) (*classify.Engine, error) {
	var further []*classify.Type
	for _, item := range types.All {
		typ, err := compileType(item)
		if err == nil {
			if _, taken := o.base.Lookup(typ.ID); taken {
				err = errors.New("its id is that of a built-in type")
			}
		}
		if err != nil {
			o.log.Warn("own type left out", "tenant", t, "type", item.ID, "error", err)
			continue
		}
		further = append(further, typ)
	}
	e, err := o.base.With(further)
	if err != nil {
		return nil, fmt.Errorf("types of %s: %w", t, err)
	}
	return e, nil
}

func compileType(item tenants.Type) (*classify.Type, error) {
	d, err := own.Read(item.Body)
	if err != nil {
		return nil, err
	}
	return d.Compile()
}

// Try is what a type of d alone finds in text, in the form of a result. A
// definition that cannot stand is an [*own.InvalidError].
func Try(ctx context.Context, e *classify.Engine, d *own.Definition, text string) (*jobs.Result, error) {
	t, err := d.Compile()
	if err != nil {
		return nil, err
	}
	with, err := e.With([]*classify.Type{t})
	if err != nil {
		return nil, err
	}
	return scan(ctx, with, text, fullDocument, classify.Options{Types: []string{t.ID}}, nil)
}
