package jobs

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// scrapeTime is how long a scrape may wait for Redis.
const scrapeTime = time.Second

// depths tells what waits and runs in the whole fleet, as Redis says at the
// scrape: some lengths for each shard, which cost the same however much there
// is in it.
type depths struct{ q *Queue }

var (
	depthDesc = prometheus.NewDesc("classifyd_queue_depth",
		"Jobs that wait in a lane, of all tenants and shards. Every process reports the same, so take the maximum and not the sum. Missing while Redis does not answer.",
		[]string{"lane"}, nil)
	ageDesc = prometheus.NewDesc("classifyd_queue_oldest_seconds",
		"Age of the job that comes next in a lane, since its creation, by the clock of Redis; 0 when none waits. Every process reports the same.",
		[]string{"lane"}, nil)
	runningDesc = prometheus.NewDesc("classifyd_queue_running",
		"Jobs that run in the whole fleet. Every process reports the same.", nil, nil)
	heldDesc = prometheus.NewDesc("classifyd_queue_held",
		"Jobs that are ready to run and do not, since their tenants have as many running as they may. They are in no lane's depth: more workers would not help them. Every process reports the same.", nil, nil)
	laterDesc = prometheus.NewDesc("classifyd_queue_later",
		"Jobs with a time set: retries that are not due yet and, with a longest wait, those that would expire. Every process reports the same.", nil, nil)
)

func (depths) Describe(out chan<- *prometheus.Desc) {
	for _, d := range []*prometheus.Desc{depthDesc, ageDesc, runningDesc, heldDesc, laterDesc} {
		out <- d
	}
}

func (d depths) Collect(out chan<- prometheus.Metric) {
	ctx, cancel := context.WithTimeout(context.Background(), scrapeTime)
	defer cancel()
	total, err := d.q.depth(ctx)
	if err != nil {
		return // an error here would hide what the process itself knows
	}
	gauge := func(desc *prometheus.Desc, v float64, labels ...string) {
		out <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, v, labels...)
	}
	gauge(runningDesc, float64(total.running))
	gauge(heldDesc, float64(total.held))
	gauge(laterDesc, float64(total.later))
	for i, l := range lanes {
		gauge(depthDesc, float64(total.waiting[i]), string(l))
		gauge(ageDesc, total.oldest[i].Seconds(), string(l))
	}
}

// A depth counts jobs, by lane in the order of lanes where they wait.
type depth struct {
	running, later, held int64
	waiting              [4]int64
	oldest               [4]time.Duration
}

// depth adds up all shards.
func (q *Queue) depth(ctx context.Context) (depth, error) {
	var mu sync.Mutex // guards total and errs
	var total depth
	var errs []error
	q.eachShard(func(sh shard) {
		keys := []string{sh.key("lease"), sh.key("due")}
		for _, l := range lanes {
			keys = append(keys, sh.asynqKey(l, "pending"))
		}
		v, err := q.pipes[sh].eval(ctx, depthScript, keys, sh.record(""))
		list, _ := v.([]any)
		if err == nil && len(list) != 3+2*len(lanes) {
			err = fmt.Errorf("depth: unexpected reply %v", v)
		}
		mu.Lock()
		defer mu.Unlock()
		if err != nil {
			errs = append(errs, err)
			return
		}
		n := func(i int) int64 { v, _ := list[i].(int64); return v }
		total.running += n(0)
		total.later += n(1)
		total.held += n(2)
		for i := range lanes {
			total.waiting[i] += n(3 + 2*i)
			total.oldest[i] = max(total.oldest[i], time.Duration(n(4+2*i))*time.Microsecond)
		}
	})
	return total, errors.Join(errs...)
}
