package daemontest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// A Program stands in a manual as a whole, to be run as it is.
type Program struct {
	Language string // sh, python, js or go
	Text     string
	Output   string // what the manual says that it prints; "" where it says nothing
}

var program = regexp.MustCompile("(?ms)^```(sh|python|js|go)\n(.*?)^```$(?:\n\n```output\n(.*?)^```$)?")

// Programs are those of the manual in a file.
func Programs(t *testing.T, manual string) []Program {
	t.Helper()
	b, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	var all []Program
	said := 0
	for _, m := range program.FindAllSubmatch(b, -1) {
		p := Program{string(m[1]), string(m[2]), string(m[3])}
		all = append(all, p)
		if p.Output != "" {
			said++
		}
	}
	if said == 0 || said != bytes.Count(b, []byte("\n```output\n")) {
		t.Fatalf("%s: the output of %d programs is known", manual, said)
	}
	return all
}

// Command runs p in dir, which for Go must lie in the module that p needs, and
// for JavaScript beside its packages.
func (p Program) Command(t *testing.T, dir string) *exec.Cmd {
	t.Helper()
	line := map[string][]string{
		"sh":     {"sh", "-ec", p.Text},
		"python": {"python3", "-c", p.Text},
		"js":     {"node", "--input-type=module", "-e", p.Text},
		"go":     {"go", "run"},
	}[p.Language]
	if p.Language == "go" {
		file := filepath.Join(t.TempDir(), "main.go")
		if err := os.WriteFile(file, []byte(p.Text), 0o600); err != nil {
			t.Fatal(err)
		}
		line = append(line, file)
	}
	if _, err := exec.LookPath(line[0]); err != nil {
		Skip(t, "%v", err)
	}
	c := exec.CommandContext(t.Context(), line[0], line[1:]...)
	c.Dir = dir
	c.Stderr = t.Output()
	return c
}

// Run runs p as Command does, and fails the test if it prints anything else
// than the manual says.
func (p Program) Run(t *testing.T, dir string) {
	t.Helper()
	p.MustPrint(t, p.Command(t, dir))
}

// MustPrint runs c, which is of p.
func (p Program) MustPrint(t *testing.T, c *exec.Cmd) {
	t.Helper()
	got, err := c.Output()
	if err != nil {
		t.Fatalf("%v\n%s\nprints:\n%s", err, p.Text, got)
	}
	if diff := cmp.Diff(p.Output, string(got)); diff != "" {
		t.Errorf("%s\nprints (-manual +got):\n%s", p.Text, diff)
	}
}
