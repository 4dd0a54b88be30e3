package wire

import (
	"bytes"
	"encoding/json"
	"strconv"
)

// AppendJSON appends j as package json would encode it without escaping HTML,
// but for white space in a Result, which stays. A Result must be JSON.
//
// A job is the answer to nearly every call, and its fields are known: spelling
// them out takes a fraction of what finding them by reflection does.
func (j *Job) AppendJSON(b []byte) []byte {
	b = append(b, '{')
	if j.Context != "" {
		b = append(appendString(append(b, `"@odata.context":`...), j.Context), ',')
	}
	b = appendString(append(b, `"@odata.type":`...), j.ODataType)
	b = appendWord(b, `,"@odata.etag":`, j.ETag)
	b = appendString(append(b, `,"id":`...), j.ID)
	b = appendString(append(b, `,"type":`...), j.Type)
	b = appendString(append(b, `,"status":`...), j.Status)
	b = appendWord(b, `,"tenantId":`, j.TenantID)
	b = appendWord(b, `,"userId":`, j.UserID)
	b = appendTime(b, `,"creationDateTime":`, j.Created)
	b = appendTime(b, `,"startDateTime":`, j.Started)
	b = appendTime(b, `,"endDateTime":`, j.Ended)
	if j.Error != nil {
		b = appendAny(append(b, `,"error":`...), j.Error)
	}
	if len(j.Result) > 0 {
		b = append(append(b, `,"result":`...), j.Result...)
	}
	b = appendWord(b, `,"priority":`, j.Priority)
	b = strconv.AppendInt(append(b, `,"progress":`...), int64(j.Progress), 10)
	b = strconv.AppendInt(append(b, `,"attempts":`...), int64(j.Attempts), 10)
	return append(b, '}')
}

// appendWord appends a property that is left out when it is empty.
func appendWord(b []byte, name, s string) []byte {
	if s == "" {
		return b
	}
	return appendString(append(b, name...), s)
}

func appendTime(b []byte, name string, t Time) []byte {
	if t.IsZero() {
		return b
	}
	return t.append(append(b, name...))
}

// appendString appends s as a JSON string. Hardly any needs more than a quote
// escaped, and package json takes the others.
func appendString(b []byte, s string) []byte {
	start, from := len(b), 0
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c < ' ' || c >= 0x80:
			return appendAny(b[:start], s)
		case c == '"' || c == '\\':
			b = append(append(b, s[from:i]...), '\\')
			from = i
		}
	}
	return append(append(b, s[from:]...), '"')
}

// appendAny appends a value that always encodes.
func appendAny(b []byte, v any) []byte {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v); err != nil {
		panic(err)
	}
	return append(b, bytes.TrimSuffix(buf.Bytes(), []byte("\n"))...)
}
