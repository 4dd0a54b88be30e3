// Package load drives a running service at a fixed rate and tells how long it
// took to answer.
//
// The load is open: requests start when they are due, whether or not those
// before them were answered, and each one's latency counts from when it was
// due. A service that stalls thus shows in every request of that time, where a
// client that waits for answers would have sent fewer and seen little.
package load

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

// Command is the command that drives a service.
type Command struct {
	URL      *url.URL          `required:"" placeholder:"URL" help:"Address of the service, such as http://127.0.0.1:8080."`
	Rate     float64           `default:"100" help:"Requests a second."`
	Duration time.Duration     `default:"30s" help:"How long to send."`
	Wait     time.Duration     `default:"0s" help:"Have the service hold each answer until its job has ended, for so long at most; an answer without the end is an error. 0s: until the job is accepted."`
	Size     int               `default:"200" help:"Bytes of text in a job."`
	InFlight int               `default:"1000" help:"Requests under way at most. Those above it wait, and their latency counts on."`
	Timeout  time.Duration     `default:"10s" help:"For one answer, on top of --wait."`
	Header   map[string]string `mapsep:"none" placeholder:"NAME=VALUE" help:"A header to send. Repeatable."`
	Plot     string            `placeholder:"FILE" default:"latency.svg" help:"Where to draw the latencies, as .svg or .png; empty: nowhere."`
}

// Validate names the flag that cannot stand.
func (c *Command) Validate() error {
	switch {
	case c.URL != nil && (c.URL.Host == "" || c.URL.Scheme != "http" && c.URL.Scheme != "https"):
		return errors.New("--url: must be an http or https URL")
	case !(c.Rate > 0 && c.Rate <= 1e6):
		return errors.New("--rate: must be above 0 and at most 1000000")
	case c.Duration <= 0 || c.Rate*c.Duration.Seconds() > maxRequests:
		return fmt.Errorf("--duration: must be positive, and make at most %d requests with --rate", maxRequests)
	case c.Wait < 0 || c.Wait > time.Minute || c.Wait%time.Second != 0:
		return errors.New("--wait: must be whole seconds, at most 1m")
	case c.Size < 1 || c.Size > 1<<20:
		return errors.New("--size: must be from 1 to 1048576")
	case c.InFlight < 1:
		return errors.New("--in-flight: must be at least 1")
	case c.Timeout <= 0:
		return errors.New("--timeout: must be positive")
	case c.Plot != "" && !strings.HasSuffix(c.Plot, ".svg") && !strings.HasSuffix(c.Plot, ".png"):
		return errors.New("--plot: must end in .svg or .png")
	}
	return nil
}

// maxRequests is how many a run can have: each is kept until the end.
const maxRequests = 20_000_000

// Run sends the load and prints what became of it. It is an error when no
// request succeeded.
func (c *Command) Run(ctx context.Context) error {
	t := &target{client: http.Client{
		Timeout: c.Timeout + c.Wait,
		Transport: &http.Transport{Proxy: http.ProxyFromEnvironment, MaxIdleConnsPerHost: c.InFlight, MaxConnsPerHost: c.InFlight,
			ForceAttemptHTTP2: true},
	}, url: c.URL.JoinPath("beta/dataClassification/jobs").String(), header: http.Header{}, wait: c.Wait, body: job(c.Size)}
	for name, value := range c.Header {
		t.header.Set(name, value)
	}
	run := start(c.Rate, c.Duration, c.InFlight, t.create)
	report := run.report(os.Stderr)
	run.send(ctx)
	report()
	r := run.result()
	if err := r.writeText(os.Stdout); err != nil {
		return err
	}
	if c.Plot != "" && len(r.samples) > 0 {
		if err := r.plot(c.Plot); err != nil {
			return fmt.Errorf("--plot: %w", err)
		}
	}
	if len(r.samples) == r.failed() {
		return errors.New("no request succeeded")
	}
	return nil
}

// job is a create call's body with a text of so many bytes.
func job(size int) []byte {
	const words = "the invoice was paid by card 4111 1111 1111 1111, expires 12/29; "
	text := strings.Repeat(words, size/len(words)+1)[:size]
	return []byte(`{"type":"classifyText","request":{"text":"` + text + `"}}`)
}

// A target is the service under load.
type target struct {
	client http.Client
	url    string
	header http.Header
	wait   time.Duration
	body   []byte
}

// create posts a job and returns what was wrong with the answer, in few words
// that many answers share, or "".
func (t *target) create(ctx context.Context) string {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, t.url, bytes.NewReader(t.body))
	if err != nil {
		return "bad request"
	}
	req.Header = t.header.Clone()
	req.Header.Set("Content-Type", "application/json")
	if t.wait > 0 {
		req.Header.Set("Prefer", "wait="+strconv.Itoa(int(t.wait/time.Second)))
	}
	res, err := t.client.Do(req)
	if err != nil {
		return failure(ctx, err)
	}
	defer res.Body.Close()
	var answer struct{ Status string }
	body, err := io.ReadAll(res.Body)
	switch {
	case err != nil:
		return failure(ctx, err)
	case res.StatusCode != http.StatusCreated:
		return "status " + strconv.Itoa(res.StatusCode)
	case json.Unmarshal(body, &answer) != nil:
		return "answer is no job"
	case t.wait == 0 || answer.Status == "succeeded":
		return ""
	}
	return "job " + answer.Status
}

// failure names the kind of err: its text would have an address in it.
func failure(ctx context.Context, err error) string {
	var timeout net.Error
	switch {
	case ctx.Err() != nil:
		return "interrupted"
	case errors.As(err, &timeout) && timeout.Timeout():
		return "timeout"
	}
	if op, ok := errors.AsType[*net.OpError](err); ok {
		return op.Op + " failed"
	}
	return "connection broke"
}
