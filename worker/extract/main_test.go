package extract

import (
	"fmt"
	"os"
	"testing"
)

// pdfCache lets the tests of one process compile the PDF engine once.
var pdfCache string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "extract-pdf-*")
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			return 1
		}
		defer os.RemoveAll(dir)
		pdfCache = dir
		return m.Run()
	}())
}
