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

	"github.com/classifyd/classifyd/api/daemontest"
)

func TestClients(t *testing.T) {
	node := func(script string) []string { return []string{"node", "--test-reporter=dot", script} }
	daemon := daemontest.Build(t)
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

// installNode brings Microsoft's clients for JavaScript.
func installNode(t *testing.T) {
	t.Helper()
	daemontest.InstallNode(t, ".")
}

// installGo brings the modules of the SDK for Go into the module cache.
func installGo(t *testing.T) {
	t.Helper()
	daemontest.Fetch(t, "sdk", "go", "mod", "download")
}
