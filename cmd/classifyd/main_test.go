package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/classifyd/classifyd/jobs/jobtest"
)

// TestMain lets the test binary be the daemon.
func TestMain(m *testing.M) {
	if os.Getenv("BE_CLASSIFYD") != "" {
		main()
	}
	jobtest.Main(m)
}

func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.CommandContext(t.Context(), self, args...)
	c.Env = append(os.Environ(), "BE_CLASSIFYD=1")
	c.Stderr = t.Output()
	return c
}

// daemon runs until the test ends, or until stop has seen it leave with 0.
type daemon struct {
	url  string
	stop func()
}

func start(t *testing.T, args ...string) *daemon {
	t.Helper()
	c := command(t, append(args, "--listen", "127.0.0.1:0")...)
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	d := &daemon{stop: func() {
		t.Helper()
		if err := c.Process.Signal(syscall.SIGTERM); err != nil {
			t.Error(err)
		}
		io.Copy(io.Discard, out)
		if err := c.Wait(); err != nil {
			t.Errorf("after SIGTERM: %v", err)
		}
	}}
	if strings.Contains(strings.Join(args, " "), "--role worker") {
		return d
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	d.url = regexp.MustCompile(`http://[0-9.:]+[0-9]`).FindString(line)
	return d
}

// classify has d find what is in a text, and returns the job.
func (d *daemon) classify(t *testing.T, text string) (job struct {
	Status string
	Result struct {
		Classification []struct{ DisplayName string }
	}
}) {
	t.Helper()
	body, err := json.Marshal(map[string]string{"text": text})
	if err != nil {
		t.Fatal(err)
	}
	req, err := http.NewRequest("POST", d.url+"/beta/dataClassification/classifyText", bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("Prefer", "wait=30")
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if err := json.NewDecoder(resp.Body).Decode(&job); err != nil {
		t.Fatal(err)
	}
	return job
}

func (d *daemon) mustFindMail(t *testing.T) {
	t.Helper()
	job := d.classify(t, "write to ada.lovelace@example.org")
	if job.Status != "succeeded" || len(job.Result.Classification) != 1 {
		t.Errorf("job = %+v, want it succeeded with one sensitive type", job)
	}
}

func TestBareDaemonClassifiesAndStops(t *testing.T) {
	d := start(t)
	d.mustFindMail(t)
	d.stop()
}

func TestAPIAndWorkerMeetInRedis(t *testing.T) {
	at := jobtest.Redis(t, "--requirepass", "hush").Options().Addrs[0]
	password := filepath.Join(t.TempDir(), "password")
	if err := os.WriteFile(password, []byte("hush\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	t.Setenv("CLASSIFYD_REDIS", "redis://:hush@"+at)
	worker := start(t, "--role", "worker")
	api := start(t, "--role", "api")
	api.mustFindMail(t)

	// A second API on the same Redis sees what the first one took.
	t.Setenv("CLASSIFYD_REDIS", "")
	other := start(t, "--role", "api", "--redis", "redis://"+at, "--redis-password-file", password)
	other.mustFindMail(t)
	for _, d := range []*daemon{worker, api, other} {
		d.stop()
	}

	t.Setenv("CLASSIFYD_REDIS", "redis://:hush@"+at)
	c := command(t, "--shards", "2")
	if err := c.Run(); c.ProcessState.ExitCode() != 1 {
		t.Errorf("another number of shards: %v, want exit code 1", err)
	}
}

func TestExitCodes(t *testing.T) {
	for _, tt := range []struct {
		args, out string
		want      int
	}{
		{"--version", "classifyd ", 0},
		{"--help", "--redis-password-file", 0},
		{"--help", "queues", 0},
		{"pause --redis redis://127.0.0.1:6379", "", 2},
		{"pause --lane again --redis redis://127.0.0.1:6379", "", 2},
		{"queues", "", 1},
		{"queue", "", 2},
		{"--no-such-flag", "", 2},
		{"--concurrency 0", "", 2},
		{"--listen nowhere:x", "", 1},
		{"--redis redis://:hush@127.0.0.1:1", "", 2},
	} {
		c := command(t, strings.Fields(tt.args)...)
		out, _ := c.Output()
		if got := c.ProcessState.ExitCode(); got != tt.want || !strings.Contains(string(out), tt.out) {
			t.Errorf("%s: exit code %d, output %q; want %d with %q", tt.args, got, out, tt.want, tt.out)
		}
	}
}
