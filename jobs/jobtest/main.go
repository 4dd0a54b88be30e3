package jobtest

import (
	"context"
	"testing"

	"github.com/redis/go-redis/v9"
)

// Main is TestMain of a package whose tests use Redis. They cut connections
// on purpose, and the Redis client, which has one logger for the whole
// process, would bury in complaints what a test that fails has to say.
func Main(m *testing.M) {
	redis.SetLogger(silent{})
	m.Run()
}

type silent struct{}

func (silent) Printf(context.Context, string, ...any) {}
