package wire_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/classifyd/classifyd/api/wire"
)

// FuzzParseBatch feeds arbitrary envelopes. What is taken can be run: it has
// an order in which each request comes after those it depends on.
func FuzzParseBatch(f *testing.F) {
	f.Add([]byte(`{"requests":[{"id":"1","method":"GET","url":"/a"},{"id":"2","method":"post","url":"b","dependsOn":["1"],"headers":{"A":"b"},"body":{"c":[]}}]}`))
	f.Add([]byte(`{"requests":[{"id":"1","method":"PUT","url":"/","body":"e30"},{"id":"A","method":"GET","url":"x","dependsOn":["1","1"]}]}`))
	f.Add([]byte(`{"requests":[{"id":"1","method":"GET","url":"/","dependsOn":["2"]},{"id":"2","method":"GET","url":"/","dependsOn":["1"]}]}`))
	f.Add([]byte(`{"requests":[{"id":"a","method":"GET","url":"/","body":"-_-_"},{"id":"A","method":"GET","url":"/"}]}`))
	f.Add([]byte(`{"requests":[null,{},[]],"requests":1}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := wire.ParseBatch(data)
		if err != nil {
			if _, ok := errors.AsType[*wire.InvalidError](err); !ok {
				t.Fatalf("error of type %T", err)
			}
			return
		}
		if len(list) == 0 || len(list) > wire.MaxBatch {
			t.Fatalf("%d requests", len(list))
		}
		ids := map[string]bool{}
		done := make([]bool, len(list))
		for range list { // in each round one more can run
			for i, r := range list {
				ready := true
				for _, n := range r.After {
					ready = ready && done[n]
				}
				done[i] = done[i] || ready
			}
		}
		for i, r := range list {
			if !done[i] {
				t.Errorf("request %d can never run", i)
			}
			if id := strings.ToLower(r.ID); id == "" || ids[id] || r.Method != strings.ToUpper(r.Method) || r.URL == "" {
				t.Errorf("request %d is %+v", i, r)
			} else {
				ids[id] = true
			}
		}
	})
}
