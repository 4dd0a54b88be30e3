package app

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/worker/extract/filetest"
)

func TestHostileFilesEndWithTheirCode(t *testing.T) {
	t.Parallel()
	zeros := bytes.Repeat([]byte("aaaaaaaaaaaaaaa\n"), 1<<18)
	nested := []byte(planted(1))
	for range 12 {
		nested = filetest.Zip(t, filetest.File{"a.zip", string(nested)})
	}
	many := make([]filetest.File, 1001)
	for i := range many {
		many[i] = filetest.File{fmt.Sprint(i, ".txt"), planted(1) + "\n"}
	}
	lying := filetest.Zip(t, filetest.File{"a.txt", strings.Repeat(planted(1)+"\n", 1000)})
	at := bytes.Index(lying, []byte("PK\x01\x02"))
	copy(lying[at+24:], "\x01\x00\x00\x00") // says that it is one byte long

	s := start(t, "--cache-dir", filetest.Cache(t), "--concurrency", "2")
	for _, tt := range []struct {
		name  string
		file  []byte
		code  string // "" for success
		found bool   // planted(1)
	}{
		{"gzip bomb", filetest.Gzip(t, zeros), "contentTooLarge", false},
		{"zip bomb behind a text", filetest.Zip(t, filetest.File{"a.txt", planted(1)}, filetest.File{"b.txt", string(zeros)}), "contentTooLarge", true},
		{"nested too deep", nested, "contentTooLarge", false},
		{"too many members", filetest.Zip(t, many...), "contentTooLarge", true},
		{"lying size", lying, "extractionFailed", false},
		{"path out of the archive", filetest.Zip(t, filetest.File{"../../../../etc/passwd", planted(1)}), "", true},
		{
			"billion laughs",
			office(t, "word/document.xml", "wordprocessingml.document", `<!DOCTYPE x [<!ENTITY a "ha"><!ENTITY b "`+strings.Repeat("&a;", 1000)+`"><!ENTITY c "`+strings.Repeat("&b;", 1000)+`">]><w:document><w:p><w:t>`+planted(1)+` &c;&c;</w:t></w:p></w:document>`),
			"", true,
		},
		{"encrypted zip", sample(t, "aes.zip", "", ""), "passwordProtected", false},
		{"encrypted 7z", sample(t, "encryptedheader.7z", "", ""), "passwordProtected", false},
		{"encrypted PDF", sample(t, "locked.pdf", "", ""), "passwordProtected", false},
		{"damaged PDF", []byte("%PDF-1.7\n" + strings.Repeat("1 0 obj <<", 1000)), "extractionFailed", false},
		{"picture", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), "unsupportedFileType", false},
		{"program", append([]byte("\x7fELF\x02\x01\x01"), make([]byte, 4096)...), "unsupportedFileType", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			j := s.classifyFile(t, tt.file)
			if j.Error.Code != tt.code || (j.Status == "succeeded") != (tt.code == "") || j.Attempts != 1 {
				t.Errorf("job is %s with %+v after %d attempts, want %q after 1", j.Status, j.Error, j.Attempts, tt.code)
			}
			if found := len(j.places()[planted(1)]) > 0; found != tt.found {
				t.Errorf("what could be read was found: %t, want %t", found, tt.found)
			}
			if j.Result != nil && j.Result.Partial != (tt.code != "") {
				t.Errorf("partial is %t", j.Result.Partial)
			}
			if j := s.classifyFile(t, []byte(planted(2))); j.Status != "succeeded" {
				t.Errorf("the worker is not well: the next job is %s with %+v", j.Status, j.Error)
			}
		})
	}
}

func TestDamagedFilesKillNoWorker(t *testing.T) {
	t.Parallel()
	s := start(t, "--cache-dir", filetest.Cache(t), "--concurrency", "2")
	codes := []string{"", "unsupportedFileType", "contentTooLarge", "passwordProtected", "extractionFailed"}
	try := func(t *testing.T, what string, file []byte) {
		t.Helper()
		if len(file) == 0 {
			return
		}
		if j := s.classifyFile(t, file); !slices.Contains(codes, j.Error.Code) || j.Attempts != 1 {
			t.Errorf("%s: job is %s with %+v after %d attempts", what, j.Status, j.Error, j.Attempts)
		}
	}
	text := filetest.File{"a.txt", strings.Repeat(planted(1)+"\n", 20)}
	for name, file := range map[string][]byte{
		"zip": filetest.Zip(t, text), "tar": filetest.Tar(t, text), "gzip": filetest.Gzip(t, []byte(text[1])), "xz": filetest.XZ(t, []byte(text[1])),
		"zstd": filetest.Zstd(t, []byte(text[1])), "7z": filetest.SevenZip(t, filetest.File{"a.txt", planted(1)}), "xlsx": workbook(t),
		"msg": filetest.Compound(t, filetest.Outlook("", text[1])...), "eml": []byte(filetest.Mail(t, [2]string{"Content-Type: text/plain", text[1]})),
		"doc": sample(t, "text.doc", "", ""), "xls": sample(t, "book.xls", "", ""), "odt": sample(t, "text.odt", "", ""),
		"rtf": sample(t, "text.rtf", "", ""), "epub": sample(t, "text.epub", "", ""), "utf-16": []byte("\xff\xfe" + filetest.UTF16(text[1])),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for i := range 16 {
				try(t, fmt.Sprintf("%d/16", i), file[:len(file)*i/16])
			}
			for i := range 4 {
				flipped := bytes.Clone(file)
				flipped[(len(file)-1)*i/3] ^= 1 << i
				try(t, fmt.Sprintf("flipped at %d/3", i), flipped)
			}
		})
	}
}
