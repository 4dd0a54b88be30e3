package wire

// A Classification is the result of a job that classified a text or a file:
// Graph's detectedSensitiveContentWrapper, with what is beyond it. Offsets and
// lengths count UTF-16 code units.
type Classification struct {
	Found   []DetectedSensitiveContent `json:"classification"`
	Partial bool                       `json:"partial,omitzero"` // there may be more

	// Where the request asked for explanations, and how many there was no room for.
	Explanations []Explanation `json:"explanations,omitempty"`
	Unexplained  int           `json:"unexplained,omitzero"`
}

// A DetectedSensitiveContent is all that was found of one sensitive type.
type DetectedSensitiveContent struct {
	ID                       string                    `json:"id"` // GUID of the type
	DisplayName              string                    `json:"displayName"`
	UniqueCount              int                       `json:"uniqueCount"`
	Confidence               int                       `json:"confidence"` // of the best match
	RecommendedConfidence    int                       `json:"recommendedConfidence"`
	Matches                  []Match                   `json:"matches"` // not all, where there are many
	ClassificationMethod     string                    `json:"classificationMethod"`
	Scope                    string                    `json:"scope"`
	SensitiveTypeSource      string                    `json:"sensitiveTypeSource"`
	ClassificationAttributes []ClassificationAttribute `json:"classificationAttributes"`
}

// A Match is Graph's sensitiveContentLocation, and where that is in a file.
type Match struct {
	IDMatch    string     `json:"idMatch"` // the text that matched
	Offset     int        `json:"offset"`
	Length     int        `json:"length"`
	Confidence int        `json:"confidence"`
	Evidences  []Evidence `json:"evidences"`
	Location   Location   `json:"location,omitzero"`
}

// An Evidence is a word near a match that supports it.
type Evidence struct {
	Match  string `json:"match"`
	Offset int    `json:"offset"`
	Length int    `json:"length"`
}

// A Location is a place in a file. Properties that mean nothing there are zero.
type Location struct {
	Page  int    `json:"page,omitzero"`
	Sheet string `json:"sheet,omitzero"`
	Cell  string `json:"cell,omitzero"`
	Slide int    `json:"slide,omitzero"`
	Path  string `json:"path,omitzero"` // of a file in the file
	Part  string `json:"part,omitzero"` // of a mail or document
	Line  int    `json:"line,omitzero"` // of the innermost of all the above
}

// A ClassificationAttribute says how many matches have one confidence.
type ClassificationAttribute struct {
	Confidence int `json:"confidence"`
	Count      int `json:"count"`
}

// An Explanation says what became of something that looked like a sensitive type.
type Explanation struct {
	SensitiveTypeID string `json:"sensitiveTypeId"`
	Offset          int    `json:"offset"`
	Length          int    `json:"length"`
	Outcome         string `json:"outcome"`
	Reason          string `json:"reason"`
	Confidence      int    `json:"confidence,omitzero"`
	RivalTypeID     string `json:"rivalTypeId,omitzero"`
}
