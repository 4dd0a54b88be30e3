package api

import (
	"bytes"
	"cmp"
	"net/http"
	"slices"
	"strconv"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/common/expfmt"
)

// metrics are what an API tells of its requests. A path stands in them as the
// name of its route, since clients choose paths; the requests of a batch count
// each, and the batch too.
type metrics struct {
	requests *prometheus.CounterVec   // by route, method and status
	took     *prometheus.HistogramVec // by route
	streams  prometheus.Gauge

	uncounted prometheus.Counter
	unaudited prometheus.Counter
}

// newMetrics registers the metrics with r, if there is one.
func newMetrics(r prometheus.Registerer) *metrics {
	auto := promauto.With(r)
	return &metrics{
		requests: auto.NewCounterVec(prometheus.CounterOpts{
			Name: "classifyd_http_requests_total",
			Help: "Requests that were answered, by route, method and status; status 0 went without an answer.",
		}, []string{"route", "method", "status"}),
		took: auto.NewHistogramVec(prometheus.HistogramOpts{
			Name:    "classifyd_http_request_duration_seconds",
			Help:    "Time from a request's header to the end of its answer, by route. Waiting as asked is in it, streams are not.",
			Buckets: []float64{.001, .0025, .005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60},
		}, []string{"route"}),
		streams: auto.NewGauge(prometheus.GaugeOpts{
			Name: "classifyd_http_streams_open",
			Help: "Streams of events that clients follow.",
		}),
		uncounted: auto.NewCounter(prometheus.CounterOpts{
			Name: "classifyd_http_uncounted_total",
			Help: "Requests that no rate limit was asked about, since Redis did not answer. Of these reads went on.",
		}),
		unaudited: auto.NewCounter(prometheus.CounterOpts{
			Name: "classifyd_http_unaudited_total",
			Help: "Entries that are missing in the audit log.",
		}),
	}
}

// methods have names of their own in metrics. HTTP lets clients invent more.
var methods = []string{
	http.MethodGet, http.MethodHead, http.MethodPost, http.MethodPut, http.MethodPatch, http.MethodDelete, http.MethodOptions,
}

// answered counts a request at its end.
func (m *metrics) answered(method string, c *call, status int, took time.Duration) {
	if !slices.Contains(methods, method) {
		method = "other"
	}
	route := cmp.Or(c.route, "none")
	m.requests.WithLabelValues(route, method, strconv.Itoa(status)).Inc()
	if !c.stream {
		m.took.WithLabelValues(route).Observe(took.Seconds())
	}
}

// exposition answers with all metrics of the process in Prometheus' text format.
func (a *api) exposition(w http.ResponseWriter, r *http.Request) error {
	families, err := a.gather.Gather()
	if err != nil {
		return err
	}
	format := expfmt.NewFormat(expfmt.TypeTextPlain)
	var buf bytes.Buffer
	enc := expfmt.NewEncoder(&buf, format)
	for _, f := range families {
		if err := enc.Encode(f); err != nil {
			return err
		}
	}
	a.send(w, r, http.StatusOK, string(format), buf.Bytes())
	return nil
}
