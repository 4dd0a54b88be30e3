// Package snapshot reads all that a queue holds in Redis at one moment, and
// says where its parts contradict each other. It looks at every key in one
// script, during which Redis does nothing else, and so is for tests and for
// systems that are on trial.
package snapshot

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// A Snapshot is all that is in Redis at one moment; of a Cluster, on each
// server at a moment of its own, and all of a job is on one server.
type Snapshot struct {
	Now     int64             // Redis' clock, µs since 1970
	Records map[string]Record // by their keys

	hashes map[string]map[string]string
	zsets  map[string]map[string]int64
	sets   map[string][]string
	lists  map[string][]string
	events map[string][]string // streams; the first item is the time to live, ms
	others []string
	broken []string // records that cannot be read
}

const script = `
local out = { redis.call("TIME") }
for _, key in ipairs(redis.call("KEYS", "*")) do
  local kind = redis.call("TYPE", key).ok
  local all = {}
  if kind == "hash" then all = redis.call("HGETALL", key)
  elseif kind == "zset" then all = redis.call("ZRANGE", key, 0, -1, "WITHSCORES")
  elseif kind == "set" then all = redis.call("SMEMBERS", key)
  elseif kind == "list" then all = redis.call("LRANGE", key, 0, -1)
  elseif kind == "stream" then
    all = { redis.call("PTTL", key) }
    for _, e in ipairs(redis.call("XRANGE", key, "-", "+")) do all[#all + 1] = table.concat(e[2], " ") end
  end
  out[#out + 1] = { key, kind, all }
end
return out`

// Read takes a snapshot.
func Read(ctx context.Context, rdb redis.UniversalClient) (*Snapshot, error) {
	s := &Snapshot{
		Records: map[string]Record{}, hashes: map[string]map[string]string{}, zsets: map[string]map[string]int64{},
		sets: map[string][]string{}, lists: map[string][]string{}, events: map[string][]string{},
	}
	var mu sync.Mutex // guards s
	err := eachServer(ctx, rdb, func(ctx context.Context, c redis.Cmdable) error {
		v, err := c.Eval(ctx, script, nil).Slice()
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		clock := texts(v[0])
		s.Now = number(clock[0])*1_000_000 + number(clock[1])
		for _, x := range v[1:] {
			entry := x.([]any)
			s.add(entry[0].(string), entry[1].(string), texts(entry[2]))
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("snapshot: %w", err)
	}
	for key, fields := range s.hashes {
		if !strings.HasPrefix(key, "{s") || !strings.Contains(key, ":j:") {
			continue
		}
		r, err := parseRecord(key, fields)
		if err != nil {
			s.broken = append(s.broken, err.Error())
			continue
		}
		s.Records[key] = r
	}
	return s, nil
}

// eachServer calls f for each server that keys lie on.
func eachServer(ctx context.Context, rdb redis.UniversalClient, f func(context.Context, redis.Cmdable) error) error {
	if c, ok := rdb.(*redis.ClusterClient); ok {
		return c.ForEachMaster(ctx, func(ctx context.Context, c *redis.Client) error { return f(ctx, c) })
	}
	return f(ctx, rdb)
}

func texts(v any) (list []string) {
	for _, x := range v.([]any) {
		list = append(list, fmt.Sprint(x))
	}
	return list
}

func (s *Snapshot) add(key, kind string, all []string) {
	switch kind {
	case "hash":
		s.hashes[key] = map[string]string{}
		for i := 0; i < len(all); i += 2 {
			s.hashes[key][all[i]] = all[i+1]
		}
	case "zset":
		s.zsets[key] = map[string]int64{}
		for i := 0; i < len(all); i += 2 {
			f, _ := strconv.ParseFloat(all[i+1], 64)
			s.zsets[key][all[i]] = int64(f)
		}
	case "set":
		slices.Sort(all)
		s.sets[key] = all
	case "list":
		s.lists[key] = all
	case "stream":
		s.events[key] = all
	default:
		s.others = append(s.others, key)
	}
}

// Keys are all keys in Redis, sorted.
func (s *Snapshot) Keys() []string {
	keys := slices.Clone(s.others)
	keys = slices.AppendSeq(keys, maps.Keys(s.hashes))
	keys = slices.AppendSeq(keys, maps.Keys(s.zsets))
	keys = slices.AppendSeq(keys, maps.Keys(s.sets))
	keys = slices.AppendSeq(keys, maps.Keys(s.lists))
	keys = slices.AppendSeq(keys, maps.Keys(s.events))
	slices.Sort(keys)
	return keys
}

// Same reports whether both hold the same records in the same states.
func (s *Snapshot) Same(other *Snapshot) bool {
	return maps.EqualFunc(s.Records, other.Records, func(a, b Record) bool { return a.Whole == b.Whole })
}

// Count is how many jobs of a tenant are in a state, by a look at each record.
func (s *Snapshot) Count(tenant, status string) (n int64) {
	for _, r := range s.Records {
		if r.Tenant == tenant && r.Status() == status {
			n++
		}
	}
	return n
}

// Tenants are those that have jobs, sorted.
func (s *Snapshot) Tenants() []string {
	all := map[string]bool{}
	for _, r := range s.Records {
		all[r.Tenant] = true
	}
	return slices.Sorted(maps.Keys(all))
}

// Ended reports whether all jobs have.
func (s *Snapshot) Ended() bool {
	for _, r := range s.Records {
		if !r.Done() {
			return false
		}
	}
	return true
}
