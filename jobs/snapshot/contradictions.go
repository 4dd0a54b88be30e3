package snapshot

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// Contradictions are sentences about what does not fit together: an ended job
// has no content; each record is listed once and where it belongs, as are its
// lease, its due time and its retention; what tenants hold is what their records
// do; and events stay for a while only.
// With a secret that all submitted content holds, it stands nowhere else.
func (s *Snapshot) Contradictions(secret string) []string {
	out := slices.Clone(s.broken)
	say := func(format string, args ...any) { out = append(out, fmt.Sprintf(format, args...)) }
	s.records(say)
	s.entries(say)
	s.bytes(say)
	s.stays(say)
	if secret != "" {
		s.content(secret, say)
	}
	slices.Sort(out)
	return out
}

func (s *Snapshot) records(say func(string, ...any)) {
	for _, r := range s.Records {
		if r.Content == r.Done() {
			say("job %s in state %s: content there: %v", r.Name, r.Phase, r.Content)
		}
		if r.Done() != (r.Ended > 0) {
			say("job %s in state %s has end time %d", r.Name, r.Phase, r.Ended)
		}
		if (r.Starts > 0) != (r.Started > 0) {
			say("job %s was started %d times, first at %d", r.Name, r.Starts, r.Started)
		}
		if r.Phase == "d" && r.Due == 0 {
			say("job %s waits for a delivery that is never due", r.Name)
		}
		if (r.Phase == "r" || r.Done()) && r.Due != 0 {
			say("job %s in state %s has due time %d", r.Name, r.Phase, r.Due)
		}
		if r.Done() && r.Bytes != 0 {
			say("job %s in state %s counts for %d bytes", r.Name, r.Phase, r.Bytes)
		}
		if r.Ended > 0 && (r.Ended < r.Started || r.Ended < r.Created) {
			say("job %s ended at %d, before it was started at %d or created at %d", r.Name, r.Ended, r.Started, r.Created)
		}
	}
}

// lists are our keys that list records.
var lists = regexp.MustCompile(`^\{s\d+\}:(i:|lease$|runs:|due$|ended$|types:|tenants$|blobs$)`)

var bytesKey = regexp.MustCompile(`^\{s\d+\}:bytes$`)

// entries compares all that lists the records with the records.
func (s *Snapshot) entries(say func(string, ...any)) {
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
	for _, r := range s.Records {
		add(r.index(), r.ID, r.Created)
		addTo(r.Shard+":types:"+r.Tenant, r.Type)
		addTo(r.Shard+":tenants", r.Tenant)
		if r.Counted {
			addTo(r.Shard+":runs:"+r.Tenant, fmt.Sprint(r.ID, ":", r.Fence))
		}
		for _, blob := range r.Blobs {
			addTo(r.Shard+":blobs", blob)
			if slices.Contains(s.sets[r.Shard+":dead"], blob) {
				say("job %s names a blob that is to be deleted", r.Name)
			}
		}
		switch {
		case r.Done():
			add(r.Shard+":ended", r.Name, -1)
		case r.Phase == "r":
			add(r.Shard+":lease", fmt.Sprint(r.Name, ":", r.Fence), -1)
		case r.Due > 0:
			add(r.Shard+":due", r.Name, r.Due)
		}
	}
	for key, got := range s.zsets {
		if !lists.MatchString(key) {
			continue
		}
		for member, score := range got {
			want, ok := zsets[key][member]
			if !ok || want >= 0 && want != score {
				say("%s has %s at %d, which no record asks for", key, member, score)
			}
		}
	}
	for key, want := range zsets {
		for member := range want {
			if _, ok := s.zsets[key][member]; !ok {
				say("%s lacks %s", key, member)
			}
		}
	}
	for key, got := range s.sets {
		if lists.MatchString(key) && !slices.Equal(got, sets[key]) {
			say("%s is %q, want %q", key, got, sets[key])
		}
	}
	for key, want := range sets {
		if s.sets[key] == nil {
			say("%s is gone, want %q", key, want)
		}
	}
}

// bytes compares what tenants are counted to hold with their records.
func (s *Snapshot) bytes(say func(string, ...any)) {
	type holder struct{ key, tenant string }
	want, got := map[holder]int64{}, map[holder]int64{}
	for _, r := range s.Records {
		if r.Bytes != 0 && !r.Done() {
			want[holder{r.Shard + ":bytes", r.Tenant}] += r.Bytes
		}
	}
	for key, fields := range s.hashes {
		if !bytesKey.MatchString(key) {
			continue
		}
		for tenant, n := range fields {
			of := holder{key, tenant}
			got[of] = number(n)
			if want[of] == 0 {
				say("%s has %q of %s, which no record asks for", key, n, tenant)
			}
		}
	}
	for of, n := range want {
		if got[of] != n {
			say("%s has %d of %s, want %d", of.key, got[of], of.tenant, n)
		}
	}
}

func (s *Snapshot) stays(say func(string, ...any)) {
	for key, list := range s.events {
		if ttl := number(list[0]); ttl <= 0 || ttl > 5*60_000 {
			say("%s stays for %d ms", key, ttl)
		}
	}
}

// content looks for submitted content outside the one field that it may be in.
func (s *Snapshot) content(secret string, say func(string, ...any)) {
	for key, fields := range s.hashes {
		for field, value := range fields {
			if strings.Contains(value, secret) && !(recordKey.MatchString(key) && (field == "c" || field == "f")) {
				say("submitted content is in field %s of %s", field, key)
			}
		}
	}
	for _, m := range []map[string][]string{s.lists, s.sets, s.events} {
		for key, list := range m {
			if strings.Contains(strings.Join(list, " "), secret) {
				say("submitted content is in %s", key)
			}
		}
	}
}

// known are the keys that have an owner: ours, as package jobs documents
// them, and those of asynq that are no task's.
var known = regexp.MustCompile(`^(classifyd:layout|classifyd:\{t/.*` +
	`|\{s\d+\}:(j:.*|i:.*|types:.*|e:.*|runs:.*|forgot:.*|held:\w+|bytes|tenants|lease|due|ended|serves|sweep|sweeper|blobs|dead|listing|workers|about)` +
	`|asynq:(queues|servers|workers|schedulers|servers:.*|workers:.*|cancel)` +
	`|asynq:\{s\d+\}\w+\}:(pending|active|lease|scheduled|retry|archived|completed|paused|processed.*|failed.*))$`)

var taskKey = regexp.MustCompile(`^(asynq:\{s\d+\}\w+\}:)t:(.+)$`)

// Leftovers are sentences about keys that have no owner: unknown ones, asynq's
// tasks that no list of asynq's delivers, and tasks that wait although no
// record does. It is for a queue without work. A task that a worker died with
// stays in asynq's active list for a while, or asynq itself takes it from
// there to be tried again in some minutes, and is not one of them.
func (s *Snapshot) Leftovers() (out []string) {
	held := map[string]bool{}
	for key, set := range s.zsets {
		if strings.Contains(key, ":held:") {
			for member := range set {
				held[strings.SplitN(member, " ", 3)[2]] = true
			}
		}
	}
	for _, key := range s.Keys() {
		m := taskKey.FindStringSubmatch(key)
		switch {
		case m == nil:
			if !known.MatchString(key) {
				out = append(out, key+" belongs to nobody")
			}
		case held[m[2]]:
			out = append(out, "task "+m[2]+" is held though no record waits")
		case slices.Contains(s.lists[m[1]+"pending"], m[2]):
			out = append(out, "task "+m[2]+" is queued though no record waits")
		case !slices.Contains(s.lists[m[1]+"active"], m[2]) && !has(s.zsets[m[1]+"retry"], m[2]):
			out = append(out, "task "+m[2]+" is in no list of asynq's")
		}
	}
	return out
}

func has(set map[string]int64, member string) bool {
	_, ok := set[member]
	return ok
}

// Active is how many tasks asynq counts as being worked on.
func (s *Snapshot) Active() (n int) {
	for key, list := range s.lists {
		if strings.HasSuffix(key, ":active") {
			n += len(list)
		}
	}
	return n
}
