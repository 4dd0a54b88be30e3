package api_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/jobs"
)

// errorCodes are the specific codes that the sources answer with: what stands
// as the code of a problem, and the codes of package wire.
func errorCodes(t *testing.T) map[string]bool {
	t.Helper()
	codes := map[string]bool{"clientClosed": false} // nobody hears it
	add := func(e ast.Expr) {
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Kind != token.STRING {
			return
		}
		code, err := strconv.Unquote(lit.Value)
		if err != nil {
			t.Fatal(err)
		}
		if _, known := codes[code]; !known && code != "" {
			codes[code] = true
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range append(files, "wire/error.go") {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(f, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				if key, ok := n.Key.(*ast.Ident); ok && key.Name == "code" {
					add(n.Value)
				}
			case *ast.AssignStmt:
				if to, ok := n.Lhs[0].(*ast.Ident); ok && to.Name == "code" {
					add(n.Rhs[0])
				}
			case *ast.CallExpr:
				if f, ok := n.Fun.(*ast.Ident); ok && f.Name == "badRequest" {
					add(n.Args[0])
				} else if ok && f.Name == "absent" {
					add(n.Args[3])
				}
			case *ast.ValueSpec:
				for _, v := range n.Values {
					if name == "wire/error.go" {
						add(v)
					}
				}
			}
			return true
		})
	}
	return codes
}

func TestOpenAPIHasEveryErrorCodeAndNoOther(t *testing.T) {
	var want []string
	for code, sent := range errorCodes(t) {
		if sent {
			want = append(want, code)
		}
	}
	slices.Sort(want)
	schema := readContract(t).doc.Components.Schemas["errorCode"].Value
	var got []string
	for _, code := range schema.Enum {
		got = append(got, code.(string))
		if !strings.Contains(schema.Description, "`"+code.(string)+"`") {
			t.Errorf("the description of errorCode does not explain %s", code)
		}
	}
	slices.Sort(got)
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-sources +document\n%s", diff)
	}
}

func TestOpenAPIHasEveryReasonForAJobToFail(t *testing.T) {
	schema := readContract(t).doc.Components.Schemas["jobErrorCode"].Value
	var want []any
	for _, code := range jobs.Codes {
		want = append(want, string(code))
		if !strings.Contains(schema.Description, "`"+string(code)+"`") {
			t.Errorf("the description of jobErrorCode does not explain %s", code)
		}
	}
	if diff := cmp.Diff(want, schema.Enum); diff != "" {
		t.Errorf("-jobs +document\n%s", diff)
	}
	var states []any
	for _, s := range jobs.States {
		states = append(states, string(s))
	}
	if diff := cmp.Diff(states, readContract(t).doc.Components.Schemas["jobStatus"].Value.Enum); diff != "" {
		t.Errorf("states: -jobs +document\n%s", diff)
	}
}
