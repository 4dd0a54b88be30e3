package jobs_test

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// A model is what a record ought to be. Moments are either over or far away.
type model struct {
	State                   string
	Fence, First, Version   int64
	Starts, Tries, Lost     int64
	Progress                int64
	Owner                   string
	Errors                  int
	Result                  string
	Content                 bool
	Due, leaseOver, keepOut bool // Due: is set
	dueOver                 bool
	request                 string
}

func (m *model) ended() bool { return strings.Contains("sfc", m.State) }

func (m *model) refence()      { m.leap(1) }
func (m *model) leap(by int64) { m.Fence += by; m.Due, m.dueOver = false, false }

func (m *model) finish(state string, keep time.Duration) {
	m.State, m.Owner, m.Content, m.keepOut = state, "-", false, keep == 0
	m.Due, m.dueOver = false, false
	if state == "s" {
		m.Progress = 100
	}
	m.Version++
}

func (m *model) wait(d time.Duration) { m.Due, m.dueOver = true, d < time.Second }

// A machine does the same to the scripts and to the model.
type machine struct {
	t      *testing.T
	s      *jobtest.System
	ids    []jobs.ID
	jobs   map[jobs.ID]*model
	firsts map[int64]bool // drawn so far
	served bool           // some live worker serves the type
}

const (
	modelTenant = jobs.Tenant("acme")
	anError     = `{"code":"handlerFailed"}`
)

func (m *machine) key(id jobs.ID) string { return "{s0}:j:acme/" + string(id) }

func (m *machine) eval(t *rapid.T, do func() (any, error)) any {
	v, err := do()
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (m *machine) expect(t *rapid.T, what string, got, want any) {
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Fatalf("%s returned %v, want %v", what, got, want)
	}
}

var spans = rapid.SampledFrom([]time.Duration{0, time.Hour})

// pick draws a job and a fence, mostly its present one.
func (m *machine) pick(t *rapid.T) (jobs.ID, *model, int64) {
	id := rapid.SampledFrom(m.ids).Draw(t, "id")
	j := m.jobs[id]
	if j == nil {
		return id, nil, 7
	}
	return id, j, j.Fence + rapid.SampledFrom([]int64{0, 0, 0, -1, 1}).Draw(t, "off")
}

func (m *machine) submit(t *rapid.T) {
	id := rapid.SampledFrom(m.ids).Draw(t, "id")
	wait := rapid.SampledFrom([]time.Duration{0, 0, time.Microsecond, time.Hour}).Draw(t, "wait")
	request := rapid.SampledFrom([]string{`{"a":1}`, `{"a":2}`}).Draw(t, "request")
	// Two jobs that share a first fence are one to the check of promises.
	first := rapid.Int64Range(1, 1<<48).Filter(func(f int64) bool { return !m.firsts[f] }).Draw(t, "first")
	m.firsts[first] = true
	j := m.jobs[id]
	want := "created"
	switch {
	case j == nil:
		m.jobs[id] = &model{State: "w", Fence: first, First: first, Version: 1, Owner: "-", Content: true, Due: wait > 0, dueOver: wait > 0 && wait < time.Second, request: request}
	case rapid.Bool().Draw(t, "sent twice"):
		first = j.First
	case j.First == first:
	case j.request == request:
		want = "repeat"
	default:
		want = "clash"
	}
	sub := jobs.Submission{Tenant: modelTenant, ID: id, Type: "x", Priority: jobs.Normal, Request: json.RawMessage(request)}
	m.expect(t, "submit", m.eval(t, func() (any, error) { return m.s.Queue.SubmitAs(m.t.Context(), sub, first, wait) }), want)
}

// take delivers one task, through a lane that nothing else fills.
func (m *machine) take(t *rapid.T) {
	id, j, fence := m.pick(t)
	owner := rapid.SampledFrom([]string{"ann", "bob"}).Draw(t, "owner")
	lease, keep, pass := spans.Draw(t, "lease"), spans.Draw(t, "keep"), spans.Draw(t, "pass on")
	serves := rapid.IntRange(0, 3).Draw(t, "serves") > 0
	unheard := rapid.Bool().Draw(t, "unheard")
	by := rapid.Int64Range(1, 1<<30).Draw(t, "leap")
	args := []any{1, owner, lease.Microseconds(), keep.Microseconds(), pass.Microseconds(), anError, 0, "{s0}:j:", 2, by, 0, "asynq:{s0}low}:t:"}
	if unheard {
		args[6] = 1
	}
	what := "unserved"
	if serves {
		args = append(args, "y", "x")
		what = "run"
	}
	task := fmt.Sprintf("acme/%s:%d", id, fence)
	want, passed := "[0]", false
	switch {
	case j == nil || j.State != "w" || j.Fence != fence:
	case j.Starts == 0 && j.dueOver:
		j.leap(by)
		j.Errors++
		j.finish("f", keep)
	case !serves && (m.served || unheard):
		j.leap(by)
		j.State = "d"
		j.wait(pass)
		passed = true
	case j.Lost >= 2:
		j.leap(by)
		j.State = "d"
		j.wait(lease)
		want = fmt.Sprintf("[0 %s msg alone %d]", task, j.Fence)
	default:
		j.leap(by)
		j.State, j.Owner, j.Progress, j.leaseOver = "r", owner, 0, lease == 0
		j.Starts++
		j.Version++
		want = fmt.Sprintf("[0 %s msg %s %d]", task, what, j.Fence)
	}
	const pending = "asynq:{s0}low}:pending"
	m.s.Redis.HSet(m.t.Context(), "asynq:{s0}low}:t:"+task, "msg", "msg")
	m.s.Redis.LPush(m.t.Context(), pending, task)
	v := m.eval(t, func() (any, error) {
		return m.s.Queue.Eval(m.t.Context(), jobs.TakeScript, []string{pending, "asynq:{s0}low}:paused"}, args...)
	})
	list, ok := v.([]any)
	if !ok {
		t.Fatalf("take returned %v", v)
	}
	if passed {
		want = fmt.Sprintf("[%v]", max(list[0].(int64), pass.Microseconds())) // or later
	}
	for i, started := range list[1:] {
		list[i+1] = strings.Trim(fmt.Sprint(started.([]any)[:4]), "[]")
	}
	m.expect(t, "take", list, want)
	m.orphans(t, owner)
}

// orphans asks for the owner's runs, of which it knows those of the first job.
func (m *machine) orphans(t *rapid.T, owner string) {
	args := []any{"{s0}:j:", owner}
	var want []string
	for i, id := range m.ids {
		j := m.jobs[id]
		if j == nil {
			continue
		}
		name := fmt.Sprintf("acme/%s:%d", id, j.Fence)
		switch {
		case i == 0:
			args = append(args, name)
		case j.State == "r" && j.Owner == owner:
			want = append(want, name)
		}
	}
	m.expect(t, "orphans", m.eval(t, func() (any, error) {
		return m.s.Queue.Eval(m.t.Context(), jobs.OrphansScript, []string{"{s0}:lease"}, args...)
	}), want)
}

func (m *machine) heartbeat(t *rapid.T) {
	id, j, fence := m.pick(t)
	lease := spans.Draw(t, "lease")
	progress := rapid.Int64Range(0, 100).Draw(t, "progress")
	args := []any{lease.Microseconds(), "{s0}:j:", 0, "acme/" + string(id), fence, progress}
	want := fmt.Sprintf("[acme/%s:%d ]", id, fence)
	if j != nil {
		want = fmt.Sprintf("[acme/%s:%d %s]", id, fence, j.State)
		if j.State == "r" && j.Fence == fence {
			want = "[]"
			j.leaseOver = lease == 0
			if j.Progress != progress {
				j.Progress = progress
				j.Version++
			}
		}
	}
	m.expect(t, "heartbeat", m.eval(t, func() (any, error) {
		return m.s.Queue.Eval(m.t.Context(), jobs.HeartbeatScript, []string{"{s0}:lease", "{s0}:serves"}, args...)
	}), want)
}

func (m *machine) announce(t *rapid.T) {
	m.served = true
	m.expect(t, "heartbeat", m.eval(t, func() (any, error) {
		return m.s.Queue.Eval(m.t.Context(), jobs.HeartbeatScript, []string{"{s0}:lease", "{s0}:serves"}, time.Hour.Microseconds(), "{s0}:j:", 1, "x")
	}), "[]")
}

func (m *machine) settle(t *rapid.T) {
	id, j, fence := m.pick(t)
	keep := spans.Draw(t, "keep")
	state := rapid.SampledFrom([]string{"s", "f"}).Draw(t, "state")
	result, failure := `{"n":1}`, ""
	if state == "f" {
		result, failure = "", anError
	}
	want := 0
	switch {
	case j == nil || j.Fence != fence:
	case j.State == "s" || j.State == "f":
		want = 1
	case j.State == "r":
		want = 1
		j.Result = result
		if failure != "" {
			j.Errors++
		}
		j.finish(state, keep)
	}
	m.expect(t, "settle", m.eval(t, func() (any, error) {
		return m.s.Queue.Eval(m.t.Context(), jobs.SettleScript, []string{m.key(id)}, fence, state, result, failure, keep.Microseconds(), "")
	}), want)
}

func (m *machine) again(t *rapid.T) {
	id, j, fence := m.pick(t)
	keep, wait := spans.Draw(t, "keep"), spans.Draw(t, "wait")
	why := rapid.SampledFrom([]string{"retry", "handback", "lost", "lost"}).Draw(t, "why")
	failure := ""
	if why != "handback" {
		failure = anError
	}
	var want any
	switch {
	case j == nil:
	case j.State == "d" && j.Fence == fence+1:
		want = j.Fence
	case j.State != "r" || j.Fence != fence || why == "lost" && !j.leaseOver:
	default:
		if why == "lost" {
			j.Lost++
		}
		if why == "retry" {
			j.Tries++
		}
		if failure != "" {
			j.Errors++
		}
		j.refence()
		if j.Lost >= 3 {
			j.finish("f", keep)
			want = ""
			break
		}
		j.State, j.Owner = "d", "-"
		j.wait(wait)
		want = j.Fence
	}
	m.expect(t, "again", m.eval(t, func() (any, error) {
		return m.s.Queue.Eval(m.t.Context(), jobs.AgainScript, []string{m.key(id)}, fence, why, wait.Microseconds(), failure, 3, keep.Microseconds())
	}), want)
}

// etag draws an ETag that is the job's, any, or another.
func etag(t *rapid.T, j *model) (first, version string, matches bool) {
	if j == nil || rapid.Bool().Draw(t, "any version") {
		return "", "", true
	}
	off := rapid.SampledFrom([]int64{0, 0, 1}).Draw(t, "version off")
	return fmt.Sprint(j.First), fmt.Sprint(j.Version + off), off == 0
}

func (m *machine) cancel(t *rapid.T) {
	id, j, _ := m.pick(t)
	keep := spans.Draw(t, "keep")
	first, version, matches := etag(t, j)
	want := "nil"
	switch {
	case j == nil:
	case !matches:
		want = "changed"
	case j.State == "c":
		want = "before"
	case j.ended():
		want = "ended"
	default:
		want = "now"
		j.refence()
		j.finish("c", keep)
	}
	v := m.eval(t, func() (any, error) {
		return m.s.Queue.Eval(m.t.Context(), jobs.CancelScript, []string{m.key(id)}, first, version, keep.Microseconds())
	})
	got := "nil"
	if list, ok := v.([]any); ok {
		got = fmt.Sprint(list[0])
	}
	m.expect(t, "cancel", got, want)
}

func (m *machine) forget(t *rapid.T) {
	id, j, _ := m.pick(t)
	first, version, matches := etag(t, j)
	want := 1
	switch {
	case j == nil:
		want = 0
	case !matches:
		want = -1
	default:
		delete(m.jobs, id)
	}
	m.expect(t, "forget", m.eval(t, func() (any, error) {
		return m.s.Queue.Eval(m.t.Context(), jobs.ForgetScript, []string{m.key(id)}, first, version, rand.Text())
	}), want)
}

func (m *machine) deliver(t *rapid.T) {
	id, j, fence := m.pick(t)
	most := rapid.SampledFrom([]time.Duration{0, time.Microsecond, time.Hour}).Draw(t, "longest wait")
	want := 0
	if j != nil && j.Fence == fence && (j.State == "w" || j.State == "d") {
		want = 1
		j.refence()
		j.State = "w"
		if most > 0 && j.Starts == 0 {
			j.wait(most)
		}
	}
	task := fmt.Sprintf("acme/%s:%d", id, fence+1)
	m.expect(t, "deliver", m.eval(t, func() (any, error) {
		return m.s.Queue.Eval(m.t.Context(), jobs.DeliverScript, []string{m.key(id), "asynq:{s0}again}:t:" + task, "asynq:{s0}again}:pending"},
			fence, "msg", task, 1, "a", most.Microseconds())
	}), want)
}

func (m *machine) due(t *rapid.T) {
	id, j, _ := m.pick(t)
	keep := spans.Draw(t, "keep")
	var want any
	switch {
	case j == nil || !j.dueOver:
	case j.State == "d":
		want = j.Fence
	case j.State == "w" && j.Starts == 0:
		j.refence()
		j.Errors++
		j.finish("f", keep)
	}
	m.expect(t, "due", m.eval(t, func() (any, error) {
		return m.s.Queue.Eval(m.t.Context(), jobs.DueScript, []string{m.key(id), "{s0}:due"}, anError, keep.Microseconds(), "acme/"+string(id))
	}), want)
}

func (m *machine) expire(t *rapid.T) {
	want := 0
	for id, j := range m.jobs {
		if j.ended() && j.keepOut {
			delete(m.jobs, id)
			want++
		}
	}
	m.expect(t, "expire", m.eval(t, func() (any, error) {
		return m.s.Queue.Eval(m.t.Context(), jobs.ExpireScript, []string{"{s0}:ended"}, 100, "{s0}:j:")
	}), want)
}

// scrub has nothing to mend: no step leaves anything out.
func (m *machine) scrub(t *rapid.T) {
	keys := []string{"{s0}:sweep"}
	for _, id := range m.ids {
		keys = append(keys, m.key(id))
	}
	m.expect(t, "scrub", m.eval(t, func() (any, error) {
		return m.s.Queue.Eval(m.t.Context(), jobs.ScrubScript, keys, 0, 0, 0, "")
	}), "[0 0 0]")
}

func (m *machine) check(t *rapid.T) {
	got := map[jobs.ID]*model{}
	for _, id := range m.ids {
		f, err := m.s.Redis.HGetAll(m.t.Context(), m.key(id)).Result()
		if err != nil {
			t.Fatal(err)
		}
		if len(f) == 0 {
			continue
		}
		r := &model{Result: f["r"], Errors: strings.Count(f["e"], "\n")}
		_, r.Content = f["c"]
		var via string
		var started, ended, due, created int64
		if _, err := fmt.Sscan(f["s"], &r.State, &via, &r.Fence, &r.Version, &r.Starts, &r.Tries, &r.Lost, &started, &ended, &due, &r.Progress, &r.Owner); err != nil {
			t.Fatal(err)
		}
		if _, err := fmt.Sscan(f["m"], &created, &r.First); err != nil {
			t.Fatal(err)
		}
		r.Due = due > 0
		got[id] = r
	}
	if diff := cmp.Diff(m.jobs, got, cmp.FilterPath(func(p cmp.Path) bool {
		name := p.Last().String()
		return name == ".dueOver" || name == ".leaseOver" || name == ".keepOut" || name == ".request"
	}, cmp.Ignore()), cmp.AllowUnexported(model{})); diff != "" {
		t.Fatalf("records (-model +redis):\n%s", diff)
	}
	m.s.CheckPromises()
	if m.t.Failed() {
		t.FailNow()
	}
}

func checkModel(t *testing.T, o jobtest.Options) {
	o.Processes, o.Jobs.TenantBytes = -1, plenty
	s := jobtest.Start(t, o)
	round := 0
	rapid.Check(t, func(rt *rapid.T) {
		if err := s.Redis.FlushDB(context.Background()).Err(); err != nil {
			rt.Fatal(err)
		}
		round++
		m := &machine{t: t, s: s, jobs: map[jobs.ID]*model{}, firsts: map[int64]bool{}}
		for i := range 2 {
			m.ids = append(m.ids, jobs.ID(fmt.Sprintf("0198c0de-0000-7000-8000-%010d%02d", round, i)))
		}
		rt.Repeat(map[string]func(*rapid.T){
			"": m.check, "submit": m.submit, "take": m.take, "take once more": m.take, "heartbeat": m.heartbeat, "announce": m.announce,
			"settle": m.settle, "again": m.again, "again once more": m.again, "cancel": m.cancel, "forget": m.forget,
			"deliver": m.deliver, "due": m.due, "expire": m.expire, "scrub": m.scrub,
		})
	})
}

func TestScriptsDoAsTheModel(t *testing.T) {
	checkModel(t, jobtest.Options{})
}

func TestScriptsDoAsTheModelOnARealRedis(t *testing.T) {
	r := jobtest.Redis(t)
	checkModel(t, jobtest.Options{Jobs: jobs.Options{Redis: r.Options()}})
}
