package classify_test

import (
	"bytes"
	"cmp"
	"flag"
	"fmt"
	"go/build"
	"hash/crc32"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"text/tabwriter"

	"github.com/classifyd/classifyd/worker/classify"
)

var corpusMB = flag.Int("corpus", 1, "how many MB of text without anything sensitive to scan")

// confident is the confidence from which on a report is one to act on.
const confident = 75

// A verdict is what a report in a text without anything sensitive is worth.
type verdict string

const (
	address verdict = "address" // of the network or a mailbox, and one it is
	chance  verdict = "chance"  // valid by its type's rule
	form    verdict = "form"    // of the right form beside a word of evidence; its type has no further rule
	wrong   verdict = "wrong"   // against its type's rule
)

// judge holds a report against the rule of its type as plants have it, and
// where they have none, believes the type's check digits.
func judge(typ *classify.Type, m classify.Match) verdict {
	switch typ.Category {
	case classify.CategoryNetwork:
		return address
	case classify.CategoryContact:
		if strings.ContainsAny(m.Text, "@:") {
			return address
		}
	}
	d, known := digitsOf(m.Text), false
	for _, p := range plants {
		if p.typ != typ.Name || p.valid == nil || len(digitsOf(p.sample())) != len(d) || strings.ContainsAny(m.Text+p.form[:2], upperCase+lowerCase) {
			continue
		}
		if known = true; p.valid(m.Text, d) {
			return chance
		}
	}
	checked := slices.ContainsFunc(typ.Rules, func(r classify.Rule) bool { return r.Strength > classify.Form })
	switch {
	case known:
		return wrong
	case checked:
		return chance
	}
	return form
}

// A census counts the confident reports in a corpus.
type census struct {
	size   int
	counts map[string]map[verdict]int // by genre and type
}

func (c *census) take(t *testing.T, e *classify.Engine, genre, text string) {
	t.Helper()
	res, err := e.Scan(t.Context(), text, classify.Options{MinConfidence: confident, MaxMatches: len(text)})
	if err != nil {
		t.Fatal(err)
	}
	c.size += len(text)
	for _, f := range res.Findings {
		for _, m := range f.Matches {
			key := fmt.Sprintf("%s\t%s", genre, f.Type.Name)
			if c.counts[key] == nil {
				c.counts[key] = map[verdict]int{}
			}
			c.counts[key][judge(f.Type, m)]++
		}
	}
}

// perMB is how many reports of the verdicts there are in a MB.
func (c *census) perMB(vs ...verdict) float64 {
	n := 0
	for _, by := range c.counts {
		for _, v := range vs {
			n += by[v]
		}
	}
	return float64(n) / (float64(c.size) / (1 << 20))
}

// table lists what was reported, the most frequent first.
func (c *census) table() string {
	var b bytes.Buffer
	tab := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintf(tab, "genre\ttype\t%s\t%s\t%s\t%s\n", wrong, form, chance, address)
	all := func(key string) int {
		by := c.counts[key]
		return by[wrong]*1000 + by[form]*1000 + by[chance] + by[address]
	}
	for _, key := range slices.SortedFunc(maps.Keys(c.counts), func(a, b string) int { return cmp.Or(all(b)-all(a), strings.Compare(a, b)) }) {
		by := c.counts[key]
		fmt.Fprintf(tab, "%s\t%d\t%d\t%d\t%d\n", key, by[wrong], by[form], by[chance], by[address])
	}
	fmt.Fprintf(tab, "a MB of %d\t\t%.2f\t%.2f\t%.2f\t%.2f\n", c.size>>20, c.perMB(wrong), c.perMB(form), c.perMB(chance), c.perMB(address))
	tab.Flush()
	return b.String()
}

func TestCorpusWithoutSensitiveDataRaisesNoAlarm(t *testing.T) {
	t.Parallel()
	e := engine(t)
	c := &census{counts: map[string]map[verdict]int{}}
	const piece = 1 << 18
	for i := range *corpusMB << 20 / piece {
		g := genres[i%len(genres)]
		c.take(t, e, g.name, g.write(uint64(i), piece))
	}
	t.Logf("reports at %d or more:\n%s", confident, c.table())
	if got := c.perMB(wrong, form); got > 2 {
		t.Errorf("%.2f false reports a MB, want at most 2", got)
	}
}

// TestCorpusOfGoSourceRaisesNoAlarm reads as much as is wanted of the standard
// library's source, without test data.
func TestCorpusOfGoSourceRaisesNoAlarm(t *testing.T) {
	t.Parallel()
	e := engine(t)
	c := &census{counts: map[string]map[verdict]int{}}
	root := filepath.Join(build.Default.GOROOT, "src")
	var files []string
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && d.Name() == "testdata" {
			return fs.SkipDir
		}
		if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
			files = append(files, path)
		}
		return nil
	})
	if err != nil || len(files) == 0 {
		if os.Getenv("CI") == "true" {
			t.Fatalf("no source of Go at %s: %v", root, err)
		}
		t.Skipf("no source of Go at %s: %v", root, err)
	}
	// Which files are read must not depend on the alphabet.
	slices.SortFunc(files, func(a, b string) int {
		sum := func(path string) uint32 { return crc32.ChecksumIEEE([]byte(strings.TrimPrefix(path, root))) }
		return cmp.Or(cmp.Compare(sum(a), sum(b)), strings.Compare(a, b))
	})
	for _, path := range files {
		if c.size >= *corpusMB<<20 {
			break
		}
		text, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c.take(t, e, "go", string(text))
	}
	t.Logf("reports at %d or more:\n%s", confident, c.table())
	if got := c.perMB(wrong, form); got > 2 {
		t.Errorf("%.2f false reports a MB, want at most 2", got)
	}
}

// TestCorpusPlantsAreFound plants values in every genre of text, each in a line of
// its own, with and without a word of evidence of its type. Without one, another
// type that reads the very same may be reported instead.
func TestCorpusPlantsAreFound(t *testing.T) {
	t.Parallel()
	e := engine(t)
	byName := map[string]*classify.Type{}
	for _, typ := range e.Types() {
		byName[typ.Name] = typ
	}
	each := 10 * *corpusMB
	texts := make([]string, each)
	for i := range texts {
		texts[i] = genres[i%len(genres)].write(uint64(i), 1<<10)
	}
	var b bytes.Buffer
	tab := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
	fmt.Fprintln(tab, "type\tform\talone\twith evidence")
	for _, p := range plants {
		typ := byName[p.typ]
		if typ == nil {
			t.Errorf("no type is called %q", p.typ)
			continue
		}
		recall := func(word string) float64 {
			found := 0
			for i, text := range texts {
				w := newWriter(uint64(i))
				before, value := text+word, p.make(w)
				res, err := e.Scan(t.Context(), before+value+"\n"+texts[(i+1)%each], classify.Options{MaxMatches: 1 << 16})
				if err != nil {
					t.Fatal(err)
				}
				offset := units(before)
				for _, f := range res.Findings {
					if f.Type == typ && slices.ContainsFunc(f.Matches, func(m classify.Match) bool {
						return m.Offset == offset && m.Text == value && m.Confidence >= 65
					}) {
						found++
					}
				}
			}
			return float64(found) / float64(each)
		}
		alone, with := "-", "-"
		if slices.ContainsFunc(typ.Rules, func(r classify.Rule) bool { return r.Alone >= 65 }) {
			alone = fmt.Sprintf("%.3f", recall(""))
		}
		if len(typ.Words) > 0 {
			got := recall(typ.Words[0] + ": ")
			with = fmt.Sprintf("%.3f", got)
			if got < 0.95 {
				t.Errorf("%s as %s: recall %.3f beside %q, want 0.95", p.typ, p.form, got, typ.Words[0])
			}
		}
		fmt.Fprintf(tab, "%s\t%s\t%s\t%s\n", p.typ, p.form, alone, with)
	}
	tab.Flush()
	t.Logf("recall of planted values:\n%s", b.String())
}
