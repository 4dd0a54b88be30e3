package app

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/jobs"
)

// Queue opens the queue of the processes that run with o, for an operator's
// command, which closes it.
func Queue(ctx context.Context, o Options) (*jobs.Queue, error) {
	if o.Redis == "" {
		return nil, errors.New("needs --redis, since an embedded Redis is out of reach of other processes")
	}
	if err := o.Validate(); err != nil {
		return nil, err
	}
	log := o.logger(os.Stderr)
	redis.SetLogger(redisLog{log}) // the client has one for the whole process
	ro, _, err := openRedis(&o)
	if err != nil {
		return nil, err
	}
	q, err := jobs.Open(ctx, o.queue(ro, log))
	if err != nil {
		return nil, fmt.Errorf("--redis: %w", err)
	}
	return q, nil
}
