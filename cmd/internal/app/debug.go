package app

import (
	"fmt"
	"net"
	"net/http"
	"net/http/pprof"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/prometheus/client_golang/prometheus/promhttp"

	"github.com/classifyd/classifyd/api"
)

// newRegistry holds the metrics of one process, its own health among them.
func newRegistry() *prometheus.Registry {
	r := prometheus.NewRegistry()
	r.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	return r
}

// listenDebug opens the listener for operators. It has no authentication: who
// reaches it may see what it serves.
func (a *App) listenDebug() error {
	l, err := net.Listen("tcp", a.opts.DebugListen)
	if err != nil {
		return fmt.Errorf("--debug-listen: %w", err)
	}
	a.debugAt = l
	a.close = append(a.close, closing(l))
	mux := http.NewServeMux()
	mux.Handle("GET /metrics", promhttp.HandlerFor(a.metrics, promhttp.HandlerOpts{EnableOpenMetrics: true})) // which has exemplars
	mux.HandleFunc("GET /debug/pprof/", pprof.Index)
	mux.HandleFunc("GET /debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("GET /debug/pprof/trace", pprof.Trace)
	if a.flight != nil {
		mux.HandleFunc("GET /debug/flight", a.flight.now)
		mux.HandleFunc("GET /debug/flight/slow", a.flight.ofSlow)
	}
	a.debug = api.NewServer(mux, api.ServerOptions{Log: a.log})
	return nil
}
