package dashboard_test

import (
	"io/fs"
	"os"
	"os/exec"
	"strings"
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
	for name, f := range dashboard.Files(dashboard.SignIn{}) {
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

func TestPageIsToldOfTheIssuer(t *testing.T) {
	s := dashboard.SignIn{Issuer: "https://login.example/acme", ClientID: `a"b`, Scope: "openid jobs"}
	page := dashboard.Files(s)["index.html"]
	const want = `content="{&#34;issuer&#34;:&#34;https://login.example/acme&#34;,&#34;clientId&#34;:&#34;a\&#34;b&#34;,&#34;scope&#34;:&#34;openid jobs&#34;}"`
	if !strings.Contains(string(page.Data), want) {
		t.Errorf("the page lacks %s:\n%s", want, page.Data)
	}
	if page.ETag == dashboard.Files(dashboard.SignIn{})["index.html"].ETag {
		t.Error("the page has the tag of another")
	}
	if got := s.Policy(); !strings.Contains(got, "connect-src 'self' https://login.example;") {
		t.Errorf("the policy is %q", got)
	}
}
