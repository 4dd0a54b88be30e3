package worker

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"iter"
	"slices"
	"sync/atomic"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/extract"
)

// ClassifyFile is the job type that FileClassifier serves.
const ClassifyFile = "classifyFile"

// FileClassifier serves classifyFile: it gets the text out of the request's file
// with x, within the limits, and scans it as Classifier does, however
// long it is. Offsets count in that text, and every match has its place in the
// file beside. The same request, engine and limits always give the same bytes.
//
// A file, or a member of it, that cannot be read, or not to its end, makes the
// job fail for good with unsupportedFileType, contentTooLarge, passwordProtected
// or extractionFailed. What was found in the rest stands beside the error, as a
// partial result. A member that has no text to give, such as a picture in a
// mail, is passed over.
func FileClassifier(engines Engines, x *extract.Extractor, limits extract.Limits, most Most, met *Metrics) jobs.Handler {
	return jobs.Handler{
		Type: ClassifyFile,
		Run: func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
			var req fileRequest
			e, opt, err := engines.prepare(ctx, j, &req, "fileClassificationRequest", most)
			if err != nil {
				return nil, err
			}
			return File(ctx, e, x, &told{SectionReader: req.file(j), ctx: ctx}, limits, opt, met)
		},
	}
}

// fileRequest is Graph's fileClassificationRequest in the form in which the API
// stores it. The file itself is the job's Content; in a job of an API before
// that it still is in the request.
type fileRequest struct {
	File []byte `json:"file"`
	narrowing
}

// file is the file of the request: beside it where it is a blob, or came by
// itself.
func (r *fileRequest) file(j *jobs.Job) *io.SectionReader {
	if j.Content != nil {
		return io.NewSectionReader(j.Content, 0, j.Content.Size())
	}
	return io.NewSectionReader(bytes.NewReader(r.File), 0, int64(len(r.File)))
}

// told tells how far a file was read as the progress of its job.
type told struct {
	*io.SectionReader
	ctx context.Context
	far atomic.Int64
}

func (f *told) Read(p []byte) (int, error) {
	n, err := f.SectionReader.Read(p)
	at, _ := f.Seek(0, io.SeekCurrent)
	f.tell(at)
	return n, err
}

func (f *told) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.SectionReader.ReadAt(p, off)
	f.tell(off + int64(n))
	return n, err
}

func (f *told) tell(at int64) {
	if at > f.far.Load() {
		f.far.Store(at)
		jobs.Progress(f.ctx, int(100*at/max(f.Size(), 1)))
	}
}

// scanFile is what stream finds in the text of a file, and the first thing that
// is wrong with that file.
func scanFile(stream *classify.Stream, text iter.Seq2[extract.Segment, error], met *Metrics) (*jobs.Result, error) {
	t := trail{places: map[int]extract.Location{}}
	stream.Kept = t.keep
	var fault error
	read := false
	for seg, err := range text {
		if err != nil {
			fault = worse(fault, err)
			continue
		}
		read = true
		t.add(seg)
		if stream.Write(seg.Text) != nil {
			break // Result says why
		}
		t.forget(stream.Held())
	}
	found, err := stream.Result()
	if err != nil {
		fault = err
	}
	if fault != nil && !read {
		return nil, unreadable(fault)
	}
	met.found(found)
	c := detected(found, fullDocument, t.places)
	c.Partial = c.Partial || fault != nil
	res, err := result(c)
	return res, cmp.Or(err, unreadable(fault))
}

// worse is the one of two faults of a file that its job fails with: the first,
// unless the second says that reading is to be tried again.
func worse(fault, err error) error {
	e, ok := errors.AsType[*extract.Error](err)
	switch {
	case ok && e.Minor(), ok && fault != nil:
		return fault
	}
	return err
}

// unreadable is a fault in the words of a job. Where in the file it lies is left
// out: names in a file are content.
func unreadable(err error) error {
	if e, ok := errors.AsType[*extract.Error](err); ok {
		return jobs.Permanent(&jobs.Error{Code: jobs.Code(e.Code), Message: e.Message, Target: "request.file"})
	}
	return err
}

// A trail is the way back from an offset to its place in the file, for as much
// of the text as a stream still holds.
type trail struct {
	segments []extract.Segment
	places   map[int]extract.Location // of the matches that are kept
}

func (t *trail) add(s extract.Segment) { t.segments = append(t.segments, s) }

// forget drops what lies before offset.
func (t *trail) forget(offset int) {
	n := t.at(offset)
	t.segments = slices.Delete(t.segments, 0, n)
}

// at returns the index of the segment with the character at offset.
func (t *trail) at(offset int) int {
	i, begins := slices.BinarySearchFunc(t.segments, int64(offset), func(s extract.Segment, offset int64) int {
		return cmp.Compare(s.Offset, offset)
	})
	if !begins {
		i--
	}
	return max(i, 0)
}

// keep records where the match at offset is.
func (t *trail) keep(offset int) {
	t.places[offset] = t.segments[t.at(offset)].At(int64(offset))
}
