package worker_test

import (
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/worker"
	"github.com/classifyd/classifyd/worker/extract"
)

func TestAnswersOfAnOCRHandler(t *testing.T) {
	const most = 4 << 20
	for _, tt := range []struct {
		name   string
		status int
		retry  string
		body   string
		code   string // of a picture's error, or of one that is tried again
		again  time.Duration
	}{
		{"text", 200, "", "text", "", 0},
		{"no text", 204, "", "", "", 0},
		{"as much text as may be", 200, "", strings.Repeat("a", most), "", 0},
		{"more", 200, "", strings.Repeat("a", most+1), "contentTooLarge", 0},
		{"redirect", 302, "", "", "extractionFailed", 0},
		{"refusal", 415, "", "", "extractionFailed", 0},
		{"busy", 429, "7", "", "handlerFailed", 7 * time.Second},
		{"broken", 500, "", "", "handlerFailed", 0},
	} {
		ocr := worker.OCR(&url.URL{Scheme: "http", Host: "ocr.example"}, classifier(func(r *http.Request) (int, string, string) {
			if got := r.Header.Get("Content-Type"); got != "image/webp" || r.ContentLength != 7 {
				t.Errorf("%s: got %s of %d bytes", tt.name, got, r.ContentLength)
			}
			return tt.status, tt.retry, tt.body
		}))
		text, err := ocr(t.Context(), "image/webp", []byte("picture"))
		if e, ok := errors.AsType[*extract.Error](err); ok {
			if string(e.Code) != tt.code {
				t.Errorf("%s: error %v, want %s", tt.name, err, tt.code)
			}
		} else if e, ok := errors.AsType[*jobs.Error](err); ok {
			if string(e.Code) != tt.code || e.RetryAfter != tt.again || permanent(err) {
				t.Errorf("%s: error %v, again after %v, want %s after %v", tt.name, err, e.RetryAfter, tt.code, tt.again)
			}
		} else if err != nil || tt.code != "" || text != tt.body {
			t.Errorf("%s: %.20q, %v", tt.name, text, err)
		}
	}
}

type unreachable struct{}

func (unreachable) RoundTrip(*http.Request) (*http.Response, error) { return nil, io.ErrUnexpectedEOF }

func TestOCRHandlerOutOfReachIsTriedAgain(t *testing.T) {
	_, err := worker.OCR(&url.URL{Scheme: "http", Host: "ocr.example"}, unreachable{})(t.Context(), "image/png", nil)
	if e, ok := errors.AsType[*jobs.Error](err); !ok || e.Code != jobs.HandlerFailed || permanent(err) {
		t.Errorf("error = %v, want handlerFailed for another attempt", err)
	}
}
