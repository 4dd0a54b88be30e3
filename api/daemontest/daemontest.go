// Package daemontest runs the daemon as it is built, for tests of clients that
// live in other processes, and brings what those clients need. It serves tests
// only.
package daemontest

import (
	"bufio"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime/debug"
	"slices"
	"syscall"
	"testing"
)

// Build returns the path of a daemon, with the race detector in it if the test
// has it.
func Build(t *testing.T) string {
	t.Helper()
	dir := root(t)
	look(t, dir)
	path := filepath.Join(t.TempDir(), "classifyd")
	args := []string{"build", "-o", path}
	if info, ok := debug.ReadBuildInfo(); ok && slices.Contains(info.Settings, debug.BuildSetting{Key: "-race", Value: "true"}) {
		args = append(args, "-race")
	}
	c := exec.CommandContext(t.Context(), "go", append(args, "./cmd/classifyd")...)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return path
}

// Module runs the tests of a module of their own, which keeps what they need
// out of ours.
func Module(t *testing.T, dir string) {
	t.Helper()
	look(t, root(t))
	Fetch(t, dir, "go", "mod", "download")
	c := exec.CommandContext(t.Context(), "go", "test", "-count=1", "./...")
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("go test: %v\n%s", err, out)
	}
}

// root is the directory of the module that the test's package is in.
func root(t *testing.T) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for dir != filepath.Dir(dir) {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		dir = filepath.Dir(dir)
	}
	t.Fatal("the test runs outside of a module")
	return ""
}

// look reads the directories below root. What other processes read on behalf
// of a test is unknown to go test, which would answer from its cache although
// the daemon or a script has changed.
func look(t *testing.T, root string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.IsDir() && slices.Contains([]string{".git", "node_modules"}, d.Name()) {
			return fs.SkipDir
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

// Start runs a daemon until the test ends and returns its address.
func Start(t *testing.T, daemon string, args ...string) string {
	t.Helper()
	c := exec.Command(daemon, append(args, "--listen", "127.0.0.1:0", "--log-level", "warn")...)
	c.Stderr = t.Output()
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		io.Copy(io.Discard, out)
		if err := c.Wait(); err != nil {
			t.Errorf("after SIGTERM: %v", err)
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return regexp.MustCompile(`https?://[0-9.:]+[0-9]`).FindString(line)
}

// Skip skips a test for want of a tool, except where nothing may be skipped.
func Skip(t *testing.T, why string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(why, args...)
	}
	t.Skipf(why, args...)
}

// InstallNode brings the packages of dir's package-lock.json into its
// node_modules, unless they are there already.
func InstallNode(t *testing.T, dir string) {
	t.Helper()
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			Skip(t, "no %s", tool)
		}
	}
	lock, err := os.Stat(filepath.Join(dir, "package-lock.json"))
	if err != nil {
		t.Fatal(err)
	}
	// npm writes this file last.
	if done, err := os.Stat(filepath.Join(dir, "node_modules/.package-lock.json")); err == nil && done.ModTime().After(lock.ModTime()) {
		return
	}
	Fetch(t, dir, "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
}

// Fetch runs a command that needs a network.
func Fetch(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		Skip(t, "%s %s: %v\n%s", name, args[0], err, out)
	}
}
