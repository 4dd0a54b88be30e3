// Package tenants keeps what a tenant owns besides jobs: its own sensitive types
// and the API keys that speak for it.
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
// with the KIND sensitiveTypes or keys:
//
//	classifyd:{t/TENANT}:KIND        hash  by id "VERSION µs NAME\nBODY", the body of a type sealed where there are keys; rev the revision, size the bodies' bytes, last the latest change's nonce
//	classifyd:{t/TENANT}:KIND:names  hash  ids by name, in small letters
//	classifyd:{t/TENANT}:KIND:missing      never there: what every change names as its last key
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
	"io"
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

	// Keys, if set, encrypt the definitions of types from then on, which can
	// hold lists of what is sensitive. Names stay as they are.
	Keys jobs.Keys

	MaxTypes int           // a tenant's own sensitive types, default 500
	MaxKeys  int           // of a tenant, revoked ones not among them, default 1000
	MaxBytes int           // of all of a tenant's definitions, default 16 MiB
	Deadline time.Duration // for one command, default 2 s
}

// limits are what a Store goes by once it is open.
type limits struct {
	keys                        jobs.Keys
	maxTypes, maxKeys, maxBytes int
	deadline                    time.Duration
}

// A Store is one process's access to what tenants own. Its methods may be
// called from many goroutines.
type Store struct {
	opt limits

	// The client is seen as no more than this, since whoever knows a Store
	// would otherwise compile all its methods.
	rdb       redis.Cmdable
	subscribe func() (sub io.Closer, events <-chan any)
	close     func() error

	mu     sync.Mutex // guards all below
	known  map[place]*known
	sub    io.Closer
	done   chan struct{} // closed when the reader of sub has returned
	closed bool
}

// fresh is how long a process goes without asking whether a shelf has changed.
// Word of a change comes sooner, but word can be lost.
const fresh = time.Second

// maxKnown is how many tenants' shelves a process keeps.
const maxKnown = 4096

// A place is where a tenant's shelf of one kind stands.
type place struct {
	tenant jobs.Tenant
	kind   string
}

const (
	typesKind = "sensitiveTypes"
	keysKind  = "keys"
)

func (p place) key() string { return "classifyd:{t/" + string(p.tenant) + "}:" + p.kind }

// A known shelf is what was last read.
type known struct {
	mu    sync.Mutex // guards shelf and asked, and makes one of many readers ask
	shelf *Shelf
	asked time.Time // before the read; zero: to be read
}

// Open returns a Store. It does not connect before it is used.
func Open(o Options) (*Store, error) {
	if o.Redis == nil {
		return nil, errors.New("tenants: Options.Redis is required")
	}
	if o.MaxTypes < 0 || o.MaxKeys < 0 || o.MaxBytes < 0 || o.Deadline < 0 {
		return nil, errors.New("tenants: Options.MaxTypes, MaxKeys, MaxBytes and Deadline must not be negative")
	}
	ro := *o.Redis
	ro.ContextTimeoutEnabled = true
	rdb := redis.NewUniversalClient(&ro)
	if o.Hook != nil {
		rdb.AddHook(o.Hook)
	}
	return &Store{
		opt: limits{
			keys:     o.Keys,
			maxTypes: cmp.Or(o.MaxTypes, 500),
			maxKeys:  cmp.Or(o.MaxKeys, 1000),
			maxBytes: cmp.Or(o.MaxBytes, 16<<20),
			deadline: cmp.Or(o.Deadline, 2*time.Second),
		},
		rdb: rdb,
		subscribe: func() (io.Closer, <-chan any) {
			sub := rdb.Subscribe(context.Background(), channel)
			return sub, sub.ChannelWithSubscriptions()
		},
		close: rdb.Close,
		known: map[place]*known{},
	}, nil
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
	return s.close()
}

// An Item is one thing on a shelf.
type Item struct {
	ID       string // GUID in lower case for a sensitive type
	Name     string
	Body     []byte // as who writes it and who reads it agree
	Version  int64  // differs between any two states of any of the shelf's items
	Modified time.Time
}

// A Shelf is all that a tenant has of one kind, at one revision.
type Shelf struct {
	Revision int64
	All      []Item // by name, without regard to case
}

// A Type is the definition of a sensitive type, Types are a tenant's own.
type (
	Type  = Item
	Types = Shelf
)

// Lookup finds the item with an id in lower case.
func (s *Shelf) Lookup(id string) (*Item, bool) {
	i := slices.IndexFunc(s.All, func(own Item) bool { return own.ID == id })
	if i < 0 {
		return nil, false
	}
	return &s.All[i], true
}

// Types are the types that the tenant has. They are those of Redis at most a
// second ago: that often a process asks for the revision, one HGET, of a tenant
// whose types are used, and reads them again only when it is another. They must
// not be changed.
func (s *Store) Types(ctx context.Context, t jobs.Tenant) (*Types, error) {
	return s.recent(ctx, place{t, typesKind})
}

// Latest are the types that the tenant has now.
func (s *Store) Latest(ctx context.Context, t jobs.Tenant) (*Types, error) {
	return s.latest(ctx, place{t, typesKind})
}

// recent is a shelf as it was in Redis at most a second ago.
func (s *Store) recent(ctx context.Context, p place) (*Shelf, error) {
	k := s.find(p)
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.shelf != nil && time.Since(k.asked) < fresh {
		return k.shelf, nil
	}
	return s.read(ctx, p, k)
}

func (s *Store) latest(ctx context.Context, p place) (*Shelf, error) {
	k := s.find(p)
	k.mu.Lock()
	defer k.mu.Unlock()
	return s.read(ctx, p, k)
}

// find is what is known of a shelf, if only room for it.
func (s *Store) find(p place) *known {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.sub == nil && !s.closed {
		s.listen()
	}
	k := s.known[p]
	if k == nil {
		if len(s.known) >= maxKnown {
			clear(s.known) // they cost one read each
		}
		k = &known{}
		s.known[p] = k
	}
	return k
}

func (s *Store) read(ctx context.Context, p place, k *known) (*Shelf, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opt.deadline)
	defer cancel()
	asked := time.Now()
	rev, err := s.rdb.HGet(ctx, p.key(), "rev").Result()
	if errors.Is(err, redis.Nil) {
		rev, err = "0", nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s of %s: %w", p.kind, p.tenant, jobs.StoreError(err))
	}
	if rev == "0" && p.kind == keysKind {
		// Whoever makes up keys also makes up tenants, which shall not drive out
		// what is known of real ones.
		s.drop(p)
		return &Shelf{}, nil
	}
	if k.shelf == nil || rev != strconv.FormatInt(k.shelf.Revision, 10) {
		shelf := &Shelf{}
		if rev != "0" {
			all, err := s.rdb.HGetAll(ctx, p.key()).Result()
			if err != nil {
				return nil, fmt.Errorf("%s of %s: %w", p.kind, p.tenant, jobs.StoreError(err))
			}
			if shelf, err = s.parse(p, all); err != nil {
				return nil, fmt.Errorf("%s of %s: %w", p.kind, p.tenant, err)
			}
		}
		k.shelf = shelf
	}
	k.asked = asked
	return k.shelf, nil
}

func (s *Store) drop(p place) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.known, p)
}

func (s *Store) parse(p place, all map[string]string) (*Shelf, error) {
	shelf := &Shelf{}
	for id, value := range all {
		switch id {
		case "rev":
			n, err := strconv.ParseInt(value, 10, 64)
			if err != nil {
				return nil, errors.New("the revision is no number")
			}
			shelf.Revision = n
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
			return nil, fmt.Errorf("item %s: %w", id, jobs.ErrDamaged)
		}
		if body, err = s.unseal(p, id, body); err != nil {
			return nil, fmt.Errorf("item %s: %w", id, err)
		}
		shelf.All = append(shelf.All, Item{ID: id, Name: name, Body: []byte(body), Version: v, Modified: time.UnixMicro(micros).UTC()})
	}
	slices.SortFunc(shelf.All, func(a, b Item) int { return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.ID, b.ID)) })
	return shelf, nil
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
	return s.put(ctx, place{t, typesKind}, own, version, s.opt.maxTypes)
}

func (s *Store) put(ctx context.Context, p place, own Item, version int64, most int) (*Item, error) {
	body, err := s.seal(p, own.ID, own.Body)
	if err != nil {
		return nil, err
	}
	v, err := s.change(ctx, p, putScript, own.ID, version, foldName(own.Name), body, most, s.opt.maxBytes)
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
	return s.take(ctx, place{t, typesKind}, id, version)
}

// take takes an item off its shelf.
func (s *Store) take(ctx context.Context, p place, id string, version int64) error {
	v, err := s.change(ctx, p, dropScript, id, version)
	if err != nil {
		return err
	}
	if v != "done" {
		what, _ := v.(string)
		return refusal(what)
	}
	return nil
}

// change runs a script on a shelf. Its last key never exists: while the slot of
// the others moves from one server of a Redis Cluster to another, a script with
// a missing key is refused, and otherwise could end half-way.
func (s *Store) change(ctx context.Context, p place, script *redis.Script, id string, version int64, args ...any) (any, error) {
	ctx, cancel := context.WithTimeout(ctx, s.opt.deadline)
	defer cancel()
	var must string
	switch version {
	case New:
		must = "new"
	case Any:
	default:
		must = strconv.FormatInt(version, 10)
	}
	args = slices.Concat([]any{rand.Text(), id, must}, args, []any{channel, string(p.tenant)})
	v, err := script.Run(ctx, s.rdb, []string{p.key(), p.key() + ":names", p.key() + ":missing"}, args...).Result()
	s.forget(p.tenant)
	if err != nil {
		return nil, fmt.Errorf("change %s of %s: %w", p.kind, p.tenant, jobs.StoreError(err))
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
	sub, events := s.subscribe()
	s.sub = sub
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
	}(events, s.done)
}

// forget has the tenant's shelves read again when they are next asked for. What
// was read is kept to compare with.
func (s *Store) forget(t jobs.Tenant) {
	for _, kind := range []string{typesKind, keysKind} {
		s.mu.Lock()
		k := s.known[place{t, kind}]
		s.mu.Unlock()
		if k != nil {
			k.forget()
		}
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
