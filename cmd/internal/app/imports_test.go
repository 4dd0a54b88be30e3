package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const module = "github.com/classifyd/classifyd/"

// borders says who may import what, their tests included. A path stands for
// itself and, with "/..." behind it, for what lies below it too.
var borders = []struct {
	what string
	by   []string
	why  string
}{
	{"github.com/hibiken/asynq/...", []string{"jobs", "cmd/hammer"}, "asynq only delivers; what becomes of a job stands in jobs alone"},
	{
		"github.com/redis/go-redis/...",
		[]string{"jobs", "jobs/embedded", "jobs/jobtest", "jobs/servers", "jobs/snapshot", "jobs/tenants", "api/limit", "cmd/internal/app", "cmd/hammer/..."},
		"whoever talks to Redis past jobs can break what jobs promises",
	},
	{"jobs/servers", []string{"jobs/servers", "jobs/jobtest", "cmd/hammer/..."}, "servers of one's own are for tests and trials"},
	{"github.com/minio/minio-go/...", []string{"jobs/blob"}, "what becomes of a blob is for jobs to say, so that none outlives its job"},
	{"github.com/ncruces/go-sqlite3/...", []string{"worker/extract/filetest"}, "all of SQLite takes half a minute to compile, and the service reads no more than its files"},
	{"github.com/tink-crypto/...", []string{"jobs/keyring"}, "what is encrypted with which key is decided in one place"},
	{"github.com/alicebob/miniredis/...", []string{"jobs", "jobs/embedded", "jobs/jobtest"}, "an embedded Redis needs the running clock that jobs/embedded gives it"},
	{"gonum.org/v1/plot/...", []string{"cmd/hammer/load"}, "the service itself draws nothing, and need not carry fonts"},
	{"api/...", []string{"api/...", "cmd/..."}, "api and worker meet in jobs only, and jobs knows neither"},
	{"worker/...", []string{"worker/...", "cmd/..."}, "api and worker meet in jobs only, and jobs knows neither"},
	{"cmd/...", []string{"cmd/..."}, "commands put the parts together, no part needs a command"},
}

// only says what a package may import beside the standard library.
var only = []struct {
	pkg  string
	what []string
	why  string
}{
	{"api/wire", nil, "the JSON on the network must be everybody's to import"},
	{"api/odata", nil, "a parser of foreign input depends on nothing that could surprise it"},
	{"api/audit", nil, "what stands in the audit log can be seen in one place"},
	{"api/client", []string{"api/wire"}, "the client sees the service over HTTP, as any other would"},
	{"api/dashboard", nil, "the page is a client of the API, and this package no more than its files"},
	{"worker/classify", []string{"golang.org/x/text/...", "github.com/wasilibs/go-re2/..."}, "the engine knows texts, not jobs"},
	{"worker/classify/own", []string{"worker/classify"}, "a definition is data and checks"},
	{"worker/classify/types", []string{"worker/classify", "golang.org/x/net/...", "golang.org/x/crypto/sha3", "github.com/nyaruka/phonenumbers/..."}, "a sensitive type is data and checks"},
}

// goPackage is what go list says of a package.
type goPackage struct {
	ImportPath                         string
	Imports, TestImports, XTestImports []string
}

// crossings has one sentence for each line that pkgs cross.
func crossings(pkgs []goPackage) []string {
	var out []string
	cross := func(pkg, imp, why string) { out = append(out, pkg+" imports "+imp+": "+why) }
	for _, p := range pkgs {
		pkg := strings.TrimPrefix(p.ImportPath, module)
		if !among(pkg, []string{"api/...", "worker/...", "jobs/...", "cmd/...", "deploy/..."}) {
			out = append(out, pkg+" lies outside of api, worker, jobs, cmd and deploy: the top level is fixed")
		}
		for _, imp := range slices.Concat(p.Imports, p.TestImports, p.XTestImports) {
			imp := strings.TrimPrefix(imp, module)
			for _, b := range borders {
				if among(imp, []string{b.what}) && !among(pkg, b.by) {
					cross(pkg, imp, b.why)
				}
			}
		}
		for _, path := range p.Imports {
			imp := strings.TrimPrefix(path, module)
			if among(imp, []string{"jobs/jobtest", "api/daemontest", "worker/extract/filetest"}) {
				cross(pkg, imp, "it serves tests only")
			}
			domain, _, _ := strings.Cut(path, "/")
			for _, o := range only {
				if pkg == o.pkg && strings.Contains(domain, ".") && !among(imp, o.what) {
					cross(pkg, imp, o.why)
				}
			}
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(out)))
}

func among(path string, patterns []string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		tree, below := strings.CutSuffix(p, "/...")
		return path == tree || below && strings.HasPrefix(path, tree+"/")
	})
}

func TestImportsStayWithinTheirBorders(t *testing.T) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Imports,TestImports,XTestImports", module+"...")
	b, err := cmd.Output()
	if err != nil {
		if exit, ok := errors.AsType[*exec.ExitError](err); ok {
			t.Logf("%s", exit.Stderr)
		}
		t.Fatal(err)
	}
	var pkgs []goPackage
	for d := json.NewDecoder(strings.NewReader(string(b))); ; {
		var p goPackage
		if err := d.Decode(&p); err == io.EOF {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		pkgs = append(pkgs, p)
	}
	if len(pkgs) < 5 {
		t.Fatalf("go list found only %d packages", len(pkgs))
	}
	for _, c := range crossings(pkgs) {
		t.Error(c)
	}
}

func TestCrossedBordersAreNamed(t *testing.T) {
	for _, tt := range []struct{ pkg, imp, want string }{
		{"worker", "github.com/hibiken/asynq", "asynq only delivers"},
		{"jobs/embedded", "github.com/hibiken/asynq", "asynq only delivers"},
		{"api", "github.com/redis/go-redis/v9", "past jobs"},
		{"api/auth", "github.com/redis/go-redis/v9", "past jobs"},
		{"api/audit", module + "jobs", "seen in one place"},
		{"api", "github.com/alicebob/miniredis/v2", "running clock"},
		{"worker", "github.com/minio/minio-go/v7", "outlives its job"},
		{"worker/extract", "github.com/ncruces/go-sqlite3/vfs", "no more than its files"},
		{"jobs", "github.com/tink-crypto/tink-go/v2/aead", "in one place"},
		{"api", module + "worker", "meet in jobs only"},
		{"worker/classify", module + "api/wire", "meet in jobs only"},
		{"jobs", module + "worker/classify", "jobs knows neither"},
		{"jobs/jobtest", module + "api", "jobs knows neither"},
		{"worker", module + "cmd/internal/app", "no part needs a command"},
		{"api/wire", "github.com/google/uuid", "everybody's to import"},
		{"api/wire", module + "jobs", "everybody's to import"},
		{"api/client", module + "jobs", "over HTTP"},
		{"worker/classify", module + "jobs", "texts, not jobs"},
		{"api", module + "jobs/jobtest", "tests only"},
		{"cmd/internal/app", module + "jobs/servers", "tests and trials"},
		{"util", "fmt", "the top level is fixed"},

		{"jobs", "github.com/hibiken/asynq", ""},
		{"cmd/hammer", "github.com/hibiken/asynq", ""},
		{"cmd/internal/app", module + "worker", ""},
		{"api/client", module + "api/wire", ""},
		{"worker/classify/types", "github.com/nyaruka/phonenumbers", ""},
		{"api/wire", "encoding/json", ""},
	} {
		got := crossings([]goPackage{{ImportPath: module + tt.pkg, Imports: []string{tt.imp}}})
		if ok := len(got) == 0; ok != (tt.want == "") || !strings.Contains(fmt.Sprint(got), tt.want) {
			t.Errorf("%s importing %s: got %q, want %q", tt.pkg, tt.imp, got, tt.want)
		}
	}
	tests := []goPackage{{ImportPath: module + "api", XTestImports: []string{module + "worker"}, TestImports: []string{module + "jobs/jobtest"}}}
	want := []string{"api imports worker: api and worker meet in jobs only, and jobs knows neither"}
	if diff := cmp.Diff(want, crossings(tests)); diff != "" {
		t.Errorf("what a test imports (-want +got):\n%s", diff)
	}
}
