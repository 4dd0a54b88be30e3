package api_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/blob"
	"github.com/classifyd/classifyd/jobs/embedded"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// A pattern is n bytes that take no memory. Most is how large what lives on the
// heap was seen to be meanwhile.
type pattern struct {
	n, read int
	most    uint64
}

func (p *pattern) Read(b []byte) (int, error) {
	if p.n == 0 {
		return 0, io.EOF
	}
	n := min(len(b), p.n)
	for i := range n {
		b[i] = byte((p.n - i) >> 3)
	}
	p.n -= n
	if p.read += n; p.read >= 4<<20 {
		p.read = 0
		p.most = max(p.most, alive())
	}
	return n, nil
}

// alive is how many bytes of the heap are in use. Garbage does not count: how
// much of that there may be depends on what other tests have left.
func alive() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// digester serves classifyFile with the file's digest.
func digester() jobs.Handler {
	return jobs.Handler{Type: "classifyFile", Run: func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
		h := sha256.New()
		if _, err := io.Copy(h, io.NewSectionReader(j.Content, 0, j.Content.Size())); err != nil {
			return nil, err
		}
		return &jobs.Result{JSON: fmt.Appendf(nil, `{"digest":"%x"}`, h.Sum(nil))}, nil
	}}
}

func TestLargeFilesStreamThroughTheAPIAndTheWorker(t *testing.T) {
	const size, bound = 100 << 20, 32 << 20
	store, err := blob.Directory(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	redis := embedded.Start()
	t.Cleanup(redis.Close)
	q, err := jobs.Open(t.Context(), jobs.Options{Redis: redis.Options(), Blobs: store})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { q.Close() })
	jobtest.Work(t, q, digester())
	srv := httptest.NewServer(api.New(api.Options{Queue: q, MaxFile: size}))
	defer srv.Close()

	h := sha256.New()
	if _, err := io.Copy(h, &pattern{n: size}); err != nil {
		t.Fatal(err)
	}
	want := hex.EncodeToString(h.Sum(nil))
	before := alive()
	const head = "--frontier\r\nContent-Disposition: form-data; name=\"file\"\r\n\r\n"
	const tail = "\r\n--frontier\r\nContent-Disposition: form-data; name=\"sensitiveTypes\"\r\n\r\n[]\r\n--frontier--\r\n"
	for _, tt := range []struct {
		name, contentType, head, tail string
		size, want                    int
	}{
		{"raw", "application/octet-stream", "", "", size, 200},
		{"form", "multipart/form-data; boundary=frontier", head, tail, size, 200},
		{"raw beyond the limit", "application/octet-stream", "", "", size + 1, 413},
		{"form beyond the limit", "multipart/form-data; boundary=frontier", head, tail, size + 1, 413},
		{"form that ends too early", "multipart/form-data; boundary=frontier", head, "\r\n--frontier\r\nContent-Disposition", 1 << 20, 400},
	} {
		body := &pattern{n: tt.size}
		// Without a length, so that no limit is seen at once.
		req, err := http.NewRequestWithContext(t.Context(), "POST", srv.URL+filePath, io.MultiReader(strings.NewReader(tt.head), body, strings.NewReader(tt.tail)))
		if err != nil {
			t.Fatal(err)
		}
		req.Header.Set("Content-Type", tt.contentType)
		req.Header.Set("Prefer", "wait=60")
		resp, err := srv.Client().Do(req)
		if err != nil {
			t.Fatal(tt.name, err)
		}
		answer, err := io.ReadAll(resp.Body)
		resp.Body.Close()
		if err != nil || resp.StatusCode != tt.want || tt.want == 200 && !bytes.Contains(answer, []byte(want)) {
			t.Errorf("%s: %d %.300s, %v", tt.name, resp.StatusCode, answer, err)
		}
		if body.most > before+bound {
			t.Errorf("%s: the heap grew by %d MiB", tt.name, (body.most-before)>>20)
		}
	}
	if _, err := q.Sweep(t.Context()); err != nil {
		t.Error(err)
	}
	for name := range store.List(t.Context(), time.Now().Add(time.Hour)) {
		t.Errorf("blob %s is left", name)
	}
}

func TestContentThatHasNoPlaceIs413AndNamesTheOption(t *testing.T) {
	s := start(t, func(o *api.Options) { o.MaxFile = 1 << 20 })
	large := strings.Repeat("x", 256<<10+1)
	quoted, _ := json.Marshal(large)
	multi, multiType := form("file=" + large)
	for _, tt := range []struct{ name, path, body, header string }{
		{"raw", filePath, large, octets},
		{"form", filePath, multi, multiType},
		{"JSON", filePath, `{"file":"` + strings.Repeat("AAAA", 100_000) + `"}`, ""},
		{"text", "/beta/dataClassification/classifyText", `{"text":` + string(quoted) + `}`, ""},
	} {
		var headers []string
		if tt.header != "" {
			headers = append(headers, tt.header)
		}
		a := s.call("POST", tt.path, tt.body, headers...)
		if a.StatusCode != 413 || !strings.Contains(a.body, "--blob") {
			t.Errorf("%s: %d %.300s", tt.name, a.StatusCode, a.body)
		}
	}
	if n := s.count(); n != 0 {
		t.Errorf("%d jobs were made", n)
	}
}
