package app

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	sampled "runtime/metrics"
	"time"
)

// leastMemory is what a process needs that does next to nothing.
const leastMemory = 64 << 20

const lookAtMemory = 100 * time.Millisecond

// errOutgrown ends a process that uses more memory than it may.
var errOutgrown = errors.New("more memory is in use than --memory-limit and a quarter, and the collector cannot help")

// watchMemory has the collector keep memory below --memory-limit, and ends the
// process, by cancel, when there is a quarter more in use: nothing in a process
// can take memory away from one of its goroutines. The jobs that ran are started
// again elsewhere, and one that does it time after time fails as workerLost. What
// grows faster than it is looked at, and what is not Go's, is for the limit of
// the container or the service to end, which has the same outcome.
func (a *App) watchMemory(ctx context.Context, cancel context.CancelCauseFunc) {
	limit := int64(a.opts.MemoryLimit)
	debug.SetMemoryLimit(limit)
	tick := time.NewTicker(lookAtMemory)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		if used := memoryInUse(); used > limit+limit/4 {
			cancel(fmt.Errorf("%w: %d bytes", errOutgrown, used))
		}
	}
}

// memoryInUse is what the runtime holds against its limit.
func memoryInUse() int64 {
	s := []sampled.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	sampled.Read(s)
	return int64(s[0].Value.Uint64() - s[1].Value.Uint64())
}
