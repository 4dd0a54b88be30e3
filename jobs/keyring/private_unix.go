//go:build unix

package keyring

import (
	"io/fs"
	"os"
	"syscall"
)

// private reports whether a file is its owner's alone. One that another user
// owns, as Kubernetes gives a secret to a process that is not root, is read by
// way of its group, which may then do just that.
func private(info fs.FileInfo) bool {
	mode := info.Mode().Perm()
	if owner, ok := info.Sys().(*syscall.Stat_t); ok && int(owner.Uid) != os.Geteuid() {
		mode &^= 0o040
	}
	return mode&0o077 == 0
}
