package extract

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/classifyd/classifyd/worker/extract/filetest"
)

func TestPDFIsReadPageByPage(t *testing.T) {
	data := filetest.PDF(
		`<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [8 0 R] >> /Names << /EmbeddedFiles << /Names [(list.txt) 10 0 R] >> >> >>`,
		`<< /Type /Pages /Kids [4 0 R 5 0 R] /Count 2 >>`,
		filetest.PDFFont,
		filetest.PDFPage(6, ""), filetest.PDFPage(7, "/Annots [8 0 R 9 0 R]"),
		filetest.PDFStream("", fmt.Sprintf(filetest.PDFText, "first line", "one-needle")),
		filetest.PDFStream("", fmt.Sprintf(filetest.PDFText, "other line", "two-needle 4111 1111")),
		`<< /Type /Annot /Subtype /Widget /FT /Tx /T (ssn) /V (field-needle) /Rect [50 50 200 70] >>`,
		`<< /Type /Annot /Subtype /Text /Contents (note-needle) /Rect [10 10 20 20] >>`,
		`<< /Type /Filespec /F (list.txt) /UF (list.txt) /EF << /F 11 0 R >> >>`,
		filetest.PDFStream("/Type /EmbeddedFile", "attached-needle"),
	)
	for name, data := range map[string][]byte{"as it is": data, "behind bytes of a printer": append([]byte("\x1b%-12345X\xff\n"), data...)} {
		t.Run(name, func(t *testing.T) {
			g := read(t, data, "", Limits{}).clean()
			g.at(map[string]Location{
				"one-needle": {Page: 1, Line: 2}, "two-needle 4111 1111": {Page: 2, Line: 2},
				"attached-needle": {Path: "list.txt", Line: 1},
			})
			for _, want := range []string{"ssn", "field-needle", "note-needle"} {
				if place, ok := g.place(want); !ok || place.Page != 2 {
					t.Errorf("%s is at %+v, found: %t", want, place, ok)
				}
			}
		})
	}
	read(t, sample(t, "text.pdf"), "", Limits{}).clean().at(map[string]Location{
		"body-needle Müller €": {Page: 1, Line: 3}, "title-needle": {Part: "properties", Line: 1},
	})
}

func TestPDFInAPDFNeedsNoSecondInstance(t *testing.T) {
	data := []byte("deep-needle")
	for range 3 {
		data = filetest.PDF(
			`<< /Type /Catalog /Pages 2 0 R /Names << /EmbeddedFiles << /Names [(inner) 3 0 R] >> >> >>`,
			`<< /Type /Pages /Kids [] /Count 0 >>`,
			`<< /Type /Filespec /F (inner) /UF (inner) /EF << /F 4 0 R >> >>`,
			filetest.PDFStream("/Type /EmbeddedFile", string(data)),
		)
	}
	x := New(Options{PDFs: 1, CacheDir: filetest.Cache(t)})
	defer x.Close()
	readFrom(t, x, bytes.NewReader(data), "", Limits{}).clean().at(map[string]Location{
		"deep-needle": {Path: "inner!/inner!/inner", Line: 1},
	})
}

func TestPDFWithoutTextIsAScan(t *testing.T) {
	data := filetest.PDF(`<< /Type /Catalog /Pages 2 0 R >>`, `<< /Type /Pages /Kids [4 0 R] /Count 1 >>`, filetest.PDFFont, filetest.PDFPage(5, ""),
		filetest.PDFStream("", "0 0 m 100 100 l S"))
	read(t, data, "", Limits{}).fails(UnsupportedFileType)
}

func TestPDFThatNeverEndsIsStopped(t *testing.T) {
	// Forms that draw each other twice, thirty deep, are a billion.
	objects := []string{`<< /Type /Catalog /Pages 2 0 R >>`, `<< /Type /Pages /Kids [4 0 R] /Count 1 >>`, filetest.PDFFont,
		`<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /XObject << /X 6 0 R >> >> /Contents 5 0 R >>`,
		filetest.PDFStream("", "/X Do")}
	for i := range 30 {
		objects = append(objects, filetest.PDFStream(fmt.Sprintf("/Type /XObject /Subtype /Form /BBox [0 0 10 10] /Resources << /Font << /F1 3 0 R >> /XObject << /X %d 0 R >> >>", 7+i),
			strings.Repeat("/X Do ", 20)))
	}
	objects = append(objects, filetest.PDFStream("/Type /XObject /Subtype /Form /BBox [0 0 10 10] /Resources << /Font << /F1 3 0 R >> >>", "BT /F1 12 Tf (x) Tj ET"))
	data := filetest.PDF(objects...)
	x := extractor(t)
	readFrom(t, x, bytes.NewReader(sample(t, "text.pdf")), "", Limits{}).clean()

	cause := errors.New("enough")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 500*time.Millisecond, cause)
	defer cancel()
	var last error
	for _, err := range x.Text(ctx, bytes.NewReader(data), "", Limits{}) {
		last = err
	}
	if last != nil && !errors.Is(last, cause) {
		t.Errorf("Text gave %v, want the context's cause, or nothing if the engine saw through it", last)
	}
	readFrom(t, x, bytes.NewReader(sample(t, "text.pdf")), "", Limits{}).clean()
}
