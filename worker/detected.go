package worker

import (
	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/extract"
)

// classification is what a classificationJobResponse carries as its result:
// Graph's detectedSensitiveContentWrapper, and whether a limit cut the scan short.
type classification struct {
	Classification []sensitiveContent `json:"classification"`
	Partial        bool               `json:"partial,omitzero"`

	// Where the request asks for explanations, and how many there was no room for.
	Explanations []explanation `json:"explanations,omitzero"`
	Unexplained  int           `json:"unexplained,omitzero"`
}

// explanation says what became of something that looked like a sensitive type.
// It has no text: what was refused may be more sensitive than what was found.
type explanation struct {
	SensitiveTypeID string `json:"sensitiveTypeId"`
	Offset          int    `json:"offset"`
	Length          int    `json:"length"`
	Outcome         string `json:"outcome"`
	Reason          string `json:"reason"`
	Confidence      int    `json:"confidence,omitzero"`
	RivalTypeID     string `json:"rivalTypeId,omitzero"`
}

// sensitiveContent is Graph's detectedSensitiveContent.
type sensitiveContent struct {
	ID                       string      `json:"id"`
	DisplayName              string      `json:"displayName"`
	UniqueCount              int         `json:"uniqueCount"`
	Confidence               int         `json:"confidence"`
	RecommendedConfidence    int         `json:"recommendedConfidence"`
	Matches                  []location  `json:"matches"`
	ClassificationMethod     string      `json:"classificationMethod"`
	Scope                    string      `json:"scope"`
	SensitiveTypeSource      string      `json:"sensitiveTypeSource"`
	ClassificationAttributes []attribute `json:"classificationAttributes"`
}

// location is Graph's sensitiveContentLocation, with where that is in a file.
// Offsets and lengths count UTF-16 code units.
type location struct {
	IDMatch    string           `json:"idMatch"`
	Offset     int              `json:"offset"`
	Length     int              `json:"length"`
	Confidence int              `json:"confidence"`
	Evidences  []evidence       `json:"evidences"`
	Location   extract.Location `json:"location,omitzero"`
}

type evidence struct {
	Match  string `json:"match"`
	Offset int    `json:"offset"`
	Length int    `json:"length"`
}

// attribute says how many matches a type has at one confidence.
type attribute struct {
	Confidence int `json:"confidence"`
	Count      int `json:"count"`
}

// Graph's sensitiveTypeScope.
const (
	fullDocument    = "fullDocument"
	partialDocument = "partialDocument"
)

// detected puts what the engine found in the scope, in its order, into Graph's
// words, with the places of a file by the offsets of matches. Lists without elements are
// empty, not absent, so that clients can walk them.
func detected(found *classify.Result, scope string, places map[int]extract.Location) classification {
	c := classification{
		Classification: make([]sensitiveContent, len(found.Findings)),
		Partial:        found.Partial,
		Unexplained:    found.Unexplained,
	}
	if found.Explanations != nil {
		c.Explanations = make([]explanation, len(found.Explanations))
	}
	for i, x := range found.Explanations {
		c.Explanations[i] = explanation{
			SensitiveTypeID: x.Type.ID,
			Offset:          x.Offset,
			Length:          x.Length,
			Outcome:         string(x.Outcome),
			Reason:          string(x.Reason),
			Confidence:      x.Confidence,
		}
		if x.Rival != nil {
			c.Explanations[i].RivalTypeID = x.Rival.ID
		}
	}
	for i, f := range found.Findings {
		source := "outOfBox"
		if f.Type.Tenant {
			source = "tenant"
		}
		s := sensitiveContent{
			ID:                       f.Type.ID,
			DisplayName:              f.Type.Name,
			UniqueCount:              f.UniqueCount,
			Confidence:               f.Confidence,
			RecommendedConfidence:    f.Type.Recommended,
			Matches:                  make([]location, len(f.Matches)),
			ClassificationMethod:     "patternMatch",
			Scope:                    scope,
			SensitiveTypeSource:      source,
			ClassificationAttributes: make([]attribute, len(f.Attributes)),
		}
		for k, m := range f.Matches {
			l := location{
				IDMatch:    m.Text,
				Offset:     m.Offset,
				Length:     m.Length,
				Confidence: m.Confidence,
				Evidences:  make([]evidence, len(m.Evidence)),
				Location:   places[m.Offset],
			}
			for n, e := range m.Evidence {
				l.Evidences[n] = evidence{Match: e.Text, Offset: e.Offset, Length: e.Length}
			}
			s.Matches[k] = l
		}
		for k, a := range f.Attributes {
			s.ClassificationAttributes[k] = attribute{Confidence: a.Confidence, Count: a.Count}
		}
		c.Classification[i] = s
	}
	return c
}
