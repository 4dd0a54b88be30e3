package app

import (
	"net/http"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/worker"
)

// handlers are what this process serves: the built-in types and those of --handler.
func handlers(o *Options, engines worker.Engines) []jobs.Handler {
	hs := []jobs.Handler{worker.Classifier(engines), worker.FileClassifier(engines)}
	if len(o.Handler) > 0 {
		tr := http.DefaultTransport.(*http.Transport).Clone()
		// One connection for each job that runs; the default of two would
		// dial anew for most of them.
		tr.MaxIdleConnsPerHost = o.Concurrency
		for _, r := range o.Handler {
			hs = append(hs, worker.Remote(r.Type, r.Endpoint, tr))
		}
	}
	for i := range hs {
		hs[i].Limit = o.TypeLimit[hs[i].Type]
	}
	return hs
}
