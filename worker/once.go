package worker

import (
	"context"
	"io"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/extract"
)

// Text is what e finds in a text, without a job around it. The result and the
// error are those that a job would have.
func Text(ctx context.Context, e *classify.Engine, text string, opt classify.Options) (*jobs.Result, error) {
	return scan(ctx, e, text, fullDocument, opt, nil)
}

// File is what e finds in the file that r reads, as far as x can read it within
// the limits, without a job around it. It counts in met.
func File(ctx context.Context, e *classify.Engine, x *extract.Extractor, r io.Reader, limits extract.Limits, opt classify.Options, met *Metrics) (*jobs.Result, error) {
	stream, err := e.Stream(ctx, opt)
	if err != nil {
		return nil, refused(err)
	}
	return scanFile(stream, x.Text(ctx, r, "", limits), met)
}
