package wire

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// A SensitiveType is one kind of content that classification looks for.
// From Category on it is beyond Graph; confidences are percentages. Patterns,
// Evidence and Proximity are there for a tenant's own types alone.
type SensitiveType struct {
	Context              string `json:"@odata.context,omitzero"`
	ETag                 string `json:"@odata.etag,omitzero"`
	ID                   string `json:"id"` // GUID in lower case
	Name                 string `json:"name"`
	Description          string `json:"description,omitzero"`
	PublisherName        string `json:"publisherName,omitzero"`
	State                string `json:"state,omitzero"`
	ClassificationMethod string `json:"classificationMethod,omitzero"`
	Scope                string `json:"scope,omitzero"`
	SensitiveTypeSource  string `json:"sensitiveTypeSource,omitzero"`
	LastModified         Time   `json:"lastModifiedDateTime,omitzero"`

	Category              string   `json:"category,omitzero"`
	Countries             []string `json:"countries,omitempty"` // ISO 3166-1 alpha-2; none for types of no country
	RecommendedConfidence int      `json:"recommendedConfidence,omitzero"`
	ConfidenceLevels      []int    `json:"confidenceLevels,omitempty"`

	Patterns  []SensitiveTypePattern `json:"patterns,omitempty"`
	Evidence  []string               `json:"evidence,omitempty"`
	Proximity int                    `json:"proximity,omitzero"` // in UTF-16 code units
}

// A SensitiveTypePattern is one way in which a type shows itself: it has one of
// Regex, Keywords and Dictionary.
type SensitiveTypePattern struct {
	Regex          string                   `json:"regex,omitzero"` // RE2
	Keywords       []string                 `json:"keywords,omitempty"`
	Dictionary     []string                 `json:"dictionary,omitempty"`
	Validators     []SensitiveTypeValidator `json:"validators,omitempty"`
	Confidence     int                      `json:"confidence"` // without evidence; 0: then it says nothing
	WithConfidence int                      `json:"confidenceWithEvidence"`
}

// A SensitiveTypeValidator is one thing that must hold for a match. Kind says
// which, and which of the others count.
type SensitiveTypeValidator struct {
	Kind       string   `json:"kind"`
	Weights    []int    `json:"weights,omitempty"`
	Modulus    int      `json:"modulus,omitzero"`
	CheckDigit int      `json:"checkDigit,omitzero"`
	Format     string   `json:"format,omitzero"`
	Offset     int      `json:"offset,omitzero"`
	Minimum    int      `json:"minimum,omitzero"`
	Maximum    int      `json:"maximum,omitzero"`
	Texts      []string `json:"texts,omitempty"`
}

// A SensitiveTypeTest tries a type on a sample.
type SensitiveTypeTest struct {
	SensitiveType SensitiveType
	Text          string
}

const (
	maxName        = 256    // characters
	maxDescription = 2048   // characters
	maxTerms       = 50_000 // of any list; the engine knows how many of which
	maxPieces      = 100    // patterns, validators or weights; the same

	defaultConfidence  = 75
	defaultRecommended = 75
	defaultWith        = 85
)

// ParseSensitiveType reads a new type of a tenant's own. What is beyond the
// form - whether an expression compiles, a word can be found - only the engine
// can tell.
func ParseSensitiveType(body []byte) (*SensitiveType, error) {
	var t SensitiveType
	if err := t.Change(body); err != nil {
		return nil, err
	}
	return &t, nil
}

// Change replaces those properties of t that body has; null takes one away. The
// id cannot be changed, and what belongs to the service is ignored.
func (t *SensitiveType) Change(body []byte) error {
	ms, err := document(body)
	if err != nil {
		return err
	}
	return t.change(ms)
}

func (t *SensitiveType) change(ms []member) error {
	for _, m := range ms {
		var err error
		switch m.name {
		case "id":
			err = t.takeID(m)
		case "name":
			t.Name, err = line(m, maxName)
		case "description":
			t.Description, err = line(m, maxDescription)
		case "publisherName":
			t.PublisherName, err = line(m, maxName)
		case "category":
			if t.Category, err = line(m, 32); err == nil && t.Category != "" && !category.MatchString(t.Category) {
				err = invalid(InvalidValue, m.name, "category must be up to 32 letters")
			}
			t.Category = strings.ToLower(t.Category)
		case "countries":
			t.Countries = nil
			if !m.null() {
				t.Countries, err = words(m, country, "a country's two letters", strings.ToUpper)
			}
			t.Countries = set(t.Countries)
		case "recommendedConfidence":
			t.RecommendedConfidence, err = whole(m, 0)
		case "patterns":
			t.Patterns, err = objects(m, parsePattern)
		case "evidence":
			t.Evidence, err = terms(m)
		case "proximity":
			t.Proximity, err = whole(m, 0)
		case "state", "classificationMethod", "scope", "sensitiveTypeSource", "lastModifiedDateTime", "confidenceLevels", "rulePackageId", "rulePackageType":
		default:
			if !annotation(m.name) {
				err = unknown(m.name, "a sensitiveType has id, name, description, publisherName, category, countries, recommendedConfidence, patterns, evidence and proximity")
			}
		}
		if err != nil {
			return err
		}
	}
	if t.RecommendedConfidence == 0 {
		t.RecommendedConfidence = defaultRecommended
	}
	switch {
	case t.Name == "":
		return invalid(MissingProperty, "name", "name must not be empty")
	case len(t.Patterns) == 0:
		return invalid(MissingProperty, "patterns", "patterns must have at least one item")
	}
	return nil
}

func (t *SensitiveType) takeID(m member) error {
	if m.null() {
		return nil
	}
	id, err := str(m)
	if err != nil || !guid.MatchString(id) {
		return invalid(InvalidValue, m.name, "id must be a GUID")
	}
	if id = strings.ToLower(id); t.ID != "" && t.ID != id {
		return invalid(InvalidValue, m.name, "id cannot be changed")
	}
	t.ID = id
	return nil
}

// ParseSensitiveTypeTest reads a type, which needs no name, and a sample of at
// most maxText bytes.
func ParseSensitiveTypeTest(body []byte, maxText int) (*SensitiveTypeTest, error) {
	ms, err := document(body)
	if err != nil {
		return nil, err
	}
	t := SensitiveTypeTest{SensitiveType: SensitiveType{Name: "test"}}
	for _, m := range ms {
		switch m.name {
		case "text":
			t.Text, err = str(m)
		case "sensitiveType":
			inner, ok := object(m.value)
			if !ok {
				return nil, invalid(InvalidValue, m.name, "sensitiveType must be an object")
			}
			err = in(m.name, t.SensitiveType.change(inner))
		default:
			if !annotation(m.name) {
				err = unknown(m.name, "a test has sensitiveType and text")
			}
		}
		if err != nil {
			return nil, err
		}
	}
	switch {
	case t.SensitiveType.Patterns == nil:
		return nil, invalid(MissingProperty, "sensitiveType", "sensitiveType must say what to look for")
	case t.Text == "":
		return nil, invalid(MissingProperty, "text", "text must not be empty")
	case len(t.Text) > maxText:
		return nil, invalid(ContentTooLarge, "text", fmt.Sprintf("text must be at most %d bytes of UTF-8", maxText))
	}
	return &t, nil
}

// Definition is t without what the service adds: what is stored, and what a
// worker reads.
func (t *SensitiveType) Definition() (json.RawMessage, error) {
	d := *t
	d.Context, d.ETag, d.State, d.ClassificationMethod, d.Scope, d.SensitiveTypeSource = "", "", "", "", "", ""
	d.LastModified, d.ConfidenceLevels = Time{}, nil
	return encode(d)
}

func parsePattern(ms []member) (p SensitiveTypePattern, err error) {
	p.Confidence = defaultConfidence
	for _, m := range ms {
		if m.null() {
			continue
		}
		switch m.name {
		case "regex":
			p.Regex, err = str(m)
		case "keywords":
			p.Keywords, err = terms(m)
		case "dictionary":
			p.Dictionary, err = terms(m)
		case "validators":
			p.Validators, err = objects(m, parseValidator)
		case "confidence":
			p.Confidence, err = percent(m)
		case "confidenceWithEvidence":
			p.WithConfidence, err = percent(m)
		default:
			if !annotation(m.name) {
				err = unknown(m.name, "a pattern has regex, keywords, dictionary, validators, confidence and confidenceWithEvidence")
			}
		}
		if err != nil {
			return p, err
		}
	}
	if p.WithConfidence == 0 {
		p.WithConfidence = max(defaultWith, p.Confidence)
	}
	return p, nil
}

func parseValidator(ms []member) (v SensitiveTypeValidator, err error) {
	for _, m := range ms {
		if m.null() {
			continue
		}
		switch m.name {
		case "kind":
			v.Kind, err = str(m)
		case "weights":
			v.Weights, err = items(m, func(value []byte) (int, error) { return whole(member{m.name, value}, -1000) })
		case "modulus":
			v.Modulus, err = whole(m, 0)
		case "checkDigit":
			v.CheckDigit, err = whole(m, 0)
		case "format":
			v.Format, err = str(m)
		case "offset":
			v.Offset, err = whole(m, 0)
		case "minimum":
			v.Minimum, err = whole(m, 0)
		case "maximum":
			v.Maximum, err = whole(m, 0)
		case "texts":
			v.Texts, err = terms(m)
		default:
			if !annotation(m.name) {
				err = unknown(m.name, "a validator has kind, weights, modulus, checkDigit, format, offset, minimum, maximum and texts")
			}
		}
		if err != nil {
			return v, err
		}
	}
	if v.Kind == "" {
		return v, invalid(MissingProperty, "kind", "kind must say what is validated")
	}
	return v, nil
}

// line reads a string without control characters, "" for null.
func line(m member, most int) (string, error) {
	if m.null() {
		return "", nil
	}
	s, err := str(m)
	if err != nil {
		return "", err
	}
	if utf8.RuneCountInString(s) > most || strings.ContainsFunc(s, unicode.IsControl) {
		return "", invalid(InvalidValue, m.name, fmt.Sprintf("%s must be at most %d characters, none of them a control character", m.name, most))
	}
	return strings.TrimSpace(s), nil
}

// whole reads a number from least to 1000, 0 for null.
func whole(m member, least int) (int, error) {
	if m.null() {
		return 0, nil
	}
	n, err := strconv.Atoi(string(m.value))
	if err != nil || n < least || n > 1000 {
		return 0, invalid(InvalidValue, m.name, fmt.Sprintf("%s must be a whole number from %d to 1000", m.name, least))
	}
	return n, nil
}

// terms reads an array of strings, none for null, in their order and each once.
func terms(m member) ([]string, error) {
	if m.null() {
		return nil, nil
	}
	all, err := list(m, maxTerms, func(s string) bool { return s != "" }, "a string that is not empty")
	seen := make(map[string]bool, len(all))
	return slices.DeleteFunc(all, func(s string) bool {
		again := seen[s]
		seen[s] = true
		return again
	}), err
}

// objects reads an array of objects, none for null.
func objects[T any](m member, parse func([]member) (T, error)) ([]T, error) {
	if m.null() {
		return nil, nil
	}
	return items(m, func(value []byte) (v T, err error) {
		ms, ok := object(value)
		if !ok {
			return v, invalid(InvalidValue, "", m.name+" must have objects for items")
		}
		return parse(ms)
	})
}

// items reads an array item by item.
func items[T any](m member, parse func(value []byte) (T, error)) ([]T, error) {
	values, ok := array(m.value)
	if !ok || len(values) > maxPieces {
		return nil, invalid(InvalidValue, m.name, fmt.Sprintf("%s must be an array of at most %d items", m.name, maxPieces))
	}
	out := make([]T, len(values))
	for i, value := range values {
		var err error
		if out[i], err = parse(value); err != nil {
			if e, ok := err.(*InvalidError); ok && e.Target == m.name {
				e.Target = "" // it is the item that is wrong
			}
			return nil, in(m.name, in(index(i), err))
		}
	}
	return out, nil
}
