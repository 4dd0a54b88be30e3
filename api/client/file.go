package client

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"mime/multipart"
	"net/http"

	"github.com/classifyd/classifyd/api/wire"
)

// A File is one to classify.
type File struct {
	// Content is read from its start to its end, once for each time that it is
	// sent: an *os.File, a *bytes.Reader or a *strings.Reader.
	Content io.ReaderAt

	Name             string   // none: file
	SensitiveTypeIDs []string // GUIDs of what to look for; none: all
	Key              string   // as in a Submission
}

// SubmitFile queues a job of type classifyFile and returns it as it is then.
// The file is streamed, not held in memory.
func (c *Client) SubmitFile(ctx context.Context, f File) (*wire.Job, error) {
	return c.job(ctx, call{method: http.MethodPost, path: "/classifyFile", header: key(f.Key), body: f.form})
}

// form is f as a form, written as it is read.
func (f File) form() (io.Reader, string) {
	r, w := io.Pipe()
	form := multipart.NewWriter(w)
	go func() { w.CloseWithError(f.write(form)) }() // ends when r is closed, which the transport does
	return r, form.FormDataContentType()
}

func (f File) write(form *multipart.Writer) error {
	if len(f.SensitiveTypeIDs) > 0 {
		ids, err := json.Marshal(f.SensitiveTypeIDs)
		if err != nil {
			return err
		}
		if err := form.WriteField("sensitiveTypeIds", string(ids)); err != nil {
			return err
		}
	}
	name := f.Name
	if name == "" {
		name = "file"
	}
	part, err := form.CreateFormFile("file", name)
	if err != nil {
		return err
	}
	if _, err := io.Copy(part, io.NewSectionReader(f.Content, 0, math.MaxInt64)); err != nil {
		return fmt.Errorf("file: %w", err)
	}
	return form.Close()
}
