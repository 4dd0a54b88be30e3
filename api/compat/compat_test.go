// Package compat proves that Microsoft's own clients of Graph work against
// classifyd once their base URL is changed: the JavaScript client, the Kiota
// based SDK for TypeScript and the core of the SDK for Go. It is tests alone.
//
// They speak to the daemon as it is built, over a real network, and each has a
// daemon to itself. The JavaScript clients come from npm, at the versions in
// package-lock.json.
package compat

import (
	"os"
	"os/exec"
	"slices"
	"testing"
)

func TestClients(t *testing.T) {
	node := func(script string) []string { return []string{"node", "--test-reporter=dot", script} }
	daemon := build(t)
	for _, tt := range []struct {
		name    string
		install func(*testing.T)
		tls     bool
		dir     string
		command []string
		packs   bool // its bodies are gzip
	}{
		{"JavaScript client over https", installNode, true, ".", node("graph.mjs"), false},
		{"JavaScript client over http", installNode, false, ".", node("graph.mjs"), false},
		{"TypeScript SDK", installNode, false, ".", node("kiota.mjs"), false},
		{"Go SDK over https", installGo, true, "sdk", []string{"go", "test", "-count=1", "."}, true},
		{"Go SDK over http", installGo, false, "sdk", []string{"go", "test", "-count=1", "."}, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.install(t)
			t.Parallel()
			var id *identity
			if tt.tls {
				id = newIdentity(t)
			}
			s := stage(t, daemon, id)
			c := exec.CommandContext(t.Context(), tt.command[0], tt.command[1:]...)
			c.Dir = tt.dir
			c.Env = slices.Concat(os.Environ(), id.env(), []string{"SERVICE=" + s.service, "FULL=" + s.full, "FORGETFUL=" + s.forgetful})
			c.Stdout, c.Stderr = t.Output(), t.Output()
			if err := c.Run(); err != nil {
				t.Errorf("%v: %v", tt.command, err)
			}
			s.played(t, tt.packs)
		})
	}
}

// skip skips a test for want of a tool, except where nothing may be skipped.
func skip(t *testing.T, why string, args ...any) {
	t.Helper()
	if os.Getenv("CI") == "true" {
		t.Fatalf(why, args...)
	}
	t.Skipf(why, args...)
}

// installNode brings the packages of package-lock.json into node_modules,
// unless they are there already.
func installNode(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			skip(t, "no %s: Microsoft's clients for JavaScript are not tried", tool)
		}
	}
	lock, err := os.Stat("package-lock.json")
	if err != nil {
		t.Fatal(err)
	}
	// npm writes this file last.
	if done, err := os.Stat("node_modules/.package-lock.json"); err == nil && done.ModTime().After(lock.ModTime()) {
		return
	}
	run(t, ".", "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund")
}

// installGo brings the modules of the SDK for Go into the module cache.
func installGo(t *testing.T) {
	t.Helper()
	run(t, "sdk", "go", "mod", "download")
}

// run runs a command that needs a network.
func run(t *testing.T, dir, name string, args ...string) {
	t.Helper()
	c := exec.CommandContext(t.Context(), name, args...)
	c.Dir = dir
	if out, err := c.CombinedOutput(); err != nil {
		skip(t, "%s %s: %v\n%s", name, args[0], err, out)
	}
}
