package jobtest

import (
	"context"
	"fmt"
	"sync"

	"github.com/redis/go-redis/v9"
)

// Commands is a redis.Hook that remembers which commands were sent. A script
// stands there with what names it.
type Commands struct {
	mu   sync.Mutex // guards sent
	sent []string
}

// Take returns the names of the commands since the last Take.
func (c *Commands) Take() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	sent := c.sent
	c.sent = nil
	return sent
}

func (c *Commands) note(cmds ...redis.Cmder) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, cmd := range cmds {
		if greets(cmd) {
			continue
		}
		name := cmd.Name()
		if name == "evalsha" {
			name += fmt.Sprint(" ", cmd.Args()[1])
		}
		c.sent = append(c.sent, name)
	}
}

// DialHook lets connections be made.
func (c *Commands) DialHook(next redis.DialHook) redis.DialHook { return next }

// ProcessHook remembers single commands.
func (c *Commands) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		c.note(cmd)
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook remembers the commands of pipelines.
func (c *Commands) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		c.note(cmds...)
		return next(ctx, cmds)
	}
}
