package crowd

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/classifyd/classifyd/cmd/hammer/history"
)

// A client calls as one tenant, one call at a time.
type client struct {
	crowd  *Crowd
	tenant int
	rand   *rand.Rand
}

func newClient(c *Crowd, tenant int, number uint64) *client {
	return &client{crowd: c, tenant: tenant, rand: rand.New(rand.NewPCG(c.opt.Seed, number))}
}

// patience is how long a client waits for an answer. The service promises one
// within two seconds, or what was asked for on top.
const patience = 10 * time.Second

const root = "/beta/dataClassification"

// An answer is what came back; with status 0, nothing did.
type answer struct {
	status int
	header http.Header
	body   []byte
}

// send sends one request to any of the APIs, as it is. Without an error there
// is a whole answer.
func (k *client) send(ctx context.Context, method, path string, header map[string]string, body string) answer {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	bases := k.crowd.opt.Bases
	req, err := http.NewRequestWithContext(ctx, method, bases[k.rand.IntN(len(bases))]+path, strings.NewReader(body))
	if err != nil {
		return answer{}
	}
	if body != "" {
		req.Header.Set("Content-Type", "application/json")
	}
	for name, value := range header {
		req.Header.Set(name, value)
	}
	if t := k.crowd.opt.Tenants[k.tenant].Token; t != "" {
		req.Header.Set("Authorization", "Bearer "+t)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return answer{}
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		// What came of a stream is still true.
		return answer{body: b}
	}
	return answer{res.StatusCode, res.Header, b}
}

// begin starts to take a call down; end completes it with its answer.
func (k *client) begin(kind history.Kind, id string) history.Call {
	return history.Call{Kind: kind, Tenant: k.name(), Job: id, From: k.crowd.opt.History.Now()}
}

func (k *client) name() string { return k.crowd.opt.Tenants[k.tenant].Name }

func (k *client) end(c history.Call, a answer) history.Call {
	c.To = k.crowd.opt.History.Now()
	c.Answer = a.status
	c.Again = a.header.Get("Retry-After") != ""
	switch {
	case a.status >= 400:
		c.Code = errorCode(a.body)
	case c.OK() && c.Kind != history.List && c.Kind != history.Count && a.status != http.StatusNoContent:
		var j view
		if err := json.Unmarshal(a.body, &j); err != nil || j.ID == "" {
			c.Answer, c.Code = -1, "answer is not a job"
			break
		}
		c.Job = j.ID
		c.Seen = []history.Job{j.job()}
	}
	return c
}

func (k *client) take(c history.Call) { k.crowd.opt.History.Add(c) }

// A view is a job on the wire.
type view struct {
	ID       string
	TenantID string
	Status   string
	ETag     string    `json:"@odata.etag"`
	Created  time.Time `json:"creationDateTime"`
	Started  time.Time `json:"startDateTime"`
	Ended    time.Time `json:"endDateTime"`
	Attempts int
	Result   json.RawMessage
}

func (v *view) job() history.Job {
	return history.Job{Tenant: v.TenantID, ID: v.ID, Status: v.Status, ETag: v.ETag, Attempts: v.Attempts,
		Created: v.Created, Started: v.Started, Ended: v.Ended, Result: string(v.Result)}
}

func errorCode(body []byte) string {
	var e struct {
		Error struct{ InnerError struct{ Code string } }
	}
	_ = json.Unmarshal(body, &e) // what is no error of ours has no code
	return e.Error.InnerError.Code
}

// request is the body of a create: a text, or a job that takes some time.
func (k *client) request(id string) string {
	var b strings.Builder
	b.WriteString("{")
	if id != "" {
		fmt.Fprintf(&b, `"id":%q,`, id)
	}
	if k.rand.IntN(4) == 0 {
		fmt.Fprintf(&b, `"priority":%q,`, []string{"low", "high"}[k.rand.IntN(2)])
	}
	if slow := k.crowd.opt.Slow; slow != "" && k.rand.IntN(2) == 0 {
		fmt.Fprintf(&b, `"type":%q,"request":{"millis":%d,"note":%q}}`, slow, k.rand.IntN(300), k.crowd.opt.Secret)
	} else {
		fmt.Fprintf(&b, `"type":"classifyText","request":{"text":"%s %d, card 4111 1111 1111 1111"}}`, k.crowd.opt.Secret, k.rand.IntN(1e9))
	}
	return b.String()
}

// create posts one job, by id, by key, or as an SDK that sends again does,
// until it is answered.
func (k *client) create(ctx context.Context) {
	j, header, key := k.newJob()
	k.post(ctx, j, header, key)
}

func (k *client) newJob() (j job, header map[string]string, key string) {
	j.tenant = k.tenant
	name := newID()
	switch k.rand.IntN(3) {
	case 0:
		j.id = name
		j.body = k.request(name)
		return j, map[string]string{}, ""
	case 1:
		header = map[string]string{"Idempotency-Key": name}
	default:
		header = map[string]string{"client-request-id": name, "Retry-Attempt": "1"}
	}
	j.body = k.request("")
	return j, header, name
}

// tries is how often a client sends what was not answered.
const tries = 8

func (k *client) post(ctx context.Context, j job, header map[string]string, key string) {
	for range tries {
		c := k.begin(history.Create, j.id)
		c.Key = key
		c = k.end(c, k.send(ctx, "POST", root+"/jobs", header, j.body))
		k.take(c)
		if !c.Unknown() {
			if c.OK() {
				if j.id == "" {
					j.body = "" // its name is a header's
				}
				j.id = c.Job
				k.crowd.remember(j)
			}
			return
		}
		sleep(ctx, time.Duration(50+k.rand.IntN(300))*time.Millisecond)
	}
}

// createTwice posts one job to two APIs at a time.
func (k *client) createTwice(ctx context.Context) {
	j, header, key := k.newJob()
	twin := newClient(k.crowd, k.tenant, k.rand.Uint64())
	var wg sync.WaitGroup
	wg.Go(func() { twin.post(ctx, j, header, key) })
	k.post(ctx, j, header, key)
	wg.Wait()
}

// repeat posts a job that is there once more.
func (k *client) repeat(ctx context.Context, j job) {
	if j.body == "" {
		return
	}
	c := k.begin(history.Create, j.id)
	k.take(k.end(c, k.send(ctx, "POST", root+"/jobs", nil, j.body)))
}

// clash posts something else under the id of a job.
func (k *client) clash(ctx context.Context, j job) {
	c := k.begin(history.Create, j.id)
	c.Clash = true
	body := fmt.Sprintf(`{"id":%q,"type":"classifyText","request":{"text":"%s %s"}}`, j.id, k.crowd.opt.Secret, newID())
	k.take(k.end(c, k.send(ctx, "POST", root+"/jobs", nil, body)))
}

// bulk posts lines of jobs with ids, once: what was not answered stays open.
func (k *client) bulk(ctx context.Context) {
	var calls []history.Call
	var body strings.Builder
	var jobs []job
	for range 1 + k.rand.IntN(10) {
		id := newID()
		j := job{k.tenant, id, k.request(id)}
		body.WriteString(j.body + "\n")
		calls = append(calls, k.begin(history.Create, id))
		jobs = append(jobs, j)
	}
	a := k.send(ctx, "POST", root+"/jobs/bulk", map[string]string{"Content-Type": "application/x-ndjson"}, body.String())
	lines := json.NewDecoder(bytes.NewReader(a.body))
	answers := map[int]answer{}
	for a.status == 0 || a.status == http.StatusOK {
		line := struct {
			Index, Status int
			Error         json.RawMessage
		}{Index: -1}
		if lines.Decode(&line) != nil {
			break
		}
		body := fmt.Appendf(nil, `{"error":%s}`, line.Error)
		answers[line.Index] = answer{status: line.Status, header: http.Header{"Retry-After": {"1"}}, body: body} // lines have no headers
	}
	for i, c := range calls {
		got, ok := answers[i]
		if !ok && a.status != http.StatusOK {
			got = a // refused as a whole
		}
		c.To, c.Answer, c.Again = k.crowd.opt.History.Now(), got.status, got.header.Get("Retry-After") != ""
		if c.Answer >= 400 {
			c.Code = errorCode(got.body)
		}
		k.take(c)
		if c.OK() {
			k.crowd.remember(jobs[i])
		}
	}
}

// batch posts some jobs with ids in one of Graph's JSON batches.
func (k *client) batch(ctx context.Context) {
	var calls []history.Call
	var jobs []job
	var items []string
	for i := range 1 + k.rand.IntN(5) {
		id := newID()
		j := job{k.tenant, id, k.request(id)}
		jobs = append(jobs, j)
		calls = append(calls, k.begin(history.Create, id))
		items = append(items, fmt.Sprintf(`{"id":"%d","method":"POST","url":"/dataClassification/jobs","headers":{"Content-Type":"application/json"},"body":%s}`, i, j.body))
	}
	a := k.send(ctx, "POST", "/beta/$batch", nil, `{"requests":[`+strings.Join(items, ",")+`]}`)
	var out struct {
		Responses []struct {
			ID      string
			Status  int
			Headers map[string]string
			Body    json.RawMessage
		}
	}
	_ = json.Unmarshal(a.body, &out) // an answer that was cut off answers nothing
	answers := map[string]answer{}
	for _, r := range out.Responses {
		header := http.Header{}
		for name, value := range r.Headers {
			header.Set(name, value)
		}
		answers[r.ID] = answer{r.Status, header, r.Body}
	}
	for i, c := range calls {
		got, ok := answers[strconv.Itoa(i)]
		if !ok && a.status != http.StatusOK {
			got = a
		}
		c = k.end(c, got)
		k.take(c)
		if c.OK() {
			k.crowd.remember(jobs[i])
		}
	}
}

// get reads a job and reports whether it has ended, or does not exist.
func (k *client) get(ctx context.Context, j job, prefer string) (over bool) {
	c := k.begin(history.Get, j.id)
	header := map[string]string{}
	if prefer != "" {
		header["Prefer"] = prefer
	}
	c = k.end(c, k.send(ctx, "GET", root+"/jobs/"+j.id, header, ""))
	k.take(c)
	return c.Answer == http.StatusNotFound || len(c.Seen) == 1 && c.Seen[0].Done()
}

func (k *client) cancel(ctx context.Context, j job) {
	for range tries {
		c := k.begin(history.Cancel, j.id)
		c = k.end(c, k.send(ctx, "POST", root+"/jobs/"+j.id+"/cancel", nil, ""))
		k.take(c)
		if !c.Unknown() {
			return
		}
		sleep(ctx, time.Duration(50+k.rand.IntN(300))*time.Millisecond)
	}
}

func (k *client) delete(ctx context.Context, j job) {
	c := k.begin(history.Delete, j.id)
	k.take(k.end(c, k.send(ctx, "DELETE", root+"/jobs/"+j.id, nil, "")))
}

// pry tries to get at a job of another tenant.
func (k *client) pry(ctx context.Context) {
	j, ok := k.crowd.pick(k.rand, k.tenant, false)
	if !ok {
		return
	}
	ways := []struct {
		kind         history.Kind
		method, path string
	}{
		{history.Get, "GET", "/jobs/" + j.id},
		{history.Cancel, "POST", "/jobs/" + j.id + "/cancel"},
		{history.Delete, "DELETE", "/jobs/" + j.id},
	}
	w := ways[k.rand.IntN(len(ways))]
	c := k.begin(w.kind, j.id)
	c.Other = true
	k.take(k.end(c, k.send(ctx, w.method, root+w.path, nil, "")))
}

// list reads a whole listing, page by page from whichever API.
func (k *client) list(ctx context.Context, status string, quiet bool) {
	c := k.begin(history.List, "")
	c.Status, c.Quiet = status, quiet
	q := url.Values{"$top": {strconv.Itoa(50 + k.rand.IntN(450))}}
	if status != "" {
		q.Set("$filter", "status eq '"+status+"'")
	}
	path := root + "/jobs?" + q.Encode()
	for path != "" {
		a := k.send(ctx, "GET", path, nil, "")
		for try := 1; quiet && a.status != http.StatusOK && try < tries; try++ {
			sleep(ctx, 100*time.Millisecond)
			a = k.send(ctx, "GET", path, nil, "")
		}
		c = k.end(c, a)
		if c.Answer != http.StatusOK {
			break
		}
		var page struct {
			Value []view
			Next  string `json:"@odata.nextLink"`
		}
		if err := json.Unmarshal(a.body, &page); err != nil {
			c.Answer, c.Code = -1, "answer is not a listing"
			break
		}
		for _, v := range page.Value {
			c.Seen = append(c.Seen, v.job())
		}
		next, err := url.Parse(page.Next)
		if err != nil {
			c.Answer, c.Code = -1, "nextLink is not a URL"
			break
		}
		path = next.RequestURI()
		if page.Next == "" {
			path, c.Whole = "", true
		}
	}
	c.To = k.crowd.opt.History.Now()
	k.take(c)
}

func (k *client) count(ctx context.Context, status string, quiet bool) {
	c := k.begin(history.Count, "")
	c.Status, c.Quiet = status, quiet
	q := url.Values{"$filter": {"status eq '" + status + "'"}}
	a := k.send(ctx, "GET", root+"/jobs/$count?"+q.Encode(), nil, "")
	c = k.end(c, a)
	if c.OK() {
		var err error
		if c.Count, err = strconv.ParseInt(strings.TrimSpace(string(a.body)), 10, 64); err != nil {
			c.Answer, c.Code = -1, "answer is not a count"
		}
	}
	k.take(c)
}
