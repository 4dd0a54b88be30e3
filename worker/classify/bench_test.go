package classify_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

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

func engine(t testing.TB) *classify.Engine {
	t.Helper()
	e, err := classify.New(types.All())
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func BenchmarkScan(b *testing.B) {
	e := engine(b)
	for _, size := range []int{1 << 10, 1 << 20} {
		for k, kind := range kinds {
			text := text(k, size)
			b.Run(fmt.Sprintf("%dKB/%s", size>>10, kind.name), func(b *testing.B) {
				b.SetBytes(int64(size))
				b.ReportAllocs()
				for b.Loop() {
					if _, err := e.Scan(b.Context(), text, classify.Options{}); err != nil {
						b.Fatal(err)
					}
				}
			})
		}
	}
}

// BenchmarkTableLookup is the yardstick: one load a byte from a table of 256.
func BenchmarkTableLookup(b *testing.B) {
	var table [256]uint8
	for i := range table {
		table[i] = uint8(i * 7)
	}
	for k, kind := range kinds {
		text := text(k, 1<<20)
		b.Run("1024KB/"+kind.name, func(b *testing.B) {
			b.SetBytes(int64(len(text)))
			sum := 0
			for b.Loop() {
				for i := range len(text) {
					sum += int(table[text[i]])
				}
			}
			if sum == 0 {
				b.Fatal("nothing was added up")
			}
		})
	}
}
