package child

import "syscall"

// Bound has the kernel kill a child whose parent was killed, and keeps an
// interrupt at the terminal from it: the parent stops its children in order.
func Bound() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
}
