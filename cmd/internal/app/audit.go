package app

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"github.com/classifyd/classifyd/api/audit"
)

const (
	auditStream = "classifyd:audit"
	auditMost   = 1_000_000       // entries of the stream, about
	auditTime   = 2 * time.Second // for one to be taken
)

// openAudit opens what --audit names, nil for nothing.
func (a *App) openAudit(ro *redis.UniversalOptions) (*audit.Log, error) {
	var w io.Writer
	switch path, file := strings.CutPrefix(a.opts.Audit, "file:"); {
	case file:
		f, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND|os.O_CREATE, 0o600)
		if err != nil {
			return nil, fmt.Errorf("--audit: %w", err)
		}
		a.close = append(a.close, f.Close)
		w = f
	case a.opts.Audit == "stdout":
		w = a.opts.Out
	case a.opts.Audit == "redis":
		rdb := redis.NewUniversalClient(ro)
		a.close = append(a.close, rdb.Close)
		w = stream{rdb}
	default:
		return nil, nil
	}
	return audit.New(w), nil
}

// A stream adds each line to the Redis stream, as its field "entry".
type stream struct{ rdb redis.UniversalClient }

func (s stream) Write(line []byte) (int, error) {
	ctx, cancel := context.WithTimeout(context.Background(), auditTime)
	defer cancel()
	err := s.rdb.XAdd(ctx, &redis.XAddArgs{Stream: auditStream, MaxLen: auditMost, Approx: true, Values: []any{"entry", line}}).Err()
	if err != nil {
		return 0, err
	}
	return len(line), nil
}
