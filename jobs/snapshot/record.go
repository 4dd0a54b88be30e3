package snapshot

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// A Record is a job's record as it stands in Redis. Times are µs since 1970,
// 0 for none.
type Record struct {
	Shard, Name, Tenant, ID         string // the shard as its hash tag; Name is TENANT/ID
	Phase                           string // the letter of its state: w d r s f c
	Fence, First                    int64  // the present fence, and the first, which tells it from another job of this id
	Version, Starts, Started, Ended int64
	Due, Created                    int64
	Lane, Type                      string
	Content                         bool  // whether what was submitted is still there
	Counted                         bool  // whether its run counts against its tenant's cap
	Bytes                           int64 // that count against its tenant's limit
	Blobs                           []string
	Whole                           string // all that may not change once it ended
}

// Done reports whether the job has ended.
func (r *Record) Done() bool { return strings.Contains("sfc", r.Phase) }

// Status is the job's state as clients see it.
func (r *Record) Status() string {
	switch {
	case r.Done():
		return map[string]string{"s": "succeeded", "f": "failed", "c": "canceled"}[r.Phase]
	case r.Starts > 0:
		return "running"
	}
	return "notStarted"
}

// index is the set of the tenant's index that must list r.
func (r *Record) index() string {
	status := r.Status()
	if status == "notStarted" {
		status += "/" + map[string]string{"h": "high", "n": "normal", "l": "low"}[r.Lane]
	}
	return r.Shard + ":i:" + r.Tenant + ":" + status + ":" + r.Type
}

var (
	recordKey  = regexp.MustCompile(`^(\{s\d+\}):j:(([^/]+)/(.+))$`)
	recordHead = regexp.MustCompile(`^([wdrsfc]) [hnla] (\d+) (\d+) (\d+) \d+ \d+ (\d+) (\d+) (\d+) \d+ (\S+)$`)
	recordMeta = regexp.MustCompile(`^(\d+) (\d+) ([hnl]) \S+ \S+\n(.*)\n.*\n.*\n.*$`)
)

func parseRecord(key string, fields map[string]string) (Record, error) {
	k := recordKey.FindStringSubmatch(key)
	h := recordHead.FindStringSubmatch(fields["s"])
	m := recordMeta.FindStringSubmatch(fields["m"])
	if k == nil || h == nil || m == nil {
		return Record{}, fmt.Errorf("record %s cannot be read: %q %q", key, fields["s"], fields["m"])
	}
	r := Record{
		Shard: k[1], Name: k[2], Tenant: k[3], ID: k[4],
		Phase: h[1], Fence: number(h[2]), Version: number(h[3]), Starts: number(h[4]),
		Started: number(h[5]), Ended: number(h[6]), Due: number(h[7]),
		Counted: h[1] == "r" && strings.HasSuffix(h[8], "+"),
		Created: number(m[1]), First: number(m[2]), Lane: m[3], Type: m[4],
		Bytes: number(fields["b"]),
	}
	for _, field := range []string{"c", "f", "C", "F"} {
		_, has := fields[field]
		r.Content = r.Content || has
	}
	for _, field := range []string{"C", "F", "R"} {
		if name, _, ok := strings.Cut(fields[field], " "); ok {
			r.Blobs = append(r.Blobs, name)
		}
	}
	r.Whole = strings.Join([]string{fields["s"], fields["m"], fields["r"], fields["R"], fields["e"]}, "\x00")
	return r, nil
}

func number(s string) int64 { n, _ := strconv.ParseInt(s, 10, 64); return n }
