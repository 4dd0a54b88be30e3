package jobs

import (
	"context"
	"strconv"
	"time"
)

// A redelivery is one more delivery of a record that waits with a fence.
type redelivery struct {
	waits run
	wait  time.Duration // the longest for a job that never started

	done bool // the record did wait so, and has its delivery
}

func (d *redelivery) enqueue(ctx context.Context, q *Queue, task asynqTask) error {
	sh := q.shard(d.waits.name)
	v, err := q.pipes[sh].eval(ctx, deliverScript, []string{sh.record(d.waits.name), task.key, task.pending},
		d.waits.fence, task.msg, task.id, task.since, laneAgain.letter(), micros(d.wait))
	d.done = v == int64(1)
	return err
}

// deliver gives a record that waits with waits.fence a delivery in the lane
// that goes first. It reports whether the record did wait so.
func (q *Queue) deliver(ctx context.Context, waits run) (bool, error) {
	fence, err := strconv.ParseInt(waits.fence, 10, 64)
	if err != nil {
		return false, err
	}
	d := &redelivery{waits: waits, wait: q.opt.MaxWait}
	err = q.enqueue(ctx, d, run{waits.name, strconv.FormatInt(fence+1, 10)}, laneAgain)
	return d.done, err
}
