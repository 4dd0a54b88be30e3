package extract

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"github.com/classifyd/classifyd/worker/extract/filetest"
)

func TestOfficeDocumentsAreReadWithAllTheirParts(t *testing.T) {
	for _, tt := range []struct {
		name string
		want map[string]Location
	}{
		{"text.docx", map[string]Location{
			"body-needle Müller €": {Line: 2}, "cell-two": {Line: 3}, "last paragraph": {Line: 4},
			"title-needle": {Part: "properties", Line: 4}, "header-needle": {Part: "header1", Line: 1},
			"footnote-needle": {Part: "footnotes", Line: 1}, "comment-needle": {Part: "comments", Line: 1},
			"link@needle.example": {Part: "links", Line: 1},
		}},
		{"text.doc", map[string]Location{
			"body-needle Müller €": {Line: 2}, "cell-two": {Line: 3}, "link@needle.example": {Line: 3},
			"header-needle": {Part: "header", Line: 1}, "footnote-needle": {Part: "footnotes", Line: 1},
			"comment-needle": {Part: "comments", Line: 1},
		}},
		{"text.odt", map[string]Location{
			"body-needle Müller €": {Line: 2}, "cell-two": {Line: 4}, "link@needle.example": {Line: 5},
			"title-needle": {Part: "properties", Line: 1}, "header-needle": {Part: "header", Line: 1},
			"footnote-needle": {Part: "footnotes", Line: 1}, "comment-needle": {Part: "comments", Line: 3},
		}},
		{"text.rtf", map[string]Location{
			"title-needle": {Line: 1}, "header-needle": {Line: 3}, "body-needle Müller €": {Line: 5},
			"footnote-needle": {Line: 6}, "comment-needle": {Line: 9}, "link@needle.example": {Line: 12},
		}},
		{"text.epub", map[string]Location{
			"body-needle Müller €": {Path: "OEBPS/sections/section0001.xhtml", Line: 2},
			"footnote-needle":      {Path: "OEBPS/sections/section0001.xhtml", Line: 2},
			"Section 1":            {Path: "OEBPS/toc.xhtml", Line: 2},
		}},
		{"book.xlsx", map[string]Location{
			"name": {Sheet: "Staff & pay", Cell: "A1"}, "Müller-needle": {Sheet: "Staff & pay", Cell: "A2"},
			"411111111111111": {Sheet: "Staff & pay", Cell: "B2"}, "1985-04-12": {Sheet: "Staff & pay", Cell: "C2"},
			"formula-needle": {Sheet: "Staff & pay", Cell: "D13"}, "hidden-needle": {Sheet: "Hidden", Cell: "A1"},
			"comment-needle": {Sheet: "Staff & pay", Cell: "A2", Part: "comments"},
			"title-needle":   {Part: "properties", Line: 3},
		}},
		{"book.xls", map[string]Location{
			"name": {Sheet: "Staff & pay", Cell: "A1"}, "Müller-needle": {Sheet: "Staff & pay", Cell: "A2"},
			"4111111111111111": {Sheet: "Staff & pay", Cell: "B2"}, "1985-04-12": {Sheet: "Staff & pay", Cell: "C2"},
			"formula-needle": {Sheet: "Staff & pay", Cell: "D13"}, "hidden-needle": {Sheet: "Hidden", Cell: "A1"},
			"comment-needle": {Sheet: "Staff & pay", Part: "comments"},
		}},
		{"book.ods", map[string]Location{
			"name": {Sheet: "Staff & pay", Cell: "A1"}, "Müller-needle": {Sheet: "Staff & pay", Cell: "A2"},
			"4111111111111111": {Sheet: "Staff & pay", Cell: "B2"}, "1985-04-12": {Sheet: "Staff & pay", Cell: "C2"},
			"formula-needle": {Sheet: "Staff & pay", Cell: "D13"}, "hidden-needle": {Sheet: "Hidden", Cell: "A1"},
			"comment-needle": {Sheet: "Staff & pay", Cell: "A2", Part: "comments"},
		}},
		{"show.pptx", map[string]Location{
			"slide-one-needle": {Slide: 1, Line: 1}, "slide-two-needle Müller": {Slide: 2, Line: 2},
			"notes-needle": {Slide: 2, Part: "notes", Line: 1}, "title-needle": {Part: "properties", Line: 3},
		}},
		{"show.ppt.gz", map[string]Location{
			"slide-one-needle": {Slide: 1, Line: 1}, "slide-two-needle Müller": {Slide: 2, Line: 2},
			"notes-needle": {Slide: 2, Part: "notes", Line: 1},
		}},
		{"show.odp", map[string]Location{
			"slide-one-needle": {Slide: 1, Line: 1}, "slide-two-needle Müller": {Slide: 2, Line: 2},
			"notes-needle": {Slide: 2, Part: "notes", Line: 1}, "title-needle": {Part: "properties", Line: 1},
		}},
		{"text.fodt", map[string]Location{"body-needle Müller €": {Line: 8}, "comment-needle": {Line: 8}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			read(t, sample(t, tt.name), "", Limits{}).clean().at(tt.want)
		})
	}
}

func TestWorkbookOfOtherProgramIsRead(t *testing.T) {
	f := excelize.NewFile()
	defer f.Close()
	set := func(sheet, cell string, v any) {
		t.Helper()
		if err := f.SetCellValue(sheet, cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := f.NewSheet("Very hidden"); err != nil {
		t.Fatal(err)
	}
	set("Sheet1", "A1", "shared-needle")
	set("Sheet1", "AB7", 4111111111111111)
	set("Sheet1", "C3", time.Date(1985, 4, 12, 13, 14, 15, 0, time.UTC))
	set("Sheet1", "D3", true)
	set("Very hidden", "B2", "hidden-needle")
	if err := f.SetSheetVisible("Very hidden", false, true); err != nil {
		t.Fatal(err)
	}
	if err := f.SetRowVisible("Sheet1", 7, false); err != nil {
		t.Fatal(err)
	}
	if err := f.AddComment("Sheet1", excelize.Comment{Cell: "AB7", Author: "Ada", Text: "comment-needle"}); err != nil {
		t.Fatal(err)
	}
	if err := f.SetCellHyperLink("Sheet1", "A1", "mailto:link@needle.example", "External"); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	read(t, b.Bytes(), "", Limits{}).clean().at(map[string]Location{
		"shared-needle":       {Sheet: "Sheet1", Cell: "A1"},
		"4111111111111111":    {Sheet: "Sheet1", Cell: "AB7"},
		"1985-04-12 13:14:15": {Sheet: "Sheet1", Cell: "C3"},
		"hidden-needle":       {Sheet: "Very hidden", Cell: "B2"},
		"comment-needle":      {Sheet: "Sheet1", Cell: "AB7", Part: "comments"},
		"link@needle.example": {Part: "links", Line: 1},
	})
}

func TestNumbersInScientificNotationAreWrittenInFull(t *testing.T) {
	b := &book{dates: map[int]bool{1: true}, since: time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC)}
	for _, tt := range []struct {
		in    string
		style int
		want  string
	}{
		{"4.111111111111111E15", 0, "4111111111111111"},
		{"42", 0, "42"},
		{"1.5", 0, "1.5"},
		{"31149", 1, "1985-04-12"},
		{"0", 1, "0"},
		{"1E300", 0, "1E300"},
		{"n/a", 0, "n/a"},
	} {
		if got := b.number(tt.in, tt.style); got != tt.want {
			t.Errorf("number(%q, %d) = %q, want %q", tt.in, tt.style, got, tt.want)
		}
	}
}

// docx returns a document of Word with the body and further parts.
func docx(t testing.TB, body string, more ...file) []byte {
	t.Helper()
	return filetest.Zip(t, append([]file{
		{"[Content_Types].xml", `<Types><Override PartName="/word/document.xml" ContentType="application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"/></Types>`},
		{"_rels/.rels", `<Relationships><Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>`},
		{"word/document.xml", `<w:document xmlns:w="w"><w:body>` + body + `</w:body></w:document>`},
	}, more...)...)
}

func TestTextThatWordHidesIsRead(t *testing.T) {
	g := read(t, docx(t,
		`<w:p><w:del><w:r><w:delText>deleted-needle</w:delText></w:r></w:del></w:p>`+
			`<w:p><w:r><w:t>41</w:t></w:r><w:r><w:t>11 1111</w:t></w:r></w:p>`+
			`<w:p><mc:AlternateContent><mc:Choice><w:t>box-needle</w:t></mc:Choice><mc:Fallback><w:t>box-needle again</w:t></mc:Fallback></mc:AlternateContent></w:p>`+
			`<w:p><wp:docPr descr="picture-needle"/></w:p>`,
		file{"word/embeddings/book.xlsx", string(sample(t, "book.xlsx"))},
		file{"customXml/item1.xml", `<data><ssn>bound-needle</ssn></data>`},
		file{"word/glossary/document.xml", `<w:p><w:t>glossary-needle</w:t></w:p>`},
	), "", Limits{}).clean()
	g.at(map[string]Location{
		"deleted-needle": {Line: 1}, "4111 1111": {Line: 2}, "box-needle": {Line: 3}, "picture-needle": {Line: 4},
		"ssn: bound-needle": {Part: "item1", Line: 1}, "glossary-needle": {Part: "document", Line: 1},
		"hidden-needle": {Path: "word/embeddings/book.xlsx", Sheet: "Hidden", Cell: "A1"},
	})
	if strings.Contains(g.text, "again") {
		t.Errorf("what stands for old programs is read too: %q", g.text)
	}
}

func TestEncryptedDocumentsAreTold(t *testing.T) {
	for name, data := range map[string][]byte{
		"aes.zip": sample(t, "aes.zip"), "zipcrypto.zip": sample(t, "zipcrypto.zip"), "locked.pdf": sample(t, "locked.pdf"),
		"docx": filetest.Compound(t, file{"EncryptedPackage", strings.Repeat("x", 5000)}, file{"EncryptionInfo", "x"}),
		"odt": filetest.Zip(t, file{"mimetype", "application/vnd.oasis.opendocument.text"}, file{"content.xml", "\x01\x02"},
			file{"META-INF/manifest.xml", `<manifest:manifest><manifest:file-entry manifest:full-path="content.xml"><manifest:encryption-data/></manifest:file-entry></manifest:manifest>`}),
		"doc": flipped(t, "text.doc", "\xec\xa5", 11, 1),
		"xls": filetest.Compound(t, file{"Workbook", "\x09\x08\x04\x00\x00\x06\x05\x00\x2f\x00\x02\x00\x01\x00" + strings.Repeat("\x00", 5000)}),
	} {
		t.Run(name, func(t *testing.T) { read(t, data, "", Limits{}).fails(PasswordProtected) })
	}
}

// flipped returns a sample in which the bits of the byte that lies so far
// behind mark are set.
func flipped(t testing.TB, name, mark string, behind int, bits byte) []byte {
	t.Helper()
	b := sample(t, name)
	i := bytes.Index(b, []byte(mark))
	if i < 0 {
		t.Fatalf("%s lacks its mark", name)
	}
	b[i+behind] |= bits
	return b
}

func TestCellNames(t *testing.T) {
	for _, tt := range []struct {
		col, row int
		want     string
	}{{1, 1, "A1"}, {26, 2, "Z2"}, {27, 3, "AA3"}, {702, 4, "ZZ4"}, {703, 5, "AAA5"}, {16384, 1048576, "XFD1048576"}} {
		if got := cellName(tt.col, tt.row); got != tt.want {
			t.Errorf("cellName(%d, %d) = %s, want %s", tt.col, tt.row, got, tt.want)
		}
	}
}

func TestRepeatedCellsAreCountedAndNotRepeated(t *testing.T) {
	content := `<office:body><office:spreadsheet><table:table table:name="T">` +
		`<table:table-row table:number-rows-repeated="1048576"><table:table-cell table:number-columns-repeated="16384"><text:p>once</text:p></table:table-cell></table:table-row>` +
		`<table:table-row><table:table-cell><text:p>after</text:p></table:table-cell></table:table-row></table:table></office:spreadsheet></office:body>`
	g := read(t, filetest.Zip(t, file{"mimetype", "application/vnd.oasis.opendocument.spreadsheet"}, file{"content.xml", content}), "", Limits{}).clean()
	g.at(map[string]Location{"once": {Sheet: "T", Cell: "A1"}, "after": {Sheet: "T", Cell: "A1048577"}})
	if len(g.text) > 100 {
		t.Errorf("got %d bytes of text", len(g.text))
	}
}

func TestSharedStringsBeyondTheMemoryAreReadWithoutTheirCells(t *testing.T) {
	var table strings.Builder
	table.WriteString("<sst>")
	for i := range 70 {
		fmt.Fprintf(&table, "<si><t>s%d-%01000d</t></si>", i, i)
	}
	table.WriteString("<si><t>late-needle</t></si></sst>")
	data := workbook(t, `<c r="A1" t="s"><v>3</v></c>`, table.String())
	x := extractor(t)
	if x.strings != maxMemory {
		t.Errorf("strings may take %d bytes, want %d", x.strings, maxMemory)
	}
	read(t, data, "", Limits{}).clean().at(map[string]Location{"s3-000": {Sheet: "S", Cell: "A1"}})
	x.strings = 64 << 10
	readFrom(t, x, bytes.NewReader(data), "", Limits{}).clean().at(map[string]Location{
		"s3-000":      {Sheet: "S", Cell: "A1"},
		"late-needle": {Part: "sharedStrings", Line: 6},
	})
}

// workbook returns one of Excel with a row of the cells and a table of strings.
func workbook(t testing.TB, cells, table string) []byte {
	t.Helper()
	return filetest.Zip(t,
		file{"[Content_Types].xml", `<Types><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/></Types>`},
		file{"_rels/.rels", `<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		file{"xl/workbook.xml", `<workbook><sheets><sheet name="S" r:id="r1"/></sheets></workbook>`},
		file{"xl/_rels/workbook.xml.rels", `<Relationships><Relationship Id="r1" Type="x/worksheet" Target="s.xml"/><Relationship Id="r2" Type="x/sharedStrings" Target="t.xml"/></Relationships>`},
		file{"xl/s.xml", `<worksheet><sheetData><row r="1">` + cells + `</row></sheetData></worksheet>`},
		file{"xl/t.xml", table})
}

func TestBinaryWorkbookIsSaidAndNotPassedOver(t *testing.T) {
	binary := filetest.Zip(t,
		file{"[Content_Types].xml", `<Types><Override PartName="/xl/workbook.bin" ContentType="application/vnd.ms-excel.sheet.binary.macroEnabled.main"/></Types>`},
		file{"_rels/.rels", `<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="xl/workbook.bin"/></Relationships>`},
		file{"xl/workbook.bin", "\x83\x01\x00"})
	for path, data := range map[string][]byte{
		"":       binary,
		"a.xlsb": filetest.Zip(t, file{"a.xlsb", string(binary)}, file{"b.txt", "needle"}),
	} {
		g := read(t, data, "", Limits{}).fails(UnsupportedFileType)
		if len(g.errs) != 1 || g.errs[0].Message != errBinary.Message || g.errs[0].Location.Path != path || g.errs[0].Minor() {
			t.Errorf("got %v, want one error about %q that is not minor", g.errs, path)
		}
		if path != "" {
			g.at(map[string]Location{"needle": {Path: "b.txt", Line: 1}})
		}
	}
}
