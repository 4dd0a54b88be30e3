package dashboard_test

import (
	"io/fs"
	"os"
	"os/exec"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/api/daemontest"
	"github.com/classifyd/classifyd/api/dashboard"
)

func TestCommittedPageIsWhatItsSourcesMake(t *testing.T) {
	daemontest.InstallNode(t, "web")
	dir := t.TempDir()
	c := exec.CommandContext(t.Context(), "npm", "run", "build", "--", "--outDir", dir)
	c.Dir = "web"
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if diff := cmp.Diff(read(t, os.DirFS(dir)), read(t, os.DirFS("built"))); diff != "" {
		t.Errorf("make dashboard would change the page (-fresh +committed):\n%.2000s", diff)
	}
}

func read(t *testing.T, root fs.FS) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := fs.WalkDir(root, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := fs.ReadFile(root, name)
		files[name] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}

func TestEveryFileHasAMediaTypeAndItsOwnTag(t *testing.T) {
	tags := map[string]string{}
	for name, f := range dashboard.Files() {
		if f.Media == "" {
			t.Errorf("%s has no media type", name)
		}
		if other, ok := tags[f.ETag]; ok {
			t.Errorf("%s and %s have the tag %s", name, other, f.ETag)
		}
		tags[f.ETag] = name
		if want := name != "index.html"; f.Hashed != want {
			t.Errorf("%s may be kept for ever: %t", name, f.Hashed)
		}
	}
	if len(tags) < 3 {
		t.Errorf("only %d files", len(tags))
	}
}
