package compat

import (
	"encoding/pem"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

func TestJavaScriptClients(t *testing.T) {
	install(t)
	daemon := build(t)
	for _, tt := range []struct {
		name, script string
		listen       func(http.Handler) *httptest.Server
	}{
		{"graph client over https", "graph.mjs", httptest.NewTLSServer},
		{"graph client over http", "graph.mjs", httptest.NewServer},
		{"kiota SDK", "kiota.mjs", httptest.NewServer},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			s := stage(t, daemon, tt.listen)
			c := exec.CommandContext(t.Context(), "node", "--test-reporter=dot", tt.script)
			c.Env = append(os.Environ(),
				"SERVICE="+s.service, "FULL="+s.full, "FORGETFUL="+s.forgetful,
				"NODE_EXTRA_CA_CERTS="+authority(t))
			c.Stdout, c.Stderr = t.Output(), t.Output()
			if err := c.Run(); err != nil {
				t.Errorf("node %s: %v", tt.script, err)
			}
			s.played(t)
		})
	}
}

// install brings the packages of package-lock.json into node_modules, unless
// they are there already.
func install(t *testing.T) {
	t.Helper()
	for _, tool := range []string{"node", "npm"} {
		if _, err := exec.LookPath(tool); err != nil {
			skip(t, "no %s: Microsoft's JavaScript clients are not tried", tool)
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
	if out, err := exec.CommandContext(t.Context(), "npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund").CombinedOutput(); err != nil {
		skip(t, "npm ci: %v\n%s", err, out)
	}
}

// authority is a file with the certificate that a client of the test's TLS
// servers has to trust.
func authority(t *testing.T) string {
	t.Helper()
	s := httptest.NewTLSServer(http.NotFoundHandler())
	defer s.Close()
	path := filepath.Join(t.TempDir(), "authority.pem")
	b := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw})
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
