package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"time"
)

const (
	deadMost     = 100 // names of dead blobs in one look
	listedMost   = 500 // names of old blobs compared at once
	looksPerAge  = 6   // for blobs without a record, in the time of Options.BlobAge
	collectEvery = sweepEvery
)

// collect deletes the blobs that ended and forgotten jobs have left, and now
// and then those that no job has ever named, until ctx ends. What cannot be
// deleted is tried again.
func (q *Queue) collect(ctx context.Context) {
	if q.opt.Blobs == nil {
		return // others have the place that they are in
	}
	tick := time.NewTicker(collectEvery)
	defer tick.Stop()
	var looked time.Time
	for {
		err := q.deleteDead(ctx)
		if time.Since(looked) >= q.opt.BlobAge/looksPerAge {
			looked = time.Now()
			err = errors.Join(err, q.sweepBlobs(ctx))
		}
		if err != nil && ctx.Err() == nil {
			q.log.Warn("blobs not deleted", "error", err)
		}
		select {
		case <-tick.C:
		case <-q.dead:
		case <-ctx.Done():
			return
		}
	}
}

// deleteDead deletes the blobs that records have given up. To do it twice does
// no harm, so that whoever comes does it.
func (q *Queue) deleteDead(ctx context.Context) error {
	if q.opt.Blobs == nil {
		return nil
	}
	var errs []error
	for sh, p := range q.pipes {
		dead := sh.key("dead")
		for {
			v, err := p.do(ctx, &call{args: []any{"srandmember", dead, deadMost}})
			if err != nil {
				return err
			}
			names := stringsOf(v)
			for _, name := range names {
				if err := q.deleteBlob(ctx, name, "deleted"); err != nil {
					errs = append(errs, err)
					break
				}
				if _, err := p.do(ctx, &call{args: []any{"srem", dead, name}}); err != nil {
					return err
				}
			}
			if len(names) < deadMost || len(errs) > 0 {
				break
			}
		}
	}
	return errors.Join(errs...)
}

func (q *Queue) deleteBlob(ctx context.Context, name, what string) error {
	ctx, cancel := context.WithTimeout(ctx, blobTime)
	defer cancel()
	if err := q.blobs.Delete(ctx, name); err != nil {
		return err
	}
	q.met.blobs.WithLabelValues(what).Inc()
	return nil
}

// sweepBlobs deletes the blobs that are old and that no record names: those of
// submissions and results whose process died on the way, or could not say
// what became of them. It does nothing when another process did lately.
func (q *Queue) sweepBlobs(ctx context.Context) error {
	if q.opt.Blobs == nil {
		return nil
	}
	every := max(q.opt.BlobAge/looksPerAge, time.Millisecond)
	first := q.shards[0]
	v, err := q.pipes[first].eval(ctx, lockScript, []string{first.key("listing")}, rand.Text(), every.Milliseconds())
	if err != nil || v != int64(1) {
		return err
	}
	var old []string
	for name, err := range q.blobs.List(ctx, time.Now().Add(-q.opt.BlobAge)) {
		if err != nil {
			return err
		}
		if old = append(old, name); len(old) == listedMost {
			if err := q.sweepUnnamed(ctx, old); err != nil {
				return err
			}
			old = old[:0]
		}
	}
	return q.sweepUnnamed(ctx, old)
}

// sweepUnnamed deletes those of the blobs that no record names.
func (q *Queue) sweepUnnamed(ctx context.Context, names []string) error {
	if len(names) == 0 {
		return nil
	}
	named := make([]bool, len(names))
	for sh, p := range q.pipes {
		args := []any{"smismember", sh.key("blobs")}
		for _, name := range names {
			args = append(args, name)
		}
		v, err := p.do(ctx, &call{args: args})
		if err != nil {
			return err
		}
		for i, is := range stringsOf(v) {
			named[i] = named[i] || is == "1"
		}
	}
	for i, name := range names {
		if named[i] {
			continue
		}
		if err := q.deleteBlob(ctx, name, "swept"); err != nil {
			return err
		}
	}
	return nil
}
