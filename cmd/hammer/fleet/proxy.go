package fleet

import (
	"errors"
	"net"
	"sync"
	"time"
)

// A Proxy is the way of one process to Redis, on which things can go wrong.
// Whatever was done to it ends with Mend.
type Proxy struct {
	Addr string

	listener net.Listener
	target   string
	serving  sync.WaitGroup

	mu    sync.Mutex // guards all below
	state wire
	pipes map[*pipe]bool
}

// A wire is what a proxy does with what passes.
type wire struct {
	delay time.Duration // of each piece, either way
	mute  bool          // no answer passes
	hold  chan struct{} // nothing passes until it is closed
	cut   bool          // no connection can be made
}

// A pipe is one connection through the proxy.
type pipe struct {
	client, server net.Conn
	spoilt         bool // an answer was lost: what follows would be taken for it
}

func (p *pipe) close() {
	_ = p.client.Close()
	_ = p.server.Close()
}

// StartProxy starts a proxy in good order to target.
func StartProxy(target string) (*Proxy, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	p := &Proxy{Addr: l.Addr().String(), listener: l, target: target, pipes: map[*pipe]bool{}}
	p.serving.Go(p.serve)
	return p, nil
}

func (p *Proxy) serve() {
	for {
		c, err := p.listener.Accept()
		if errors.Is(err, net.ErrClosed) {
			return
		}
		if err != nil {
			time.Sleep(10 * time.Millisecond) // no file descriptor left; there may be one soon
			continue
		}
		p.serving.Go(func() { p.join(c) })
	}
}

// join passes on what comes over a connection, either way, until it ends.
func (p *Proxy) join(c net.Conn) {
	s, err := net.DialTimeout("tcp", p.target, time.Second)
	if err != nil {
		_ = c.Close()
		return
	}
	x := &pipe{client: c, server: s}
	p.mu.Lock()
	p.pipes[x] = true
	cut := p.state.cut
	p.mu.Unlock()
	if cut {
		x.close()
	}
	var wg sync.WaitGroup
	wg.Go(func() { p.pass(x, s, c, false) })
	wg.Go(func() { p.pass(x, c, s, true) })
	wg.Wait()
	x.close()
	p.mu.Lock()
	delete(p.pipes, x)
	p.mu.Unlock()
}

// pass copies from src to dst as the state of the wire is at each moment.
func (p *Proxy) pass(x *pipe, dst, src net.Conn, answers bool) {
	defer x.close()
	buf := make([]byte, 64<<10)
	for {
		n, err := src.Read(buf)
		if n > 0 {
			w := p.now(x, answers)
			time.Sleep(w.delay)
			if w.hold != nil {
				<-w.hold
			}
			if !(answers && w.mute) {
				if _, err := dst.Write(buf[:n]); err != nil {
					return
				}
			}
		}
		if err != nil {
			return
		}
	}
}

func (p *Proxy) now(x *pipe, answers bool) wire {
	p.mu.Lock()
	defer p.mu.Unlock()
	if answers && p.state.mute {
		x.spoilt = true
	}
	return p.state
}

// Delay holds each piece up for d, either way.
func (p *Proxy) Delay(d time.Duration) { p.set(wire{delay: d}) }

// Mute lets commands through and swallows the answers to them.
func (p *Proxy) Mute() { p.set(wire{mute: true}) }

// Hold lets nothing through, though connections stand and can be made.
func (p *Proxy) Hold() { p.set(wire{hold: make(chan struct{})}) }

// Cut breaks all connections and lets no new one be made.
func (p *Proxy) Cut() {
	p.set(wire{cut: true})
	p.each(func(x *pipe) { x.close() })
}

// Drop breaks all connections; new ones can be made.
func (p *Proxy) Drop() { p.each(func(x *pipe) { x.close() }) }

// HalfClose ends the way back on all connections, as if the server had
// nothing more to say, while commands still reach it.
func (p *Proxy) HalfClose() {
	p.set(wire{mute: true})
	p.each(func(x *pipe) { _ = x.client.(*net.TCPConn).CloseWrite() })
}

// Mend puts the wire in good order. Connections that lost an answer end.
func (p *Proxy) Mend() {
	p.set(wire{})
	p.each(func(x *pipe) {
		if x.spoilt {
			x.close()
		}
	})
}

func (p *Proxy) set(w wire) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.state.hold != nil {
		close(p.state.hold)
	}
	p.state = w
}

func (p *Proxy) each(f func(*pipe)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for x := range p.pipes {
		f(x)
	}
}

// Close ends the proxy and all connections through it.
func (p *Proxy) Close() {
	_ = p.listener.Close()
	p.Cut()
	p.serving.Wait()
}
