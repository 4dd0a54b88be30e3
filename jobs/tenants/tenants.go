// Package tenants keeps what a tenant owns besides jobs, which today is its
// own sensitive types.
//
// What a tenant owns of one kind stands on a shelf of its own: items with an
// id and a name, each of which is on the shelf once. Every change is one script
// that compares and sets and raises the shelf's revision, which becomes the
// item's version; so no two states of a shelf have the same revision, and a
// reader that knows it need not read again. All keys of a tenant share one hash
// tag, and no key of one tenant is a key of another's.
//
// # Keys
//
//	classifyd:{t/TENANT}:KIND        hash  by id "VERSION µs NAME\nBODY"; rev the revision, size the bodies' bytes, last the latest change's nonce
//	classifyd:{t/TENANT}:KIND:names  hash  ids by name, in small letters
//
// and the channel classifyd:tenants, which tells TENANT of each change.
package tenants

import (
	"cmp"
	"context"
	"crypto/rand"
	_ "embed"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs"
)

// What callers branch on, beside jobs.ErrUnavailable and *jobs.BusyError.
var (
	ErrNotFound = errors.New("no such item")                 // another tenant's is not found either
	ErrChanged  = errors.New("item has changed")             // it is no longer at the version that the caller named
	ErrTaken    = errors.New("id is taken")                  //
	ErrNamed    = errors.New("name is taken")                // by another item, in any case
	ErrFull     = errors.New("tenant has as many as it may") //
	ErrLarge    = errors.New("tenant's items are too large together")
)

// Options say how a Store works. Only Redis is required.
type Options struct {
	// Redis says how to reach the store. The Store opens a client of its own.
	Redis *redis.UniversalOptions

	// Hook, if set, sees every command that the Store sends.
	Hook redis.Hook

	MaxTypes int           // a tenant's own sensitive types, default 500
	MaxBytes int           // of all of a tenant's definitions, default 16 MiB
	Deadline time.Duration // for one command, default 2 s
}

// A Store is one process's access to what tenants own. Its methods may be
// called from many goroutines.
type Store struct {
	opt Options
	rdb redis.UniversalClient

	mu     sync.Mutex // guards all below
	known  map[jobs.Tenant]*known
	sub    *redis.PubSub
	done   chan struct{} // closed when the reader of sub has returned
	closed bool
}

// fresh is how long a process goes without asking whether a shelf has changed.
// Word of a change comes sooner, but word can be lost.
const fresh = time.Second

// maxKnown is how many tenants' shelves a process keeps.
const maxKnown = 4096

// A known shelf is what was last read.
type known struct {
	mu    sync.Mutex // guards types and asked, and makes one of many readers ask
	types *Types
	asked time.Time // before the read; zero: to be read
}

// Open returns a Store. It does not connect before it is used.
func Open(o Options) (*Store, error) {
	if o.Redis == nil {
		return nil, errors.New("tenants: Options.Redis is required")
	}
	if o.MaxTypes < 0 || o.MaxBytes < 0 || o.Deadline < 0 {
		return nil, errors.New("tenants: Options.MaxTypes, MaxBytes and Deadline must not be negative")
	}
	o.MaxTypes = cmp.Or(o.MaxTypes, 500)
	o.MaxBytes = cmp.Or(o.MaxBytes, 16<<20)
	o.Deadline = cmp.Or(o.Deadline, 2*time.Second)
	ro := *o.Redis
	ro.ContextTimeoutEnabled = true
	s := &Store{opt: o, rdb: redis.NewUniversalClient(&ro), known: map[jobs.Tenant]*known{}}
	if o.Hook != nil {
		s.rdb.AddHook(o.Hook)
	}
	return s, nil
}

// Close ends the Store's connections.
func (s *Store) Close() error {
	s.mu.Lock()
	sub, done := s.sub, s.done
	s.closed = true
	s.mu.Unlock()
	if sub != nil {
		sub.Close()
		<-done
	}
	return s.rdb.Close()
}

// A Type is the definition of a sensitive type.
type Type struct {
	ID       string // GUID in lower case
	Name     string
	Body     []byte // the definition, as who writes it and who reads it agree
	Version  int64  // differs between any two states of any of the tenant's types
	Modified time.Time
}

// Types are a tenant's own sensitive types at one revision.
type Types struct {
	Revision int64
	All      []Type // by name, without regard to case
}

// Lookup finds the type with an id in lower case.
func (t *Types) Lookup(id string) (*Type, bool) {
	i := slices.IndexFunc(t.All, func(own Type) bool { return own.ID == id })
	if i < 0 {
		return nil, false
	}
	return &t.All[i], true
}

// Types are the types that the tenant has. They are those of Redis at most a
// second ago: that often a process asks for the revision, one HGET, of a tenant
// whose types are used, and reads them again only when it is another. They must
// not be changed.
func (s *Store) Types(ctx context.Context, t jobs.Tenant) (*Types, error) {
	k := s.shelf(t)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.types != nil && time.Since(k.asked) < fresh {
		return k.types, nil
	}
	return s.read(ctx, t, k)
}

// Latest are the types that the tenant has now.
func (s *Store) Latest(ctx context.Context, t jobs.Tenant) (*Types, error) {
	k := s.shelf(t)
	k.mu.Lock()
	defer k.mu.Unlock()
	return s.read(ctx, t, k)
}

// shelf is what is known of a tenant's, if only a place for it.
func (s *Store) shelf(t jobs.Tenant) *known {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sub == nil && !s.closed {
		s.listen()
	}
	k := s.known[t]
	if k == nil {
		if len(s.known) >= maxKnown {
			clear(s.known) // they cost one read each
		}
		k = &known{}
		s.known[t] = k
	}
	return k
}

func (s *Store) read(ctx context.Context, t jobs.Tenant, k *known) (*Types, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opt.Deadline)
	defer cancel()
	asked := time.Now()
	rev, err := s.rdb.HGet(ctx, typesKey(t), "rev").Result()
	if errors.Is(err, redis.Nil) {
		rev, err = "0", nil
	}
	if err != nil {
		return nil, fmt.Errorf("types of %s: %w", t, jobs.StoreError(err))
	}
	if k.types == nil || rev != strconv.FormatInt(k.types.Revision, 10) {
		types := &Types{}
		if rev != "0" {
			all, err := s.rdb.HGetAll(ctx, typesKey(t)).Result()
			if err != nil {
				return nil, fmt.Errorf("types of %s: %w", t, jobs.StoreError(err))
			}
			if types, err = parse(all); err != nil {
				return nil, fmt.Errorf("types of %s: %w", t, err)
			}
		}
		k.types = types
	}
	k.asked = asked
	return k.types, nil
}

func parse(all map[string]string) (*Types, error) {
	types := &Types{}
	for id, value := range all {
		switch id {
		case "rev":
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				return nil, errors.New("the revision is no number")
			}
			types.Revision = n
			continue
		case "size", "last":
			continue
		}
		head, body, ok := strings.Cut(value, "\n")
		version, rest, _ := strings.Cut(head, " ")
		at, name, _ := strings.Cut(rest, " ")
		v, verr := strconv.ParseInt(version, 10, 64)
		micros, err := strconv.ParseInt(at, 10, 64)
		if !ok || verr != nil || err != nil {
			return nil, fmt.Errorf("item %s is damaged", id)
		}
		types.All = append(types.All, Type{ID: id, Name: name, Body: []byte(body), Version: v, Modified: time.UnixMicro(micros).UTC()})
	}
	slices.SortFunc(types.All, func(a, b Type) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID)) })
	return types, nil
}

// New stands for the version of a type that must not exist yet, Any for whatever
// version it has.
const (
	New int64 = -1
	Any int64 = 0
)

// Put makes a type, if version is New, or replaces the one that has its ID and
// the version. It returns the type with what the store adds. Errors are
// ErrTaken, ErrNamed, ErrNotFound, ErrChanged, ErrFull and ErrLarge.
func (s *Store) Put(ctx context.Context, t jobs.Tenant, own Type, version int64) (*Type, error) {
	v, err := s.change(ctx, t, putScript, own.ID, version, foldName(own.Name), own.Body, s.opt.MaxTypes, s.opt.MaxBytes)
	if err != nil {
		return nil, err
	}
	answer, _ := v.([]any)
	f := make([]string, 3)
	for i := range min(len(answer), 3) {
		f[i], _ = answer[i].(string)
	}
	if f[0] != "done" {
		return nil, refusal(f[0])
	}
	own.Version, _ = strconv.ParseInt(f[1], 10, 64)
	micros, _ := strconv.ParseInt(f[2], 10, 64)
	own.Modified = time.UnixMicro(micros).UTC()
	return &own, nil
}

// Drop deletes a type that has the version. Errors are ErrNotFound and ErrChanged.
func (s *Store) Drop(ctx context.Context, t jobs.Tenant, id string, version int64) error {
	v, err := s.change(ctx, t, dropScript, id, version)
	if err != nil {
		return err
	}
	if v != "done" {
		what, _ := v.(string)
		return refusal(what)
	}
	return nil
}

// change runs a script on the tenant's types.
func (s *Store) change(ctx context.Context, t jobs.Tenant, script *redis.Script, id string, version int64, args ...any) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opt.Deadline)
	defer cancel()
	var must string
	switch version {
	case New:
		must = "new"
	case Any:
	default:
		must = strconv.FormatInt(version, 10)
	}
	args = slices.Concat([]any{rand.Text(), id, must}, args, []any{channel, string(t)})
	v, err := script.Run(ctx, s.rdb, []string{typesKey(t), typesKey(t) + ":names"}, args...).Result()
	s.forget(t)
	if err != nil {
		return nil, fmt.Errorf("change types of %s: %w", t, jobs.StoreError(err))
	}
	return v, nil
}

func refusal(why string) error {
	switch why {
	case "taken":
		return ErrTaken
	case "named":
		return ErrNamed
	case "missing":
		return ErrNotFound
	case "changed":
		return ErrChanged
	case "full":
		return ErrFull
	case "large":
		return ErrLarge
	}
	return fmt.Errorf("the store answered %q", why)
}

const channel = "classifyd:tenants"

func typesKey(t jobs.Tenant) string { return "classifyd:{t/" + string(t) + "}:sensitiveTypes" }

// foldName is how names compare. It has no line's end, which ends it in the store.
func foldName(name string) string { return strings.Join(strings.Fields(strings.ToLower(name)), " ") }

//go:embed scripts/put.lua
var putSource string

//go:embed scripts/drop.lua
var dropSource string

var (
	putScript  = redis.NewScript(putSource)
	dropScript = redis.NewScript(dropSource)
)

// listen hears of changes that other processes make. Once it stands, and
// whenever it had to be renewed, all is read again.
func (s *Store) listen() {
	s.sub = s.rdb.Subscribe(context.Background(), channel)
	s.done = make(chan struct{})
	go func(events <-chan any, done chan struct{}) {
		defer close(done)
		for e := range events {
			switch e := e.(type) {
			case *redis.Message:
				s.forget(jobs.Tenant(e.Payload))
			case *redis.Subscription:
				s.forgetAll()
			}
		}
	}(s.sub.ChannelWithSubscriptions(), s.done)
}

// forget has the tenant's types read again when they are next asked for. What
// was read is kept to compare with.
func (s *Store) forget(t jobs.Tenant) {
	s.mu.Lock()
	k := s.known[t]
	s.mu.Unlock()
	if k != nil {
		k.forget()
	}
}

func (s *Store) forgetAll() {
	s.mu.Lock()
	var all []*known
	for _, k := range s.known {
		all = append(all, k)
	}
	s.mu.Unlock()
	for _, k := range all {
		k.forget()
	}
}

func (k *known) forget() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.asked = time.Time{}
}
