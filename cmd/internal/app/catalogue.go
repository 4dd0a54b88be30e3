package app

import (
	"context"
	"encoding/json"
	"errors"
	"slices"

	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/worker"
	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/classify/own"
)

// catalogue shows the API what the engine looks for; the two never meet.
type catalogue struct{ engine *classify.Engine }

func (c catalogue) List() []wire.SensitiveType {
	types := c.engine.Types()
	out := make([]wire.SensitiveType, len(types))
	for i, t := range types {
		out[i] = c.show(t)
	}
	return out
}

func (c catalogue) Lookup(id string) (wire.SensitiveType, bool) {
	t, ok := c.engine.Lookup(id)
	if !ok {
		return wire.SensitiveType{}, false
	}
	return c.show(t), true
}

func (c catalogue) show(t *classify.Type) wire.SensitiveType {
	return wire.SensitiveType{
		ID:                    t.ID,
		Name:                  t.Name,
		Description:           t.Description,
		PublisherName:         t.Publisher,
		Category:              t.Category,
		Countries:             t.Countries,
		State:                 "published",
		ClassificationMethod:  "patternMatch",
		Scope:                 "fullDocument,partialDocument",
		SensitiveTypeSource:   "outOfBox",
		RecommendedConfidence: t.Recommended,
		ConfidenceLevels:      c.levels(t),
	}
}

// levels are the confidences that a match of t can have, lowest first; those
// of an alias are its members'.
func (c catalogue) levels(t *classify.Type) []int {
	var out []int
	for _, r := range t.Rules {
		out = append(out, r.Alone, r.With)
	}
	for _, id := range t.Members {
		if m, ok := c.engine.Lookup(id); ok {
			out = append(out, c.levels(m)...)
		}
	}
	slices.Sort(out)
	// An Alone of 0 means that the rule says nothing without evidence.
	return slices.DeleteFunc(slices.Compact(out), func(n int) bool { return n == 0 })
}

// Check says what of a tenant's own type cannot stand.
func (c catalogue) Check(t wire.SensitiveType) error {
	d, err := definition(t)
	if err == nil {
		_, err = d.Compile()
	}
	if bad, ok := errors.AsType[*own.InvalidError](err); ok {
		return &wire.InvalidError{Code: wire.InvalidValue, Target: bad.Target, Message: bad.Message}
	}
	return err
}

// Try is what a tenant's own type alone finds in a text.
func (c catalogue) Try(ctx context.Context, t wire.SensitiveType, text string) (json.RawMessage, error) {
	d, err := definition(t)
	if err != nil {
		return nil, err
	}
	r, err := worker.Try(ctx, c.engine, d, text)
	if err != nil {
		return nil, err
	}
	return r.JSON, nil
}

// definition is t as a worker reads it.
func definition(t wire.SensitiveType) (*own.Definition, error) {
	b, err := t.Definition()
	if err != nil {
		return nil, err
	}
	return own.Read(b)
}
