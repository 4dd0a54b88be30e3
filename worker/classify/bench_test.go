package classify_test

import (
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/classify/types"
)

// kinds are the texts to measure with. Only "dense" has what the types look for.
var kinds = []struct {
	name string
	line func(*rand.Rand) string
}{
	{"prose", func(r *rand.Rand) string {
		words := strings.Fields("It was late in the autumn when we left the old house by the river and walked towards Lyon where nobody expected us before Friday the keeper said")
		var b strings.Builder
		for range 12 {
			b.WriteString(words[r.IntN(len(words))])
			b.WriteByte(' ')
		}
		return b.String() + ".\n"
	}},
	{"log", func(r *rand.Rand) string {
		return fmt.Sprintf("2026-03-%02dT%02d:%02d:%02d.%03dZ INFO [worker-%d] request id=%08x took=%dms status=200 path=/v1/items/%d\n",
			1+r.IntN(28), r.IntN(24), r.IntN(60), r.IntN(60), r.IntN(1000), r.IntN(16), r.Uint32(), r.IntN(900), r.IntN(100000))
	}},
	{"csv", func(r *rand.Rand) string {
		return fmt.Sprintf("%d,item-%d,%d.%02d,%d,true,Widget %c%c,%d\n", r.IntN(1e6), r.IntN(1e4), r.IntN(900), r.IntN(100), r.IntN(50), 'A'+r.IntN(26), 'A'+r.IntN(26), 20200000+r.IntN(9999))
	}},
	{"dense", func(r *rand.Rand) string {
		return fmt.Sprintf("card %d, ssn %03d-%02d-%04d, mail user%d@example.com, ip 10.%d.%d.%d\n", 4000000000000000+r.IntN(1e15), 1+r.IntN(600), 1+r.IntN(99), 1+r.IntN(9999), r.IntN(1e6), r.IntN(256), r.IntN(256), r.IntN(256))
	}},
}

func text(kind int, size int) string {
	r := rand.New(rand.NewPCG(1, uint64(kind)))
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(kinds[kind].line(r))
	}
	return b.String()[:size]
}

// withoutEvidence are the built-in types as far as they need no word beside them.
func withoutEvidence(t testing.TB) *classify.Engine {
	t.Helper()
	var alone []*classify.Type
	for _, typ := range types.All() {
		typ.Rules = slices.DeleteFunc(typ.Rules, func(r classify.Rule) bool { return r.Alone == 0 })
		typ.Words = nil
		if len(typ.Rules) > 0 {
			alone = append(alone, typ)
		}
	}
	e, err := classify.New(alone)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// builtIn is made once for all tests: under the race detector that takes as long
// as many of them do.
var builtIn = sync.OnceValues(func() (*classify.Engine, error) { return classify.New(types.All()) })

func engine(t testing.TB) *classify.Engine {
	t.Helper()
	e, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// A corpus is a text to measure with, and how many checks of rules a KB of it
// may cost; see TestFewRulesLookAtOrdinaryText.
type corpus struct {
	name, text string
	most       int
}

// corpora are texts of that size. Those of the kinds hold little but one form, those
// of the genres nearly everything that looks like what the types look for.
func corpora(size int) []corpus {
	var all []corpus
	for k, kind := range kinds {
		all = append(all, corpus{kind.name, text(k, size), map[string]int{"prose": 1, "log": 90, "csv": 130, "dense": 160}[kind.name]})
	}
	for _, g := range genres {
		all = append(all, corpus{"mixed " + g.name, g.write(1, size)[:size], map[string]int{"prose": 20, "log": 175, "csv": 430, "code": 80, "json": 215}[g.name]})
	}
	return all
}

func BenchmarkScan(b *testing.B) {
	for _, engine := range []struct {
		name string
		*classify.Engine
	}{{"alone", withoutEvidence(b)}, {"evidence", engine(b)}} {
		for _, size := range []int{1 << 10, 1 << 20} {
			for _, c := range corpora(1 << 20) {
				b.Run(fmt.Sprintf("%s/%dKB/%s", engine.name, size>>10, c.name), func(b *testing.B) {
					b.SetBytes(int64(size))
					b.ReportAllocs()
					for b.Loop() {
						if _, err := engine.Scan(b.Context(), c.text[:size], classify.Options{}); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
}

// BenchmarkRegexps is for scale: what one expression a type costs, without any
// check, for a tenth of the types.
func BenchmarkRegexps(b *testing.B) {
	var all []*regexp.Regexp
	for _, expr := range []string{
		`\b(?:\d[ -]?){13,16}\b`, `\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?\b`, `\b\d{3}-\d{2}-\d{4}\b`, `\b9\d{2}-[5-9]\d-\d{4}\b`,
		`\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b`, `\b(?:\d{1,3}\.){3}\d{1,3}\b`, `\b(?:[0-9a-fA-F]{0,4}:){2,7}[0-9a-fA-F]{0,4}\b`, `\b(?:[0-9a-fA-F]{2}[:-]){5}[0-9a-fA-F]{2}\b`,
		`\bhttps?://[^\s"'<>]+`, `\b(?:AKIA|ASIA)[A-Z2-7]{16}\b`, `\bgh[pousr]_[A-Za-z0-9]{36}\b`, `\bxox[abpr]-[A-Za-z0-9-]{10,}\b`, `\beyJ[\w-]+\.eyJ[\w-]+\.[\w-]+\b`,
		`-----BEGIN [A-Z ]*PRIVATE KEY-----`, `\b(?:bc1|[13])[a-zA-HJ-NP-Z0-9]{25,39}\b`, `\b0x[0-9a-fA-F]{40}\b`, `\b[A-HJ-NPR-Z0-9]{17}\b`, `\b\d{2}-\d{7}\b`,
		`\b[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?(?:\d{2} ?){3}[A-D]\b`, `\b\d{3} ?\d{3} ?\d{4}\b`, `\b\d{8}[A-Z]\b`, `\b[XYZ]\d{7}[A-Z]\b`, `\b[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]\b`,
		`\b\d{11}\b`, `\b\d{3}\.\d{3}\.\d{3}-\d{2}\b`, `\b\d{6}[-+A]\d{3}[0-9A-Y]\b`, `\b[STFGM]\d{7}[A-Z]\b`, `\b[2-9]\d{3} ?\d{4} ?\d{4}\b`, `\b[A-Z]{5}\d{4}[A-Z]\b`,
		`\+?\d[\d ().-]{7,15}\d`, `\b\d{4}-\d{2}-\d{2}\b`, `(?i)\b(?:password|passwd|pwd|secret)\s*[:=]\s*\S{6,}`,
	} {
		all = append(all, regexp.MustCompile(expr))
	}
	for _, c := range corpora(1 << 20) {
		text := c.text[:64<<10]
		b.Run(fmt.Sprintf("%dof/64KB/%s", len(all), c.name), func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			for b.Loop() {
				for _, re := range all {
					re.FindAllStringIndex(text, -1)
				}
			}
		})
	}
}

// A row that lets its rules look at every word or number slows all scans, and
// nobody notices one row. No time is taken: the checks are counted.
func TestFewRulesLookAtOrdinaryText(t *testing.T) {
	t.Parallel()
	e := engine(t)
	const size = 128 << 10
	for _, c := range corpora(size) {
		if got := e.Checks(c.text) / (size >> 10); got > c.most {
			t.Errorf("%s: rules look at %d candidates a KB, want at most %d", c.name, got, c.most)
		} else {
			t.Logf("%s: %d a KB", c.name, got)
		}
	}
}

// lookUp is the yardstick: one load a byte from a table of 256. Four a turn, since
// how fast a turn is depends on where the linker puts it, by a factor of two; in a
// function of its own, since what nobody asks for is not computed otherwise.
//
//go:noinline
func lookUp(text string) (sum int) {
	for ; len(text) >= 4; text = text[4:] {
		sum += int(table[text[0]]) + int(table[text[1]]) + int(table[text[2]]) + int(table[text[3]])
	}
	return sum
}

var table = func() (t [256]uint8) {
	for i := range t {
		t[i] = uint8(i * 7)
	}
	return t
}()

func BenchmarkTableLookup(b *testing.B) {
	for _, c := range corpora(1 << 20) {
		b.Run("1024KB/"+c.name, func(b *testing.B) {
			b.SetBytes(int64(len(c.text)))
			for b.Loop() {
				lookUp(c.text)
			}
		})
	}
}

// quickest is how long f takes for each of the pieces of a text, in ns: of many
// turns the quickest, since a machine that others use is not the same from one
// moment to the next.
type quickest []float64

func (q quickest) take(i int, f func()) {
	start := time.Now()
	f()
	if d := float64(time.Since(start).Nanoseconds()); q[i] == 0 || d < q[i] {
		q[i] = d
	}
}

func (q quickest) sum() (total float64) {
	for _, d := range q {
		total += d
	}
	return total
}

// ways are the engines whose speed has goals: beside the yardstick, and in
// microseconds for a document of a KB.
func ways(b *testing.B) []way {
	return []way{{"alone", withoutEvidence(b), 0.2, 10}, {"evidence", engine(b), 0.1, 10}}
}

type way struct {
	name string
	*classify.Engine
	ofTable, document float64
}

func (w way) scan(b *testing.B, text string) func() {
	return func() {
		if _, err := w.Scan(b.Context(), text, classify.Options{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkOfTable is how fast the scanner is beside the yardstick, and how fast
// it is to be: both over the same text in turns. A MB is more than a processor
// can learn the branches of by heart.
func BenchmarkOfTable(b *testing.B) {
	const piece = 16 << 10
	for _, w := range ways(b) {
		for _, c := range corpora(1 << 20) {
			b.Run(w.name+"/"+c.name, func(b *testing.B) {
				table, scan := make(quickest, len(c.text)/piece), make(quickest, len(c.text)/piece)
				for b.Loop() {
					for i := range scan {
						text := c.text[i*piece:][:piece]
						table.take(i, func() { lookUp(text) })
						scan.take(i, w.scan(b, text))
					}
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(table.sum()/scan.sum(), "of-table")
				b.ReportMetric(w.ofTable, "goal")
				b.ReportMetric(scan.sum()/float64(len(c.text)>>10), "ns/KB")
			})
		}
	}
}

// BenchmarkDocument is how long a document of a KB takes, on average of a
// thousand, and how long it is to take at most.
func BenchmarkDocument(b *testing.B) {
	const size = 1 << 10
	for _, w := range ways(b) {
		for _, c := range corpora(1 << 20) {
			b.Run(w.name+"/"+c.name, func(b *testing.B) {
				scan := make(quickest, len(c.text)/size)
				for b.Loop() {
					for i := range scan {
						scan.take(i, w.scan(b, c.text[i*size:][:size]))
					}
				}
				b.ReportMetric(0, "ns/op")
				b.ReportMetric(scan.sum()/float64(len(scan))/1e3, "us/document")
				b.ReportMetric(w.document, "goal")
			})
		}
	}
}
