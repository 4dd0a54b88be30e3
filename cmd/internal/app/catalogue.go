package app

import (
	"slices"

	"github.com/classifyd/classifyd/api/wire"
	"github.com/classifyd/classifyd/worker/classify"
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
		State:                 "published",
		ClassificationMethod:  "patternMatch",
		Scope:                 "fullDocument",
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
