package compat

import (
	"strings"
	"testing"

	"github.com/classifyd/classifyd/api/daemontest"
)

// TestManual runs the programs of the manual for integrators.
func TestManual(t *testing.T) {
	installNode(t)
	installGo(t)
	service := daemontest.Start(t, daemontest.Build(t))
	for _, p := range daemontest.Programs(t, "../README.md") {
		graph := strings.Contains(p.Text, "microsoft")
		name, dir := p.Language, "."
		switch {
		case p.Language == "go" && graph:
			name, dir = "Graph in Go", "sdk"
		case graph:
			name = "Graph in " + p.Language
		case p.Language == "sh":
			dir = t.TempDir() // it leaves files
		}
		p.Text = strings.ReplaceAll(p.Text, "http://127.0.0.1:8080", service)
		t.Run(name, func(t *testing.T) { p.Run(t, dir) })
	}
}
