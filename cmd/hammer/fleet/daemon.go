package fleet

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/classifyd/classifyd/jobs/child"
)

// A Daemon is one classifyd, with an API or with workers. Its methods that
// act on the process may be called by one goroutine at a time.
type Daemon struct {
	Base string // URL of its API, "" in a worker
	Link *Proxy // its way to Redis, nil where that is several servers

	fleet  *Fleet
	args   []string
	serves bool

	mu   sync.Mutex // guards proc and down
	proc *child.Process
	down bool // was told to end
}

// Start starts the daemon and returns once it is ready. While Redis is away
// a daemon does not start, so that this tries until ctx ends, or for half a
// minute.
func (d *Daemon) Start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		said, ready, err := d.try()
		if err != nil {
			return err
		}
		select {
		case <-ready:
			return nil
		case <-d.proc.Done:
		case <-ctx.Done():
			return fmt.Errorf("start a daemon: %w", context.Cause(ctx))
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return fmt.Errorf("start a daemon: %w: %s", err, said())
		}
	}
}

// try starts the process. said is what its log ended with.
func (d *Daemon) try() (said func() string, ready chan struct{}, err error) {
	cmd := exec.Command(d.args[0], d.args[1:]...)
	// Its flags say all; what our own environment sets is for other daemons.
	cmd.Env = slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "CLASSIFYD_") })
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		return nil, nil, err
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return nil, nil, err
	}
	ready = make(chan struct{})
	var once sync.Once
	is := func() { once.Do(func() { close(ready) }) }
	log := &log{daemon: d, ready: is}
	p, err := child.Start(cmd, func() { readListening(stdout, is) }, func() { log.read(stderr) })
	if err != nil {
		return nil, nil, err
	}
	d.mu.Lock()
	d.proc, d.down = p, false
	d.mu.Unlock()
	go func() {
		<-p.Done
		d.mu.Lock()
		asked := d.down || d.proc != p
		d.mu.Unlock()
		select {
		case <-ready:
			if !asked {
				d.fleet.alarm("a daemon ended by itself: " + log.last())
			}
		default: // it did not start; Start knows
		}
	}()
	return log.last, ready, nil
}

func readListening(stdout io.Reader, ready func()) {
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if strings.Contains(lines.Text(), " listens on ") {
			ready()
		}
	}
}

// A log reads what a daemon says.
type log struct {
	daemon *Daemon
	ready  func()

	mu   sync.Mutex // guards line
	line string     // the last one
}

var (
	runEnded = regexp.MustCompile(`msg="run ended" job=(\S+) .*state=(succeeded|failed)`)
	never    = regexp.MustCompile(`DATA RACE|^panic:|^fatal error:|msg="handler panicked"`)
)

func (l *log) read(stderr io.Reader) {
	f := l.daemon.fleet
	r := bufio.NewReader(stderr)
	for {
		line, err := r.ReadString('\n')
		if m := runEnded.FindStringSubmatch(line); m != nil {
			f.mu.Lock()
			f.settled[m[1]] = append(f.settled[m[1]], m[2])
			f.mu.Unlock()
		}
		if strings.Contains(line, `msg="serving job types"`) {
			l.ready()
		}
		if what := never.FindString(line); what != "" {
			f.alarm("a daemon's log has " + strings.TrimSpace(line))
		}
		if f.opt.Secret != "" && strings.Contains(line, f.opt.Secret) {
			f.alarm("submitted content was logged")
		}
		l.mu.Lock()
		if s := strings.TrimSpace(line); s != "" {
			l.line = s
		}
		l.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (l *log) last() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.line
}

// asked notes that the end to come is wanted.
func (d *Daemon) asked() *child.Process {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.down = true
	return d.proc
}

func (d *Daemon) process() *child.Process {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.proc
}

// Kill ends the daemon as kill -9 does.
func (d *Daemon) Kill() { d.asked().Kill() }

// Stop freezes the daemon and Continue lets it go on.
func (d *Daemon) Stop() error     { return d.process().Signal(syscall.SIGSTOP) }
func (d *Daemon) Continue() error { return d.process().Signal(syscall.SIGCONT) }

// stopsWithin is longer than a daemon may take to stop: its grace, and what
// package jobs adds where Redis does not answer.
const stopsWithin = 25 * time.Second

// Terminate asks the daemon to stop, as SIGTERM does, and waits until it has,
// which must be soon and in good order.
func (d *Daemon) Terminate(ctx context.Context) error {
	p := d.asked()
	if !p.Alive() {
		return nil
	}
	if err := p.Signal(syscall.SIGTERM); err != nil {
		return fmt.Errorf("terminate a daemon: %w", err)
	}
	select {
	case <-p.Done:
		if code := p.ExitCode(); code != 0 {
			d.fleet.alarm(fmt.Sprintf("a daemon left with %d when it was told to stop", code))
		}
		return nil
	case <-time.After(stopsWithin):
		d.fleet.alarm("a daemon does not stop")
		p.Kill()
		return errors.New("a daemon does not stop")
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

func (d *Daemon) mend(ctx context.Context) error {
	if p := d.process(); p != nil && p.Alive() {
		return d.Continue()
	}
	return d.Start(ctx)
}

func (d *Daemon) close() {
	if d.process() != nil {
		d.Kill()
	}
	if d.Link != nil {
		d.Link.Close()
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
