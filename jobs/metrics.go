package jobs

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"go.opentelemetry.io/otel/trace"
)

// otherType stands in a metric for every job type that this process does not
// serve: clients choose those, so that their number has no bound.
const otherType = "other"

// metrics are what a process tells of its own work, and the depth of the lanes,
// which every process tells alike. They name no tenant, job or content.
type metrics struct {
	submissions *prometheus.CounterVec   // by result
	runs        *prometheus.CounterVec   // by type and outcome
	runTime     *prometheus.HistogramVec // by type
	pickup      prometheus.Histogram
	total       *prometheus.HistogramVec // by type
	ends        *prometheus.CounterVec   // by type and state
	passes      prometheus.Histogram
	calls       *calls
	underWay    prometheus.Gauge
	mended      *prometheus.CounterVec // by kind
	missed      prometheus.Counter     // heartbeats
	stuck       prometheus.Gauge
	blobs       *prometheus.CounterVec // by what was done
	unreadable  prometheus.Counter     // records
}

func newMetrics() *metrics {
	m := &metrics{
		submissions: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "classifyd_job_submissions_total",
			Help: "Valid submissions by result: created, repeat, clash, busy, limited when the tenant has too much queued, unavailable, or error for a mistake of the service.",
		}, []string{"result"}),
		runs: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "classifyd_job_runs_total",
			Help: "Runs that ended in this process, by job type and outcome: succeeded, failed, retry, handback when the process stopped, or gone when the job was canceled or taken over.",
		}, []string{"type", "outcome"}),
		runTime: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "classifyd_job_run_duration_seconds",
			Help:    "Time from the claim of a job until its run was settled, by job type.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300},
		}, []string{"type"}),
		pickup: prometheus.NewHistogram(prometheus.HistogramOpts{
			Name:    "classifyd_job_pickup_seconds",
			Help:    "Time from the creation of a job to its first start, by the clock of Redis.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600},
		}),
		underWay: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "classifyd_job_runs_under_way",
			Help: "Runs of this process that are not settled.",
		}),
		mended: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "classifyd_sweep_mended_total",
			Help: "What this process' sweeps did by kind: recovered from a lost worker, delivered when due, expired after retention; and repairs: strays in asynq, entries missing or stale, records undelivered, tasks of nobody, content of ended jobs, queues unknown to asynq, and broken records, which it only counts.",
		}, []string{"kind"}),
		missed: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "classifyd_heartbeat_failures_total",
			Help: "Heartbeats that Redis did not take; after 10 s without one a run is taken over.",
		}),
		unreadable: prometheus.NewCounter(prometheus.CounterOpts{
			Name: "classifyd_list_unreadable_total",
			Help: "Jobs that a listing of this process passed over since their records cannot be read, each time that one came by. classifyd doctor names them.",
		}),
		stuck: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "classifyd_handlers_stuck",
			Help: "Handlers that ignore the end of their context; each holds a slot until it returns.",
		}),
	}
	m.total = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name:    "classifyd_job_duration_seconds",
		Help:    "Time from the creation of a job to its end, of the jobs that runs of this process ended, by job type. Only where a job was started more than once does the clock of the process come in.",
		Buckets: []float64{.0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 300, 900, 3600, 14400, 86400},
	}, []string{"type"})
	m.ends = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "classifyd_jobs_ended_total",
		Help: "Jobs that this process ended, by job type and state: succeeded and failed by its runs, failed by its sweeps after too many lost workers, canceled by its callers. Those that expired before a start are not in it.",
	}, []string{"type", "state"})
	m.passes = prometheus.NewHistogram(prometheus.HistogramOpts{
		Name:    "classifyd_sweep_duration_seconds",
		Help:    "Time of a pass of this process' sweeps over one shard.",
		Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5},
	})
	m.calls = newCalls()
	m.blobs = prometheus.NewCounterVec(prometheus.CounterOpts{
		Name: "classifyd_blobs_total",
		Help: "Blobs by what this process did with them: put, deleted with the end of their job, or swept since no job had named them.",
	}, []string{"what"})
	// A rate needs the zero before the first event.
	for _, what := range []string{"put", "deleted", "swept"} {
		m.blobs.WithLabelValues(what)
	}
	for _, result := range []string{"created", "repeat", "clash", "busy", "limited", "unavailable", "error"} {
		m.submissions.WithLabelValues(result)
	}
	m.swept(Mended{})
	return m
}

// register adds the metrics of q to r.
func (m *metrics) register(r prometheus.Registerer, q *Queue) error {
	var errs []error
	for _, c := range []prometheus.Collector{
		m.submissions, m.runs, m.runTime, m.pickup, m.underWay, m.mended, m.missed, m.stuck, m.blobs, m.unreadable,
		m.total, m.ends, m.passes, m.calls.commands, m.calls.roundTrips, depths{q},
	} {
		errs = append(errs, r.Register(c))
	}
	return errors.Join(errs...)
}

// submitted counts one call of Submit. One that was invalid asked for no job.
func (m *metrics) submitted(created bool, err error) {
	result := "error"
	if _, ok := errors.AsType[*InvalidError](err); ok {
		return
	}
	busy, ok := errors.AsType[*BusyError](err)
	switch {
	case ok && busy.Tenant != nil:
		result = "limited"
	case ok:
		result = "busy"
	case errors.Is(err, ErrConflict):
		result = "clash"
	case errors.Is(err, ErrUnavailable):
		result = "unavailable"
	case err == nil && created:
		result = "created"
	case err == nil:
		result = "repeat"
	}
	m.submissions.WithLabelValues(result).Inc()
}

// started counts a run that begins.
func (m *metrics) started(j *Job) {
	m.underWay.Inc()
	if j.Attempts == 1 {
		observe(m.pickup, pickup(j), traced(j.Trace))
	}
}

// pickup is how long a job waited for its first start.
func pickup(j *Job) time.Duration { return j.Started.Sub(j.Created) }

// ended counts a run that was settled. Its trace stands beside the times.
func (m *metrics) ended(jobType, outcome string, j *Job, took time.Duration, sc trace.SpanContext) {
	m.underWay.Dec()
	m.runs.WithLabelValues(jobType, outcome).Inc()
	observe(m.runTime.WithLabelValues(jobType), took, sc)
	if !State(outcome).Done() {
		return
	}
	m.ends.WithLabelValues(jobType, outcome).Inc()
	total := pickup(j) + took
	if j.Attempts > 1 {
		total = max(0, time.Since(j.Created))
	}
	observe(m.total.WithLabelValues(jobType), total, sc)
}

// observe adds d to h, with the trace that it belongs to if that is collected.
func observe(h prometheus.Observer, d time.Duration, sc trace.SpanContext) {
	if e, ok := h.(prometheus.ExemplarObserver); ok && sc.IsSampled() {
		e.ObserveWithExemplar(d.Seconds(), prometheus.Labels{"trace_id": sc.TraceID().String()})
		return
	}
	h.Observe(d.Seconds())
}

// swept counts what a sweep put right.
func (m *metrics) swept(n Mended) {
	for kind, n := range n.kinds() {
		m.mended.WithLabelValues(kind).Add(float64(*n))
	}
}

// metricType is how metrics call a job type.
func (w *worker) metricType(t string) string {
	if w.handlers[t].Run == nil {
		return otherType
	}
	return t
}

// metricType is how metrics call the type of a job that this process does not
// run.
func (q *Queue) metricType(t string) string {
	if slices.Contains(q.opt.Types, t) {
		return t
	}
	return otherType
}

// gaveUp counts a job that ended since its workers did. Its record is read for
// its type alone.
func (q *Queue) gaveUp(ctx context.Context, n name) {
	tenant, id := n.split()
	if j, err := q.Get(ctx, tenant, id); err == nil {
		q.met.ends.WithLabelValues(q.metricType(j.Type), string(j.State)).Inc()
	}
}
