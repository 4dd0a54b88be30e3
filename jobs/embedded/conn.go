package embedded

import (
	"net"
	"sync"
	"time"
)

// A conn takes what is written at once and sends it on by itself, as a socket
// does. The pipe below holds nothing, and the server answers each command
// before it reads the next: a client that writes many before it reads would
// wait for the server, and the server for it.
type conn struct {
	net.Conn
	sent chan struct{} // signalled when there is something to send
	done chan struct{} // closed with the connection
	once sync.Once     // closes done

	mu   sync.Mutex // guards all below
	wait []byte     // written, not sent on yet
	err  error      // of the last sending
}

func newConn(nc net.Conn) *conn {
	c := &conn{Conn: nc, sent: make(chan struct{}, 1), done: make(chan struct{})}
	go c.send()
	return c
}

// Write fails if an earlier one could not be sent on.
func (c *conn) Write(p []byte) (int, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.err != nil {
		return 0, c.err
	}
	select {
	case <-c.done:
		return 0, net.ErrClosed
	default:
	}
	c.wait = append(c.wait, p...)
	select {
	case c.sent <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (c *conn) send() {
	for {
		select {
		case <-c.sent:
		case <-c.done:
			return
		}
		c.mu.Lock()
		p := c.wait
		c.wait = nil
		c.mu.Unlock()
		if _, err := c.Conn.Write(p); err != nil {
			c.mu.Lock()
			c.err = err
			c.mu.Unlock()
			return
		}
	}
}

// SetWriteDeadline does nothing: Write never waits.
func (c *conn) SetWriteDeadline(time.Time) error { return nil }

// Close drops what was not sent on.
func (c *conn) Close() error {
	c.once.Do(func() { close(c.done) })
	return c.Conn.Close()
}
