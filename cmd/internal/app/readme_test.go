package app

import (
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var folder = regexp.MustCompile("`((?:api|worker|jobs|cmd|deploy)(?:/[a-z/]+)?)`")

// TestReadmeMapsEveryFolder holds the map against the folders that have code.
func TestReadmeMapsEveryFolder(t *testing.T) {
	const root = "../../.."
	b, err := os.ReadFile(filepath.Join(root, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(b), "## Where things are\n")
	table, _, ok := strings.Cut(rest, "\n## ")
	if !ok {
		t.Fatal("the README has no map")
	}
	told := map[string]bool{}
	err = fs.WalkDir(os.DirFS(root), ".", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata" || d.Name() == "node_modules"):
			return fs.SkipDir
		case path.Ext(name) != ".go" || told[path.Dir(name)]:
			return nil
		}
		told[path.Dir(name)] = true
		if !strings.Contains(table, "`"+path.Dir(name)+"`") {
			t.Errorf("the map of the README lacks %s", path.Dir(name))
		}
		return nil
	})
	if err != nil || len(told) < 10 {
		t.Fatalf("%d folders, %v", len(told), err)
	}
	for _, m := range folder.FindAllStringSubmatch(table, -1) {
		if _, err := os.Stat(filepath.Join(root, m[1])); err != nil {
			t.Errorf("the map of the README has %s, which is gone", m[1])
		}
	}
}
