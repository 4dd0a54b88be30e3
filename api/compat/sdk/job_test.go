package sdk

import (
	"time"

	kiota "github.com/microsoft/kiota-abstractions-go"
	"github.com/microsoft/kiota-abstractions-go/serialization"
)

// A job is a jobResponseBase, a page a collection of them and an oDataError
// Graph's error body, as Kiota has its models read and write themselves.
type (
	job struct {
		id, typ, status, errorCode string
		created                    time.Time
		found                      []string       // names of sensitive types
		request                    map[string]any // only when it is created
	}

	page struct {
		count    int64
		nextLink *string
		value    []*job
	}

	oDataError struct {
		kiota.ApiError
		code, target, requestID string
	}
)

type fields = map[string]func(serialization.ParseNode) error

func newJob(serialization.ParseNode) (serialization.Parsable, error)  { return &job{}, nil }
func newPage(serialization.ParseNode) (serialization.Parsable, error) { return &page{}, nil }
func newODataError(serialization.ParseNode) (serialization.Parsable, error) {
	return &oDataError{}, nil
}

func (j *job) Serialize(w serialization.SerializationWriter) error {
	for name, value := range map[string]string{"type": j.typ, "status": j.status} {
		if value == "" {
			continue
		}
		if err := w.WriteStringValue(name, &value); err != nil {
			return err
		}
	}
	if j.request == nil {
		return nil
	}
	return w.WriteAdditionalData(map[string]any{"request": j.request})
}

func (j *job) GetFieldDeserializers() fields {
	return fields{
		"id":               into(&j.id),
		"type":             into(&j.typ),
		"status":           into(&j.status),
		"creationDateTime": kiota.SetTimeValue(func(t *time.Time) { j.created = *t }),
		"error":            object(fields{"code": into(&j.errorCode)}),
		"result": object(fields{"classification": func(n serialization.ParseNode) error {
			_, err := n.GetCollectionOfObjectValues(func(serialization.ParseNode) (serialization.Parsable, error) {
				return inner{"displayName": kiota.SetStringValue(func(name *string) { j.found = append(j.found, *name) })}, nil
			})
			return err
		}}),
	}
}

func (p *page) Serialize(serialization.SerializationWriter) error { return nil }

func (p *page) GetFieldDeserializers() fields {
	return fields{
		"@odata.count":    kiota.SetInt64Value(func(n *int64) { p.count = *n }),
		"@odata.nextLink": kiota.SetStringValue(func(s *string) { p.nextLink = s }),
		"value":           kiota.SetCollectionOfObjectValues(newJob, func(js []*job) { p.value = js }),
	}
}

// GetValue and GetOdataNextLink are what the SDK's iterator asks of a page.
func (p *page) GetValue() []*job          { return p.value }
func (p *page) GetOdataNextLink() *string { return p.nextLink }

func (e *oDataError) Serialize(serialization.SerializationWriter) error { return nil }

func (e *oDataError) GetFieldDeserializers() fields {
	return fields{"error": object(fields{
		"code":       into(&e.code),
		"target":     into(&e.target),
		"message":    into(&e.Message),
		"innerError": object(fields{"request-id": into(&e.requestID)}),
	})}
}

// An inner is an object inside of another, of which some fields are read.
type inner fields

func (o inner) Serialize(serialization.SerializationWriter) error { return nil }
func (o inner) GetFieldDeserializers() fields                     { return fields(o) }

func object(f fields) func(serialization.ParseNode) error {
	return func(n serialization.ParseNode) error {
		_, err := n.GetObjectValue(func(serialization.ParseNode) (serialization.Parsable, error) { return inner(f), nil })
		return err
	}
}

func into(p *string) func(serialization.ParseNode) error {
	return kiota.SetStringValue(func(s *string) {
		if s != nil {
			*p = *s
		}
	})
}
