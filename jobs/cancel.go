package jobs

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// Cancel ends the job as canceled, at once and for good, whatever it does. It
// returns ErrEnded, with the job, if the job ended otherwise before; canceling
// again is no error. Given an ETag other than "*", it returns ErrChanged, with
// the job, unless the job is at that version.
func (q *Queue) Cancel(ctx context.Context, t Tenant, id ID, etag string) (*Job, error) {
	n := nameOf(t, id)
	first, version, err := parseETag(etag)
	if err != nil {
		// Such an ETag was never given out.
		j, err := q.Get(ctx, t, id)
		return j, errors.Join(err, ErrChanged)
	}
	v, err := q.eval(ctx, cancelScript, n, first, version, micros(q.opt.Retention))
	if err != nil {
		return nil, err
	}
	f := stringsOf(v)
	if len(f) == 0 {
		return nil, ErrNotFound
	}
	j, err := q.jobFields(ctx, n, f[1:])
	if err != nil {
		return nil, err
	}
	switch f[0] {
	case "now", "before":
		if f[0] == "now" {
			q.met.ends.WithLabelValues(q.metricType(j.Type), string(j.State)).Inc()
		}
		signal(q.dead)
		return j, nil
	case "ended":
		return j, ErrEnded
	case "changed":
		return j, ErrChanged
	}
	return nil, fmt.Errorf("cancel %s: unexpected reply %q", n, f[0])
}

// Forget deletes the job and all that belongs to it, stopping it if it runs.
// An ETag is taken as by Cancel.
func (q *Queue) Forget(ctx context.Context, t Tenant, id ID, etag string) error {
	first, version, err := parseETag(etag)
	if err != nil {
		_, err := q.Get(ctx, t, id)
		return errors.Join(err, ErrChanged)
	}
	v, err := q.eval(ctx, forgetScript, nameOf(t, id), first, version, rand.Text())
	if err != nil {
		return err
	}
	switch v {
	case int64(0):
		return ErrNotFound
	case int64(-1):
		return ErrChanged
	}
	signal(q.dead)
	return nil
}

// parseETag reads what (*Job).ETag wrote, as scripts compare it. "" and "*"
// stand for any version.
func parseETag(etag string) (first, version string, err error) {
	if etag == "" || etag == "*" {
		return "", "", nil
	}
	inner, ok := strings.CutPrefix(etag, `W/"`)
	inner, ok2 := strings.CutSuffix(inner, `"`)
	f, v, ok3 := strings.Cut(inner, ".")
	if !ok || !ok2 || !ok3 {
		return "", "", errors.New("not an ETag of ours")
	}
	fence, err1 := strconv.ParseInt(f, 16, 64)
	n, err2 := strconv.ParseInt(v, 10, 64)
	return strconv.FormatInt(fence, 10), strconv.FormatInt(n, 10), errors.Join(err1, err2)
}
