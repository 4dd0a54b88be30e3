package app

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

const badge = `{"name":"Badge","patterns":[{"regex":"BDG-\\d{6}","confidence":65,"confidenceWithEvidence":85}],"evidence":["badge"]}`

// finds are what a text job found, a line for each type.
func (s *system) finds(t *testing.T, request string) []string {
	t.Helper()
	status, job := s.call(t, "POST", "/classifyText", request, "Prefer", "wait=30")
	if status != 200 || job["status"] != "succeeded" {
		t.Fatalf("answer %d with %v", status, job)
	}
	var result struct {
		Classification []struct {
			DisplayName, SensitiveTypeSource string
			UniqueCount, Confidence          int
			Matches                          []struct {
				IDMatch   string
				Offset    int
				Evidences []struct{ Match string }
			}
		}
	}
	b, _ := json.Marshal(job["result"])
	if err := json.Unmarshal(b, &result); err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, c := range result.Classification {
		var line strings.Builder
		fmt.Fprintf(&line, "%s %s %d %d:", c.DisplayName, c.SensitiveTypeSource, c.UniqueCount, c.Confidence)
		for _, m := range c.Matches {
			fmt.Fprintf(&line, " %s@%d%v", m.IDMatch, m.Offset, m.Evidences)
		}
		out = append(out, line.String())
	}
	return out
}

func TestOwnTypeIsFoundBesideTheBuiltInOnes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		text := `{"text":"😀 badge BDG-123456 and card 4539 5787 6362 1486, once more BDG\u2013123456"}`
		if got := s.finds(t, text); len(got) != 1 {
			t.Errorf("before: %q, want the card alone", got)
		}
		status, own := s.call(t, "POST", "/sensitiveTypes", badge)
		if status != 201 {
			t.Fatalf("create: %d %v", status, own)
		}
		want := []string{
			"Credit Card Number outOfBox 1 85: 4539 5787 6362 1486@29[{card}]",
			"Badge tenant 1 85: BDG-123456@9[{badge}] BDG–123456@60[{badge}]",
		}
		if diff := cmp.Diff(want, s.finds(t, text)); diff != "" {
			t.Errorf("right after (-want +got):\n%s", diff)
		}
		id := own["id"].(string)
		if diff := cmp.Diff(want[1:], s.finds(t, strings.TrimSuffix(text, "}")+`,"sensitiveTypeIds":["`+strings.ToUpper(id)+`"]}`)); diff != "" {
			t.Errorf("asked for alone (-want +got):\n%s", diff)
		}
		status, _ = s.call(t, "PATCH", "/sensitiveTypes/"+id, `{"patterns":[{"keywords":["once more"]}]}`, "If-Match", own["@odata.etag"].(string))
		if status != 200 {
			t.Fatalf("change: %d", status)
		}
		want[1] = "Badge tenant 1 85: once more@50[{badge}]"
		if diff := cmp.Diff(want, s.finds(t, text)); diff != "" {
			t.Errorf("after a change (-want +got):\n%s", diff)
		}
	})
}

func TestRequestForATypeOfNobodysIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		status, answer := s.call(t, "POST", "/classifyText", `{"text":"x","sensitiveTypeIds":["11111111-2222-3333-4444-555555555555"]}`)
		if e, _ := answer["error"].(map[string]any); status != 400 || e["target"] != "sensitiveTypeIds[0]" {
			t.Errorf("answer %d %v, want a 400 that names the id's place", status, answer)
		}
	})
}

func TestBadDefinitionIsNamed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		long := strings.Repeat("a", 51)
		for _, tt := range []struct{ patterns, target string }{
			{`[{}]`, "patterns[0]"},
			{`[{"regex":"a","keywords":["bb"]}]`, "patterns[0]"},
			{`[{"regex":"ab"},{"regex":"("}]`, "patterns[1].regex"},
			{`[{"regex":"(?=a)b"}]`, "patterns[0].regex"},
			{`[{"regex":"a*"}]`, "patterns[0].regex"},
			{`[{"regex":"\\b"}]`, "patterns[0].regex"},
			{`[{"regex":"` + strings.Repeat("a", 1025) + `"}]`, "patterns[0].regex"},
			{`[{"regex":"[\\pL\\pN]{900}"}]`, "patterns[0].regex"},
			{`[{"regex":"A\u2013B"}]`, "patterns[0].regex"},
			{`[{"keywords":["fine","` + long + `"]}]`, "patterns[0].keywords[1]"},
			{`[{"keywords":["&x"]}]`, "patterns[0].keywords[0]"},
			{`[{"regex":"ab","confidence":0}]`, "patterns[0].confidence"},
			{`[{"regex":"ab","confidence":101}]`, "patterns[0].confidence"},
			{`[{"regex":"ab","confidence":90,"confidenceWithEvidence":80}]`, "patterns[0].confidenceWithEvidence"},
			{`[{"regex":"ab","validators":[{"kind":"luhn"},{"kind":"magic"}]}]`, "patterns[0].validators[1].kind"},
			{`[{"regex":"ab","validators":[{"kind":"checksum","weights":[1,2],"modulus":1}]}]`, "patterns[0].validators[0].modulus"},
			{`[{"regex":"ab","validators":[{"kind":"checksum","weights":[1,"2"],"modulus":7}]}]`, "patterns[0].validators[0].weights[1]"},
			{`[{"regex":"ab","validators":[{"kind":"date","format":"YYYY"}]}]`, "patterns[0].validators[0].format"},
			{`[{"regexp":"ab"}]`, "patterns[0].regexp"},
		} {
			status, answer := s.call(t, "POST", "/sensitiveTypes", `{"name":"x","patterns":`+tt.patterns+`}`)
			if e, _ := answer["error"].(map[string]any); status != 400 || e["target"] != tt.target {
				t.Errorf("%.80s: answer %d %v, want a 400 at %s", tt.patterns, status, e, tt.target)
			}
			status, answer = s.call(t, "POST", "/sensitiveTypes/test", `{"text":"x","sensitiveType":{"patterns":`+tt.patterns+`}}`)
			if e, _ := answer["error"].(map[string]any); status != 400 || e["target"] != "sensitiveType."+tt.target {
				t.Errorf("test of %.80s: answer %d %v, want a 400 at %s", tt.patterns, status, e, tt.target)
			}
		}
	})
}

func TestTypeIsTriedWithoutBeingStored(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := start(t)
		status, answer := s.call(t, "POST", "/sensitiveTypes/test", `{"sensitiveType":`+badge+`,"text":"my badge is BDG-000001"}`)
		found, _ := answer["classification"].([]any)
		if status != 200 || len(found) != 1 {
			t.Errorf("answer %d %v, want one type", status, answer)
		}
		status, answer = s.call(t, "GET", "/sensitiveTypes?$filter=x", "")
		if status != 400 {
			t.Errorf("answer %d %v", status, answer)
		}
		if got := s.finds(t, `{"text":"my badge is BDG-000001"}`); got != nil {
			t.Errorf("found %q, want nothing", got)
		}
	})
}
