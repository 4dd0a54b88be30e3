package extract

import (
	"strings"
	"testing"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/encoding/unicode/utf32"
)

func TestPlainTextIsReadInItsCharset(t *testing.T) {
	western := "Käufer: Müller, Straße 5, über 100 €, größer als früher, schöne Grüße aus Köln\n"
	russian := "Паспорт гражданина Российской Федерации, серия и номер документа\n"
	japanesish := "個人番号は十二桁の数字で、住民票を持つすべての人に与えられます。\n"
	for _, tt := range []struct {
		name string
		text string
		enc  encoding.Encoding
	}{
		{"UTF-8", western, unicode.UTF8},
		{"UTF-8 with mark", western, unicode.UTF8BOM},
		{"UTF-16LE with mark", western, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)},
		{"UTF-16BE with mark", western, unicode.UTF16(unicode.BigEndian, unicode.UseBOM)},
		{"UTF-16LE without mark", western, unicode.UTF16(unicode.LittleEndian, unicode.IgnoreBOM)},
		{"UTF-16BE without mark", western, unicode.UTF16(unicode.BigEndian, unicode.IgnoreBOM)},
		{"UTF-32LE with mark", western, utf32.UTF32(utf32.LittleEndian, utf32.UseBOM)},
		{"windows-1252", western, charmap.Windows1252},
		{"windows-1251", russian, charmap.Windows1251},
		{"KOI8-R", russian, charmap.KOI8R},
		{"Shift_JIS", japanesish, japanese.ShiftJIS},
		{"EUC-JP", japanesish, japanese.EUCJP},
		{"ISO-2022-JP", japanesish, japanese.ISO2022JP},
		{"GB18030", "身份证号码是公民的唯一代码，由十八位数字组成。\n", simplifiedchinese.GB18030},
		{"EUC-KR", "주민등록번호는 열세 자리 숫자로 이루어져 있다.\n", korean.EUCKR},
	} {
		want := strings.Repeat(tt.text, 20)
		data, err := tt.enc.NewEncoder().Bytes([]byte(want))
		if err != nil {
			t.Fatal(err)
		}
		if g := read(t, data, "", Limits{}); g.text != want || len(g.errs) > 0 {
			t.Errorf("%s is read as %.100q with %v, want %.100q", tt.name, g.text, g.errs, want)
		}
	}
}

func TestDeclaredCharsetIsUsed(t *testing.T) {
	for _, tt := range []struct{ name, text, want string }{
		{"a.html", "<html><head><meta charset=\"iso-8859-7\"></head><p>\xc1\xc4\xd4</html>", "ΑΔΤ"},
		{"a.xml", "<?xml version=\"1.0\" encoding=\"windows-1251\"?><a>\xcf\xe0\xf1</a>", "Пас"},
	} {
		if g := read(t, []byte(tt.text), tt.name, Limits{}).clean(); !strings.Contains(g.text, tt.want) {
			t.Errorf("%s is read as %q, want %q in it", tt.name, g.text, tt.want)
		}
	}
}

func TestLateByteBeyondASCIIIsReadAsWindows1252(t *testing.T) {
	data := strings.Repeat("plain line\n", 10_000) + "M\xfcller\n"
	g := read(t, []byte(data), "", Limits{}).clean()
	g.at(map[string]Location{"Müller": {Line: 10_001}})
}

func TestLinesAreThoseOfTheFile(t *testing.T) {
	var b strings.Builder
	for i := range 50_000 {
		if i == 33_333 {
			b.WriteString("needle in ")
		}
		b.WriteString("a line of the log, with some words\n")
	}
	g := read(t, []byte(b.String()), "app.log", Limits{}).clean()
	if g.text != b.String() {
		t.Error("the text is not that of the file")
	}
	g.at(map[string]Location{"needle": {Line: 33_334}})
}

func TestSegmentsEndWithLines(t *testing.T) {
	g := read(t, []byte(strings.Repeat("one line of seventeen words\n", 20_000)), "", Limits{}).clean()
	if len(g.segs) < 2 {
		t.Fatalf("got %d segments, want more", len(g.segs))
	}
	for i, s := range g.segs {
		if !strings.HasSuffix(s.Text, "\n") {
			t.Errorf("segment %d ends with %q", i, s.Text[len(s.Text)-10:])
		}
	}
}

func TestTextWithoutLinesIsKeptWhole(t *testing.T) {
	for _, want := range []string{strings.Repeat("x", 300_000), strings.Repeat("é", 200_001), strings.Repeat("😀", 50_000)} {
		if g := read(t, []byte(want), "", Limits{}).clean(); g.text != want {
			t.Errorf("%d bytes of %q come out changed", len(want), want[:4])
		}
	}
}

func TestJSONEscapesAreResolved(t *testing.T) {
	for _, tt := range []struct{ in, want string }{
		{`{"a":"01\/02\/1990"}`, `{"a":"01/02/1990"}`},
		{`{"a":"se\u00f1or \ud83d\ude00"}`, `{"a":"señor 😀"}`},
		{`{"a":"x\n4111 1111"}`, `{"a":"x 4111 1111"}`},
		{`{"a":"\ud83d alone"}`, "{\"a\":\"\uFFFD alone\"}"},
		{`{"a":"\uzzzz \q \\"}`, `{"a":"\uzzzz \q \"}`},
		{`{"a":"\`, `{"a":"\`},
	} {
		if g := read(t, []byte(tt.in), "a.json", Limits{}).clean(); g.text != tt.want {
			t.Errorf("%s is read as %s, want %s", tt.in, g.text, tt.want)
		}
	}
}

func TestXMLKeepsNamesAndResolvesReferences(t *testing.T) {
	in := "<?xml version=\"1.0\"?>\n<p ssn=\"078&#45;05&#x2d;1120\">\n<e>A &amp; B &lt;c&gt; &unknown; &#10;</e></p>"
	want := "<?xml version=\"1.0\"?>\n<p ssn=\"078-05-1120\">\n<e>A & B <c> &unknown;  </e></p>"
	g := read(t, []byte(in), "", Limits{}).clean()
	if g.text != want {
		t.Errorf("got %q, want %q", g.text, want)
	}
	g.at(map[string]Location{"A & B": {Line: 3}})
}

func TestHTMLGivesItsTextAndWhatIsHidden(t *testing.T) {
	in := `<!DOCTYPE html>
<html><head><title>Staff</title><style>p{color:red}</style></head>
<body><!-- old number 11 -->
<table><tr><td>4111</td><td>1111</td></tr></table>
<p>one<p>two &amp; <b>th</b>ree
<img alt="scan of card"><a href="mailto:a@b.example">mail</a>
<script>var iban = "DE1";</script>
<input value="typed">
</body></html>`
	g := read(t, []byte(in), "", Limits{}).clean()
	for _, want := range []string{"Staff", "old number 11", "4111\t1111", "one\ntwo & three", "scan of card", "mailto:a@b.example", `iban = "DE1"`, "typed"} {
		if !strings.Contains(g.text, want) {
			t.Errorf("the text lacks %q: %q", want, g.text)
		}
	}
	if strings.Contains(g.text, "color") {
		t.Errorf("the text has the style: %q", g.text)
	}
	g.at(map[string]Location{"scan of card": {Line: 6}, "typed": {Line: 8}})
}

func TestRTFGivesItsText(t *testing.T) {
	in := `{\rtf1\ansi\ansicpg1252\deff0{\fonttbl{\f0 Arial;}}{\*\generator Writer;}` +
		`{\header Confidential\par}\pard K\'e4ufer \u8364?100 \u-10179?\u-8704? {\b bold}\par` + "\n" +
		`\trowd one\cell two\cell\row{\*\bkmkstart x}{\pict 89504e47}` +
		`{\field{\*\fldinst HYPERLINK "mailto:a@b.example"}{\fldrslt link}}\line last \{x\}}`
	g := read(t, []byte(in), "", Limits{}).clean()
	want := "Confidential\nKäufer €100 😀 bold\none\ttwo\t\nHYPERLINK \"mailto:a@b.example\"link\nlast {x}"
	if g.text != want {
		t.Errorf("got %q, want %q", g.text, want)
	}
}

func TestNameDecidesOnlyBetweenTexts(t *testing.T) {
	g := read(t, []byte("just <b>a</b> fragment"), "x.html", Limits{}).clean()
	if g.text != "just a fragment" {
		t.Errorf("a fragment called x.html is read as %q", g.text)
	}
	g = read(t, []byte("a text"), "x.pdf", Limits{}).clean()
	if g.text != "a text" {
		t.Errorf("a text called x.pdf is read as %q", g.text)
	}
}

func TestPicturesAndProgramsHaveNoText(t *testing.T) {
	for name, data := range map[string]string{
		"png":  "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR\x00\x00\x00\x01",
		"jpeg": "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00",
		"elf":  "\x7fELF\x02\x01\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00",
		"mp3":  "ID3\x04\x00\x00\x00\x00\x00\x00",
		"junk": strings.Repeat("\x00\x93\x01\x07\xfe", 50),
	} {
		if g := read(t, []byte(data), "photo.txt", Limits{}).fails(UnsupportedFileType); g.text != "" {
			t.Errorf("%s gave text %q", name, g.text)
		}
	}
}

func TestEmptyFileHasNoText(t *testing.T) {
	if g := read(t, nil, "empty", Limits{}).clean(); len(g.segs) > 0 {
		t.Errorf("got %q", g.text)
	}
}
