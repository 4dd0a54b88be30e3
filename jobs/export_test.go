package jobs

import (
	"context"
	"strconv"
	"time"
)

// What the tests from outside need of the inside.
var (
	HeartbeatScript = heartbeatScript
	SettleScript    = settleScript
	AgainScript     = againScript
	CancelScript    = cancelScript
	ForgetScript    = forgetScript
	DeliverScript   = deliverScript
	DueScript       = dueScript
	ExpireScript    = expireScript
	ScrubScript     = scrubScript
	TakeScript      = takeScript
	OrphansScript   = orphansScript
	EntriesScript   = entriesScript
)

// Eval runs a script on the only shard.
func (q *Queue) Eval(ctx context.Context, s *script, keys []string, args ...any) (any, error) {
	return q.pipes[0].eval(ctx, s, keys, args...)
}

// SubmitAs submits under a first fence of the test's choosing, past asynq.
func (q *Queue) SubmitAs(ctx context.Context, sub Submission, first int64, wait time.Duration) (string, error) {
	n := nameOf(sub.Tenant, sub.ID)
	kept, err := q.store(&fields{c: q.packer.pack(sub.Request)}, n)
	if err != nil {
		return "", err
	}
	s := &submission{sub: &sub, name: n, id: sub.ID, fps: q.fingerprints(&sub), first: strconv.FormatInt(first, 10), lane: laneNormal, wait: wait, kept: &kept}
	s.via, s.meta = s.lane.letter(), encodeMeta(&sub, s.first, s.lane, s.fps.keep)
	sh := q.shard(n)
	task := run{n, s.first}.String()
	err = s.enqueue(ctx, q, asynqTask{key: sh.asynqKey(laneNormal, "t:"+task), pending: sh.asynqKey(laneNormal, "pending"), msg: "msg", id: task, since: 1})
	if err != nil {
		return "", err
	}
	return s.what, nil
}

// Tags are those of n shards, and HashSlot is where one lies.
func Tags(n int) (tags []string) {
	for _, sh := range spread(n) {
		tags = append(tags, sh.tag())
	}
	return tags
}

var HashSlot = hashSlot
