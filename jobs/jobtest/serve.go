package jobtest

import (
	"context"
	"errors"
	"net"
	"net/http"
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
	l := make(Pipes)
	done := make(chan error)
	go func() { done <- srv.Serve(l) }()
	t.Cleanup(func() {
		close(l)
		if err := <-done; !errors.Is(err, net.ErrClosed) {
			t.Error(err)
		}
		srv.Close()
	})
	return func(ctx context.Context) (net.Conn, error) {
		near, far := net.Pipe()
		select {
		case l <- far:
			return near, nil
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// Pipes is a listener on which a server gets the connections that are sent to it.
type Pipes chan net.Conn

func (p Pipes) Accept() (net.Conn, error) {
	c, ok := <-p
	if !ok {
		return nil, net.ErrClosed
	}
	return c, nil
}

func (p Pipes) Close() error   { return nil }
func (p Pipes) Addr() net.Addr { return &net.TCPAddr{} }
