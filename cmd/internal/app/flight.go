package app

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"runtime/trace"
	"sync"
	"time"

	"github.com/classifyd/classifyd/jobs"
)

const (
	flightTime  = 5 * time.Second  // that a flight recorder keeps, where flightBytes suffice
	flightBytes = 16 << 20         // that it keeps at most
	flightEvery = 30 * time.Second // between two that slow runs leave, at the least
)

// A flight keeps the last seconds of what the Go runtime did: which goroutine
// ran where, waited and for what. It holds no values, and so no content.
type flight struct {
	recorder *trace.FlightRecorder
	slow     time.Duration // a run that takes longer leaves a dump

	mu   sync.Mutex // guards all below, and the recorder, which writes one dump at a time
	last []byte     // of a slow run
	at   time.Time  // when that was
}

// openFlight starts the recorder. There is one in a process.
func openFlight(slow time.Duration) (*flight, error) {
	f := &flight{recorder: trace.NewFlightRecorder(trace.FlightRecorderConfig{MinAge: flightTime, MaxBytes: flightBytes}), slow: slow}
	if err := f.recorder.Start(); err != nil {
		return nil, fmt.Errorf("--slow-run: %w", err)
	}
	return f, nil
}

func (f *flight) close() error {
	f.recorder.Stop()
	return nil
}

// watch has h leave a dump when a run of it is slow, while that still runs.
func (f *flight) watch(h jobs.Handler) jobs.Handler {
	run := h.Run
	h.Run = func(ctx context.Context, j *jobs.Job) (*jobs.Result, error) {
		t := time.AfterFunc(f.slow, f.keep)
		defer t.Stop()
		return run(ctx, j)
	}
	return h
}

func (f *flight) keep() {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !f.at.IsZero() && time.Since(f.at) < flightEvery {
		return
	}
	var b bytes.Buffer
	if _, err := f.recorder.WriteTo(&b); err == nil {
		f.last, f.at = b.Bytes(), time.Now()
	}
}

// now answers with the last seconds as they are.
func (f *flight) now(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	w.Header().Set("Content-Type", "application/octet-stream")
	_, _ = f.recorder.WriteTo(w) // the client may be gone
}

// ofSlow answers with the seconds before the latest slow run was noticed.
func (f *flight) ofSlow(w http.ResponseWriter, _ *http.Request) {
	f.mu.Lock()
	dump, at := f.last, f.at
	f.mu.Unlock()
	if dump == nil {
		http.Error(w, "no run was slow yet", http.StatusNotFound)
		return
	}
	w.Header().Set("Content-Type", "application/octet-stream")
	w.Header().Set("Last-Modified", at.UTC().Format(http.TimeFormat))
	_, _ = w.Write(dump)
}
