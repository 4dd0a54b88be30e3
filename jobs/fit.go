package jobs

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// An UnfitError says why the jobs are not safe in a Redis.
type UnfitError struct {
	Flaws []string // each a full thought in the operator's terms, with what to set
}

func (e *UnfitError) Error() string { return strings.Join(e.Flaws, "; ") }

// Fit looks whether Redis, each server of a Cluster that holds keys, keeps what
// it acknowledges: it returns an *UnfitError if not, and ErrUnavailable when
// it does not answer. Doubts are what cannot be found out, as where a managed
// Redis forbids to ask, or what is merely not advisable.
func (q *Queue) Fit(ctx context.Context) (doubts []string, err error) {
	ctx, cancel := context.WithTimeout(ctx, q.opt.Deadline)
	defer cancel()
	var mu sync.Mutex // guards found
	found := map[string]bool{}
	var flaws []string
	look := func(ctx context.Context, c *redis.Client) error {
		bad, doubtful, err := fitness(ctx, c)
		mu.Lock()
		defer mu.Unlock()
		for _, s := range bad {
			if !found[s] {
				found[s] = true
				flaws = append(flaws, s)
			}
		}
		for _, s := range doubtful {
			if !found[s] {
				found[s] = true
				doubts = append(doubts, s)
			}
		}
		return err
	}
	switch c := q.rdb.(type) {
	case *redis.ClusterClient:
		err = c.ForEachMaster(ctx, look)
	case *redis.Client:
		err = look(ctx, c)
	}
	if err != nil {
		return doubts, StoreError(err)
	}
	if len(flaws) > 0 {
		return doubts, &UnfitError{Flaws: flaws}
	}
	return doubts, nil
}

// fitness looks at one server.
func fitness(ctx context.Context, c *redis.Client) (flaws, doubts []string, err error) {
	// While it loads its data it tells of itself, but does nothing else.
	if err := c.Ping(ctx).Err(); err != nil {
		return nil, nil, err
	}
	info, err := c.Info(ctx).Result()
	if forbidden(err) {
		// It answers all the same.
		return nil, []string{"the store does not tell how it is set up: INFO is forbidden"}, nil
	}
	if err != nil {
		return nil, nil, err
	}
	if v := infoField(info, "redis_version"); older(v, 6, 2) {
		flaws = append(flaws, fmt.Sprintf("the store is Redis %s, and 6.2 is the oldest that will do: update it", v))
	}
	if infoField(info, "role") == "slave" {
		flaws = append(flaws, "the store is a replica and cannot be written to: name its master, or the Sentinels that know it")
	}
	if p := infoField(info, "maxmemory_policy"); p != "" && p != "noeviction" {
		flaws = append(flaws, fmt.Sprintf("the store deletes keys when its memory is full: set maxmemory-policy noeviction, it is %s", p))
	}
	if infoField(info, "aof_enabled") == "0" {
		save, err := c.ConfigGet(ctx, "save").Result()
		switch {
		case forbidden(err):
			doubts = append(doubts, "the store writes no append-only file, and does not tell whether it writes snapshots: set appendonly yes")
		case err != nil:
			return flaws, doubts, err
		case save["save"] == "":
			flaws = append(flaws, "the store keeps nothing across a restart: set appendonly yes")
		default:
			doubts = append(doubts, "the store writes snapshots alone, and a restart loses the jobs since the last: set appendonly yes")
		}
	}
	return flaws, doubts, nil
}

// forbidden reports whether Redis would not do a command: it does not know it,
// or not for this user.
func forbidden(err error) bool {
	return err != nil && (refusal(err) == "NOPERM" || strings.HasPrefix(err.Error(), "ERR unknown"))
}

func infoField(info, field string) string {
	for line := range strings.Lines(info) {
		if v, ok := strings.CutPrefix(line, field+":"); ok {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// older reports whether a version, as Redis tells it, is before major.minor.
func older(version string, major, minor int) bool {
	a, rest, _ := strings.Cut(version, ".")
	b, _, _ := strings.Cut(rest, ".")
	x, err := strconv.Atoi(a)
	if err != nil {
		return false
	}
	y, _ := strconv.Atoi(b)
	return x < major || x == major && y < minor
}
