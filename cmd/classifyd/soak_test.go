//go:build soak

package main

import (
	"cmp"
	"context"
	"flag"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

var (
	soakFor  = flag.Duration("soak", 30*time.Minute, "how long TestSoak keeps real processes busy")
	soakRate = flag.Float64("soakrate", 0, "jobs a second of TestSoak; 0 is half of what the processes can do at first")
)

// grows is how much of its mean a measure may grow by over the second half of a
// soak, as least squares have it. Memory follows the collector's pace, and
// keys and goroutines the jobs that happen to be there.
var grows = map[string]float64{
	"resident memory, bytes": 0.10, "goroutines": 0.15, "file descriptors": 0.15, "keys": 0.15, "Redis memory, bytes": 0.10,
}

// TestSoak posts texts at half the speed that the processes reach at first, or
// at a given one where others use the machine,
// while scripts are flushed and connections cut now and then.
func TestSoak(t *testing.T) {
	f := startFleet(t, "everysec")
	s := jobtest.Start(t, jobtest.Options{Processes: -1, Jobs: jobs.Options{Redis: f.redis.Options()}})
	retention := max(*soakFor/20, 2*time.Second)
	debugAt := freeAddr(t)
	api := f.start("api", "--retention", retention.String())
	worker := f.start("worker", "--retention", retention.String(), "--debug-listen", debugAt)
	k := &soak{t: t, redis: s, processes: []*process{api, worker}, metrics: []string{api.base + "/metrics", "http://" + debugAt + "/metrics"},
		series: map[string][]float64{}}

	warm := max(*soakFor/20, 2*time.Second)
	full := float64(k.post(api.base, warm, 0)) / warm.Seconds()
	rate := cmp.Or(*soakRate, full/2)
	t.Logf("full speed is %.0f jobs/s, soak at %.0f", full, rate)
	over, cancel := context.WithTimeout(t.Context(), *soakFor)
	defer cancel()
	var wg sync.WaitGroup
	wg.Go(func() { k.disturb(over, *soakFor/8) })
	wg.Go(func() { k.watch(over, max(*soakFor/120, 100*time.Millisecond)) })
	k.post(api.base, *soakFor, rate)
	wg.Wait()

	for what, tolerance := range grows {
		half := k.series[what][len(k.series[what])/2:]
		rise, mean := growth(half)
		t.Logf("%-24s %d samples, mean %.0f, growth over the second half %+.1f %% (at most %.0f %%)", what, len(half), mean, 100*rise/mean, 100*tolerance)
		if rise > tolerance*mean {
			t.Errorf("%s grow: from %.0f to %.0f", what, half[0], half[len(half)-1])
		}
	}
	t.Logf("%d jobs accepted, %d calls refused or broken off", k.accepted.Load(), k.refused.Load())
	least := int64(math.MaxInt64)
	for end := time.Now(); ; {
		n, err := s.Queue.Count(t.Context(), "00000000-0000-0000-0000-000000000000",
			jobs.Query{Boxes: []jobs.Box{{States: []jobs.State{jobs.NotStarted, jobs.Running}}}})
		if err == nil && n == 0 {
			break
		}
		if err == nil && n < least {
			least, end = n, time.Now().Add(time.Minute)
		}
		if time.Now().After(end) {
			t.Fatalf("%d jobs do not end, %v", n, err)
		}
		pause(t.Context())
	}
}

// A soak measures processes and their Redis.
type soak struct {
	t         *testing.T
	redis     *jobtest.System
	processes []*process
	metrics   []string // their addresses
	series    map[string][]float64

	accepted, refused atomic.Int64
}

// post posts texts for a while, so many a second or, at 0, as fast as it goes,
// and returns how many were accepted.
func (k *soak) post(base string, d time.Duration, perSecond float64) int64 {
	before := k.accepted.Load()
	ctx, cancel := context.WithTimeout(k.t.Context(), d)
	defer cancel()
	start := time.Now()
	var sent atomic.Int64
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for ctx.Err() == nil {
				n := sent.Add(1)
				if perSecond > 0 {
					select {
					case <-time.After(time.Until(start.Add(time.Duration(float64(n) / perSecond * float64(time.Second))))):
					case <-ctx.Done():
						return
					}
				}
				body := fmt.Sprintf(`{"text":"invoice %d, card 4111 1111 1111 1111, mail ada@example.org"}`, n)
				resp, err := http.Post(base+"/beta/dataClassification/classifyText", "application/json", strings.NewReader(body))
				if err != nil {
					k.refused.Add(1)
					continue
				}
				_, _ = io.Copy(io.Discard, resp.Body) // so that the connection can be used again
				resp.Body.Close()
				switch resp.StatusCode {
				case http.StatusAccepted, http.StatusOK:
					k.accepted.Add(1)
				case http.StatusTooManyRequests, http.StatusServiceUnavailable:
					k.refused.Add(1)
					pause(ctx)
				default:
					k.t.Errorf("post answers %d", resp.StatusCode)
				}
			}
		})
	}
	wg.Wait()
	return k.accepted.Load() - before
}

// disturb does, in turns, what a deployment sees now and then.
func (k *soak) disturb(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		args := [][]any{{"script", "flush"}, {"client", "kill", "type", "normal", "skipme", "yes"}, {"client", "kill", "type", "pubsub"}}[i%3]
		if err := k.redis.Redis.Do(ctx, args...).Err(); err != nil && ctx.Err() == nil {
			k.t.Logf("%v: %v", args, err)
		}
	}
}

// watch takes samples.
func (k *soak) watch(ctx context.Context, every time.Duration) {
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		now := map[string]float64{}
		ok := true
		for i, p := range k.processes {
			dir := fmt.Sprintf("/proc/%d/", p.cmd.Process.Pid)
			status, err := os.ReadFile(dir + "status")
			fds, err2 := os.ReadDir(dir + "fd")
			resp, err3 := http.Get(k.metrics[i])
			if err != nil || err2 != nil || err3 != nil {
				k.t.Errorf("sample: %v %v %v", err, err2, err3)
				return
			}
			text, err := io.ReadAll(resp.Body)
			resp.Body.Close()
			ok = ok && err == nil
			now["resident memory, bytes"] += 1024 * numberAfter(string(status), `VmRSS:\s+`)
			now["file descriptors"] += float64(len(fds))
			now["goroutines"] += numberAfter(string(text), `(?m)^go_goroutines `)
		}
		keys, err := k.redis.Redis.DBSize(ctx).Result()
		info, err2 := k.redis.Redis.Info(ctx, "memory").Result()
		if err != nil || err2 != nil || !ok {
			continue // its connection was cut, or the time is over
		}
		now["keys"] = float64(keys)
		// Buffers of connections and of the file come and go.
		now["Redis memory, bytes"] = numberAfter(info, `used_memory_dataset:`)
		for what, v := range now {
			k.series[what] = append(k.series[what], v)
		}
	}
}

// numberAfter is the number behind the first match of pattern, 0 without one.
func numberAfter(text, pattern string) float64 {
	m := regexp.MustCompile(pattern + `(\d+)`).FindStringSubmatch(text)
	if m == nil {
		return 0
	}
	n, _ := strconv.ParseFloat(m[1], 64) // digits
	return n
}

// growth is by how much the line through ys, by least squares, rises from the
// first to the last, and their mean.
func growth(ys []float64) (rise, mean float64) {
	n := float64(len(ys))
	if n < 2 {
		return 0, 0
	}
	for _, y := range ys {
		mean += y / n
	}
	var xy, xx float64
	for i, y := range ys {
		x := float64(i) - (n-1)/2
		xy += x * (y - mean)
		xx += x * x
	}
	return xy / xx * (n - 1), mean
}

func TestGrowthIsThatOfTheLine(t *testing.T) {
	for _, tt := range []struct {
		ys         []float64
		rise, mean float64
	}{
		{nil, 0, 0},
		{[]float64{5, 5, 5}, 0, 5},
		{[]float64{1, 2, 3, 4}, 3, 2.5},
		{[]float64{4, 3, 2, 1}, -3, 2.5},
		{[]float64{0, 2, 0, 2, 0}, 0, 0.8},
	} {
		if rise, mean := growth(tt.ys); rise-tt.rise > 1e-9 || tt.rise-rise > 1e-9 || mean-tt.mean > 1e-9 || tt.mean-mean > 1e-9 {
			t.Errorf("growth(%v) = %v, %v, want %v, %v", tt.ys, rise, mean, tt.rise, tt.mean)
		}
	}
}

func freeAddr(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return l.Addr().String()
}
