package jobtest

import (
	"context"
	"io"
	"net"
	"sync"

	"github.com/redis/go-redis/v9"
)

// A Link is one process's way to Redis. It can be cut, held, and made to lose
// an answer, below the client, which then sends again what it may.
type Link struct {
	mu     sync.Mutex // guards all below
	conns  map[*conn]bool
	cut    bool
	held   chan struct{} // while held; closed at the end of it
	sent   int
	loseAt int
}

// NewLink returns a link in good order.
func NewLink() *Link { return &Link{conns: map[*conn]bool{}} }

// Options are o by way of the link.
func (l *Link) Options(o *redis.UniversalOptions) *redis.UniversalOptions {
	via := *o
	dial := o.Dialer
	if dial == nil {
		dial = new(net.Dialer).DialContext
	}
	via.Dialer = func(ctx context.Context, network, addr string) (net.Conn, error) {
		l.mu.Lock()
		cut := l.cut
		l.mu.Unlock()
		if cut {
			return nil, ErrFault
		}
		nc, err := dial(ctx, network, addr)
		if err != nil {
			return nil, err
		}
		c := &conn{Conn: nc, link: l}
		l.mu.Lock()
		defer l.mu.Unlock()
		if l.cut { // meanwhile
			nc.Close()
			return nil, ErrFault
		}
		l.conns[c] = true
		return c, nil
	}
	return &via
}

// Cut breaks all connections, and lets no new one be made.
func (l *Link) Cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = true
	for c := range l.conns {
		c.once.Do(func() { c.Conn.Close() })
	}
	if l.held != nil {
		close(l.held)
		l.held = nil
	}
}

// Mend allows new connections after Cut.
func (l *Link) Mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.cut = false
}

// Hold lets no command through to Redis, though all looks well, as when the
// process is stopped by SIGSTOP. Release lets through all that waited and did
// not give up meanwhile.
func (l *Link) Hold() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held == nil {
		l.held = make(chan struct{})
	}
}

// Release ends Hold.
func (l *Link) Release() {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held != nil {
		close(l.held)
		l.held = nil
	}
}

// LoseAt loses the answer to the n-th write from now, and the connection with
// it; none for 0.
func (l *Link) LoseAt(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.sent, l.loseAt = 0, n
}

// Sent is how many writes there were since the last LoseAt.
func (l *Link) Sent() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.sent
}

// wait returns when the link is not held.
func (l *Link) wait() {
	l.mu.Lock()
	held := l.held
	l.mu.Unlock()
	if held != nil {
		<-held
	}
}

// DialHook lets connections be made.
func (l *Link) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook holds single commands. It does so above the client, which
// would wait for its connection with locks held.
func (l *Link) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		l.wait()
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook holds pipelines.
func (l *Link) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		l.wait()
		return next(ctx, cmds)
	}
}

type conn struct {
	net.Conn
	link *Link
	once sync.Once // closes Conn

	mu   sync.Mutex // guards lost
	lost bool       // the next answer
}

func (c *conn) Write(p []byte) (int, error) {
	l := c.link
	l.mu.Lock()
	l.sent++
	lost := l.sent == l.loseAt
	l.mu.Unlock()
	if lost {
		c.mu.Lock()
		c.lost = true
		c.mu.Unlock()
	}
	return c.Conn.Write(p)
}

func (c *conn) Read(p []byte) (int, error) {
	n, err := c.Conn.Read(p)
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.lost {
		c.once.Do(func() { c.Conn.Close() })
		return 0, io.EOF // upon which the client sends it again
	}
	return n, err
}

// Close is no error where the link was cut before.
func (c *conn) Close() (err error) {
	c.link.mu.Lock()
	delete(c.link.conns, c)
	c.link.mu.Unlock()
	c.once.Do(func() { err = c.Conn.Close() })
	return err
}
