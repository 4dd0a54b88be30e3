package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	tracepb "go.opentelemetry.io/proto/otlp/trace/v1"
	"google.golang.org/protobuf/proto"
)

const (
	collectTime  = 10 * time.Second // of one request
	firstPause   = 5 * time.Second  // before spans are sent again, twice as long each time
	longestPause = 30 * time.Second
)

// A collector takes spans as OTLP over HTTP has them, in binary protobuf:
// https://opentelemetry.io/docs/specs/otlp/#otlphttp. The SDK's own client does
// so, too, but brings all of gRPC for the name of one message.
type collector struct {
	at     string
	header http.Header
	http   *http.Client
}

// openCollector is one at a base URL, and headers in the form of
// OTEL_EXPORTER_OTLP_HEADERS, such as a collector's key.
func openCollector(base *url.URL, headers string) (*collector, error) {
	c := &collector{
		// OTLP's specification has a collector's base URL extended so.
		at:     base.JoinPath("v1", "traces").String(),
		header: http.Header{"Content-Type": {"application/x-protobuf"}},
		http:   &http.Client{Timeout: collectTime},
	}
	for pair := range strings.SplitSeq(headers, ",") {
		if pair = strings.TrimSpace(pair); pair == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		value, err := url.PathUnescape(strings.TrimSpace(value))
		if name = strings.TrimSpace(name); !ok || name == "" || err != nil {
			return nil, errors.New("OTEL_EXPORTER_OTLP_HEADERS must be name=value, with commas between")
		}
		c.header.Set(name, value)
	}
	return c, nil
}

// Start and Stop are for a client with a connection of its own.
func (c *collector) Start(context.Context) error { return nil }
func (c *collector) Stop(context.Context) error  { return nil }

// UploadTraces sends spans until they are taken or refused, or ctx ends.
func (c *collector) UploadTraces(ctx context.Context, spans []*tracepb.ResourceSpans) error {
	// On the wire this is what the request is.
	body, err := proto.Marshal(&tracepb.TracesData{ResourceSpans: spans})
	if err != nil {
		return err
	}
	for pause := firstPause; ; pause = min(2*pause, longestPause) {
		after, err := c.send(ctx, body)
		if err == nil || after < 0 {
			return err
		}
		select {
		case <-time.After(max(after, pause/2+rand.N(pause/2))):
		case <-ctx.Done():
			return err
		}
	}
}

// send sends spans once. What failed is worth another try after a while, unless
// that is negative.
func (c *collector) send(ctx context.Context, body []byte) (after time.Duration, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, c.at, bytes.NewReader(body))
	if err != nil {
		return -1, hideURL(err)
	}
	req.Header = c.header.Clone()
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, hideURL(err)
	}
	defer resp.Body.Close()
	_, _ = io.CopyN(io.Discard, resp.Body, 64<<10) // so that the connection can be used again
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		seconds, _ := strconv.Atoi(resp.Header.Get("Retry-After"))
		return max(0, time.Duration(seconds)*time.Second), fmt.Errorf("the collector answered %s", resp.Status)
	}
	if resp.StatusCode/100 != 2 {
		return -1, fmt.Errorf("the collector answered %s", resp.Status)
	}
	return 0, nil
}
