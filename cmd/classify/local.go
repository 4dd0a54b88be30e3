package main

import (
	"context"
	"errors"
	"slices"

	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/worker"
	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/classify/types"
	"github.com/classifyd/classifyd/worker/extract"
)

// local classifies in this process, by the built-in types.
type local struct {
	engine  *classify.Engine
	files   *extract.Extractor
	typeIDs []string // none: all
}

func newLocal() (*local, error) {
	e, err := classify.New(types.All())
	if err != nil {
		return nil, err
	}
	return &local{engine: e, files: extract.New(extract.Options{})}, nil
}

func (l *local) close() error { return l.files.Close() }

func (l *local) types(context.Context) ([]*wire.SensitiveType, error) {
	var all []*wire.SensitiveType
	for _, t := range l.engine.Types() {
		all = append(all, &wire.SensitiveType{
			ID:                    t.ID,
			Name:                  t.Name,
			Description:           t.Description,
			PublisherName:         t.Publisher,
			Category:              t.Category,
			Countries:             slices.Clone(t.Countries),
			RecommendedConfidence: t.Recommended,
		})
	}
	return all, nil
}

func (l *local) classify(ctx context.Context, in input) (*wire.Job, error) {
	opt := classify.Options{Types: l.typeIDs}
	j := &wire.Job{Type: wire.ClassifyText, Status: "succeeded"}
	var res *jobs.Result
	var err error
	if in.content == nil {
		res, err = worker.Text(ctx, l.engine, in.text, opt)
	} else {
		j.Type = wire.ClassifyFile
		res, err = worker.File(ctx, l.engine, l.files, in.content, extract.Limits{}, opt)
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		j.Status = "failed"
		j.Error = &wire.ClassificationError{Code: string(jobs.InternalError), Message: "the file could not be read"}
		if e, ok := errors.AsType[*jobs.Error](err); ok {
			j.Error.Code, j.Error.Message = string(e.Code), e.Message
		}
	}
	if res != nil {
		j.Result = res.JSON
	}
	return j, nil
}
