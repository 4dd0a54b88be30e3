package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/classifyd/classifyd/jobs/jobtest"
)

// A fleet is real processes of classifyd around a real Redis, and a remote
// handler of type "slow" that counts what it is asked to do.
type fleet struct {
	t     *testing.T
	redis *jobtest.Server
	slow  *httptest.Server

	mu       sync.Mutex // guards all below
	asked    map[string]int
	settled  map[string]int // "run ended … state=succeeded" by job, over all logs
	accepted []string       // ids that a create call was answered with
}

func startFleet(t *testing.T, fsync string) *fleet {
	f := &fleet{t: t, redis: jobtest.Redis(t, "--appendfsync", fsync), asked: map[string]int{}, settled: map[string]int{}}
	f.slow = httptest.NewServer(http.HandlerFunc(f.serveSlow))
	t.Cleanup(f.slow.Close)
	return f
}

// serveSlow takes as long as the request says and answers with how often it
// was asked about the job.
func (f *fleet) serveSlow(w http.ResponseWriter, r *http.Request) {
	var call struct {
		ID      string `json:"id"`
		Request struct {
			Millis int `json:"millis"`
		} `json:"request"`
	}
	_ = json.NewDecoder(r.Body).Decode(&call)
	f.mu.Lock()
	f.asked[call.ID]++
	n := f.asked[call.ID]
	f.mu.Unlock()
	select {
	case <-time.After(time.Duration(call.Request.Millis) * time.Millisecond):
	case <-r.Context().Done():
	}
	fmt.Fprintf(w, `{"result":{"run":%d}}`, n)
}

// A process is one classifyd.
type process struct {
	f    *fleet
	cmd  *exec.Cmd
	base string // of its API
	done chan struct{}
}

// start runs a classifyd of the given role.
func (f *fleet) start(role string, flags ...string) *process {
	f.t.Helper()
	args := append([]string{"--redis", "redis://" + f.redis.Options().Addrs[0], "--role", role, "--listen", "127.0.0.1:0",
		"--handler", "slow=" + f.slow.URL, "--concurrency", "8", "--grace", "2s"}, flags...)
	cmd := command(f.t, args...)
	cmd.Stderr = nil // read below
	// Were the test binary killed, its daemons must not stay.
	cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	stdout, err := cmd.StdoutPipe()
	if err != nil {
		f.t.Fatal(err)
	}
	stderr, err := cmd.StderrPipe()
	if err != nil {
		f.t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		f.t.Fatal(err)
	}
	p := &process{f: f, cmd: cmd, done: make(chan struct{})}
	ready := make(chan string, 1)
	var readers sync.WaitGroup
	readers.Go(func() { readBase(stdout, ready) })
	working := make(chan struct{}, 1)
	readers.Go(func() { f.readLog(stderr, working) })
	go func() {
		readers.Wait()
		_ = cmd.Wait()
		close(p.done)
	}()
	f.t.Cleanup(func() { p.kill() })
	var up <-chan struct{} = working
	if role != "worker" {
		select {
		case p.base = <-ready:
		case <-p.done:
			f.t.Fatal("classifyd ended before it listened")
		}
		return p
	}
	select {
	case <-up:
	case <-p.done:
		f.t.Fatal("classifyd ended before it worked")
	}
	return p
}

var baseURL = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

func readBase(stdout io.Reader, ready chan<- string) {
	for lines := bufio.NewScanner(stdout); lines.Scan(); {
		if u := baseURL.FindString(lines.Text()); u != "" {
			select {
			case ready <- u:
			default:
			}
		}
	}
}

var runEnded = regexp.MustCompile(`msg="run ended" job=(\S+) .*state=succeeded`)

// readLog counts settled runs and passes on what is out of the ordinary.
func (f *fleet) readLog(stderr io.Reader, working chan<- struct{}) {
	lines := bufio.NewScanner(stderr)
	lines.Buffer(nil, 1<<20)
	for lines.Scan() {
		line := lines.Text()
		if m := runEnded.FindStringSubmatch(line); m != nil {
			_, id, _ := strings.Cut(m[1], "/")
			f.mu.Lock()
			f.settled[id]++
			f.mu.Unlock()
			continue
		}
		if strings.Contains(line, "serving job types") {
			select {
			case working <- struct{}{}:
			default:
			}
		}
		if strings.Contains(line, "DATA RACE") || strings.Contains(line, "panic:") {
			f.t.Log(line)
		}
		if strings.Contains(line, "DATA RACE") {
			f.t.Errorf("a daemon has a data race")
		}
	}
}

func (p *process) signal(s os.Signal) {
	p.f.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.f.t.Errorf("signal %v: %v", s, err)
	}
}

// kill ends the process the hard way, if it still lives.
func (p *process) kill() {
	_ = p.cmd.Process.Kill() // an error says that it is dead already
	<-p.done
}

// terminate asks the process to stop and waits until it has.
func (p *process) terminate() {
	p.f.t.Helper()
	p.signal(syscall.SIGTERM)
	<-p.done
	if code := p.cmd.ProcessState.ExitCode(); code != 0 {
		p.f.t.Errorf("exit code %d after SIGTERM, want 0", code)
	}
}

// submit posts n jobs that take millis each, from several callers, with a key
// each, and again until it is accepted, as a producer would whose calls fail.
func (f *fleet) submit(ctx context.Context, base string, n, millis int) {
	f.t.Helper()
	keys := make(chan string)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for key := range keys {
				if id := f.create(ctx, base, key, millis); id != "" {
					f.mu.Lock()
					f.accepted = append(f.accepted, id)
					f.mu.Unlock()
				}
			}
		})
	}
	before := len(f.accepted)
	for i := range n {
		keys <- fmt.Sprintf("job-%d", before+i)
	}
	close(keys)
	wg.Wait()
}

func (f *fleet) create(ctx context.Context, base, key string, millis int) (id string) {
	body := fmt.Sprintf(`{"type":"slow","request":{"millis":%d}}`, millis)
	for ctx.Err() == nil {
		req, err := http.NewRequestWithContext(ctx, "POST", base+"/beta/dataClassification/jobs", strings.NewReader(body))
		if err != nil {
			f.t.Error(err)
			return ""
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Idempotency-Key", key)
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			pause(ctx)
			continue
		}
		answer, err := io.ReadAll(res.Body)
		res.Body.Close()
		switch {
		case err != nil, res.StatusCode == http.StatusServiceUnavailable:
			pause(ctx)
		case res.StatusCode == http.StatusCreated, res.StatusCode == http.StatusOK:
			var j struct{ ID string }
			if err := json.Unmarshal(answer, &j); err != nil || j.ID == "" {
				f.t.Errorf("create answered %s", answer)
			}
			return j.ID
		default:
			f.t.Errorf("create answered %d %s", res.StatusCode, answer)
			return ""
		}
	}
	return ""
}

// pause is a producer's before it tries again; these tests run in real time,
// against real processes.
func pause(ctx context.Context) {
	select {
	case <-time.After(100 * time.Millisecond):
	case <-ctx.Done():
	}
}

// running waits until the slow handler has been asked about n jobs.
func (f *fleet) running(ctx context.Context, n int) {
	f.t.Helper()
	for ctx.Err() == nil {
		f.mu.Lock()
		asked := len(f.asked)
		f.mu.Unlock()
		if asked >= n {
			return
		}
		pause(ctx)
	}
	f.t.Fatalf("%d jobs do not run", n)
}

type seen struct {
	Status   string          `json:"status"`
	Attempts int             `json:"attempts"`
	Result   json.RawMessage `json:"result"`
	Start    time.Time       `json:"startDateTime"`
	End      time.Time       `json:"endDateTime"`
}

func (f *fleet) get(ctx context.Context, base, id string) (seen, error) {
	req, err := http.NewRequestWithContext(ctx, "GET", base+"/beta/dataClassification/jobs/"+id, nil)
	if err != nil {
		return seen{}, err
	}
	req.Header.Set("Prefer", "wait=30")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return seen{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return seen{}, err
	}
	if res.StatusCode != http.StatusOK {
		return seen{}, fmt.Errorf("get answered %d %s", res.StatusCode, b)
	}
	var s seen
	return s, json.Unmarshal(b, &s)
}

// check waits until every accepted job has succeeded, and fails the test if
// one was lost, settled twice, or changed after its end.
func (f *fleet) check(ctx context.Context, base string, want int) {
	f.t.Helper()
	ids := map[string]seen{}
	again := 0
	for _, id := range f.accepted {
		for {
			s, err := f.get(ctx, base, id)
			if ctx.Err() != nil {
				f.t.Fatalf("job %s has not ended: %+v %v", id, s, err)
			}
			if err != nil || !ended(s.Status) {
				pause(ctx)
				continue
			}
			if s.Status != "succeeded" {
				f.t.Errorf("job %s ended %s", id, s.Status)
			}
			if s.End.Before(s.Start) {
				f.t.Errorf("job %s ended before it started", id)
			}
			if s.Attempts > 1 {
				again++
			}
			ids[id] = s
			break
		}
	}
	if len(ids) != want {
		f.t.Errorf("%d jobs were accepted under a key of their own, want %d", len(ids), want)
	}
	for id, before := range ids {
		after, err := f.get(ctx, base, id)
		if err != nil || !bytes.Equal(after.Result, before.Result) || after.Status != before.Status || !after.End.Equal(before.End) {
			f.t.Errorf("job %s changed after its end from %+v to %+v %v", id, before, after, err)
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	runs := 0
	for id := range ids {
		if f.settled[id] > 1 {
			f.t.Errorf("job %s was settled %d times", id, f.settled[id])
		}
		runs += f.asked[id]
	}
	f.t.Logf("%d jobs accepted and ended, %d started more than once, %d runs in all", len(ids), again, runs)
}

func ended(status string) bool {
	return status == "succeeded" || status == "failed" || status == "canceled"
}
