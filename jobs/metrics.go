package jobs

import (
	"context"
	"errors"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
)

// otherType stands in a metric for every job type that this process does not
// serve: clients choose those, so that their number has no bound.
const otherType = "other"

// scrapeTime is how long a scrape may wait for Redis.
const scrapeTime = time.Second

// metrics are what a process tells of its own work, and the depth of the lanes,
// which every process tells alike. They name no tenant, job or content.
type metrics struct {
	submissions *prometheus.CounterVec   // by result
	runs        *prometheus.CounterVec   // by type and outcome
	runTime     *prometheus.HistogramVec // by type
	pickup      prometheus.Histogram
	underWay    prometheus.Gauge
	mended      *prometheus.CounterVec // by kind
	missed      prometheus.Counter     // heartbeats
	stuck       prometheus.Gauge
	blobs       *prometheus.CounterVec // by what was done
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
		stuck: prometheus.NewGauge(prometheus.GaugeOpts{
			Name: "classifyd_handlers_stuck",
			Help: "Handlers that ignore the end of their context; each holds a slot until it returns.",
		}),
	}
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
		m.submissions, m.runs, m.runTime, m.pickup, m.underWay, m.mended, m.missed, m.stuck, m.blobs, depths{q},
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
	case ok && busy.Tenant:
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
		m.pickup.Observe(j.Started.Sub(j.Created).Seconds())
	}
}

// ended counts a run that was settled.
func (m *metrics) ended(jobType, outcome string, took time.Duration) {
	m.underWay.Dec()
	m.runs.WithLabelValues(jobType, outcome).Inc()
	m.runTime.WithLabelValues(jobType).Observe(took.Seconds())
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

// depths tells how many jobs wait in each lane, as Redis says at the scrape:
// the length of a list for each shard, whatever there is in it.
type depths struct{ q *Queue }

var depthDesc = prometheus.NewDesc("classifyd_queue_depth",
	"Jobs that wait in a lane, of all tenants and shards. Every process reports the same, so take the maximum and not the sum. Missing while Redis does not answer.",
	[]string{"lane"}, nil)

func (depths) Describe(out chan<- *prometheus.Desc) { out <- depthDesc }

func (d depths) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	pl := d.q.rdb.Pipeline()
	waiting := map[lane][]*redis.IntCmd{}
	for _, l := range lanes {
		for _, sh := range d.q.shards {
			waiting[l] = append(waiting[l], pl.LLen(ctx, sh.asynqKey(l, "pending")))
		}
	}
	if _, err := pl.Exec(ctx); err != nil {
		return // an error here would hide what the process itself knows
	}
	for l, counts := range waiting {
		var n int64
		for _, c := range counts {
			n += c.Val()
		}
		out <- prometheus.MustNewConstMetric(depthDesc, prometheus.GaugeValue, float64(n), string(l))
	}
}
