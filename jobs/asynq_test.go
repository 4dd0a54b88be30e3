package jobs_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs"
	"github.com/classifyd/classifyd/jobs/embedded"
	"github.com/classifyd/classifyd/jobs/jobtest"
)

// digests collects the digests of the scripts that are run, by their number of keys.
type digests struct {
	mu   sync.Mutex // guards seen
	seen map[string]bool
}

func (d *digests) DialHook(next redis.DialHook) redis.DialHook { return next }

func (d *digests) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}

func (d *digests) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if a := cmd.Args(); cmd.Name() == "evalsha" {
			d.mu.Lock()
			d.seen[fmt.Sprint(a[1])] = true
			d.mu.Unlock()
		}
		return next(ctx, cmd)
	}
}

// The submit and take scripts stand for these of asynq. If one changes, so
// must ours: compare them, then take the new digest.
const (
	asynqEnqueue = "98d28b42650870a743450ffda9791e9e19c6991b"
	asynqDequeue = "a8153319360adc71cdc370107f8ab9786f204765"
	asynqDone    = "1241eaa1c73409baaf1fea0c08d203a4911bda15"
)

func TestAsynqStillHasTheScriptsThatOursStandFor(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		server := embedded.Start()
		defer server.Close()
		d := &digests{seen: map[string]bool{}}
		rdb := redis.NewUniversalClient(server.Options())
		rdb.AddHook(d)
		defer rdb.Close()
		if _, err := asynq.NewClientFromRedisClient(rdb).Enqueue(asynq.NewTask("job", nil)); err != nil {
			t.Fatal(err)
		}
		ran := make(chan bool)
		s := asynq.NewServerFromRedisClient(rdb, asynq.Config{LogLevel: asynq.FatalLevel})
		if err := s.Start(asynq.HandlerFunc(func(context.Context, *asynq.Task) error { close(ran); return nil })); err != nil {
			t.Fatal(err)
		}
		<-ran
		s.Shutdown()
		for what, sha := range map[string]string{"enqueue": asynqEnqueue, "dequeue": asynqDequeue, "done": asynqDone} {
			if !d.seen[sha] {
				t.Errorf("asynq's %s is no longer %s", what, sha)
			}
		}
	})
}

func TestSubmitLeavesWhatAsynqsEnqueueLeaves(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s := jobtest.Start(t, jobtest.Options{Processes: -1})
		s.Submit(jobtest.Text("acme"))
		const queue = "s0}normal"
		ids, err := s.Redis.LRange(t.Context(), "asynq:{"+queue+"}:pending", 0, -1).Result()
		if err != nil || len(ids) != 1 {
			t.Fatalf("pending = %q, %v", ids, err)
		}

		server := embedded.Start()
		defer server.Close()
		rdb := redis.NewUniversalClient(server.Options())
		defer rdb.Close()
		if _, err := asynq.NewClientFromRedisClient(rdb).Enqueue(asynq.NewTask("job", nil), asynq.TaskID(ids[0]), asynq.Queue(queue),
			asynq.Timeout(24*time.Hour), asynq.MaxRetry(1), asynq.Retention(0)); err != nil {
			t.Fatal(err)
		}
		read := func(c redis.UniversalClient) map[string]any {
			all := map[string]any{}
			for _, key := range c.Keys(t.Context(), "asynq:{*").Val() {
				switch c.Type(t.Context(), key).Val() {
				case "hash":
					all[key] = c.HGetAll(t.Context(), key).Val()
				case "list":
					all[key] = c.LRange(t.Context(), key, 0, -1).Val()
				}
			}
			return all
		}
		if diff := cmp.Diff(read(rdb), read(s.Redis)); diff != "" {
			t.Errorf("keys (-asynq +ours):\n%s", diff)
		}
		if known, err := s.Redis.SIsMember(t.Context(), "asynq:queues", queue).Result(); !known || err != nil {
			t.Errorf("asynq does not know its queue: %v", err)
		}
	})
}

func TestJobsRunThoughScriptsAreFlushedAllTheTime(t *testing.T) {
	each(t, func(t *testing.T, o jobtest.Options) {
		o.Handlers = text(func(_ context.Context, j *jobs.Job) (*jobs.Result, error) {
			if j.Attempts == 1 && strings.HasSuffix(string(j.ID), "0") {
				return nil, &jobs.Error{Code: jobs.InternalError}
			}
			return done, nil
		})
		s := jobtest.Start(t, o)
		for i := range 40 {
			if err := s.Redis.ScriptFlush(t.Context()).Err(); err != nil {
				t.Fatal(err)
			}
			s.Submit(jobtest.Text("acme"))
			if i%5 == 0 {
				synctest.Wait()
			}
			s.CheckPromises()
			time.Sleep(50 * time.Millisecond)
		}
		time.Sleep(5 * time.Second)
		s.CheckEnded()
	})
}

func TestJobWhoseTaskAsynqCannotReadRunsAllTheSame(t *testing.T) {
	jobtest.Bubble(t, func(t *testing.T) {
		s := jobtest.Start(t, jobtest.Options{Processes: -1, Handlers: text(func(context.Context, *jobs.Job) (*jobs.Result, error) { return done, nil })})
		j := s.Submit(jobtest.Text("acme"))
		keys := s.Redis.Keys(t.Context(), "asynq:{*:t:*").Val()
		if len(keys) != 1 {
			t.Fatalf("tasks: %q", keys)
		}
		if err := s.Redis.HSet(t.Context(), keys[0], "msg", "no message").Err(); err != nil {
			t.Fatal(err)
		}
		s.Process()
		s.Process()
		if got := s.Wait(j); got.State != jobs.Succeeded {
			t.Errorf("job ended %s", got.State)
		}
		s.CheckEnded()
	})
}
