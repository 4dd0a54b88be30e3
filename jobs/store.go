package jobs

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"
)

// node is a client of the server that holds sh. What it sends goes there and
// nowhere else, over one connection, so that a WAIT behind scripts counts the
// replicas of the server that ran them.
func (q *Queue) node(ctx context.Context, sh shard) redis.Cmdable {
	if c, ok := q.rdb.(*redis.ClusterClient); ok {
		if m, err := c.MasterForKey(ctx, sh.missingKey()); err == nil {
			return m
		}
	}
	return q.rdb
}

// relocate has the client of a Cluster find out where the slots are now. It
// does so by itself every ten seconds, which is long after a failover.
func (q *Queue) relocate(ctx context.Context) {
	for _, c := range []redis.UniversalClient{q.rdb, q.pop} {
		if c, ok := c.(*redis.ClusterClient); ok {
			c.ReloadState(ctx)
		}
	}
}

// ofScript reports whether a script ran and ended in err.
func ofScript(err error) bool {
	return slices.Contains([]string{"ERR", "WRONGTYPE", "OOM"}, refusal(err))
}

// StoreError tells of an error from a Redis client what a caller can act on, so
// that package tenants says the same: a store that is full, a store
// that did not answer, or a mistake of ours, which Redis answers with ERR.
func StoreError(err error) error {
	switch {
	case err == nil:
		return nil
	case refusal(err) == "OOM":
		return &BusyError{Reason: "the store is full", RetryAfter: fullRetry}
	case strings.HasPrefix(err.Error(), "ERR max number of clients"):
		return &storeDown{err} // ERR, but no mistake of ours
	case refusal(err) == "ERR", refusal(err) == "WRONGTYPE":
		return err
	}
	return &storeDown{err}
}

// Reason is what Redis answered an ErrUnavailable with, in the operator's
// terms, or "" where it did not answer.
func Reason(err error) string {
	down, ok := errors.AsType[*storeDown](err)
	if !ok {
		return ""
	}
	return reasons[refusal(down.cause)]
}

var reasons = map[string]string{
	"LOADING":     "the store is loading its data",
	"READONLY":    "the store is a replica and cannot be written to",
	"MASTERDOWN":  "the store is a replica whose master is away",
	"CLUSTERDOWN": "part of the store's Cluster is down",
	"TRYAGAIN":    "part of the store's Cluster moves to another server",
	"MISCONF":     "the store cannot write to its disk",
	"NOREPLICAS":  "the store has too few replicas",
	"NOAUTH":      "the store asks for a password",
	"WRONGPASS":   "the store does not know the user or the password",
	"NOPERM":      "the store forbids its user what is needed",
}

// refusal is the word with which Redis begins an error, also of a command in a
// script. Redis 6 wraps the latter in an error of the script.
func refusal(err error) string {
	s := err.Error()
	if strings.HasPrefix(s, "ERR Error running script") {
		if _, inner, ok := strings.Cut(s, ": -"); ok {
			s = inner
		}
	}
	word, _, _ := strings.Cut(s, " ")
	return word
}

// storeDown is ErrUnavailable with its cause, which may name addresses and is
// for logs alone.
type storeDown struct{ cause error }

func (e *storeDown) Error() string        { return ErrUnavailable.Error() + ": " + e.cause.Error() }
func (e *storeDown) Is(target error) bool { return target == ErrUnavailable }
func (e *storeDown) Unwrap() error        { return e.cause }
