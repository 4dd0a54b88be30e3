package wire

import "strconv"

// An ErrorBody is the body of every answer that is not a success.
type ErrorBody struct {
	Error Error `json:"error"`
}

// An Error is Graph's error of a call. Code is the camel-cased reason phrase
// of the status; what exactly went wrong stands in InnerError.Code.
type Error struct {
	Code       string     `json:"code"`
	Message    string     `json:"message"`
	Target     string     `json:"target,omitzero"`
	Details    []Detail   `json:"details,omitempty"`
	InnerError InnerError `json:"innerError"`
}

// A Detail is one of several things that are wrong.
type Detail struct {
	Code    string `json:"code"`
	Message string `json:"message"`
	Target  string `json:"target,omitzero"`
}

// An InnerError names the specific error and the call. Graph writes its date
// in UTC without a zone.
type InnerError struct {
	Code            string `json:"code,omitzero"`
	Date            string `json:"date"`
	RequestID       string `json:"request-id"`
	ClientRequestID string `json:"client-request-id,omitzero"`
}

// What can be wrong with a body, as innerError.code says it.
const (
	MalformedBody    = "malformedBody"    // not JSON as the package comment demands it
	MissingProperty  = "missingProperty"  // a property that must be there is not
	UnknownProperty  = "unknownProperty"  // a property where only known ones are taken
	InvalidValue     = "invalidValue"     // a value of the wrong type or out of range
	ContentTooLarge  = "contentTooLarge"  // more content than the service takes
	ReferenceRefused = "referenceRefused" // a reference where only a job can be taken
)

// An InvalidError says what is wrong with a body and where. It quotes names of
// properties but never values.
type InvalidError struct {
	Code    string
	Target  string // path of the property: request.sensitiveTypeIds[2]
	Message string // a full thought in the caller's terms
}

func (e *InvalidError) Error() string { return e.Message }

func invalid(code, target, message string) error {
	return &InvalidError{Code: code, Target: clip(target), Message: message}
}

// in puts name in front of the path that err complains about.
func in(name string, err error) error {
	e, ok := err.(*InvalidError)
	switch {
	case !ok:
	case e.Target == "":
		e.Target = clip(name)
	case e.Target[0] == '[':
		e.Target = clip(name + e.Target)
	default:
		e.Target = clip(name + "." + e.Target)
	}
	return err
}

func index(i int) string { return "[" + strconv.Itoa(i) + "]" }

// clip keeps a name that a client made up from filling the answer.
func clip(s string) string {
	const most = 128
	n := 0
	for i := range s {
		if n++; n > most {
			return s[:i] + "..."
		}
	}
	return s
}
