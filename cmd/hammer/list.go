package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// listContest reads pages in a tenant with a million jobs, and beside that in
// one with a thousand.
func listContest() contest {
	side := func(size int) side {
		return func(ctx context.Context, a *arena) ([]float64, error) {
			addr, stop, err := a.serve(ctx)
			if err != nil {
				return nil, err
			}
			defer stop()
			if err := a.seed(ctx, size); err != nil {
				return nil, fmt.Errorf("seed: %w", err)
			}
			c := newCaller()
			defer c.close()
			u, err := a.requests(ctx, 2000, func(ctx context.Context, i int) error {
				// Pages begin all over the tenant's jobs.
				before := seedStart.Add(time.Duration(size-(i*7919)%(size-100)) * time.Second)
				filter := fmt.Sprintf("status eq 'succeeded' and creationDateTime lt %s", before.Format(time.RFC3339))
				return c.get(ctx, "http://"+addr+jobsPath+"?$top=50&$filter="+url.QueryEscape(filter), "", http.StatusOK)
			})
			return []float64{u.perSecond}, err
		}
	}
	return contest{
		name: "list", most: 1, long: 4,
		rows: []row{{Name: "list page of 50 with a filter, 1,000,000 jobs", Unit: "1/s", Goal: 1.0 / 3, Against: "1,000 jobs"}},
		ours: side(1_000_000), bare: side(1000),
	}
}

// seedStart is when the first of the seeded jobs was made; one came a second.
var seedStart = time.Unix(1_700_000_000, 0).UTC()

// copyScript copies a record, and its place in the index, as that of ARGV 3
// further jobs from number ARGV 2 on. KEYS are the record and the index set,
// ARGV 1 is the record's key without its id, ARGV 4 the first job's time in s.
var copyScript = redis.NewScript(`
for i = ARGV[2], ARGV[2] + ARGV[3] - 1 do
  local id = string.format("0198c0de-0000-7000-8000-%012d", i)
  redis.call("COPY", KEYS[1], ARGV[1] .. id)
  redis.call("ZADD", KEYS[2], string.format("%.0f", (ARGV[4] + i) * 1000000), id)
end`)

// seed makes one ended job and copies of it until there are n more.
func (a *arena) seed(ctx context.Context, n int) error {
	ids, err := a.ended(ctx, 1)
	if err != nil {
		return err
	}
	rdb := a.redis.DB
	// What is seeded need not survive, and takes half the time without a log.
	if err := rdb.ConfigSet(ctx, "appendonly", "no").Err(); err != nil {
		return err
	}
	keys, err := rdb.Keys(ctx, "*").Result()
	if err != nil {
		return err
	}
	var record, index string
	for _, k := range keys {
		kind, err := rdb.Type(ctx, k).Result()
		if err != nil {
			return err
		}
		switch {
		case kind == "hash" && strings.HasSuffix(k, ids[0]):
			record = k
		case kind == "zset" && rdb.ZScore(ctx, k, ids[0]).Err() == nil:
			index = k
		}
	}
	if record == "" || index == "" {
		return errors.New("the record or the index of a job is not where it was")
	}
	const batch = 20_000
	for i := 0; i < n; i += batch {
		err := copyScript.Run(ctx, rdb, []string{record, index}, strings.TrimSuffix(record, ids[0]), i, min(batch, n-i), seedStart.Unix()).Err()
		if err != nil && !errors.Is(err, redis.Nil) {
			return err
		}
	}
	return nil
}
