package app

import (
	"log/slog"
	"net/http"
	"slices"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/worker"
	"github.com/classifyd/classifyd/worker/extract"
)

// handlers are what this process serves: the built-in types and those of --handler.
func handlers(o *Options, engines worker.Engines, files *extract.Extractor, met *worker.Metrics) []jobs.Handler {
	most := worker.Most{Matches: o.MaxMatches, Explanations: o.MaxExplanations}
	hs := []jobs.Handler{worker.Classifier(engines, most, met), worker.FileClassifier(engines, files, o.limits(), most, met)}
	if len(o.Handler) > 0 {
		tr := o.transport()
		for _, r := range o.Handler {
			hs = append(hs, worker.Remote(r.Type, r.Endpoint, tr))
		}
	}
	for i := range hs {
		if len(o.MaskMatches) > 0 {
			hs[i] = worker.Masked(hs[i], o.masks)
		}
		hs[i].Limit = o.TypeLimit[hs[i].Type]
	}
	return hs
}

// masks reports whether a tenant's results do not have matched text in full.
func (o *Options) masks(t jobs.Tenant) bool {
	return slices.Contains(o.MaskMatches, allTenants) || slices.Contains(o.MaskMatches, string(t))
}

// allTenants stands for every tenant among those of --mask-matches.
const allTenants = "all"

// types are the job types that o knows.
func (o *Options) types() []string {
	types := []string{worker.ClassifyText, worker.ClassifyFile}
	for _, r := range o.Handler {
		types = append(types, r.Type)
	}
	return types
}

// transport reaches handlers over one connection for each job that runs; with
// the default of two it would dial anew for most of them.
func (o *Options) transport() *http.Transport {
	tr := http.DefaultTransport.(*http.Transport).Clone()
	tr.MaxIdleConnsPerHost = o.Concurrency
	return tr
}

// extractor is what gets the text out of files, to be closed at the end.
func extractor(o *Options, log *slog.Logger) *extract.Extractor {
	eo := extract.Options{TempDir: o.TempDir, CacheDir: o.CacheDir, PDFs: o.PDFs, Log: log}
	if o.OCR.URL != nil {
		eo.OCR = worker.OCR(o.OCR.URL, o.transport())
	}
	return extract.New(eo)
}

// limits are what o allows a file.
func (o *Options) limits() extract.Limits {
	return extract.Limits{
		Bytes:   int64(o.ExtractBytes),
		Ratio:   o.ExtractRatio,
		Depth:   o.ExtractDepth,
		Members: o.ExtractMembers,
		Time:    o.ExtractTime,
	}
}
