package fleet

import (
	"os"
	"os/exec"
)

// A process is a child of ours. None outlives us, even if we are killed, where
// the system allows for that.
type process struct {
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended and its output was read
}

// start starts cmd; readers are done with its output before it counts as ended.
func start(cmd *exec.Cmd, readers ...func()) (*process, error) {
	cmd.SysProcAttr = bound()
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	p := &process{cmd: cmd, done: make(chan struct{})}
	reading := make(chan struct{})
	for _, r := range readers {
		go func() { r(); reading <- struct{}{} }()
	}
	go func() {
		for range readers {
			<-reading
		}
		_ = cmd.Wait() // its exit status is asked for where it matters
		close(p.done)
	}()
	return p, nil
}

func (p *process) signal(s os.Signal) error { return p.cmd.Process.Signal(s) }

// kill ends the process the hard way, also when it is stopped, and waits for
// its end.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // an error says that it has ended
	<-p.done
}

func (p *process) alive() bool {
	select {
	case <-p.done:
		return false
	default:
		return true
	}
}
