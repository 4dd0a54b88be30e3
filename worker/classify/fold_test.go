package classify_test

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf16"

	"golang.org/x/text/unicode/norm"

	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/classify/types"
)

func TestNumbersAreReadInEveryForm(t *testing.T) {
	e := engine(t)
	for _, tt := range []struct{ name, text, want string }{
		{"full width", "４１１１１１１１１１１１１１１１", "４１１１１１１１１１１１１１１１@0+16"},
		{"Arabic-Indic", "٤١١١١١١١١١١١١١١١", "٤١١١١١١١١١١١١١١١@0+16"},
		{"Persian", "۴۱۱۱۱۱۱۱۱۱۱۱۱۱۱۱", "۴۱۱۱۱۱۱۱۱۱۱۱۱۱۱۱@0+16"},
		{"Devanagari", "४१११ ११११ ११११ ११११", "४१११ ११११ ११११ ११११@0+19"},
		{"mathematical", "𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏", "𝟒𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏𝟏@0+32"},
		{"circled", "no ④①①① ①①①① ①①①① ①①①①", "④①①① ①①①① ①①①① ①①①①@3+19"},
		{"superscript", "⁴¹¹¹¹¹¹¹¹¹¹¹¹¹¹¹", "⁴¹¹¹¹¹¹¹¹¹¹¹¹¹¹¹@0+16"},
		{"subscript", "₄₁₁₁-₁₁₁₁-₁₁₁₁-₁₁₁₁", "₄₁₁₁-₁₁₁₁-₁₁₁₁-₁₁₁₁@0+19"},
		{"a footnote's mark is no digit", "4111111111111111² or", "4111111111111111@0+16"},
		{"an item's number is none either", "①4111111111111111", "4111111111111111@1+16"},
		{"keycaps", "4\ufe0f\u20e31\ufe0f\u20e311 1111 1111 1111", "4\ufe0f\u20e31\ufe0f\u20e311 1111 1111 1111@0+23"},
		{"struck out", strings.ReplaceAll("4111111111111111", "1", "1\u0336"), strings.ReplaceAll("4111111111111111", "1", "1\u0336") + "@0+31"},
		{"soft hyphens", "x 41111111\u00ad11111111", "41111111\u00ad11111111@2+17"},
		{"zero width", "4111\u200b1111\u200c1111\u200d1111\ufeff", "4111\u200b1111\u200c1111\u200d1111@0+19"},
		{"word joiner", "41111111\u206011111111", "41111111\u206011111111@0+17"},
		{"marks of direction", "\u200e4111111111111111\u200f.", "4111111111111111@1+16"},
		{"isolates", "\u20684111 1111\u2069 \u20661111 1111\u2069", "4111 1111\u2069 \u20661111 1111@1+21"},
		{"overrides", "\u202d4111111111111111\u202c", "4111111111111111@1+16"},
		{"Arabic letter mark", "\u061c4111111111111111", "4111111111111111@1+16"},
		{"no-break spaces", "4111\u00a01111\u202f1111\u00a01111", "4111\u00a01111\u202f1111\u00a01111@0+19"},
		{"thin spaces", "4111\u20091111\u20091111\u20091111", "4111\u20091111\u20091111\u20091111@0+19"},
		{"minus signs", "4111−1111−1111−1111", "4111−1111−1111−1111@0+19"},
		{"Cyrillic O for 0", "3782 822463 1О0О5", "3782 822463 1О0О5@0+17"},
		{"ASCII O is a letter", "3782 822463 1O0O5", ""},
		{"fractions are no digits", "411111111111111½", ""},
	} {
		var got strings.Builder
		for _, f := range scan(t, e, tt.text, classify.Options{Types: []string{card}}).Findings {
			for _, m := range f.Matches {
				got.WriteString(fmt.Sprintf("%s@%d+%d", m.Text, m.Offset, m.Length))
			}
		}
		if got.String() != tt.want {
			t.Errorf("%s: Scan(%q) found %q, want %q", tt.name, tt.text, got.String(), tt.want)
		}
	}
}

func TestLookalikesAreLatinInLatinWords(t *testing.T) {
	e := engine(t)
	for _, tt := range []struct{ name, text, want string }{
		{"Cyrillic in an IBAN", "DЕ75512108001245126199", "DЕ75512108001245126199"},
		{"Cyrillic in its bank", "GB82 WЕST 1234 5698 7654 32", "GB82 WЕST 1234 5698 7654 32"},
		{"a first group all Cyrillic", "ВЕ68 5390 0754 7034", "ВЕ68 5390 0754 7034"},
		{"Greek", "ΒΕ68539007547034", "ΒΕ68539007547034"},
		{"full width beside Cyrillic", "ＤЕ75512108001245126199", "ＤЕ75512108001245126199"},
		{"with another letter", "DЕЖ75512108001245126199", ""},
		{"Cyrillic in an address", "jаne@example.com", "jаne@example.com"},
		{"a Ukrainian series", "паспорт серія МЕ 123456", "МЕ 123456"},
		{"a Ukrainian series without a space", "паспорт серія МЕ123456", "МЕ123456"},
		{"Cyrillic in evidence", "sосiаl sесurity 536-22-8726", "536-22-8726"},
	} {
		var got []string
		for _, f := range scan(t, e, tt.text, classify.Options{}).Findings {
			for _, m := range f.Matches {
				got = append(got, m.Text)
			}
		}
		if strings.Join(got, " ") != tt.want {
			t.Errorf("%s: Scan(%q) found %q, want %q", tt.name, tt.text, got, tt.want)
		}
	}
}

func TestWordsOfEvidenceAreReadInEveryForm(t *testing.T) {
	e, err := classify.New([]*classify.Type{{
		ID: "00000000-0000-0000-0000-000000000001", Name: "id",
		Words: []string{"número fiscal", "straße", "kimlik numarası", "ταυτότητας", "паспорт", "バンク", "비밀번호", "office"},
		Rules: []classify.Rule{{Shape: classify.Number{Layouts: []string{"9"}}, With: 85}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{
		"número fiscal", "NÚMERO FISCAL", "nÚmErO fiscal", norm.NFD.String("Número Fiscal"), "ｎúｍｅｒｏ　ｆｉｓｃａｌ", "nú\u00admero\u00a0fiscal",
		"Straße", "STRASSE", "STRAẞE", "strasse",
		"Kimlik Numarası", "KİMLİK NUMARASI", "kimlik numarasi",
		"ΤΑΥΤΌΤΗΤΑΣ", "Ταυτότητας", "ταυτότητασ",
		"пАсПоРт", "ПАСПОРТ", "\u2067паспорт\u2069",
		"バンク", "ﾊﾞﾝｸ", norm.NFD.String("バンク"),
		"비밀번호", norm.NFD.String("비밀번호"),
		"oﬀice", "oﬃce", "𝐎𝐟𝐟𝐢𝐜𝐞", "Ⓞⓕⓕⓘⓒⓔ", "office²", "оffiсе",
	} {
		res := scan(t, e, text+": 123456789", classify.Options{})
		if len(res.Findings) != 1 {
			t.Errorf("%q is no evidence", text)
			continue
		}
		ev := res.Findings[0].Matches[0].Evidence[0]
		if want := strings.TrimRight(strings.Trim(text, "\u2067\u2069"), "²"); ev.Text != want || ev.Length != len(utf16.Encode([]rune(want))) {
			t.Errorf("evidence is %q of %d, want %q", ev.Text, ev.Length, want)
		}
	}
}

// FuzzForms checks that the same text written in other characters gives the
// same findings where these stand.
func FuzzForms(f *testing.F) {
	for _, t := range types.All() {
		for i, s := range t.Finds {
			f.Add(s.Text, uint64(i))
		}
		for _, s := range t.Leaves {
			f.Add(s, uint64(7))
		}
	}
	e := engine(f)
	f.Fuzz(func(t *testing.T, text string, seed uint64) {
		text = strings.Map(func(r rune) rune {
			if r < unicode.MaxASCII && (r >= ' ' || r == '\n') {
				return r
			}
			return -1
		}, text)
		// Evidence that is near stays so.
		text = text[:min(len(text), classify.DefaultProximity/8)]
		disguised, starts, ends := disguise(text, rand.New(rand.NewPCG(seed, 0)))
		want := scan(t, e, text, classify.Options{})
		for i := range want.Findings {
			for k := range want.Findings[i].Matches {
				m := &want.Findings[i].Matches[k]
				m.Text, m.Offset, m.Length = moved(disguised, starts[m.Offset], ends[m.Offset+m.Length-1])
				for n := range m.Evidence {
					ev := &m.Evidence[n]
					ev.Text, ev.Offset, ev.Length = moved(disguised, starts[ev.Offset], ends[ev.Offset+ev.Length-1])
				}
			}
		}
		if got, want := show(scan(t, e, disguised, classify.Options{})), show(want); !slices.Equal(got, want) {
			t.Errorf("%q is %q:\nfound %q\nwant  %q", disguised, text, got, want)
		}
	})
}

// disguise writes each character of an ASCII text in some other form, and
// tells where, in UTF-16 code units, that form begins and ends.
func disguise(text string, r *rand.Rand) (disguised string, starts, ends []int) {
	var out []uint16
	for _, c := range text {
		form := string(c)
		switch isDigit := c >= '0' && c <= '9'; r.IntN(8) {
		case 0:
			if c > ' ' {
				form = string(c - 0x20 + 0xFF00)
			}
		case 1:
			if isDigit {
				form = string(c - '0' + []rune{0x0660, 0x06F0, 0x0966, 0x1D7CE, 0x1D7F6}[r.IntN(5)])
			}
		case 2:
			if isDigit {
				form += []string{"\u0336", "\ufe0f\u20e3", "\u0301"}[r.IntN(3)]
			} else if c >= 'a' && c <= 'z' {
				form = string(c - 'a' + 0x1D41A)
			} else if c >= 'A' && c <= 'Z' {
				form = string(c - 'A' + 0x1D5A0)
			}
		case 3:
			switch c {
			case ' ':
				form = []string{"\u00a0", "\u202f", "\u2009", "\u3000"}[r.IntN(4)]
			case '-':
				form = []string{"\u2010", "\u2011", "\u2212", "\ufe63"}[r.IntN(4)]
			}
		case 4:
			out = utf16.AppendRune(out, []rune{0x00AD, 0x200B, 0x200E, 0x2060, 0x2067, 0x2069, 0xFEFF}[r.IntN(7)])
		}
		starts = append(starts, len(out))
		for _, r := range form {
			out = utf16.AppendRune(out, r)
		}
		ends = append(ends, len(out))
	}
	return string(utf16.Decode(out)), starts, ends
}

func moved(text string, start, end int) (string, int, int) {
	return string(utf16.Decode(utf16.Encode([]rune(text))[start:end])), start, end - start
}
