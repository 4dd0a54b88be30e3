package jobtest

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/redis/go-redis/v9"
)

// ErrFault is the error of a command that was made to fail.
var ErrFault = errors.New("connection lost, as the test wanted")

// When says whether a command fails before or after Redis did it.
type When string

// The two ways to fail. What failed Before never reached Redis; what failed
// After did, and only its answer was lost.
const (
	Before When = "before"
	After  When = "after"
)

// Faults is a redis.Hook that makes commands fail. In a pipeline each command
// counts, and with the one that fails all that come after it fail, undone.
type Faults struct {
	mu     sync.Mutex // guards all below
	sent   int
	failAt int
	when   When
	away   bool
}

// Sent is how many commands there were since the last FailAt.
func (f *Faults) Sent() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.sent
}

// FailAt makes the n-th command from now fail, none for 0.
func (f *Faults) FailAt(n int, when When) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.sent, f.failAt, f.when = 0, n, when
}

// Away makes every command fail, undone, for as long as it is set.
func (f *Faults) Away(away bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.away = away
}

// next counts n commands and says at which of them the fault strikes, n for none.
func (f *Faults) next(n int) (at int, when When) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.away {
		return 0, Before
	}
	at = f.failAt - 1 - f.sent
	f.sent += n
	if at < 0 || at >= n {
		at = n
	}
	return at, f.when
}

// hooks are several hooks as one; the first sees a command first.
type hooks []redis.Hook

func (h hooks) DialHook(next redis.DialHook) redis.DialHook {
	for _, hook := range slices.Backward(h) {
		next = hook.DialHook(next)
	}
	return next
}

func (h hooks) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	for _, hook := range slices.Backward(h) {
		next = hook.ProcessHook(next)
	}
	return next
}

func (h hooks) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	for _, hook := range slices.Backward(h) {
		next = hook.ProcessPipelineHook(next)
	}
	return next
}

// DialHook lets connections be made.
func (f *Faults) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook counts single commands.
func (f *Faults) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if greets(cmd) {
			return next(ctx, cmd)
		}
		at, when := f.next(1)
		if at == 1 {
			return next(ctx, cmd)
		}
		if when == After {
			_ = next(ctx, cmd)
		}
		cmd.SetErr(ErrFault)
		return ErrFault
	}
}

// ProcessPipelineHook counts the commands of pipelines.
func (f *Faults) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if greets(cmds[0]) {
			return next(ctx, cmds)
		}
		at, when := f.next(len(cmds))
		if at == len(cmds) {
			return next(ctx, cmds)
		}
		done := at
		if when == After {
			done++
		}
		if done > 0 {
			_ = next(ctx, cmds[:done])
		}
		for _, cmd := range cmds[at:] {
			cmd.SetErr(ErrFault)
		}
		return ErrFault
	}
}

// greets reports whether cmd is what a client says on a new connection, of which
// there may be one at any time.
func greets(cmd redis.Cmder) bool { return cmd.Name() == "hello" || cmd.Name() == "client" }
