package classify_test

import (
	"fmt"
	"testing"

	"github.com/classifyd/classifyd/worker/classify"
)

func own(t testing.TB, id int, rules ...classify.Rule) *classify.Type {
	t.Helper()
	return &classify.Type{ID: fmt.Sprintf("00000000-0000-4000-8000-%012d", id), Name: fmt.Sprint("own ", id), Tenant: true, Rules: rules}
}

func pattern(t testing.TB, expr string) classify.Rule {
	t.Helper()
	p, err := classify.NewPattern(expr)
	if err != nil {
		t.Fatalf("%s: %v", expr, err)
	}
	return classify.Rule{Shape: p, Alone: 75, With: 85}
}

func BenchmarkWith(b *testing.B) {
	e := engine(b)
	for _, n := range []int{1, 50, 500} {
		var all []*classify.Type
		for i := range n {
			all = append(all, own(b, i, pattern(b, fmt.Sprintf(`\b[A-Z]{2}%d-\d{6,9}\b`, i))))
		}
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := e.With(all); err != nil {
					b.Fatal(err)
				}
			}
		})
		with, err := e.With(all)
		if err != nil {
			b.Fatal(err)
		}
		text := text(1, 1<<20)
		b.Run(fmt.Sprintf("%d/scan", n), func(b *testing.B) {
			b.SetBytes(1 << 20)
			for b.Loop() {
				if _, err := with.Scan(b.Context(), text, classify.Options{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
