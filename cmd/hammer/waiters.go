package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/gorilla/mux"
	"golang.org/x/sync/errgroup"

	"github.com/classifyd/classifyd/cmd/internal/app"
	"github.com/classifyd/classifyd/jobs"
)

// waiters are how many clients wait for a job each.
const waiters = 5000

// waitersContest holds long polls, then streams of events, open in a process
// of its own, and beside that in one whose handler waits for a channel.
func waitersContest() contest {
	c := contest{name: "waiters", most: 1, long: 4}
	for _, what := range []string{"long polls", "event streams"} {
		for _, r := range []row{
			{Name: "memory of one of 5,000 waiting " + what, Unit: "bytes"},
			{Name: "wake-up p50, 5,000 waiting " + what, Unit: "ms"},
			{Name: "wake-up p99, 5,000 waiting " + what, Unit: "ms"},
		} {
			r.Lower, r.Against = true, "mux handler"
			c.rows = append(c.rows, r)
		}
	}
	c.ours = func(ctx context.Context, a *arena) ([]float64, error) { return a.waiters(ctx, "ours") }
	c.bare = func(ctx context.Context, a *arena) ([]float64, error) { return a.waiters(ctx, "bare") }
	return c
}

func (a *arena) waiters(ctx context.Context, who string) (values []float64, err error) {
	q, err := jobs.Open(ctx, a.ours(2*waiters))
	if err != nil {
		return nil, err
	}
	defer q.Close()
	for _, path := range []string{"", "/events"} {
		v, err := a.waitersAt(ctx, q, who, path)
		if err != nil {
			return nil, err
		}
		values = append(values, v...)
	}
	return values, nil
}

func (a *arena) waitersAt(ctx context.Context, q *jobs.Queue, who, path string) (values []float64, err error) {
	host, err := startChild(ctx, "waiters-host", who, a.redis.Addr)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, host.stop()) }()
	addr, err := host.ask("addr")
	if err != nil {
		return nil, err
	}
	ids := make([]string, waiters)
	if err := each(ctx, waiters, func(ctx context.Context, i int) error {
		j, _, err := q.Submit(ctx, jobs.Submission{Tenant: everybody, Type: jobType, Request: content})
		if err == nil {
			ids[i] = string(j.ID)
		}
		return err
	}); err != nil {
		return nil, err
	}
	before, _, err := host.memory()
	if err != nil {
		return nil, err
	}
	conns := make([]*waiter, 0, waiters)
	defer func() {
		for _, c := range conns {
			_ = c.conn.Close()
		}
	}()
	for _, id := range ids {
		w, err := wait(addr, jobsPath+"/"+id+path)
		if err != nil {
			return nil, err
		}
		conns = append(conns, w)
	}
	// Of every request that a handler has the server reads on in a goroutine of
	// its own: by them we know that all wait.
	var during float64
	if err := poll(ctx, nil, func() (bool, error) {
		var goroutines int
		if during, goroutines, err = host.memory(); err == nil && goroutines < 2*waiters {
			err = pause(ctx, 200*time.Millisecond)
		}
		return goroutines >= 2*waiters, err
	}); err != nil {
		return nil, err
	}

	c := newCaller()
	defer c.close()
	var took []time.Duration
	for i := range 200 {
		w := conns[i*(waiters/200)]
		start := time.Now()
		var g errgroup.Group
		g.Go(func() error {
			req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://"+addr+jobsPath+"/"+ids[i*(waiters/200)]+"/cancel", nil)
			if err != nil {
				return err
			}
			return c.want(req, http.StatusOK)
		})
		err := w.canceled()
		took = append(took, time.Since(start))
		if err := errors.Join(err, g.Wait()); err != nil {
			return nil, err
		}
	}
	slices.Sort(took)
	return []float64{(during - before) / waiters, millis(quantile(took, 0.5)), millis(quantile(took, 0.99))}, nil
}

func millis(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// A waiter is a connection on which an answer is awaited.
type waiter struct {
	conn net.Conn
	in   *bufio.Reader
}

func wait(addr, path string) (*waiter, error) {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		return nil, err
	}
	_, err = fmt.Fprintf(conn, "GET %s HTTP/1.1\r\nHost: %s\r\nPrefer: wait=60\r\n\r\n", path, addr)
	return &waiter{conn, bufio.NewReaderSize(conn, 512)}, err
}

// canceled reads until the answer tells that the job is.
func (w *waiter) canceled() error {
	if err := w.conn.SetReadDeadline(time.Now().Add(30 * time.Second)); err != nil {
		return err
	}
	const word = `"status":"canceled"`
	for seen := ""; !strings.Contains(seen, word); {
		buf := make([]byte, 512)
		n, err := w.in.Read(buf)
		if err != nil {
			return fmt.Errorf("a waiter: %w", err)
		}
		seen = seen[max(0, len(seen)-len(word)):] + string(buf[:n])
	}
	return nil
}

// memory is what the process uses for what is alive, and its goroutines.
func (c *child) memory() (bytes float64, goroutines int, err error) {
	line, err := c.ask("memory")
	if err == nil {
		_, err = fmt.Sscan(line, &bytes, &goroutines)
	}
	return bytes, goroutines, err
}

// waitersHost is the process in which clients wait.
type waitersHost struct {
	Who   string `arg:"" enum:"ours,bare" help:"Whose handler answers: ${enum}."`
	Redis string `arg:"" help:"Address of Redis."`
}

// Run tells its parent the address and the memory in use when it asks.
func (h *waitersHost) Run(ctx context.Context) error {
	var addr string
	if h.Who == "ours" {
		o, err := daemonOptions(h.Redis, "--role", "api")
		if err != nil {
			return err
		}
		s, err := app.New(ctx, o)
		if err != nil {
			return err
		}
		s.Start()
		defer s.Stop()
		addr = s.Addr()
	} else {
		a, stop, err := listen(holding())
		if err != nil {
			return err
		}
		defer stop()
		addr = a
	}
	return serveParent(func(line string) (string, error) {
		if line == "addr" {
			return addr, nil
		}
		runtime.GC()
		runtime.GC() // what pools held is let go by the second
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return fmt.Sprint(m.HeapAlloc+m.StackInuse, runtime.NumGoroutine()), nil
	})
}

// holding is the least that can hold answers back until a cancel.
func holding() http.Handler {
	var held sync.Map // of channels, by job
	told := func(r *http.Request) chan struct{} {
		c, _ := held.LoadOrStore(mux.Vars(r)["id"], make(chan struct{}))
		return c.(chan struct{})
	}
	hold := func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-told(r):
			fmt.Fprintf(w, "data: {\"status\":\"canceled\"}\n\n")
		case <-r.Context().Done():
		}
	}
	m := mux.NewRouter()
	m.HandleFunc(jobsPath+"/{id}", hold)
	m.HandleFunc(jobsPath+"/{id}/events", func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/event-stream")
		fmt.Fprintf(w, "data: {\"status\":\"notStarted\"}\n\n")
		_ = http.NewResponseController(w).Flush() // the client notices
		hold(w, r)
	})
	m.HandleFunc(jobsPath+"/{id}/cancel", func(_ http.ResponseWriter, r *http.Request) { close(told(r)) })
	return m
}
