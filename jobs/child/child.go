// Package child starts processes that must not outlive the one that starts them.
package child

import (
	"os"
	"os/exec"
)

// A Process is a child of ours. None outlives us, even if we are killed, where
// the system allows for that.
type Process struct {
	Done chan struct{} // closed when it has ended and its output was read

	cmd *exec.Cmd
}

// Start starts cmd; readers are done with its output before it counts as ended.
func Start(cmd *exec.Cmd, readers ...func()) (*Process, error) {
	cmd.SysProcAttr = Bound()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &Process{cmd: cmd, Done: make(chan struct{})}
	reading := make(chan struct{})
	for _, r := range readers {
		go func() { r(); reading <- struct{}{} }()
	}
	go func() {
		for range readers {
			<-reading
		}
		_ = cmd.Wait() // its exit status is asked for where it matters
		close(p.Done)
	}()
	return p, nil
}

// Signal sends the process a signal.
func (p *Process) Signal(s os.Signal) error { return p.cmd.Process.Signal(s) }

// Kill ends the process the hard way, also when it is stopped, and waits for
// its end.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // an error says that it has ended
	<-p.Done
}

// Alive reports whether the process has not ended.
func (p *Process) Alive() bool {
	select {
	case <-p.Done:
		return false
	default:
		return true
	}
}

// ExitCode is what the process ended with, or -1 if a signal ended it.
func (p *Process) ExitCode() int { return p.cmd.ProcessState.ExitCode() }
