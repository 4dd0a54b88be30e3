package worker_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/worker"
	"github.com/classifyd/classifyd/worker/extract"
)

func TestDetectionsCountByType(t *testing.T) {
	reg := prometheus.NewRegistry()
	met, err := worker.NewMetrics(reg)
	if err != nil {
		t.Fatal(err)
	}
	text := "Visa card 4539 5787 6362 1486, and 4539578763621486"
	engines := worker.Only(engine(t))
	request := json.RawMessage(`{"text":"` + text + `","sensitiveTypeIds":["` + cardType + `"]}`)
	if _, err := worker.Classifier(engines, worker.Most{Matches: 1}, met).Run(t.Context(), &jobs.Job{Request: request}); err != nil {
		t.Fatal(err)
	}
	x := extract.New(extract.Options{})
	defer x.Close()
	if _, err := worker.FileClassifier(engines, x, extract.Limits{}, worker.Most{}, met).Run(t.Context(), &jobs.Job{Request: fileRequest(t, []byte(text), `,"sensitiveTypeIds":["`+cardType+`"]`)}); err != nil {
		t.Fatal(err)
	}
	if err := testutil.GatherAndCompare(reg, strings.NewReader(`
# HELP classifyd_detections_total Matches that runs of this process found, by the name of the sensitive type; those of tenants' own types count as one, "own".
# TYPE classifyd_detections_total counter
classifyd_detections_total{type="Credit Card Number"} 4
`)); err != nil {
		t.Error(err)
	}
}
