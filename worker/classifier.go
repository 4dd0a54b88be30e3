package worker

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"

	"github.com/google/uuid"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/worker/classify"
)

// ClassifyText is the job type that Classifier serves.
const ClassifyText = "classifyText"

// Classifier serves classifyText: it scans the request's text with e. The same
// request and engine always give the same bytes.
//
// A request that e cannot serve in full fails for good, with invalidContent or
// unknownSensitiveType, rather than being served in part.
func Classifier(e *classify.Engine) jobs.Handler {
	return jobs.Handler{
		Type: ClassifyText,
		Run: func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
			req, err := readTextRequest(j.Request)
			if err != nil {
				return nil, err
			}
			found, err := e.Scan(ctx, req.Text, req.options)
			if unknown, ok := errors.AsType[*classify.UnknownTypeError](err); ok {
				return nil, unknownType(unknown.ID)
			}
			if err != nil {
				return nil, err
			}
			b, err := json.Marshal(detected(found))
			if err != nil {
				return nil, err
			}
			return &jobs.Result{JSON: b}, nil
		},
	}
}

// textRequest is Graph's textClassificationRequest in the form in which the API
// stores it, with the options of ours that the engine has.
//
// Three of Graph's options change nothing for types that are patterns:
// fileExtension, since the text is text already; scopesToRun, since a pattern
// runs on a whole document and on a part of one alike; and
// matchTolerancesToInclude, which only machine learning knows.
type textRequest struct {
	Text                     string   `json:"text"`
	FileExtension            string   `json:"fileExtension"`
	SensitiveTypeIDs         []string `json:"sensitiveTypeIds"`
	ScopesToRun              string   `json:"scopesToRun"`
	MatchTolerancesToInclude string   `json:"matchTolerancesToInclude"`

	Countries     []string `json:"countries"`
	Categories    []string `json:"categories"`
	MinConfidence int      `json:"minConfidence"`
	AllowList     struct {
		Values   []string `json:"values"`
		Patterns []string `json:"patterns"`
	} `json:"allowList"`

	options classify.Options
}

// readTextRequest refuses a property it does not know: it would be one that a
// newer API has let through, and an option must not be passed over.
func readTextRequest(b []byte) (*textRequest, error) {
	var req textRequest
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	// What the decoder says may quote the content, what regexp says the pattern.
	if err := d.Decode(&req); err != nil {
		return nil, invalidContent("request", "the request is not a textClassificationRequest that this worker understands")
	}
	req.options = classify.Options{
		Types:         req.SensitiveTypeIDs,
		Countries:     req.Countries,
		Categories:    req.Categories,
		MinConfidence: req.MinConfidence,
		Allow:         classify.AllowList{Values: req.AllowList.Values},
	}
	for i, p := range req.AllowList.Patterns {
		re, err := regexp.Compile(p)
		if err != nil {
			return nil, invalidContent(fmt.Sprintf("request.allowList.patterns[%d]", i), "the pattern is not a regular expression in RE2 syntax")
		}
		req.options.Allow.Patterns = append(req.options.Allow.Patterns, re)
	}
	return &req, nil
}

func invalidContent(target, message string) error {
	return jobs.Permanent(&jobs.Error{Code: jobs.InvalidContent, Message: message, Target: target})
}

func unknownType(id string) error {
	message := "the request asks for a sensitive type that does not exist"
	// Only a GUID is sure not to be content that went astray.
	if uuid.Validate(id) == nil {
		message += ": " + id
	}
	return jobs.Permanent(&jobs.Error{Code: jobs.UnknownSensitiveType, Message: message, Target: "request.sensitiveTypeIds"})
}
