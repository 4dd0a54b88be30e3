package extract

import (
	"bytes"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/worker/extract/filetest"
)

func BenchmarkText(b *testing.B) {
	x := extractor(b)
	log := []byte(strings.Repeat("2024-01-01T00:00:00Z INFO request served path=/a/b status=200 took=12ms user=ada@example.com\n", 170_000))
	json := []byte(strings.Repeat(`{"time":"2024-01-01T00:00:00Z","msg":"served \u00e9 \"a\/b\"","user":"ada@example.com"}`+"\n", 170_000))
	html := []byte("<!DOCTYPE html><html>" + strings.Repeat("<tr><td>Ada</td><td>4111 1111</td><td>a &amp; b</td></tr>\n", 100_000))
	for _, bm := range []struct {
		name string
		data []byte
	}{
		{"log/16MB", log},
		{"log.gz/16MB", filetest.Gzip(b, log)},
		{"json/15MB", json},
		{"html/6MB", html},
		{"docx/16MB", docx(b, strings.Repeat("<w:p><w:r><w:t>Some words of a paragraph, and some more of them.</w:t></w:r></w:p>", 200_000))},
		{"pdf/13KB", sample(b, "text.pdf")},
	} {
		b.Run(bm.name, func(b *testing.B) {
			// The first PDF of a process compiles the engine.
			readFrom(b, x, bytes.NewReader(bm.data), "", Limits{Ratio: 10_000}).clean()
			n := int64(0)
			for b.Loop() {
				n = 0
				for seg, err := range x.Text(b.Context(), bytes.NewReader(bm.data), "", Limits{Ratio: 10_000}) {
					if err != nil {
						b.Fatal(err)
					}
					n += int64(len(seg.Text))
				}
			}
			b.SetBytes(n)
		})
	}
}
