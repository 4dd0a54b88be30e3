//go:build !unix

package keyring

import "io/fs"

// private leaves it to the system, whose files have no modes to tell by.
func private(fs.FileInfo) bool { return true }
