package app

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/xuri/excelize/v2"

	"github.com/classifyd/classifyd/worker/extract"
	"github.com/classifyd/classifyd/worker/extract/filetest"
)

// A fileJob is a job as its client sees it, as far as files are concerned.
type fileJob struct {
	Status string
	Error  struct{ Code, Message string }
	Result *struct {
		Partial        bool
		Classification []struct {
			DisplayName string
			Matches     []struct {
				IDMatch        string
				Offset, Length int
				Location       extract.Location
			}
		}
	}
	Attempts int
}

// places are where the job has found what.
func (j *fileJob) places() map[string][]extract.Location {
	found := map[string][]extract.Location{}
	if j.Result != nil {
		for _, c := range j.Result.Classification {
			for _, m := range c.Matches {
				found[m.IDMatch] = append(found[m.IDMatch], m.Location)
			}
		}
	}
	return found
}

// classifyFile posts a file as it is and waits for the end of its job.
func (s *system) classifyFile(t *testing.T, file []byte) *fileJob {
	t.Helper()
	req, err := http.NewRequest("POST", "http://"+s.Addr()+"/beta/dataClassification/classifyFile", bytes.NewReader(file))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/octet-stream")
	req.Header.Set("Prefer", "wait=60")
	resp, b := answerTo(t, s.client.Do, req)
	j := new(fileJob)
	if err := json.Unmarshal(b, j); err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("answer %d %.200s: %v", resp.StatusCode, b, err)
	}
	return j
}

// planted is a value that is found, a different one for each n.
func planted(n int) string { return fmt.Sprintf("jane.doe%d@mail.example.org", n) }

// office is a document of Office Open XML with a main part and others.
func office(t *testing.T, main, kind, body string, more ...filetest.File) []byte {
	return filetest.Zip(t, append([]filetest.File{
		{"[Content_Types].xml", `<Types><Override PartName="/` + main + `" ContentType="application/vnd.openxmlformats-officedocument.` + kind + `.main+xml"/></Types>`},
		{"_rels/.rels", `<Relationships><Relationship Id="r1" Type="x/officeDocument" Target="` + main + `"/></Relationships>`},
		{main, body},
	}, more...)...)
}

func openDocument(t *testing.T, kind, body string) []byte {
	return filetest.Zip(t, filetest.File{"mimetype", "application/vnd.oasis.opendocument." + kind},
		filetest.File{"content.xml", `<office:document-content><office:body><office:` + kind + `>` + body + `</office:` + kind + `></office:body></office:document-content>`},
		filetest.File{"meta.xml", `<office:document-meta><office:meta><dc:title>` + planted(9) + `</dc:title></office:meta></office:document-meta>`})
}

func workbook(t *testing.T) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	_, err := f.NewSheet("Hidden")
	for _, err := range []error{
		err,
		f.SetCellValue("Sheet1", "B7", planted(1)),
		f.SetCellValue("Sheet1", "AA8", 4111111111111111),
		f.SetRowVisible("Sheet1", 8, false),
		f.SetCellValue("Hidden", "C3", planted(2)),
		f.SetSheetVisible("Hidden", false, true),
		f.AddComment("Sheet1", excelize.Comment{Cell: "B7", Author: "Ada", Text: planted(3)}),
		f.SetDocProps(&excelize.DocProperties{Creator: planted(4)}),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := f.Write(&b); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// sample is a file that only another program can write, with one value in the
// place of another that is as long.
func sample(t *testing.T, name, old, value string) []byte {
	t.Helper()
	b, err := os.ReadFile("../../../worker/extract/testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	if strings.HasSuffix(name, ".gz") {
		r, err := gzip.NewReader(bytes.NewReader(b))
		if err == nil {
			b, err = io.ReadAll(r)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	b = bytes.ReplaceAll(b, []byte(old), []byte(value))
	return bytes.ReplaceAll(b, []byte(filetest.UTF16(old)), []byte(filetest.UTF16(value)))
}

func TestPlantedValuesAreFoundInFilesOfEveryFormatAtTheirPlace(t *testing.T) {
	const (
		word, sheet  = "wordprocessingml.document", "Sheet1"
		card         = "4111111111111111"
		link, linked = "link@needle.example", "link@needles.mi.org"
	)
	text := func(n int) string { return "one\ntwo é😀 " + planted(n) + "\n" }
	mail := filetest.Mail(t,
		[2]string{"Content-Type: text/plain; charset=utf-8", text(1)},
		[2]string{"Content-Type: text/html", "<p>one</p><p>" + planted(2) + "</p>"},
		[2]string{"Content-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64", filetest.Base64(filetest.Zip(t, filetest.File{"b/c.txt", text(3)}))})
	s := start(t, "--cache-dir", filetest.Cache(t))
	for _, tt := range []struct {
		name string
		file []byte
		want map[string]extract.Location
	}{
		{"UTF-8", []byte(text(1)), map[string]extract.Location{planted(1): {Line: 2}}},
		{"UTF-16", []byte("\xff\xfe" + filetest.UTF16(text(1))), map[string]extract.Location{planted(1): {Line: 2}}},
		{"Latin 1", []byte("caf\xe9, th\xe9 et g\xe2teau\n" + planted(1)), map[string]extract.Location{planted(1): {Line: 2}}},
		{"CSV", []byte("name,mail\nJane," + planted(1) + "\n"), map[string]extract.Location{planted(1): {Line: 2}}},
		{"JSON", []byte("{\"name\": \"Jane\",\n\"mail\": \"" + strings.Replace(planted(1), "@", `\u0040`, 1) + "\"}"), map[string]extract.Location{planted(1): {Line: 2}}},
		{"XML", []byte("<?xml version=\"1.0\"?>\n<a>" + strings.Replace(planted(1), "@", `&#64;`, 1) + "</a>"), map[string]extract.Location{planted(1): {Line: 2}}},
		{"HTML", []byte("<!DOCTYPE html>\n<p>jane.<b>doe1</b>@mail.example.org</p>"), map[string]extract.Location{planted(1): {Line: 2}}},
		{"RTF", sample(t, "text.rtf", link, linked), map[string]extract.Location{linked: {Line: 12}}},
		{"source", []byte("package x\n\n// mail " + planted(1) + "\n"), map[string]extract.Location{planted(1): {Line: 3}}},
		{
			"DOCX",
			office(t, "word/document.xml", word, `<w:document><w:body><w:p><w:t>jane.doe1@mail</w:t><w:t>.example.org</w:t></w:p>`+
				`<w:tbl><w:tr><w:tc><w:p><w:t>`+planted(2)+`</w:t></w:p></w:tc></w:tr></w:tbl></w:body></w:document>`,
				filetest.File{"word/comments.xml", `<w:comments><w:comment><w:p><w:t>` + planted(3) + `</w:t></w:p></w:comment></w:comments>`},
				filetest.File{"word/header1.xml", `<w:hdr><w:p><w:t>` + planted(4) + `</w:t></w:p></w:hdr>`},
				filetest.File{"docProps/core.xml", `<cp:coreProperties><dc:creator>` + planted(5) + `</dc:creator></cp:coreProperties>`},
				filetest.File{"word/embeddings/inner.zip", string(filetest.Zip(t, filetest.File{"c.txt", text(6)}))}),
			map[string]extract.Location{
				planted(1): {Line: 1}, planted(2): {Line: 2}, planted(3): {Part: "comments", Line: 1}, planted(4): {Part: "header1", Line: 1},
				planted(5): {Part: "properties", Line: 1}, planted(6): {Path: "word/embeddings/inner.zip!/c.txt", Line: 2},
			},
		},
		{"XLSX", workbook(t), map[string]extract.Location{
			planted(1): {Sheet: sheet, Cell: "B7"}, card: {Sheet: sheet, Cell: "AA8"}, planted(2): {Sheet: "Hidden", Cell: "C3"},
			planted(3): {Sheet: sheet, Cell: "B7", Part: "comments"}, planted(4): {Part: "properties", Line: 1},
		}},
		{
			"PPTX",
			office(t, "ppt/presentation.xml", "presentationml.presentation", `<p:presentation><p:sldIdLst><p:sldId r:id="r1"/><p:sldId r:id="r2"/></p:sldIdLst></p:presentation>`,
				filetest.File{"ppt/_rels/presentation.xml.rels", `<Relationships><Relationship Id="r1" Type="x/slide" Target="slides/slide9.xml"/><Relationship Id="r2" Type="x/slide" Target="slides/slide1.xml"/></Relationships>`},
				filetest.File{"ppt/slides/slide9.xml", `<p:sld><a:p><a:t>` + planted(1) + `</a:t></a:p></p:sld>`},
				filetest.File{"ppt/slides/slide1.xml", `<p:sld show="0"><a:p><a:t>title</a:t></a:p><a:p><a:t>` + planted(2) + `</a:t></a:p></p:sld>`},
				filetest.File{"ppt/slides/_rels/slide1.xml.rels", `<Relationships><Relationship Id="r1" Type="x/notesSlide" Target="../notesSlides/n.xml"/></Relationships>`},
				filetest.File{"ppt/notesSlides/n.xml", `<p:notes><a:p><a:t>` + planted(3) + `</a:t></a:p></p:notes>`}),
			map[string]extract.Location{planted(1): {Slide: 1, Line: 1}, planted(2): {Slide: 2, Line: 2}, planted(3): {Slide: 2, Part: "notes", Line: 1}},
		},
		{"ODT", openDocument(t, "text", `<text:p>one</text:p><text:p>`+planted(1)+`</text:p>`), map[string]extract.Location{
			planted(1): {Line: 2}, planted(9): {Part: "properties", Line: 1},
		}},
		{"ODS", openDocument(t, "spreadsheet", `<table:table table:name="T"><table:table-row table:visibility="collapse"><table:table-cell/><table:table-cell><text:p>`+planted(1)+`</text:p></table:table-cell></table:table-row></table:table>`), map[string]extract.Location{
			planted(1): {Sheet: "T", Cell: "B1"}, planted(9): {Part: "properties", Line: 1},
		}},
		{"ODP", openDocument(t, "presentation", `<draw:page/><draw:page><text:p>`+planted(1)+`</text:p></draw:page>`), map[string]extract.Location{
			planted(1): {Slide: 2, Line: 1}, planted(9): {Part: "properties", Line: 1},
		}},
		{"DOC", sample(t, "text.doc", link, linked), map[string]extract.Location{linked: {Line: 3}}},
		{"ODS of LibreOffice", sample(t, "book.ods", card, card), map[string]extract.Location{card: {Sheet: "Staff & pay", Cell: "B2"}}},
		{"XLS", sample(t, "book.xls", card, card), map[string]extract.Location{card: {Sheet: "Staff & pay", Cell: "B2"}}},
		{"PPT", sample(t, "show.ppt.gz", "slide-one-needle", card), map[string]extract.Location{
			card: {Slide: 1, Line: 1},
		}},
		{
			"PDF",
			filetest.PDF(
				`<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(list.txt) 8 0 R] >> >> >>`,
				`<< /Type /Pages /Kids [4 0 R 5 0 R] /Count 2 >>`,
				filetest.PDFFont,
				filetest.PDFPage(6, ""), filetest.PDFPage(7, ""),
				filetest.PDFStream("", fmt.Sprintf(filetest.PDFText, "first line", planted(1))),
				filetest.PDFStream("", fmt.Sprintf(filetest.PDFText, planted(2), "last line")),
				`<< /Type /Filespec /F (list.txt) /UF (list.txt) /EF << /F 9 0 R >> >>`,
				filetest.PDFStream("/Type /EmbeddedFile", text(3)),
			),
			map[string]extract.Location{planted(1): {Page: 1, Line: 2}, planted(2): {Page: 2, Line: 1}, planted(3): {Path: "list.txt", Line: 2}},
		},
		{"EML", []byte(mail), map[string]extract.Location{
			"from@needle.example.org": {Part: "header", Line: 1}, "to@needle.example.org": {Part: "header", Line: 2},
			planted(1): {Part: "1", Line: 2}, planted(2): {Part: "2", Line: 1}, planted(3): {Part: "3", Path: "a.zip!/b/c.txt", Line: 2},
		}},
		{"MBOX", []byte("From a@b Mon Jan  1 00:00:00 2024\n" + mail), map[string]extract.Location{planted(1): {Path: "message-1.eml", Part: "1", Line: 2}}},
		{"MSG", filetest.Compound(t, filetest.Outlook("", "one\r\n"+planted(1))...), map[string]extract.Location{
			planted(1): {Part: "1", Line: 2}, "from@needle.example.org": {Part: "header", Line: 1},
		}},
		{"EPUB", filetest.Zip(t, filetest.File{"mimetype", "application/epub+zip"},
			filetest.File{"META-INF/container.xml", `<container><rootfiles><rootfile full-path="b.opf"/></rootfiles></container>`},
			filetest.File{"b.opf", `<package><manifest><item id="a" href="a.xhtml"/></manifest><spine><itemref idref="a"/></spine></package>`},
			filetest.File{"a.xhtml", `<html><body><p>` + planted(1) + `</p></body></html>`}),
			map[string]extract.Location{planted(1): {Path: "a.xhtml", Line: 1}}},
		{"ZIP in TAR in ZIP", filetest.Zip(t, filetest.File{"a.tar", string(filetest.Tar(t, filetest.File{"b.zip", string(filetest.Zip(t, filetest.File{"c.txt", text(1)}))}))}),
			map[string]extract.Location{planted(1): {Path: "a.tar!/b.zip!/c.txt", Line: 2}}},
		{"GZIP", filetest.Gzip(t, []byte(text(1))), map[string]extract.Location{planted(1): {Line: 2}}},
		{"BZIP2", filetest.Bzip2(t), map[string]extract.Location{planted(1): {Line: 2}}},
		{"ZSTD", filetest.Zstd(t, []byte(text(1))), map[string]extract.Location{planted(1): {Line: 2}}},
		{"XZ", filetest.XZ(t, []byte(text(1))), map[string]extract.Location{planted(1): {Line: 2}}},
		{"7Z", filetest.SevenZip(t, filetest.File{"a.txt", text(1)}), map[string]extract.Location{planted(1): {Path: "a.txt", Line: 2}}},
		{"SQLite", filetest.Database(t, `CREATE TABLE staff (id, mail); INSERT INTO staff VALUES (1, '`+planted(1)+`')`), map[string]extract.Location{planted(1): {Sheet: "staff", Cell: "mail1"}}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := s.classifyFile(t, tt.file)
			if j.Status != "succeeded" || j.Result.Partial {
				t.Fatalf("job is %s with %+v, want succeeded in full", j.Status, j.Error)
			}
			found := j.places()
			for value, loc := range tt.want {
				if diff := cmp.Diff([]extract.Location{loc}, found[value]); diff != "" {
					t.Errorf("%s (-want +got):\n%s", value, diff)
				}
			}
			if t.Failed() {
				t.Logf("found %+v", found)
			}
		})
	}
}
