package jobs

import (
	"context"
	"errors"
	"fmt"
)

// Pause keeps workers from taking further jobs out of p's lane, until Resume.
// What runs goes on, what was delivered before comes again all the same, and
// jobs can still be submitted. It reports whether the lane was not paused yet.
//
// After an error some of the shards may be paused; Pause again, or Resume.
func (q *Queue) Pause(ctx context.Context, p Priority) (changed bool, err error) {
	return q.rest(ctx, p, 1)
}

// Resume takes back what Pause did, and reports whether there was that to do.
func (q *Queue) Resume(ctx context.Context, p Priority) (changed bool, err error) {
	return q.rest(ctx, p, 0)
}

func (q *Queue) rest(ctx context.Context, p Priority, on int) (changed bool, err error) {
	if p != High && p != Normal && p != Low {
		return false, &InvalidError{Target: "lane", Message: "lane must be high, normal or low"}
	}
	var errs []error
	for i, pipe := range q.pipes {
		sh := shard(i)
		v, err := pipe.eval(ctx, pauseScript, []string{sh.asynqKey(lane(p), "paused")}, on, sh.key("wake"))
		if err != nil {
			errs = append(errs, fmt.Errorf("pause: %w", err))
		}
		changed = changed || v == int64(1)
	}
	return changed, errors.Join(errs...)
}
