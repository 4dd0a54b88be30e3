// Package compare holds the engine against gitleaks, in one run over the same
// text. It is a module of its own, so that what gitleaks needs stays out of ours.
package compare

import (
	"fmt"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/classify/types"
	"github.com/zricethezav/gitleaks/v8/detect"
)

// log is a piece of a log with a secret in every hundredth line.
func log(size int) string {
	var b strings.Builder
	for i := 0; b.Len() < size; i++ {
		fmt.Fprintf(&b, "2026-03-%02dT10:%02d:%02d.000Z INFO [worker-%d] request id=%08x took=%dms status=200 path=/v1/items/%d\n", 1+i%28, i%60, i*7%60, i%16, i*2654435761, i%900, i*31)
		if i%100 == 99 {
			b.WriteString("export AWS_ACCESS_KEY_ID=AKIAZ7Q3XW5LN2VTKD6P\n")
		}
	}
	return b.String()[:size]
}

const size = 64 << 10

// credentials is the engine with what gitleaks looks for too.
func credentials(t testing.TB) func(text string) int {
	e, err := classify.New(types.All())
	if err != nil {
		t.Fatal(err)
	}
	return func(text string) int {
		res, err := e.Scan(t.Context(), text, classify.Options{Categories: []string{classify.CategoryCredential}})
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for _, f := range res.Findings {
			n += f.Count
		}
		return n
	}
}

func gitleaks(t testing.TB) func(text string) int {
	d, err := detect.NewDetectorDefaultConfig()
	if err != nil {
		t.Fatal(err)
	}
	return func(text string) int { return len(d.DetectString(text)) }
}

func TestBothFindTheSecrets(t *testing.T) {
	text := log(size)
	want := strings.Count(text, "AKIAZ7Q3XW5LN2VTKD6P")
	for name, scan := range map[string]func(string) int{"classify": credentials(t), "gitleaks": gitleaks(t)} {
		if got := scan(text); got < want {
			t.Errorf("%s found %d, want %d", name, got, want)
		}
	}
}

func BenchmarkSecrets(b *testing.B) {
	text := log(size)
	for _, way := range []struct {
		name string
		scan func(string) int
	}{{"classify", credentials(b)}, {"gitleaks", gitleaks(b)}} {
		b.Run(fmt.Sprintf("%s/%dKB", way.name, size>>10), func(b *testing.B) {
			b.SetBytes(size)
			for b.Loop() {
				way.scan(text)
			}
		})
	}
}
