package worker

import (
	"bytes"
	"cmp"
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

// Most is how much a result tells. The zero value means the engine's defaults.
type Most struct {
	Matches      int // of one type; the counts stay exact
	Explanations int // where a request asks for them
}

// DefaultMostExplanations is how many candidates are explained by default.
const DefaultMostExplanations = 1000

// Classifier serves classifyText: it scans the request's text with the engine
// of the job's tenant, tells of it as much as most allows, and has met, if there
// is one, count it. The same request and engine always give the same bytes.
//
// A request that the engine cannot serve in full fails for good, with
// invalidContent or unknownSensitiveType, rather than being served in part. A
// run that is stopped returns what it has found so far.
func Classifier(engines Engines, most Most, met *Metrics) jobs.Handler {
	return jobs.Handler{
		Type: ClassifyText,
		Run: func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
			var req textRequest
			e, opt, err := engines.prepare(ctx, j, &req, "textClassificationRequest", most)
			if err != nil {
				return nil, err
			}
			return scan(ctx, e, req.Text, req.scope(), opt, met)
		},
	}
}

// scan is what e finds in text, of which a document has as much as scope says,
// in Graph's words.
func scan(ctx context.Context, e *classify.Engine, text, scope string, opt classify.Options, met *Metrics) (*jobs.Result, error) {
	found, err := e.Scan(ctx, text, opt)
	if found == nil {
		return nil, refused(err)
	}
	met.found(found)
	res, failed := result(detected(found, scope, nil))
	return res, cmp.Or(failed, err)
}

// refused is why the engine did not begin.
func refused(err error) error {
	if unknown, ok := errors.AsType[*classify.UnknownTypeError](err); ok {
		return unknownType(unknown.ID)
	}
	return err
}

func result(c classification) (*jobs.Result, error) {
	b, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	return &jobs.Result{JSON: b}, nil
}

// textRequest is Graph's textClassificationRequest in the form in which the API
// stores it, with the options of ours that the engine has.
//
// Three of Graph's options leave nothing out, since all types are patterns:
// fileExtension, because the text is text already; scopesToRun, because a pattern
// runs on a whole document and on a part of one alike; and
// matchTolerancesToInclude, because only what machine learning has found is
// exact or near.
type textRequest struct {
	Text                     string `json:"text"`
	FileExtension            string `json:"fileExtension"`
	ScopesToRun              string `json:"scopesToRun"`
	MatchTolerancesToInclude string `json:"matchTolerancesToInclude"`
	narrowing
}

// scope is what the text is of its document: a part where that alone is asked
// for.
func (r *textRequest) scope() string {
	if r.ScopesToRun == partialDocument {
		return partialDocument
	}
	return fullDocument
}

// narrowing is what a request says of the search and of what it wants to be told.
type narrowing struct {
	SensitiveTypeIDs []string `json:"sensitiveTypeIds"`
	Countries        []string `json:"countries"`
	Categories       []string `json:"categories"`
	MinConfidence    int      `json:"minConfidence"`
	Explain          bool     `json:"explain"`
	AllowList        struct {
		Values   []string `json:"values"`
		Patterns []string `json:"patterns"`
	} `json:"allowList"`
}

// options are n in the engine's terms.
func (n *narrowing) options(most Most) (classify.Options, error) {
	opt := classify.Options{
		Types:         n.SensitiveTypeIDs,
		Countries:     n.Countries,
		Categories:    n.Categories,
		MinConfidence: n.MinConfidence,
		MaxMatches:    most.Matches,
		Allow:         classify.AllowList{Values: n.AllowList.Values},
	}
	if n.Explain {
		opt.MaxExplanations = cmp.Or(most.Explanations, DefaultMostExplanations)
	}
	for i, p := range n.AllowList.Patterns {
		re, err := regexp.Compile(p)
		if err != nil {
			// What regexp says quotes the pattern.
			return opt, invalidContent(fmt.Sprintf("request.allowList.patterns[%d]", i), "the pattern is not a regular expression in RE2 syntax")
		}
		opt.Allow.Patterns = append(opt.Allow.Patterns, re)
	}
	return opt, nil
}

// A request says what to search for and what to tell of it.
type request interface {
	options(most Most) (classify.Options, error)
}

// prepare reads the request of j into req, and says with which engine and options
// it is to be served. The kind is what Graph calls such a request.
func (e Engines) prepare(ctx context.Context, j *jobs.Job, req request, kind string, most Most) (*classify.Engine, classify.Options, error) {
	if err := decode(j.Request, req, kind); err != nil {
		return nil, classify.Options{}, err
	}
	opt, err := req.options(most)
	if err != nil {
		return nil, classify.Options{}, err
	}
	engine, err := e(ctx, j.Tenant, opt.Types)
	return engine, opt, err
}

// decode reads a request and refuses a property it does not know: it would be
// one that a newer API has let through, and an option must not be passed over.
func decode(b []byte, req request, kind string) error {
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	// What the decoder says may quote the content.
	if err := d.Decode(req); err != nil {
		return invalidContent("request", "the request is not a "+kind+" that this worker understands")
	}
	return nil
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
