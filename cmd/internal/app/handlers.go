package app

import (
	"log/slog"
	"net/http"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/worker"
	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/extract"
)

// handlers are what this process serves: the built-in types and those of --handler.
func handlers(o *Options, engine *classify.Engine, files *extract.Extractor) []jobs.Handler {
	most := worker.Most{Matches: o.MaxMatches, Explanations: o.MaxExplanations}
	hs := []jobs.Handler{worker.Classifier(engine, most), worker.FileClassifier(engine, files, o.limits(), most)}
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

// extractor is what gets the text out of files, to be closed at the end.
func extractor(o *Options, log *slog.Logger) *extract.Extractor {
	return extract.New(extract.Options{TempDir: o.TempDir, CacheDir: o.CacheDir, PDFs: o.PDFs, Log: log})
}

// limits are what o allows a file.
func (o *Options) limits() extract.Limits {
	return extract.Limits{
		Bytes:   o.ExtractBytes,
		Ratio:   o.ExtractRatio,
		Depth:   o.ExtractDepth,
		Members: o.ExtractMembers,
		Time:    o.ExtractTime,
	}
}
