package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A JobRequest is what a create call asks for.
type JobRequest struct {
	ID       string // GUID in lower case, "" when the client leaves it to the service
	TenantID string // as the client wrote it
	Type     string
	Priority string // low, normal, high or ""

	// Request is the content in its normal form: two requests that ask for the
	// same have the same bytes. Nil when the body has none.
	Request json.RawMessage

	// File is the file of a fileClassificationRequest, which is not in Request;
	// nil when it comes by itself.
	File []byte

	// What Request narrows the search to, in the client's order: GUIDs in lower
	// case, countries in upper case, categories. Only who knows the sensitive
	// types can tell whether there are such. At is what stands before their
	// names in a path: "request." or nothing.
	SensitiveTypeIDs []string
	Countries        []string
	Categories       []string
	At               string
}

// The job types that the service knows the requests of.
const (
	ClassifyText = "classifyText"
	ClassifyFile = "classifyFile"
)

// CanonicalType spells the names of known job types as the service does, which
// clients may write in any case. Other names stay as they are.
func CanonicalType(name string) string {
	for _, known := range []string{ClassifyText, ClassifyFile} {
		if strings.EqualFold(name, known) {
			return known
		}
	}
	return name
}

var guid = regexp.MustCompile(`^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$`)

// Limits are how many bytes the content of a job may have.
type Limits struct {
	Text int // of a text, or of the request of a type that the service does not know
	File int // of a file in JSON
}

// ParseJob reads a jobResponseBase with its request. Properties that belong to
// the service are ignored, and so are those that it does not know, which
// generated clients send.
func ParseJob(body []byte, most Limits) (*JobRequest, error) {
	ms, err := document(body)
	if err != nil {
		return nil, err
	}
	return parseJob(ms, "", most)
}

// RefuseReference refuses a body that links to a job, which a collection's $ref
// takes elsewhere in OData: here a collection contains its jobs.
func RefuseReference(body []byte) error {
	ms, err := document(body)
	if err != nil {
		return err
	}
	for _, m := range ms {
		if m.name == "@odata.id" && !m.null() {
			return invalid(ReferenceRefused, m.name,
				"the collection contains its jobs and cannot link to one that is elsewhere: post the job itself, without @odata.id")
		}
	}
	return nil
}

// ParseText reads a textClassificationRequest.
func ParseText(body []byte, most Limits) (*JobRequest, error) {
	ms, err := document(body)
	if err != nil {
		return nil, err
	}
	req := &JobRequest{Type: ClassifyText}
	return req, req.text(ms, most.Text)
}

// ParseTextJob reads either a textClassificationRequest or a jobResponseBase
// with one as its request, whose type then goes without saying.
func ParseTextJob(body []byte, most Limits) (*JobRequest, error) {
	return parseOneType(body, ClassifyText, most)
}

func parseOneType(body []byte, only string, most Limits) (*JobRequest, error) {
	ms, err := document(body)
	if err != nil {
		return nil, err
	}
	if slices.ContainsFunc(ms, func(m member) bool { return m.name == "request" }) {
		return parseJob(ms, only, most)
	}
	req := &JobRequest{Type: only}
	return req, req.known(ms, most)
}

// ParseStatus reads the body of a PATCH, which can change the status alone.
func ParseStatus(body []byte) (string, error) {
	ms, err := document(body)
	if err != nil {
		return "", err
	}
	status := ""
	for _, m := range ms {
		switch {
		case m.name == "status":
			if status, err = oneOf(m, "canceled"); err != nil {
				return "", err
			}
		case !annotation(m.name):
			return "", unknown(m.name, "of a job only status can be changed, to canceled")
		}
	}
	if status == "" {
		return "", invalid(MissingProperty, "status", "status must be canceled")
	}
	return status, nil
}

func parseJob(ms []member, only string, most Limits) (*JobRequest, error) {
	req := &JobRequest{At: "request."}
	var content []byte
	for _, m := range ms {
		if m.null() {
			continue
		}
		var err error
		switch m.name {
		case "id":
			if req.ID, err = str(m); err == nil && !guid.MatchString(req.ID) {
				err = invalid(InvalidValue, m.name, "id must be a GUID")
			}
			req.ID = strings.ToLower(req.ID)
		case "type":
			req.Type, err = str(m)
		case "priority":
			req.Priority, err = oneOf(m, "low", "normal", "high")
		case "tenantId":
			// Whatever is not a string names no tenant.
			req.TenantID, _ = text(m.value)
		case "request":
			content = m.value
		}
		if err != nil {
			return nil, err
		}
	}
	req.Type = CanonicalType(req.Type)
	switch {
	case req.Type == "" && only == "":
		return nil, invalid(MissingProperty, "type", "type must name the kind of job, for example classifyText")
	case req.Type == "":
		req.Type = only
	case only != "" && req.Type != only:
		return nil, invalid(InvalidValue, "type", "type must be "+only+" in this collection")
	}
	return req, req.content(content, most)
}

// known takes the request of a job whose type the service knows.
func (req *JobRequest) known(ms []member, most Limits) error {
	if req.Type == ClassifyFile {
		return req.file(ms, most.File)
	}
	return req.text(ms, most.Text)
}

// content takes the request of a job, as the job's type demands it.
func (req *JobRequest) content(value []byte, most Limits) error {
	ms, ok := object(value)
	known := req.Type == ClassifyText || req.Type == ClassifyFile
	switch {
	case value == nil && known:
		return invalid(MissingProperty, "request", "request must hold what is to be classified")
	case value == nil:
		return nil
	case !ok:
		return invalid(InvalidValue, "request", "request must be an object")
	case known:
		if err := req.known(ms, most); err != nil {
			return in("request", err)
		}
		return nil
	}
	var compact bytes.Buffer
	if err := json.Compact(&compact, value); err != nil {
		return invalid(MalformedBody, "request", "request must be an object")
	}
	if compact.Len() > most.Text {
		return invalid(ContentTooLarge, "request", fmt.Sprintf("request must be at most %d bytes", most.Text))
	}
	req.Request = compact.Bytes()
	return nil
}

// annotation reports whether name is one of OData's remarks on an object or
// on one of its properties.
func annotation(name string) bool { return strings.Contains(name, "@odata.") }

func unknown(name, hint string) error {
	return invalid(UnknownProperty, name, fmt.Sprintf("property %q is not taken here: %s", clip(name), hint))
}

func str(m member) (string, error) {
	s, ok := text(m.value)
	if !ok {
		return "", invalid(InvalidValue, m.name, m.name+" must be a string")
	}
	return s, nil
}

func oneOf(m member, words ...string) (string, error) {
	s, ok := text(m.value)
	for _, w := range words {
		if ok && strings.EqualFold(s, w) {
			return w, nil
		}
	}
	return "", invalid(InvalidValue, m.name, m.name+" must be "+strings.Join(words, " or "))
}
