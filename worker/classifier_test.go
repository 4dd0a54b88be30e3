package worker_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/worker"
	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/classify/types"
)

const cardType = "50842eb7-edc8-4019-85dd-5a5c1f2bb085"

// builtIn is made once for all tests: that takes longer than most of them do.
var builtIn = sync.OnceValues(func() (*classify.Engine, error) { return classify.New(types.All()) })

func engine(t testing.TB) *classify.Engine {
	t.Helper()
	e, err := builtIn()
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func classifyText(t testing.TB, request string) (*jobs.Result, error) {
	t.Helper()
	return worker.Classifier(worker.Only(engine(t)), worker.Most{}, nil).Run(t.Context(), &jobs.Job{Type: worker.ClassifyText, Request: json.RawMessage(request)})
}

func TestResultIsGraphsDetectedSensitiveContent(t *testing.T) {
	// The smiling face is two UTF-16 code units and four bytes.
	res, err := classifyText(t, `{"text":"😀 visa 4539 5787 6362 1486, ref 4539578763621486","sensitiveTypeIds":["`+cardType+`"]}`)
	if err != nil {
		t.Fatal(err)
	}
	want := `{"classification":[{"id":"50842eb7-edc8-4019-85dd-5a5c1f2bb085","displayName":"Credit Card Number","uniqueCount":1,` +
		`"confidence":85,"recommendedConfidence":85,"matches":[` +
		`{"idMatch":"4539 5787 6362 1486","offset":8,"length":19,"confidence":85,"evidences":[{"match":"visa","offset":3,"length":4}]},` +
		`{"idMatch":"4539578763621486","offset":33,"length":16,"confidence":85,"evidences":[{"match":"visa","offset":3,"length":4}]}],` +
		`"classificationMethod":"patternMatch","scope":"fullDocument","sensitiveTypeSource":"outOfBox",` +
		`"classificationAttributes":[{"confidence":85,"count":2}]}]}`
	if diff := cmp.Diff(want, string(res.JSON)); diff != "" {
		t.Errorf("result (-want +got):\n%s", diff)
	}
}

func TestExplainTellsOfEachCandidateWithoutItsText(t *testing.T) {
	for _, tt := range []struct {
		name, request string
		most          worker.Most
		want          string
	}{
		{"refused", `{"text":"card 4539578763621487","explain":true,"sensitiveTypeIds":["` + cardType + `"]}`, worker.Most{},
			`{"classification":[],"explanations":[{"sensitiveTypeId":"` + cardType + `","offset":5,"length":16,"outcome":"refused","reason":"checkDigit"}]}`},
		{"nothing to explain", `{"text":"nothing to see here","explain":true}`, worker.Most{}, `{"classification":[],"explanations":[]}`},
		{"more than a result has", `{"text":"4539578763621487 and 4539578763621488","explain":true,"sensitiveTypeIds":["` + cardType + `"]}`, worker.Most{Explanations: 1},
			`{"classification":[],"explanations":[{"sensitiveTypeId":"` + cardType + `","offset":0,"length":16,"outcome":"refused","reason":"checkDigit"}],"unexplained":1}`},
	} {
		res, err := worker.Classifier(worker.Only(engine(t)), tt.most, nil).Run(t.Context(), &jobs.Job{Type: worker.ClassifyText, Request: json.RawMessage(tt.request)})
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(tt.want, string(res.JSON)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestMostMatchesAreListedAndAllAreCounted(t *testing.T) {
	request := `{"text":"4539578763621486 4539578763621486 4111111111111111","sensitiveTypeIds":["` + cardType + `"]}`
	for most, want := range map[int]int{1: 1, 2: 2, 3: 3, 4: 3} {
		res, err := worker.Classifier(worker.Only(engine(t)), worker.Most{Matches: most}, nil).Run(t.Context(), &jobs.Job{Type: worker.ClassifyText, Request: json.RawMessage(request)})
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Classification []struct {
				UniqueCount              int
				Matches                  []struct{}
				ClassificationAttributes []struct{ Count int }
			}
		}
		if err := json.Unmarshal(res.JSON, &got); err != nil {
			t.Fatal(err)
		}
		c := got.Classification[0]
		if len(c.Matches) != want || c.UniqueCount != 2 || c.ClassificationAttributes[0].Count != 3 {
			t.Errorf("Most %d: %d matches, %d unique, %d in all, want %d, 2, 3", most, len(c.Matches), c.UniqueCount, c.ClassificationAttributes[0].Count, want)
		}
	}
}

func TestNothingFoundIsAnEmptyList(t *testing.T) {
	res, err := classifyText(t, `{"text":"nothing to see here"}`)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(res.JSON), `{"classification":[]}`; got != want {
		t.Errorf("result = %s, want %s", got, want)
	}
}

func TestSameRequestGivesSameBytes(t *testing.T) {
	request, err := json.Marshal(map[string]string{"text": strings.Repeat(
		"Visa 4539 5787 6362 1486, mail ada.lovelace@example.org, IBAN GB82 WEST 1234 5698 7654 32, host 192.0.2.7. ", 50)})
	if err != nil {
		t.Fatal(err)
	}
	first, err := classifyText(t, string(request))
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		again, err := classifyText(t, string(request))
		if err != nil {
			t.Fatal(err)
		}
		if string(again.JSON) != string(first.JSON) {
			t.Fatal("the result differs from the first one")
		}
	}
}

func TestOptionsReachTheEngine(t *testing.T) {
	const text = `"text":"4539 5787 6362 1486 and ada.lovelace@example.org"`
	for _, tt := range []struct{ options, want string }{
		{``, "4539 5787 6362 1486,ada.lovelace@example.org"},
		{`,"fileExtension":"txt","scopesToRun":"partialDocument","matchTolerancesToInclude":"near"`, "4539 5787 6362 1486,ada.lovelace@example.org"},
		{`,"sensitiveTypeIds":["` + cardType + `"]`, "4539 5787 6362 1486"},
		{`,"sensitiveTypeIds":["` + strings.ToUpper(cardType) + `"]`, "4539 5787 6362 1486"},
		{`,"minConfidence":75`, "ada.lovelace@example.org"},
		{`,"categories":["contact"]`, "ada.lovelace@example.org"},
		{`,"allowList":{"values":["4539578763621486"]}`, "ada.lovelace@example.org"},
		{`,"allowList":{"patterns":["@example\\.org$"]}`, "4539 5787 6362 1486"},
	} {
		res, err := classifyText(t, `{`+text+tt.options+`}`)
		if err != nil {
			t.Errorf("%s: %v", tt.options, err)
			continue
		}
		var found struct {
			Classification []struct{ Matches []struct{ IDMatch string } }
		}
		if err := json.Unmarshal(res.JSON, &found); err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, c := range found.Classification {
			for _, m := range c.Matches {
				got = append(got, m.IDMatch)
			}
		}
		if got := strings.Join(got, ","); got != tt.want {
			t.Errorf("%s: found %s, want %s", tt.options, got, tt.want)
		}
	}
}

func TestRequestsThatCannotBeServedFailForGood(t *testing.T) {
	const unknown = "00000000-1111-2222-3333-444444444444"
	for _, tt := range []struct {
		request string
		want    jobs.Error
	}{
		{
			`{"text":"secret","sensitiveTypeIds":["` + unknown + `"]}`,
			jobs.Error{Code: jobs.UnknownSensitiveType, Target: "request.sensitiveTypeIds", Message: "the request asks for a sensitive type that does not exist: " + unknown},
		},
		{
			`{"text":"secret","sensitiveTypeIds":["secret"]}`,
			jobs.Error{Code: jobs.UnknownSensitiveType, Target: "request.sensitiveTypeIds", Message: "the request asks for a sensitive type that does not exist"},
		},
		{
			`{"text":"secret","reveal":true}`,
			jobs.Error{Code: jobs.InvalidContent, Target: "request", Message: "the request is not a textClassificationRequest that this worker understands"},
		},
		{
			`{"text":{"secret":1}}`,
			jobs.Error{Code: jobs.InvalidContent, Target: "request", Message: "the request is not a textClassificationRequest that this worker understands"},
		},
		{
			`{"text":"secret","allowList":{"patterns":["ok","secret("]}}`,
			jobs.Error{Code: jobs.InvalidContent, Target: "request.allowList.patterns[1]", Message: "the pattern is not a regular expression in RE2 syntax"},
		},
	} {
		_, err := classifyText(t, tt.request)
		got, ok := errors.AsType[*jobs.Error](err)
		if !ok {
			t.Errorf("%s: error %v is no *jobs.Error", tt.request, err)
			continue
		}
		if diff := cmp.Diff(tt.want, *got); diff != "" {
			t.Errorf("%s: error (-want +got):\n%s", tt.request, diff)
		}
		if !permanent(err) {
			t.Errorf("%s: error is not permanent", tt.request)
		}
	}
}

func TestScanEndsWithItsRun(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	request, err := json.Marshal(map[string]string{"text": strings.Repeat("ada.lovelace@example.org ", 40_000)})
	if err != nil {
		t.Fatal(err)
	}
	_, err = worker.Classifier(worker.Only(engine(t)), worker.Most{}, nil).Run(ctx, &jobs.Job{Request: request})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("error = %v, want %v", err, context.Canceled)
	}
}

func BenchmarkClassifier(b *testing.B) {
	h := worker.Classifier(worker.Only(engine(b)), worker.Most{}, nil)
	for _, size := range []struct {
		name  string
		bytes int
	}{{"1KB", 1 << 10}, {"64KB", 64 << 10}, {"1MB", 1 << 20}} {
		const line = "Order 4711: visa 4539 5787 6362 1486, shipped to ada.lovelace@example.org on Monday with regards from all of us. "
		request, err := json.Marshal(map[string]string{"text": strings.Repeat(line, 1+size.bytes/len(line))[:size.bytes]})
		if err != nil {
			b.Fatal(err)
		}
		b.Run(size.name, func(b *testing.B) {
			b.SetBytes(int64(size.bytes))
			for b.Loop() {
				if _, err := h.Run(b.Context(), &jobs.Job{Request: request}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
