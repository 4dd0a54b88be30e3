package wire

// MaxLines is how many lines one bulk call can have.
const MaxLines = 10_000

// A BulkResult is the answer to one line of a bulk call: the job's id, or what
// is wrong with the line.
type BulkResult struct {
	Index  int    `json:"index"` // of the line, from 0
	Status int    `json:"status"`
	ID     string `json:"id,omitzero"`
	Error  *Error `json:"error,omitzero"`
}
