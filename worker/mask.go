package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"strings"
	"unicode/utf8"

	"github.com/classifyd/classifyd/jobs"
)

const (
	shownEnd  = 4 // characters of a masked match that stay
	shownFrom = 8 // characters that it must have for that
)

// mask is s with all but its last four characters withheld, and all of it where
// it is shorter than eight: what is left of a short one would tell too much.
func mask(s string) string {
	n := utf8.RuneCountInString(s)
	hidden := n
	if n >= shownFrom {
		hidden = n - shownEnd
	}
	rest := s
	for range hidden {
		_, size := utf8.DecodeRuneInString(rest)
		rest = rest[size:]
	}
	return strings.Repeat("*", hidden) + rest
}

// Masked is h, of whose results for the tenants that asks picks no matched text
// leaves the process in full: the strings that Graph's words for a result have
// for it, idMatch and an evidence's match, are masked wherever they stand. So it
// is with whoever's handler h is, as far as it uses these words.
func Masked(h jobs.Handler, asks func(jobs.Tenant) bool) jobs.Handler {
	run := h.Run
	h.Run = func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
		res, err := run(ctx, j)
		if res == nil || !asks(j.Tenant) {
			return res, err
		}
		masked, bad := maskResult(res.JSON)
		if bad != nil {
			return nil, jobs.Permanent(&jobs.Error{Code: jobs.HandlerFailed, Message: "the handler's result is not JSON, and cannot be masked"})
		}
		return &jobs.Result{JSON: masked}, err
	}
	return h
}

// maskResult masks what is matched text in a JSON value.
func maskResult(b []byte) ([]byte, error) {
	d := json.NewDecoder(bytes.NewReader(b))
	d.UseNumber() // which are to stay as they are
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	return json.Marshal(maskValue(v))
}

func maskValue(v any) any {
	switch v := v.(type) {
	case []any:
		for i := range v {
			v[i] = maskValue(v[i])
		}
	case map[string]any:
		for name, inner := range v {
			if s, ok := inner.(string); ok && matchedText(name) {
				v[name] = mask(s)
			} else {
				v[name] = maskValue(inner)
			}
		}
	}
	return v
}

// matchedText reports whether a property holds matched text.
func matchedText(name string) bool {
	return strings.EqualFold(name, "idMatch") || strings.EqualFold(name, "match")
}
