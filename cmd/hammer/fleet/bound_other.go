//go:build !linux

package fleet

import "syscall"

// bound keeps an interrupt at the terminal from a child: the parent stops its
// children in order.
func bound() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
