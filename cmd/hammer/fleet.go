package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs"
)

// fleets are how many worker processes there are.
var fleets = []int{1, 2, 4, 8}

// fleetContest drains a queue by several processes. Its sides differ in how far
// away Redis is: ours by a millisecond, bare not at all. Both reach it through
// the same proxy, which has its share of the machine.
func fleetContest() contest {
	const against = "no added latency"
	c := contest{name: "fleet", most: 1, long: 4}
	for _, n := range fleets {
		c.rows = append(c.rows, row{Name: fmt.Sprintf("drain by %d processes, Redis 1 ms away", n), Unit: "jobs/s", Against: against})
	}
	c.rows[len(c.rows)-1].Goal = 0.8
	side := func(latency time.Duration) side {
		return func(ctx context.Context, a *arena) ([]float64, error) {
			p, err := startProxy(a.redis.Addr, latency)
			if err != nil {
				return nil, err
			}
			defer p.close()
			var values []float64
			for _, n := range fleets {
				v, err := a.fleet(ctx, p.addr(), n)
				if err != nil {
					return nil, fmt.Errorf("%d processes: %w", n, err)
				}
				values = append(values, v)
			}
			return values, nil
		}
	}
	c.ours, c.bare = side(time.Millisecond), side(0)
	return c
}

// fleet has n processes drain jobs that are queued before they begin.
func (a *arena) fleet(ctx context.Context, addr string, n int) (perSecond float64, err error) {
	size := a.pick(30_000, 10_000)
	if err := a.redis.DB.FlushAll(ctx).Err(); err != nil {
		return 0, err
	}
	q, err := jobs.Open(ctx, a.ours(size))
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, q.Close()) }()
	if err := fill(ctx, q, size); err != nil {
		return 0, err
	}
	children := make([]*child, n)
	defer func() {
		var stopping sync.WaitGroup
		failures := make([]error, n)
		for i, c := range children {
			if c != nil {
				stopping.Go(func() { failures[i] = c.stop() })
			}
		}
		stopping.Wait()
		err = errors.Join(append(failures, err)...)
	}()
	for i := range children {
		if children[i], err = startChild(ctx, "fleet-worker", addr); err != nil {
			return 0, err
		}
	}
	for _, c := range children {
		if _, err := c.ask("open"); err != nil {
			return 0, err
		}
	}
	start := time.Now()
	for _, c := range children {
		if _, err := c.ask("work"); err != nil {
			return 0, err
		}
	}
	err = poll(ctx, nil, func() (bool, error) {
		ended, err := q.Count(ctx, tenant, jobs.Query{Boxes: []jobs.Box{{States: []jobs.State{jobs.Succeeded}}}})
		return ended == int64(size), err
	})
	return float64(size) / time.Since(start).Seconds(), err
}

// fleetWorker is one process of a fleet.
type fleetWorker struct {
	Redis string `arg:"" help:"Address of Redis."`
}

// Run opens the queue at the first line of its parent and works from the next
// one on.
func (f *fleetWorker) Run(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	var q *jobs.Queue
	var working sync.WaitGroup
	failed := make(chan error, 1)
	err := serveParent(func(line string) (_ string, err error) {
		switch line {
		case "open":
			q, err = jobs.Open(ctx, jobs.Options{Redis: &redis.UniversalOptions{Addrs: []string{f.Redis}}})
		case "work":
			working.Go(func() { _ = q.Maintain(ctx) }) // it only ends with ctx
			working.Go(func() {
				failed <- q.Work(ctx, []jobs.Handler{{Type: jobType, Run: func(context.Context, *jobs.Job) (*jobs.Result, error) {
					return &jobs.Result{JSON: result}, nil
				}}})
			})
		}
		return "done", err
	})
	cancel()
	working.Wait()
	if q == nil {
		return err
	}
	close(failed)
	return errors.Join(err, <-failed, q.Close())
}

// A proxy passes on what clients and a server send each other, answers no
// earlier than latency after they came.
type proxy struct {
	listener net.Listener
	server   string
	latency  time.Duration
	wg       sync.WaitGroup

	mu     sync.Mutex // guards all below
	conns  []net.Conn
	closed bool
}

func startProxy(server string, latency time.Duration) (*proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &proxy{listener: l, server: server, latency: latency}
	p.wg.Go(p.accept)
	return p, nil
}

func (p *proxy) addr() string { return p.listener.Addr().String() }

func (p *proxy) close() {
	_ = p.listener.Close()
	p.mu.Lock()
	p.closed = true
	for _, c := range p.conns {
		_ = c.Close()
	}
	p.mu.Unlock()
	p.wg.Wait()
}

func (p *proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		server, err := net.Dial("tcp", p.server)
		if err != nil {
			_ = client.Close()
			continue
		}
		p.mu.Lock()
		p.conns = append(p.conns, client, server)
		if p.closed {
			_ = client.Close()
			_ = server.Close()
		}
		p.mu.Unlock()
		p.wg.Go(func() { pass(server, client, 0) })
		p.wg.Go(func() { pass(client, server, p.latency) })
	}
}

// pass copies until one side is closed, and closes the other then.
func pass(to, from net.Conn, latency time.Duration) {
	type chunk struct {
		data []byte
		due  time.Time
	}
	chunks := make(chan chunk, 256)
	var writing sync.WaitGroup
	writing.Go(func() {
		defer from.Close()
		for c := range chunks {
			time.Sleep(time.Until(c.due))
			if _, err := to.Write(c.data); err != nil {
				break
			}
		}
		for range chunks { // what can no longer be passed on
		}
	})
	buf := make([]byte, 64<<10)
	for {
		n, err := from.Read(buf)
		if n > 0 {
			chunks <- chunk{append([]byte(nil), buf[:n]...), time.Now().Add(latency)}
		}
		if err != nil {
			break
		}
	}
	close(chunks)
	writing.Wait()
	_ = to.Close()
}
