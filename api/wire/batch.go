package wire

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"regexp"
	"strings"
)

// MaxBatch is how many requests one batch can have, as on Graph.
const MaxBatch = 20

// A BatchRequest is one request of a batch.
type BatchRequest struct {
	ID      string
	Method  string // in upper case
	URL     string // relative, with or without the version
	Headers map[string]string
	Body    []byte // nil when there is none
	JSON    bool   // the body stood in the batch as JSON, not as base64
	After   []int  // the requests of the batch that must succeed before
}

// Batch is the answer to a batch. Its responses are in the requests' order.
type Batch struct {
	Responses []BatchResponse `json:"responses"`
}

// A BatchResponse is the answer to one request of a batch. Body is JSON as it
// is, text as a string, and anything else as a string in base64.
type BatchResponse struct {
	ID      string            `json:"id"`
	Status  int               `json:"status"`
	Headers map[string]string `json:"headers,omitempty"`
	Body    json.RawMessage   `json:"body,omitempty"`
}

var (
	token     = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,256}$")
	fieldText = regexp.MustCompile(`^[^\x00-\x08\x0a-\x1f\x7f]*$`)
)

// ParseBatch reads Graph's JSON batch: {"requests":[{"id","method","url",
// "headers","body","dependsOn"}]}. Ids are unique in any case, and no request
// depends on itself, however indirectly.
func ParseBatch(body []byte) ([]BatchRequest, error) {
	ms, err := document(body)
	if err != nil {
		return nil, err
	}
	var items [][]byte
	for _, m := range ms {
		if m.name != "requests" || m.null() {
			continue
		}
		var ok bool
		if items, ok = array(m.value); !ok {
			return nil, invalid(InvalidValue, m.name, "requests must be an array")
		}
	}
	switch {
	case len(items) == 0:
		return nil, invalid(MissingProperty, "requests", "requests must hold at least one request")
	case len(items) > MaxBatch:
		return nil, invalid(InvalidValue, "requests", fmt.Sprintf("requests must be at most %d", MaxBatch))
	}
	list := make([]BatchRequest, len(items))
	before := make([][]string, len(items))
	numbers := map[string]int{}
	for i, item := range items {
		at := "requests" + index(i)
		if before[i], err = list[i].parse(item); err != nil {
			return nil, in(at, err)
		}
		id := strings.ToLower(list[i].ID)
		if _, twice := numbers[id]; twice {
			return nil, invalid(InvalidValue, at+".id", "id must be unique in the batch, in any case")
		}
		numbers[id] = i
	}
	for i, ids := range before {
		for k, id := range ids {
			n, ok := numbers[strings.ToLower(id)]
			if !ok {
				return nil, invalid(InvalidValue, "requests"+index(i)+".dependsOn"+index(k), "dependsOn must name requests of the batch")
			}
			list[i].After = append(list[i].After, n)
		}
	}
	for i := range list {
		if circular(list, i, map[int]bool{}) {
			return nil, invalid(InvalidValue, "requests"+index(i)+".dependsOn", "a request must not depend on itself")
		}
	}
	return list, nil
}

// circular reports whether request i comes after itself. What it looked at
// before leads nowhere new.
func circular(list []BatchRequest, i int, seen map[int]bool) bool {
	var reaches func(n int) bool
	reaches = func(n int) bool {
		for _, m := range list[n].After {
			if m == i {
				return true
			}
			if !seen[m] {
				seen[m] = true
				if reaches(m) {
					return true
				}
			}
		}
		return false
	}
	return reaches(i)
}

func (b *BatchRequest) parse(item []byte) (before []string, err error) {
	ms, ok := object(item)
	if !ok {
		return nil, invalid(InvalidValue, "", "a request must be an object")
	}
	for _, m := range ms {
		if m.null() {
			continue
		}
		switch m.name {
		case "id":
			b.ID, err = str(m)
		case "method":
			if b.Method, err = str(m); err == nil && !token.MatchString(b.Method) {
				err = invalid(InvalidValue, m.name, "method must be an HTTP method")
			}
			b.Method = strings.ToUpper(b.Method)
		case "url":
			b.URL, err = str(m)
		case "headers":
			b.Headers, err = headers(m)
		case "body":
			b.Body, b.JSON, err = content(m)
		case "dependsOn":
			before, err = names(m)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, p := range []struct{ name, value string }{{"id", b.ID}, {"method", b.Method}, {"url", b.URL}} {
		if p.value == "" {
			return nil, invalid(MissingProperty, p.name, p.name+" must be there")
		}
	}
	return before, nil
}

func headers(m member) (map[string]string, error) {
	ms, ok := object(m.value)
	if !ok {
		return nil, invalid(InvalidValue, m.name, "headers must be an object")
	}
	h := make(map[string]string, len(ms))
	for _, field := range ms {
		if field.null() {
			continue
		}
		s, ok := text(field.value)
		if !ok || !token.MatchString(field.name) || !fieldText.MatchString(s) {
			return nil, in(m.name, invalid(InvalidValue, field.name, "a header must be a name with a string"))
		}
		h[field.name] = s
	}
	return h, nil
}

// content is a body: JSON as it stands there, or bytes in base64, of whichever
// alphabet.
func content(m member) (body []byte, isJSON bool, err error) {
	s, ok := text(m.value)
	if !ok {
		return m.value, true, nil
	}
	s = strings.NewReplacer("-", "+", "_", "/").Replace(strings.TrimRight(s, "="))
	if body, err = base64.RawStdEncoding.DecodeString(s); err != nil {
		return nil, false, invalid(InvalidValue, m.name, "body must be JSON other than a string, or a string in base64")
	}
	return body, false, nil
}

func names(m member) ([]string, error) {
	items, ok := array(m.value)
	if !ok {
		return nil, invalid(InvalidValue, m.name, "dependsOn must be an array of ids")
	}
	var ids []string
	for i, item := range items {
		id, ok := text(item)
		if !ok {
			return nil, invalid(InvalidValue, m.name+index(i), "dependsOn must be an array of ids")
		}
		ids = append(ids, id)
	}
	return ids, nil
}
