// Package worker goes from a job to its result.
//
// Each handler serves one job type: Classifier and FileClassifier find sensitive
// information in a text or in a file with the engine of package classify and the
// readers of package extract, and for a tenant with types of its own look for
// these too; Remote asks a customer's own classifier over HTTP, and OCR one's own
// reader of pictures. What surrounds a run - claiming, time limits, retries,
// cancelling, settling - is the business of package jobs.
//
// An error of a handler never carries submitted content or matched text.
package worker
