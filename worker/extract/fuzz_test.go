package extract

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/classifyd/classifyd/worker/extract/filetest"
)

// fuzz feeds the extractor with what grows from the samples of one kind.
// Whatever the bytes, read checks the segments, and that no parser panicked.
func fuzz(f *testing.F, kinds ...string) {
	x := extractor(f)
	all := samples(f)
	for name, data := range all {
		for _, kind := range kinds {
			if strings.HasSuffix(name, kind) && len(data) < 20_000 {
				f.Add(data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		readFrom(t, x, bytes.NewReader(data), "", Limits{Bytes: 16 << 20, Time: 20 * time.Second})
	})
}

func FuzzZip(f *testing.F)        { fuzz(f, "zip") }
func FuzzTar(f *testing.F)        { fuzz(f, "tar") }
func FuzzSevenZip(f *testing.F)   { fuzz(f, ".7z") }
func FuzzCompressed(f *testing.F) { fuzz(f, "gz", "xz", "zst") }
func FuzzOffice(f *testing.F)     { fuzz(f, ".docx", ".xlsx", ".odt", ".ods", ".odp", ".epub") }
func FuzzCompound(f *testing.F)   { fuzz(f, ".doc", ".xls", "msg") }
func FuzzMail(f *testing.F)       { fuzz(f, "eml") }
func FuzzRTF(f *testing.F)        { fuzz(f, ".rtf") }
func FuzzPDF(f *testing.F)        { fuzz(f, "text.pdf") }
func FuzzDatabase(f *testing.F)   { fuzz(f, "db") }
func FuzzText(f *testing.F)       { fuzz(f, "json", "utf16", ".fodt") }
func FuzzPowerPoint(f *testing.F) {
	f.Add([]byte("\x0f\x00\xf0\x0f\x18\x00\x00\x00\x00\x00\xf3\x03\x10\x00\x00\x00AAAABBBBCCCCDDDD\x00\x00\xa8\x0f\x04\x00\x00\x00text"))
	x := extractor(f)
	f.Fuzz(func(t *testing.T, data []byte) {
		doc := filetest.Compound(t, file{"PowerPoint Document", string(data) + strings.Repeat("\x00", miniCutoff)})
		readFrom(t, x, bytes.NewReader(doc), "", Limits{})
	})
}

// FuzzXML walks XML as office documents have it, without the archive around.
func FuzzXML(f *testing.F) {
	f.Add("<w:p><w:r><w:t>text</w:t></w:r></w:p>")
	f.Add(`<table:table table:name="T"><table:table-row><table:table-cell office:value="1"><text:p>x<office:annotation><text:p>y</text:p></office:annotation></text:p></table:table-cell></table:table-row></table:table>`)
	f.Add(laughs + "<t>&g;</t>")
	x := extractor(f)
	f.Fuzz(func(t *testing.T, in string) {
		readFrom(t, x, bytes.NewReader(docx(t, in, file{"xl/worksheets/s.xml", in})), "", Limits{})
		for _, kind := range []string{"text", "spreadsheet", "presentation"} {
			content := "<office:body><office:" + kind + ">" + in
			readFrom(t, x, bytes.NewReader(filetest.Zip(t, file{"mimetype", "application/vnd.oasis.opendocument." + kind}, file{"content.xml", content})), "", Limits{})
		}
	})
}
