package odata

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"
)

var update = flag.Bool("update", false, "rewrite the results in testdata")

// jobs is the schema that the tests use: the one of a collection of jobs, and
// a number.
var jobs = Schema{
	{Name: "id", Kind: String, Fold: true},
	{Name: "type", Kind: String, Values: []string{"classifyText", "classifyFile"}, Open: true},
	{Name: "status", Kind: String, Fold: true, Values: []string{"notStarted", "running", "succeeded", "failed", "canceled"}},
	{Name: "creationDateTime", Kind: Time, Sortable: true},
	{Name: "endDateTime", Kind: Time, Nullable: true},
	{Name: "attempts", Kind: Int},
	{Name: "error"},
}

var indexed = []string{"status", "type", "creationDateTime"}

func TestFilterGivesCanonicalForm(t *testing.T) {
	runTxtar(t, "filter", func(input string) (string, error) {
		e, err := ParseFilter(input, jobs)
		return fmt.Sprintln(e), err
	})
}

func TestCoverGivesBoxes(t *testing.T) {
	runTxtar(t, "cover", func(input string) (string, error) {
		e, err := ParseFilter(input, jobs)
		if err != nil {
			return "", err
		}
		return show(Cover(e, indexed...)), nil
	})
}

func TestQueryGivesOptions(t *testing.T) {
	runTxtar(t, "query", func(input string) (string, error) {
		q, err := Parse(input, jobs)
		if err != nil {
			return "", err
		}
		out := q.Binding() + "\n"
		if q.Top != nil {
			out += fmt.Sprintf("top %d\n", *q.Top)
		}
		if q.Skip != 0 {
			out += fmt.Sprintf("skip %d\n", q.Skip)
		}
		if q.SkipToken != "" {
			out += fmt.Sprintf("skiptoken %q\n", q.SkipToken)
		}
		if q.Select != nil {
			out += fmt.Sprintf("select %q\n", q.Select)
		}
		if q.Count {
			out += "count\n"
		}
		return out, nil
	})
}

func show(r Region) string {
	var out strings.Builder
	for _, b := range r.Boxes {
		fmt.Fprintln(&out, b)
	}
	if !r.Exact {
		fmt.Fprintln(&out, "then match")
	}
	return out.String()
}

// runTxtar checks, or with -update rewrites, the cases of a folder in testdata;
// its README says what they look like.
func runTxtar(t *testing.T, folder string, run func(input string) (string, error)) {
	paths, err := filepath.Glob(filepath.Join("testdata", folder, "*.txt"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("cases in %s: %q, %v", folder, paths, err)
	}
	for _, path := range paths {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		results := map[string]string{}
		for _, f := range a.Files {
			if !strings.HasSuffix(f.Name, ".test") {
				results[f.Name] = string(f.Data)
			}
		}
		var files []txtar.File
		for _, f := range a.Files {
			name, ok := strings.CutSuffix(f.Name, ".test")
			if !ok {
				continue
			}
			result := name + ".out"
			input := strings.TrimSuffix(string(f.Data), "\n")
			got, err := run(input)
			if err != nil {
				result, got = name+".err", err.Error()+"\n"
			}
			if want, ok := results[result]; !*update && (!ok || got != want) {
				t.Errorf("%s: %s of %q = %s, want %s", path, result, input, got, want)
			}
			files = append(files, f, txtar.File{Name: result, Data: []byte(got)})
		}
		if a.Files = files; *update {
			if err := os.WriteFile(path, txtar.Format(a), 0o666); err != nil {
				t.Fatal(err)
			}
		}
	}
}
