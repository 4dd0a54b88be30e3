package client

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"net/http"
	"net/url"

	"github.com/classifyd/classifyd/api/wire"
)

// SensitiveTypes lists the built-in types and the caller's own, the latter
// without their patterns. An error ends the listing.
func (c *Client) SensitiveTypes(ctx context.Context) iter.Seq2[*wire.SensitiveType, error] {
	return pages[*wire.SensitiveType](ctx, c, "/sensitiveTypes", url.Values{})
}

// SensitiveType returns a type, one of the caller's own with its patterns.
func (c *Client) SensitiveType(ctx context.Context, id string) (*wire.SensitiveType, error) {
	return c.sensitiveType(ctx, call{method: http.MethodGet, path: typePath(id)})
}

// CreateSensitiveType makes a type of the caller's own. Without an ID it gets
// one here, so that the call can be sent twice.
func (c *Client) CreateSensitiveType(ctx context.Context, t wire.SensitiveType) (*wire.SensitiveType, error) {
	if t.ID == "" {
		t.ID = newGUID()
	}
	b, err := t.Definition()
	if err != nil {
		return nil, fmt.Errorf("sensitive type: %w", err)
	}
	return c.sensitiveType(ctx, call{method: http.MethodPost, path: "/sensitiveTypes", body: inJSON(b)})
}

// UpdateSensitiveType replaces all of a type of the caller's own but its ID,
// if it is still at t.ETag, which may be empty: then whatever it is at. An error
// with the code typeChanged tells that it is not.
func (c *Client) UpdateSensitiveType(ctx context.Context, t wire.SensitiveType) (*wire.SensitiveType, error) {
	b, err := t.Definition()
	if err != nil {
		return nil, fmt.Errorf("sensitive type: %w", err)
	}
	// What t does not have is to go.
	whole := map[string]json.RawMessage{}
	for _, name := range []string{"description", "publisherName", "category", "countries", "recommendedConfidence", "evidence", "proximity"} {
		whole[name] = json.RawMessage("null")
	}
	if err := json.Unmarshal(b, &whole); err != nil {
		return nil, fmt.Errorf("sensitive type: %w", err)
	}
	if b, err = json.Marshal(whole); err != nil {
		return nil, fmt.Errorf("sensitive type: %w", err)
	}
	return c.sensitiveType(ctx, call{method: http.MethodPatch, path: typePath(t.ID), header: onlyAt(t.ETag), body: inJSON(b)})
}

// DeleteSensitiveType deletes a type of the caller's own, if it is still at etag,
// which may be empty.
func (c *Client) DeleteSensitiveType(ctx context.Context, id, etag string) error {
	_, err := c.do(ctx, call{method: http.MethodDelete, path: typePath(id), header: onlyAt(etag)}, nil)
	return err
}

// TestSensitiveType returns what t alone would find in a text, as the result of a
// job has it. It stores nothing.
func (c *Client) TestSensitiveType(ctx context.Context, t wire.SensitiveType, text string) (json.RawMessage, error) {
	definition, err := t.Definition()
	if err != nil {
		return nil, fmt.Errorf("sensitive type: %w", err)
	}
	// A type that is only tried needs no id and no name.
	var named map[string]json.RawMessage
	if err := json.Unmarshal(definition, &named); err != nil {
		return nil, fmt.Errorf("sensitive type: %w", err)
	}
	for name, value := range named {
		if string(value) == `""` {
			delete(named, name)
		}
	}
	b, err := json.Marshal(struct {
		SensitiveType map[string]json.RawMessage `json:"sensitiveType"`
		Text          string                     `json:"text"`
	}{named, text})
	if err != nil {
		return nil, fmt.Errorf("sensitive type: %w", err)
	}
	var result json.RawMessage
	_, err = c.do(ctx, call{method: http.MethodPost, path: "/sensitiveTypes/test", body: inJSON(b)}, &result)
	return result, err
}

func (c *Client) sensitiveType(ctx context.Context, cl call) (*wire.SensitiveType, error) {
	var t wire.SensitiveType
	if _, err := c.do(ctx, cl, &t); err != nil {
		return nil, err
	}
	return &t, nil
}

func typePath(id string) string { return "/sensitiveTypes/" + url.PathEscape(id) }

func inJSON(b []byte) func() (io.Reader, string) {
	return func() (io.Reader, string) { return bytes.NewReader(b), "application/json" }
}

func onlyAt(etag string) map[string]string {
	if etag == "" {
		return nil
	}
	return map[string]string{"If-Match": etag}
}

// newGUID is a random UUID (RFC 9562, version 4).
func newGUID() string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails
	b[6], b[8] = b[6]&0x0f|0x40, b[8]&0x3f|0x80
	return fmt.Sprintf("%x-%x-%x-%x-%x", b[:4], b[4:6], b[6:8], b[8:10], b[10:])
}
