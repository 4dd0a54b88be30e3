package client_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/api/client"
	"github.com/classifyd/classifyd/api/wire"
)

func TestClassificationIsReadFromTheJobsThatHaveOne(t *testing.T) {
	result := json.RawMessage(`{"classification":[{"id":"a","displayName":"Badge","matches":[{"idMatch":"b-1","offset":3,"length":3,
		"confidence":85,"evidences":[],"location":{"sheet":"Pay","cell":"B7"}}],"confidence":85}],"partial":true}`)
	want := &wire.Classification{Partial: true, Found: []wire.DetectedSensitiveContent{{ID: "a", DisplayName: "Badge", Confidence: 85,
		Matches: []wire.Match{{IDMatch: "b-1", Offset: 3, Length: 3, Confidence: 85, Evidences: []wire.Evidence{}, Location: wire.Location{Sheet: "Pay", Cell: "B7"}}}}}}
	for _, tt := range []struct {
		name string
		job  wire.Job
		want *wire.Classification
	}{
		{"text", wire.Job{Type: "classifyText", Result: result}, want},
		{"file", wire.Job{Type: "classifyFile", Result: result}, want},
		{"not ended", wire.Job{Type: "classifyText"}, nil},
		{"another type", wire.Job{Type: "invoice", Result: result}, nil},
	} {
		got, err := client.Classification(&tt.job)
		if diff := cmp.Diff(tt.want, got); diff != "" || err != nil {
			t.Errorf("%s: %v (-want +got):\n%s", tt.name, err, diff)
		}
	}
	if _, err := client.Classification(&wire.Job{Type: "classifyText", Result: json.RawMessage(`{"classification":7}`)}); err == nil {
		t.Error("a result of another form is read")
	}
}
