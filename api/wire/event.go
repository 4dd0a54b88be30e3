package wire

// A Removed stands for a job that was deleted, in the form in which Graph's
// delta queries tell it.
type Removed struct {
	ID     string        `json:"id"`
	Reason RemovedReason `json:"@removed"`
}

// A RemovedReason says why: always deleted.
type RemovedReason struct {
	Reason string `json:"reason"`
}

// Deleted tells that the job is gone.
func Deleted(id string) Removed { return Removed{id, RemovedReason{"deleted"}} }
