// Package app puts the parts of classifyd together: it opens Redis, the queue,
// the detection engine and the API as its Options say, and starts and stops
// them in an order that loses nothing.
package app

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"os"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"
	"go.opentelemetry.io/otel/trace"
	"golang.org/x/net/netutil"

	"github.com/classifyd/classifyd/api"
	"github.com/classifyd/classifyd/api/limit"
	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/tenants"
	"github.com/classifyd/classifyd/worker"
	"github.com/classifyd/classifyd/worker/classify"
	"github.com/classifyd/classifyd/worker/classify/types"
)

const (
	// Once Stop is called, requests have shortly to end by themselves, then
	// those that wait for a job are answered with the job as it is.
	shortly    = 500 * time.Millisecond
	httpShould = 5 * time.Second
)

// Run is a process from start to stop: it ends when ctx does, with nil, or when
// a part fails.
func Run(ctx context.Context, o Options) error {
	o.Log = o.logger(os.Stderr)
	redis.SetLogger(redisLog{o.Log}) // the client has one for the whole process
	a, err := New(ctx, o)
	if err != nil {
		return err
	}
	return a.run(ctx)
}

func (a *App) run(ctx context.Context) (err error) {
	a.Start()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	if a.opts.MemoryLimit > 0 {
		go a.watchMemory(ctx, cancel)
	}
	select {
	case <-ctx.Done():
		if errors.Is(context.Cause(ctx), errOutgrown) {
			return context.Cause(ctx) // there is no time to stop in
		}
	case err = <-a.failed:
	}
	return errors.Join(err, a.Stop())
}

// App is one process of classifyd. New opens its parts, Start sets them going
// and Stop ends them.
type App struct {
	opts    Options
	log     *slog.Logger
	redis   *privateRedis // nil without --redis auto
	queue   *jobs.Queue
	tenants *tenants.Store
	close   []func() error // what New has opened, in order

	listener net.Listener // nil in a worker
	server   *http.Server
	requests context.CancelCauseFunc // ends what requests wait for

	metrics *prometheus.Registry
	debug   *http.Server // nil without --debug-listen
	debugAt net.Listener
	flight  *flight              // nil without --slow-run
	traces  trace.TracerProvider // nil without --otlp-endpoint

	handlers []jobs.Handler // nil in an API

	stopWork, stopSweeps context.CancelFunc // of nothing before Start
	busy, sweeping       sync.WaitGroup
	debugging            sync.WaitGroup
	failed               chan error // by what ended without being told to

	stop    sync.Once
	stopErr error
}

// New checks o and opens everything that it asks for, so that what can go
// wrong at start goes wrong here. It listens already; Start answers.
func New(ctx context.Context, o Options) (_ *App, err error) {
	if err := o.Validate(); err != nil {
		return nil, err
	}
	if o.Out == nil {
		o.Out = os.Stdout
	}
	a := &App{opts: o, log: o.logger(os.Stderr), metrics: newRegistry(), failed: make(chan error, 4),
		stopWork: func() {}, stopSweeps: func() {}}
	defer func() {
		if err != nil {
			err = errors.Join(err, a.closeAll())
		}
	}()

	ro, closeRedis, err := a.openRedis(ctx)
	if err != nil {
		return nil, err
	}
	a.close = append(a.close, closeRedis)
	if o.OTLPEndpoint.URL != nil {
		if a.traces, err = a.openTraces(ctx); err != nil {
			return nil, err
		}
	}
	qo := queueOptions(&o, ro, a.log)
	qo.Metrics, qo.Types, qo.Traces = a.metrics, o.types(), a.traces
	blobs, removeBlobs, err := openBlobs(ctx, &o)
	if err != nil {
		return nil, fmt.Errorf("--blob: %w", err)
	}
	if blobs != nil {
		qo.Blobs = blobs
	}
	if removeBlobs != nil {
		a.close = append(a.close, removeBlobs)
	}
	if o.EncryptionKeys != "" {
		if qo.Keys, err = openRings(o.EncryptionKeys, a.log); err != nil {
			return nil, err
		}
	}
	a.queue, err = jobs.Open(ctx, qo)
	if err != nil {
		return nil, fmt.Errorf("--redis: %w", err)
	}
	a.close = append(a.close, a.queue.Close)
	if err := a.checkRedis(ctx); err != nil {
		return nil, err
	}

	a.tenants, err = tenants.Open(tenants.Options{Redis: ro, Keys: qo.Keys, MaxTypes: o.MaxTypes})
	if err != nil {
		return nil, err
	}
	a.close = append(a.close, a.tenants.Close)

	engine, err := classify.New(types.All())
	if err != nil {
		return nil, fmt.Errorf("sensitive types: %w", err)
	}
	if o.SlowRun > 0 {
		if a.flight, err = openFlight(o.SlowRun); err != nil {
			return nil, err
		}
		a.close = append(a.close, a.flight.close)
	}
	if o.works() {
		met, err := worker.NewMetrics(a.metrics)
		if err != nil {
			return nil, err
		}
		files := extractor(&o, a.log)
		a.close = append(a.close, files.Close)
		a.handlers = handlers(&o, worker.OwnTypes(engine, a.tenants, a.log), files, met)
		if a.flight != nil {
			for i, h := range a.handlers {
				a.handlers[i] = a.flight.watch(h)
			}
		}
	}
	if o.serves() {
		if err := a.listen(engine, ro); err != nil {
			return nil, err
		}
	}
	if o.DebugListen != "" {
		if err := a.listenDebug(); err != nil {
			return nil, err
		}
	}
	return a, nil
}

func (a *App) listen(engine *classify.Engine, ro *redis.UniversalOptions) error {
	a.listener = a.opts.Listener
	if a.listener == nil {
		addr, err := net.ResolveTCPAddr("tcp", a.opts.Listen)
		if err != nil {
			return fmt.Errorf("--listen: %w", err)
		}
		if err := a.opts.mayListen(addr); err != nil {
			return err
		}
		l, err := net.ListenTCP("tcp", addr)
		if err != nil {
			return fmt.Errorf("--listen: %w", err)
		}
		a.listener = l
	}
	if a.opts.MaxConnections > 0 {
		a.listener = netutil.LimitListener(a.listener, a.opts.MaxConnections)
	}
	a.close = append(a.close, closing(a.listener))
	authenticate, err := a.authenticator()
	if err != nil {
		return err
	}
	audited, err := a.openAudit(ro)
	if err != nil {
		return err
	}
	limits, err := limit.Open(limit.Options{Redis: ro, Tenant: a.opts.TenantRate, Caller: a.opts.CallerRate})
	if err != nil {
		return err
	}
	a.close = append(a.close, limits.Close)
	ctx, cancel := context.WithCancelCause(context.Background())
	a.requests = cancel
	var gather prometheus.Gatherer
	if a.opts.DebugListen == "" {
		gather = a.metrics
	}
	handler := api.New(api.Options{
		Queue:          a.queue,
		Catalogue:      catalogue{engine},
		Tenants:        a.tenants,
		Log:            a.log,
		Ready:          a.ready,
		Metrics:        a.metrics,
		Gather:         gather,
		Traces:         a.traces,
		Authenticate:   authenticate,
		Limit:          limits,
		Audit:          audited,
		MaxText:        int(a.opts.MaxText),
		MaxFile:        int64(a.opts.MaxFile),
		TrustForwarded: a.opts.TrustForwarded,
		Origins:        a.opts.CORSOrigin,
		NoPage:         a.opts.NoPage,
		SignIn:         a.opts.signIn(),
	})
	a.server = api.NewServer(handler, api.ServerOptions{
		Log: a.log, HeaderTime: a.opts.HeaderTime, RequestTime: a.opts.RequestTime, IdleTime: a.opts.IdleTime, MaxHeader: a.opts.MaxHeader,
	})
	if a.opts.TLSCert != "" {
		cert, err := keyPair(a.opts.TLSCert, a.opts.TLSKey, a.log)
		if err != nil {
			return err
		}
		a.server.TLSConfig = &tls.Config{
			GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) { return cert.get(), nil },
			MinVersion:     tls.VersionTLS12,
		}
		if err := a.opts.withClients(a.server.TLSConfig); err != nil {
			return err
		}
	}
	if a.opts.H2C {
		a.server.Protocols = new(http.Protocols)
		a.server.Protocols.SetHTTP1(true)
		a.server.Protocols.SetUnencryptedHTTP2(true)
	}
	a.server.BaseContext = func(net.Listener) context.Context { return ctx }
	return nil
}

// closing closes a listener at the end. Serve has closed it already, unless it
// was never called.
func closing(l net.Listener) func() error {
	return func() error {
		if err := l.Close(); !errors.Is(err, net.ErrClosed) {
			return err
		}
		return nil
	}
}

// Addr is where the API listens, empty in a worker.
func (a *App) Addr() string {
	if a.listener == nil {
		return ""
	}
	return a.listener.Addr().String()
}

// Start sets every part going and returns at once. Call it once.
func (a *App) Start() {
	a.greet()
	working, stopWork := context.WithCancel(context.Background())
	swept, stopSweeps := context.WithCancel(context.Background())
	a.stopWork, a.stopSweeps = stopWork, stopSweeps
	if a.server != nil {
		a.busy.Go(func() {
			if err := a.serve(); !errors.Is(err, http.ErrServerClosed) {
				a.failed <- fmt.Errorf("serve: %w", err)
			}
		})
	}
	if a.debug != nil {
		a.debugging.Go(func() {
			if err := a.debug.Serve(a.debugAt); !errors.Is(err, http.ErrServerClosed) {
				a.failed <- fmt.Errorf("serve --debug-listen: %w", err)
			}
		})
	}
	if a.handlers != nil {
		a.busy.Go(func() {
			if err := a.queue.Work(working, a.handlers); err != nil {
				a.failed <- err
			}
		})
	}
	a.sweeping.Go(func() {
		if err := a.queue.Maintain(swept); err != nil {
			a.failed <- err
		}
	})
}

func (a *App) serve() error {
	if a.server.TLSConfig != nil {
		return a.server.ServeTLS(a.listener, "", "") // New has read the files
	}
	return a.server.Serve(a.listener)
}

// Stop ends what Start has begun. It takes no further requests and no further
// jobs, lets the former go on for a short time and the latter for Options.Grace,
// and closes what New has opened; without Start, only that. A second call returns what the first did.
func (a *App) Stop() error {
	a.stop.Do(func() {
		a.log.Info("stopping")
		a.stopWork()
		err := a.shutdown()
		a.busy.Wait()
		// Until its last job has left it, this process may be the only one to sweep.
		a.stopSweeps()
		a.sweeping.Wait()
		if a.debug != nil {
			// Last, so that the end can be watched.
			err = errors.Join(err, a.debug.Close())
			a.debugging.Wait()
		}
		a.stopErr = errors.Join(err, a.closeAll())
	})
	return a.stopErr
}

func (a *App) shutdown() error {
	if a.server == nil {
		return nil
	}
	end := func() { a.requests(api.ErrStopping) }
	defer end()
	t := time.AfterFunc(shortly, end)
	defer t.Stop()
	ctx, cancel := context.WithTimeout(context.Background(), httpShould)
	defer cancel()
	err := a.server.Shutdown(ctx)
	if errors.Is(err, context.DeadlineExceeded) {
		// A client that does not come to an end is no failure of this process.
		a.log.Warn("requests cut off", "after", httpShould)
		return a.server.Close()
	}
	return err
}

func (a *App) closeAll() error {
	var errs []error
	for i := len(a.close) - 1; i >= 0; i-- {
		errs = append(errs, a.close[i]())
	}
	a.close = nil
	return errors.Join(errs...)
}
