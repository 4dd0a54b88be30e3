package worker

import "github.com/classifyd/classifyd/worker/classify"

// classification is what a classificationJobResponse carries as its result:
// Graph's detectedSensitiveContentWrapper, and whether a limit cut the scan short.
type classification struct {
	Classification []sensitiveContent `json:"classification"`
	Partial        bool               `json:"partial,omitzero"`
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

// location is Graph's sensitiveContentLocation. Offsets and lengths count
// UTF-16 code units.
type location struct {
	IDMatch    string     `json:"idMatch"`
	Offset     int        `json:"offset"`
	Length     int        `json:"length"`
	Confidence int        `json:"confidence"`
	Evidences  []evidence `json:"evidences"`
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

// detected puts what the engine found, in its order, into Graph's words.
// Lists without elements are empty, not absent, so that clients can walk them.
func detected(found *classify.Result) classification {
	c := classification{
		Classification: make([]sensitiveContent, len(found.Findings)),
		Partial:        found.Partial,
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
			Scope:                    "fullDocument",
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
