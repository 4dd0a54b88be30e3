package jobs

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"github.com/classifyd/classifyd/jobs/blob"
)

// Get returns the tenant's job, or ErrNotFound.
func (q *Queue) Get(ctx context.Context, t Tenant, id ID) (*Job, error) {
	n := nameOf(t, id)
	sh := q.shard(n)
	v, err := q.pipes[sh].do(ctx, &call{args: []any{"hmget", sh.record(n), "s", "m", "r", "e", "R"}})
	if err != nil {
		return nil, fmt.Errorf("get %s: %w", n, err)
	}
	return q.jobFields(ctx, n, stringsOf(v))
}

// jobFields reads s, m, r, e and R.
func (q *Queue) jobFields(ctx context.Context, n name, f []string) (*Job, error) {
	if len(f) != 5 || f[0] == "" {
		return nil, ErrNotFound
	}
	result, err := q.read(f[2], n, aResult)
	if err == nil && f[4] != "" {
		result, err = q.load(ctx, n, aResult, f[4])
		if errors.Is(err, blob.ErrNotFound) && q.gone(ctx, n) {
			return nil, ErrNotFound // forgotten between the two reads
		}
	}
	if err != nil {
		return nil, fmt.Errorf("result of %s: %w", n, err)
	}
	return q.jobFrom(n, f[0], f[1], string(result), f[3])
}

// gone reports whether there is no record any more.
func (q *Queue) gone(ctx context.Context, n name) bool {
	sh := q.shard(n)
	v, err := q.pipes[sh].do(ctx, &call{args: []any{"exists", sh.record(n)}})
	return err == nil && v == int64(0)
}

const (
	watchMark   = 30 * time.Second // how long a record stays marked as watched
	watchReread = 5 * time.Second  // between two reads while nothing is told
	watchAway   = time.Second      // between two reads while the store is away
)

// watch reads the job and has its changes told for a while.
func (q *Queue) watch(ctx context.Context, n name) (*Job, error) {
	v, err := q.eval(ctx, watchScript, n, micros(watchMark))
	if err != nil {
		return nil, err
	}
	return q.jobFields(ctx, n, stringsOf(v))
}

// Wait returns the job once it is done; given an ETag, once it has another.
// When ctx ends first, Wait returns the job as last read and no error.
func (q *Queue) Wait(ctx context.Context, t Tenant, id ID, etag string) (*Job, error) {
	var last *Job
	for j, err := range q.changes(ctx, t, id) {
		if err != nil {
			return nil, err
		}
		if last = j; j.Done() || etag != "" && j.ETag() != etag {
			return j, nil
		}
	}
	return last, nil
}

// Watch yields the job as it is, and again after each change, until it is
// done or ctx ends. It yields an error at most once, at the end: ErrNotFound
// when the job is forgotten.
func (q *Queue) Watch(ctx context.Context, t Tenant, id ID) iter.Seq2[*Job, error] {
	return func(yield func(*Job, error) bool) {
		etag := ""
		for j, err := range q.changes(ctx, t, id) {
			if err != nil {
				if ctx.Err() == nil {
					yield(nil, err)
				}
				return
			}
			if j.ETag() == etag {
				continue
			}
			etag = j.ETag()
			if !yield(j, nil) || j.Done() {
				return
			}
		}
	}
}

// changes yields the job whenever it may have changed, until ctx ends. Once it
// could be read, a store that is away is waited for.
func (q *Queue) changes(ctx context.Context, t Tenant, id ID) iter.Seq2[*Job, error] {
	return func(yield func(*Job, error) bool) {
		n := nameOf(t, id)
		// Listening comes before reading: a change in between is told.
		told, stop := q.told.listen(n)
		defer stop()
		for read := false; ; {
			j, err := q.watch(ctx, n)
			pause := watchReread
			if read && errors.Is(err, ErrUnavailable) {
				pause = watchAway
			} else if !yield(j, err) || err != nil {
				return
			}
			read = true
			select {
			case <-told:
			case <-time.After(pause):
			case <-ctx.Done():
				return
			}
		}
	}
}
