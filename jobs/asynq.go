package jobs

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"
)

// taskType is what asynq calls all our tasks; the record knows the job's type.
const taskType = "job"

// An asynqTask is what asynq's own enqueue would write, as its script is given it.
type asynqTask struct {
	key, pending   string
	msg, id, since any
}

// A delivery is what an asynq enqueue of ours really does: a submission, or
// one more delivery of a record that waits. It must write the task.
type delivery interface {
	enqueue(ctx context.Context, q *Queue, task asynqTask) error
}

type ticket struct {
	delivery delivery
	used     bool
	err      error
}

type ticketKey struct{}

// enqueue has asynq name and encode the task of r for lane l, and d do the rest.
func (q *Queue) enqueue(ctx context.Context, d delivery, r run, l lane) error {
	t := &ticket{delivery: d}
	_, err := q.asynq.EnqueueContext(context.WithValue(ctx, ticketKey{}, t), asynq.NewTask(taskType, nil),
		asynq.TaskID(r.String()), asynq.Queue(q.shard(r.name).queue(l)),
		// Time limits and retries are ours, so asynq's must not come first.
		asynq.Timeout(24*time.Hour), asynq.MaxRetry(1), asynq.Retention(0))
	if t.used {
		return t.err
	}
	return StoreError(err)
}

// An enqueuer is the Redis client of our asynq.Client. It runs a delivery's
// script in place of asynq's enqueue script.
type enqueuer struct {
	redis.UniversalClient
	queue *Queue
}

func (e *enqueuer) EvalSha(ctx context.Context, sha string, keys []string, args ...any) *redis.Cmd {
	t, ok := ctx.Value(ticketKey{}).(*ticket)
	if !ok || len(keys) != 2 || len(args) != 3 {
		return e.UniversalClient.EvalSha(ctx, sha, keys, args...)
	}
	t.used = true
	t.err = t.delivery.enqueue(ctx, e.queue, asynqTask{key: keys[0], pending: keys[1], msg: args[0], id: args[1], since: args[2]})
	cmd := redis.NewCmd(ctx)
	if t.err != nil {
		cmd.SetErr(t.err)
	} else {
		cmd.SetVal(int64(1))
	}
	return cmd
}

// SAdd leaves out that asynq adds a queue's name to the set of all before its
// first task: register did, and a full Redis would refuse it.
func (e *enqueuer) SAdd(ctx context.Context, key string, members ...any) *redis.IntCmd {
	if _, ok := ctx.Value(ticketKey{}).(*ticket); ok {
		return redis.NewIntCmd(ctx)
	}
	return e.UniversalClient.SAdd(ctx, key, members...)
}

// register adds the lanes of a shard to the set in which asynq's tools look
// for queues, unless dry, and returns how many were missing. Nothing of ours
// needs it, so that a failure is left to the next time.
func (q *Queue) register(ctx context.Context, sh shard, dry bool) (missing int) {
	var names []any
	for _, l := range lanes {
		names = append(names, sh.queue(l))
	}
	known, err := q.rdb.SMIsMember(ctx, "asynq:queues", names...).Result()
	for i, is := range known {
		if !is && !dry {
			err = q.rdb.SAdd(ctx, "asynq:queues", names[i]).Err()
		}
		if !is && err == nil {
			missing++
		}
	}
	return missing
}

// A fetcher is the Redis client of our asynq.Servers. Its dequeue waits for
// work instead of asking again and again, and starts the jobs that it finds;
// there is nothing left to acknowledge then.
type fetcher struct {
	redis.UniversalClient
	gate *gate
}

func (f *fetcher) EvalSha(ctx context.Context, sha string, keys []string, args ...any) *redis.Cmd {
	if isDequeue(keys) {
		return f.dequeue(ctx, keys, args)
	}
	if isDone(keys) {
		cmd := redis.NewCmd(ctx)
		cmd.SetVal("OK")
		return cmd
	}
	return f.UniversalClient.EvalSha(ctx, sha, keys, args...)
}

// isDequeue recognises asynq's dequeue by its keys: pending, paused, active,
// lease. A test pins this script and the next by their digests.
func isDequeue(keys []string) bool {
	return len(keys) == 4 && strings.HasSuffix(keys[1], ":paused")
}

// isDone recognises asynq's acknowledgement by its keys: active, lease, task,
// processed on a day, processed.
func isDone(keys []string) bool {
	return len(keys) == 5 && strings.HasSuffix(keys[0], ":active") && strings.Contains(keys[3], ":processed:")
}

func (f *fetcher) dequeue(ctx context.Context, keys []string, args []any) *redis.Cmd {
	cmd := redis.NewCmd(ctx)
	sh, first, ok := shardOf(keys[0])
	if !ok || len(args) != 2 {
		cmd.SetErr(errors.New("dequeue: unexpected keys"))
		return cmd
	}
	msg, err := f.gate.next(sh, first)
	if err != nil {
		cmd.SetErr(err)
	} else {
		cmd.SetVal(msg)
	}
	return cmd
}
