package app

import (
	"bytes"
	"image"
	"image/png"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/worker/extract"
	"github.com/classifyd/classifyd/worker/extract/filetest"
)

func picture(t *testing.T, width int) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, image.NewGray(image.Rect(0, 0, width, 10))); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestPicturesAndScansAreReadByTheOCRHandler(t *testing.T) {
	var calls atomic.Int64
	ocr := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		img, err := png.Decode(r.Body)
		switch {
		case err != nil || r.Header.Get("Content-Type") != "image/png" || r.ContentLength < 1:
			t.Errorf("asked to read %s of %d bytes: %v", r.Header.Get("Content-Type"), r.ContentLength, err)
		case img.Bounds().Dx() == 13:
			w.WriteHeader(http.StatusUnprocessableEntity)
		case calls.Add(1) == 1:
			w.Header().Set("Retry-After", "0")
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			io.WriteString(w, "first line\n"+planted(1)+"\n")
		}
	}))
	defer ocr.Close()
	s := start(t, "--cache-dir", filetest.Cache(t), "--ocr", ocr.URL)
	scan := filetest.PDF(`<< /Type /Catalog /Pages 2 0 R >>`, `<< /Type /Pages /Kids [4 0 R 5 0 R] /Count 2 >>`, filetest.PDFFont,
		filetest.PDFPage(6, ""), filetest.PDFPage(7, ""),
		filetest.PDFStream("", "BT /F1 12 Tf 50 700 Td (page with text) Tj ET"), filetest.PDFStream("", "0 0 m 100 100 l S"))
	for _, tt := range []struct {
		name     string
		file     []byte
		want     []extract.Location
		code     string
		attempts int
	}{
		{"picture, while the handler is busy at first", picture(t, 20), []extract.Location{{Line: 2}}, "", 2},
		{"picture in an archive", filetest.Zip(t, filetest.File{"a.png", string(picture(t, 20))}), []extract.Location{{Path: "a.png", Line: 2}}, "", 1},
		{"scanned page", scan, []extract.Location{{Page: 2, Line: 2}}, "", 1},
		{"picture that cannot be read", picture(t, 13), nil, "extractionFailed", 1},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := s.classifyFile(t, tt.file)
			if j.Error.Code != tt.code || j.Attempts != tt.attempts {
				t.Errorf("job is %s with %+v after %d attempts, want %q after %d", j.Status, j.Error, j.Attempts, tt.code, tt.attempts)
			}
			if diff := cmp.Diff(tt.want, j.places()[planted(1)]); diff != "" {
				t.Errorf("places (-want +got):\n%s", diff)
			}
		})
	}
}
