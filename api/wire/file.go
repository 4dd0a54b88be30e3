package wire

import (
	"encoding/base64"
	"fmt"
	"regexp"
	"strings"
)

// A FileRequest is Graph's fileClassificationRequest in its normal form, and,
// but for the file, which travels by itself, what a worker gets. Lists are as in a TextRequest; from Countries on it is
// beyond Graph.
type FileRequest struct {
	File             []byte   `json:"file,omitempty"` // base64, RFC 4648 section 4
	SensitiveTypeIDs []string `json:"sensitiveTypeIds,omitempty"`

	Countries     []string  `json:"countries,omitempty"`    // ISO 3166-1 alpha-2, upper case
	Categories    []string  `json:"categories,omitempty"`   // lower case
	MinConfidence int       `json:"minConfidence,omitzero"` // percent; 0 means any
	AllowList     AllowList `json:"allowList,omitzero"`
	Explain       bool      `json:"explain,omitzero"` // why there is a match, or none
}

// ParseFile reads a fileClassificationRequest.
func ParseFile(body []byte, most Limits) (*JobRequest, error) {
	ms, err := document(body)
	if err != nil {
		return nil, err
	}
	req := &JobRequest{Type: ClassifyFile}
	return req, req.file(ms, most.File)
}

// ParseFileJob reads either a fileClassificationRequest or a jobResponseBase
// with one as its request, whose type then goes without saying.
func ParseFileJob(body []byte, most Limits) (*JobRequest, error) {
	return parseOneType(body, ClassifyFile, most)
}

// NewFile is the request for a file that comes by itself. The ids are a JSON
// array or have commas between them.
func NewFile(sensitiveTypeIDs string) (*JobRequest, error) {
	req := &JobRequest{Type: ClassifyFile}
	ids := member{name: "sensitiveTypeIds", value: []byte(sensitiveTypeIDs)}
	switch {
	case strings.TrimSpace(sensitiveTypeIDs) == "":
		return req, req.finishFile(FileRequest{})
	case strings.HasPrefix(strings.TrimSpace(sensitiveTypeIDs), "["):
		// Inside of an object it is read by the rules for bodies.
		ms, err := document([]byte(`{"` + ids.name + `":` + sensitiveTypeIDs + `}`))
		if err != nil {
			return nil, err
		}
		if len(ms) != 1 {
			return nil, invalid(MalformedBody, ids.name, ids.name+" must be a JSON array")
		}
		if req.SensitiveTypeIDs, err = words(ms[0], guid, "a GUID", strings.ToLower); err != nil {
			return nil, err
		}
	default:
		for i, id := range strings.Split(sensitiveTypeIDs, ",") {
			id = strings.TrimSpace(id)
			if i == maxItems {
				return nil, invalid(InvalidValue, ids.name, fmt.Sprintf("%s must have at most %d items", ids.name, maxItems))
			}
			if !guid.MatchString(id) {
				return nil, invalid(InvalidValue, ids.name+index(i), ids.name+index(i)+" must be a GUID")
			}
			req.SensitiveTypeIDs = append(req.SensitiveTypeIDs, strings.ToLower(id))
		}
	}
	return req, req.finishFile(FileRequest{})
}

// file takes a fileClassificationRequest, as text takes one of a text.
func (req *JobRequest) file(ms []member, maxFile int) error {
	var f FileRequest
	for _, m := range ms {
		if m.null() {
			continue
		}
		var err error
		known := true
		switch m.name {
		case "file":
			f.File, err = binary(m)
		default:
			known, err = req.narrow(m, &f.MinConfidence, &f.AllowList, &f.Explain)
		}
		if !known {
			err = unknown(m.name, "a fileClassificationRequest has file, sensitiveTypeIds, countries, categories, allowList, minConfidence and explain")
		}
		if err != nil {
			return err
		}
	}
	switch {
	case len(f.File) == 0:
		return EmptyFile()
	case len(f.File) > maxFile:
		return FileTooLarge(int64(maxFile))
	}
	req.File, f.File = f.File, nil
	return req.finishFile(f)
}

func (req *JobRequest) finishFile(f FileRequest) (err error) {
	f.SensitiveTypeIDs = set(req.SensitiveTypeIDs)
	f.Countries = set(req.Countries)
	f.Categories = set(req.Categories)
	req.Request, err = encode(f)
	return err
}

// EmptyFile refuses a file that is empty or not there.
func EmptyFile() error { return invalid(MissingProperty, "file", "file must not be empty") }

// FileTooLarge refuses a file of more than maxFile bytes.
func FileTooLarge(maxFile int64) error {
	return invalid(ContentTooLarge, "file", fmt.Sprintf("file must be at most %d bytes", maxFile))
}

var base64Text = regexp.MustCompile(`^[A-Za-z0-9+/_-]*={0,2}$`)

// binary reads base64 in either alphabet, with or without its padding: OData
// writes Edm.Binary with one and Graph's clients with the other.
func binary(m member) ([]byte, error) {
	s, err := str(m)
	if err != nil {
		return nil, err
	}
	refused := invalid(InvalidValue, m.name, m.name+" must be base64")
	if !base64Text.MatchString(s) {
		return nil, refused
	}
	s = strings.TrimRight(s, "=")
	enc := base64.RawStdEncoding
	if strings.ContainsAny(s, "-_") {
		enc = base64.RawURLEncoding
	}
	b, err := enc.DecodeString(s)
	if err != nil {
		return nil, refused // what the decoder says is about the content
	}
	return b, nil
}
