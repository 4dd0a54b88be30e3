package worker_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/worker"
	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/extract"
	"github.com/classifyd/classifyd/worker/extract/filetest"
)

func files(t testing.TB, limits extract.Limits) jobs.Handler {
	t.Helper()
	x := extract.New(extract.Options{TempDir: t.TempDir(), CacheDir: filetest.Cache(t)})
	t.Cleanup(func() {
		if err := x.Close(); err != nil {
			t.Error(err)
		}
	})
	return worker.FileClassifier(worker.Only(engine(t)), x, limits, worker.Most{}, nil)
}

func fileRequest(t testing.TB, file []byte, options string) json.RawMessage {
	t.Helper()
	b, err := json.Marshal(file)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Appendf(nil, `{"file":%s%s}`, b, options)
}

func TestMatchInAFileHasItsPlace(t *testing.T) {
	file := filetest.Zip(t, filetest.File{"a.txt", "😀\nvisa"}, filetest.File{"b.csv", "x,y\n4539 5787 6362 1486,1\n"})
	res, err := files(t, extract.Limits{}).Run(t.Context(), &jobs.Job{Request: fileRequest(t, file, `,"sensitiveTypeIds":["`+cardType+`"]`)})
	if err != nil {
		t.Fatal(err)
	}
	want := `{"classification":[{"id":"50842eb7-edc8-4019-85dd-5a5c1f2bb085","displayName":"Credit Card Number","uniqueCount":1,` +
		`"confidence":85,"recommendedConfidence":85,"matches":[` +
		`{"idMatch":"4539 5787 6362 1486","offset":12,"length":19,"confidence":85,"evidences":[{"match":"visa","offset":3,"length":4}],` +
		`"location":{"path":"b.csv","line":2}}],` +
		`"classificationMethod":"patternMatch","scope":"fullDocument","sensitiveTypeSource":"outOfBox",` +
		`"classificationAttributes":[{"confidence":85,"count":1}]}]}`
	if diff := cmp.Diff(want, string(res.JSON)); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
}

func TestWhatCanBeReadOfAFileStandsBesideItsError(t *testing.T) {
	const found = `"idMatch":"ada.lovelace@mail.example.org"`
	good := filetest.File{"a.txt", "ada.lovelace@mail.example.org\n"}
	png := "\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"
	packed, err := os.ReadFile("extract/testdata/ppmd.7z")
	if err != nil {
		t.Fatal(err)
	}
	e := engine(t)
	x := extract.New(extract.Options{})
	defer x.Close()
	for _, tt := range []struct {
		name   string
		file   []byte
		limits extract.Limits
		code   jobs.Code // "" for success
		result bool
	}{
		{"picture beside it", filetest.Zip(t, good, filetest.File{"b.png", png}), extract.Limits{}, "", true},
		{"damaged member", filetest.Zip(t, filetest.File{"0.gz", "\x1f\x8b\x08damaged"}, good), extract.Limits{}, jobs.ExtractionFailed, true},
		{"too many members", filetest.Zip(t, good, good, good), extract.Limits{Members: 2}, jobs.ContentTooLarge, true},
		{"just enough members", filetest.Zip(t, good, good, good), extract.Limits{Members: 3}, "", true},
		{"too much text", append([]byte(good[1]), bytes.Repeat([]byte("text\n"), 60_000)...), extract.Limits{Bytes: 200_000}, jobs.ContentTooLarge, true},
		{"method that is not read", filetest.Zip(t, good, filetest.File{"b.7z", string(packed)}), extract.Limits{}, jobs.UnsupportedFileType, true},
		{"nothing else", packed, extract.Limits{}, jobs.UnsupportedFileType, false},
		{"picture", []byte(png), extract.Limits{}, jobs.UnsupportedFileType, false},
		{"locked", filetest.Compound(t, filetest.File{"EncryptedPackage", strings.Repeat("x", 5000)}, filetest.File{"EncryptionInfo", "x"}), extract.Limits{}, jobs.PasswordProtected, false},
		{"empty archive", filetest.Zip(t), extract.Limits{}, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			res, err := worker.FileClassifier(worker.Only(e), x, tt.limits, worker.Most{}, nil).Run(t.Context(), &jobs.Job{Request: fileRequest(t, tt.file, "")})
			e, _ := errors.AsType[*jobs.Error](err)
			switch {
			case tt.code == "" && err != nil:
				t.Fatalf("error = %v, want none", err)
			case tt.code != "" && (e == nil || e.Code != tt.code || e.Target != "request.file" || !permanent(err)):
				t.Fatalf("error = %v, want a permanent one with %s", err, tt.code)
			}
			if got := res != nil && strings.Contains(string(res.JSON), found); got != tt.result {
				t.Errorf("found is %t, want %t", got, tt.result)
			}
			if partial := res != nil && strings.Contains(string(res.JSON), `"partial":true`); partial != (tt.result && tt.code != "") {
				t.Errorf("partial is %t: %s", partial, res.JSON)
			}
		})
	}
}

func TestPartialResultOfAFailedJobIsKept(t *testing.T) {
	file := filetest.Zip(t, filetest.File{"a.txt", "ada.lovelace@mail.example.org\n"}, filetest.File{"b.gz", "\x1f\x8b\x08damaged"})
	request := string(fileRequest(t, file, ""))
	synctest.Test(t, func(t *testing.T) {
		j := work(t, files(t, extract.Limits{}), request)
		if j.State != jobs.Failed || j.Attempts != 1 || j.Error == nil || j.Error.Code != jobs.ExtractionFailed {
			t.Errorf("job is %s after %d attempts with %v, want failed after 1 with extractionFailed", j.State, j.Attempts, j.Error)
		}
		var result struct {
			Partial        bool
			Classification []struct{ UniqueCount int }
		}
		if err := json.Unmarshal(j.Result, &result); err != nil || !result.Partial || len(result.Classification) != 1 {
			t.Errorf("result = %s, %v, want a partial one of one type", j.Result, err)
		}
	})
}

// segments is a text in which reading stops with an error.
func segments(err error, text ...string) iter.Seq2[extract.Segment, error] {
	return func(yield func(extract.Segment, error) bool) {
		at := 0
		for _, s := range text {
			if !yield(extract.Segment{Text: s, Offset: int64(at)}, nil) {
				return
			}
			at += len(s)
		}
		if err != nil {
			yield(extract.Segment{}, err)
		}
	}
}

func stream(t testing.TB, ctx context.Context) *classify.Stream {
	t.Helper()
	s, err := engine(t).Stream(ctx, classify.Options{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFileThatCannotBeHadIsTriedAgain(t *testing.T) {
	lost := errors.New("read file: connection lost")
	res, err := worker.ScanFile(stream(t, t.Context()), segments(lost, "ada.lovelace@mail.", "example.org"), nil)
	if err != lost {
		t.Errorf("error = %v, want the reader's, for another attempt", err)
	}
	if res == nil || !strings.Contains(string(res.JSON), `"partial":true`) || !strings.Contains(string(res.JSON), "ada.lovelace@mail.example.org") {
		t.Errorf("result = %v, want what was read", res)
	}
}

func TestFilesRunEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(jobs.ErrStopping)
	_, err := files(t, extract.Limits{}).Run(ctx, &jobs.Job{Request: fileRequest(t, []byte("ada.lovelace@mail.example.org"), "")})
	if !errors.Is(err, jobs.ErrStopping) {
		t.Errorf("error = %v, want %v", err, jobs.ErrStopping)
	}
}

// A log is a file of lines that are made when they are read, one of which in a
// thousand has an address that no other has.
type log struct {
	size int64
	most uint64 // of the heap, while it was read
	read int
}

const lineSize = int64(len(commonLine))

const commonLine = "the request was served in time, and all is as well as it can be in that house.\n"

func (l *log) Size() int64 { return l.size }

func (l *log) ReadAt(p []byte, off int64) (int, error) {
	if l.read++; l.read%64 == 0 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		l.most = max(l.most, m.HeapInuse)
	}
	n := 0
	for n < len(p) && off < l.size {
		number := off / lineSize
		line := commonLine
		if number%1000 == 500 {
			line = fmt.Sprintf("%-*s\n", len(commonLine)-1, fmt.Sprintf("mail from user-%d@mail.example.org was taken in", number))
		}
		k := copy(p[n:], line[off%lineSize:])
		n, off = n+k, off+int64(k)
	}
	if off >= l.size {
		return n, io.EOF
	}
	return n, nil
}

// Read makes a log what extract.Text takes; it reads it in place.
func (l *log) Read([]byte) (int, error) { return 0, errors.ErrUnsupported }

func TestLogsAreStreamedInLittleMemory(t *testing.T) {
	const lines = 1 << 20
	l := &log{size: lines * lineSize}
	x := extract.New(extract.Options{})
	defer x.Close()
	started := time.Now()
	res, err := worker.ScanFile(stream(t, t.Context()), x.Text(t.Context(), l, "", extract.Limits{}), nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d MiB in %v, at most %d MiB of heap", l.size>>20, time.Since(started), l.most>>20)
	if l.most > 96<<20 {
		t.Errorf("%d MiB took %d MiB of heap", l.size>>20, l.most>>20)
	}
	var got struct {
		Partial        bool
		Classification []struct {
			UniqueCount              int
			Matches                  []struct{ Location extract.Location }
			ClassificationAttributes []struct{ Count int }
		}
	}
	if err := json.Unmarshal(res.JSON, &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Classification) != 1 || got.Partial {
		t.Fatalf("%d types found, partial %t, want 1 in full", len(got.Classification), got.Partial)
	}
	c, want := got.Classification[0], (lines-501)/1000+1
	if c.UniqueCount != want || c.ClassificationAttributes[0].Count != want || len(c.Matches) != classify.DefaultMaxMatches {
		t.Errorf("%d unique of %d with %d matches, want %d of %d with %d",
			c.UniqueCount, c.ClassificationAttributes[0].Count, len(c.Matches), want, want, classify.DefaultMaxMatches)
	}
	for i, m := range c.Matches {
		if want := i*1000 + 501; m.Location != (extract.Location{Line: want}) {
			t.Fatalf("match %d is at %+v, want line %d", i, m.Location, want)
		}
	}
}

func FuzzFile(f *testing.F) {
	f.Add([]byte("ada.lovelace@mail.example.org\n4539 5787 6362 1486"))
	f.Add(filetest.Zip(f, filetest.File{"a.txt", "visa 4539 5787 6362 1486"}, filetest.File{"b.html", "<p>ada.lovelace@mail.example.org"}))
	f.Add([]byte(filetest.Mail(f, [2]string{"Content-Type: text/plain", "ada.lovelace@mail.example.org"})))
	h := files(f, extract.Limits{Bytes: 16 << 20, Time: 20 * time.Second})
	f.Fuzz(func(t *testing.T, file []byte) {
		res, err := h.Run(t.Context(), &jobs.Job{Request: fileRequest(t, file, "")})
		if e, ok := errors.AsType[*jobs.Error](err); err != nil && (!ok || !permanent(err) || e.Target != "request.file") {
			t.Errorf("error %v is none of a file's", err)
		}
		if err == nil && res == nil || res != nil && !json.Valid(res.JSON) {
			t.Errorf("the result of %v is no JSON", err)
		}
	})
}
