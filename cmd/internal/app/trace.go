package app

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace"
	"go.opentelemetry.io/otel/sdk/resource"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
)

// flushTime is how long the last spans may take to leave at the end.
const flushTime = 2 * time.Second

// openTraces sends spans over OTLP to --otlp-endpoint, in the background. It
// does not connect: a collector that is away costs spans and nothing else.
func (a *App) openTraces(ctx context.Context) (*sdktrace.TracerProvider, error) {
	// A key of the collector is no word for a command line, so that it comes
	// from where other programs with OpenTelemetry have it.
	headers := cmp.Or(os.Getenv("OTEL_EXPORTER_OTLP_TRACES_HEADERS"), os.Getenv("OTEL_EXPORTER_OTLP_HEADERS"))
	c, err := openCollector(a.opts.OTLPEndpoint.URL, headers)
	if err != nil {
		return nil, fmt.Errorf("--otlp-endpoint: %w", err)
	}
	exporter, err := otlptrace.New(ctx, c)
	if err != nil {
		return nil, fmt.Errorf("--otlp-endpoint: %w", err)
	}
	p := sdktrace.NewTracerProvider(
		sdktrace.WithBatcher(exporter),
		sdktrace.WithResource(resource.NewSchemaless(attribute.String("service.name", "classifyd"), attribute.String("classifyd.role", a.opts.Role))),
		// What its producer follows is followed on, whatever the share.
		sdktrace.WithSampler(sdktrace.ParentBased(sdktrace.TraceIDRatioBased(a.opts.OTLPShare))),
	)
	a.close = append(a.close, func() error {
		ctx, cancel := context.WithTimeout(context.Background(), flushTime)
		defer cancel()
		if err := p.Shutdown(ctx); err != nil {
			a.log.Warn("last spans not sent", "error", hideURL(err))
		}
		return nil
	})
	return p, nil
}

// hideURL takes out of an error the URL, which may hold a password.
func hideURL(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}
