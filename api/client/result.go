package client

import (
	"encoding/json"

	"github.com/classifyd/classifyd/api/wire"
)

// Classification reads the result of a job that classified a text or a file.
// It returns nil for a job without one, or of another type.
func Classification(j *wire.Job) (*wire.Classification, error) {
	if j.Type != wire.ClassifyText && j.Type != wire.ClassifyFile || len(j.Result) == 0 {
		return nil, nil
	}
	var c wire.Classification
	if err := json.Unmarshal(j.Result, &c); err != nil {
		return nil, errNotJSON // what the decoder says may quote a result
	}
	return &c, nil
}
