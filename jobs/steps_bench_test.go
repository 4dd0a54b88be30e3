package jobs

import (
	"encoding/json"
	"errors"
	"maps"
	"net"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
)

// benchQueue is a Queue on a redis-server of the benchmark's own. Another
// Redis would tell nothing about the cost of the scripts.
func benchQueue(b *testing.B) *Queue {
	b.Helper()
	bin, err := exec.LookPath("redis-server")
	if err != nil {
		b.Skip("redis-server is not installed")
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		b.Fatal(err)
	}
	addr := l.Addr().String()
	_, port, _ := net.SplitHostPort(addr)
	l.Close()
	cmd := exec.Command(bin, "--port", port, "--bind", "127.0.0.1", "--dir", b.TempDir(), "--save", "", "--appendonly", "yes",
		"--appendfsync", "everysec", "--loglevel", "warning")
	if err := cmd.Start(); err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() {
		_ = cmd.Process.Kill() // nothing in it is of use any more
		_ = cmd.Wait()
	})
	for start := time.Now(); ; time.Sleep(5 * time.Millisecond) {
		if c, err := net.Dial("tcp", addr); err == nil {
			c.Close()
			break
		}
		if time.Since(start) > 10*time.Second {
			b.Fatal("redis-server does not answer")
		}
	}
	q, err := Open(b.Context(), Options{Redis: &redis.UniversalOptions{Addrs: []string{addr}}, MaxWaiting: 1 << 30, Concurrency: benchBatch})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { q.Close() })
	return q
}

const benchBatch = 128

var benchContent = json.RawMessage(`{"text":"` + strings.Repeat("0123456789", 20) + `"}`)

var benchSubmission = Submission{Tenant: "bench", Type: "bench", Request: benchContent}

// BenchmarkSubmit is one accepted job, from 1 and from 64 callers.
func BenchmarkSubmit(b *testing.B) {
	for _, callers := range []int{1, 64} {
		b.Run(strconv.Itoa(callers), func(b *testing.B) {
			q := benchQueue(b)
			b.ReportAllocs()
			left := make(chan struct{}, callers)
			var wg sync.WaitGroup
			for range callers {
				wg.Go(func() {
					for range left {
						if _, _, err := q.Submit(b.Context(), benchSubmission); err != nil {
							b.Error(err)
						}
					}
				})
			}
			for b.Loop() {
				left <- struct{}{}
			}
			close(left)
			wg.Wait()
		})
	}
}

// A batch is some jobs on their walk, a step at a time.
type batch struct {
	w        *worker
	attempts []*attempt
}

// all does f for every job of the batch at once.
func (t *batch) all(b *testing.B, f func(i int) error) {
	var wg sync.WaitGroup
	for i := range benchBatch {
		wg.Go(func() {
			if err := f(i); err != nil {
				b.Error(err)
			}
		})
	}
	wg.Wait()
}

func (t *batch) submit(b *testing.B) {
	t.all(b, func(i int) error {
		_, _, err := t.w.q.Submit(b.Context(), benchSubmission)
		return err
	})
}

func (t *batch) take(b *testing.B) {
	for n := 0; n < benchBatch; {
		tasks, err := t.w.take(0, laneNormal, maxTake)
		if err != nil {
			b.Fatal(err)
		}
		n += len(tasks)
	}
	t.attempts = slices.Collect(maps.Values(t.w.runs))
}

func (t *batch) settle(b *testing.B) {
	t.all(b, func(i int) error {
		if s := t.attempts[i].settle(outcome{result: &Result{JSON: json.RawMessage(`{"classification":[]}`)}}); s != string(Succeeded) {
			return errors.New("settled as " + s)
		}
		return nil
	})
}

// BenchmarkStep is one step of a job's walk, for many jobs at a time. Beside
// what a job costs on both ends it reports what its scripts cost in Redis.
func BenchmarkStep(b *testing.B) {
	steps := []struct {
		name string
		do   func(*batch, *testing.B)
	}{{"submit", (*batch).submit}, {"take", (*batch).take}, {"settle", (*batch).settle}}
	for n, step := range steps {
		b.Run(step.name, func(b *testing.B) {
			q := benchQueue(b)
			var took time.Duration
			var scripts, count float64
			for b.Loop() {
				t := &batch{w: newWorker(q)}
				t.w.types, t.w.handlers["bench"] = []string{"bench"}, Handler{Type: "bench", Limit: time.Minute, Run: unserved}
				for _, before := range steps[:n] {
					before.do(t, b)
				}
				earlier := scriptTime(b, q)
				start := time.Now()
				step.do(t, b)
				took += time.Since(start)
				scripts += scriptTime(b, q) - earlier
				count += benchBatch
			}
			b.ReportMetric(0, "ns/op") // of a batch with all steps before
			b.ReportMetric(float64(took.Nanoseconds())/count, "ns/job")
			b.ReportMetric(scripts/count, "redis-µs/job")
		})
	}
}

// scriptTime is how long Redis has run scripts so far, in µs.
func scriptTime(b *testing.B, q *Queue) float64 {
	text, err := q.rdb.Info(b.Context(), "commandstats").Result()
	if err != nil {
		b.Fatal(err)
	}
	var total float64
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "cmdstat_eval") {
			_, usec, _ := strings.Cut(line, ",usec=")
			usec, _, _ = strings.Cut(usec, ",")
			n, _ := strconv.ParseFloat(usec, 64)
			total += n
		}
	}
	return total
}
