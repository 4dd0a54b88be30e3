package wire_test

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/api/wire"
)

// jobs that AppendJSON spells out, from one with nothing to one with all.
var encodable = []wire.Job{
	{},
	{ODataType: wire.JobType, ID: "x", Type: "a\"b\\c", Status: "notStarted", UserID: "zoë <z@example.org>\u2028\x7f\x01"},
	{
		Context: "http://x/$metadata#jobs/$entity", ODataType: wire.ClassificationType, ETag: `W/"1.2"`,
		ID: "01a209fa-e4e6-71cf-a20e-15d586e1e5f4", Type: wire.ClassifyText, Status: "failed", TenantID: "t", UserID: "u",
		Created: at(1), Started: at(120_000_000), Ended: at(1_000_000_000),
		Error:  &wire.ClassificationError{Code: "timeout", Message: "it took <too> long & more", Details: []wire.ClassificationErrorBase{{Code: "timeout"}}},
		Result: json.RawMessage(`{"classification":[{"a":"<"}]}`), Priority: "high", Progress: 100, Attempts: 3,
	},
	{ID: "bad \xff UTF-8"},
}

func at(ns int) wire.Time { return wire.Time{Time: time.Date(2026, 1, 2, 3, 4, 5, ns, time.UTC)} }

func TestJobIsAppendedAsPackageJSONEncodesIt(t *testing.T) {
	for _, j := range encodable {
		var want bytes.Buffer
		enc := json.NewEncoder(&want)
		enc.SetEscapeHTML(false)
		if err := enc.Encode(j); err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want.String(), string(j.AppendJSON(nil))+"\n"); diff != "" {
			t.Errorf("AppendJSON of %+v (-want +got):\n%s", j, diff)
		}
	}
}

func TestTextAloneHasTheNormalFormOfAnyRequest(t *testing.T) {
	for _, text := range []string{"plain", "<b>\u00e4\u2028 \"\\ \u0001", "\x7f"} {
		want, err := json.Marshal(text)
		if err != nil {
			t.Fatal(err)
		}
		body := append(append([]byte(`{"text":`), want...), '}')
		alone, err := wire.ParseText(body, limits)
		if err != nil {
			t.Fatal(err)
		}
		body = append(append([]byte(`{"minConfidence":1,"text":`), want...), '}')
		more, err := wire.ParseText(body, limits)
		if err != nil {
			t.Fatal(err)
		}
		got := string(bytes.TrimSuffix(alone.Request, []byte("}"))) + `,"minConfidence":1}`
		if diff := cmp.Diff(string(more.Request), got); diff != "" {
			t.Errorf("normal form of %q (-with more +alone):\n%s", text, diff)
		}
	}
}

func BenchmarkAppendJob(b *testing.B) {
	j := encodable[2]
	j.Error = nil
	b.ReportAllocs()
	for b.Loop() {
		j.AppendJSON(make([]byte, 0, 1<<10))
	}
}

func BenchmarkParseJob(b *testing.B) {
	body := append(append([]byte(`{"type":"classifyText","request":{"text":"`), bytes.Repeat([]byte("0123456789"), 20)...), `"}}`...)
	b.ReportAllocs()
	b.SetBytes(int64(len(body)))
	for b.Loop() {
		if _, err := wire.ParseJob(body, limits); err != nil {
			b.Fatal(err)
		}
	}
}
