package client_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/api/client"
)

// broken is a file that cannot be read.
type broken struct{}

func (broken) ReadAt([]byte, int64) (int, error) { return 0, errors.New("bad sector") }

func TestFileIsStreamedAnewForEachAttempt(t *testing.T) {
	content := strings.Repeat("my card is 4111 1111 1111 1111\n", 10_000)
	for _, tt := range []struct {
		name string
		file client.File
		want []string // name and content of the parts
	}{
		{"alone", client.File{Content: strings.NewReader(content)}, []string{"file file", content}},
		{
			"for some types", client.File{Content: strings.NewReader("x"), Name: "a.txt", SensitiveTypeIDs: []string{"1", "2"}},
			[]string{"sensitiveTypeIds ", `["1","2"]`, "file a.txt", "x"},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var got, keys []string
				h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					keys = append(keys, r.Method+" "+r.URL.Path+" "+r.Header.Get("Idempotency-Key"))
					if len(keys) == 1 {
						io.CopyN(io.Discard, r.Body, 100)
						panic(http.ErrAbortHandler)
					}
					form, err := r.MultipartReader()
					for err == nil {
						part, e := form.NextPart()
						if e == io.EOF {
							break
						}
						if err = e; err == nil {
							b, _ := io.ReadAll(part)
							got = append(got, part.FormName()+" "+part.FileName(), string(b))
						}
					}
					if err != nil {
						t.Error(err)
					}
					w.WriteHeader(202)
					fmt.Fprint(w, `{"id":"x"}`)
				})
				j, err := reach(t, h).SubmitFile(t.Context(), tt.file)
				if err != nil || j.ID != "x" {
					t.Fatalf("got %+v, %v", j, err)
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("-want +got\n%.1000s", diff)
				}
				if len(keys) != 2 || keys[0] != keys[1] || !strings.HasPrefix(keys[0], "POST /beta/dataClassification/classifyFile ") {
					t.Errorf("calls are %q", keys)
				}
			})
		})
	}
}

func TestFileBecomesAJob(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		s.fault = func(n int64, w http.ResponseWriter, r *http.Request, next http.Handler) {
			if n == 1 {
				lose(next, r)
			}
			next.ServeHTTP(w, r)
		}
		j, err := reach(t, s).SubmitFile(t.Context(), client.File{Content: strings.NewReader("my card is 4111 1111 1111 1111"), Name: "card.txt"})
		if err != nil || j.Type != "classifyFile" || j.Status != "notStarted" || s.count() != 1 {
			t.Errorf("%d jobs, got %+v, %v", s.count(), j, err)
		}
	})
}

func TestFileThatCannotBeReadIsAnError(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		h := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { io.Copy(io.Discard, r.Body) })
		if _, err := reach(t, h).SubmitFile(t.Context(), client.File{Content: broken{}}); err == nil || !strings.Contains(err.Error(), "bad sector") {
			t.Errorf("got %v", err)
		}
	})
}
