package classify_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

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

func with(t testing.TB, types ...*classify.Type) *classify.Engine {
	t.Helper()
	bare, err := classify.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	e, err := bare.With(types)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

// matched are the texts that e finds, all of them.
func matched(t testing.TB, e *classify.Engine, text string) []string {
	t.Helper()
	res, err := e.Scan(t.Context(), text, classify.Options{MaxMatches: len(text) + 1})
	if err != nil {
		t.Fatal(err)
	}
	out := []string{}
	for _, f := range res.Findings {
		for _, m := range f.Matches {
			out = append(out, fmt.Sprintf("%s@%d", m.Text, m.Offset))
		}
	}
	return out
}

// TestWindowsChangeNoMatch compares with a search over the whole text at once.
func TestWindowsChangeNoMatch(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	var b strings.Builder
	for b.Len() < 7_000 {
		b.WriteString([]string{"ab12", "-", " ", "\n", "é", "BDG-123456", "x", "漢字", "99"}[r.IntN(9)])
	}
	text := b.String()
	for _, expr := range []string{
		`BDG-\d{6}`, `\d{2}`, `\b\w+\b`, `(?m)^[^\n]+$`, `é[^é]*é`, `[a-z]\d|\d[A-Z]`, `\pL+`, `(?i)bdg|x`, `\Aab|99\z`, `(?s)x.{0,300}?99`,
	} {
		want := []string{}
		for _, m := range regexp.MustCompile(expr).FindAllStringIndex(text, -1) {
			want = append(want, fmt.Sprintf("%s@%d", text[m[0]:m[1]], len([]rune(text[:m[0]]))))
		}
		if len(want) == 0 && !strings.Contains(expr, `\A`) {
			t.Errorf("%s: matches nothing", expr)
		}
		if diff := cmp.Diff(want, matched(t, with(t, own(t, 1, pattern(t, expr))), text)); diff != "" {
			t.Errorf("%s (-want +got):\n%.1000s", expr, diff)
		}
	}
}

func TestMatchThatIsTooLongIsNone(t *testing.T) {
	e := with(t, own(t, 1, pattern(t, `<a+>`)))
	for _, tt := range []struct {
		length int
		want   int
	}{{classify.MaxMatch, 1}, {classify.MaxMatch + 1, 0}} {
		for _, before := range []int{0, 1000, 2047, 2048, 4000} {
			text := strings.Repeat(".", before) + "<" + strings.Repeat("a", tt.length-2) + ">"
			if got := matched(t, e, text); len(got) != tt.want {
				t.Errorf("%d bytes behind %d: found %d, want %d", tt.length, before, len(got), tt.want)
			}
		}
	}
}

func TestManyPatternsAreFoundAsEachIs(t *testing.T) {
	var all []*classify.Type
	for i := range 200 {
		all = append(all, own(t, i, pattern(t, fmt.Sprintf(`\bT%03d-\d+\b`, i))))
	}
	got := matched(t, with(t, all...), "T000-1 T063-2 T064-3 T199-4 T200-5")
	if diff := cmp.Diff([]string{"T000-1@0", "T063-2@7", "T064-3@14", "T199-4@21"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestTermsAreWholeWordsInAnyCase(t *testing.T) {
	e := with(t, own(t, 1, classify.Rule{Shape: classify.Terms{"aurora", "northern light", "Ökostrom", "東京", "C4-X"}, Alone: 75, With: 75}))
	got := matched(t, e, "AURORA auroras, Northern\nLight northern_light ÖKOSTROM 東京都 c4-x C4-XY")
	want := []string{"AURORA@0", "Northern\nLight@16", "northern_light@31", "ÖKOSTROM@46", "東京@55", "c4-x@59"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

// The columns of all these, of the letters and digits and of UTF-8 do not fit
// into those that are looked up by a bit.
func TestTermsMayHoldAnyCharacter(t *testing.T) {
	var terms classify.Terms
	for c := '!'; c <= '~'; c++ {
		if !strings.ContainsRune("-_", c) && classify.NoTerm([]string{fmt.Sprintf("a%cb", c)}) < 0 {
			terms = append(terms, fmt.Sprintf("a%cb", c), fmt.Sprintf("%cä漢%cя", 'a'+c%26, c))
		}
	}
	e := with(t, own(t, 1, classify.Rule{Shape: terms, Alone: 75, With: 85}))
	for _, term := range terms {
		if diff := cmp.Diff([]string{strings.ToUpper(term) + "@1"}, matched(t, e, " "+strings.ToUpper(term)+" ")); diff != "" {
			t.Errorf("%q:\n%s", term, diff)
		}
	}
}

func TestPatternSeesFoldedText(t *testing.T) {
	e := with(t, own(t, 1, pattern(t, `ID-\d{4}`)))
	got := matched(t, e, "😀 ＩＤ–１２３４ ID-1\u200b234 \xffID-9999")
	if diff := cmp.Diff([]string{"ＩＤ–１２３４@3", "ID-1\u200b234@11", "ID-9999@21"}, got); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestLongerMatchOfOwnTypesWins(t *testing.T) {
	e := with(t, own(t, 1, pattern(t, `\d{4}`)), own(t, 2, pattern(t, `EMP\d{4}`)))
	if diff := cmp.Diff([]string{"7777@8", "EMP1234@0"}, matched(t, e, "EMP1234 7777")); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}

func TestPatternsThatCannotStandAreRefused(t *testing.T) {
	for _, tt := range []struct {
		expr string
		want error
	}{
		{`a(`, classify.ErrPattern},
		{`(a)\1`, classify.ErrPattern},
		{`(?=a)`, classify.ErrPattern},
		{`a*`, classify.ErrEmptyMatch},
		{`\b`, classify.ErrEmptyMatch},
		{`(a|b?)`, classify.ErrEmptyMatch},
		{`(?m)^$`, classify.ErrEmptyMatch},
		{`((a{100}){100}){100}`, classify.ErrPatternSize},
		{`[\pL\pN]{1000}`, classify.ErrPatternSize},
		{strings.Repeat("(", 1001) + strings.Repeat(")", 1001), classify.ErrPatternSize},
		{`A\x{2013}B`, classify.ErrPatternFolds},
		{"A\u00a0B", classify.ErrPatternFolds},
		{`a|b+`, nil},
		{`\d{3}-?\d{2}`, nil},
	} {
		if _, err := classify.NewPattern(tt.expr); !errors.Is(err, tt.want) || (err == nil) != (tt.want == nil) {
			t.Errorf("NewPattern(%.30q) = %v, want %v", tt.expr, err, tt.want)
		}
	}
}

// TestOwnTypesCostLinearTime counts steps, not seconds, over texts and patterns
// that make a search look far for each match.
func TestOwnTypesCostLinearTime(t *testing.T) {
	t.Parallel()
	evil := []classify.Rule{
		pattern(t, `(a|aa)+c`), pattern(t, `[ab]*a[ab]{8}c`), pattern(t, `\w`),
		{Shape: classify.Terms{"aa", "aa aa", "ab ab ab"}, Alone: 75, With: 75},
	}
	typ := own(t, 1, evil...)
	typ.Words = []string{"aa", "ab"}
	scan := with(t, typ).Scanner()
	for _, unit := range []string{"a", "aa ", "ab ab ab ", "a~"} {
		_, one := scan(strings.Repeat(unit, 4<<10/len(unit)))
		_, four := scan(strings.Repeat(unit, 16<<10/len(unit)))
		if four > 6*one {
			t.Errorf("%q: 4 times the text costs %d steps, %d times as many", unit, four, four/one)
		}
	}
}

func TestOwnTypesHearOfTheEnd(t *testing.T) {
	e := with(t, own(t, 1, pattern(t, `(?s)a(.*~)?`)))
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	timer := time.AfterFunc(time.Millisecond, func() { cancel(cause) })
	defer timer.Stop()
	res, err := e.Scan(ctx, strings.Repeat("a", 4<<20), classify.Options{})
	if !errors.Is(err, cause) || !res.Partial {
		t.Errorf("Scan = %v, want the cause and a partial result", err)
	}
}

func TestBuiltInTypesAreFoundAsWithoutOwnOnes(t *testing.T) {
	e := engine(t)
	further, err := e.With([]*classify.Type{own(t, 1, pattern(t, `no such thing \d`))})
	if err != nil {
		t.Fatal(err)
	}
	text := text(3, 64<<10)
	if diff := cmp.Diff(matched(t, e, text), matched(t, further, text)); diff != "" {
		t.Errorf("-without +with\n%.1000s", diff)
	}
	if _, err := e.With([]*classify.Type{{ID: e.Types()[0].ID, Rules: []classify.Rule{pattern(t, "a")}}}); err == nil {
		t.Error("a built-in type's id is taken for another")
	}
	if _, err := e.With([]*classify.Type{own(t, 1, classify.Rule{Shape: classify.Token{Len: 3}, With: 75})}); err == nil {
		t.Error("a shape of the tables is taken")
	}
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
