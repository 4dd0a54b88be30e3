package classify_test

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/classify/types"
)

// The built-in types that tests ask for by name.
const (
	card = "50842eb7-edc8-4019-85dd-5a5c1f2bb085"
	ssn  = "a44669fe-0d48-453d-a9b1-2cc83f2cba77"
	ipv4 = "a7dd5e5f-e7f9-4626-a2c6-86a8cb6830d2"
	ip   = "1daa4ad5-e2dd-4ca4-a788-54722c09efb2"
)

// show renders a result as "name match@offset+length:confidence(evidence)" lines.
func show(res *classify.Result) []string {
	var out []string
	for _, f := range res.Findings {
		for _, m := range f.Matches {
			line := []string{fmt.Sprintf("%s %s@%d+%d:%d", f.Type.Name, m.Text, m.Offset, m.Length, m.Confidence)}
			for _, e := range m.Evidence {
				line = append(line, fmt.Sprintf("(%s@%d+%d)", e.Text, e.Offset, e.Length))
			}
			out = append(out, strings.Join(line, " "))
		}
	}
	return out
}

func scan(t *testing.T, e *classify.Engine, text string, opt classify.Options) *classify.Result {
	t.Helper()
	res, err := e.Scan(t.Context(), text, opt)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestOffsetsCountUTF16UnitsOfTheOriginal(t *testing.T) {
	e := engine(t)
	for _, tt := range []struct{ name, text, want string }{
		{"ASCII", "card 4111111111111111", "4111111111111111@5+16:85 (card@0+4)"},
		{"Latin", "clé: card 4111111111111111", "4111111111111111@10+16:85 (card@5+4)"},
		{"astral", "😀😀 card 4111111111111111", "4111111111111111@10+16:85 (card@5+4)"},
		{"full width", "ｃａｒｄ ４111111111111111", "４111111111111111@5+16:85 (ｃａｒｄ@0+4)"},
		{"zero width", "\u200bcard \u200b4111\u200b1111\u00ad1111\u20601111\u200b.", "4111\u200b1111\u00ad1111\u20601111@7+19:85 (card@1+4)"},
		{"no-break spaces", "card 4111\u00a01111\u202f1111\u00a01111", "4111\u00a01111\u202f1111\u00a01111@5+19:85 (card@0+4)"},
		{"no-break hyphens", "card 4111\u20111111\u20111111\u20111111", "4111\u20111111\u20111111\u20111111@5+19:85 (card@0+4)"},
		{"marks of direction", "card \u200e4111111111111111\u200f", "4111111111111111@6+16:85 (card@0+4)"},
		{"astral digits", "card 𝟒111111111111111", "𝟒111111111111111@5+17:85 (card@0+4)"},
	} {
		got := show(scan(t, e, tt.text, classify.Options{Types: []string{card}}))
		if want := []string{"Credit Card Number " + tt.want}; !slices.Equal(got, want) {
			t.Errorf("%s: Scan(%q) = %q, want %q", tt.name, tt.text, got, want)
		}
	}
}

func TestEvidenceIsWholeWordsInProximity(t *testing.T) {
	e := engine(t)
	const number = " 536-22-8726 "
	for _, tt := range []struct {
		name, text string
		want       string // the evidence, empty for no match
	}{
		{"before", "SSN" + number, "SSN"},
		{"behind", number + "is my Social\n Security  Number", "Social\n Security  Number"},
		{"identifier", "user_ssn_no=" + number, "ssn_no"},
		{"part of a word", "essn ssnx" + number, ""},
		{"at the edge", "ssn" + strings.Repeat(" ", 299) + number, "ssn"},
		{"beyond the edge", "ssn" + strings.Repeat(" ", 300) + number, ""},
		{"at the edge behind", number + strings.Repeat("é", 298) + " ssn", "ssn"},
		{"beyond the edge behind", number + strings.Repeat("é", 299) + " ssn", ""},
		{"astral characters count twice", "ssn" + strings.Repeat("😀", 150) + number, ""},
		{"other case and accents", "NÚMERO DE SEGURO SOCIAL" + number, "NÚMERO DE SEGURO SOCIAL"},
		{"nothing", number, ""},
	} {
		res := scan(t, e, tt.text, classify.Options{Types: []string{ssn}})
		var words []string
		for _, f := range res.Findings {
			for _, m := range f.Matches {
				for _, ev := range m.Evidence {
					words = append(words, ev.Text)
				}
			}
		}
		if got := strings.Join(words, " "); got != tt.want {
			t.Errorf("%s: evidence %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestEvidenceInScriptsWithoutSpaces(t *testing.T) {
	e := engine(t)
	for _, text := range []string{"我的信用卡是4111111111111111。", "No信用卡No4 4111111111111111", "クレジットカード：4111111111111111", "신용카드는 4111111111111111", "КРЕДИТНАЯ КАРТА 4111111111111111"} {
		res := scan(t, e, text, classify.Options{Types: []string{card}})
		if len(res.Findings) != 1 || res.Findings[0].Confidence != 85 {
			t.Errorf("Scan(%q) = %q, want a card at 85", text, show(res))
		}
	}
}

func TestTheBetterCheckedOrLongerMatchWins(t *testing.T) {
	e := engine(t)
	for _, tt := range []struct {
		name, text string
		want       []string
	}{
		{"e-mail over phone", "call 2125552368@example.com", []string{"E-mail Address 2125552368@example.com@5+22:85"}},
		{"IPv6 over the IPv4 in it", "::ffff:203.0.113.7", []string{"IP Address v6 ::ffff:203.0.113.7@0+18:75"}},
		{"card over its first twelve digits", "2341-2341-2346-0006", nil},
		{"IBAN over the numbers in it", "GB82 WEST 1234 5698 7654 32", []string{"International Banking Account Number (IBAN) GB82 WEST 1234 5698 7654 32@0+27:85"}},
		{"two neighbours", "4111111111111111 4111 1111 1111 1111", []string{"Credit Card Number 4111111111111111@0+16:65", "Credit Card Number 4111 1111 1111 1111@17+19:65"}},
	} {
		if got := show(scan(t, e, tt.text, classify.Options{})); !slices.Equal(got, tt.want) {
			t.Errorf("%s: Scan(%q) = %q, want %q", tt.name, tt.text, got, tt.want)
		}
	}
}

// nine is a type of nine digits, for which only its check and evidence matter.
func nine(id, name string, strength classify.Strength, alone, with int) *classify.Type {
	return &classify.Type{ID: id, Name: name, Words: []string{name}, Rules: []classify.Rule{{
		Shape: classify.Number{Layouts: []string{"9"}}, Strength: strength, Alone: alone, With: with,
	}}}
}

func TestAmbiguousDigitsAreReportedOnceAtTheLowestConfidence(t *testing.T) {
	e, err := classify.New([]*classify.Type{
		nine("00000000-0000-0000-0000-000000000001", "alpha", classify.CheckDigit, 75, 85),
		nine("00000000-0000-0000-0000-000000000002", "beta", classify.CheckDigit, 65, 85),
		nine("00000000-0000-0000-0000-000000000003", "gamma", classify.CheckDigit, 70, 80),
		nine("00000000-0000-0000-0000-000000000004", "delta", classify.Form, 60, 90),
		nine("00000000-0000-0000-0000-000000000005", "delta two", classify.Form, 60, 90),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, tt := range []struct {
		text string
		want []string
	}{
		{"123456789", []string{"alpha 123456789@0+9:65"}},
		{"beta 123456789", []string{"beta 123456789@5+9:85 (beta@0+4)"}},
		{"delta 123456789", []string{"delta 123456789@6+9:90 (delta@0+5)"}},
		{"delta delta two 123456789", []string{"delta two 123456789@16+9:90 (delta two@6+9)"}},
		{"delta gamma 123456789", []string{"gamma 123456789@12+9:80 (gamma@6+5)"}},
	} {
		if got := show(scan(t, e, tt.text, classify.Options{})); !slices.Equal(got, tt.want) {
			t.Errorf("Scan(%q) = %q, want %q", tt.text, got, tt.want)
		}
	}
}

func TestCountsAreExactBeyondMaxMatches(t *testing.T) {
	e := engine(t)
	text := strings.Repeat("4111111111111111, 4111-1111-1111-1111 and 378282246310005; ", 20000)
	res := scan(t, e, text, classify.Options{Types: []string{card}, MaxMatches: 3})
	if len(res.Findings) != 1 {
		t.Fatalf("found %d types, want 1", len(res.Findings))
	}
	f := res.Findings[0]
	f.Type, f.Matches = nil, nil
	want := classify.Finding{UniqueCount: 2, Count: 60000, Confidence: 65, Attributes: []classify.Attribute{{Confidence: 65, Count: 60000}}}
	if diff := cmp.Diff(want, f); diff != "" {
		t.Errorf("finding (-want +got):\n%s", diff)
	}
	if n := len(res.Findings[0].Matches); n != 3 {
		t.Errorf("%d matches reported, want 3", n)
	}
}

func TestWordsHaveTheLengthTheirRuleWants(t *testing.T) {
	e, err := classify.New([]*classify.Type{{ID: "00000000-0000-0000-0000-000000000001", Name: "code", Rules: []classify.Rule{{
		Shape: classify.Word{Starts: []string{"AB", "12"}, Min: 4, Max: 5}, Alone: 65, With: 65,
	}}}, {ID: "00000000-0000-0000-0000-000000000002", Name: "small", Rules: []classify.Rule{{
		Shape: classify.Word{Starts: []string{"XY"}, Min: 4, Max: 5, Small: true}, Alone: 65, With: 65,
	}}}})
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"code AB34@9+4:65", "code AB345@14+5:65", "code 12X4@32+4:65"}
	if got := show(scan(t, e, "AB3 ab34 AB34,AB345 AB3456 1234 12X4", classify.Options{})); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
	want = []string{"small xy12@0+4:65", "small xya1@5+4:65", "small Xy123@10+5:65", "small XY12@16+4:65"}
	if got := show(scan(t, e, "xy12 xya1 Xy123 XY12 xyab1 xyab 1xy12 axy12 xy1", classify.Options{})); !slices.Equal(got, want) {
		t.Errorf("found %q, want %q", got, want)
	}
}

func TestOptionsNarrowWhatIsReported(t *testing.T) {
	e := engine(t)
	const text = "card 4111111111111111, ip 203.0.113.7, jane@example.com, cpf 529.982.247-25, 378282246310005" +
		"                                                                                                    " +
		"                                                                                                    " +
		"                                                                                                    " +
		"                                                                                                    198.51.100.9"
	for _, tt := range []struct {
		name string
		opt  classify.Options
		want []string
	}{
		{"types", classify.Options{Types: []string{strings.ToUpper(ipv4)}}, []string{"203.0.113.7", "198.51.100.9"}},
		{"alias", classify.Options{Types: []string{ip}}, []string{"203.0.113.7", "198.51.100.9"}},
		{"alias and member", classify.Options{Types: []string{ip, ipv4}}, []string{"203.0.113.7", "198.51.100.9", "203.0.113.7", "198.51.100.9"}},
		{"confidence", classify.Options{Types: []string{ipv4}, MinConfidence: 80}, []string{"203.0.113.7"}},
		{"category", classify.Options{Categories: []string{classify.CategoryContact}}, []string{"jane@example.com"}},
		{"country", classify.Options{Countries: []string{"br"}, Categories: []string{classify.CategoryIdentity}}, []string{"529.982.247-25"}},
		{"other country", classify.Options{Countries: []string{"IN"}, Categories: []string{classify.CategoryIdentity}}, nil},
		{"allowed value", classify.Options{Types: []string{card}, Allow: classify.AllowList{Values: []string{"4111-1111-1111-1111"}}}, []string{"378282246310005"}},
		{"allowed pattern", classify.Options{Types: []string{card}, Allow: classify.AllowList{Patterns: []*regexp.Regexp{regexp.MustCompile(`^37`)}}}, []string{"4111111111111111"}},
	} {
		var got []string
		for _, f := range scan(t, e, text, tt.opt).Findings {
			for _, m := range f.Matches {
				got = append(got, m.Text)
			}
		}
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestUnknownTypeIsNamed(t *testing.T) {
	_, err := engine(t).Scan(t.Context(), "x", classify.Options{Types: []string{card, "no-such-type"}})
	if unknown, ok := errors.AsType[*classify.UnknownTypeError](err); !ok || unknown.ID != "no-such-type" {
		t.Errorf("Scan = %v, want an UnknownTypeError for no-such-type", err)
	}
}

func TestAliasIsUsedOnlyWhenNamed(t *testing.T) {
	for _, f := range scan(t, engine(t), "203.0.113.7", classify.Options{}).Findings {
		if f.Type.ID == ip {
			t.Errorf("%s was reported without being asked for", f.Type.Name)
		}
	}
}

func TestScanStopsWithItsContextAndSaysSo(t *testing.T) {
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	seen := 0
	e, err := classify.New(append(types.All(), &classify.Type{ID: "00000000-0000-0000-0000-000000000001", Name: "stopper", Rules: []classify.Rule{{
		Shape: classify.Word{Starts: []string{"STOP"}},
		Check: func(*classify.Candidate) bool { seen++; cancel(cause); return false },
		With:  85, Alone: 85,
	}}}))
	if err != nil {
		t.Fatal(err)
	}
	text := strings.Repeat("4111111111111111 ", 10000) + "STOP " + strings.Repeat("4111111111111111 ", 10000)
	res, err := e.Scan(ctx, text, classify.Options{})
	if err != cause {
		t.Errorf("Scan = %v, want the cause", err)
	}
	if !res.Partial || len(res.Findings) != 1 || res.Findings[0].Count == 0 || res.Findings[0].Count >= 20000 || seen != 1 {
		t.Errorf("Partial = %v, %d findings; want part of the cards", res.Partial, len(res.Findings))
	}
}

func TestScanIsDeterministicAndConcurrent(t *testing.T) {
	e := engine(t)
	text := text(3, 64<<10)
	want := scan(t, e, text, classify.Options{})
	done := make(chan *classify.Result)
	for range 4 {
		go func() {
			res, _ := e.Scan(context.Background(), text, classify.Options{})
			done <- res
		}()
	}
	for range 4 {
		got := <-done
		if diff := cmp.Diff(want, got, cmp.Comparer(func(a, b *classify.Type) bool { return a == b })); diff != "" {
			t.Errorf("another result (-first +other):\n%s", diff)
		}
	}
}

// TestBlocksLeaveNoSeams moves a match over the border of the first block.
func TestBlocksLeaveNoSeams(t *testing.T) {
	e := engine(t)
	const match = "card 4111 1111 1111 1111 and jane.doe@mail.example.com, secret 7uGk2/QzPp+9XvLmT4wRcY8sBnEa1HdJf6ZoKqVi"
	for pad := 32<<10 - len(match) - 8; pad <= 32<<10+8; pad++ {
		res := scan(t, e, strings.Repeat(" ", pad)+match+strings.Repeat(" x", pad%2*400), classify.Options{})
		if len(res.Findings) != 3 || slices.ContainsFunc(res.Findings, func(f classify.Finding) bool { return f.Count != 1 }) || res.Findings[0].Matches[0].Offset != pad+5 {
			t.Fatalf("pad %d: %q", pad, show(res))
		}
	}
}

// The worst texts we can think of for each shape.
var adversarial = map[string]func(n int) string{
	"digits":             func(n int) string { return strings.Repeat("4", n) },
	"short groups":       func(n int) string { return strings.Repeat("1-", n/2) },
	"spaced groups":      func(n int) string { return strings.Repeat("4111 ", n/5) },
	"Aadhaar chain":      func(n int) string { return strings.Repeat("2341-2341-2346:", n/15) },
	"cards":              func(n int) string { return strings.Repeat("4111111111111111,", n/17) },
	"cards and words":    func(n int) string { return strings.Repeat("4111111111111111 card visa cvv ", n/31) },
	"nested separators":  func(n int) string { return strings.Repeat("(1.(2-(3/(4", n/11) },
	"at signs":           func(n int) string { return strings.Repeat("@", n) },
	"locals":             func(n int) string { return strings.Repeat("a.b@", n/4) },
	"domains":            func(n int) string { return strings.Repeat("a@b.c-", n/6) },
	"one endless domain": func(n int) string { return "a@" + strings.Repeat("b.", n/2) },
	"base64":             func(n int) string { return strings.Repeat("q83vEjRWeJCrze8S/Nk+", n/20) },
	"tokens":             func(n int) string { return strings.Repeat("u7Gk2/QzPp+9XvLmT4wRcY8sBnEa1HdJf6ZoKqVi ", n/41) },
	"colons":             func(n int) string { return strings.Repeat(":", n) },
	"hex groups":         func(n int) string { return strings.Repeat("1f:", n/3) },
	"dots":               func(n int) string { return strings.Repeat("1.", n/2) },
	"key headers":        func(n int) string { return strings.Repeat("-----BEGIN PRIVATE KEY-----\n", n/28) },
	"IBAN starts":        func(n int) string { return strings.Repeat("DE75 5121 ", n/10) },
	"half phrases":       func(n int) string { return strings.Repeat("social security 536-22-872 536-22-8726 ", n/39) },
	"separators":         func(n int) string { return strings.Repeat("credit \n", n/8) + "4111111111111111" },
	"zero width":         func(n int) string { return strings.Repeat("4\u200b", n/4) },
	"zero width alone":   func(n int) string { return strings.Repeat("\u200b", n/3) + "4111111111111111" },
	"marks on a digit":   func(n int) string { return "411111111111111" + strings.Repeat("1\u0336\ufe0f", n/6) },
	"marks on a letter":  func(n int) string { return strings.Repeat("e"+strings.Repeat("\u0301", 49), n/99) },
	"look-alikes":        func(n int) string { return strings.Repeat("ВЕ68аеорсАВЕ0", n/22) },
	"look-alike words":   func(n int) string { return strings.Repeat("DЕ75 512О ", n/12) },
	"one long word":      func(n int) string { return strings.Repeat("а", n/4) + strings.Repeat("a", n/2) },
	"words and marks":    func(n int) string { return strings.Repeat(strings.Repeat("a", 60)+"а\u200b", n/65) },
	"accents apart":      func(n int) string { return strings.Repeat("e\u0301", n/3) },
	"circled digits":     func(n int) string { return strings.Repeat("①", n/3) + "1" },
	"ligatures":          func(n int) string { return strings.Repeat("ﬃ", n/3) },
	"full width":         func(n int) string { return strings.Repeat("４１１１１１１１１１１１１１１１ ", n/49) },
	"isolates":           func(n int) string { return strings.Repeat("\u20664\u2069", n/7) },
	"broken UTF-8":       func(n int) string { return strings.Repeat("\xe2\x80", n/2) },
	"words of evidence":  func(n int) string { return "4111111111111111" + strings.Repeat(" card visa iban ssn", n/19) },
	"every byte a match": func(n int) string { return strings.Repeat("a@b.co ", n/7) },
	"distinct addresses": func(n int) string {
		var b strings.Builder
		for i := 0; b.Len() < n; i++ {
			fmt.Fprintf(&b, "9.%d.%d.%d ", i>>16&255, i>>8&255, i&255)
		}
		return b.String()
	},
	"Cyrillic": func(n int) string { return strings.Repeat("карта 4111111111111111 ", n/28) },
}

// A scan looks at each byte a bounded number of times and allocates, beside the
// matches that are reported, a bounded number of bytes for it.
func TestWorkAndMemoryAreLinearInTheText(t *testing.T) {
	const (
		most  = 12      // bytes a byte
		fixed = 8 << 20 // the candidates that can wait at a time
	)
	e := engine(t)
	for name, build := range adversarial {
		small, large := build(1<<17), build(1<<18)
		_, a := e.Scanner()(small)
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		res, b := e.Scanner()(large)
		runtime.ReadMemStats(&after)
		if float64(b) > 2.2*float64(a) {
			t.Errorf("%s: %d steps for %d bytes, %d for %d", name, a, len(small), b, len(large))
		}
		n := int(after.TotalAlloc - before.TotalAlloc)
		for _, f := range res.Findings {
			n -= len(f.Matches) * 1024 // with their evidence, and room to grow
		}
		if n > fixed+most*len(large) {
			t.Errorf("%s: %d bytes allocated for %d", name, n, len(large))
		}
	}
}

func TestScanAllocatesNothingPerKilobyte(t *testing.T) {
	scan := engine(t).Scanner()
	for _, kind := range []int{0, 1} {
		for _, size := range []int{1 << 10, 64 << 10} {
			text := text(kind, size)
			n := testing.AllocsPerRun(20, func() {
				if res, _ := scan(text); len(res.Findings) > 0 {
					t.Fatalf("found %q, want nothing", show(res))
				}
			})
			if n > 1 { // the Result
				t.Errorf("%v allocations for %d bytes of %s, want 1", n, size, kinds[kind].name)
			}
		}
	}
}

func TestNewRefusesWhatCannotWork(t *testing.T) {
	good := nine("00000000-0000-0000-0000-000000000001", "good", classify.Form, 65, 75)
	change := func(f func(*classify.Type)) []*classify.Type {
		bad := *good
		bad.ID, bad.Rules = "00000000-0000-0000-0000-000000000002", slices.Clone(good.Rules)
		f(&bad)
		return []*classify.Type{good, &bad}
	}
	for _, tt := range []struct {
		name  string
		types []*classify.Type
	}{
		{"an id twice", []*classify.Type{good, good}},
		{"an id in upper case", change(func(t *classify.Type) { t.ID = "0000000A-0000-0000-0000-000000000002" })},
		{"no rules", change(func(t *classify.Type) { t.Rules = nil })},
		{"no shape", change(func(t *classify.Type) { t.Rules[0].Shape = nil })},
		{"evidence without words", change(func(t *classify.Type) { t.Words, t.Rules[0].Alone = nil, 0 })},
		{"confidence over 100", change(func(t *classify.Type) { t.Rules[0].With = 101 })},
		{"an empty word", change(func(t *classify.Type) { t.Words = []string{" "} })},
		{"a layout of letters", change(func(t *classify.Type) { t.Rules[0].Shape = classify.Number{Layouts: []string{"3 x"}} })},
		{"an unknown member", change(func(t *classify.Type) { t.Rules, t.Members = nil, []string{"x"} })},
		{"a short start", change(func(t *classify.Type) { t.Rules[0].Shape = classify.Word{Starts: []string{"A"}} })},
		{"a word shorter than itself", change(func(t *classify.Type) { t.Rules[0].Shape = classify.Word{Starts: []string{"AB"}, Min: 3, Max: 2} })},
		{"a letter as trigger", change(func(t *classify.Type) { t.Rules[0].Shape = classify.Around{Byte: 'a'} })},
		{"an end of three bytes", change(func(t *classify.Type) { t.Rules[0].Shape = classify.Around{Byte: '=', Ends: []string{"pwd"}} })},
		{"a trigger again out of sight", change(func(t *classify.Type) { t.Rules[0].Shape = classify.Around{Byte: ':', After: 5, Again: 6} })},
	} {
		if _, err := classify.New(tt.types); err == nil {
			t.Errorf("%s: New = nil, want an error", tt.name)
		}
	}
}

// FuzzScan checks what holds for every text: offsets lead back to Text, matches
// are in order and apart, counts agree.
func FuzzScan(f *testing.F) {
	for _, t := range types.All() {
		for _, s := range t.Finds {
			f.Add(s.Text)
		}
		for _, s := range t.Leaves {
			f.Add(s)
		}
	}
	for _, build := range adversarial {
		f.Add(build(300))
	}
	e := engine(f)
	f.Fuzz(func(t *testing.T, text string) {
		res := scan(t, e, text, classify.Options{MaxMatches: 1 << 20})
		units := utf16.Encode([]rune(text))
		same := func(what, s string, offset, length int) {
			if got := string(utf16.Decode(units[offset : offset+length])); got != string([]rune(s)) {
				t.Errorf("%s %q: %d+%d is %q", what, s, offset, length, got)
			}
			if !strings.Contains(text, s) {
				t.Errorf("%s %q is not in the text", what, s)
			}
		}
		var spans [][2]int
		for _, f := range res.Findings {
			total := 0
			for _, a := range f.Attributes {
				total += a.Count
			}
			if f.Count != len(f.Matches) || f.Count != total || f.UniqueCount < 1 || f.UniqueCount > f.Count {
				t.Errorf("%s: %d matches, count %d, unique %d, attributes %v", f.Type.Name, len(f.Matches), f.Count, f.UniqueCount, f.Attributes)
			}
			for _, m := range f.Matches {
				same("match", m.Text, m.Offset, m.Length)
				spans = append(spans, [2]int{m.Offset, m.Offset + m.Length})
				for _, ev := range m.Evidence {
					same("evidence", ev.Text, ev.Offset, ev.Length)
				}
			}
		}
		slices.SortFunc(spans, func(a, b [2]int) int { return a[0] - b[0] })
		for i := 1; i < len(spans); i++ {
			if spans[i][0] < spans[i-1][1] {
				t.Errorf("matches overlap: %v %v", spans[i-1], spans[i])
			}
		}
	})
}

// TestNumbersAreFoundRightBehindAShortWord loses a space, as extraction does.
func TestNumbersAreFoundRightBehindAShortWord(t *testing.T) {
	checked := func(strength classify.Strength) *classify.Type {
		return &classify.Type{ID: "00000000-0000-4000-8000-000000000001", Rules: []classify.Rule{{Shape: classify.Number{Layouts: []string{"6"}}, Strength: strength, Alone: 75, With: 75}}}
	}
	for _, tt := range []struct {
		text     string
		strength classify.Strength
		want     int
	}{
		{"it is123456.", classify.Structure, 1},
		{"is123456", classify.Structure, 1},
		{"it is123456.", classify.CheckDigit, 0},
		{"code123456", classify.Structure, 0}, // a name, rather
		{"IS123456", classify.Structure, 0},
		{"x123456", classify.Structure, 0},
		{"1is123456", classify.Structure, 0},
		{"is1234567", classify.Structure, 0},
	} {
		e, err := classify.New([]*classify.Type{checked(tt.strength)})
		if err != nil {
			t.Fatal(err)
		}
		res, err := e.Scan(t.Context(), tt.text, classify.Options{})
		if err != nil {
			t.Fatal(err)
		}
		got := 0
		for _, f := range res.Findings {
			got += f.Count
		}
		if got != tt.want {
			t.Errorf("%q at strength %d: found %d, want %d", tt.text, tt.strength, got, tt.want)
		}
	}
}
