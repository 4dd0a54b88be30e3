package app

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

var update = flag.Bool("update", false, "write the table of options into the operator's manual")

const (
	manual    = "../../../deploy/README.md"
	tableHead = "<!-- The options: go test ./cmd/internal/app -run Manual -update -->\n"
	tableFoot = "<!-- end of the options -->\n"
)

func TestManualHasEveryOption(t *testing.T) {
	b, err := os.ReadFile(manual)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(b), tableHead)
	got, after, ok2 := strings.Cut(rest, tableFoot)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the options", manual)
	}
	want := optionTable()
	if got == want {
		return
	}
	if !*update {
		t.Fatalf("the options in %s are not those of classifyd: run this test with -update", manual)
	}
	if err := os.WriteFile(manual, []byte(before+tableHead+want+tableFoot+after), 0o644); err != nil {
		t.Fatal(err)
	}
}

// optionTable is what kong knows of the options, as Markdown.
func optionTable() string {
	var s strings.Builder
	s.WriteString("| flag | environment | default | |\n|---|---|---|---|\n")
	cell := strings.NewReplacer("|", `\|`, "\n", " ")
	for _, f := range kong.Must(&Options{}, Flags()...).Model.Flags {
		if f.Name == "help" {
			continue
		}
		value := ""
		if f.HasDefault {
			value = "`" + f.Default + "`"
		}
		fmt.Fprintf(&s, "| `--%s` | `%s` | %s | %s |\n", f.Name, f.Envs[0], value, cell.Replace(strings.ReplaceAll(f.Help, "${enum}", f.Enum)))
	}
	return s.String()
}
