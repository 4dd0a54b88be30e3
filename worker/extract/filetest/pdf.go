package filetest

import (
	"bytes"
	"fmt"
)

// PDF writes a PDF of the objects, numbered from 1; the first is the catalog.
func PDF(objects ...string) []byte {
	var b bytes.Buffer
	b.WriteString("%PDF-1.7\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(&b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(&b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, a := range at {
		fmt.Fprintf(&b, "%010d 00000 n \n", a)
	}
	fmt.Fprintf(&b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}

// PDFStream is an object with data, and more entries in its dictionary.
func PDFStream(dict, data string) string {
	return fmt.Sprintf("<< %s /Length %d >>\nstream\n%s\nendstream", dict, len(data), data)
}

// PDFPage is a page whose content is an object, with more entries. Its tree is
// object 2, its font object 3.
func PDFPage(content int, more string) string {
	return fmt.Sprintf("<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /Font << /F1 3 0 R >> >> /Contents %d 0 R %s >>", content, more)
}

// PDFFont is an object, and PDFText what shows two lines in it.
const (
	PDFFont = "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"
	PDFText = "BT /F1 12 Tf 50 700 Td (%s) Tj 0 -20 Td (%s) Tj ET"
)
