package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strconv"
	"time"
)

// A call is one request that can be sent more than once.
type call struct {
	method string
	path   string // below dataClassification, with the query
	header map[string]string
	body   func() (body io.Reader, mediaType string) // a new one for each attempt; nil for none
}

// do sends cl until it is answered for good and reads the answer into out,
// unless that is nil.
func (c *Client) do(ctx context.Context, cl call, out any) (*http.Response, error) {
	for attempt := 1; ; attempt++ {
		resp, err := c.try(ctx, cl, out)
		if attempt > 1 && cl.method == http.MethodDelete && notFound(err) {
			return resp, nil // an attempt whose answer was lost has done it
		}
		if err == nil || ctx.Err() != nil || attempt >= c.attempts || !worthRetrying(err) {
			return resp, err
		}
		if !pause(ctx, backoff(resp, attempt)) {
			return resp, err
		}
	}
}

// try sends cl once. Whatever it returns, the answer's body is read and closed.
func (c *Client) try(ctx context.Context, cl call, out any) (*http.Response, error) {
	resp, err := c.open(ctx, cl)
	if err != nil {
		return resp, err
	}
	defer resp.Body.Close()
	if out == nil || resp.StatusCode == http.StatusNotModified {
		_, err = io.Copy(io.Discard, resp.Body) // so that the connection can be used again
		return resp, err
	}
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		return resp, fmt.Errorf("read the answer: %w", err)
	}
	if err := json.Unmarshal(b, out); err != nil {
		return resp, errNotJSON // what the decoder says may quote a result
	}
	return resp, nil
}

var errNotJSON = errors.New("the answer is not what a classifyd service would send")

// open sends cl once and returns the answer with its body to be read, or, when
// it is not a success, read already.
func (c *Client) open(ctx context.Context, cl call) (*http.Response, error) {
	header := http.Header{"Accept": {"application/json"}}
	for name, value := range cl.header {
		header.Set(name, value)
	}
	if c.token != nil {
		token, err := c.token(ctx)
		if err != nil {
			return nil, errors.Join(errToken, err)
		}
		header.Set("Authorization", "Bearer "+token)
	}
	var body io.Reader
	if cl.body != nil {
		var mediaType string
		body, mediaType = cl.body()
		header.Set("Content-Type", mediaType)
	}
	req, err := http.NewRequestWithContext(ctx, cl.method, c.base+cl.path, body)
	if err != nil {
		return nil, err
	}
	req.Header = header
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, err
	}
	if resp.StatusCode >= 300 && resp.StatusCode != http.StatusNotModified {
		defer resp.Body.Close()
		return resp, readError(resp)
	}
	return resp, nil
}

var errToken = errors.New("no token to call with")

func notFound(err error) bool {
	e, ok := errors.AsType[*Error](err)
	return ok && e.Status == http.StatusNotFound
}

// worthRetrying reports whether err may be another one next time.
func worthRetrying(err error) bool {
	if e, ok := errors.AsType[*Error](err); ok {
		switch e.Status {
		case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
			return true
		}
		return false
	}
	return !errors.Is(err, errNotJSON) && !errors.Is(err, errToken)
}

const (
	firstBackoff = 250 * time.Millisecond
	mostBackoff  = 10 * time.Second
)

// backoff is how long to wait after an attempt: what the answer asks for, or a
// random time up to a bound that doubles ("full jitter").
func backoff(resp *http.Response, attempt int) time.Duration {
	if d := retryAfter(resp); d > 0 {
		return d
	}
	return rand.N(min(firstBackoff<<min(attempt-1, 10), mostBackoff))
}

// retryAfter is what an answer asks for, 0 when it does not.
func retryAfter(resp *http.Response) time.Duration {
	if resp == nil {
		return 0
	}
	value := resp.Header.Get("Retry-After")
	if n, err := strconv.Atoi(value); err == nil {
		return time.Duration(max(0, min(n, 24*3600))) * time.Second
	}
	if at, err := http.ParseTime(value); err == nil {
		return max(0, time.Until(at))
	}
	return 0
}

// pause waits. It returns false at once when ctx would end before.
func pause(ctx context.Context, d time.Duration) bool {
	if end, ok := ctx.Deadline(); ok && time.Until(end) < d {
		return false
	}
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return true
	case <-ctx.Done():
		return false
	}
}
