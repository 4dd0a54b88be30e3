package app

import (
	"testing"
	"testing/synctest"
)

// TestScopesAndTolerancesLeaveNoPatternOut: all types are patterns, which run on
// a document and on a part of one, and have no tolerance.
func TestScopesAndTolerancesLeaveNoPatternOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		for _, tt := range []struct{ options, scope string }{
			{``, "fullDocument"},
			{`,"scopesToRun":null,"matchTolerancesToInclude":null`, "fullDocument"},
			{`,"scopesToRun":"fullDocument"`, "fullDocument"},
			{`,"scopesToRun":"partialDocument"`, "partialDocument"},
			{`,"scopesToRun":["PartialDocument"]`, "partialDocument"},
			{`,"scopesToRun":"partialDocument,fullDocument"`, "fullDocument"},
			{`,"matchTolerancesToInclude":"exact"`, "fullDocument"},
			{`,"matchTolerancesToInclude":"near"`, "fullDocument"},
			{`,"matchTolerancesToInclude":["near","exact"],"scopesToRun":"partialDocument"`, "partialDocument"},
		} {
			status, job := s.call(t, "POST", "/classifyText", `{"text":"card 4539 5787 6362 1486"`+tt.options+`}`, "Prefer", "wait=30")
			result, _ := job["result"].(map[string]any)
			found, _ := result["classification"].([]any)
			if status != 200 || len(found) != 1 {
				t.Errorf("%s: %d with %v, want one type", tt.options, status, job)
				continue
			}
			if got := found[0].(map[string]any)["scope"]; got != tt.scope {
				t.Errorf("%s: found in %v, want %s", tt.options, got, tt.scope)
			}
		}
		for _, options := range []string{`"scopesToRun":"half"`, `"scopesToRun":""`, `"scopesToRun":"fullDocument partialDocument"`, `"matchTolerancesToInclude":["far"]`, `"matchTolerancesToInclude":2`} {
			if status, answer := s.call(t, "POST", "/classifyText", `{"text":"card 4539 5787 6362 1486",`+options+`}`); status != 400 {
				t.Errorf("%s: %d %v, want 400", options, status, answer)
			}
		}
		status, card := s.call(t, "GET", "/sensitiveTypes/50842eb7-edc8-4019-85dd-5a5c1f2bb085", "")
		if status != 200 || card["scope"] != "fullDocument,partialDocument" {
			t.Errorf("the type says %d %v, want that it runs on both", status, card["scope"])
		}
	})
}
