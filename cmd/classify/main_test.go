package main

import (
	"context"
	"encoding/json"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/santhosh-tekuri/jsonschema/v6"

	"github.com/classifyd/classifyd/api/client"
	"github.com/classifyd/classifyd/cmd/internal/app"
)

func TestMain(m *testing.M) { testscript.Main(m, map[string]func(){"classify": main}) }

// The scripts in testdata have a classifyd of their own at $CLASSIFY_URL, and at
// $LOCKED the same behind a door that opens to the key sesame.
func TestCommandLine(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:                 "testdata",
		RequireUniqueNames:  true,
		RequireExplicitExec: true,
		Setup:               setup,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"submit": submit,
			"sarif":  checkSARIF,
			"perm":   checkPerm,
			"json":   checkJSON,
		},
	})
}

func setup(env *testscript.Env) error {
	// A job of type slow lasts until it is canceled.
	slow := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // or the server would not see its client leave
		<-r.Context().Done()
	}))
	env.Defer(slow.Close)
	var o app.Options
	if _, err := kong.Must(&o, app.Flags()...).Parse([]string{"--listen", "127.0.0.1:0", "--handler", "slow=" + slow.URL}); err != nil {
		return err
	}
	o.Log, o.Out = slog.New(slog.DiscardHandler), io.Discard
	a, err := app.New(context.Background(), o)
	if err != nil {
		return err
	}
	a.Start()
	env.Defer(func() {
		if err := a.Stop(); err != nil {
			env.T().Log("stop: ", err)
		}
	})
	service, err := url.Parse("http://" + a.Addr())
	if err != nil {
		return err
	}
	proxy := httputil.NewSingleHostReverseProxy(service)
	locked := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer sesame" {
			w.WriteHeader(http.StatusUnauthorized)
			return
		}
		proxy.ServeHTTP(w, r)
	}))
	env.Defer(locked.Close)
	env.Setenv("CLASSIFY_URL", service.String()+"/beta")
	env.Setenv("LOCKED", locked.URL+"/beta")
	env.Setenv("GORACE", "atexit_sleep_ms=0") // a second for each command otherwise
	env.Setenv("XDG_CONFIG_HOME", env.Getenv("WORK")+"/config")
	return nil
}

// submit TYPE queues a job of a type and sets $JOB.
func submit(ts *testscript.TestScript, neg bool, args []string) {
	c, err := client.New(client.Options{URL: ts.Getenv("CLASSIFY_URL")})
	ts.Check(err)
	j, err := c.Submit(context.Background(), client.Submission{Type: args[0], Request: struct{}{}})
	ts.Check(err)
	ts.Setenv("JOB", j.ID)
}

// sarif FILE holds a log against the schema of SARIF 2.1.0, and against a
// library's idea of it.
func checkSARIF(ts *testscript.TestScript, neg bool, args []string) {
	text := ts.ReadFile(args[0])
	log, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	ts.Check(err)
	schema, err := sarifSchemaOnce()
	ts.Check(err)
	ts.Check(schema.Validate(log))
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	ts.Check(d.Decode(&sarif.Report{}))
}

// sarifSchemaOnce is OASIS' schema, which the library has in its source alone.
var sarifSchemaOnce = sync.OnceValues(func() (*jsonschema.Schema, error) {
	dir, err := exec.Command("go", "list", "-f", "{{.Dir}}", "github.com/owenrumney/go-sarif/v3/pkg/report/v210/sarif").Output()
	if err != nil {
		return nil, err
	}
	f, err := parser.ParseFile(token.NewFileSet(), filepath.Join(strings.TrimSpace(string(dir)), "schema.go"), nil, 0)
	if err != nil {
		return nil, err
	}
	var text string
	for n := range ast.Preorder(f) {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			if text, err = strconv.Unquote(lit.Value); err != nil {
				return nil, err
			}
			break
		}
	}
	schema, err := jsonschema.UnmarshalJSON(strings.NewReader(text))
	if err != nil {
		return nil, err
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("sarif.json", schema); err != nil {
		return nil, err
	}
	return c.Compile("sarif.json")
})

// perm MODE FILE compares the permissions of a file, in octal.
func checkPerm(ts *testscript.TestScript, neg bool, args []string) {
	info, err := os.Stat(ts.MkAbs(args[1]))
	ts.Check(err)
	if got := fmt.Sprintf("%o", info.Mode().Perm()); got != args[0] {
		ts.Fatalf("%s has permissions %s, want %s", args[1], got, args[0])
	}
}

// json FILE N expects an array of N values, or with -lines N values.
func checkJSON(ts *testscript.TestScript, neg bool, args []string) {
	var n int
	if args[0] == "-lines" {
		args = args[1:]
		for line := range strings.Lines(ts.ReadFile(args[0])) {
			if !json.Valid([]byte(line)) {
				ts.Fatalf("not JSON: %s", line)
			}
			n++
		}
	} else {
		var list []json.RawMessage
		ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &list))
		n = len(list)
	}
	if fmt.Sprint(n) != args[1] {
		ts.Fatalf("%s has %d values, want %s", args[0], n, args[1])
	}
}
