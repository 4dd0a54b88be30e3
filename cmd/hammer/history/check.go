package history

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/classifyd/classifyd/jobs/snapshot"
)

// An End is what there is beside the calls once no work is left.
type End struct {
	Redis   *snapshot.Snapshot  // nil where nobody could look
	Settled map[string][]string // accepted ends of runs by TENANT/ID, as logged
	Alarms  []string            // what else must not be
	Secret  string              // what all submitted content holds
	Own     bool                // nobody else used the service
	Lossy   bool                // Redis may have lost what it acknowledged
}

// A Report is what Check found.
type Report struct {
	Accepted     int      `json:"accepted"` // jobs whose create was answered with success
	Terminal     int      `json:"terminal"` // of those: ended, or deleted by their client
	Lost         int      `json:"lost"`
	SettledTwice int      `json:"settledTwice"`
	Violations   []string `json:"violations"`

	// Excused counts, by promise, what would be violations had Redis kept what
	// it acknowledged.
	Excused map[string]int `json:"-"`
}

// kept are the promises that hold as long as Redis keeps what it acknowledged.
var kept = map[string]bool{
	"an accepted job ends":                          true,
	"an accepted job stays":                         true,
	"a create that is repeated makes one job":       true,
	"an id stands for one request":                  true,
	"no job goes back":                              true,
	"an ended job never changes":                    true,
	"one end of a run is accepted":                  true,
	"a cancel that was answered is final":           true,
	"a job that cannot be canceled ended otherwise": true,
	"a deleted job is gone":                         true,
	"a listing skips nothing":                       true,
}

// mostViolations of one sentence are listed: one fault in the service can
// break a promise to thousands of jobs.
const mostViolations = 20

// Check says how the service kept its promises.
func Check(calls []Call, end End) Report {
	c := &checker{end: end, jobs: map[string]*life{}, named: map[string]string{}, said: map[string]int{}, records: map[string]snapshot.Record{}}
	c.report.Violations, c.report.Excused = []string{}, map[string]int{}
	if end.Redis != nil {
		for _, r := range end.Redis.Records {
			c.records[r.Name] = r
		}
	}
	c.gather(calls)
	for i := range calls {
		c.answer(&calls[i])
	}
	c.keys(calls)
	for _, l := range c.jobs {
		c.life(l)
	}
	for i := range calls {
		switch calls[i].Kind {
		case List:
			c.list(&calls[i])
		case Count:
			c.count(&calls[i])
		}
	}
	c.atTheEnd()
	slices.Sort(c.report.Violations)
	return c.report
}

type checker struct {
	end     End
	report  Report
	jobs    map[string]*life  // by TENANT/ID
	named   map[string]string // ids by tenant and key
	records map[string]snapshot.Record
	said    map[string]int // violations by promise
}

func (c *checker) violated(promise, format string, args ...any) {
	if c.end.Lossy && kept[promise] {
		c.report.Excused[promise]++
		return
	}
	c.said[promise]++
	switch n := c.said[promise]; {
	case n <= mostViolations:
		c.report.Violations = append(c.report.Violations, promise+": "+fmt.Sprintf(format, args...))
	case n == mostViolations+1:
		c.report.Violations = append(c.report.Violations, promise+": and more")
	}
}

// A life is all that is known of the jobs of one id, mostly one.
type life struct {
	name    string
	creates []*Call
	cancels []*Call
	deletes []*Call
	reads   []*Call
	seen    []sight
}

// A sight is a job as an answer told of it.
type sight struct {
	*Job
	call *Call
}

func (c *checker) gather(calls []Call) {
	of := func(tenant, id string) *life {
		name := tenant + "/" + id
		if c.jobs[name] == nil {
			c.jobs[name] = &life{name: name}
		}
		return c.jobs[name]
	}
	for _, call := range calls {
		if call.Kind == Create && call.Key != "" && call.Job != "" {
			c.named[call.Tenant+" "+call.Key] = call.Job
		}
	}
	for i := range calls {
		call := &calls[i]
		if call.Kind == Create && call.Job == "" {
			// Not answered, but others of its key were.
			filled := *call
			filled.Job = c.named[call.Tenant+" "+call.Key]
			call = &filled
		}
		for k := range call.Seen {
			j := &call.Seen[k]
			l := of(call.Tenant, j.ID)
			l.seen = append(l.seen, sight{j, call})
		}
		if call.Job == "" || call.Other {
			continue
		}
		l := of(call.Tenant, call.Job)
		switch call.Kind {
		case Create:
			l.creates = append(l.creates, call)
		case Cancel:
			l.cancels = append(l.cancels, call)
		case Delete:
			l.deletes = append(l.deletes, call)
		case Get:
			l.reads = append(l.reads, call)
		}
	}
}

// accepted is the first create that was answered with success.
func (l *life) accepted() *Call {
	for _, c := range l.creates {
		if c.OK() && !c.Clash {
			return c
		}
	}
	return nil
}

// deletedBefore reports whether a delete was asked for before t.
func (l *life) deletedBefore(t time.Duration) bool {
	return slices.ContainsFunc(l.deletes, func(d *Call) bool { return d.From < t })
}

// deleted reports whether the job may be gone for that.
func (l *life) deleted() bool { return len(l.deletes) > 0 }

// expected are the answers beside success, 503 and 429 that a call can get.
var expected = map[Kind][]int{
	Get:    {404},
	Cancel: {404, 409},
	Delete: {404},
}

func (c *checker) answer(call *Call) {
	if (call.Answer == 503 || call.Answer == 429) && !call.Again {
		c.violated("a busy service says when to try again", "%v", call)
	}
	for _, j := range call.Seen {
		if j.Tenant != call.Tenant {
			c.violated("no tenant sees another's job", "%v shows %s of %s", call, j.ID, j.Tenant)
		}
	}
	switch {
	case call.Unknown():
	case call.Other:
		if call.Answer != 404 {
			c.violated("no tenant sees another's job", "%v", call)
		}
	case call.Clash:
		l := c.jobs[call.Tenant+"/"+call.Job]
		if a := l.accepted(); call.Answer != 409 && a != nil && a.To < call.From && !l.deletedBefore(call.To) {
			c.violated("an id stands for one request", "%v", call)
		}
	case call.Kind == Create && call.Answer == 409 && c.replaced(call):
	case !call.OK() && !slices.Contains(expected[call.Kind], call.Answer):
		c.violated("every answer is one that the contract knows", "%v", call)
	}
}

// replaced reports whether the id of a create may stand for another request by
// now: once a job is deleted, whoever comes first has its id.
func (c *checker) replaced(call *Call) bool {
	id := call.Job
	if id == "" {
		id = c.named[call.Tenant+" "+call.Key]
	}
	l := c.jobs[call.Tenant+"/"+id]
	return l != nil && slices.ContainsFunc(l.creates, func(other *Call) bool {
		return other.Clash && (other.OK() || other.Unknown()) && other.From < call.To
	})
}

// keys checks that the creates of one key made one job.
func (c *checker) keys(calls []Call) {
	made := map[string]string{}
	for i := range calls {
		call := &calls[i]
		if call.Kind != Create || call.Key == "" || !call.OK() {
			continue
		}
		key := call.Tenant + " " + call.Key
		if id, ok := made[key]; ok && id != call.Job {
			c.violated("a create that is repeated makes one job", "key %s made %s and %s", call.Key, id, call.Job)
		}
		made[key] = call.Job
	}
}

// life checks what is known of one id.
func (c *checker) life(l *life) {
	c.created(l)
	c.views(l)
	c.canceled(l)
	c.reads(l)
	accepted := l.accepted() != nil
	if accepted {
		c.report.Accepted++
	}
	r, here := c.records[l.name]
	switch {
	case !accepted:
	case l.deleted():
		c.report.Terminal++
	case c.end.Redis == nil:
		if slices.ContainsFunc(l.seen, func(s sight) bool { return s.Done() }) {
			c.report.Terminal++
		} else {
			c.report.Lost++
			c.violated("an accepted job ends", "nobody saw %s end", l.name)
		}
	case here && r.Done():
		c.report.Terminal++
	default:
		c.report.Lost++
		what := "has no record"
		if here {
			what = "is " + r.Status()
		}
		c.violated("an accepted job ends", "%s %s", l.name, what)
	}
	if here {
		c.record(l, &r)
	}
	c.settled(l)
}

func (c *checker) created(l *life) {
	news := 0
	for _, call := range l.creates {
		if call.Answer == 201 {
			news++
		}
	}
	if news > 1 && !l.deleted() {
		c.violated("a create that is repeated makes one job", "%s was answered as new %d times", l.name, news)
	}
}

// views checks what answers said of a job against each other.
func (c *checker) views(l *life) {
	slices.SortStableFunc(l.seen, func(a, b sight) int { return cmp.Compare(a.call.To, b.call.To) })
	ends := map[string]sight{}
	for i, s := range l.seen {
		if s.first() != l.seen[0].first() && !l.deleted() {
			c.violated("an accepted job stays", "%s was made anew: %s, then %s", l.name, l.seen[0].ETag, s.ETag)
			return
		}
		if s.Done() == s.Ended.IsZero() {
			c.violated("times fit the state", "%s is %s with end %v", l.name, s.Status, s.Ended)
		}
		if !s.Started.IsZero() && s.Started.Before(s.Created) || !s.Ended.IsZero() && (s.Ended.Before(s.Started) || s.Ended.Before(s.Created)) {
			c.violated("start <= end", "%s was created %v, started %v, ended %v", l.name, s.Created, s.Started, s.Ended)
		}
		for _, before := range l.seen[:i] {
			if before.call.To >= s.call.From || before.first() != s.first() {
				continue
			}
			if s.version() < before.version() || s.Attempts < before.Attempts || rank(s.Status) < rank(before.Status) {
				c.violated("no job goes back", "%s was %s %s with %d attempts, then %s %s with %d", l.name,
					before.Status, before.ETag, before.Attempts, s.Status, s.ETag, s.Attempts)
			}
		}
		if !s.Done() {
			continue
		}
		e, ok := ends[s.first()]
		if ok && !sameEnd(e.Job, s.Job) {
			c.violated("an ended job never changes", "%s was %s %s ended %v, then %s %s ended %v", l.name, e.Status, e.ETag, e.Ended, s.Status, s.ETag, s.Ended)
		}
		if !ok || e.Result == "" {
			ends[s.first()] = s
		}
	}
	for _, d := range l.deletes {
		if d.Answer != 204 {
			continue
		}
		for _, s := range l.seen {
			// A create that was not answered may be carried out late, and makes it anew.
			if s.call.From > d.To && !slices.ContainsFunc(l.creates, func(k *Call) bool { return k.Unknown() || k.To > d.From }) {
				c.violated("a deleted job is gone", "%s was deleted and is seen by %v", l.name, s.call)
			}
		}
	}
}

func rank(status string) int {
	switch status {
	case "notStarted":
		return 0
	case "running":
		return 1
	}
	return 2
}

func sameEnd(a, b *Job) bool {
	return a.Status == b.Status && a.ETag == b.ETag && a.Attempts == b.Attempts && a.Started.Equal(b.Started) && a.Ended.Equal(b.Ended) &&
		(a.Result == b.Result || a.Result == "" || b.Result == "")
}

func (c *checker) canceled(l *life) {
	for _, k := range l.cancels {
		switch {
		case k.Answer == 200 && (len(k.Seen) != 1 || k.Seen[0].Status != "canceled"):
			c.violated("a cancel that was answered is final", "%v shows %v", k, k.Seen)
		case k.Answer == 409:
			for _, s := range l.seen {
				if s.Status == "canceled" && !l.deleted() {
					c.violated("a job that cannot be canceled ended otherwise", "%v, and %v shows it canceled", k, s.call)
				}
			}
		}
	}
}

// reads checks that an accepted job can be found. A delete may not find it: on
// its way it may have been sent again after its first arrival did it.
func (c *checker) reads(l *life) {
	a := l.accepted()
	if a == nil {
		return
	}
	for _, r := range slices.Concat(l.reads, l.cancels) {
		if r.Answer == 404 && r.From > a.To && !l.deletedBefore(r.To) {
			c.violated("an accepted job stays", "%v, though %v", r, a)
		}
	}
}

// record compares what was said of a job with its record.
func (c *checker) record(l *life, r *snapshot.Record) {
	first := fmt.Sprintf("%x", r.First)
	for _, s := range l.seen {
		if !s.Done() || s.first() != first {
			continue
		}
		if s.Status != r.Status() || s.version() != r.Version {
			c.violated("an ended job never changes", "%s was seen %s at version %d, its record is %s at %d", l.name, s.Status, s.version(), r.Status(), r.Version)
			return
		}
	}
}

func (c *checker) settled(l *life) {
	states := c.end.Settled[l.name]
	if l.deleted() {
		return // the job may have been made anew
	}
	if len(states) > 1 {
		c.report.SettledTwice++
		c.violated("one end of a run is accepted", "%s was settled as %s", l.name, strings.Join(states, " and "))
	}
	if r, ok := c.records[l.name]; ok && len(states) == 1 && r.Status() != states[0] {
		c.violated("an ended job never changes", "a run of %s was settled as %s, its record is %s", l.name, states[0], r.Status())
	}
}

// list checks that nothing was skipped and nothing came twice.
func (c *checker) list(call *Call) {
	seen := map[string]bool{}
	for _, j := range call.Seen {
		if seen[j.ID] {
			c.violated("a listing repeats nothing", "%s came twice in a listing at %v", j.ID, call.From)
		}
		seen[j.ID] = true
		if call.Status != "" && j.Status != call.Status {
			c.violated("a listing shows what was asked for", "%s is %s in a listing of %s", j.ID, j.Status, call.Status)
		}
	}
	if !call.Whole {
		return
	}
	tenant := call.Tenant + "/"
	for name, l := range c.jobs {
		id, ok := strings.CutPrefix(name, tenant)
		if !ok || seen[id] || l.deletedBefore(call.To) || !l.matches(call) {
			continue
		}
		c.violated("a listing skips nothing", "%s %q at %v lacks %s", call.Kind, call.Status, call.From, name)
	}
	if call.Quiet && c.end.Own && c.end.Redis != nil {
		n := 0
		for _, r := range c.records {
			if r.Tenant == call.Tenant && (call.Status == "" || r.Status() == call.Status) {
				n++
			}
		}
		if n != len(seen) {
			c.violated("a listing shows what is there", "%d jobs of %s listed, state %q, there are %d", len(seen), call.Tenant, call.Status, n)
		}
	}
}

// matches reports whether the listing must show the job, since it was what
// the listing asks for before that began.
func (l *life) matches(call *Call) bool {
	if call.Status == "" {
		a := l.accepted()
		return a != nil && a.To < call.From
	}
	return slices.ContainsFunc(l.seen, func(s sight) bool { return s.Done() && s.Status == call.Status && s.call.To < call.From })
}

func (c *checker) count(call *Call) {
	if !call.OK() || !call.Quiet || !c.end.Own || c.end.Redis == nil {
		return
	}
	if n := c.end.Redis.Count(call.Tenant, call.Status); n != call.Count {
		c.violated("counts equal a recount", "%d jobs of %s are %s, the count is %d", n, call.Tenant, call.Status, call.Count)
	}
}

// atTheEnd checks Redis by itself.
func (c *checker) atTheEnd() {
	for _, a := range c.end.Alarms {
		c.violated("no daemon breaks", "%s", a)
	}
	if c.end.Redis == nil {
		return
	}
	for _, s := range c.end.Redis.Contradictions(c.end.Secret) {
		c.violated("Redis holds what the records ask for", "%s", s)
	}
	if !c.end.Own {
		return
	}
	for name, r := range c.records {
		if !r.Done() && (c.jobs[name] == nil || c.jobs[name].accepted() == nil) {
			c.violated("every job ends", "%s, which nobody was told of, is %s", name, r.Status())
		}
	}
	for _, s := range c.end.Redis.Leftovers() {
		c.violated("no key without an owner", "%s", s)
	}
}
