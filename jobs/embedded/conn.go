package embedded

import (
	"net"
	"sync"
	"time"
)

// A conn is the client's end of a pipe in memory that takes all that is
// written at once. A pipe alone passes bytes only while the other end reads,
// but the server stops reading while it answers, and a client that sends many
// commands in one go reads no answer before it has sent the last.
type conn struct {
	net.Conn
	wg sync.WaitGroup

	mu      sync.Mutex // guards all below
	more    sync.Cond
	pending []byte
	err     error // of the sender, or net.ErrClosed
}

func newConn(c net.Conn) *conn {
	b := &conn{Conn: c}
	b.more.L = &b.mu
	b.wg.Go(b.send)
	return b
}

// send passes on what was written until the connection ends.
func (c *conn) send() {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		for len(c.pending) == 0 && c.err == nil {
			c.more.Wait()
		}
		if c.err != nil {
			return
		}
		p := c.pending
		c.pending = nil
		c.mu.Unlock()
		_, err := c.Conn.Write(p)
		c.mu.Lock()
		if err != nil && c.err == nil {
			c.err = err
		}
	}
}

func (c *conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return 0, c.err
	}
	c.pending = append(c.pending, p...)
	c.more.Signal()
	return len(p), nil
}

// Writing never waits, so that its deadline means nothing.
func (c *conn) SetWriteDeadline(time.Time) error { return nil }
func (c *conn) SetDeadline(t time.Time) error    { return c.Conn.SetReadDeadline(t) }

func (c *conn) Close() error {
	c.mu.Lock()
	if c.err == nil {
		c.err = net.ErrClosed
	}
	c.more.Signal()
	c.mu.Unlock()
	err := c.Conn.Close()
	c.wg.Wait()
	return err
}
