// Package fleet runs real processes on this machine: a redis-server, daemons
// of classifyd, each with a way to Redis of its own on which things can go
// wrong, and a classifier of theirs for jobs that take as long as they say.
// It takes down what the daemons' logs tell of how runs ended.
package fleet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"sync"
	"time"
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
	Redis   []string // further arguments of redis-server

	// Secret is part of every submission. A log that holds it is an alarm.
	Secret string
}

// A Fleet is a Redis and daemons on it.
type Fleet struct {
	Redis   *Redis
	APIs    []*Daemon
	Workers []*Daemon

	opt  Options
	slow *http.Server

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
	f.slow = &http.Server{Handler: http.HandlerFunc(classifySlowly)}
	go func() { _ = f.slow.Serve(l) }() // until Close
	if f.Redis, err = StartRedis(ctx, o.Redis...); err != nil {
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

// daemon prepares the i-th one: APIs come first.
func (f *Fleet) daemon(i int, slow string) (*Daemon, error) {
	link, err := StartProxy(f.Redis.Addr)
	if err != nil {
		return nil, err
	}
	d := &Daemon{Link: link, fleet: f, serves: i < f.opt.APIs}
	role := "worker"
	command := f.opt.Command
	if d.serves {
		role = "api"
		addr, err := freeAddr()
		if err != nil {
			return nil, err
		}
		d.Base = "http://" + addr
	} else if f.opt.Last != nil && i == f.opt.APIs+f.opt.Workers-1 {
		command = f.opt.Last
	}
	d.args = slices.Concat(command, []string{"--role", role, "--redis", "redis://" + link.Addr, "--concurrency", "8", "--grace", "2s",
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
		d.Link.Mend()
	}
	if f.Redis.proc.alive() {
		errs = append(errs, f.Redis.Continue(), f.Redis.DB.ConfigSet(ctx, "maxmemory", "0").Err())
	} else {
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
	var err error
	if f.Redis != nil {
		err = f.Redis.Close()
	}
	return errors.Join(err, f.slow.Close())
}
