package jobs

import (
	"hash/fnv"
	"strconv"
	"strings"
)

// A lane is one of the asynq queues of a shard.
type lane string

const (
	laneHigh   lane = "high"
	laneNormal lane = "normal"
	laneLow    lane = "low"
	laneAgain  lane = "again" // what was delivered before: retries, hand-backs, recoveries
)

var lanes = []lane{laneAgain, laneHigh, laneNormal, laneLow}

func (l lane) letter() string { return string(l[0]) }

// A shard is a hash slot's worth of keys, named by the number in its tag.
type shard int

func (s shard) tag() string         { return "{s" + strconv.Itoa(int(s)) + "}" }
func (s shard) key(k string) string { return "{s" + strconv.Itoa(int(s)) + "}:" + k }

// queue names the asynq queue of a lane. asynq makes {NAME} of it, and since
// Redis ends a hash tag at the first brace, the queue's keys lie in s's slot.
func (s shard) queue(l lane) string { return "s" + strconv.Itoa(int(s)) + "}" + string(l) }

func (s shard) asynqKey(l lane, k string) string { return "asynq:{" + s.queue(l) + "}:" + k }

// shardOf reads the shard out of a key that carries an asynq queue's name.
func shardOf(asynqKey string) (shard, lane, bool) {
	rest, ok := strings.CutPrefix(asynqKey, "asynq:{s")
	if !ok {
		return 0, "", false
	}
	n, rest, ok := strings.Cut(rest, "}")
	if !ok {
		return 0, "", false
	}
	l, _, ok := strings.Cut(rest, "}")
	i, err := strconv.Atoi(n)
	return shard(i), lane(l), ok && err == nil
}

// A name is a record's key less its shard: TENANT/ID.
type name string

func nameOf(t Tenant, id ID) name { return name(string(t) + "/" + string(id)) }

func (n name) split() (Tenant, ID) {
	t, id, _ := strings.Cut(string(n), "/")
	return Tenant(t), ID(id)
}

// among picks the shard of n.
func (n name) among(shards []shard) shard {
	if len(shards) == 1 {
		return shards[0]
	}
	h := fnv.New32a()
	h.Write([]byte(n))
	return shards[h.Sum32()%uint32(len(shards))]
}

func (s shard) record(n name) string { return "{s" + strconv.Itoa(int(s)) + "}:j:" + string(n) }

// A run names one start of a job: TENANT/ID:FENCE.
type run struct {
	name  name
	fence string
}

func (r run) String() string { return string(r.name) + ":" + r.fence }

func parseRun(s string) (run, bool) {
	i := strings.LastIndexByte(s, ':')
	if i < 0 {
		return run{}, false
	}
	return run{name(s[:i]), s[i+1:]}, true
}

func (s shard) indexPrefix(t Tenant) string { return s.key("i:" + string(t) + ":") }

func (s shard) indexSet(t Tenant, state, jobType string) string {
	return "{s" + strconv.Itoa(int(s)) + "}:i:" + string(t) + ":" + state + ":" + jobType
}

// indexStates are the STATE parts of the index keys that hold jobs in s.
func indexStates(s State) []string {
	if s != NotStarted {
		return []string{string(s)}
	}
	return []string{"notStarted/high", "notStarted/normal", "notStarted/low"}
}
