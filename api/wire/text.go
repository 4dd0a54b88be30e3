package wire

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// How much a request may ask for besides its text.
const (
	maxItems = 1000 // sensitive types, countries, categories or values
	maxValue = 256  // bytes of an allowed value

	// A repetition makes a short pattern long: even so, compiling as many as
	// may be given must stay below a tenth of a second.
	maxPatterns    = 50
	maxPatternSize = 200 // bytes
)

// A TextRequest is Graph's textClassificationRequest in its normal form, and
// what a worker gets. Lists are sorted and have nothing twice; an empty one
// narrows nothing. From Countries on it is beyond Graph.
type TextRequest struct {
	Text                     string   `json:"text"`
	FileExtension            string   `json:"fileExtension,omitzero"` // lower case, without a dot
	SensitiveTypeIDs         []string `json:"sensitiveTypeIds,omitempty"`
	ScopesToRun              string   `json:"scopesToRun,omitzero"`              // flags, in the order of their values
	MatchTolerancesToInclude string   `json:"matchTolerancesToInclude,omitzero"` // the same

	Countries     []string  `json:"countries,omitempty"`    // ISO 3166-1 alpha-2, upper case
	Categories    []string  `json:"categories,omitempty"`   // lower case
	MinConfidence int       `json:"minConfidence,omitzero"` // percent; 0 means any
	AllowList     AllowList `json:"allowList,omitzero"`
	Explain       bool      `json:"explain,omitzero"` // why there is a match, or none
}

// An AllowList names matches that are known and not to be reported.
type AllowList struct {
	Values   []string `json:"values,omitempty"`
	Patterns []string `json:"patterns,omitempty"` // RE2
}

// IsZero reports whether l allows nothing.
func (l AllowList) IsZero() bool { return len(l.Values)+len(l.Patterns) == 0 }

var (
	extension = regexp.MustCompile(`^\.?[0-9A-Za-z]{1,16}$`)
	country   = regexp.MustCompile(`^[A-Za-z]{2}$`)
	category  = regexp.MustCompile(`^[A-Za-z]{1,32}$`)
)

// text takes a textClassificationRequest. Here a misspelt option must not pass
// silently, or a job would find too little without anybody noticing.
func (req *JobRequest) text(ms []member, maxText int) error {
	var t TextRequest
	for _, m := range ms {
		if m.null() {
			continue
		}
		var err error
		known := true
		switch m.name {
		case "text":
			t.Text, err = str(m)
		case "fileExtension":
			if t.FileExtension, err = str(m); err == nil && t.FileExtension != "" && !extension.MatchString(t.FileExtension) {
				err = invalid(InvalidValue, m.name, "fileExtension must be up to 16 letters and digits")
			}
			t.FileExtension = strings.ToLower(strings.TrimPrefix(t.FileExtension, "."))
		case "scopesToRun":
			t.ScopesToRun, err = flags(m, "fullDocument", "partialDocument")
		case "matchTolerancesToInclude":
			t.MatchTolerancesToInclude, err = flags(m, "exact", "near")
		default:
			known, err = req.narrow(m, &t.MinConfidence, &t.AllowList, &t.Explain)
		}
		if !known {
			err = unknown(m.name, "a textClassificationRequest has text, fileExtension, sensitiveTypeIds, scopesToRun, matchTolerancesToInclude, countries, categories, allowList, minConfidence and explain")
		}
		if err != nil {
			return err
		}
	}
	switch {
	case t.Text == "":
		return invalid(MissingProperty, "text", "text must not be empty")
	case len(t.Text) > maxText:
		return invalid(ContentTooLarge, "text", fmt.Sprintf("text must be at most %d bytes of UTF-8", maxText))
	}
	if len(ms) == 1 { // as most requests have it
		req.Request = encodeText(t.Text)
		return nil
	}
	t.SensitiveTypeIDs = set(req.SensitiveTypeIDs)
	t.Countries = set(req.Countries)
	t.Categories = set(req.Categories)
	var err error
	req.Request, err = encode(t)
	return err
}

// encodeText is the normal form of a request with a text alone.
func encodeText(text string) json.RawMessage {
	b := make([]byte, 0, len(text)+len(`{"text":""}`))
	return append(appendString(append(b, `{"text":`...), text), '}')
}

// narrow takes what the requests for texts and for files have in common, if m
// is of that.
func (req *JobRequest) narrow(m member, minConfidence *int, allowed *AllowList, explain *bool) (known bool, err error) {
	switch m.name {
	case "sensitiveTypeIds":
		req.SensitiveTypeIDs, err = words(m, guid, "a GUID", strings.ToLower)
	case "countries":
		req.Countries, err = words(m, country, "a country's two letters", strings.ToUpper)
	case "categories":
		req.Categories, err = words(m, category, "a category's name", strings.ToLower)
	case "allowList":
		*allowed, err = allowList(m)
	case "minConfidence":
		*minConfidence, err = percent(m)
	case "explain":
		*explain, err = truth(m)
	case "id", "contentMetaData", "embeddings":
	default:
		return annotation(m.name), nil
	}
	return true, err
}

// encode is the normal form of a request.
func encode(request any) (json.RawMessage, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false) // six bytes for each < are dear in a store that is memory
	if err := enc.Encode(request); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// set is a list in the one order that all lists of the same items share.
func set(list []string) []string { return slices.Compact(slices.Sorted(slices.Values(list))) }

// list reads an array of at most so many strings that ok takes.
func list(m member, most int, ok func(string) bool, what string) ([]string, error) {
	items, isArray := array(m.value)
	if !isArray {
		return nil, invalid(InvalidValue, m.name, m.name+" must be an array")
	}
	if len(items) > most {
		return nil, invalid(InvalidValue, m.name, fmt.Sprintf("%s must have at most %d items", m.name, most))
	}
	out := make([]string, len(items))
	for i, item := range items {
		s, isString := text(item)
		if !isString || !ok(s) {
			return nil, invalid(InvalidValue, m.name+index(i), m.name+index(i)+" must be "+what)
		}
		out[i] = s
	}
	return out, nil
}

// words reads an array of words of one form, whose case does not count.
func words(m member, form *regexp.Regexp, what string, fold func(string) string) ([]string, error) {
	ws, err := list(m, maxItems, form.MatchString, what)
	for i, w := range ws {
		ws[i] = fold(w)
	}
	return ws, err
}

func allowList(m member) (l AllowList, err error) {
	ms, ok := object(m.value)
	if !ok {
		return l, invalid(InvalidValue, m.name, m.name+" must be an object")
	}
	for _, inner := range ms {
		if inner.null() {
			continue
		}
		var err error
		switch inner.name {
		case "values":
			fits := func(s string) bool { return s != "" && len(s) <= maxValue }
			l.Values, err = list(inner, maxItems, fits, fmt.Sprintf("a string of 1 to %d bytes", maxValue))
		case "patterns":
			l.Patterns, err = list(inner, maxPatterns, isPattern, fmt.Sprintf("a regular expression in RE2 syntax of 1 to %d bytes", maxPatternSize))
		default:
			if !annotation(inner.name) {
				err = unknown(inner.name, "an allowList has values and patterns")
			}
		}
		if err != nil {
			return l, in(m.name, err)
		}
	}
	l.Values, l.Patterns = set(l.Values), set(l.Patterns)
	return l, nil
}

func isPattern(s string) bool {
	if s == "" || len(s) > maxPatternSize {
		return false
	}
	_, err := regexp.Compile(s)
	return err == nil
}

// flags reads a set of names. OData writes it as one string with commas, some
// generated clients as an array.
func flags(m member, names ...string) (string, error) {
	refused := invalid(InvalidValue, m.name, m.name+" must be "+strings.Join(names, ", ")+" or several of them with commas between")
	var words []string
	if items, ok := array(m.value); ok {
		for _, item := range items {
			w, ok := text(item)
			if !ok {
				return "", refused
			}
			words = append(words, w)
		}
	} else if s, ok := text(m.value); ok {
		words = strings.Split(s, ",")
	} else {
		return "", refused
	}
	set := make([]bool, len(names))
	for _, w := range words {
		i := slices.IndexFunc(names, func(n string) bool { return strings.EqualFold(n, strings.TrimSpace(w)) })
		if i < 0 {
			return "", refused
		}
		set[i] = true
	}
	var in []string
	for i, n := range names {
		if set[i] {
			in = append(in, n)
		}
	}
	return strings.Join(in, ","), nil
}

func truth(m member) (bool, error) {
	switch string(m.value) {
	case "true":
		return true, nil
	case "false":
		return false, nil
	}
	return false, invalid(InvalidValue, m.name, m.name+" must be true or false")
}

func percent(m member) (int, error) {
	n, err := strconv.Atoi(string(m.value))
	if err != nil || n < 0 || n > 100 {
		return 0, invalid(InvalidValue, m.name, m.name+" must be a whole number from 0 to 100")
	}
	return n, nil
}
