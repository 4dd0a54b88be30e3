package worker

import (
	"github.com/prometheus/client_golang/prometheus"

	"github.com/classifyd/classifyd/worker/classify"
)

// Metrics count what the handlers of a process find. Nil counts nothing.
type Metrics struct {
	detections *prometheus.CounterVec // by type
}

// NewMetrics registers with r what a process tells of its findings.
func NewMetrics(r prometheus.Registerer) (*Metrics, error) {
	m := &Metrics{detections: prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "classifyd_detections_total",
		Help: "Matches that runs of this process found, by the name of the sensitive type; those of tenants' own types count as one, \"own\".",
	}, []string{"type"})}
	return m, r.Register(m.detections)
}

// ownType stands for every tenant's own types: their names are the tenants',
// and without a bound.
const ownType = "own"

// found counts the matches of one run.
func (m *Metrics) found(r *classify.Result) {
	if m == nil {
		return
	}
	for _, f := range r.Findings {
		name := f.Type.Name
		if f.Type.Tenant {
			name = ownType
		}
		m.detections.WithLabelValues(name).Add(float64(f.Count))
	}
}
