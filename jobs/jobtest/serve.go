package jobtest

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"testing"

	"github.com/classifyd/classifyd/jobs"
)

// Work has q work for handlers until the test ends.
func Work(t testing.TB, q *jobs.Queue, handlers ...jobs.Handler) {
	t.Helper()
	ctx, stop := context.WithCancel(context.WithoutCancel(t.Context()))
	done := make(chan error)
	go func() { done <- q.Work(ctx, handlers) }()
	t.Cleanup(func() {
		stop()
		if err := <-done; err != nil {
			t.Errorf("work: %v", err)
		}
	})
}

// Serve runs srv until the test ends, within memory, so that it can be in a
// bubble, and returns what connects to it.
func Serve(t testing.TB, srv *http.Server) func(context.Context) (net.Conn, error) {
	t.Helper()
	l := NewPipes()
	done := make(chan error)
	go func() { done <- srv.Serve(l) }()
	t.Cleanup(func() {
		l.Close()
		if err := <-done; !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		srv.Close()
	})
	return func(ctx context.Context) (net.Conn, error) { return l.Dial(ctx, "", "") }
}

// Pipes is a listener whose connections stay in memory, so that a bubble knows
// when all wait.
type Pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

// NewPipes returns a listener that is open.
func NewPipes() *Pipes { return &Pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *Pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.conns:
		return c, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *Pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *Pipes) Addr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080} }

// Dial connects to the listener, whatever the address.
func (p *Pipes) Dial(ctx context.Context, _, _ string) (net.Conn, error) {
	client, server := net.Pipe()
	if err := p.Connect(ctx, server); err != nil {
		return nil, err
	}
	return client, nil
}

// Connect hands the listener a connection.
func (p *Pipes) Connect(ctx context.Context, c net.Conn) error {
	select {
	case p.conns <- c:
		return nil
	case <-p.closed:
		return net.ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}
