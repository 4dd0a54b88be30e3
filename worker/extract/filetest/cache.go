package filetest

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
)

// Cache returns the directory that keeps the compiled PDF engine for all tests
// of this user. There is one, so that nothing piles up when tests are killed.
func Cache(t testing.TB) string {
	t.Helper()
	dir := filepath.Join(os.TempDir(), fmt.Sprintf("classifyd-test-%d", os.Getuid()))
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	return dir
}
