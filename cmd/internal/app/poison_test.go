package app

import (
	"context"
	"fmt"
	"maps"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/child"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// poisons are handlers that do what none should, by the type of their jobs.
var poisons = map[string]func(){
	"panic": func() { panic("poison") },
	"loop": func() {
		for {
			runtime.Gosched() // one of two cores is the other tests'
		}
	},
	"crash": func() {
		go panic("poison")
		select {}
	},
	"exit": func() { os.Exit(7) },
	"hoard": func() {
		var all [][]byte
		for range 2 << 10 { // were it not for the limit, 2 GiB
			page := make([]byte, 1<<20)
			for i := 0; i < len(page); i += 4 << 10 {
				page[i] = 1
			}
			all = append(all, page)
		}
		runtime.KeepAlive(all)
		select {}
	},
	"fork": func() {
		for range 256 << 10 { // were it not for the limit, more than 1 GiB
			go func() { var stack [2 << 10]byte; wait(&stack) }()
		}
		select {}
	},
}

func wait(stack *[2 << 10]byte) {
	select {}
}

// poisoned is the daemon with poison among its handlers.
func poisoned(args []string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	o, err := flags(args...)
	if err == nil {
		var a *App
		if a, err = New(ctx, o); err == nil {
			for name, do := range poisons {
				limit := time.Duration(0) // the queue's
				if name == "loop" {
					limit = 500 * time.Millisecond
				}
				a.handlers = append(a.handlers, jobs.Handler{Type: name, Limit: limit, Run: func(context.Context, *jobs.Job) (*jobs.Result, error) {
					do()
					return nil, nil
				}})
			}
			err = a.run(ctx)
		}
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// supervise runs a poisoned worker, and starts it again whenever it ends, as
// systemd does, until the test ends. It counts the ends.
func supervise(t *testing.T, args ...string) (ends *atomic.Int32) {
	ends = new(atomic.Int32)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	stop := make(chan bool)
	over := make(chan bool)
	go func() {
		defer close(over)
		for {
			cmd := exec.Command(self, args...)
			cmd.Env = append(os.Environ(), "BE_POISONED=1")
			cmd.Stderr = t.Output()
			p, err := child.Start(cmd)
			if err != nil {
				t.Error(err)
				return
			}
			select {
			case <-p.Done:
				ends.Add(1)
			case <-stop:
				p.Kill()
				return
			}
		}
	}()
	t.Cleanup(func() { close(stop); <-over })
	return ends
}

func TestPoisonHarmsNobodyElse(t *testing.T) {
	t.Parallel()
	url := jobtest.Redis(t).URL()
	s := start(t, "--role", "api", "--redis", url)
	ends := supervise(t, "--role", "worker", "--redis", url, "--max-attempts", "1", "--memory-limit", fmt.Sprint(192<<20))
	create := func(kind string) string {
		body := fmt.Sprintf(`{"type":%q,"request":{"text":"write to ada.lovelace@example.org"}}`, kind)
		status, j := s.call(t, http.MethodPost, "/jobs", body)
		if status != http.StatusCreated {
			t.Fatalf("create of %s answered %d %v", kind, status, j)
		}
		return j["id"].(string)
	}
	// what a job ended as: its error's code, or its status
	became := func(id string) string {
		for start := time.Now(); ; {
			_, j := s.call(t, http.MethodGet, "/jobs/"+id, "", "Prefer", "wait=30")
			switch j["status"] {
			case "failed":
				return j["error"].(map[string]any)["code"].(string)
			case "succeeded", "canceled":
				return j["status"].(string)
			}
			if time.Since(start) > 2*time.Minute {
				t.Fatalf("job does not end: %v", j)
			}
		}
	}
	neighbours := func(n int) (ids []string) {
		for range n {
			ids = append(ids, create("classifyText"))
		}
		return ids
	}
	try := func(want map[string]string) {
		before := neighbours(5)
		ids := map[string]string{}
		for kind := range want {
			ids[kind] = create(kind)
		}
		got := map[string]string{}
		for _, id := range append(before, neighbours(5)...) {
			if end := became(id); end != "succeeded" {
				t.Errorf("a neighbour ended %s", end)
			}
		}
		for kind, id := range ids {
			got[kind] = became(id)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("what poison became (-want +got):\n%s", diff)
		}
	}
	try(map[string]string{"panic": "handlerFailed", "loop": "timeout"})
	if n := ends.Load(); n > 0 {
		t.Errorf("the worker ended %d times for a panic and a loop", n)
	}
	deadly := map[string]string{"crash": "workerLost", "exit": "workerLost", "hoard": "workerLost", "fork": "workerLost"}
	try(maps.Clone(deadly))
	if n := ends.Load(); n < 1 {
		t.Error("the worker did not end for what ends a process")
	}
	t.Logf("the worker was started again %d times", ends.Load())
}

func TestProcessThatOutgrowsItsMemoryLimitSaysSoAndEnds(t *testing.T) {
	t.Parallel()
	url := jobtest.Redis(t).URL()
	s := start(t, "--role", "api", "--redis", url)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "--role", "worker", "--redis", url, "--memory-limit", fmt.Sprint(192<<20))
	cmd.Env = append(os.Environ(), "BE_POISONED=1")
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	if status, j := s.call(t, http.MethodPost, "/jobs", `{"type":"hoard","request":{}}`); status != http.StatusCreated {
		t.Fatalf("create answered %d %v", status, j)
	}
	_ = cmd.Wait()
	if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(said.String(), errOutgrown.Error()) {
		t.Errorf("it left with %d and said %s", code, &said)
	}
}

func TestMemoryInUseGrowsWithWhatIsHeld(t *testing.T) {
	before := memoryInUse()
	held := make([]byte, 64<<20)
	for i := 0; i < len(held); i += 4 << 10 {
		held[i] = 1
	}
	if grown := memoryInUse() - before; grown < 32<<20 {
		t.Errorf("64 MiB more make %d bytes more", grown)
	}
	runtime.KeepAlive(held)
}
