package extract

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/classifyd/classifyd/worker/extract/filetest"
)

// laughs is a document type whose entity would grow to a billion.
const laughs = `<!DOCTYPE x [<!ENTITY a "hahahahaha">` +
	`<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;">` +
	`<!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;"><!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;">]>`

func TestBombsEndAsTooLarge(t *testing.T) {
	// Four times what may come out of any file: a bomb, and made in no time.
	big := bytes.Repeat([]byte("aaaaaaaaaaaaaaa\n"), 4*ratioFree/16)
	for name, data := range map[string][]byte{
		"gzip":         filetest.Gzip(t, big),
		"zstd":         filetest.Zstd(t, big),
		"xz":           filetest.XZ(t, big),
		"zip":          filetest.Zip(t, file{"a.txt", string(big)}),
		"zip of zips":  filetest.Zip(t, file{"a.zip", string(filetest.Zip(t, file{"a.txt", string(big)}))}, file{"b.zip", string(filetest.Zip(t, file{"a.txt", string(big)}))}),
		"gzip in gzip": filetest.Gzip(t, filetest.Gzip(t, filetest.Gzip(t, big))),
		"tar.gz":       filetest.Gzip(t, filetest.Tar(t, file{"a.txt", string(big)})),
		"7z":           sample(t, "bomb.7z"),
		"docx":         docx(t, "<w:p><w:t>"+string(big)+"</w:t></w:p>"),
		"docx of tags": docx(t, strings.Repeat("<w:p></w:p>", len(big)/11)),
		"one tag":      docx(t, "<w:p a='"+string(big)+"'/>"),
		"one comment":  docx(t, "<!--"+string(big)+"-->"),
		// What comes out of the archive is a tenth of what a file may expand to.
		"xlsx that says one string often": workbook(t, strings.Repeat(`<c t="s"><v>0</v></c>`, 4000), `<sst><si><t>`+strings.Repeat("a", 30_000)+`</t></si></sst>`),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			g := read(t, data, "", Limits{}).fails(ContentTooLarge)
			if most := max(ratioFree, 100*(len(data)+1)) + segmentSize; len(g.text) > most {
				t.Errorf("%d bytes gave %d of text, want at most %d", len(data), len(g.text), most)
			}
		})
	}
}

func TestArchiveOfItselfEndsAsTooLarge(t *testing.T) {
	data := filetest.Quine(t)
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil || len(z.File) != 1 {
		t.Fatalf("the quine is no archive of one member: %v", err)
	}
	in, err := z.File[0].Open()
	if err != nil {
		t.Fatal(err)
	}
	if member, err := io.ReadAll(in); err != nil || !bytes.Equal(member, data) {
		t.Fatalf("the quine of %d bytes holds %d others, %v", len(data), len(member), err)
	}
	g := read(t, data, "", Limits{}).fails(ContentTooLarge)
	if len(g.errs) != 1 || g.text != "" || strings.Count(g.errs[0].Location.Path, "!/") != 10 {
		t.Errorf("got %q and %+v, want one error at depth 11", g.text, g.errs)
	}
	read(t, filetest.Gzip(t, data), "", Limits{}).fails(ContentTooLarge)
}

func TestEntitiesDoNotGrow(t *testing.T) {
	for name, data := range map[string][]byte{
		"xml":  []byte(`<?xml version="1.0"?>` + laughs + `<x>&g;needle</x>`),
		"html": []byte(`<!DOCTYPE html>` + laughs + `<p>&g;needle`),
		"svg":  []byte(`<?xml version="1.0"?>` + laughs + `<svg xmlns="http://www.w3.org/2000/svg"><text>&g;needle</text></svg>`),
		"docx": docx(t, "<w:p><w:t>&g;needle</w:t></w:p>", file{"word/comments.xml", laughs + "<c><t>&g;</t></c>"}),
		"odt":  filetest.Zip(t, file{"mimetype", "application/vnd.oasis.opendocument.text"}, file{"content.xml", laughs + "<text:p>&g;needle</text:p>"}),
	} {
		if g := read(t, data, "", Limits{}).clean(); len(g.text) > 2000 || !strings.Contains(g.text, "needle") {
			t.Errorf("%s gave %d bytes: %.100q", name, len(g.text), g.text)
		}
	}
}

func TestWhatIsNestedTooDeepIsTold(t *testing.T) {
	data := []byte("deep-needle")
	for i := range 12 {
		switch i % 3 {
		case 0:
			data = filetest.Zip(t, file{"beside.txt", fmt.Sprintf("beside-%d", i)}, file{"inner", string(data)})
		case 1:
			data = filetest.Gzip(t, data)
		case 2:
			data = filetest.Tar(t, file{"inner", string(data)})
		}
	}
	g := read(t, data, "", Limits{}).fails(ContentTooLarge)
	if !strings.Contains(g.text, "beside-9") || strings.Contains(g.text, "deep-needle") {
		t.Errorf("got %q, want what lies less deep", g.text)
	}
	read(t, data, "", Limits{Depth: 12}).clean().at(map[string]Location{
		"deep-needle": {Path: "inner!/inner!/inner!/inner!/inner!/inner!/inner!/inner", Line: 1},
	})
	for _, open := range []string{"<a>", "{\\b ", "[", "<w:p>"} {
		deep := strings.Repeat(open, 200_000)
		read(t, []byte("<?xml version='1.0'?>"+deep), "", Limits{})
		read(t, []byte("{\\rtf1 "+deep), "", Limits{})
		read(t, []byte("<!DOCTYPE html>"+deep), "", Limits{})
		read(t, docx(t, deep), "", Limits{})
	}
}

func TestMembersBeyondTheLimitAreNotRead(t *testing.T) {
	var files []file
	for i := range 1001 {
		files = append(files, file{fmt.Sprintf("%d.txt", i), fmt.Sprintf("n-%d;", i)})
	}
	for name, data := range map[string][]byte{"zip": filetest.Zip(t, files...), "tar": filetest.Tar(t, files...)} {
		g := read(t, data, "", Limits{}).fails(ContentTooLarge)
		if len(g.errs) != 1 || !strings.Contains(g.text, "n-999;") || strings.Contains(g.text, "n-1000;") {
			t.Errorf("%s gave %d errors and %d bytes, want one and the first thousand", name, len(g.errs), len(g.text))
		}
		read(t, data, "", Limits{Members: 1001}).clean()
	}
}

func TestTextBeyondTheLimitIsNotRead(t *testing.T) {
	endless := readerFunc(func(p []byte) (int, error) {
		for i := range p {
			p[i] = "some text\n"[i%10]
		}
		return len(p), nil
	})
	g := readFrom(t, extractor(t), endless, "", Limits{Bytes: 1 << 20}).fails(ContentTooLarge)
	if n := len(g.text); n < 1<<20-segmentSize || n > 1<<20+segmentSize {
		t.Errorf("got %d bytes, want about a MiB", n)
	}
}

func TestTimeIsLimited(t *testing.T) {
	for _, data := range [][]byte{[]byte("text"), filetest.Zip(t, file{"a.txt", "text"}), sample(t, "text.pdf"), filetest.Database(t, staff)} {
		g := read(t, data, "", Limits{Time: 1}).fails(ContentTooLarge)
		if len(g.errs) != 1 {
			t.Errorf("got %d errors, want one", len(g.errs))
		}
	}
}

func TestHeadersThatLieAreNotBelieved(t *testing.T) {
	short := filetest.Zip(t, file{"a.txt", strings.Repeat("needle ", 1000)})
	i := bytes.LastIndex(short, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint32(short[i+24:], 3) // the size when unpacked
	big := filetest.Tar(t, file{"a.txt", strings.Repeat("needle ", 1000)})
	copy(big[124:], "77777777777") // the size
	sum := 0
	for k := range 512 {
		if k < 148 || k >= 156 {
			sum += int(big[k])
		} else {
			sum += ' '
		}
	}
	copy(big[148:], fmt.Sprintf("%06o\x00 ", sum))
	crowd := filetest.Zip(t, file{"a.txt", "needle"})
	binary.LittleEndian.PutUint16(crowd[len(crowd)-12:], 0xfffe) // how many members
	huge := filetest.Compound(t, file{"WordDocument", strings.Repeat("x", 5000)})
	for at := range 4 {
		huge[44+at], huge[64+at], huge[72+at] = 0x7f, 0x7f, 0x7f // how many sectors
	}
	for name, data := range map[string][]byte{
		"size of a member": short, "size in a tar": big, "number of members": crowd, "number of sectors": huge,
		"rtf of bytes": []byte(`{\rtf1 needle \bin2147483647 x}`),
		"xls": filetest.Compound(t, file{"Workbook", "\x09\x08\x04\x00\x00\x06\x05\x00\xfc\x00\x08\x00\xff\xff\xff\x7f\xff\xff\xff\x7f" +
			"\x3c\x00\x06\x00\xff\xff\x0d\xff\xff\xff" + strings.Repeat("\x00", 5000)}),
		"ppt": filetest.Compound(t, file{"PowerPoint Document", "\x0f\x00\xee\x03\xff\xff\xff\x7f\x00\x00\xa0\x0f\xff\xff\x0f\x00" + strings.Repeat("\x00", 5000)}),
	} {
		t.Run(name, func(t *testing.T) { read(t, data, "", Limits{}).fails(ExtractionFailed) })
	}
}

func TestDirectoryThatFillsTheMemoryIsRefused(t *testing.T) {
	crowd := func(n int) []byte {
		var files []file
		for i := range n {
			files = append(files, file{fmt.Sprintf("%01000d", i), ""})
		}
		return filetest.Zip(t, files...)
	}
	within, beyond := crowd(100), crowd(maxDirectory/1000)
	read(t, within, "", Limits{Members: maxDirectory}).clean()
	read(t, beyond, "", Limits{Members: maxDirectory}).fails(ContentTooLarge)
}

// samples are files of all kinds, by name.
func samples(t testing.TB) map[string][]byte {
	t.Helper()
	all := map[string][]byte{
		"zip": filetest.Zip(t, file{"a.txt", "text"}, file{"b/c.html", "<p>text"}), "tar": filetest.Tar(t, file{"a.txt", "text"}),
		"gz": filetest.Gzip(t, []byte("text")), "xz": filetest.XZ(t, []byte("text")), "zst": filetest.Zstd(t, []byte("text")),
		"eml": []byte(filetest.Mail(t, [2]string{"Content-Type: text/plain", "text"}, [2]string{"Content-Type: text/html\nContent-Transfer-Encoding: base64", "PHA+dGV4dA=="})),
		"msg": filetest.Compound(t, filetest.Outlook("", "first line\r\nbody-needle Müller")...), "db": filetest.Database(t, staff),
		"json": []byte(`{"a":"\u00e9 text"}`), "utf16": []byte(filetest.UTF16("some text\nin wide letters\n")),
	}
	paths, err := filepath.Glob("testdata/*.*")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if name := filepath.Base(path); name != "bomb.7z" {
			all[name] = b
		}
	}
	return all
}

func TestDamagedFilesAreToldAndHarmNothing(t *testing.T) {
	x := extractor(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	for name, data := range samples(t) {
		t.Run(name, func(t *testing.T) {
			for i := range 17 {
				readFrom(t, x, bytes.NewReader(data[:len(data)*i/16]), "", Limits{})
			}
			readFrom(t, x, io.MultiReader(bytes.NewReader(data[:len(data)*11/16])), "", Limits{})
			flips := 40
			if strings.HasSuffix(name, ".pdf") || strings.HasSuffix(name, ".gz") {
				flips = 8
			}
			for range flips {
				b := bytes.Clone(data)
				for range 1 + rnd.IntN(8) {
					b[rnd.IntN(len(b))] ^= 1 << rnd.IntN(8)
				}
				readFrom(t, x, bytes.NewReader(b), "", Limits{Time: time.Minute})
			}
		})
	}
}

func TestErrorsCarryNoContent(t *testing.T) {
	for name, data := range map[string][]byte{
		"xml":  docx(t, "<w:p><w:t>secret-text</w:t><secret-tag secret-attr"),
		"path": filetest.Zip(t, file{"secret-name.gz", "\x1f\x8b\x08secret"}),
		"db":   append([]byte("SQLite format 3\x00"), bytes.Repeat([]byte("secret"), 1000)...),
	} {
		g := read(t, data, "secret-file", Limits{})
		if len(g.errs) == 0 {
			t.Errorf("%s gave no error", name)
		}
		for _, e := range g.errs {
			if strings.Contains(e.Error(), "secret") {
				t.Errorf("%s: the error tells content: %v", name, e)
			}
		}
	}
}

func TestLargeFilesNeedLittleMemory(t *testing.T) {
	line := []byte("2024-01-01T00:00:00Z INFO request served path=/a/b status=200 took=12ms user=ada@example.com\n")
	left := 128 << 20
	log := readerFunc(func(p []byte) (int, error) {
		n := 0
		for n+len(line) <= len(p) && left > 0 {
			n += copy(p[n:], line)
			left -= len(line)
		}
		if n == 0 {
			return 0, io.EOF
		}
		return n, nil
	})
	var m runtime.MemStats
	most, n := uint64(0), 0
	for seg, err := range extractor(t).Text(t.Context(), log, "big.log", Limits{}) {
		if err != nil {
			t.Fatal(err)
		}
		if n++; n%256 == 0 && seg.Text != "" {
			runtime.ReadMemStats(&m)
			most = max(most, m.HeapInuse)
		}
	}
	if most > 64<<20 {
		t.Errorf("128 MiB took %d MiB of heap", most>>20)
	}
}

func TestExtractorServesManyAtOnce(t *testing.T) {
	x := extractor(t)
	all := samples(t)
	done := make(chan error)
	for range 4 {
		go func() {
			var failed error
			for name, data := range all {
				for _, err := range x.Text(context.WithoutCancel(t.Context()), bytes.NewReader(data), name, Limits{}) {
					if _, ok := errors.AsType[*Error](err); err != nil && !ok {
						failed = fmt.Errorf("%s: %w", name, err)
					}
				}
			}
			done <- failed
		}()
	}
	for range 4 {
		if err := <-done; err != nil {
			t.Error(err)
		}
	}
}
