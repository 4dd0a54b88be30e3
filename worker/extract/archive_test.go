package extract

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/worker/extract/filetest"
)

// A file is one that goes into an archive.
type file = filetest.File

func sample(t testing.TB, name string) []byte {
	t.Helper()
	b, err := os.ReadFile("testdata/" + name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestCompressedFilesAreReadAsWhatIsInThem(t *testing.T) {
	text := []byte(filetest.Bzipped)
	for name, data := range map[string][]byte{
		"a.log.gz": filetest.Gzip(t, text), "a.log.xz": filetest.XZ(t, text), "a.log.zst": filetest.Zstd(t, text), "a.log.bz2": filetest.Bzip2(t),
		"a.gz.xz.zst": filetest.Zstd(t, filetest.XZ(t, filetest.Gzip(t, text))),
	} {
		g := read(t, data, name, Limits{}).clean()
		if g.text != string(text) {
			t.Errorf("%s is read as %q", name, g.text)
		}
		g.at(map[string]Location{"needle": {Line: 2}})
	}
}

func TestMembersOfArchivesHaveTheirPath(t *testing.T) {
	inner := filetest.Zip(t, file{"deep/c.txt", "third\nc-needle"})
	files := []file{{"a.txt", "a-needle"}, {"dir/b.json", `{"b":"b-needle"}`}, {"inner.zip", string(inner)}, {"e.txt", ""}}
	for name, data := range map[string][]byte{
		"x.zip":     filetest.Zip(t, files...),
		"x.tar":     filetest.Tar(t, files...),
		"x.tar.gz":  filetest.Gzip(t, filetest.Tar(t, files...)),
		"x.tar.xz":  filetest.XZ(t, filetest.Tar(t, files...)),
		"x.zip.txt": filetest.Zip(t, files...),
	} {
		t.Run(name, func(t *testing.T) {
			read(t, data, name, Limits{}).clean().at(map[string]Location{
				"a-needle": {Path: "a.txt", Line: 1},
				"b-needle": {Path: "dir/b.json", Line: 1},
				"c-needle": {Path: "inner.zip!/deep/c.txt", Line: 2},
			})
		})
	}
}

func TestStreamedArchiveIsReadAsTheSameText(t *testing.T) {
	data := filetest.Zip(t, file{"a.txt", strings.Repeat("a-needle\n", 10)}, file{"b.tar", string(filetest.Tar(t, file{"c.txt", "c-needle"}))})
	want := read(t, data, "x.zip", Limits{}).clean()
	got := readFrom(t, extractor(t), io.MultiReader(bytes.NewReader(data)), "x.zip", Limits{}).clean()
	if got.text != want.text || got.text == "" {
		t.Errorf("a stream is read as %q, a file as %q", got.text, want.text)
	}
}

func TestLargeMemberIsReadFromDisk(t *testing.T) {
	inner := filetest.Stored(t, file{"blank.txt", strings.Repeat(" ", spoolMemory)}, file{"last.txt", "needle"})
	g := read(t, filetest.Stored(t, file{"inner.zip", string(inner)}), "x.zip", Limits{}).clean()
	g.at(map[string]Location{"needle": {Path: "inner.zip!/last.txt", Line: 1}})
}

func TestMemberThatCannotBeReadKeepsNoOtherFromIt(t *testing.T) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range []struct {
		zip.FileHeader
		text string
	}{
		{zip.FileHeader{Name: "a.txt"}, "a-needle"},
		{zip.FileHeader{Name: "secret.txt", Flags: 1}, "sealed"},
		{zip.FileHeader{Name: "broken.gz"}, "\x1f\x8b\x08\x00garbage"},
		{zip.FileHeader{Name: "logo.png"}, "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"},
		{zip.FileHeader{Name: "z.txt"}, "z-needle"},
	} {
		create := z.CreateHeader
		if f.Flags != 0 {
			create = z.CreateRaw
		}
		w, err := create(&f.FileHeader)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, f.text); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	g := read(t, b.Bytes(), "x.zip", Limits{})
	g.at(map[string]Location{"a-needle": {Path: "a.txt", Line: 1}, "z-needle": {Path: "z.txt", Line: 1}})
	type failure struct {
		code  Code
		path  string
		minor bool
	}
	want := []failure{{PasswordProtected, "secret.txt", false}, {ExtractionFailed, "broken.gz", false}, {UnsupportedFileType, "logo.png", true}}
	for i, e := range g.errs {
		if f := (failure{e.Code, e.Location.Path, e.Minor()}); i >= len(want) || f != want[i] {
			t.Errorf("error %d is %+v", i, f)
		}
	}
	if len(g.errs) != len(want) {
		t.Errorf("got %d errors, want %d", len(g.errs), len(want))
	}
}

func TestPathsOutOfTheArchiveAreOnlyNames(t *testing.T) {
	files := []file{{"../../etc/passwd", "a-needle"}, {"/etc/shadow", "b-needle"}, {"C:\\x\x00\n.txt", "c-needle"}}
	want := map[string]Location{
		"a-needle": {Path: "../../etc/passwd", Line: 1}, "b-needle": {Path: "/etc/shadow", Line: 1}, "c-needle": {Path: "C:\\x__.txt", Line: 1},
	}
	read(t, filetest.Zip(t, files...), "x.zip", Limits{}).clean().at(want)
	delete(want, "c-needle") // tar ends names at a zero
	read(t, filetest.Tar(t, files[:2]...), "x.tar", Limits{}).clean().at(want)
}

func TestSevenZipIsRead(t *testing.T) {
	// Written by 7-Zip; testdata/README.md says how.
	for _, name := range []string{"lzma2.7z", "lzma.7z", "copy.7z", "bzip2.7z", "deflate.7z", "plainheader.7z"} {
		t.Run(name, func(t *testing.T) {
			read(t, sample(t, name), name, Limits{}).clean().at(map[string]Location{
				"a-needle": {Path: "a.txt", Line: 1},
				"b-needle": {Path: "dir/b.txt", Line: 2},
			})
		})
	}
	read(t, sample(t, "encrypted.7z"), "", Limits{}).fails(PasswordProtected)
	read(t, sample(t, "encryptedheader.7z"), "", Limits{}).fails(PasswordProtected)
}

func TestMethodsThatAreNotReadAreSaid(t *testing.T) {
	const bcj2 = "\x01\x14\x03\x03\x01\x1b\x04\x01\x00\x01\x02\x03"
	var shrunk bytes.Buffer
	z := zip.NewWriter(&shrunk)
	if _, err := z.CreateRaw(&zip.FileHeader{Name: "a.txt", Method: 1}); err != nil {
		t.Fatal(err)
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	for name, data := range map[string][]byte{
		"PPMd":   sample(t, "ppmd.7z"),
		"BCJ2":   filetest.SevenZipBy(t, bcj2, file{"a.txt", "text"}),
		"shrink": shrunk.Bytes(),
	} {
		g := read(t, filetest.Zip(t, file{"x", string(data)}), "", Limits{}).fails(UnsupportedFileType)
		if len(g.errs) != 1 || g.errs[0].Location.Path != "x!/a.txt" || g.errs[0].Message != errMethod.Message || g.errs[0].Minor() {
			t.Errorf("%s gave %v, want one error about x!/a.txt that is not minor", name, g.errs)
		}
	}
}
