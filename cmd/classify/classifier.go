package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/classifyd/classifyd/api/client"
	"github.com/classifyd/classifyd/api/wire"
)

// An input is a text or a file to classify.
type input struct {
	name    string // for people
	text    string // unless content is set
	content *io.SectionReader
}

// A classifier classifies inputs, several at a time.
type classifier interface {
	// classify returns the job that has ended. An error is of no one input.
	classify(ctx context.Context, in input) (*wire.Job, error)

	// types lists what can be looked for.
	types(ctx context.Context) ([]*wire.SensitiveType, error)

	close() error
}

// remote classifies by a service.
type remote struct {
	*client.Client
	typeIDs []string // none: all
}

func (r *remote) close() error { return nil }

func (r *remote) types(ctx context.Context) ([]*wire.SensitiveType, error) {
	var all []*wire.SensitiveType
	for t, err := range r.SensitiveTypes(ctx) {
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

func (r *remote) classify(ctx context.Context, in input) (*wire.Job, error) {
	j, err := r.submit(ctx, in)
	if e, ok := errors.AsType[*client.Error](err); ok && ofInput(e) {
		return &wire.Job{Status: "failed", Error: &wire.ClassificationError{Code: e.Code, Message: e.Message}}, nil
	}
	if err != nil {
		return nil, err
	}
	ended, err := r.Wait(ctx, j.ID)
	if ctx.Err() != nil {
		// Nobody will ask for the result.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
		defer cancel()
		_, _ = r.Cancel(ctx, j.ID)
	}
	return ended, err
}

func (r *remote) submit(ctx context.Context, in input) (*wire.Job, error) {
	if in.content != nil {
		return r.SubmitFile(ctx, client.File{Content: in.content, SensitiveTypeIDs: r.typeIDs})
	}
	return r.Submit(ctx, client.Submission{Request: wire.TextRequest{Text: in.text, SensitiveTypeIDs: r.typeIDs}})
}

// ofInput reports whether a refusal is about one input, and another may pass.
func ofInput(e *client.Error) bool {
	return e.Status == http.StatusBadRequest || e.Status == http.StatusRequestEntityTooLarge || e.Status == http.StatusUnsupportedMediaType
}

// typeIDs are the GUIDs of types that are named by GUID or name.
func typeIDs(ctx context.Context, c classifier, named []string) ([]string, error) {
	var ids []string
	var all []*wire.SensitiveType
	for _, name := range named {
		if uuid.Validate(name) == nil {
			ids = append(ids, strings.ToLower(name))
			continue
		}
		if all == nil {
			var err error
			if all, err = c.types(ctx); err != nil {
				return nil, err
			}
		}
		i := slices.IndexFunc(all, func(t *wire.SensitiveType) bool { return strings.EqualFold(t.Name, name) })
		if i < 0 {
			return nil, fmt.Errorf("--type: no sensitive type is called %q; classify types lists them", name)
		}
		ids = append(ids, all[i].ID)
	}
	return ids, nil
}
