package main

import (
	"encoding/json"
	"io"
	"net/url"
	"path"
	"slices"
	"strings"

	"github.com/classifyd/classifyd/api/wire"
)

// sarifForm writes one log of the Static Analysis Results Interchange Format,
// version 2.1.0 (OASIS), with a rule for each sensitive type that was found and
// a result for each match. Columns count UTF-16 code units.
type sarifForm struct {
	w   io.Writer
	log sarifLog
}

const sarifSchema = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"

type sarifLog struct {
	Schema  string     `json:"$schema"`
	Version string     `json:"version"`
	Runs    []sarifRun `json:"runs"`
}

type sarifRun struct {
	Tool struct {
		Driver struct {
			Name           string      `json:"name"`
			InformationURI string      `json:"informationUri"`
			Rules          []sarifRule `json:"rules"`
		} `json:"driver"`
	} `json:"tool"`
	ColumnKind  string             `json:"columnKind"`
	Invocations [1]sarifInvocation `json:"invocations"`
	Results     []sarifResult      `json:"results"`
}

type sarifInvocation struct {
	Successful    bool                `json:"executionSuccessful"`
	Notifications []sarifNotification `json:"toolExecutionNotifications,omitempty"`
}

type sarifNotification struct {
	Level      string          `json:"level"`
	Message    sarifMessage    `json:"message"`
	Descriptor sarifDescriptor `json:"descriptor"`
	Locations  []sarifLocation `json:"locations"`
}

type sarifDescriptor struct {
	ID string `json:"id"`
}

type sarifRule struct {
	ID   string       `json:"id"`
	Name string       `json:"name"`
	Text sarifMessage `json:"shortDescription"`
}

type sarifResult struct {
	RuleID     string          `json:"ruleId"`
	RuleIndex  int             `json:"ruleIndex"`
	Level      string          `json:"level"`
	Rank       int             `json:"rank"` // 0 to 100, as confidences are
	Message    sarifMessage    `json:"message"`
	Locations  []sarifLocation `json:"locations"`
	Properties sarifOffsets    `json:"properties"`
}

// sarifOffsets are in the extracted text, which need not be that of the file.
type sarifOffsets struct {
	Offset int `json:"textOffset"`
	Length int `json:"textLength"`
}

type sarifMessage struct {
	Text string `json:"text"`
}

type sarifLocation struct {
	Physical sarifPhysical  `json:"physicalLocation"`
	Logical  []sarifLogical `json:"logicalLocations,omitempty"`
}

type sarifPhysical struct {
	Artifact struct {
		URI string `json:"uri"`
	} `json:"artifactLocation"`
	Region *sarifRegion `json:"region,omitzero"`
}

type sarifRegion struct {
	StartLine   int `json:"startLine"`
	StartColumn int `json:"startColumn,omitzero"`
	EndLine     int `json:"endLine,omitzero"`
	EndColumn   int `json:"endColumn,omitzero"`
}

type sarifLogical struct {
	Name string `json:"fullyQualifiedName"`
}

func newSARIF(w io.Writer) *sarifForm {
	run := sarifRun{ColumnKind: "utf16CodeUnits", Invocations: [1]sarifInvocation{{Successful: true}}, Results: []sarifResult{}}
	run.Tool.Driver.Name = "classify"
	run.Tool.Driver.InformationURI = "https://github.com/classifyd/classifyd"
	run.Tool.Driver.Rules = []sarifRule{}
	return &sarifForm{w: w, log: sarifLog{Schema: sarifSchema, Version: "2.1.0", Runs: []sarifRun{run}}}
}

func (f *sarifForm) add(s *scanned) error {
	run := &f.log.Runs[0]
	if s.Status != "succeeded" {
		n := sarifNotification{Level: "error", Message: sarifMessage{s.why()}, Descriptor: sarifDescriptor{s.Status}, Locations: []sarifLocation{{Physical: physical(s.Source, nil)}}}
		if s.Error != nil {
			n.Descriptor.ID = s.Error.Code
		}
		if s.Status == "skipped" {
			n.Level = "note"
		} else {
			run.Invocations[0].Successful = false
		}
		run.Invocations[0].Notifications = append(run.Invocations[0].Notifications, n)
	}
	for i := range s.Found {
		d := &s.Found[i]
		rule := run.rule(d)
		for k := range d.Matches {
			m := &d.Matches[k]
			run.Results = append(run.Results, sarifResult{
				RuleID:     d.ID,
				RuleIndex:  rule,
				Level:      severity(m.Confidence),
				Rank:       m.Confidence,
				Message:    sarifMessage{d.DisplayName + ": " + m.IDMatch},
				Locations:  []sarifLocation{s.sarif(m)},
				Properties: sarifOffsets{m.Offset, m.Length},
			})
		}
	}
	return nil
}

// end writes the log, which is one JSON object: it must have all its rules first.
func (f *sarifForm) end() error {
	e := json.NewEncoder(f.w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(f.log)
}

// rule is the index of a sensitive type among the rules.
func (run *sarifRun) rule(d *wire.DetectedSensitiveContent) int {
	rules := &run.Tool.Driver.Rules
	i := slices.IndexFunc(*rules, func(r sarifRule) bool { return r.ID == d.ID })
	if i < 0 {
		i = len(*rules)
		*rules = append(*rules, sarifRule{ID: d.ID, Name: strings.ReplaceAll(d.DisplayName, " ", ""), Text: sarifMessage{d.DisplayName}})
	}
	return i
}

func severity(confidence int) string {
	switch level(confidence) {
	case "high":
		return "error"
	case "medium":
		return "warning"
	}
	return "note"
}

func (s *scanned) sarif(m *wire.Match) sarifLocation {
	var region *sarifRegion
	if at, ok := s.spans[m]; ok {
		region = &sarifRegion{at.line, at.column, at.endLine, at.endColumn}
	}
	inside := inside(m.Location)
	if region == nil && inside == "" && m.Location.Line > 0 {
		region = &sarifRegion{StartLine: m.Location.Line}
	}
	l := sarifLocation{Physical: physical(s.Source, region)}
	if inside != "" {
		l.Logical = []sarifLogical{{inside}}
	}
	return l
}

// physical is a place in a source. A path becomes a URI (RFC 3986), a relative
// one stays relative.
func physical(source string, region *sarifRegion) sarifPhysical {
	u := url.URL{Path: source}
	if path.IsAbs(source) {
		u.Scheme = "file"
	}
	p := sarifPhysical{Region: region}
	p.Artifact.URI = u.String()
	return p
}
