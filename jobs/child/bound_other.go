//go:build !linux

package child

import "syscall"

// Bound keeps an interrupt at the terminal from a child: the parent stops its
// children in order.
func Bound() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
