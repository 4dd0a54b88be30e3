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

const maxTypeIDs = 1000 // sensitive types that one request may name

// A TextRequest is Graph's textClassificationRequest in its normal form, and
// what a worker gets. MinConfidence is beyond Graph.
type TextRequest struct {
	Text                     string   `json:"text"`
	FileExtension            string   `json:"fileExtension,omitzero"`            // lower case, without a dot
	SensitiveTypeIDs         []string `json:"sensitiveTypeIds,omitempty"`        // sorted GUIDs, lower case; none means all
	ScopesToRun              string   `json:"scopesToRun,omitzero"`              // flags, in the order of their values
	MatchTolerancesToInclude string   `json:"matchTolerancesToInclude,omitzero"` // the same
	MinConfidence            int      `json:"minConfidence,omitzero"`            // percent; 0 means any
}

var extension = regexp.MustCompile(`^\.?[0-9A-Za-z]{1,16}$`)

// text takes a textClassificationRequest. Here a misspelt option must not pass
// silently, or a job would find too little without anybody noticing.
func (req *JobRequest) text(ms []member, maxText int) error {
	var t TextRequest
	for _, m := range ms {
		if m.null() {
			continue
		}
		var err error
		switch m.name {
		case "text":
			t.Text, err = str(m)
		case "fileExtension":
			if t.FileExtension, err = str(m); err == nil && t.FileExtension != "" && !extension.MatchString(t.FileExtension) {
				err = invalid(InvalidValue, m.name, "fileExtension must be up to 16 letters and digits")
			}
			t.FileExtension = strings.ToLower(strings.TrimPrefix(t.FileExtension, "."))
		case "sensitiveTypeIds":
			req.SensitiveTypeIDs, err = typeIDs(m)
		case "scopesToRun":
			t.ScopesToRun, err = flags(m, "fullDocument", "partialDocument")
		case "matchTolerancesToInclude":
			t.MatchTolerancesToInclude, err = flags(m, "exact", "near")
		case "minConfidence":
			t.MinConfidence, err = percent(m)
		case "id", "contentMetaData", "embeddings":
		default:
			if !annotation(m.name) {
				err = unknown(m.name, "a textClassificationRequest has text, fileExtension, sensitiveTypeIds, scopesToRun, matchTolerancesToInclude and minConfidence")
			}
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
	t.SensitiveTypeIDs = slices.Compact(slices.Sorted(slices.Values(req.SensitiveTypeIDs)))

	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false) // six bytes for each < are dear in a store that is memory
	if err := enc.Encode(t); err != nil {
		return err
	}
	req.Request = bytes.TrimSuffix(buf.Bytes(), []byte("\n"))
	return nil
}

func typeIDs(m member) ([]string, error) {
	items, ok := array(m.value)
	if !ok {
		return nil, invalid(InvalidValue, m.name, m.name+" must be an array of GUIDs")
	}
	if len(items) > maxTypeIDs {
		return nil, invalid(InvalidValue, m.name, fmt.Sprintf("%s must have at most %d items", m.name, maxTypeIDs))
	}
	ids := make([]string, len(items))
	for i, item := range items {
		id, ok := text(item)
		if !ok || !guid.MatchString(id) {
			return nil, invalid(InvalidValue, m.name+index(i), m.name+index(i)+" must be a GUID")
		}
		ids[i] = strings.ToLower(id)
	}
	return ids, nil
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

func percent(m member) (int, error) {
	n, err := strconv.Atoi(string(m.value))
	if err != nil || n < 0 || n > 100 {
		return 0, invalid(InvalidValue, m.name, m.name+" must be a whole number from 0 to 100")
	}
	return n, nil
}
