package fleet

import (
	"bufio"
	"io"
	"net"
	"testing"
	"time"
)

// echo answers each line with itself and tells what it was asked.
func echo(t *testing.T) (addr string, asked <-chan string) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	lines := make(chan string, 10)
	go func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			go func() {
				defer c.Close()
				for in := bufio.NewScanner(c); in.Scan(); {
					lines <- in.Text()
					io.WriteString(c, in.Text()+"\n")
				}
			}()
		}
	}()
	return l.Addr().String(), lines
}

func through(t *testing.T, p *Proxy) *bufio.ReadWriter {
	t.Helper()
	c, err := net.Dial("tcp", p.Addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	_ = c.SetDeadline(time.Now().Add(30 * time.Second)) // for a test that would hang
	return bufio.NewReadWriter(bufio.NewReader(c), bufio.NewWriter(c))
}

func say(t *testing.T, c *bufio.ReadWriter, line string) {
	t.Helper()
	io.WriteString(c, line+"\n")
	if err := c.Flush(); err != nil {
		t.Fatal(err)
	}
}

func hears(t *testing.T, c *bufio.ReadWriter, want string) {
	t.Helper()
	if got, err := c.ReadString('\n'); got != want+"\n" {
		t.Errorf("heard %q, %v, want %q", got, err, want)
	}
}

func TestWhatGoesWrongOnAWire(t *testing.T) {
	addr, asked := echo(t)
	p, err := StartProxy(addr)
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	open := func() *bufio.ReadWriter {
		c := through(t, p)
		say(t, c, "hello")
		hears(t, c, "hello")
		<-asked
		return c
	}
	ends := func(c *bufio.ReadWriter, why string) {
		t.Helper()
		if got, err := c.ReadString('\n'); err == nil {
			t.Errorf("%s: heard %q", why, got)
		} else if e, ok := err.(net.Error); ok && e.Timeout() {
			t.Errorf("%s: heard nothing, also not of an end", why)
		}
	}

	c := open()
	p.Delay(10 * time.Millisecond)
	say(t, c, "later")
	hears(t, c, "later")
	<-asked

	p.Hold()
	say(t, c, "held")
	select {
	case <-asked:
		t.Error("a held command came through")
	default:
	}
	p.Mend()
	hears(t, c, "held")
	<-asked

	p.Mute()
	say(t, c, "lost")
	if got := <-asked; got != "lost" {
		t.Errorf("the server was asked %q", got)
	}
	// Whoever hears of the next answer first would take it for the lost one.
	p.mendOnce(t)
	ends(c, "an answer was lost")

	c = open()
	p.HalfClose()
	ends(c, "half closed")
	p.Mend()

	c = open()
	p.Cut()
	ends(c, "cut")
	ends(through(t, p), "a connection made while cut")
	p.Mend()
	open()
}

// mendOnce mends the wire once the answer that it is to lose has come.
func (p *Proxy) mendOnce(t *testing.T) {
	t.Helper()
	for {
		spoilt := false
		p.each(func(x *pipe) { spoilt = spoilt || x.spoilt })
		if spoilt {
			p.Mend()
			return
		}
		time.Sleep(time.Millisecond)
	}
}
