package jobtest

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs"
)

// A promise is what a producer was told of a job.
type promise struct {
	mayBeGone bool   // a forget was asked for
	ended     string // the final state that was told, if any
	version   int64  // with it
}

// promiseKey tells a job from another that has its id later.
func promiseKey(j *jobs.Job) string {
	first, _, _ := strings.Cut(strings.TrimPrefix(j.ETag(), `W/"`), ".")
	n, _ := strconv.ParseInt(first, 16, 64)
	return fmt.Sprintf("%s/%s %d", j.Tenant, j.ID, n)
}

// remember takes down what j promises.
func (s *System) remember(j *jobs.Job) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := promiseKey(j)
	p := s.accepted[key]
	if p == nil {
		p = &promise{}
		s.accepted[key] = p
	}
	if !j.Done() {
		return
	}
	if p.ended == "" {
		p.ended, p.version = string(j.State), j.Version()
	}
	if p.ended != string(j.State) || p.version != j.Version() {
		s.t.Errorf("job %s ended as %s at version %d and is now %s at %d", j.ID, p.ended, p.version, j.State, j.Version())
	}
}

// A record is a job's record as it stands in Redis.
type record struct {
	shard, name, tenant, id         string
	state, via, fence               string
	version, starts, started, ended int64
	due                             int64
	created                         int64
	first, lane, jobType            string
	fields                          map[string]string
	whole                           string // all that may not change once it ended
}

func (r *record) done() bool { return strings.Contains("sfc", r.state) }

func (r *record) index() string {
	state := map[string]string{"s": "succeeded", "f": "failed", "c": "canceled"}[r.state]
	switch {
	case state != "":
	case r.starts > 0:
		state = "running"
	default:
		state = "notStarted/" + map[string]string{"h": "high", "n": "normal", "l": "low"}[r.lane]
	}
	return r.shard + ":i:" + r.tenant + ":" + state + ":" + r.jobType
}

var (
	recordKey  = regexp.MustCompile(`^(\{s\d+\}):j:(([^/]+)/(.+))$`)
	recordHead = regexp.MustCompile(`^([wdrsfc]) ([hnla]) (\d+) (\d+) (\d+) \d+ \d+ (\d+) (\d+) (\d+) \d+ (\S+)$`)
	recordMeta = regexp.MustCompile(`^(\d+) (\d+) ([hnl]) \S+ \S+\n(.*)\n.*\n.*\n.*$`)
)

func parseRecord(key string, fields map[string]string) (record, error) {
	k := recordKey.FindStringSubmatch(key)
	h := recordHead.FindStringSubmatch(fields["s"])
	m := recordMeta.FindStringSubmatch(fields["m"])
	if k == nil || h == nil || m == nil {
		return record{}, fmt.Errorf("record %s cannot be read: %q %q", key, fields["s"], fields["m"])
	}
	num := func(s string) int64 { n, _ := strconv.ParseInt(s, 10, 64); return n }
	r := record{
		shard: k[1], name: k[2], tenant: k[3], id: k[4],
		state: h[1], via: h[2], fence: h[3], version: num(h[4]), starts: num(h[5]),
		started: num(h[6]), ended: num(h[7]), due: num(h[8]),
		created: num(m[1]), first: m[2], lane: m[3], jobType: m[4],
		fields: fields,
	}
	r.whole = strings.Join([]string{fields["s"], fields["m"], fields["r"], fields["e"]}, "\x00")
	return r, nil
}

// A dump is all that is in Redis at one moment, of each server if it is a
// Cluster. All of a job is on one server.
type dump struct {
	now    int64 // Redis' clock, µs
	hashes map[string]map[string]string
	zsets  map[string]map[string]int64
	sets   map[string][]string
	lists  map[string][]string
	events map[string][]string // streams; the first item is the time to live, ms
	others []string
}

const dumpScript = `
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

func (s *System) dump() dump {
	s.t.Helper()
	d := dump{hashes: map[string]map[string]string{}, zsets: map[string]map[string]int64{}, sets: map[string][]string{}, lists: map[string][]string{},
		events: map[string][]string{}}
	var mu sync.Mutex // guards d
	err := eachMaster(s.t.Context(), s.Redis, func(ctx context.Context, c redis.Cmdable) error {
		v, err := c.Eval(ctx, dumpScript, nil).Slice()
		if err != nil {
			return err
		}
		mu.Lock()
		defer mu.Unlock()
		d.add(v)
		return nil
	})
	if err != nil {
		s.t.Fatalf("dump: %v", err)
	}
	return d
}

// add takes in what dumpScript says of one server.
func (d *dump) add(v []any) {
	texts := func(v any) (list []string) {
		for _, x := range v.([]any) {
			list = append(list, fmt.Sprint(x))
		}
		return list
	}
	clock := texts(v[0])
	sec, _ := strconv.ParseInt(clock[0], 10, 64)
	us, _ := strconv.ParseInt(clock[1], 10, 64)
	d.now = sec*1_000_000 + us
	for _, x := range v[1:] {
		entry := x.([]any)
		key, kind, all := entry[0].(string), entry[1].(string), texts(entry[2])
		switch kind {
		case "hash":
			d.hashes[key] = map[string]string{}
			for i := 0; i < len(all); i += 2 {
				d.hashes[key][all[i]] = all[i+1]
			}
		case "zset":
			d.zsets[key] = map[string]int64{}
			for i := 0; i < len(all); i += 2 {
				f, _ := strconv.ParseFloat(all[i+1], 64)
				d.zsets[key][all[i]] = int64(f)
			}
		case "set":
			slices.Sort(all)
			d.sets[key] = all
		case "list":
			d.lists[key] = all
		case "stream":
			d.events[key] = all
		default:
			d.others = append(d.others, key)
		}
	}
}

// Keys are all keys in Redis, sorted.
func (s *System) Keys() []string {
	s.t.Helper()
	d := s.dump()
	return slices.Sorted(func(yield func(string) bool) {
		for _, keys := range [][]string{slices.Collect(maps.Keys(d.hashes)), slices.Collect(maps.Keys(d.zsets)),
			slices.Collect(maps.Keys(d.sets)), slices.Collect(maps.Keys(d.lists)), slices.Collect(maps.Keys(d.events)), d.others} {
			for _, k := range keys {
				if !yield(k) {
					return
				}
			}
		}
	})
}

// CheckPromises reads all of Redis at one moment and fails the test where it
// differs from what the queue promises: every accepted job has its record; an
// ended one is as it ever was and has no content; each record is listed once
// and where it belongs, as are its lease, its due time and its retention; and
// events stay for a while only.
func (s *System) CheckPromises() {
	s.t.Helper()
	s.check(s.dump())
}

func (s *System) check(d dump) map[string]record {
	s.t.Helper()
	records := s.checkRecords(d)
	s.checkEntries(d, records)
	s.checkContent(d)
	return records
}

func (s *System) checkRecords(d dump) map[string]record {
	s.t.Helper()
	keep := s.opt.Jobs.Retention
	if keep == 0 {
		keep = 24 * time.Hour
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[string]record{}
	here := map[string]record{}
	for key, fields := range d.hashes {
		if !strings.HasPrefix(key, "{s") || !strings.Contains(key, ":j:") {
			continue
		}
		r, err := parseRecord(key, fields)
		if err != nil {
			s.t.Error(err)
			continue
		}
		found[r.shard+r.name] = r
		this := r.name + " " + r.first
		here[this] = r
		if _, has := fields["c"]; has == r.done() {
			s.t.Errorf("job %s in state %s: content there: %v", r.name, r.state, has)
		}
		if r.done() != (r.ended > 0) {
			s.t.Errorf("job %s in state %s has end time %d", r.name, r.state, r.ended)
		}
		if (r.starts > 0) != (r.started > 0) {
			s.t.Errorf("job %s was started %d times, first at %d", r.name, r.starts, r.started)
		}
		if old, ok := s.records[this]; ok {
			if old.done() && old.whole != r.whole {
				s.t.Errorf("job %s had ended and changed:\n%q\n%q", r.name, old.whole, r.whole)
			}
			if r.version < old.version || num(r.fence) < num(old.fence) || r.starts < old.starts {
				s.t.Errorf("job %s went back:\n%q\n%q", r.name, old.whole, r.whole)
			}
		}
		s.records[this] = r
		if p := s.accepted[this]; p != nil && p.ended != "" {
			state := map[string]string{"s": "succeeded", "f": "failed", "c": "canceled"}[r.state]
			if state != p.ended || r.version != p.version {
				s.t.Errorf("job %s was told to be %s at version %d, and is %s at %d", r.name, p.ended, p.version, r.state, r.version)
			}
		}
	}
	for this, p := range s.accepted {
		if _, ok := here[this]; ok || p.mayBeGone {
			continue
		}
		old, known := s.records[this]
		if known && d.now-old.created >= keep.Microseconds() || !known && p.ended != "" {
			continue // its retention may be over
		}
		s.t.Errorf("job %s was accepted and has no record", this)
	}
	return found
}

func num(s string) int64 { n, _ := strconv.ParseInt(s, 10, 64); return n }

// checkEntries compares all that lists the records with the records.
func (s *System) checkEntries(d dump, records map[string]record) {
	s.t.Helper()
	zsets := map[string]map[string]int64{}
	sets := map[string][]string{}
	add := func(key, member string, score int64) {
		if zsets[key] == nil {
			zsets[key] = map[string]int64{}
		}
		zsets[key][member] = score
	}
	addTo := func(key, member string) {
		if !slices.Contains(sets[key], member) {
			sets[key] = append(sets[key], member)
			slices.Sort(sets[key])
		}
	}
	for _, r := range records {
		add(r.index(), r.id, r.created)
		addTo(r.shard+":types:"+r.tenant, r.jobType)
		addTo(r.shard+":tenants", r.tenant)
		switch {
		case r.done():
			add(r.shard+":ended", r.name, -1)
		case r.state == "r":
			add(r.shard+":lease", r.name+":"+r.fence, -1)
		case r.due > 0:
			add(r.shard+":due", r.name, r.due)
		case r.state == "d":
			s.t.Errorf("job %s waits for a delivery that is never due", r.name)
		}
		if (r.state == "r" || r.done()) && r.due != 0 {
			s.t.Errorf("job %s in state %s has due time %d", r.name, r.state, r.due)
		}
	}
	ours := regexp.MustCompile(`^\{s\d+\}:(i:|lease$|due$|ended$|types:|tenants$)`)
	for key, got := range d.zsets {
		if !ours.MatchString(key) {
			continue
		}
		for member, score := range got {
			want, ok := zsets[key][member]
			if !ok || want >= 0 && want != score {
				s.t.Errorf("%s has %s at %d, which no record asks for", key, member, score)
			}
		}
	}
	for key, want := range zsets {
		for member := range want {
			if _, ok := d.zsets[key][member]; !ok {
				s.t.Errorf("%s lacks %s", key, member)
			}
		}
	}
	for key, got := range d.sets {
		if ours.MatchString(key) && !slices.Equal(got, sets[key]) {
			s.t.Errorf("%s is %q, want %q", key, got, sets[key])
		}
	}
	for key, want := range sets {
		if d.sets[key] == nil {
			s.t.Errorf("%s is gone, want %q", key, want)
		}
	}
}

// checkCounts compares what Count says with a recount. While the queue is at
// work the two may be of different moments, and are not compared.
func (s *System) checkCounts(records map[string]record) {
	s.t.Helper()
	type group struct {
		tenant jobs.Tenant
		state  jobs.State
	}
	want := map[group]int64{}
	for _, r := range records {
		state, _, _ := strings.Cut(strings.Split(r.index(), ":")[3], "/")
		want[group{jobs.Tenant(r.tenant), jobs.State(state)}]++
	}
	type count struct {
		group
		n int64
	}
	var wrong []count
	for _, t := range tenantsOf(records) {
		for _, state := range jobs.States {
			n, err := s.calm.Count(s.t.Context(), t, jobs.Query{Boxes: []jobs.Box{{States: []jobs.State{state}}}})
			if err != nil {
				s.t.Fatal(err)
			}
			if g := (group{t, state}); n != want[g] {
				wrong = append(wrong, count{g, n})
			}
		}
	}
	if len(wrong) == 0 {
		return
	}
	heads := func(d dump) (all []string) {
		for key, f := range d.hashes {
			if recordKey.MatchString(key) {
				all = append(all, key+f["s"])
			}
		}
		slices.Sort(all)
		return all
	}
	var before []string
	for _, r := range records {
		before = append(before, r.shard+":j:"+r.name+r.fields["s"])
	}
	slices.Sort(before)
	if slices.Equal(before, heads(s.dump())) {
		for _, c := range wrong {
			s.t.Errorf("tenant %s has %d jobs %s, the count is %d", c.tenant, want[c.group], c.state, c.n)
		}
	}
}

func tenantsOf(records map[string]record) (list []jobs.Tenant) {
	for _, r := range records {
		if t := jobs.Tenant(r.tenant); !slices.Contains(list, t) {
			list = append(list, t)
		}
	}
	return list
}

// checkContent looks for submitted content outside the one field that it may be in.
func (s *System) checkContent(d dump) {
	s.t.Helper()
	for key, fields := range d.hashes {
		for field, value := range fields {
			if strings.Contains(value, Secret) && !(recordKey.MatchString(key) && field == "c") {
				s.t.Errorf("submitted content is in field %s of %s", field, key)
			}
		}
	}
	for key, list := range d.lists {
		if strings.Contains(strings.Join(list, " "), Secret) {
			s.t.Errorf("submitted content is in %s", key)
		}
	}
	for key, list := range d.events {
		if ttl := num(list[0]); ttl <= 0 || ttl > 5*60_000 {
			s.t.Errorf("%s stays for %d ms", key, ttl)
		}
		if strings.Contains(strings.Join(list, " "), Secret) {
			s.t.Errorf("submitted content is in %s", key)
		}
	}
}

// CheckEnded checks all promises, that every accepted job has ended or was
// forgotten, and that counts tell what is there.
func (s *System) CheckEnded() {
	s.t.Helper()
	s.checkCounts(s.check(s.dump()))
	s.mu.Lock()
	defer s.mu.Unlock()
	for this, r := range s.records {
		if p := s.accepted[this]; !r.done() && (p == nil || !p.mayBeGone) {
			s.t.Errorf("job %s has not ended: %q", this, r.fields["s"])
		}
	}
}
