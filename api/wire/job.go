package wire

import "encoding/json"

// The @odata.type of a job, and of a job that classified something.
const (
	JobType            = "#microsoft.graph.jobResponseBase"
	ClassificationType = "#microsoft.graph.classificationJobResponse"
)

// A Job is Graph's jobResponseBase, or its classificationJobResponse when
// ODataType says so. Priority, Progress and Attempts are beyond Graph.
type Job struct {
	Context   string `json:"@odata.context,omitzero"`
	ODataType string `json:"@odata.type"`
	ETag      string `json:"@odata.etag,omitzero"`

	ID       string               `json:"id"`
	Type     string               `json:"type"`
	Status   string               `json:"status"`
	TenantID string               `json:"tenantId,omitzero"`
	UserID   string               `json:"userId,omitzero"`
	Created  Time                 `json:"creationDateTime,omitzero"`
	Started  Time                 `json:"startDateTime,omitzero"`
	Ended    Time                 `json:"endDateTime,omitzero"`
	Error    *ClassificationError `json:"error,omitzero"`
	Result   json.RawMessage      `json:"result,omitempty"`

	Priority string `json:"priority,omitzero"`
	Progress int    `json:"progress"` // percent
	Attempts int    `json:"attempts"` // how often the job was started
}

// A ClassificationError is why a job failed.
type ClassificationError struct {
	Code       string                    `json:"code"`
	Message    string                    `json:"message"`
	Target     string                    `json:"target,omitzero"`
	Details    []ClassificationErrorBase `json:"details,omitempty"` // one for each failed attempt
	InnerError *ClassificationInnerError `json:"innerError,omitzero"`
}

// A ClassificationErrorBase is why one attempt failed. Graph spells the type
// classifcationErrorBase.
type ClassificationErrorBase struct {
	Code       string                    `json:"code"`
	Message    string                    `json:"message"`
	Target     string                    `json:"target,omitzero"`
	InnerError *ClassificationInnerError `json:"innerError,omitzero"`
}

// A ClassificationInnerError ties a failure to a call and to a trace.
type ClassificationInnerError struct {
	Code            string `json:"code,omitzero"`
	ErrorDateTime   Time   `json:"errorDateTime,omitzero"`
	ClientRequestID string `json:"clientRequestId,omitzero"`
	ActivityID      string `json:"activityId,omitzero"`
}

// A Collection is one page of a listing. Value is never null.
type Collection[T any] struct {
	Context  string `json:"@odata.context,omitzero"`
	Count    *int64 `json:"@odata.count,omitzero"`
	NextLink string `json:"@odata.nextLink,omitzero"`
	Value    []T    `json:"value"`
}
