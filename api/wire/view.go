package wire

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
)

// How much control information a client asks for with odata.metadata.
const (
	NoMetadata      = "none"
	MinimalMetadata = "minimal"
	FullMetadata    = "full"
)

// A View is how a client wants to see resources.
type View struct {
	Select   []string // properties; none: all
	Metadata string
}

// whole reports whether v shows a resource as it is encoded anyway.
func (v View) whole() bool { return len(v.Select) == 0 && v.Metadata == MinimalMetadata }

// Of is resource as v shows it; address is where it can be read. Like encoding
// the resource it fails only if that cannot be JSON.
//
// Full metadata tells the address and those types of properties that the JSON
// does not show (OData JSON Format 4.01, section 3.1).
func (v View) Of(resource any, address string) (any, error) {
	if v.whole() {
		return resource, nil
	}
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(resource); err != nil {
		return nil, err
	}
	var out []byte
	put := func(name string, value []byte) {
		out = append(strconv.AppendQuote(append(out, ','), name), ':')
		out = append(out, value...)
	}
	if v.Metadata == FullMetadata {
		self := strconv.AppendQuote(nil, address)
		put("@odata.id", self)
		put("@odata.editLink", self)
	}
	// Not with this package's own scanner: a result may be JSON that it refuses.
	dec := json.NewDecoder(&buf)
	if _, err := dec.Token(); err != nil {
		return nil, err
	}
	for dec.More() {
		name, err := dec.Token()
		if err != nil {
			return nil, err
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return nil, err
		}
		switch name := name.(string); {
		case strings.HasPrefix(name, "@"):
			if v.Metadata != NoMetadata {
				put(name, value)
			}
		case len(v.Select) > 0 && !slices.Contains(v.Select, name):
		default:
			if t := propertyTypes[name]; t != "" && v.Metadata == FullMetadata {
				put(name+"@odata.type", strconv.AppendQuote(nil, t))
			}
			put(name, value)
		}
	}
	if len(out) == 0 {
		return json.RawMessage("{}"), nil
	}
	out[0] = '{'
	return json.RawMessage(append(out, '}')), nil
}

// propertyTypes are the types that are not to be seen in JSON.
var propertyTypes = map[string]string{
	"creationDateTime": "#DateTimeOffset",
	"startDateTime":    "#DateTimeOffset",
	"endDateTime":      "#DateTimeOffset",
	"countries":        "#Collection(String)",
	"confidenceLevels": "#Collection(Int32)",

	"lastModifiedDateTime": "#DateTimeOffset",
	"evidence":             "#Collection(String)",
}
