// Package fleet runs real processes on this machine: a Redis, daemons of
// classifyd, each with a way to Redis of its own on which things can go wrong,
// and a classifier of theirs for jobs that take as long as they say.
// It takes down what the daemons' logs tell of how runs ended.
package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs/servers"
	"github.com/classifyd/classifyd/jobs/snapshot"
)

// Slow is the type of jobs that take as many milliseconds as their request's
// property "millis" says.
const Slow = "slow"

// Options say what a fleet consists of. Command is required; the zero value
// of everything else works.
type Options struct {
	Command []string // what runs classifyd, before its flags
	Last    []string // if set, what runs the last worker instead
	APIs    int      // 2
	Workers int      // 3
	Store   Store    // what kind of Redis there is
	Redis   []string // further arguments of redis-server

	WaitReplicas int // that must have a job before its creation is answered, and its end
	Shards       int // 1

	// Secret is part of every submission. A log that holds it is an alarm.
	Secret string
}

// A Store is a kind of Redis.
type Store int

const (
	Alone     Store = iota // one server
	Guarded                // a master and a replica, which a Sentinel watches
	Clustered              // three masters, each with a replica
	Spread                 // three masters without replicas
)

// A Fleet is a Redis and daemons on it.
type Fleet struct {
	APIs    []*Daemon
	Workers []*Daemon

	// The servers, one of these, by Options.Store.
	Redis    *servers.Server
	Sentinel *servers.Sentinel
	Cluster  *servers.Cluster

	opt   Options
	dir   string // what the servers keep
	store store  // that one of the three
	slow  *http.Server

	mu      sync.Mutex // guards all below
	settled map[string][]string
	alarms  []string
}

// Start starts a fleet and returns once all of it is ready. Close ends it.
func Start(ctx context.Context, o Options) (_ *Fleet, err error) {
	if o.APIs == 0 {
		o.APIs = 2
	}
	if o.Workers == 0 {
		o.Workers = 3
	}
	f := &Fleet{opt: o, settled: map[string][]string{}}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close())
		}
	}()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	if f.dir, err = os.MkdirTemp("", "hammer-"); err != nil {
		return nil, errors.Join(err, l.Close())
	}
	f.slow = &http.Server{Handler: http.HandlerFunc(classifySlowly)}
	go func() { _ = f.slow.Serve(l) }() // until Close
	if err := f.startStore(ctx); err != nil {
		return nil, err
	}
	for i := range o.APIs + o.Workers {
		d, err := f.daemon(i, "http://"+l.Addr().String())
		if err != nil {
			return nil, err
		}
		if d.serves {
			f.APIs = append(f.APIs, d)
		} else {
			f.Workers = append(f.Workers, d)
		}
		if err := d.Start(ctx); err != nil {
			return nil, err
		}
	}
	return f, nil
}

// A store is what all kinds of Redis have in common.
type store interface {
	URL() string
	Options() *redis.UniversalOptions
	Close() error
}

func (f *Fleet) startStore(ctx context.Context) (err error) {
	switch f.opt.Store {
	case Guarded:
		f.Sentinel, err = servers.StartSentinel(ctx, f.dir, f.opt.Redis...)
		f.store = f.Sentinel
	case Clustered, Spread:
		f.Cluster, err = servers.StartCluster(ctx, f.dir, f.opt.Store == Clustered, f.opt.Redis...)
		f.store = f.Cluster
	default:
		f.Redis, err = servers.Start(ctx, f.dir, f.opt.Redis...)
		f.store = f.Redis
	}
	if err != nil {
		f.store = nil // it has ended what it started
		return err
	}
	return nil
}

// Snapshot reads all that Redis holds, wherever that now is.
func (f *Fleet) Snapshot(ctx context.Context) (*snapshot.Snapshot, error) {
	db := redis.NewUniversalClient(f.store.Options())
	defer db.Close()
	return snapshot.Read(ctx, db)
}

// Shards are the hash tags of the daemons' shards.
func (f *Fleet) Shards(ctx context.Context) (tags []string, err error) {
	db := redis.NewUniversalClient(f.store.Options())
	defer db.Close()
	list, err := db.HGet(ctx, "classifyd:layout", "tags").Result()
	for tag := range strings.FieldsSeq(list) {
		tags = append(tags, "{"+tag+"}")
	}
	return tags, err
}

// daemon prepares the i-th one: APIs come first.
func (f *Fleet) daemon(i int, slow string) (_ *Daemon, err error) {
	d := &Daemon{fleet: f, serves: i < f.opt.APIs}
	url := f.store.URL()
	if f.Redis != nil {
		if d.Link, err = StartProxy(f.Redis.Addr); err != nil {
			return nil, err
		}
		url = "redis://" + d.Link.Addr
	}
	role := "worker"
	command := f.opt.Command
	if d.serves {
		role = "api"
		port, err := servers.FreePort()
		if err != nil {
			return nil, err
		}
		d.Base = "http://127.0.0.1:" + port
	} else if f.opt.Last != nil && i == f.opt.APIs+f.opt.Workers-1 {
		command = f.opt.Last
	}
	d.args = slices.Concat(command, []string{"--role", role, "--redis", url, "--concurrency", "8", "--grace", "2s",
		"--wait-replicas", strconv.Itoa(f.opt.WaitReplicas), "--shards", strconv.Itoa(max(f.opt.Shards, 1)),
		"--handler", Slow + "=" + slow, "--log-level", "info", "--log-format", "text"})
	if d.serves {
		d.args = append(d.args, "--listen", d.Base[len("http://"):])
	}
	return d, nil
}

// classifySlowly is the classifier behind Slow.
func classifySlowly(w http.ResponseWriter, r *http.Request) {
	var call struct {
		Attempt int
		Request struct{ Millis int }
	}
	if err := json.NewDecoder(r.Body).Decode(&call); err != nil {
		http.Error(w, "{}", http.StatusBadRequest)
		return
	}
	if err := pause(r.Context(), time.Duration(call.Request.Millis)*time.Millisecond); err != nil {
		return // nobody hears the answer
	}
	fmt.Fprintf(w, `{"result":{"attempt":%d}}`, call.Attempt)
}

// Bases are the URLs of the APIs.
func (f *Fleet) Bases() (list []string) {
	for _, d := range f.APIs {
		list = append(list, d.Base)
	}
	return list
}

// Mend puts right whatever is broken: every wire is in order, everything that
// was stopped goes on, and what ended is started again.
func (f *Fleet) Mend(ctx context.Context) error {
	var errs []error
	for _, d := range f.daemons() {
		if d.Link != nil {
			d.Link.Mend()
		}
	}
	// What befalls several servers is mended by whoever did it.
	switch {
	case f.Redis == nil:
	case f.Redis.Alive():
		errs = append(errs, f.Redis.Continue(), f.Redis.DB.ConfigSet(ctx, "maxmemory", "0").Err())
	default:
		errs = append(errs, f.Redis.Start(ctx))
	}
	for _, d := range f.daemons() {
		errs = append(errs, d.mend(ctx))
	}
	return errors.Join(errs...)
}

func (f *Fleet) daemons() []*Daemon { return slices.Concat(f.APIs, f.Workers) }

// Terminate asks all daemons to stop and waits until they have.
func (f *Fleet) Terminate(ctx context.Context) error {
	var errs []error
	for _, d := range f.daemons() {
		errs = append(errs, d.Terminate(ctx))
	}
	return errors.Join(errs...)
}

// Settled is how the runs of each job, by TENANT/ID, ended that were accepted,
// as the daemons' logs tell.
func (f *Fleet) Settled() map[string][]string {
	f.mu.Lock()
	defer f.mu.Unlock()
	all := make(map[string][]string, len(f.settled))
	for job, states := range f.settled {
		all[job] = slices.Clone(states)
	}
	return all
}

// Alarms are what must never be in a log: panics, data races, what was
// submitted, and ends that nobody asked for.
func (f *Fleet) Alarms() []string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.alarms)
}

func (f *Fleet) alarm(what string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !slices.Contains(f.alarms, what) {
		f.alarms = append(f.alarms, what)
	}
}

// Close ends everything at once.
func (f *Fleet) Close() error {
	for _, d := range f.daemons() {
		d.close()
	}
	errs := []error{f.slow.Close()}
	if f.store != nil {
		errs = append(errs, f.store.Close())
	}
	return errors.Join(append(errs, os.RemoveAll(f.dir))...)
}
