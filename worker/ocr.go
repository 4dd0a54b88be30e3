package worker

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/worker/extract"
)

// maxPictureText is how many bytes of text a picture may have.
const maxPictureText = 4 << 20

// OCR reads pictures, for extract.Options, by the service behind endpoint. Each
// is posted as it is, under its media type; the answer's body is its text, in
// UTF-8, at most 4 MiB.
//
// An answer of 5xx, 408 or 429 and none at all are worth another attempt of the
// job, not before a Retry-After of at most an hour. With any other but 2xx the
// picture counts as one that cannot be read. A redirect is never followed.
func OCR(endpoint *url.URL, transport http.RoundTripper) func(ctx context.Context, media string, picture []byte) (string, error) {
	client := directClient(transport)
	return func(ctx context.Context, media string, picture []byte) (string, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodPost, endpoint.String(), bytes.NewReader(picture))
		if err != nil {
			return "", err
		}
		req.Header.Set("Content-Type", media)
		req.Header.Set("Accept", "text/plain")
		req.Header.Set("User-Agent", "classifyd")
		resp, err := client.Do(req)
		if err != nil {
			return "", interrupted(ctx, "the OCR handler could not be reached")
		}
		defer resp.Body.Close()
		switch s := resp.StatusCode; {
		case worthAnother(s):
			return "", &jobs.Error{
				Code:       jobs.HandlerFailed,
				Message:    fmt.Sprintf("the OCR handler answered with status %d", s),
				RetryAfter: retryAfter(resp.Header.Get("Retry-After"), time.Now()),
			}
		case s < 200 || s > 299:
			return "", &extract.Error{Code: extract.ExtractionFailed, Message: "the OCR handler cannot read the picture"}
		}
		text, err := io.ReadAll(io.LimitReader(resp.Body, maxPictureText+1))
		switch {
		case err != nil:
			return "", interrupted(ctx, "the OCR handler's answer broke off")
		case len(text) > maxPictureText:
			return "", &extract.Error{Code: extract.ContentTooLarge, Message: "the picture has more text than the limit allows"}
		}
		return string(text), nil
	}
}
