package wire

import "time"

// A Time is a DateTimeOffset: UTC, RFC 3339, at most seven digits of a
// second's fraction, none of them a trailing zero. Finer parts are cut off.
type Time struct{ time.Time }

// MarshalJSON writes t as a JSON string.
func (t Time) MarshalJSON() ([]byte, error) {
	return t.append(nil), nil
}

func (t Time) append(b []byte) []byte {
	return t.UTC().AppendFormat(b, `"2006-01-02T15:04:05.9999999Z"`)
}
